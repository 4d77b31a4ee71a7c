//! The certificate's files, read again without holding up the call that needs them.

use std::time::{Duration, Instant};

use super::background::{Background, Progress};
use crate::auth::{Credential, Credentials, Refresh};
use crate::outcome::Outcome;

/// Reading takes milliseconds, and the largest PKCS#12 file that is accepted some seconds.
const LIMIT: Duration = Duration::from_secs(5);

/// The credential in use, and the files that it came from.
#[derive(Debug)]
pub struct CertificateFiles {
    current: Credential,
    files: Background<Credentials, Seen>,
    /// What was read too late for the caller that asked.
    late: Option<(Refresh, Credential)>,
}

/// What a look at the files has shown.
#[derive(Debug)]
enum Seen {
    LookDifferent(bool),
    Read(Refresh, Credential),
}

impl CertificateFiles {
    pub fn new(credentials: Credentials) -> Self {
        CertificateFiles { current: credentials.current().clone(), files: Background::new(credentials), late: None }
    }

    pub fn current(&self) -> &Credential {
        &self.current
    }

    /// Whether the files have another look than those that were last tried.
    pub fn looks_different(&mut self, deadline: Instant, is_over: impl Fn() -> bool) -> bool {
        let look = |credentials: &mut Credentials| Seen::LookDifferent(credentials.looks_different());
        match self.files.run(limited(deadline), is_over, look) {
            Progress::Done(Seen::LookDifferent(differs)) => differs,
            Progress::Done(Seen::Read(refresh, credential)) | Progress::Late(Seen::Read(refresh, credential)) => {
                let is_replaced = matches!(refresh, Refresh::Replaced);
                self.late = Some((refresh, credential));
                is_replaced
            }
            Progress::Late(Seen::LookDifferent(_)) | Progress::UnderWay => false,
        }
    }

    /// Reads the files again if they have changed. Where that takes too long, the credential of before stays in
    /// use until the next time.
    pub fn refresh(&mut self, deadline: Instant, is_over: impl Fn() -> bool) -> Refresh {
        if let Some((refresh, credential)) = self.late.take() {
            self.current = credential;
            return refresh;
        }
        let deadline = limited(deadline);
        loop {
            let read = |credentials: &mut Credentials| {
                let refresh = credentials.refresh();
                Seen::Read(refresh, credentials.current().clone())
            };
            match self.files.run(deadline, &is_over, read) {
                Progress::Done(Seen::Read(refresh, credential)) | Progress::Late(Seen::Read(refresh, credential)) => {
                    self.current = credential;
                    return refresh;
                }
                Progress::Done(Seen::LookDifferent(_)) | Progress::Late(Seen::LookDifferent(_)) => {}
                Progress::UnderWay => {
                    return Refresh::Kept(Outcome::invalid(
                        "Its files could not be read in time; they are read again later.",
                    ));
                }
            }
        }
    }
}

/// A call gives half of its time to its files at most.
fn limited(deadline: Instant) -> Instant {
    let now = Instant::now();
    now + (deadline.saturating_duration_since(now) / 2).min(LIMIT)
}

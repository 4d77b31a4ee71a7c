//! The service of the model: a peer in this process, which answers as the test says.

use shuttle::thread;

use super::{NOW, one_of};
use crate::http::{Deadlines, ErrorKind, Request, Response, Sent, Transport, TransportError};
use crate::sync::{Condvar, Mutex};

/// How the peer answers.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    Accepts,
    /// Now so, now so, and sometimes with what leaves an invite in doubt.
    Varies,
    /// As `Varies`, and sometimes not before it is aborted.
    Stalls,
    /// Refuses requests with more than one group.
    WantsThemAlone,
    /// Refuses tokens before this one.
    WantsToken(u32),
}

#[derive(Debug)]
pub struct Peer {
    pub manner: Manner,
    pub is_aborted: Mutex<bool>,
    pub changed: Condvar,
}

impl Transport for Peer {
    fn send(&self, request: Request<'_>, _: Deadlines) -> Result<Response, TransportError> {
        let is_repeatable = !request.uri.path().contains("invites");
        // The others have their turn while it is on the wire.
        thread::sleep(NOW);
        let broken = |sent| TransportError {
            kind: ErrorKind::Connection,
            sent,
            was_connected: true,
            detail: "it was aborted".to_owned(),
            advice: None,
        };
        if *self.is_aborted.lock() {
            return Err(broken(Sent::Nothing));
        }
        let status = match self.manner {
            Manner::Accepts => 204,
            Manner::Varies => one_of(&[204, 204, 204, 400, 0]),
            Manner::Stalls => one_of(&[204, 204, 400, 1, 1]),
            Manner::WantsThemAlone => {
                let groups = String::from_utf8_lossy(request.body).matches("\"recentPlayers\"").count();
                if groups > 1 { 400 } else { 204 }
            }
            Manner::WantsToken(first) => {
                let header = request.authorization.as_ref().unwrap().to_str().unwrap();
                let token: u32 = header.rsplit(';').next().unwrap().parse().unwrap();
                if token < first { 401 } else { 204 }
            }
        };
        match status {
            // Trying again would take time.
            0 if is_repeatable => Ok(answer(400)),
            0 => Err(broken(Sent::MaybeDelivered)),
            1 => {
                let mut is_aborted = self.is_aborted.lock();
                while !*is_aborted {
                    is_aborted = self.changed.wait(is_aborted);
                }
                Err(broken(one_of(&[Sent::Nothing, Sent::Incomplete, Sent::MaybeDelivered])))
            }
            204 if request.uri.path().ends_with("/query") => Ok(Response::new(200, &[], FOUND)),
            status => Ok(answer(status)),
        }
    }

    fn abort(&self) {
        *self.is_aborted.lock() = true;
        self.changed.notify_all();
    }
}

/// What every query finds.
const FOUND: &[u8] = br#"{"userActivities":[{"userId":"1","activities":[{"connectionString":"a"},{"titleId":7}]}]}"#;

pub fn answer(status: u16) -> Response {
    Response::new(status, &[], b"")
}

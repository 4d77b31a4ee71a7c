//! Where the certificate and its key come from. Files are read again when they change, so that a
//! renewed certificate needs no restart of the server.

use std::fmt;
use std::fs;
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use super::Credential;
use super::reading::CredentialNames;
use crate::file;
use crate::outcome::{Outcome, Result};

/// A chain with its key has 10 KiB; this bounds what a wrong path can make us read.
const LARGEST_FILE: usize = 1024 * 1024;

/// Within this time of a change another one can leave the same modified time behind.
const TIME_STEP: Duration = Duration::from_secs(2);

pub enum CredentialSource {
    Files {
        /// PEM, with the chain and perhaps the key, or PKCS#12.
        certificate_path: String,
        /// PEM.
        private_key_path: Option<String>,
        /// Of the PKCS#12 file.
        password: Option<Zeroizing<String>>,
    },
    Texts {
        certificate_pem: Zeroizing<String>,
        private_key_pem: Option<Zeroizing<String>>,
    },
}

/// The credential in use, and what it was read from.
#[derive(Debug)]
pub struct Credentials {
    source: CredentialSource,
    names: &'static CredentialNames<'static>,
    current: Credential,
    /// `None`: to be read again, whatever the files look like.
    stamp: Option<Stamp>,
    /// How the files looked when they were last read, whatever came of it.
    tried: Option<Stamp>,
}

/// What looking at the source again has led to.
#[derive(Debug)]
pub enum Refresh {
    Unchanged,
    Replaced,
    /// The source has changed and is no good, perhaps because only one of its files has been replaced
    /// yet: the credential of before stays in use.
    Kept(Box<Outcome>),
}

/// Modified time and length of each file; `None` for one that cannot be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp(Vec<Option<(SystemTime, u64)>>);

impl Credentials {
    /// `names` of what the source holds, for refusals now and later.
    pub fn open(source: CredentialSource, names: &'static CredentialNames<'static>) -> Result<Self> {
        let (stamp, tried) = (source.stamp(), source.look());
        let current = source.read(names)?;
        Ok(Credentials { source, names, current, stamp, tried })
    }

    pub fn current(&self) -> &Credential {
        &self.current
    }

    pub fn has_changed(&self) -> bool {
        self.source.is_of_files() && (self.stamp.is_none() || self.source.look() != self.stamp)
    }

    /// Whether the files have another look than those that were last tried, good or not.
    pub fn looks_different(&self) -> bool {
        self.source.is_of_files() && self.source.look() != self.tried
    }

    /// Reads the source again if it has changed.
    pub fn refresh(&mut self) -> Refresh {
        if !self.has_changed() {
            return Refresh::Unchanged;
        }
        // Before reading: what changes meanwhile is found the next time.
        let stamp = self.source.stamp();
        self.tried = self.source.look();
        match self.source.read(self.names) {
            Err(outcome) => Refresh::Kept(outcome),
            Ok(newer) => {
                self.stamp = stamp;
                let is_same = newer.is_same(&self.current);
                self.current = newer;
                if is_same { Refresh::Unchanged } else { Refresh::Replaced }
            }
        }
    }
}

impl CredentialSource {
    /// Reads a certificate and its key. Whether the certificate is valid now is not asked here.
    pub fn read(&self, names: &CredentialNames<'_>) -> Result<Credential> {
        match self {
            CredentialSource::Files { certificate_path, private_key_path, password } => {
                let file = read_file(certificate_path, names.certificate)?;
                let key_file = match private_key_path {
                    Some(path) if path != certificate_path => Some(read_file(path, names.key)?),
                    _ => None,
                };
                let password = password.as_ref().map(|password| password.as_str());
                names.read(&file, key_file.as_ref().map(|file| file.as_slice()), password)
            }
            CredentialSource::Texts { certificate_pem, private_key_pem } => {
                let key = private_key_pem.as_ref().map(|text| text.as_bytes());
                names.read(certificate_pem.as_bytes(), key, None)
            }
        }
    }

    /// Of a PKCS#12 file.
    pub fn password(&self) -> Option<&str> {
        match self {
            CredentialSource::Files { password, .. } => password.as_ref().map(|password| password.as_str()),
            CredentialSource::Texts { .. } => None,
        }
    }

    fn is_of_files(&self) -> bool {
        matches!(self, CredentialSource::Files { .. })
    }

    fn look(&self) -> Option<Stamp> {
        let CredentialSource::Files { certificate_path, private_key_path, .. } = self else { return None };
        let paths = [Some(certificate_path), private_key_path.as_ref()];
        let look = |path: &String| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        Some(Stamp(paths.into_iter().flatten().map(look).collect()))
    }

    /// How the files look, unless they changed so recently that they could change again and look the
    /// same.
    fn stamp(&self) -> Option<Stamp> {
        let settled = SystemTime::now().checked_sub(TIME_STEP)?;
        self.look().filter(|Stamp(files)| files.iter().all(|file| file.is_some_and(|(modified, _)| modified < settled)))
    }
}

impl fmt::Debug for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.is_of_files() { "CredentialSource::Files" } else { "CredentialSource::Texts" };
        f.debug_struct(name).finish_non_exhaustive()
    }
}

fn read_file(path: &str, field: &str) -> Result<Zeroizing<Vec<u8>>> {
    file::read(path, LARGEST_FILE).map_err(|error| Outcome::invalid(format!("{field} {error}.")))
}

//! Where the certificate and its key come from. Files are read again when they change, so that a
//! renewed certificate needs no restart of the server.

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use super::pkcs12::{self, Unread};
use super::{Contents, Credential, Misfit, pem};
use crate::outcome::{Outcome, Result};

/// A chain with its key has 10 KiB; this bounds what a wrong path can make us read.
const LARGEST_FILE: u64 = 1024 * 1024;

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
    pub fn open(source: CredentialSource) -> Result<Self> {
        let (stamp, tried) = (source.stamp(), source.look());
        let current = source.read()?;
        Ok(Credentials { source, current, stamp, tried })
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
        match self.source.read() {
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
    pub fn read(&self) -> Result<Credential> {
        match self {
            CredentialSource::Files { certificate_path, private_key_path, password } => {
                let names = Names { certificate: "config.certificate_path", key: "config.private_key_path" };
                let file = read_file(certificate_path, names.certificate)?;
                let password = password.as_ref().map(|password| password.as_str());
                let contents = read_any(&file, password, names.certificate)?;
                let key_file = match private_key_path {
                    Some(path) if path != certificate_path => Some(read_file(path, names.key)?),
                    _ => None,
                };
                names.assemble(contents, &file, key_file.as_ref().map(|file| file.as_slice()))
            }
            CredentialSource::Texts { certificate_pem, private_key_pem } => {
                let names = Names { certificate: "config.certificate_pem", key: "config.private_key_pem" };
                let contents = read_pem(certificate_pem.as_bytes(), names.certificate)?;
                let key_text = private_key_pem.as_ref().map(|text| text.as_bytes());
                names.assemble(contents, certificate_pem.as_bytes(), key_text)
            }
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

/// How the caller names what a credential comes from.
struct Names {
    certificate: &'static str,
    key: &'static str,
}

impl Names {
    /// The key of its own source, where there is one, otherwise the one beside the certificate.
    fn assemble(&self, mut contents: Contents, certificate: &[u8], key: Option<&[u8]>) -> Result<Credential> {
        let (key_field, key_source) = match key {
            Some(key) => (self.key, key),
            None => (self.certificate, certificate),
        };
        if let Some(key) = key {
            contents.keys = read_pem(key, self.key)?.keys;
        }
        let Names { certificate, key: other } = self;
        let count = contents.certificates.len();
        Credential::new(contents).map_err(|misfit| {
            Outcome::invalid(match misfit {
                Misfit::NoCertificate => {
                    format!("{certificate} has no certificate; expected the publisher's, with its chain.")
                }
                Misfit::NoKey if pem::has_encrypted_key(key_source) => is_encrypted(key_field),
                Misfit::NoKey if key.is_some() => {
                    format!("{key_field} has no private key; expected PEM with `BEGIN PRIVATE KEY`.")
                }
                Misfit::NoKey => {
                    format!("{certificate} has no private key beside its certificate; name the key in {other}.")
                }
                Misfit::Certificate(index) => format!(
                    "{certificate} has a certificate, number {} of {count}, that cannot be understood; expected X.509.",
                    index + 1
                ),
                Misfit::Key => format!(
                    "{key_field} has a private key that cannot be used; expected RSA with 2048 to 4096 bits, P-256, \
                     P-384 or Ed25519, not damaged and with its public part (`openssl pkey -in key.pem -out \
                     complete.pem` adds it)."
                ),
                Misfit::Pair if key.is_some() => format!(
                    "{key_field} has a key that belongs to no certificate of {certificate}; expected the two that were \
                     made together."
                ),
                Misfit::Pair => format!(
                    "{certificate} has a key that belongs to none of its certificates; expected the two that were made \
                     together."
                ),
            })
        })
    }
}

/// By what the bytes are, not by the name of their file.
fn read_any(bytes: &[u8], password: Option<&str>, field: &str) -> Result<Contents> {
    if pem::is_pem(bytes) {
        return read_pem(bytes, field);
    }
    if !pkcs12::is_pkcs12(bytes) {
        return Err(Outcome::invalid(format!(
            "{field} is neither PEM nor PKCS#12; expected one of them (`openssl x509 -inform DER -in certificate.cer \
             -out certificate.pem` turns a binary certificate into PEM)."
        )));
    }
    pkcs12::read(bytes, password).map_err(|unread| {
        Outcome::invalid(match unread {
            Unread::PasswordMissing => {
                format!("{field} is a PKCS#12 file with a password; expected it in config.certificate_password.")
            }
            Unread::PasswordWrong => {
                format!("config.certificate_password does not open the PKCS#12 file of {field}; check the password.")
            }
            Unread::Unsupported => format!(
                "{field} is a PKCS#12 file that is protected in a way that is not supported; expected PBES2 with AES \
                 or triple DES, or the older triple DES and RC2, as `openssl pkcs12 -export` writes it."
            ),
            Unread::Damaged => format!(
                "{field} is a PKCS#12 file that is damaged, or not in DER; export it anew (`openssl pkcs12 -export`)."
            ),
        })
    })
}

fn read_pem(bytes: &[u8], field: &str) -> Result<Contents> {
    pem::read(bytes).map_err(|_| {
        Outcome::invalid(if pem::has_encrypted_key(bytes) {
            is_encrypted(field)
        } else {
            // What the parser says could show a line of the key.
            format!("{field} is damaged; expected PEM, from BEGIN to END.")
        })
    })
}

fn is_encrypted(field: &str) -> String {
    format!(
        "{field} has a key that is encrypted, which is not supported in PEM; take the password off (`openssl pkey -in \
         key.pem -out plain.pem`), or name a PKCS#12 file in config.certificate_path and its password in \
         config.certificate_password."
    )
}

fn read_file(path: &str, field: &str) -> Result<Zeroizing<Vec<u8>>> {
    let refuse = |what: String| Err(Outcome::invalid(format!("{field} {what}; expected a file that can be read.")));
    let mut bytes = Zeroizing::new(Vec::new());
    let read = File::open(path).and_then(|file| {
        // A buffer that grows would leave copies behind. One byte more ends the file.
        let length = file.metadata()?.len().min(LARGEST_FILE);
        bytes.reserve_exact(usize::try_from(length).unwrap_or(0) + 2);
        file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)
    });
    match read {
        Err(error) => refuse(format!("could not be read ({error})")),
        Ok(_) if bytes.len() as u64 > LARGEST_FILE => refuse(format!("is larger than {LARGEST_FILE} bytes")),
        Ok(_) => Ok(bytes),
    }
}

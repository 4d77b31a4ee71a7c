//! From bytes to a credential, and the sentences for what cannot be read.

use super::certificate::CertificateInfo;
use super::pkcs12::{self, MOST_HASHES, Unread, algorithm};
use super::{Contents, Credential, Misfit};
use crate::encoding::format::Format;
use crate::encoding::pem::{self, Block, Fault, Item, Refusal};
use crate::outcome::{Outcome, Result};

/// How an edge names what a credential comes from, for the sentences that follow.
#[derive(Clone, Copy, Debug)]
pub struct CredentialNames<'a> {
    pub certificate: &'a str,
    pub key: &'a str,
    /// Of a PKCS#12 file.
    pub password: &'a str,
    /// What takes a PKCS#12 file.
    pub pkcs12: &'a str,
    /// PKCS#12 is read from files only.
    pub is_of_files: bool,
}

const CONVERT: &str = "`openssl pkcs12 -in in.p12 -nodes -out out.pem` converts it to PEM";
const CONVERT_LEGACY: &str = "`openssl pkcs12 -legacy -in in.p12 -nodes -out out.pem` converts it to PEM";

/// What PEM holds.
#[derive(Default)]
struct PemContents {
    contents: Contents,
    /// The number of a block.
    encrypted_key: Option<usize>,
}

impl CredentialNames<'_> {
    /// With the key of its own source, where there is one, otherwise with the one beside the certificate.
    pub fn read(&self, certificate: &[u8], key: Option<&[u8]>, password: Option<&str>) -> Result<Credential> {
        let PemContents { mut contents, encrypted_key } = match Format::of(certificate) {
            Format::Pkcs12 => {
                let contents = pkcs12::read(certificate, password, MOST_HASHES);
                let contents = contents.map_err(|unread| refusal(&self.of_pkcs12(&unread)))?;
                PemContents { contents, encrypted_key: None }
            }
            format => {
                let expected = if self.is_of_files { "PEM or PKCS#12" } else { "PEM" };
                read_pem(certificate, format, self.certificate, expected)?
            }
        };
        match (key, encrypted_key) {
            (Some(key), _) => {
                let from_key = read_pem(key, Format::of(key), self.key, "PEM")?;
                if let Some(block) = from_key.encrypted_key {
                    return Err(self.encrypted(self.key, block));
                }
                contents.keys = from_key.contents.keys;
                contents.issuers = from_key.contents.certificates;
            }
            (None, Some(block)) => return Err(self.encrypted(self.certificate, block)),
            (None, None) => {}
        }
        let count = contents.certificates.len();
        Credential::new(contents).map_err(|misfit| refusal(&self.of_misfit(misfit, key.is_some(), count)))
    }

    fn of_misfit(&self, misfit: Misfit, has_key_source: bool, count: usize) -> String {
        let CredentialNames { certificate, key, .. } = self;
        let key_field = if has_key_source { key } else { certificate };
        match misfit {
            Misfit::NoCertificate => {
                format!("{certificate} has no certificate; expected one with its chain.")
            }
            Misfit::NoKey if has_key_source => {
                format!("{key} has no private key; expected PEM with `BEGIN PRIVATE KEY`.")
            }
            Misfit::NoKey => {
                format!("{certificate} has no private key beside its certificate; name the key in {key}.")
            }
            Misfit::Certificate(index) => format!(
                "{certificate} has a certificate, number {} of {count}, that cannot be understood; expected X.509.",
                index + 1
            ),
            Misfit::Version1(index) => format!(
                "{certificate} has a certificate, number {} of {count}, of X.509 version 1; expected version 3.",
                index + 1
            ),
            Misfit::Key => format!(
                "{key_field} has a private key that cannot be used; expected RSA with 2048 to 4096 bits, P-256, P-384 \
                 or Ed25519, not damaged."
            ),
            Misfit::Pair if has_key_source => format!(
                "{key} has a key that belongs to no certificate of {certificate}; expected the two that were made \
                 together."
            ),
            Misfit::Pair => format!(
                "{certificate} has a key that belongs to none of its certificates; expected the two that were made \
                 together."
            ),
        }
    }

    fn encrypted(&self, field: &str, block: usize) -> Box<Outcome> {
        refusal(&format!(
            "{field} cannot be used: block {block} is an encrypted private key, which is supported in PKCS#12 only; \
             take the password off (`openssl pkey -in key.pem -out plain.pem`), or name a PKCS#12 file in {} and its \
             password in {}.",
            self.pkcs12, self.password
        ))
    }

    fn of_pkcs12(&self, unread: &Unread) -> String {
        let CredentialNames { certificate: field, password, .. } = self;
        match unread {
            Unread::PasswordMissing => {
                format!("{field} is a PKCS#12 file that needs a password; expected it in {password}.")
            }
            Unread::PasswordWrong => {
                format!("{password} is the wrong password for the PKCS#12 file of {field}; expected the one it has.")
            }
            Unread::OtherPassword => format!(
                "{field} is a PKCS#12 file with a second password, which {password} is not; expected one password for \
                 all of it (`openssl pkcs12 -twopass -in in.p12 -nodes -out out.pem` converts it to PEM)."
            ),
            Unread::TooManyIterations => format!(
                "{field} is a PKCS#12 file whose password takes more iterations than are allowed; expected at most \
                 1,000,000 for each of its parts ({CONVERT})."
            ),
            Unread::Algorithm(identifier) => {
                let (name, is_legacy) = algorithm::describe(identifier);
                let convert = if is_legacy { CONVERT_LEGACY } else { CONVERT };
                format!(
                    "{field} is a PKCS#12 file that is protected by {name}, which is not supported; expected AES or \
                     triple DES, and SHA-1, SHA-256, SHA-384 or SHA-512 ({convert})."
                )
            }
            Unread::PublicKey => format!(
                "{field} is a PKCS#12 file that is protected by a certificate, which is not supported; expected one \
                 that is protected by a password."
            ),
            Unread::Truncated => {
                format!("{field} is a PKCS#12 file that is cut short; expected all of it: copy it again, in binary.")
            }
            Unread::Malformed => {
                format!(
                    "{field} is a PKCS#12 file that is damaged; expected one as `openssl pkcs12 -export` writes it."
                )
            }
            Unread::Changed => format!(
                "{field} is a PKCS#12 file that was changed after it was written: its MAC does not fit; expected the \
                 file as it was."
            ),
        }
    }
}

fn read_pem(bytes: &[u8], format: Format, field: &str, expected: &str) -> Result<PemContents> {
    if format != Format::Pem {
        return Err(refusal(&format!("{field} {}.", format.refusal(expected))));
    }
    let of_block = |error: &Refusal| refusal(&format!("{field} {error}."));
    let mut pem = PemContents::default();
    for Block { number, item } in pem::read(bytes).map_err(|error| of_block(&error))? {
        match item {
            Item::Certificate { der, .. } => {
                if CertificateInfo::read(&der).is_err() {
                    return Err(of_block(&Refusal { block: number, fault: Fault::NotOneCertificate }));
                }
                pem.contents.certificates.push(der);
            }
            Item::Key(key) => pem.contents.keys.push(key),
            Item::EncryptedKey => pem.encrypted_key = pem.encrypted_key.or(Some(number)),
        }
    }
    Ok(pem)
}

fn refusal(sentence: &str) -> Box<Outcome> {
    Outcome::invalid(sentence.to_owned())
}

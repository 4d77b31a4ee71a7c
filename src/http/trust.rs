//! Which certificates of servers are accepted: those of the authorities that the library carries, and
//! of those in a file. A slim container has none of its own, so the system's are not asked.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::encoding::format::Format;
use crate::encoding::pem::{self, Block, Item};
use crate::file::{self, FileError};
use crate::outcome::{Outcome, Result};

/// A bundle of all public roots has 220 KiB; this bounds what a wrong path can make us read.
const LARGEST_FILE: usize = 4 * 1024 * 1024;

/// A client has an endpoint and two hosts to sign in, and rustls keeps up to 8 tickets of each.
const TLS_SESSIONS: usize = 3 * 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaMode {
    Added,
    Only,
}

/// What TLS needs that is the same for all clients.
#[derive(Clone, Debug)]
pub struct TlsDefaults {
    provider: Arc<CryptoProvider>,
    carried_roots: Arc<RootCertStore>,
}

impl Default for TlsDefaults {
    fn default() -> Self {
        TlsDefaults {
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            carried_roots: Arc::new(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }),
        }
    }
}

/// The certificates that may prove who the service is.
#[derive(Clone, Debug)]
pub struct Trust {
    defaults: TlsDefaults,
    verifier: Arc<Verifier>,
}

impl Trust {
    /// Those that were named, not those that the library carries.
    pub fn named(&self) -> &[CertificateDer<'static>] {
        &self.verifier.named
    }

    /// What decides whether a server's certificate is accepted.
    pub fn verifier(&self) -> Arc<dyn ServerCertVerifier> {
        self.verifier.clone()
    }

    /// In these certificates, and in the carried ones unless `mode` or the lack of others says so.
    pub fn in_certificates(
        defaults: &TlsDefaults,
        certificates: Vec<CertificateDer<'static>>,
        mode: CaMode,
    ) -> Result<Self> {
        let roots = if certificates.is_empty() {
            defaults.carried_roots.clone()
        } else {
            let mut roots = match mode {
                CaMode::Added => RootCertStore::clone(&defaults.carried_roots),
                CaMode::Only => RootCertStore::empty(),
            };
            roots.add_parsable_certificates(certificates.iter().cloned());
            Arc::new(roots)
        };
        let chains = WebPkiServerVerifier::builder_with_provider(roots, defaults.provider.clone())
            .build()
            .map_err(|_| Outcome::internal("No certificate of an authority is there. Please report this."))?;
        Ok(Trust { defaults: defaults.clone(), verifier: Arc::new(Verifier { chains, named: certificates }) })
    }

    /// How connections are made. `client_certificate`: shown where the server asks for one.
    pub fn client_config(&self, client_certificate: Option<Arc<CertifiedKey>>) -> Result<Arc<ClientConfig>> {
        let builder = ClientConfig::builder_with_provider(self.defaults.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|_| Outcome::internal("TLS could not be set up. Please report this."))?
            .dangerous()
            .with_custom_certificate_verifier(self.verifier.clone());
        let mut config = match client_certificate {
            None => builder.with_no_client_auth(),
            Some(key) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(key))),
        };
        config.resumption = Resumption::in_memory_sessions(TLS_SESSIONS);
        Ok(Arc::new(config))
    }
}

/// Accepts what an authority vouches for, and a certificate that was named itself.
#[derive(Debug)]
struct Verifier {
    chains: Arc<WebPkiServerVerifier>,
    named: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, Error> {
        match self.chains.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // As `openssl req -x509` makes it: its own authority. Naming a certificate, all of its
            // bytes, is to trust its key; that it is valid now was checked before this was found.
            Err(error) if is_own_authority(&error) && self.named.contains(end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

fn is_own_authority(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(other)) = error else { return false };
    matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// What is wrong with a file of certificates. Displayed, it follows the name of the field or option.
#[derive(Debug)]
pub enum CaError {
    File(FileError),
    Format(Format),
    Pem(pem::Refusal),
    /// A block, by its number, is something else than a certificate to trust.
    Block(usize, &'static str),
    NoCertificate,
}

impl fmt::Display for CaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CaError::File(error) => error.fmt(f),
            CaError::Format(format) => f.write_str(&format.refusal("PEM certificates")),
            CaError::Pem(refusal) => refusal.fmt(f),
            CaError::Block(number, what) => write!(f, "cannot be used: block {number} is {what}"),
            CaError::NoCertificate => f.write_str("has no certificate; expected a file of PEM certificates"),
        }
    }
}

/// Reads the certificates of authorities from a file that has nothing else in it.
pub fn read_certificates(path: &str) -> std::result::Result<Vec<CertificateDer<'static>>, CaError> {
    let bytes = file::read(path, LARGEST_FILE).map_err(CaError::File)?;
    let mut certificates = Vec::new();
    let format = Format::of(&bytes);
    if format != Format::Pem {
        return Err(CaError::Format(format));
    }
    for Block { number, item } in pem::read(&bytes).map_err(CaError::Pem)? {
        match item {
            Item::Certificate { for_servers: false, .. } => {
                return Err(CaError::Block(
                    number,
                    "a certificate with OpenSSL's setting not to trust it for servers; expected certificates to trust \
                     (`openssl x509 -in in.pem -out out.pem` takes the setting away)",
                ));
            }
            Item::Certificate { der, .. } if RootCertStore::empty().add(der.clone()).is_err() => {
                return Err(CaError::Block(number, "a certificate that cannot be understood; expected X.509"));
            }
            Item::Certificate { der, .. } => certificates.push(der),
            Item::Key(_) | Item::EncryptedKey => {
                return Err(CaError::Block(number, "a private key; expected the certificates of authorities only"));
            }
        }
    }
    if certificates.is_empty() { Err(CaError::NoCertificate) } else { Ok(certificates) }
}

#[cfg(test)]
#[path = "trust_tests.rs"]
mod tests;

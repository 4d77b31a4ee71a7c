//! Certificates made for the run: that of a server, those of an authority and its partners; and TLS with them.

use std::error::Error;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::time::OffsetDateTime;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{NoClientAuth, NoServerSessionStorage, WebPkiClientVerifier};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::clock::{Clock, TlsClock};

type CertificateResult<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A server's certificate and the key to it.
pub(crate) struct ServerCertificate {
    pub certificate: Certificate,
    pub key: KeyPair,
}

/// Makes a certificate that a client trusts if it is given the certificate itself.
pub(crate) fn make_self_signed(address: IpAddr) -> CertificateResult<ServerCertificate> {
    let key = KeyPair::generate()?;
    let certificate = server_params(address)?.self_signed(&key)?;
    Ok(ServerCertificate { certificate, key })
}

/// HTTPS with a server's certificate. Where clients are to show one, `clients` looks at it.
pub(crate) fn acceptor(
    server: &ServerCertificate,
    clients: Option<Arc<dyn ClientCertVerifier>>,
    clock: Arc<Clock>,
) -> CertificateResult<TlsAcceptor> {
    let private_key = PrivatePkcs8KeyDer::from(server.key.serialize_der());
    let chain = vec![server.certificate.der().clone()];
    // No sessions are resumed, so that a client certificate is verified on every connection.
    let resumes_sessions = clients.is_none();
    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_details(provider, Arc::new(TlsClock(clock)))
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(clients.unwrap_or_else(|| Arc::new(NoClientAuth)))
        .with_single_cert(chain, private_key.into())?;
    if !resumes_sessions {
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// For the names of the loopback address, and for `address`.
pub(crate) fn server_params(address: IpAddr) -> Result<CertificateParams, rcgen::Error> {
    let mut names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let address = address.to_string();
    if !names.contains(&address) {
        names.push(address);
    }
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "mpa-emulator");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

/// How long a partner's certificate holds, about as long as real ones do.
const PARTNER_LIFETIME: Duration = Duration::from_secs(548 * 86_400);

/// A clock that is a little late must not find that the certificate is not yet valid.
const PARTNER_AGE: Duration = Duration::from_secs(86_400);

/// Made anew for every run. Partners' certificates are those of an intermediate authority, so that
/// a client which shows its certificate without the chain is not let in.
pub(crate) struct Authority {
    root: CertifiedIssuer<'static, KeyPair>,
    root_pem: String,
    partner_issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A partner's identity.
#[derive(Clone)]
pub struct PartnerCertificate {
    /// The certificate and that of the intermediate authority, in PEM.
    pub chain_pem: String,
    /// In PEM (PKCS#8).
    pub private_key_pem: String,
}

/// The key stays out.
impl fmt::Debug for PartnerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartnerCertificate").field("chain_pem", &self.chain_pem).finish_non_exhaustive()
    }
}

impl Authority {
    pub fn make() -> CertificateResult<Self> {
        // With a name for each run, that of another run is unknown, and not one whose signature is wrong.
        let run = RandomState::new().hash_one(());
        let root = authority_params(&format!("mpa-emulator authority {run:016x}"), 1);
        let root = CertifiedIssuer::self_signed(root, KeyPair::generate()?)?;
        let partner_issuer = authority_params(&format!("mpa-emulator partner authority {run:016x}"), 0);
        let partner_issuer = CertifiedIssuer::signed_by(partner_issuer, KeyPair::generate()?, &root)?;
        Ok(Self { root_pem: root.pem(), root, partner_issuer })
    }

    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// A certificate for a server on this machine, signed by the root.
    pub fn issue_server(&self, address: IpAddr) -> CertificateResult<ServerCertificate> {
        let issuer: &Issuer<'_, KeyPair> = &self.root;
        let key = KeyPair::generate()?;
        let mut params = server_params(address)?;
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, issuer)?;
        Ok(ServerCertificate { certificate, key })
    }

    /// A partner's certificate that is good now.
    pub fn issue_partner_for_now(&self, now: SystemTime) -> CertificateResult<PartnerCertificate> {
        self.issue_partner(now - PARTNER_AGE, now + PARTNER_LIFETIME)
    }

    pub fn issue_partner(
        &self,
        not_before: SystemTime,
        not_after: SystemTime,
    ) -> CertificateResult<PartnerCertificate> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named("mpa-emulator partner");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        params.not_before = date(not_before)?;
        params.not_after = date(not_after)?;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.partner_issuer)?;
        Ok(PartnerCertificate {
            chain_pem: certificate.pem() + &self.partner_issuer.pem(),
            private_key_pem: key.serialize_pem(),
        })
    }

    /// Accepts clients with a certificate of this authority that is valid at the time.
    pub fn client_verifier(&self) -> CertificateResult<Arc<dyn ClientCertVerifier>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.der().clone())?;
        let provider = Arc::new(ring::default_provider());
        Ok(WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?)
    }
}

/// `below`: how many authorities may stand between this one and a certificate.
fn authority_params(name: &str, below: u8) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

fn date(time: SystemTime) -> CertificateResult<OffsetDateTime> {
    let seconds = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs())?,
        Err(before) => -i64::try_from(before.duration().as_secs())?,
    };
    Ok(OffsetDateTime::from_unix_timestamp(seconds)?)
}

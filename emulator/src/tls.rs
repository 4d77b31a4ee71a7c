//! Certificates of servers on this machine, made anew for every run, and HTTPS with them.

use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{NoClientAuth, NoServerSessionStorage};

use crate::clock::{Clock, ClockOfTls};

type Made<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A server's certificate and the key to it.
pub(crate) struct ServerCertificate {
    pub certificate: Certificate,
    pub key: KeyPair,
}

/// Makes a certificate that a client trusts if it is given the certificate itself.
pub(crate) fn make_self_signed(address: IpAddr) -> Made<ServerCertificate> {
    let key = KeyPair::generate()?;
    let certificate = params_of_a_server(address)?.self_signed(&key)?;
    Ok(ServerCertificate { certificate, key })
}

/// HTTPS with a server's certificate. Where clients are to show one, `clients` looks at it.
pub(crate) fn acceptor(
    server: &ServerCertificate,
    clients: Option<Arc<dyn ClientCertVerifier>>,
    clock: Arc<Clock>,
) -> Made<TlsAcceptor> {
    let private_key = PrivatePkcs8KeyDer::from(server.key.serialize_der());
    let chain = vec![server.certificate.der().clone()];
    // Whoever has to show a certificate shows it on every connection, so that it is looked at anew.
    let resumes_sessions = clients.is_none();
    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_details(provider, Arc::new(ClockOfTls(clock)))
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
pub(crate) fn params_of_a_server(address: IpAddr) -> Result<CertificateParams, rcgen::Error> {
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

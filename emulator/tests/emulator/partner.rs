//! A partner's client: it signs in to an emulator that was started for that.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use mpa_emulator::{Emulator, Options, PartnerCertificate, SignInOptions};
use serde_json::{Value, json};
use tokio_rustls::rustls::client::ClientConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};

use crate::client::{Answer, Client};
use crate::requests::Request;
use crate::signer::Signer;

pub type TlsStream = StreamOwned<ClientConnection, TcpStream>;

pub fn start() -> Emulator {
    start_with(SignInOptions::default())
}

pub fn start_with(sign_in: SignInOptions) -> Emulator {
    Emulator::start(Options { sign_in: Some(sign_in), ..Options::default() }).unwrap()
}

/// Shakes hands with the part at a URL. With TLS 1.3, whether a certificate is refused shows only when
/// something is read.
pub fn connect(
    emulator: &Emulator,
    url: &str,
    identity: Option<&PartnerCertificate>,
    version: &'static SupportedProtocolVersion,
) -> io::Result<TlsStream> {
    let certificate = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate(emulator.sign_in().unwrap().ca_pem())).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    let config = match identity {
        None => config.with_no_client_auth(),
        Some(identity) => {
            let chain = CertificateDer::pem_slice_iter(identity.chain_pem.as_bytes());
            let key = PrivateKeyDer::from_pem_slice(identity.private_key_pem.as_bytes()).unwrap();
            config.with_client_auth_cert(chain.map(Result::unwrap).collect(), key).unwrap()
        }
    };
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = TcpStream::connect(url.strip_prefix("https://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(connection, stream))
}

/// To the sign-in service, with the emulator's own certificate.
pub fn to_sign_in(emulator: &Emulator) -> Client<TlsStream> {
    let sign_in = emulator.sign_in().unwrap();
    Client::over(connect(emulator, sign_in.url(), Some(sign_in.partner()), &TLS13).unwrap())
}

pub fn to_token(emulator: &Emulator) -> Client<TlsStream> {
    Client::over(connect(emulator, emulator.sign_in().unwrap().token_url(), None, &TLS12).unwrap())
}

pub fn to_service(emulator: &Emulator) -> Client<TlsStream> {
    Client::over(connect(emulator, emulator.url(), None, &TLS13).unwrap())
}

pub fn authentication(signer: &Signer) -> Value {
    json!({"RelyingParty": "http://auth.xboxlive.com", "TokenType": "JWT", "Properties": {"ProofKey": signer.jwk()}})
}

pub fn authorization(service_token: &str) -> Value {
    json!({"RelyingParty": "http://xboxlive.com", "TokenType": "JWT",
        "Properties": {"ServiceToken": service_token, "SandboxId": "RETAIL"}})
}

/// A request to one of the two services, not yet signed.
pub fn unsigned(path: &str, body: &Value) -> Request {
    let request = Request::call(path, "", body.to_string()).without("Authorization");
    request.replacing("Content-Type", "application/json")
}

pub fn authenticate(signer: &Signer) -> Request {
    signer.sign(unsigned("/service/authenticate", &authentication(signer)))
}

pub fn authorize(signer: &Signer, service_token: &str) -> Request {
    signer.sign(unsigned("/xsts/authorize", &authorization(service_token)))
}

/// The token of an answer that has one.
pub fn token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["Token"].as_str().unwrap().to_owned()
}

/// Signs in and returns the token for the token service.
pub fn service_token(emulator: &Emulator, signer: &Signer) -> String {
    token(&to_sign_in(emulator).send(&authenticate(signer)))
}

/// Signs in and returns the value of `Authorization` to call with.
pub fn sign_in(emulator: &Emulator, signer: &Signer) -> String {
    let service_token = service_token(emulator, signer);
    let token = token(&to_token(emulator).send(&authorize(signer, &service_token)));
    format!("XBL3.0 x=-;{token}")
}

/// The XErr of a refusal.
pub fn x_err(answer: &Answer) -> (u16, u64) {
    let said = answer.json();
    assert_eq!((&said["Identity"], &said["Message"]), (&json!("0"), &json!("")), "{said}");
    (answer.status, said["XErr"].as_u64().unwrap())
}

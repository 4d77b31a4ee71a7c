//! The least that a first call can be: the handshakes, the signatures, and the bytes.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore, StreamOwned};

use super::partner::Partner;
use super::proof_key::ProofKey;
use crate::request;

/// Made beforehand, as all that is the same for every first call: keys, certificates, configurations.
pub struct Bare {
    key: ProofKey,
    with_certificate: Arc<ClientConfig>,
    without: ClientConfig,
    sign_in: String,
    token: String,
    service: String,
}

type Tls = StreamOwned<ClientConnection, TcpStream>;

/// The connections of one first call, which are closed when this is dropped.
pub struct Connections {
    all: [Tls; 3],
}

impl Connections {
    pub fn handshakes(&self) -> [Option<HandshakeKind>; 3] {
        self.all.each_ref().map(|tls| tls.conn.handshake_kind())
    }
}

impl Bare {
    pub fn new(partner: &Partner) -> Self {
        let identity = partner.sign_in().partner();
        let chain = CertificateDer::pem_slice_iter(identity.chain_pem.as_bytes());
        let chain = chain.collect::<Result<_, _>>().expect("the emulator's PEM");
        let private_key = PrivateKeyDer::from_pem_slice(identity.private_key_pem.as_bytes());
        let with_certificate = trusting(partner)
            .with_client_auth_cert(chain, private_key.expect("the emulator's PEM"))
            .expect("a key for the certificate");
        let host = |url: &str| url.strip_prefix("https://").expect("an https endpoint").to_owned();
        Bare {
            key: ProofKey::make(),
            with_certificate: Arc::new(with_certificate),
            without: trusting(partner).with_no_client_auth(),
            sign_in: host(partner.sign_in().url()),
            token: host(partner.sign_in().token_url()),
            service: host(partner.emulator.url()),
        }
    }

    pub fn first_call(&self) -> Connections {
        // No session of a call before is kept. Within a call it is as with the library: the
        // emulator's services have one name, so that the third connection resumes the second's.
        let mut without = self.without.clone();
        without.resumption = Resumption::default();
        let without = Arc::new(without);
        let body = self.authentication();
        let (answer, first) = self.ask(&self.with_certificate, &self.sign_in, "/service/authenticate", None, &body);
        let body = authorization(token(&answer));
        let (answer, second) = self.ask(&without, &self.token, "/xsts/authorize", None, &body);
        let header = format!("XBL3.0 x=-;{}", token(&answer));
        let (answer, third) = self.ask(&without, &self.service, &request::path(), Some(&header), &request::body());
        assert!(answer.starts_with("HTTP/1.1 204 "), "the emulator takes the call");
        Connections { all: [first, second, third] }
    }

    fn ask(
        &self,
        config: &Arc<ClientConfig>,
        host: &str,
        path: &str,
        authorization: Option<&str>,
        body: &str,
    ) -> (String, Tls) {
        let mut tls = connect(config, host);
        let signature = self.key.header(path, authorization.unwrap_or_default(), body);
        let mut request = format!("POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n", body.len());
        if let Some(authorization) = authorization {
            request += &format!("authorization: {authorization}\r\n");
        }
        request += &format!("signature: {signature}\r\n");
        for (name, value) in request::headers(0).into_iter().skip(1) {
            request += &format!("{name}: {value}\r\n");
        }
        request += "\r\n";
        request += body;
        tls.write_all(request.as_bytes()).and_then(|()| tls.flush()).expect("the emulator reads");
        (answer(&mut tls).expect("the emulator answers"), tls)
    }

    fn authentication(&self) -> String {
        let [x, y] = self.key.coordinates();
        format!(
            "{{\"RelyingParty\":\"http://auth.xboxlive.com\",\"TokenType\":\"JWT\",\"Properties\":{{\"ProofKey\":\
             {{\"alg\":\"ES256\",\"kty\":\"EC\",\"use\":\"sig\",\"crv\":\"P-256\",\"x\":\"{x}\",\"y\":\"{y}\"}}}}}}"
        )
    }
}

fn authorization(service_token: &str) -> String {
    format!(
        "{{\"RelyingParty\":\"http://xboxlive.com\",\"TokenType\":\"JWT\",\"Properties\":\
         {{\"ServiceToken\":\"{service_token}\",\"SandboxId\":\"RETAIL\"}}}}"
    )
}

fn trusting(partner: &Partner) -> rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert> {
    let authority = CertificateDer::from_pem_slice(partner.sign_in().ca_pem().as_bytes());
    let mut roots = RootCertStore::empty();
    roots.add(authority.expect("the emulator's PEM")).expect("the emulator's certificate");
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .expect("ring has their ciphers")
        .with_root_certificates(roots)
}

/// An open connection, its handshake done.
fn connect(config: &Arc<ClientConfig>, host: &str) -> Tls {
    let mut stream = TcpStream::connect(host).expect("the emulator listens");
    stream.set_nodelay(true).expect("a TCP socket");
    // So that an emulator that dies does not leave this waiting for ever.
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a TCP socket");
    let address = host.rsplit_once(':').expect("an address with a port").0;
    let name = ServerName::try_from(address.to_owned()).expect("an IP address");
    let mut connection = ClientConnection::new(config.clone(), name).expect("a good configuration");
    connection.complete_io(&mut stream).expect("the emulator shakes hands");
    StreamOwned::new(connection, stream)
}

/// Head and body, as long as the head says.
fn answer(tls: &mut Tls) -> io::Result<String> {
    let mut bytes = vec![0; 16 * 1024];
    let mut filled = 0;
    loop {
        filled += match tls.read(&mut bytes[filled..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => read,
        };
        let Ok(text) = std::str::from_utf8(&bytes[..filled]) else { continue };
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() == content_length(head)
        {
            bytes.truncate(filled);
            return String::from_utf8(bytes).map_err(io::Error::other);
        }
    }
}

fn content_length(head: &str) -> usize {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.map_or(0, |(_, length)| length.parse().expect("a number"))
}

fn token(answer: &str) -> &str {
    let (_, rest) = answer.split_once("\"Token\":\"").expect("an answer with a token");
    rest.split('"').next().unwrap_or_default()
}

//! A peer that does as it is told, over plain TCP or TLS, and a client that trusts it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use ureq::http::HeaderValue;
use ureq::tls::Certificate;

use crate::http::names::Names;
use crate::http::{Answer, Failure, Http, Limits, Request, Settings, Trust};

/// What a peer reads from and writes to.
pub trait Stream: Read + Write {
    fn socket(&self) -> &TcpStream;
}

impl Stream for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Stream for StreamOwned<ServerConnection, TcpStream> {
    fn socket(&self) -> &TcpStream {
        &self.sock
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Layer {
    Plain,
    Tls,
}

pub const LAYERS: [Layer; 2] = [Layer::Plain, Layer::Tls];

/// Whose name a peer's certificate has, and from when to when.
#[derive(Clone, Copy, Debug)]
pub enum Proof {
    Good,
    OtherName,
    Expired,
}

pub struct Peer {
    pub address: SocketAddr,
    pub layer: Layer,
    authority: Certificate<'static>,
    connections: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Peer {
    /// Runs `script` on each of the first `connections` connections, one after the other.
    pub fn start(layer: Layer, connections: usize, script: impl Fn(usize, &mut dyn Stream) + Send + 'static) -> Self {
        Self::with_proof(layer, Proof::Good, connections, script)
    }

    pub fn with_proof(
        layer: Layer,
        proof: Proof,
        connections: usize,
        script: impl Fn(usize, &mut dyn Stream) + Send + 'static,
    ) -> Self {
        let (authority, config) = certificates(proof);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let thread = thread::spawn(move || {
            for number in 0..connections {
                let (socket, _) = listener.accept().unwrap();
                counter.fetch_add(1, Ordering::SeqCst);
                match layer {
                    Layer::Plain => script(number, &mut { socket }),
                    Layer::Tls => {
                        let tls = ServerConnection::new(config.clone()).unwrap();
                        script(number, &mut StreamOwned::new(tls, socket));
                    }
                }
            }
        });
        Peer { address, layer, authority, connections: count, thread: Some(thread) }
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Waits for the script's end.
    pub fn join(&mut self) {
        self.thread.take().unwrap().join().unwrap();
    }

    /// A client that trusts this peer.
    pub fn client(&self) -> Client {
        self.client_with(Names::new())
    }

    pub fn client_with(&self, names: Names) -> Client {
        self.client_trusting(Trust { roots: vec![self.authority.clone()] }, names)
    }

    pub fn client_trusting(&self, trust: Trust, names: Names) -> Client {
        let http = Http::with_names(
            Settings {
                trust,
                allow_plain_http: false,
                user_agent: HeaderValue::from_static("test"),
                connect_timeout: Duration::from_millis(500),
            },
            names,
        );
        let scheme = if self.layer == Layer::Tls { "https" } else { "http" };
        Client { http, base: format!("{scheme}://localhost:{}", self.address.port()) }
    }
}

pub struct Client {
    pub http: Http,
    pub base: String,
}

impl Client {
    pub fn send(&self, body: &[u8]) -> Result<Answer, Failure> {
        self.send_within(body, Duration::from_secs(10))
    }

    pub fn send_within(&self, body: &[u8], limit: Duration) -> Result<Answer, Failure> {
        let request = Request {
            uri: format!("{}/path", self.base).parse().unwrap(),
            authorization: HeaderValue::from_static("XBL3.0 x=-;token"),
            body,
        };
        self.http.exchange(request, Limits { deadline: Instant::now() + limit })
    }
}

/// An authority, and a configuration with a certificate of its making.
fn certificates(proof: Proof) -> (Certificate<'static>, Arc<ServerConfig>) {
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(vec![]).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_certificate = authority.self_signed(&authority_key).unwrap();
    let issuer = rcgen::Issuer::new(authority, authority_key);

    let name = if matches!(proof, Proof::OtherName) { "other.example" } else { "localhost" };
    let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    if matches!(proof, Proof::Expired) {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    }
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (Certificate::from_der(authority_certificate.der()).to_owned(), Arc::new(config))
}

/// Reads one request to its end; `None` where the client closes instead.
pub fn read_request(stream: &mut dyn Stream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    let mut buffer = [0; 16_384];
    loop {
        let amount = stream.read(&mut buffer).unwrap_or(0);
        if amount == 0 {
            return None;
        }
        request.extend_from_slice(&buffer[..amount]);
        if is_whole(&request) {
            return Some(request);
        }
    }
}

fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = std::str::from_utf8(&request[..end]).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    request.len() - end - 4 >= length.parse().unwrap()
}

/// Ends the connection with a reset, not with a farewell.
pub fn reset(stream: &mut dyn Stream) {
    socket2::SockRef::from(stream.socket()).set_linger(Some(Duration::ZERO)).unwrap();
}

pub fn say(stream: &mut dyn Stream, text: &str) {
    // The client may have gone already.
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

/// Reads until the client closes.
pub fn wait_for_close(stream: &mut dyn Stream) {
    while !matches!(stream.read(&mut [0; 1024]), Ok(0) | Err(_)) {}
}

pub const ACCEPTED: &str = "HTTP/1.1 204 No Content\r\n\r\n";

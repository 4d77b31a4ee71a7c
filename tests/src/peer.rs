//! A peer that does as it is told, over plain TCP or TLS. Self-contained: the unit tests of
//! `src/http` use this file too.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

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
    /// The certificate of whoever vouches for this peer.
    pub authority: rcgen::Certificate,
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
                let Ok((socket, _)) = listener.accept() else { return };
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

    pub fn endpoint(&self) -> String {
        let scheme = if self.layer == Layer::Tls { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.address.port())
    }

    /// Waits for the script's end.
    pub fn join(&mut self) {
        self.thread.take().unwrap().join().unwrap();
    }
}

/// An authority, and a configuration with a certificate of its making.
fn certificates(proof: Proof) -> (rcgen::Certificate, Arc<ServerConfig>) {
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
    (authority_certificate, Arc::new(config))
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

/// What to do with the request that has just been read.
pub enum Answer {
    /// These bytes, and then the next request of the same connection.
    Say(String),
    /// Close the connection, without a word.
    Close,
    /// Say nothing, until the client gives up.
    Stall,
}

/// Serves one connection after the other; `answer` is given the number of the request, from 0.
/// Returns the endpoint, and the requests as they come in.
pub fn start(answer: impl Fn(usize) -> Answer + Send + 'static) -> (String, mpsc::Receiver<String>) {
    let (seen, requests) = mpsc::channel();
    let number = AtomicUsize::new(0);
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while let Some(request) = read_request(stream) {
            // Nobody may be interested.
            let _ = seen.send(String::from_utf8_lossy(&request).into_owned());
            match answer(number.fetch_add(1, Ordering::SeqCst)) {
                Answer::Say(bytes) => say(stream, &bytes),
                Answer::Close => return,
                Answer::Stall => wait_for_close(stream),
            }
        }
    });
    (peer.endpoint(), requests)
}

/// An answer with a body and its length.
pub fn response(status: u16, headers: &[&str], body: &str) -> String {
    let mut text = format!("HTTP/1.1 {status} Status\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    if status != 204 {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    format!("{text}\r\n{body}")
}

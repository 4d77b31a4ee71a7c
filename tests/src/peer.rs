//! A peer that a test controls, over plain TCP or TLS. Self-contained: the unit tests of
//! `src/http` use this file too.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

/// What a peer reads from and writes to.
pub trait Stream: Read + Write {
    fn socket(&self) -> &TcpStream;

    /// What goes over the wire for these texts, each in a record of its own where there are records. To
    /// be sent by `say_raw`.
    fn records(&mut self, texts: &[&str]) -> Vec<u8>;

    /// Says something together with the last of its handshake, in one segment; tells whether there is a
    /// handshake.
    fn say_with_handshake(&mut self, text: &str) -> bool;

    /// Ends the sending direction in order: by `close_notify` too, where there is TLS.
    fn finish(&mut self);
}

impl Stream for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }

    fn records(&mut self, texts: &[&str]) -> Vec<u8> {
        texts.concat().into_bytes()
    }

    fn say_with_handshake(&mut self, _: &str) -> bool {
        false
    }

    fn finish(&mut self) {
        let _ = self.shutdown(Shutdown::Write);
    }
}

impl Stream for StreamOwned<ServerConnection, TcpStream> {
    fn socket(&self) -> &TcpStream {
        &self.sock
    }

    fn records(&mut self, texts: &[&str]) -> Vec<u8> {
        // What waits there, such as tickets, goes out first.
        while self.conn.is_handshaking() {
            self.conn.complete_io(&mut self.sock).unwrap();
        }
        while self.conn.wants_write() {
            self.conn.write_tls(&mut self.sock).unwrap();
        }
        let mut records = Vec::new();
        for text in texts {
            self.conn.writer().write_all(text.as_bytes()).unwrap();
            while self.conn.wants_write() {
                self.conn.write_tls(&mut records).unwrap();
            }
        }
        records
    }

    fn say_with_handshake(&mut self, text: &str) -> bool {
        // Held back until data may be sent; in TLS 1.3 that is before the client's last message.
        self.conn.writer().write_all(text.as_bytes()).unwrap();
        while self.conn.is_handshaking() {
            let mut flight = Vec::new();
            self.conn.read_tls(&mut self.sock).unwrap();
            self.conn.process_new_packets().unwrap();
            while self.conn.wants_write() {
                self.conn.write_tls(&mut flight).unwrap();
            }
            self.sock.write_all(&flight).unwrap();
        }
        true
    }

    fn finish(&mut self) {
        while self.conn.is_handshaking() {
            self.conn.complete_io(&mut self.sock).unwrap();
        }
        self.conn.send_close_notify();
        let _ = self.flush();
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Layer {
    Plain,
    Tls12,
    Tls13,
}

pub const LAYERS: [Layer; 3] = [Layer::Plain, Layer::Tls12, Layer::Tls13];

impl Layer {
    fn version(self) -> &'static SupportedProtocolVersion {
        if self == Layer::Tls12 { &rustls::version::TLS12 } else { &rustls::version::TLS13 }
    }
}

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
    /// The certificate of the authority that issued this peer's.
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
        let (authority, config) = certificates(layer, proof);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let thread = thread::spawn(move || {
            for number in 0..connections {
                let Ok((socket, _)) = listener.accept() else { return };
                counter.fetch_add(1, Ordering::SeqCst);
                serve(layer, &config, socket, |stream| script(number, stream));
            }
        });
        Peer { address, layer, authority, connections: count, thread: Some(thread) }
    }

    /// Runs `script` on every connection, all at the same time.
    pub fn serving_all(layer: Layer, script: impl Fn(usize, &mut dyn Stream) + Send + Sync + 'static) -> Self {
        let (authority, config) = certificates(layer, Proof::Good);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let (counter, script) = (count.clone(), Arc::new(script));
        thread::spawn(move || {
            for (number, socket) in listener.incoming().enumerate() {
                counter.fetch_add(1, Ordering::SeqCst);
                let (socket, script, config) = (socket.unwrap(), script.clone(), config.clone());
                thread::spawn(move || serve(layer, &config, socket, |stream| script(number, stream)));
            }
        });
        Peer { address, layer, authority, connections: count, thread: None }
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn endpoint(&self) -> String {
        let scheme = if self.layer == Layer::Plain { "http" } else { "https" };
        format!("{scheme}://localhost:{}", self.address.port())
    }

    /// Waits for the script's end.
    pub fn join(&mut self) {
        self.thread.take().unwrap().join().unwrap();
    }
}

fn serve(layer: Layer, config: &Arc<ServerConfig>, socket: TcpStream, script: impl FnOnce(&mut dyn Stream)) {
    match layer {
        Layer::Plain => script(&mut { socket }),
        Layer::Tls12 | Layer::Tls13 => {
            let tls = ServerConnection::new(config.clone()).unwrap();
            script(&mut StreamOwned::new(tls, socket));
        }
    }
}

/// An authority, and a configuration with a certificate of its making.
fn certificates(layer: Layer, proof: Proof) -> (rcgen::Certificate, Arc<ServerConfig>) {
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
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[layer.version()])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    // So that something can be said together with the last of every handshake.
    config.send_half_rtt_data = true;
    if layer == Layer::Tls12 {
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    }
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
    // A request without a body has no length.
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    request.len() - end - 4 >= length.map_or(0, |length| length.parse().unwrap())
}

/// Ends the connection with a reset, not with a farewell.
pub fn reset(stream: &mut dyn Stream) {
    socket2::SockRef::from(stream.socket()).set_linger(Some(Duration::ZERO)).unwrap();
}

pub fn say(stream: &mut dyn Stream, text: &str) {
    send(stream, text.as_bytes());
}

pub fn send(stream: &mut dyn Stream, bytes: &[u8]) {
    // The client may have gone already.
    let _ = stream.write_all(bytes).and_then(|()| stream.flush());
}

/// Sends bytes as they are, in one write.
pub fn say_raw(stream: &mut dyn Stream, bytes: &[u8]) {
    // The client may have gone already.
    let _ = stream.socket().write_all(bytes);
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
    /// The same, where they are no text.
    Send(Vec<u8>),
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
            // The receiver may be gone.
            let _ = seen.send(String::from_utf8_lossy(&request).into_owned());
            match answer(number.fetch_add(1, Ordering::SeqCst)) {
                Answer::Say(text) => say(stream, &text),
                Answer::Send(bytes) => send(stream, &bytes),
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

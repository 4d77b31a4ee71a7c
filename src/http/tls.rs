//! TLS over a socket, by rustls without buffers of its own: what has arrived is in one place, so that
//! it is known whether anything is left of it.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, InsufficientSizeError, UnbufferedStatus};
use rustls::{ClientConfig, ProtocolVersion};
use zeroize::Zeroize;

use super::error::{ErrorKind, Source, io_source};
use super::socket::Socket;
use super::tls_error::{ends_handshake, tls_source};

/// Room for what arrives; records of the service are smaller than this.
const READ_SIZE: usize = 4 * 1024;

/// A handshake with a long chain of certificates has less; more is not read.
const MAX_INCOMING: usize = 128 * 1024;

/// What a record adds to its content, at most: header, nonce, tag, padding.
const RECORD_OVERHEAD: usize = 64;
const MAX_RECORD_CONTENT: usize = 16 * 1024;

pub struct TlsStream {
    socket: Socket,
    session: UnbufferedClientConnection,
    /// What has arrived and is not decrypted yet is at the beginning.
    incoming: Vec<u8>,
    filled: usize,
    /// Records that have to be sent.
    outgoing: Vec<u8>,
    peer_has_closed: bool,
    /// Something has arrived since the handshake.
    has_received: bool,
}

/// What the session waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    ForPeer,
    /// Data can be sent; some may have arrived.
    ForNothing,
}

impl TlsStream {
    /// Makes the handshake. Data that comes with it, before any request, goes to `sink`.
    pub fn connect(
        socket: Socket,
        config: Arc<ClientConfig>,
        host: &str,
        deadline: Instant,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<Self, Source> {
        let name = ServerName::try_from(host.trim_start_matches('[').trim_end_matches([']', '.']).to_owned());
        let name = name.map_err(|_| Source::new(ErrorKind::Tls, "the host's name is not valid in TLS"))?;
        let session = UnbufferedClientConnection::new(config, name).map_err(|error| tls_source(&error))?;
        let mut stream = TlsStream {
            socket,
            session,
            incoming: vec![0; READ_SIZE],
            filled: 0,
            outgoing: Vec::new(),
            peer_has_closed: false,
            has_received: false,
        };
        while stream.process(None, deadline, sink)? == Waiting::ForPeer {
            if stream.fill(deadline)? == 0 {
                return Err(Source::closed());
            }
        }
        stream.has_received = false;
        stream.shrink();
        Ok(stream)
    }

    /// Sends data. `entered` counts the bytes of its records that the socket took.
    pub fn write_all(&mut self, data: &[u8], deadline: Instant, entered: &mut usize) -> Result<(), Source> {
        self.process(Some(data), deadline, &mut |_| {})?;
        if self.peer_has_closed {
            return Err(Source::closed());
        }
        let result = self.socket.write_all(&self.outgoing, deadline, entered);
        self.outgoing = Vec::new();
        result.map_err(|error| io_source(&error))
    }

    /// Waits for data, which goes to `sink`; `false` at the end.
    pub fn read(&mut self, deadline: Instant, sink: &mut dyn FnMut(&[u8])) -> Result<bool, Source> {
        if self.peer_has_closed || self.fill(deadline)? == 0 {
            return Ok(false);
        }
        self.process(None, deadline, sink)?;
        Ok(true)
    }

    /// Takes what has arrived without waiting for it. `Ok(false)`: nothing (any more). What the session
    /// itself needs, such as tickets, is no data.
    pub fn read_available(&mut self, deadline: Instant, sink: &mut dyn FnMut(&[u8])) -> Result<bool, Source> {
        if self.peer_has_closed {
            return Err(Source::closed());
        }
        self.make_room()?;
        match self.socket.read_available(&mut self.incoming[self.filled..]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(io_source(&error)),
            Ok(0) => return Err(Source::closed()),
            Ok(amount) => self.filled += amount,
        }
        self.process(None, deadline, sink)?;
        if self.peer_has_closed { Err(Source::closed()) } else { Ok(true) }
    }

    /// Whether all that has arrived was read, and the next thing to come is a new record.
    pub fn is_at_record_boundary(&self) -> bool {
        self.filled == 0
    }

    /// Whether the peer has said that nothing else will come.
    pub fn peer_has_closed(&self) -> bool {
        self.peer_has_closed
    }

    fn fill(&mut self, deadline: Instant) -> Result<usize, Source> {
        self.make_room()?;
        let amount =
            self.socket.read(&mut self.incoming[self.filled..], deadline).map_err(|error| io_source(&error))?;
        self.filled += amount;
        Ok(amount)
    }

    fn make_room(&mut self) -> Result<(), Source> {
        if self.filled < self.incoming.len() {
            return Ok(());
        }
        if self.filled >= MAX_INCOMING {
            return Err(Source::new(ErrorKind::Tls, "the messages that it sent are too large"));
        }
        self.resize(2 * self.incoming.len());
        Ok(())
    }

    fn shrink(&mut self) {
        if self.incoming.len() > READ_SIZE && self.filled <= READ_SIZE {
            self.resize(READ_SIZE);
        }
    }

    /// By a copy, since what was here may have held a token.
    fn resize(&mut self, size: usize) {
        let mut other = vec![0; size];
        other[..self.filled].copy_from_slice(&self.incoming[..self.filled]);
        self.incoming.zeroize();
        self.incoming = other;
    }

    /// Has the session go on with what has arrived, and encrypts `data` into `outgoing`.
    fn process(
        &mut self,
        data: Option<&[u8]>,
        deadline: Instant,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<Waiting, Source> {
        loop {
            let arrived = self.filled;
            let UnbufferedStatus { mut discard, state } =
                self.session.process_tls_records(&mut self.incoming[..arrived]);
            let step = match state {
                Err(error) => Step::Failed(error),
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    let mut step = Step::GoOn;
                    while let Some(record) = traffic.next_record() {
                        match record {
                            Ok(record) => {
                                discard += record.discard;
                                sink(record.payload);
                            }
                            Err(error) => step = Step::Failed(error),
                        }
                    }
                    step
                }
                Ok(ConnectionState::EncodeTlsData(mut message)) => {
                    append(&mut self.outgoing, RECORD_OVERHEAD, |room| message.encode(room).map_err(Unwritten::from))
                }
                Ok(ConnectionState::TransmitTlsData(message)) => {
                    let sent = self.socket.write_all(&self.outgoing, deadline, &mut 0);
                    self.outgoing = Vec::new();
                    message.done();
                    sent.map_or_else(Step::Broken, |()| Step::GoOn)
                }
                Ok(ConnectionState::WriteTraffic(mut traffic)) => match data {
                    None => Step::Done(Waiting::ForNothing),
                    Some(data) => {
                        let records = data.len() / MAX_RECORD_CONTENT + 1;
                        let room = data.len() + records * RECORD_OVERHEAD;
                        let encrypt = |room: &mut [u8]| traffic.encrypt(data, room).map_err(Unwritten::from);
                        match append(&mut self.outgoing, room, encrypt) {
                            Step::GoOn => Step::Done(Waiting::ForNothing),
                            failed => failed,
                        }
                    }
                },
                Ok(ConnectionState::BlockedHandshake) => Step::Done(Waiting::ForPeer),
                Ok(ConnectionState::PeerClosed) => {
                    self.peer_has_closed = true;
                    Step::GoOn
                }
                // Nothing else comes from a client that sends no early data and does not close.
                Ok(_) => Step::Failed(rustls::Error::HandshakeNotComplete),
            };
            self.discard(discard);
            match step {
                Step::GoOn => self.has_received |= discard > 0,
                Step::Done(waiting) => {
                    self.has_received |= discard > 0;
                    return Ok(waiting);
                }
                Step::Broken(error) => return Err(io_source(&error)),
                Step::Failed(error) => return Err(self.failure(&error, arrived, deadline)),
            }
        }
    }

    /// What was there may have been decrypted in its place.
    fn discard(&mut self, amount: usize) {
        let rest = self.filled - amount;
        self.incoming.copy_within(amount..self.filled, 0);
        self.incoming[rest..self.filled].zeroize();
        self.filled = rest;
    }

    /// `arrived`: how many bytes there were when the session failed.
    fn failure(&mut self, error: &rustls::Error, arrived: usize, deadline: Instant) -> Source {
        let mut source = tls_source(error);
        if let rustls::Error::AlertReceived(alert) = error {
            // In TLS 1.3 a client goes on before the server has checked its certificate. What came
            // before the alert, such as a ticket, would show that the server did accept it.
            let is_first = !self.has_received && arrived <= RECORD_OVERHEAD;
            let is_1_3 = self.session.protocol_version() == Some(ProtocolVersion::TLSv1_3);
            source.ended_handshake = is_first && is_1_3 && ends_handshake(*alert);
        }
        self.send_alert(deadline);
        source
    }

    /// Tells the server why the handshake ended, as far as that is possible: it helps who reads its log.
    fn send_alert(&mut self, deadline: Instant) {
        let UnbufferedStatus { state, .. } = self.session.process_tls_records(&mut self.incoming[..self.filled]);
        let Ok(ConnectionState::EncodeTlsData(mut message)) = state else { return };
        let mut alert = [0; RECORD_OVERHEAD];
        if let Ok(length) = message.encode(&mut alert) {
            let _ = self.socket.write_all(&alert[..length], deadline, &mut 0);
        }
    }
}

impl Drop for TlsStream {
    fn drop(&mut self) {
        self.incoming.zeroize();
    }
}

impl std::fmt::Debug for TlsStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsStream").finish_non_exhaustive()
    }
}

enum Step {
    GoOn,
    Done(Waiting),
    Failed(rustls::Error),
    Broken(io::Error),
}

/// Why something was not written into a buffer.
enum Unwritten {
    /// So many bytes are needed.
    TooSmall(usize),
    Failed,
}

impl From<EncodeError> for Unwritten {
    fn from(error: EncodeError) -> Self {
        match error {
            EncodeError::InsufficientSize(InsufficientSizeError { required_size, .. }) => {
                Unwritten::TooSmall(required_size)
            }
            EncodeError::AlreadyEncoded => Unwritten::Failed,
        }
    }
}

impl From<EncryptError> for Unwritten {
    fn from(error: EncryptError) -> Self {
        match error {
            EncryptError::InsufficientSize(InsufficientSizeError { required_size, .. }) => {
                Unwritten::TooSmall(required_size)
            }
            EncryptError::EncryptExhausted => Unwritten::Failed,
        }
    }
}

/// Has `write` write behind what is there, first with `room`, and then with as much as it needs.
fn append(outgoing: &mut Vec<u8>, room: usize, mut write: impl FnMut(&mut [u8]) -> Result<usize, Unwritten>) -> Step {
    let start = outgoing.len();
    let mut room = room;
    for _ in 0..2 {
        outgoing.resize(start + room, 0);
        match write(&mut outgoing[start..]) {
            Ok(amount) => {
                outgoing.truncate(start + amount);
                return Step::GoOn;
            }
            Err(Unwritten::TooSmall(needed)) => room = needed,
            Err(Unwritten::Failed) => break,
        }
    }
    outgoing.truncate(start);
    Step::Failed(rustls::Error::EncryptError)
}

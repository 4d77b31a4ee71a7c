//! A handshake as a client makes it, with what there is to see of it: the certificates that the host
//! showed, accepted or not, and whether it asked for ours.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mpa::http::{TlsFailure, Trust};
use mpa::outcome;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme};

use crate::certificate::CertificateSummary;

/// How long a server may take to show that it speaks plain HTTP.
pub const PROBE_LIMIT: Duration = Duration::from_secs(2);

pub struct Handshake {
    /// What the host showed: its own certificate first, then each one's issuer.
    pub chain: Vec<CertificateSummary>,
    /// The host asked for a certificate.
    pub wants_certificate: bool,
    pub result: Result<(), HandshakeError>,
}

pub enum HandshakeError {
    Tls(TlsFailure),
    Io(io::Error),
}

/// Makes a handshake over a connection, which is closed afterwards. `key`: shown where the host asks.
pub fn handshake(
    stream: &TcpStream,
    host: &str,
    trust: &Trust,
    key: Option<Arc<CertifiedKey>>,
    limit: Duration,
) -> outcome::Result<Handshake> {
    let recorder = Arc::new(Recorder { verifier: trust.verifier(), chain: Mutex::default() });
    let resolver = Arc::new(Resolver { key, was_asked: AtomicBool::new(false) });
    let mut config = ClientConfig::clone(&*trust.client_config(None)?);
    config.dangerous().set_certificate_verifier(recorder.clone());
    config.client_auth_cert_resolver = resolver.clone();
    let result = run(Arc::new(config), host, stream, Instant::now() + limit);
    let chain = std::mem::take(&mut *recorder.chain.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Handshake { chain, wants_certificate: resolver.was_asked.load(Ordering::Relaxed), result })
}

fn run(config: Arc<ClientConfig>, host: &str, stream: &TcpStream, deadline: Instant) -> Result<(), HandshakeError> {
    let failed = |error: &Error| HandshakeError::Tls(TlsFailure::of(error));
    let name = ServerName::try_from(host.trim_start_matches('[').trim_end_matches([']', '.']).to_owned())
        .map_err(|_| failed(&Error::UnsupportedNameType))?;
    let mut connection = ClientConnection::new(config, name).map_err(|error| failed(&error))?;
    let mut stream = Bounded { stream, deadline };
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).map_err(|error| match error.get_ref().and_then(|e| e.downcast_ref()) {
            Some(error) => failed(error),
            None => HandshakeError::Io(error),
        })?;
    }
    connection.send_close_notify();
    // The host may have closed already.
    let _ = connection.write_tls(&mut stream);
    Ok(())
}

/// Whether a server answers a request in plain HTTP.
pub fn speaks_plain_http(stream: &TcpStream, host: &str) -> bool {
    let mut stream = Bounded { stream, deadline: Instant::now() + PROBE_LIMIT };
    let request = format!("HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let mut answer = [0; 12];
    let is_http = stream.write_all(request.as_bytes()).is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer.starts_with(b"HTTP/");
    // With this, servers answer who speaks plain HTTP where TLS is expected.
    is_http && !answer.ends_with(b"400")
}

/// A socket until a deadline.
struct Bounded<'a> {
    stream: &'a TcpStream,
    deadline: Instant,
}

impl Bounded<'_> {
    fn rest(&self) -> io::Result<Option<Duration>> {
        let rest = self.deadline.saturating_duration_since(Instant::now());
        if rest.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(rest)) }
    }
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.rest()?)?;
        self.stream.read(buffer)
    }
}

impl Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.rest()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Decides as a client does, and keeps what was shown.
#[derive(Debug)]
struct Recorder {
    verifier: Arc<dyn ServerCertVerifier>,
    chain: Mutex<Vec<CertificateSummary>>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = std::iter::once(end_entity).chain(intermediates).map(|der| CertificateSummary::of(der));
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = shown.collect();
        self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

/// Shows a certificate where there is one, and keeps whether it was asked for.
#[derive(Debug)]
struct Resolver {
    key: Option<Arc<CertifiedKey>>,
    was_asked: AtomicBool,
}

impl ResolvesClientCert for Resolver {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.was_asked.store(true, Ordering::Relaxed);
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        self.key.is_some()
    }
}

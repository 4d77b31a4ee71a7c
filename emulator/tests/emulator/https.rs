//! HTTPS: the same service behind a certificate that a client can check.

use std::io::ErrorKind;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use mpa_emulator::{Emulator, Options};
use tokio_rustls::rustls::client::ClientConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};

use crate::client::{Client, connect};
use crate::requests::invite;

fn start() -> Emulator {
    Emulator::start(Options { https: true, ..Options::default() }).unwrap()
}

type TlsStream = StreamOwned<ClientConnection, TcpStream>;

/// A client that trusts what is in `trusted` (PEM) and nothing else.
fn tls_client(
    emulator: &Emulator,
    trusted: &str,
    name: &str,
    version: &'static SupportedProtocolVersion,
) -> Result<TlsStream, std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(trusted.as_bytes()).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = connect(emulator);
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(connection, stream))
}

#[test]
fn the_certificate_is_good_for_every_name_of_this_machine() {
    let emulator = start();
    let certificate = emulator.certificate_pem().unwrap();
    assert!(emulator.url().starts_with("https://127.0.0.1:"), "{}", emulator.url());
    for name in ["localhost", "127.0.0.1", "::1"] {
        for version in [&TLS12, &TLS13] {
            let stream = tls_client(&emulator, certificate, name, version);
            let mut client = Client::over(stream.unwrap_or_else(|error| panic!("{name}: {error}")));
            assert_eq!(client.send(&invite(7)).status, 204);
            assert_eq!(client.send(&invite(7)).status, 204);
            assert_eq!(client.stream().conn.alpn_protocol(), Some(&b"http/1.1"[..]));
            assert_eq!(client.stream().conn.protocol_version(), Some(version.version));
        }
    }
    let connections: Vec<_> = emulator.requests(7).iter().map(|r| r.connection).collect();
    assert_eq!(connections, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
}

#[test]
fn the_certificate_is_good_for_nothing_else() {
    let emulator = start();
    let certificate = emulator.certificate_pem().unwrap();
    for name in ["multiplayeractivity.xboxlive.com", "192.0.2.7"] {
        let error = tls_client(&emulator, certificate, name, &TLS13).unwrap_err().to_string();
        assert!(error.contains("not valid for name"), "{error}");
    }
}

#[test]
fn every_emulator_has_a_certificate_of_its_own() {
    let (emulator, other) = (start(), start());
    let others = other.certificate_pem().unwrap();
    assert!(tls_client(&emulator, others, "localhost", &TLS13).is_err());
    assert!(emulator.requests(7).is_empty());
}

#[test]
fn a_client_that_speaks_plain_http_affects_no_other() {
    let emulator = start();
    let mut plain = Client::connect(&emulator);
    plain.send_bytes(&invite(7).to_bytes());
    assert!(!plain.rest().starts_with(b"HTTP/"));
    let silent = Client::connect(&emulator);
    let certificate = emulator.certificate_pem().unwrap();
    let stream = tls_client(&emulator, certificate, "localhost", &TLS13).unwrap();
    assert_eq!(Client::over(stream).send(&invite(7)).status, 204);
    drop(silent);
    assert_eq!(emulator.requests(7).len(), 1);
}

#[test]
fn connections_go_wrong_on_demand_here_too() {
    let emulator = start();
    let certificate = emulator.certificate_pem().unwrap();
    let connect = || {
        let stream = tls_client(&emulator, certificate, "localhost", &TLS13);
        Client::over(stream.unwrap())
    };
    let in_vain = |rule| {
        emulator.set_faults(7, &[rule]).unwrap();
        connect().send_in_vain(&invite(7))
    };
    let reset = Err(ErrorKind::ConnectionReset);
    assert_eq!(in_vain("reset_before_body"), reset);
    assert_eq!(in_vain("reset_after_acting"), reset);
    assert_eq!(in_vain("close"), Ok(Vec::new()), "TLS ends it in its own words");
    assert_eq!(in_vain("cut:bytes=12"), Ok(b"HTTP/1.1 204".to_vec()));
    let dripped = in_vain("drip:pause_ms=0").unwrap();
    assert!(dripped.starts_with(b"HTTP/1.1 204 No Content\r\n"));
    emulator.set_faults(7, &["reset_idle:idle_ms=100"]).unwrap();
    let mut client = connect();
    assert_eq!(client.send(&invite(7)).status, 204);
    assert_eq!(client.end(), reset);
    emulator.set_faults(7, &["stall_before_body"]).unwrap();
    let mut stalled = connect();
    stalled.send_bytes(&invite(7).to_bytes());
    emulator.wait_for(7, 6, Duration::from_secs(10));
    stalled.stream().sock.shutdown(Shutdown::Write).unwrap();
    let _ = stalled.end();
    let acted: Vec<_> = emulator.requests(7).iter().map(|r| r.acted).collect();
    assert_eq!(acted, [false, true, false, true, true, true, false]);
}

#[test]
fn plain_http_has_no_certificate() {
    let emulator = Emulator::start(Options::default()).unwrap();
    assert_eq!(emulator.certificate_pem(), None);
    assert!(emulator.url().starts_with("http://127.0.0.1:"), "{}", emulator.url());
}

//! A look at connections on which no request has been sent yet.

use std::net::TcpStream;
use std::thread;

use rustls::pki_types::CertificateDer;

use super::super::socket::OpenSockets;
use super::super::tests::peer::{ACCEPTED, LAYERS, Layer, Peer, Stream as PeerStream, reset, say, wait_for_close};
use super::super::trust::{CaMode, TlsDefaults, Trust};
use super::*;

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

fn connect(peer: &Peer) -> Connection {
    let socket = Socket::new(TcpStream::connect(peer.address).unwrap(), &OpenSockets::default()).unwrap();
    if peer.layer == Layer::Plain {
        return Connection::plain(socket);
    }
    let authority: CertificateDer<'static> = peer.authority.der().clone();
    let trust = Trust::in_certificates(&TlsDefaults::default(), vec![authority], CaMode::Only).unwrap();
    Connection::tls(socket, trust.client_config(None).unwrap(), "localhost", soon()).unwrap()
}

type Script = fn(&mut dyn PeerStream);

/// What the look at a connection finds some time after the peer has run `script`.
fn look_after(layer: Layer, script: Script) -> Result<(), Source> {
    let peer = Peer::start(layer, 1, move |_, stream| {
        script(stream);
        wait_for_close(stream);
    });
    let mut connection = connect(&peer);
    thread::sleep(Duration::from_millis(100));
    connection.check_quiet(soon())
}

#[test]
fn a_quiet_connection_can_be_used() {
    for layer in LAYERS {
        // With TLS 1.3, tickets have arrived: they are the session's and no data.
        look_after(layer, |_| {}).unwrap();
        look_after(layer, |stream| drop(stream.records(&[]))).unwrap();
    }
}

#[test]
fn whatever_came_before_a_request_is_noticed() {
    let scripts: [(&str, Script, &str); 5] = [
        ("a response", |stream| say(stream, ACCEPTED), "before it was asked"),
        ("a byte", |stream| say(stream, "H"), "before it was asked"),
        ("the end", |stream| stream.finish(), "closed the connection"),
        (
            "the end of TCP",
            |stream| {
                drop(stream.records(&[]));
                drop(stream.socket().shutdown(std::net::Shutdown::Write));
            },
            "closed the connection",
        ),
        (
            "a reset",
            |stream| {
                drop(stream.records(&[]));
                // The client's handshake has to end before.
                thread::sleep(Duration::from_millis(50));
                reset(stream);
                drop(stream.socket().shutdown(std::net::Shutdown::Both));
            },
            "the connection",
        ),
    ];
    for layer in LAYERS {
        for (name, script, words) in scripts {
            let source = look_after(layer, script).expect_err(name);
            assert_eq!(source.kind, ErrorKind::Connection, "{layer:?}, {name}");
            assert!(source.detail.contains(words), "{layer:?}, {name}: {}", source.detail);
        }
    }
}

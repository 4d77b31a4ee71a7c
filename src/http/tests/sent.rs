//! Every way an exchange can fail, and what it leaves behind: nothing sent, not all, or perhaps all.

use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::client::*;
use super::peer::*;
use crate::http::dns::CachingResolver;
use crate::http::trust::TlsDefaults;
use crate::http::{CaMode, ErrorKind, Sent, Transport, TransportError, Trust};

/// More than the kernel takes for a peer that does not read.
const TOO_MUCH: usize = 16 * 1024 * 1024;

const SOON: Duration = Duration::from_millis(300);

#[track_caller]
fn check(failure: &TransportError, kind: ErrorKind, sent: Sent) {
    assert_eq!((failure.kind, failure.sent), (kind, sent), "{}", failure.detail);
}

/// A peer that does `script` on its only connection, and the failure of a small request to it.
fn failure_of(layer: Layer, limit: Duration, script: impl Fn(&mut dyn Stream) + Send + 'static) -> TransportError {
    let peer = Peer::start(layer, 1, move |_, stream| script(stream));
    client(&peer).send_within(b"{}", limit).unwrap_err()
}

const LONG: Duration = Duration::from_secs(10);

// Before the request.

#[test]
fn no_peer_listens() {
    let mut client = client(&Peer::start(Layer::Plain, 0, |_, _| {}));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    client.base = format!("http://{closed}");
    let failure = client.send(b"{}").unwrap_err();
    check(&failure, ErrorKind::Connection, Sent::Nothing);
    assert_eq!(failure.detail, format!("the connection was refused at {closed}"));
}

#[test]
fn the_name_is_not_found_or_not_in_time() {
    let peer = Peer::start(Layer::Plain, 0, |_, _| {});
    let names = CachingResolver::with(|_| Err(io::Error::other("no such host")));
    check(&client_with(&peer, names).send(b"{}").unwrap_err(), ErrorKind::Connection, Sent::Nothing);
    let names = CachingResolver::with(|_| {
        thread::sleep(Duration::from_secs(2));
        Ok(vec![])
    });
    let started = Instant::now();
    check(&client_with(&peer, names).send(b"{}").unwrap_err(), ErrorKind::TimedOut, Sent::Nothing);
    assert!(started.elapsed() < Duration::from_secs(1), "longer than the time to connect");
}

#[test]
fn no_peer_answers_the_connection() {
    // A listener whose queue is full: the kernel lets further connections wait.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let _queue: Vec<_> = (0..3)
        .map(|_| thread::spawn(move || TcpStream::connect_timeout(&address, Duration::from_secs(1))))
        .map(|connecting| connecting.join().unwrap())
        .collect();
    let mut client = client_with(&Peer::start(Layer::Plain, 0, |_, _| {}), CachingResolver::default());
    client.base = format!("http://{address}");
    check(&client.send(b"{}").unwrap_err(), ErrorKind::TimedOut, Sent::Nothing);
}

#[test]
fn the_handshake_breaks_off() {
    let failure = failure_of(Layer::Tls13, LONG, |stream| {
        let _ = stream.socket().read(&mut [0; 10]);
        reset(stream);
    });
    check(&failure, ErrorKind::Connection, Sent::Nothing);
}

#[test]
fn the_handshake_stalls() {
    let peer = Peer::start(Layer::Tls13, 1, |_, stream| {
        thread::sleep(Duration::from_secs(1));
        let _ = stream;
    });
    let failure = client_with(&peer, CachingResolver::default()).send(b"{}").unwrap_err();
    check(&failure, ErrorKind::TimedOut, Sent::Nothing);
}

#[test]
fn the_peer_does_not_speak_tls() {
    let failure = failure_of(Layer::Tls13, LONG, |stream| {
        let _ = io::Write::write_all(&mut stream.socket(), b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = stream.socket().read(&mut [0; 1024]);
    });
    check(&failure, ErrorKind::Tls, Sent::Nothing);
    assert!(failure.detail.starts_with("what it sent is not TLS"), "{}", failure.detail);
}

#[test]
fn the_peer_cannot_prove_who_it_is() {
    for (proof, sentence) in [(Proof::OtherName, "is for another name"), (Proof::Expired, "has expired")] {
        let peer = Peer::with_proof(Layer::Tls13, proof, 1, |_, stream| wait_for_close(stream));
        let failure = client(&peer).send(b"{}").unwrap_err();
        check(&failure, ErrorKind::Tls, Sent::Nothing);
        assert!(failure.detail.contains(sentence), "{}", failure.detail);
    }
    let peer = Peer::start(Layer::Tls13, 1, |_, stream| wait_for_close(stream));
    let carried = Trust::in_certificates(&TlsDefaults::default(), Vec::new(), CaMode::Added).unwrap();
    let failure = client_trusting(&peer, carried, CachingResolver::default()).send(b"{}").unwrap_err();
    check(&failure, ErrorKind::Tls, Sent::Nothing);
    assert!(failure.detail.contains("issued by an authority that is not trusted"), "{}", failure.detail);
}

#[test]
fn plain_http_does_not_leave_the_machine() {
    let elsewhere = IpAddr::from([192, 0, 2, 1]);
    let here = IpAddr::from([127, 0, 0, 1]);
    let peer = Peer::start(Layer::Plain, 0, |_, _| {});
    for addresses in [vec![elsewhere], vec![here, elsewhere]] {
        let client = client_with(&peer, CachingResolver::with(move |_| Ok(addresses.clone())));
        let failure = client.send(b"{}").unwrap_err();
        check(&failure, ErrorKind::InsecureTransport, Sent::Nothing);
        assert!(failure.detail.contains("localhost is another machine"), "{}", failure.detail);
    }
}

// In the middle of the request.

#[test]
fn the_peer_stops_reading() {
    // All of it is encrypted first, which takes an emulator of the processor long.
    let emulated = std::env::var_os("MPA_TEST_RUNNER").is_some();
    let limit = Duration::from_secs(if emulated { 60 } else { 2 });
    for layer in LAYERS {
        let peer = Peer::start(layer, 1, move |_, stream| {
            let _ = stream.read(&mut [0; 100]);
            thread::sleep(limit + Duration::from_secs(1));
        });
        let failure = client(&peer).send_within(&vec![b'x'; TOO_MUCH], limit).unwrap_err();
        check(&failure, ErrorKind::TimedOut, Sent::Incomplete);
    }
}

#[test]
fn the_peer_breaks_off_while_we_write() {
    for layer in LAYERS {
        let peer = Peer::start(layer, 1, |_, stream| {
            let _ = stream.read(&mut [0; 100]);
            thread::sleep(Duration::from_millis(50));
            reset(stream);
        });
        let failure = client(&peer).send(&vec![b'x'; TOO_MUCH]).unwrap_err();
        check(&failure, ErrorKind::Connection, Sent::Incomplete);
    }
}

// After the request.

#[test]
fn the_answer_is_lost() {
    type Script = fn(&mut dyn Stream);
    let scripts: [(&str, Script, ErrorKind); 6] = [
        ("reset", |stream| reset(stream), ErrorKind::Connection),
        ("farewell", |_| {}, ErrorKind::Connection),
        ("head cut", |stream| say(stream, "HTTP/1.1 204 No Con"), ErrorKind::Connection),
        ("stall", |stream| wait_for_close(stream), ErrorKind::TimedOut),
        (
            "head stalls",
            |stream| {
                say(stream, "HTTP/1.1 204 No Content\r\n");
                wait_for_close(stream);
            },
            ErrorKind::TimedOut,
        ),
        ("nonsense", |stream| say(stream, "SSH-2.0-OpenSSH_9.2\r\n\r\n"), ErrorKind::InvalidResponse),
    ];
    for layer in LAYERS {
        for (name, script, kind) in scripts {
            let failure = failure_of(layer, Duration::from_millis(700), move |stream| {
                assert!(read_request(stream).is_some(), "{name}");
                script(stream);
            });
            assert_eq!(
                (failure.kind, failure.sent),
                (kind, Sent::MaybeDelivered),
                "{layer:?}, {name}: {}",
                failure.detail
            );
        }
    }
}

#[test]
fn a_failed_farewell_of_tls_does_not_take_the_request_back() {
    for _ in 0..20 {
        let failure = failure_of(Layer::Tls13, LONG, |stream| {
            read_request(stream);
            let _ = io::Write::write_all(&mut stream.socket(), b"this is no record of TLS");
            reset(stream);
        });
        assert_eq!(failure.sent, Sent::MaybeDelivered, "{}", failure.detail);
    }
}

#[test]
fn a_dripping_answer_does_not_outlast_the_limit() {
    for layer in LAYERS {
        let started = Instant::now();
        let failure = failure_of(layer, SOON, |stream| {
            read_request(stream);
            for letter in "HTTP/1.1 204 No Content, and so on, and so on".chars() {
                say(stream, &letter.to_string());
                thread::sleep(Duration::from_millis(20));
            }
        });
        check(&failure, ErrorKind::TimedOut, Sent::MaybeDelivered);
        assert!(started.elapsed() < SOON + Duration::from_millis(250), "{:?}", started.elapsed());
    }
}

#[test]
fn a_client_that_is_cut_does_not_wait() {
    for layer in LAYERS {
        let (sender, received) = std::sync::mpsc::channel();
        let peer = Peer::start(layer, 1, move |_, stream| {
            read_request(stream).unwrap();
            sender.send(()).unwrap();
            wait_for_close(stream);
        });
        let client = client(&peer);
        thread::scope(|scope| {
            let sending = scope.spawn(|| client.send(b"{}").unwrap_err());
            received.recv().unwrap();
            client.http.abort();
            let started = Instant::now();
            check(&sending.join().unwrap(), ErrorKind::Connection, Sent::MaybeDelivered);
            assert!(started.elapsed() < Duration::from_secs(1));
        });
        check(&client.send(b"{}").unwrap_err(), ErrorKind::Connection, Sent::Nothing);
    }
}

// With an answer.

#[test]
fn an_answer_counts_from_its_head_on() {
    let huge = format!("Content-Length: 10000000\r\n\r\n{}", "x".repeat(10_000_000));
    let bodies = [
        ("Content-Length: 3\r\n\r\nabc".to_owned(), 3),
        ("Content-Length: 10\r\n\r\nabc".to_owned(), 3),
        ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".to_owned(), 3),
        ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz".to_owned(), 3),
        ("\r\nabc".to_owned(), 3),
        (huge, 64 * 1024),
    ];
    for layer in LAYERS {
        for (body, length) in bodies.clone() {
            let peer = Peer::start(layer, 1, move |_, stream| {
                read_request(stream);
                say(stream, &format!("HTTP/1.1 400 Bad Request\r\n{body}"));
            });
            let answer = client(&peer).send(b"{}").unwrap();
            assert_eq!((answer.status, answer.body.len()), (400, length), "{layer:?}");
        }
    }
}

#[test]
fn the_status_line_of_an_endless_head_decides() {
    for layer in LAYERS {
        let peer = Peer::start(layer, 1, |_, stream| {
            read_request(stream);
            say(stream, "HTTP/1.1 204 No Content\r\n");
            for _ in 0..10_000 {
                say(stream, &format!("X-Padding: {}\r\n", "x".repeat(100)));
            }
        });
        let answer = client(&peer).send(b"{}").unwrap();
        assert_eq!((answer.status, answer.has_oversized_head), (204, true), "{layer:?}");
    }
}

#[test]
fn an_answers_body_that_stalls_is_left_there() {
    for layer in LAYERS {
        let peer = Peer::start(layer, 1, |_, stream| {
            read_request(stream);
            say(stream, "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 100\r\nRetry-After: 7\r\n\r\n{\"max");
            wait_for_close(stream);
        });
        let answer = client(&peer).send_within(b"{}", SOON).unwrap();
        assert_eq!((answer.status, answer.header("retry-after"), &answer.body[..]), (429, Some("7"), &b"{\"max"[..]));
    }
}

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() {
    for layer in LAYERS {
        let peer = Peer::start(layer, 1, |_, stream| {
            read_request(stream);
            say(stream, "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
            assert!(read_request(stream).is_none(), "the redirect was followed");
        });
        assert_eq!(client(&peer).send(b"{}").unwrap().status, 307);
    }
}

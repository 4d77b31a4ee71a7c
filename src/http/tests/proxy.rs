//! Through a proxy: what it is asked, every way it can refuse, and that nothing was sent then.

use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::client::*;
use super::peer::*;
use crate::http::dns::CachingResolver;
use crate::http::trust::TlsDefaults;
use crate::http::{CaMode, ErrorKind, Proxy, Sent, Transport, TransportError, Trust};
use crate::outcome::Advice;

const PASSWORD: &str = "pa55w0rd";

/// A client of a service that only the proxy can find, through the proxy of this URL.
fn through(url: &str, peer: &Peer) -> Client {
    through_with(url, peer, CachingResolver::with(only_the_proxy))
}

fn through_with(url: &str, peer: &Peer, resolver: CachingResolver) -> Client {
    let authority = peer.authority.der().clone();
    let trust = Trust::in_certificates(&TlsDefaults::default(), vec![authority], CaMode::Only).unwrap();
    client_through(Some(Proxy::parse(url).unwrap()), peer, trust, resolver)
}

fn only_the_proxy(name: &str) -> io::Result<Vec<IpAddr>> {
    match name {
        "proxy.example" => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
        other => panic!("{other} was looked up"),
    }
}

fn url_of(proxy: &Peer) -> String {
    format!("http://user:{PASSWORD}@proxy.example:{}", proxy.address.port())
}

/// Reads the head of a CONNECT, byte by byte, since TLS follows it.
fn read_connect(stream: &mut dyn Stream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// Passes bytes on in both directions until one side ends.
fn relay(client: &TcpStream, service: &TcpStream) {
    let one_way = |mut from: TcpStream, mut to: TcpStream| {
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        })
    };
    let there = one_way(client.try_clone().unwrap(), service.try_clone().unwrap());
    let back = one_way(service.try_clone().unwrap(), client.try_clone().unwrap());
    there.join().unwrap();
    back.join().unwrap();
}

/// A proxy that connects to `service`, and the heads that it was sent.
fn honest(service: &Peer) -> (Peer, mpsc::Receiver<String>) {
    let (seen, heads) = mpsc::channel();
    let address = service.address;
    let proxy = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        let head = read_connect(stream);
        if head.is_empty() {
            return;
        }
        seen.send(head).unwrap();
        let service = TcpStream::connect(address).unwrap();
        // In parts, as they may come.
        for part in ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2", "00 Connection established\r\n", "\r\n"] {
            say(stream, part);
            thread::sleep(Duration::from_millis(10));
        }
        relay(stream.socket(), &service);
    });
    (proxy, heads)
}

/// How a request ends through a proxy that reads the head of the CONNECT and then does `script`.
fn failure_through(script: impl Fn(&mut dyn Stream) + Send + 'static) -> TransportError {
    let service = Peer::start(Layer::Tls13, 0, |_, _| {});
    let proxy = Peer::start(Layer::Plain, 1, move |_, stream| {
        assert!(!read_connect(stream).is_empty());
        script(stream);
    });
    let failure = through(&url_of(&proxy), &service).send(b"{}").unwrap_err();
    assert_eq!(failure.sent, Sent::Nothing, "{}", failure.detail);
    let at = format!("proxy.example:{}", proxy.address.port());
    assert!(failure.detail.contains(&at), "{}", failure.detail);
    assert!(!failure.detail.contains(PASSWORD) && !failure.detail.contains("user:"), "{}", failure.detail);
    failure
}

#[test]
fn requests_go_through_the_tunnel_and_the_connection_is_kept() {
    for layer in [Layer::Tls12, Layer::Tls13] {
        let service = Peer::start(layer, 1, |_, stream| {
            while read_request(stream).is_some() {
                say(stream, ACCEPTED);
            }
        });
        let (proxy, heads) = honest(&service);
        let client = through(&url_of(&proxy), &service);
        for _ in 0..3 {
            assert_eq!(client.send(b"{}").unwrap().status, 204);
        }
        let target = format!("localhost:{}", service.address.port());
        let head = heads.try_recv().unwrap();
        assert!(head.starts_with(&format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n")), "{head}");
        assert!(head.contains("\r\nProxy-Authorization: Basic dXNlcjpwYTU1dzByZA==\r\n"), "{head}");
        // Nothing of what is for the service.
        assert!(!head.contains("XBL3.0"), "{head}");
        assert!(heads.try_recv().is_err(), "one connection");
    }
}

#[test]
fn plain_http_goes_straight() {
    let service = Peer::start(Layer::Plain, 1, |_, stream| {
        assert!(read_request(stream).is_some());
        say(stream, ACCEPTED);
    });
    let proxy = Peer::start(Layer::Plain, 0, |_, _| {});
    let client = through_with(&url_of(&proxy), &service, CachingResolver::default());
    assert_eq!(client.send(b"{}").unwrap().status, 204);
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn what_the_proxy_answers_decides() {
    let head = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(20_000));
    for (answer, kind, advice, words) in [
        (
            "HTTP/1.1 407 X\r\nContent-Length: 2\r\n\r\nno",
            ErrorKind::ProxyRefused,
            Advice::CheckProxyPassword,
            "did not accept the user name and the password (HTTP 407)",
        ),
        (
            "HTTP/1.1 407 X\r\nProxy-Authenticate: Negotiate\r\n\r\n",
            ErrorKind::ProxyRefused,
            Advice::AllowInProxy,
            "does not offer Basic authentication",
        ),
        ("HTTP/1.1 403 X\r\n\r\n", ErrorKind::ProxyRefused, Advice::AllowInProxy, "does not allow a connection to"),
        (
            "HTTP/1.1 302 X\r\nLocation: https://login.example/?p=pa55w0rd\r\n\r\n",
            ErrorKind::ProxyRefused,
            Advice::AllowInProxy,
            "answered with a page, such as one for logging in (HTTP 302)",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
            ErrorKind::ProxyRefused,
            Advice::AllowInProxy,
            "answered with a page, such as one for logging in (HTTP 200)",
        ),
        ("HTTP/1.1 502 X\r\n\r\n", ErrorKind::Connection, Advice::CheckProxy, "could not connect to localhost:"),
        ("SSH-2.0-OpenSSH_9.2\r\n", ErrorKind::ProxyRefused, Advice::CheckProxy, "does not speak HTTP"),
        (&head, ErrorKind::ProxyRefused, Advice::CheckProxy, "answered with a head of more than 16384 bytes"),
        ("HTTP/1.1 200 O", ErrorKind::Connection, Advice::CheckProxy, "gave no answer: the other side closed"),
        ("", ErrorKind::Connection, Advice::CheckProxy, "gave no answer: the other side closed"),
    ] {
        let said = answer.to_owned();
        let failure = failure_through(move |stream| say(stream, &said));
        assert_eq!((failure.kind, failure.advice), (kind, Some(advice)), "{answer:.40}: {}", failure.detail);
        assert!(failure.detail.contains(words), "{answer:.40}: {}", failure.detail);
        assert!(!failure.was_connected, "{answer:.40}");
    }
}

/// Whether a page comes with the head or after it, it is the same.
#[test]
fn a_page_may_come_late() {
    let failure = failure_through(|stream| {
        say(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n");
        let _ = stream.read(&mut [0; 4_096]);
        say(stream, "<html>Log in, please</html>");
        wait_for_close(stream);
    });
    assert_eq!(failure.kind, ErrorKind::ProxyRefused, "{}", failure.detail);
    assert!(failure.detail.contains("answered with a page"), "{}", failure.detail);
}

#[test]
fn a_proxy_that_breaks_off_or_says_nothing() {
    let failure = failure_through(reset);
    assert_eq!(failure.kind, ErrorKind::Connection, "{}", failure.detail);
    // Wine reports some resets as an end.
    let is_end = cfg!(windows) && failure.detail.ends_with("gave no answer: the other side closed the connection");
    assert!(is_end || failure.detail.contains("gave no answer: the other side broke"), "{}", failure.detail);
    let started = Instant::now();
    let failure = failure_through(wait_for_close);
    assert_eq!(failure.kind, ErrorKind::TimedOut, "{}", failure.detail);
    assert!(failure.detail.ends_with("gave no answer: the time was up"), "{}", failure.detail);
    assert!(started.elapsed() < Duration::from_secs(1), "longer than the time to connect");
    // One byte after the other does not make it longer.
    let started = Instant::now();
    let failure = failure_through(|stream| {
        for byte in "HTTP/1.1 200 ".bytes().chain(std::iter::repeat_n(b'x', 1_000)) {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    });
    assert_eq!(failure.kind, ErrorKind::TimedOut, "{}", failure.detail);
    assert!(started.elapsed() < Duration::from_secs(2), "longer than the time to connect");
}

#[test]
fn a_proxy_that_breaks_off_during_the_handshake() {
    let failure = failure_through(|stream| say(stream, "HTTP/1.1 200 OK\r\n\r\n"));
    assert_eq!(failure.kind, ErrorKind::Connection, "{}", failure.detail);
    assert!(failure.detail.contains("(through the proxy "), "{}", failure.detail);
    assert!(failure.was_connected);
    let failure = failure_through(|stream| {
        say(stream, "HTTP/1.1 200 OK\r\n\r\n");
        wait_for_close(stream);
    });
    assert_eq!(failure.kind, ErrorKind::TimedOut, "{}", failure.detail);
}

/// One that shows a certificate of its own authority for the service's name.
#[test]
fn a_proxy_that_intercepts_tls() {
    let impostor = Peer::start(Layer::Tls13, 1, |_, stream| wait_for_close(stream));
    let (proxy, _heads) = honest(&impostor);
    let carried = Trust::in_certificates(&TlsDefaults::default(), Vec::new(), CaMode::Added).unwrap();
    let url = Proxy::parse(&url_of(&proxy)).unwrap();
    let client = client_through(Some(url), &impostor, carried, CachingResolver::with(only_the_proxy));
    let failure = client.send(b"{}").unwrap_err();
    assert_eq!((failure.kind, failure.sent), (ErrorKind::Tls, Sent::Nothing), "{}", failure.detail);
    let words = "issued by an authority that is not trusted (through the proxy proxy.example:";
    assert!(failure.detail.contains(words), "{}", failure.detail);
    assert!(failure.detail.ends_with(", which may intercept TLS)"), "{}", failure.detail);
    assert_eq!(failure.advice, Some(Advice::TrustIssuer));
}

#[test]
fn no_proxy_is_there() {
    let service = Peer::start(Layer::Tls13, 0, |_, _| {});
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let failure = through(&format!("http://u:{PASSWORD}@127.0.0.1:{closed}"), &service).send(b"{}").unwrap_err();
    assert_eq!((failure.kind, failure.sent), (ErrorKind::Connection, Sent::Nothing));
    let expected =
        format!("the proxy 127.0.0.1:{closed} cannot be reached: the connection was refused at 127.0.0.1:{closed}");
    assert_eq!((failure.detail, failure.advice), (expected, Some(Advice::CheckProxy)));

    let names = CachingResolver::with(|_| Err(io::Error::other("no such host")));
    let failure = through_with("http://proxy.example:1", &service, names).send(b"{}").unwrap_err();
    assert_eq!((failure.kind, failure.sent), (ErrorKind::Connection, Sent::Nothing));
    let expected = "the proxy proxy.example:1 cannot be reached: the name proxy.example was not found (no such host)";
    assert_eq!(failure.detail, expected);
}

/// It is looked up once, and the address that answered is tried first.
#[test]
fn the_name_of_the_proxy_is_kept() {
    let service = Peer::start(Layer::Tls13, usize::MAX, |_, stream| {
        read_request(stream);
        say(stream, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    });
    let (proxy, heads) = honest(&service);
    let names = Arc::new(Mutex::new(Vec::new()));
    let seen = names.clone();
    let resolver = CachingResolver::with(move |name| {
        seen.lock().unwrap().push(name.to_owned());
        only_the_proxy(name)
    });
    let client = through_with(&url_of(&proxy), &service, resolver);
    for _ in 0..2 {
        assert_eq!(client.send(b"{}").unwrap().status, 204);
    }
    assert_eq!(heads.try_iter().count(), 2);
    assert_eq!(*names.lock().unwrap(), ["proxy.example"]);
}

#[test]
fn closing_the_client_ends_it() {
    let service = Peer::start(Layer::Tls13, 0, |_, _| {});
    let (asked, was_asked) = mpsc::channel();
    let proxy = Peer::start(Layer::Plain, 1, move |_, stream| {
        read_connect(stream);
        asked.send(()).unwrap();
        wait_for_close(stream);
    });
    let client = through(&url_of(&proxy), &service);
    thread::scope(|scope| {
        let sending = scope.spawn(|| client.send(b"{}").unwrap_err());
        was_asked.recv().unwrap();
        client.http.abort();
        let failure = sending.join().unwrap();
        // It would have been the time limit otherwise.
        assert_eq!((failure.kind, failure.sent), (ErrorKind::Connection, Sent::Nothing));
    });
}

#[test]
fn a_tunnel_can_be_opened_by_itself() {
    let service = Peer::start(Layer::Plain, 1, |_, stream| say(stream, "hello"));
    let (proxy, heads) = honest(&service);
    let client = through(&url_of(&proxy), &service);
    let deadline = Instant::now() + Duration::from_secs(5);
    let mut stream = client.http.tunnel("host.example", 7, deadline).unwrap().unwrap();
    assert_eq!((stream.read_timeout().unwrap(), stream.write_timeout().unwrap()), (None, None));
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    assert_eq!(said, "hello");
    assert!(heads.recv().unwrap().starts_with("CONNECT host.example:7 "));
    assert!(super::client::client(&service).http.tunnel("host.example", 7, deadline).is_none());
}

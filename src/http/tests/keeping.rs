//! Connections are kept and shared, and given up in time; names are looked up when they have to be.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::client::*;
use super::peer::*;
use crate::http::dns::CachingResolver;
use crate::http::{ErrorKind, Sent};

#[test]
fn one_connection_serves_one_request_after_the_other() {
    for layer in LAYERS {
        let mut peer = Peer::start(layer, 1, |_, stream| {
            for _ in 0..5 {
                read_request(stream).unwrap();
                say(stream, ACCEPTED);
            }
        });
        let client = client(&peer);
        for _ in 0..5 {
            assert_eq!(client.send(b"{}").unwrap().status, 204);
        }
        peer.join();
        assert_eq!(peer.connections(), 1);
    }
}

#[test]
fn a_connection_that_was_closed_while_idle_is_replaced() {
    for layer in LAYERS {
        for with_reset in [false, true] {
            let peer = Peer::start(layer, 2, move |_, stream| {
                read_request(stream).unwrap();
                say(stream, ACCEPTED);
                if with_reset {
                    thread::sleep(Duration::from_millis(50));
                    reset(stream);
                }
            });
            let client = client(&peer);
            assert_eq!(client.send(b"{}").unwrap().status, 204);
            thread::sleep(Duration::from_millis(200));
            assert_eq!(client.send(b"{}").unwrap().status, 204, "{layer:?}, reset: {with_reset}");
            assert_eq!(peer.connections(), 2);
        }
    }
}

#[test]
fn a_connection_that_closes_just_after_reuse_leaves_doubt() {
    for layer in LAYERS {
        let mut peer = Peer::start(layer, 1, |_, stream| {
            read_request(stream).unwrap();
            say(stream, ACCEPTED);
            read_request(stream).unwrap();
            reset(stream);
        });
        let client = client(&peer);
        assert_eq!(client.send(b"{}").unwrap().status, 204);
        let failure = client.send(b"{}").unwrap_err();
        assert_eq!((failure.kind, failure.sent), (ErrorKind::Connection, Sent::MaybeDelivered), "{}", failure.detail);
        peer.join();
        assert_eq!(peer.connections(), 1, "it was sent again by itself");
    }
}

#[test]
fn a_connection_with_an_answer_too_many_is_not_used_again() {
    for layer in LAYERS {
        let peer = Peer::start(layer, 2, |number, stream| {
            read_request(stream).unwrap();
            say(stream, ACCEPTED);
            if number == 0 {
                say(stream, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                wait_for_close(stream);
            }
        });
        let client = client(&peer);
        assert_eq!(client.send(b"{}").unwrap().status, 204);
        thread::sleep(Duration::from_millis(100));
        assert_eq!(client.send(b"{}").unwrap().status, 204, "{layer:?}: the answer to another request");
        assert_eq!(peer.connections(), 2);
    }
}

#[test]
fn head_and_body_go_out_in_one_write() {
    let mut peer = Peer::start(Layer::Plain, 1, |_, stream| {
        let mut buffer = [0; 16_384];
        let amount = stream.read(&mut buffer).unwrap();
        let text = String::from_utf8_lossy(&buffer[..amount]).to_ascii_lowercase();
        assert!(text.starts_with("post /path http/1.1\r\n"), "{text}");
        assert!(text.ends_with("\r\n\r\n{\"a\":1}"), "{text}");
        for header in [
            "authorization: xbl3.0 x=-;token",
            "x-xbl-contract-version: 1",
            "content-type: application/json; charset=utf-8",
            "content-length: 7",
            "user-agent: test",
        ] {
            assert_eq!(text.matches(&format!("{header}\r\n")).count(), 1, "{header} in {text}");
        }
        assert!(text.contains("\r\naccept-encoding: identity\r\n"), "{text}");
        say(stream, ACCEPTED);
    });
    assert_eq!(client(&peer).send(b"{\"a\":1}").unwrap().status, 204);
    peer.join();
}

#[test]
fn a_large_body_arrives_whole() {
    for layer in LAYERS {
        let body: Vec<u8> = (0..1_000_000_u32).map(|n| b'a' + (n % 26) as u8).collect();
        let expected = body.clone();
        let mut peer = Peer::start(layer, 1, move |_, stream| {
            assert!(read_request(stream).unwrap().ends_with(&expected));
            say(stream, ACCEPTED);
        });
        assert_eq!(client(&peer).send(&body).unwrap().status, 204);
        peer.join();
    }
}

#[test]
fn a_name_is_looked_up_for_the_first_connection_and_after_one_that_failed() {
    let mut peer = Peer::start(Layer::Plain, 1, |_, stream| {
        while read_request(stream).is_some() {
            say(stream, ACCEPTED);
        }
    });
    let nowhere = IpAddr::from([127, 0, 0, 3]);
    let (good, count) = (peer.address.ip(), Arc::new(AtomicUsize::new(0)));
    let counter = count.clone();
    let client = client_with(
        &peer,
        CachingResolver::with(move |_| {
            Ok(vec![if counter.fetch_add(1, Ordering::SeqCst) == 0 { nowhere } else { good }])
        }),
    );
    assert_eq!(client.send(b"{}").unwrap_err().sent, Sent::Nothing);
    for _ in 0..3 {
        assert_eq!(client.send(b"{}").unwrap().status, 204);
    }
    assert_eq!(count.load(Ordering::SeqCst), 2);
    drop(client);
    peer.join();
}

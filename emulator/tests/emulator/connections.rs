//! Connections: numbers, endings, and the life of the emulator itself.

use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use mpa_emulator::{Emulator, Options, StartError};

use crate::client::{Client, start};
use crate::requests::{Request, invite};

#[test]
fn every_request_knows_the_connection_it_came_on() {
    let emulator = start();
    let mut first = Client::connect(&emulator);
    first.send(&invite(7));
    let mut second = Client::connect(&emulator);
    second.send(&invite(7));
    first.send(&invite(7));
    second.send(&invite(7));
    let connections: Vec<_> = emulator.requests(7).iter().map(|r| r.connection).collect();
    assert_eq!(connections, [1, 2, 1, 2]);
}

#[test]
fn a_request_cut_off_in_its_body_is_kept_as_refused() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let bytes = invite(7).to_bytes();
    client.send_bytes(&bytes[..bytes.len() - 5]);
    drop(client);
    let received = emulator.wait_for(7, 0, Duration::from_secs(10));
    assert_eq!((received.len(), received[0].status), (1, 400));
    assert!(received[0].body.is_empty());
}

#[test]
fn bytes_that_are_not_http_end_their_connection_only() {
    let emulator = start();
    let mut garbage = Client::connect(&emulator);
    garbage.send_bytes(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 what?\r\n\r\n");
    assert!(String::from_utf8_lossy(&garbage.rest()).starts_with("HTTP/1.1 400 "));
    assert_eq!(Client::connect(&emulator).send(&invite(7)).status, 204);
}

#[test]
fn many_clients_are_served_at_once() {
    let emulator = start();
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                let mut client = Client::connect(&emulator);
                for _ in 0..20 {
                    assert_eq!(client.send(&invite(7)).status, 204);
                }
            });
        }
    });
    let indices: Vec<_> = emulator.requests(7).iter().map(|request| request.index).collect();
    assert_eq!(indices, (1..=400).collect::<Vec<_>>());
}

#[test]
fn a_stop_is_prompt_and_closes_connections_and_the_port() {
    let emulator = start();
    let mut idle = Client::connect(&emulator);
    idle.send(&invite(7));
    let mut waiting = Client::connect(&emulator);
    waiting.send_bytes(&Request::new("GET", "/emulator/titles/8/requests?wait_ms=60000").to_bytes());
    let address = emulator.address();
    let start = Instant::now();
    drop(emulator);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(idle.rest().is_empty());
    assert!(waiting.rest().is_empty());
    assert!(TcpListener::bind(address).is_ok(), "the port is free again");
}

#[test]
fn a_port_in_use_is_said_so() {
    let first = start();
    let again = Options { address: first.address(), ..Options::default() };
    let error = Emulator::start(again).unwrap_err();
    assert!(matches!(error, StartError::Listen { .. }), "{error:?}");
    let expected = format!("cannot listen on {}: another program", first.address());
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[test]
fn an_emulator_can_be_started_from_asynchronous_code() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let emulator = start();
        assert_eq!(Client::connect(&emulator).send(&invite(7)).status, 204);
        assert_eq!(emulator.wait_for(7, 0, Duration::from_secs(10)).len(), 1);
    });
}

//! The endpoints against the emulator of the service, and against responses that it does not give.

#[path = "endpoints/answers.rs"]
mod answers;
#[path = "endpoints/limits.rs"]
mod limits;
#[path = "endpoints/wire.rs"]
mod wire;

use std::io::{Read, Write};
use std::net::TcpStream;

use mpa::api::{Caller, ENDPOINTS, Endpoint};
use mpa::ffi::client::mpa_client_config;
use mpa_emulator::{Emulator, Options};
use mpa_tests::c::{Client, config};

const TITLE: u32 = 7;
const LONG: u32 = 10_000;

fn emulator() -> Emulator {
    Emulator::start(Options::default()).unwrap()
}

/// An emulator, and a client of its that has a service's token and tries each request once.
fn open() -> (Emulator, Client) {
    let emulator = emulator();
    let client = Client::open(&config(emulator.url()));
    (emulator, client)
}

/// The same, with the fields of `other` that are not zero.
fn open_with(other: mpa_client_config) -> (Emulator, Client) {
    let emulator = emulator();
    let usual = config(emulator.url());
    let given = |own: u32, usual: u32| if own == 0 { usual } else { own };
    let config = mpa_client_config {
        title_id: usual.title_id,
        endpoint: usual.endpoint,
        authorization_header: if other.authorization_header.is_null() {
            usual.authorization_header
        } else {
            other.authorization_header
        },
        connect_timeout_ms: given(other.connect_timeout_ms, usual.connect_timeout_ms),
        request_timeout_ms: given(other.request_timeout_ms, usual.request_timeout_ms),
        max_attempts: given(other.max_attempts, usual.max_attempts),
        ..other
    };
    let client = Client::open(&config);
    (emulator, client)
}

/// The response to a call of nothing, with a token of a user or of a service.
fn response(emulator: &Emulator, endpoint: &Endpoint, user_hash: &str) -> String {
    let mut stream = TcpStream::connect(emulator.url().trim_start_matches("http://")).unwrap();
    let path = endpoint.path(7, |_| Some(9)).unwrap();
    let method = &endpoint.method;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: XBL3.0 x={user_hash};token\r\n\
         x-xbl-contract-version: 1\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\
         Connection: close\r\n\r\n{{}}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[test]
fn the_emulator_has_every_endpoint_and_takes_the_same_tokens() {
    let emulator = emulator();
    for endpoint in ENDPOINTS {
        for (user_hash, other) in [("4711", Caller::Service), ("-", Caller::User)] {
            let response = response(&emulator, endpoint, user_hash);
            let name = endpoint.name;
            assert!(
                !response.starts_with("HTTP/1.1 404") && !response.starts_with("HTTP/1.1 405"),
                "{name}: {response}"
            );
            let is_refused = response.contains("This call takes a");
            assert_eq!(is_refused, endpoint.caller == other, "{name} with x={user_hash}: {response}");
        }
    }
}

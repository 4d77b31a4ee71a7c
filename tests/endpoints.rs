//! The list of endpoints against the emulator of the service.

use std::io::{Read, Write};
use std::net::TcpStream;

use mpa::api::{Caller, ENDPOINTS, Endpoint};
use mpa_emulator::{Emulator, Options};

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
    let emulator = Emulator::start(Options::default()).unwrap();
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

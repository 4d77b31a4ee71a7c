//! What the structures of the core show when they are printed: nothing that is secret.

use std::sync::Arc;
use std::time::Instant;

use super::{Config, Engine};
use crate::api::{Call, Invitation, ServerInvite};
use crate::auth::{Authorization, ProofKey};
use crate::client::{Operation, Work};
use crate::http::{Deadlines, Proxy, Request, Response, Transport, TransportError};

const TOKEN: &str = "a-token-that-must-not-show";

/// Prints each request as it comes by.
#[derive(Debug)]
struct Printer;

impl Transport for Printer {
    fn send(&self, request: Request<'_>, _: Deadlines) -> Result<Response, TransportError> {
        assert!(request.signature.is_some());
        shows_nothing(&format!("{request:?}"));
        let body = format!(r#"{{"errorCode":"{TOKEN}","debugMessage":"2533274790395904 {TOKEN}"}}"#).into_bytes();
        let answer = Response::new(400, &[], &body);
        shows_nothing(&format!("{answer:?}"));
        Ok(answer)
    }

    fn abort(&self) {}
}

#[track_caller]
fn shows_nothing(printed: &str) {
    for secret in [TOKEN, "2533274790395904", "seat 12", "PRIVATE KEY"] {
        assert!(!printed.contains(secret), "{printed}");
        // As a list of bytes.
        let bytes = format!("{:?}", secret.as_bytes());
        assert!(!printed.contains(bytes.trim_matches(['[', ']'])), "{printed}");
    }
}

#[test]
fn nothing_that_is_printed_shows_a_secret() {
    let authorization = Authorization::new(&format!("XBL3.0 x=-;{TOKEN}"), 0).unwrap();
    let authorization = authorization.bound_to(ProofKey::generate().unwrap());
    let proxy = Some(Arc::new(Proxy::parse(&format!("http://user:{TOKEN}@proxy.example:1")).unwrap()));
    let config = Config { proxy, ..Config::for_a_test(authorization.clone()) };
    shows_nothing(&format!("{config:?} {authorization:?}"));
    let client = Engine::over(Arc::new(Printer), Box::new(|_| unreachable!()), config).unwrap();
    let invite = || {
        let connection_string = Some("seat 12".to_owned());
        let invitation = Invitation { invited_users: vec![1], connection_string, platform: None };
        ServerInvite::new(2_533_274_790_395_904, invitation).unwrap()
    };
    let outcome = client.run(&invite() as &dyn Call, None);
    shows_nothing(&format!("{outcome:?} {client:?}"));
    let now = Instant::now();
    let operation = Operation::new(Work::new(invite()), Some(authorization), 1, now, now);
    shows_nothing(&format!("{operation:?}"));
    let log: Vec<_> = std::iter::from_fn(|| client.log().poll()).collect();
    assert!(!log.is_empty());
    shows_nothing(&format!("{log:?}"));
}

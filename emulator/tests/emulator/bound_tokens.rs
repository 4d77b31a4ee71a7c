//! Calls to the service with tokens that are bound to a key.

use std::io::{Read, Write};
use std::time::{Duration, SystemTime};

use mpa_emulator::{Emulator, SignInOptions};

use crate::client::{Answer, Client, assert_refused};
use crate::partner::{TlsStream, sign_in, start, start_with, to_service};
use crate::requests::{OF_SERVICE, OF_USER, Request, invite, server_invite};
use crate::signer::Signer;

const HOUR: Duration = Duration::from_secs(3_600);

/// A signed-in service and its connection.
struct Server {
    emulator: Emulator,
    signer: Signer,
    authorization: String,
    client: Client<TlsStream>,
}

impl Server {
    fn new() -> Self {
        Self::of(start())
    }

    fn of(emulator: Emulator) -> Self {
        let signer = Signer::new();
        let authorization = sign_in(&emulator, &signer);
        let client = to_service(&emulator);
        Self { emulator, signer, authorization, client }
    }

    fn invite(&self) -> Request {
        server_invite(7).replacing("Authorization", &self.authorization)
    }

    fn send_signed(&mut self, request: Request) -> Answer {
        self.client.send(&self.signer.sign_at(SystemTime::now(), 8_192, request))
    }
}

fn assert_unauthorized(answer: &Answer, hint: &str, debug_message: &str) {
    assert_refused(answer, 401, "AuthorizationError", debug_message);
    assert_eq!(answer.header("www-authenticate"), Some(format!("XBL3.0 error=\"{hint}\"").as_str()));
}

#[test]
fn only_tokens_that_were_issued_are_taken() {
    let mut server = Server::new();
    assert_eq!(server.send_signed(server.invite()).status, 204);
    for other in [OF_SERVICE.to_owned(), format!("{}x", server.authorization)] {
        let answer = server.send_signed(server.invite().replacing("Authorization", &other));
        assert_unauthorized(&answer, "invalid", "not issued");
    }
    let of_another = server.authorization.replace("x=-;", "x=12;");
    let answer = server.send_signed(invite(7).replacing("Authorization", &of_another));
    assert_unauthorized(&answer, "invalid", "belongs to another client");
}

#[test]
fn every_call_is_signed_with_the_key_of_its_token() {
    let mut server = Server::new();
    let unsigned = server.client.send(&server.invite());
    assert_unauthorized(&unsigned, "invalid_signature", "Signature is missing");
    let of_another = server.client.send(&Signer::new().sign(server.invite()));
    assert_unauthorized(&of_another, "invalid_signature", "not that of the token's key");
    let good = server.signer.sign(server.invite());
    let changed = server.client.send(&good.clone().with_body(r#"{"invitedUsers":["2"],"sender":"1"}"#));
    assert_unauthorized(&changed, "invalid_signature", "under this request");
    let twice = server.client.send(&good.clone().with("Signature", "AAAA"));
    assert_unauthorized(&twice, "invalid_signature", "came twice");
    assert_eq!(server.client.send(&good).status, 204);
    assert_eq!(server.client.send(&good).status, 204, "nothing is asked that forbids it");
    let acted = server.emulator.requests(7).iter().filter(|request| request.acted).count();
    assert_eq!(acted, 2);
}

#[test]
fn a_signature_is_of_the_last_five_minutes() {
    let mut server = Server::new();
    for (seconds, status) in [(290, 204), (310, 401)] {
        let offset = Duration::from_secs(seconds);
        for time in [SystemTime::now() - offset, SystemTime::now() + offset] {
            let answer = server.client.send(&server.signer.sign_at(time, 8_192, server.invite()));
            assert_eq!(answer.status, status, "{seconds}");
        }
    }
}

#[test]
fn of_a_long_body_the_beginning_is_signed() {
    let mut server = Server::new();
    let body = format!("{}{}", r#"{"invitedUsers":["1"],"sender":"2"}"#, " ".repeat(10_000));
    let long = server.invite().with_body(body);
    let of_all = server.signer.sign(long.clone());
    assert_unauthorized(&server.client.send(&of_all), "invalid_signature", "not that of");
    let of_less = server.signer.sign_at(SystemTime::now(), 8_191, long.clone());
    assert_unauthorized(&server.client.send(&of_less), "invalid_signature", "not that of");
    assert_eq!(server.send_signed(long).status, 204);
}

#[test]
fn errors_of_the_token_are_reported_before_errors_of_the_body() {
    let mut server = Server::new();
    let broken = server.invite().with_body("{").without("x-xbl-contract-version");
    assert_eq!(server.client.send(&broken).status, 401);
    assert_eq!(server.send_signed(broken).status, 400);
}

#[test]
fn a_token_expires() {
    let options = SignInOptions { token_lifetime: Duration::from_millis(500), ..SignInOptions::default() };
    let mut server = Server::of(start_with(options));
    assert_eq!(server.send_signed(server.invite()).status, 204);
    std::thread::sleep(Duration::from_millis(520));
    assert_unauthorized(&server.send_signed(server.invite()), "expired", "expired");
}

#[test]
fn a_revoked_token_is_refused_until_a_newer_one_comes() {
    let mut server = Server::new();
    server.emulator.revoke_tokens();
    assert_unauthorized(&server.send_signed(server.invite()), "invalid", "revoked");
    server.authorization = sign_in(&server.emulator, &server.signer);
    assert_eq!(server.send_signed(server.invite()).status, 204);
    assert_eq!(server.client.send(&Request::new("DELETE", "/emulator/tokens")).status, 204);
    assert_eq!(server.send_signed(server.invite()).status, 401);
    server.authorization = sign_in(&server.emulator, &server.signer);
    assert_eq!(server.client.send(&Request::new("DELETE", "/emulator/service_tokens")).status, 204);
    assert_eq!(server.send_signed(server.invite()).status, 204, "the other kind");
}

/// What becomes of users' tokens, whether or not services sign in.
fn check_users_tokens<S: Read + Write>(emulator: &Emulator, mut client: Client<S>) {
    assert_eq!(client.send(&invite(7).replacing("Authorization", OF_USER)).status, 204);
    let unbound = emulator.issue_user_token(12, None, HOUR);
    assert_eq!(client.send(&invite(7).replacing("Authorization", &unbound)).status, 204);
    let signer = Signer::new();
    let bound = emulator.issue_user_token(12, Some(signer.proof_key()), HOUR);
    assert!(bound.starts_with("XBL3.0 x=12;eyJ"), "{bound}");
    let request = || invite(7).replacing("Authorization", &bound);
    assert_unauthorized(&client.send(&request()), "invalid_signature", "missing");
    assert_eq!(client.send(&signer.sign(request())).status, 204);
    let of_another = bound.replace("x=12;", "x=13;");
    let answer = client.send(&signer.sign(request().replacing("Authorization", &of_another)));
    assert_unauthorized(&answer, "invalid", "belongs to another client");
    let expired = emulator.issue_user_token(12, None, Duration::ZERO);
    let answer = client.send(&invite(7).replacing("Authorization", &expired));
    assert_unauthorized(&answer, "expired", "expired");
    emulator.revoke_tokens();
    assert_unauthorized(&client.send(&signer.sign(request())), "invalid", "revoked");
}

#[test]
fn users_tokens_are_taken_as_before_unless_they_are_bound() {
    let emulator = start();
    check_users_tokens(&emulator, to_service(&emulator));
    let emulator = crate::client::start();
    check_users_tokens(&emulator, Client::connect(&emulator));
}

//! From a certificate to a token for calls, and what stands in the way.

use std::time::{Duration, SystemTime};

use mpa_emulator::{NO_TITLE, ServiceKind, SignInOptions};
use serde_json::{Value, json};

use crate::client::{Client, assert_refused};
use crate::partner::{
    authenticate, authentication, authorization, authorize, service_token, sign_in, start, start_with, to_service,
    to_sign_in, to_token, token, unsigned, x_err,
};
use crate::requests::{Request, query_activities, server_invite};
use crate::signer::Signer;

const SANDBOX_DENIED: (u16, u64) = (401, 0x8015_DC12);
const EXPIRED: (u16, u64) = (401, 0x8015_DC1F);
const INVALID: (u16, u64) = (401, 0x8015_DC27);

#[test]
fn a_certificate_leads_to_a_token_for_calls() {
    let (emulator, signer) = (start(), Signer::new());
    let authorization = sign_in(&emulator, &signer);
    let mut client = to_service(&emulator);
    for request in [server_invite(7), query_activities(7)] {
        let signed = signer.sign(request.replacing("Authorization", &authorization));
        assert!(client.send(&signed).status < 300);
    }
}

#[test]
fn the_answers_are_as_documented() {
    let (emulator, signer) = (start(), Signer::new());
    let first = to_sign_in(&emulator).send(&authenticate(&signer));
    let second = to_token(&emulator).send(&authorize(&signer, &token(&first)));
    for (answer, lifetime) in [(first, 14 * 86_400), (second, 16 * 3_600)] {
        let said = answer.json();
        let members: Vec<_> = said.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["DisplayClaims", "IssueInstant", "NotAfter", "Token"]);
        assert_eq!(said["DisplayClaims"], Value::Null);
        assert!((1_900..2_100).contains(&said["Token"].as_str().unwrap().len()));
        let (issued, not_after) = (seconds(&said["IssueInstant"]), seconds(&said["NotAfter"]));
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        assert!(now.abs_diff(issued) < 60, "{said}");
        assert_eq!(not_after - issued, lifetime, "{said}");
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
        assert!(answer.header("date").is_some());
    }
}

/// The seconds from 1970 to a time that is written with seven digits after the point.
fn seconds(time: &Value) -> u64 {
    let time = time.as_str().unwrap();
    assert_eq!((time.len(), &time[19..20], &time[27..]), (28, ".", "Z"), "{time}");
    let date = time::Date::from_calendar_date(
        time[..4].parse().unwrap(),
        time[5..7].parse::<u8>().unwrap().try_into().unwrap(),
        time[8..10].parse().unwrap(),
    );
    let part = |from: usize| time[from..from + 2].parse().unwrap();
    let instant = date.unwrap().with_hms(part(11), part(14), part(17)).unwrap().assume_utc();
    instant.unix_timestamp().try_into().unwrap()
}

#[test]
fn signing_in_has_a_strict_form() {
    let (emulator, signer) = (start(), Signer::new());
    let mut client = to_sign_in(&emulator);
    let good = authentication(&signer);
    let mut client_says = |request: Request| client.send(&signer.sign(request));
    for (place, value, said) in [
        ("/RelyingParty", json!("http://xboxlive.com"), "RelyingParty must be "),
        ("/TokenType", json!("JWE"), "TokenType must be "),
        ("/Properties/ProofKey/alg", json!("RS256"), "Properties.ProofKey.alg must be "),
        ("/Properties/ProofKey/y", good["Properties"]["ProofKey"]["x"].clone(), "a point of the curve"),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(place).unwrap() = value;
        let answer = client_says(unsigned("/service/authenticate", &body));
        assert_refused(&answer, 400, "RequestValidationError", said);
    }
    let request = || unsigned("/service/authenticate", &good);
    let charset = request().replacing("Content-Type", "application/json; charset=utf-8");
    assert_eq!(client_says(charset).status, 200);
    let no_version = request().without("x-xbl-contract-version");
    assert_refused(&client_says(no_version), 400, "InvalidRequest", "x-xbl-contract-version");
    assert_eq!(client_says(request().replacing("Content-Type", "text/plain")).status, 415);
    assert_refused(&client_says(request().with("Authorization", "x")), 400, "InvalidRequest", "no header Auth");
    assert_refused(&client_says(request().with_body("{")), 400, "InvalidRequest", "not JSON");
    assert_eq!(client_says(Request { path: "/service/authenticate?a=b".to_owned(), ..request() }).status, 404);
    assert_eq!(client_says(Request { path: "/xsts/authorize".to_owned(), ..request() }).status, 404);
    assert_eq!(client_says(Request { method: "PUT".to_owned(), ..request() }).status, 405);
    assert_eq!(client_says(Request::new("GET", "/emulator/faults")).status, 404, "no control interface here");
}

#[test]
fn a_bad_signature_is_forbidden_without_a_word() {
    let (emulator, signer, other) = (start(), Signer::new(), Signer::new());
    let now = SystemTime::now();
    let late = now - Duration::from_secs(310);
    let unsigned_in = || unsigned("/service/authenticate", &authentication(&signer));
    let mut client = to_sign_in(&emulator);
    let refused = [
        unsigned_in(),
        other.sign(unsigned_in()),
        signer.sign_at(late, usize::MAX, unsigned_in()),
        signer.sign_at(now, 100, unsigned_in()),
        authenticate(&signer).with_body(format!("{} ", authentication(&signer))),
        authenticate(&signer).replacing("Signature", "AAAA"),
    ];
    for request in refused {
        let answer = client.send(&request);
        assert_eq!((answer.status, answer.body.as_str()), (403, ""));
    }
    let service_token = token(&client.send(&authenticate(&signer)));
    let mut client = to_token(&emulator);
    for request in [
        unsigned("/xsts/authorize", &authorization(&service_token)),
        authorize(&other, &service_token),
        signer.sign_at(late, usize::MAX, unsigned("/xsts/authorize", &authorization(&service_token))),
    ] {
        let answer = client.send(&request);
        assert_eq!((answer.status, answer.body.as_str()), (403, ""));
    }
    assert_eq!(client.send(&authorize(&signer, &service_token)).status, 200);
}

/// All of a body is signed here, also what is behind the first 8,192 bytes.
#[test]
fn all_of_a_long_body_is_signed() {
    let (emulator, signer) = (start(), Signer::new());
    let body = format!("{}{}", authentication(&signer), " ".repeat(10_000));
    let request = || unsigned("/service/authenticate", &Value::Null).with_body(body.clone());
    let mut client = to_sign_in(&emulator);
    assert_eq!(client.send(&signer.sign_at(SystemTime::now(), 8_192, request())).status, 403);
    assert_eq!(client.send(&signer.sign(request())).status, 200);
}

#[test]
fn a_denied_token_has_its_number() {
    let (emulator, signer) = (start(), Signer::new());
    let service_token = service_token(&emulator, &signer);
    let mut client = to_token(&emulator);
    assert_eq!(x_err(&client.send(&authorize(&signer, "eyJ"))), INVALID);
    let in_sandbox = |sandbox: &str| {
        let mut body = authorization(&service_token);
        body["Properties"]["SandboxId"] = sandbox.into();
        signer.sign(unsigned("/xsts/authorize", &body))
    };
    for sandbox in ["retail", "XDKS.1", ""] {
        assert_eq!(x_err(&client.send(&in_sandbox(sandbox))), SANDBOX_DENIED, "{sandbox}");
    }
    let mut with_https = authorization(&service_token);
    with_https["RelyingParty"] = "https://xboxlive.com".into();
    let answer = client.send(&signer.sign(unsigned("/xsts/authorize", &with_https)));
    assert_refused(&answer, 400, "RequestValidationError", "RelyingParty must be \"http://xboxlive.com\"");
    let for_calls = token(&client.send(&authorize(&signer, &service_token)));
    assert_eq!(x_err(&client.send(&authorize(&signer, &for_calls))), INVALID, "the wrong kind");
    emulator.revoke_service_tokens();
    assert_eq!(x_err(&client.send(&authorize(&signer, &service_token))), INVALID);
}

#[test]
fn an_expired_service_token_has_its_own_error() {
    let options = SignInOptions { service_token_lifetime: Duration::from_millis(300), ..SignInOptions::default() };
    let (emulator, signer) = (start_with(options), Signer::new());
    let service_token = service_token(&emulator, &signer);
    std::thread::sleep(Duration::from_millis(320));
    assert_eq!(x_err(&to_token(&emulator).send(&authorize(&signer, &service_token))), EXPIRED);
}

#[test]
fn sandbox_and_relying_party_can_be_others() {
    let (sandbox_id, relying_party) = ("XDKS.1".to_owned(), "https://xboxlive.com".to_owned());
    let emulator = start_with(SignInOptions { sandbox_id, relying_party, ..SignInOptions::default() });
    let signer = Signer::new();
    let service_token = service_token(&emulator, &signer);
    let mut client = to_token(&emulator);
    assert_eq!(client.send(&authorize(&signer, &service_token)).status, 400);
    let mut body = authorization(&service_token);
    body["RelyingParty"] = "https://xboxlive.com".into();
    let mut send = |body: &Value| client.send(&signer.sign(unsigned("/xsts/authorize", body)));
    assert_eq!(x_err(&send(&body)), SANDBOX_DENIED);
    body["Properties"]["SandboxId"] = "XDKS.1".into();
    assert_eq!(send(&body).status, 200);
}

#[test]
fn requests_for_tokens_are_kept_with_their_part() {
    let (emulator, signer) = (start(), Signer::new());
    let authorization = sign_in(&emulator, &signer);
    to_sign_in(&emulator).send(&unsigned("/service/authenticate", &authentication(&signer)));
    to_sign_in(&emulator).send(&Request::new("GET", "/titles/7/invites"));
    to_service(&emulator).send(&signer.sign(server_invite(7).replacing("Authorization", &authorization)));
    let kept = |title_id| -> Vec<_> {
        let requests = emulator.requests(title_id);
        requests.iter().map(|r| (r.service, r.connection, r.status, r.acted)).collect()
    };
    let for_tokens = [(ServiceKind::SignIn, 1, 200, true), (ServiceKind::Token, 2, 200, true)];
    assert_eq!(kept(NO_TITLE)[..2], for_tokens);
    assert_eq!(kept(NO_TITLE)[2..], [(ServiceKind::SignIn, 3, 403, false), (ServiceKind::SignIn, 4, 404, false)]);
    assert_eq!(kept(7), [(ServiceKind::Service, 5, 204, true)]);
    let shown = to_service(&emulator).get("/emulator/titles/0/requests?after=1").json();
    assert_eq!((&shown["requests"][0]["part"], &shown["requests"][1]["part"]), (&json!("token"), &json!("sign_in")));
    let debug = format!("{:?}", emulator.requests(NO_TITLE));
    assert!(!debug.contains("ServiceToken"), "{debug}");
}

#[test]
fn without_signing_in_there_is_nothing_of_it() {
    let emulator = crate::client::start();
    assert!(emulator.sign_in().is_none());
    let mut client = Client::connect(&emulator);
    assert_eq!(client.send(&authenticate(&Signer::new())).status, 404);
    assert_eq!(client.send(&server_invite(7)).status, 204, "any token, no signature");
}

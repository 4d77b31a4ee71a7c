//! The sign-in services, misbehaving.

use std::io::ErrorKind;

use mpa_emulator::{Emulator, NO_TITLE, ServiceKind, Titles};
use serde_json::json;
use tokio_rustls::rustls::version::TLS13;

use crate::client::Client;
use crate::partner::{
    TlsStream, authenticate, authorize, connect, service_token, sign_in, start, to_service, to_sign_in, to_token,
    token, x_err,
};
use crate::requests::{invite, server_invite};
use crate::signer::Signer;

fn start_with(rules: &[&str]) -> Emulator {
    let emulator = start();
    emulator.set_faults(Titles::All, rules).unwrap();
    emulator
}

#[test]
fn an_outage_has_its_number() {
    let emulator =
        start_with(&["x_err:code=outage,calls=sign_in,next=1", "x_err:code=2148916274,calls=token,status=500"]);
    let signer = Signer::new();
    let mut client = to_sign_in(&emulator);
    assert_eq!(x_err(&client.send(&authenticate(&signer))), (503, 0x8015_DC31));
    let service_token = token(&client.send(&authenticate(&signer)));
    let answer = to_token(&emulator).send(&authorize(&signer, &service_token));
    assert_eq!(x_err(&answer), (500, 0x8015_DC32));
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    let kept: Vec<_> =
        emulator.requests(NO_TITLE).iter().map(|r| (r.service, r.status, r.acted, r.fault.clone())).collect();
    let x_err = Some("x_err".to_owned());
    let expected = [
        (ServiceKind::SignIn, 503, false, x_err.clone()),
        (ServiceKind::SignIn, 200, true, None),
        (ServiceKind::Token, 500, false, x_err),
    ];
    assert_eq!(kept, expected);
}

#[test]
fn a_service_token_can_be_called_expired_or_invalid() {
    let emulator = start_with(&[
        "x_err:code=service_token_expired,calls=token,next=1",
        "x_err:code=service_token_invalid,calls=token,next=1",
    ]);
    let signer = Signer::new();
    let service_token = service_token(&emulator, &signer);
    let mut client = to_token(&emulator);
    let mut send = || client.send(&authorize(&signer, &service_token));
    assert_eq!(x_err(&send()), (401, 0x8015_DC1F));
    assert_eq!(x_err(&send()), (401, 0x8015_DC27));
    assert_eq!(send().status, 200);
}

#[test]
fn faults_of_every_kind_apply_here() {
    let emulator = start();
    emulator.set_faults(NO_TITLE, &["status:status=503,next=1,body=busy", "reset_after_acting:next=1"]).unwrap();
    let signer = Signer::new();
    let busy = to_sign_in(&emulator).send(&authenticate(&signer));
    assert_eq!((busy.status, busy.body.as_str()), (503, "busy"));
    let reset = to_sign_in(&emulator).send_in_vain(&authenticate(&signer));
    assert_eq!(reset, Err(ErrorKind::ConnectionReset));
    assert!(emulator.requests(NO_TITLE)[1].acted);
    let authorization = sign_in(&emulator, &signer);
    emulator.set_faults(7, &["expired_token:next=1"]).unwrap();
    let mut client = to_service(&emulator);
    let mut send = || client.send(&signer.sign(server_invite(7).replacing("Authorization", &authorization))).status;
    assert_eq!([send(), send()], [401, 204]);
}

fn shake_hands(emulator: &Emulator, part: ServiceKind) -> Result<TlsStream, ErrorKind> {
    let sign_in = emulator.sign_in().unwrap();
    let (url, identity) = match part {
        ServiceKind::Service => (emulator.url(), None),
        ServiceKind::SignIn => (sign_in.url(), Some(sign_in.partner())),
        ServiceKind::Token => (sign_in.token_url(), None),
    };
    connect(emulator, url, identity, &TLS13).map_err(|error| error.kind())
}

#[test]
fn a_handshake_is_dropped_with_the_part_that_was_named() {
    const PARTS: [ServiceKind; 3] = [ServiceKind::Service, ServiceKind::SignIn, ServiceKind::Token];
    for (name, dropped) in
        [("service", ServiceKind::Service), ("sign_in", ServiceKind::SignIn), ("token", ServiceKind::Token)]
    {
        let emulator = start_with(&[&format!("drop_handshake:part={name},next=2")]);
        for part in PARTS.into_iter().chain([dropped]) {
            let drops = shake_hands(&emulator, part).err();
            assert_eq!(drops, (part == dropped).then_some(ErrorKind::UnexpectedEof), "{name}, {part:?}");
        }
        assert!(emulator.faults(Titles::All).is_empty(), "used up");
        assert!(shake_hands(&emulator, dropped).is_ok());
    }
    let emulator = start_with(&["drop_handshake"]);
    assert!(PARTS.iter().all(|part| shake_hands(&emulator, *part).is_err()));
    emulator.set_faults(Titles::All, &[]).unwrap();
    emulator.set_faults(NO_TITLE, &["drop_handshake:next=1"]).unwrap();
    assert!(shake_hands(&emulator, ServiceKind::Token).is_err());
    assert!(shake_hands(&emulator, ServiceKind::Token).is_ok());
}

#[test]
fn dropped_handshakes_leave_requests_alone() {
    let emulator = start();
    let mut client = to_service(&emulator);
    emulator.set_faults(Titles::All, &["drop_handshake:next=1"]).unwrap();
    assert_eq!(client.send(&invite(7)).status, 204);
    assert_eq!(emulator.faults(Titles::All).len(), 1);
    let said = emulator.set_faults(7, &["reset", "drop_handshake"]).unwrap_err().to_string();
    assert!(said.starts_with("[1].fault must not be drop_handshake for one title"), "{said}");
    let answer = client.put("/emulator/titles/7/faults", &json!([{"fault": "drop_handshake"}]));
    assert_eq!(answer.status, 400);
    assert!(emulator.faults(7).is_empty());
    assert_eq!(client.put("/emulator/faults", &json!([{"fault": "drop_handshake", "part": "token"}])).status, 204);
}

#[test]
fn requests_for_tokens_are_throttled_together() {
    let emulator = start();
    emulator.set_throttle(Titles::All, Some("{}".parse().unwrap()));
    let signer = Signer::new();
    let mut client = to_sign_in(&emulator);
    let service_token = token(&client.send(&authenticate(&signer)));
    let mut token_client = to_token(&emulator);
    let statuses: Vec<_> = (0..7)
        .flat_map(|_| {
            let authenticated = client.send(&authenticate(&signer)).status;
            [authenticated, token_client.send(&authorize(&signer, &service_token)).status]
        })
        .collect();
    assert_eq!(statuses, [200; 14]);
    for answer in [client.send(&authenticate(&signer)), token_client.send(&authorize(&signer, &service_token))] {
        assert_eq!((answer.status, &answer.json()["maxRequests"]), (429, &json!(15)));
        let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=15).contains(&seconds), "{seconds}");
    }
    let rejected = emulator.requests(NO_TITLE).iter().filter(|r| r.fault.as_deref() == Some("throttle")).count();
    assert_eq!(rejected, 2);
    emulator.set_throttle(Titles::All, Some(r#"{"authentication": null}"#.parse().unwrap()));
    assert!((0..20).all(|_| client.send(&authenticate(&signer)).status == 200));
}

#[test]
fn a_client_that_connects_in_silence_uses_no_rule_up() {
    let emulator = start_with(&["drop_handshake:next=1"]);
    let silent = Client::connect(&emulator);
    assert!(shake_hands(&emulator, ServiceKind::Service).is_err());
    drop(silent);
    assert!(shake_hands(&emulator, ServiceKind::Service).is_ok());
}

//! The emulator's clock, put ahead and behind.

use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::client::{Client, start as start_plain};
use crate::partner::{authenticate, authorize, service_token, sign_in, start, to_service, to_sign_in, to_token, x_err};
use crate::requests::{Request, invite, server_invite};
use crate::signer::Signer;

const HOUR_MS: i64 = 3_600_000;

#[test]
fn dates_go_by_it() {
    let emulator = start_plain();
    emulator
        .set_faults(8, &["status:status=503", r#"{"fault":"status","status":500,"headers":{"Date":"x"}}"#])
        .unwrap();
    let mut client = Client::connect(&emulator);
    for hours in [0, 5, -5] {
        emulator.set_clock_offset(hours * HOUR_MS);
        for title_id in [7, 8] {
            let answer = client.send(&invite(title_id));
            let date = httpdate::parse_http_date(answer.header("date").unwrap()).unwrap();
            let ahead = date
                .duration_since(SystemTime::now())
                .map_or_else(|e| -e.duration().as_secs_f64(), |d| d.as_secs_f64());
            assert!((ahead - (hours * 3_600) as f64).abs() < 30.0, "{hours}: {ahead}");
        }
    }
}

#[test]
fn it_is_put_off_over_http_too() {
    let emulator = start_plain();
    let mut client = Client::connect(&emulator);
    let shown = |client: &mut Client| client.get("/emulator/clock").json()["offset_ms"].as_i64().unwrap();
    assert_eq!(shown(&mut client), 0);
    assert_eq!(client.put("/emulator/clock", &json!({"offset_ms": -HOUR_MS})).status, 204);
    assert_eq!(shown(&mut client), -HOUR_MS);
    let behind = SystemTime::now().duration_since(emulator.now()).unwrap();
    assert!((3_590..3_610).contains(&behind.as_secs()), "{behind:?}");
    assert_eq!(client.put("/emulator/clock", &json!({"offset_ms": "1"})).status, 400);
    assert_eq!(client.put("/emulator/clock", &json!({})).status, 400);
    assert_eq!(shown(&mut client), -HOUR_MS);
    assert_eq!(client.send(&Request::new("DELETE", "/emulator/clock")).status, 204);
    assert_eq!(shown(&mut client), 0);
}

#[test]
fn signatures_go_by_it() {
    let (emulator, signer) = (start(), Signer::new());
    let authorization = sign_in(&emulator, &signer);
    emulator.set_clock_offset(-10 * 60_000);
    assert_eq!(to_sign_in(&emulator).send(&authenticate(&signer)).status, 403);
    let mut client = to_service(&emulator);
    let invite = || server_invite(7).replacing("Authorization", &authorization);
    let refused = client.send(&signer.sign(invite()));
    assert_eq!(refused.status, 401);
    // What a client makes of that: it learns the time from the answer and signs with it.
    let date = httpdate::parse_http_date(refused.header("date").unwrap()).unwrap();
    assert_eq!(client.send(&signer.sign_at(date, 8_192, invite())).status, 204);
}

#[test]
fn tokens_expire_by_it() {
    let (emulator, signer) = (start(), Signer::new());
    let service_token = service_token(&emulator, &signer);
    emulator.set_clock_offset(15 * 24 * HOUR_MS);
    let time = SystemTime::now() + Duration::from_secs(15 * 86_400);
    let late = signer.sign_at(time, usize::MAX, authorize(&signer, &service_token));
    assert_eq!(x_err(&to_token(&emulator).send(&late)), (401, 0x8015_DC1F));
}

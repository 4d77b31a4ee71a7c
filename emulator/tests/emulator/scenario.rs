//! All settings as one document, and what the meters show.

use mpa_emulator::Titles;
use serde_json::{Value, json};

use crate::client::{Client, start};
use crate::requests::{Request, invite, server_invite};

const SCENARIO: &str = "/emulator/scenario";

#[test]
fn a_scenario_replaces_all_settings() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let nothing = json!({"clock": {"offset_ms": 0}, "faults": [], "throttle": null, "titles": {}});
    assert_eq!(client.get(SCENARIO).json(), nothing);
    emulator.set_faults(8, &["reset"]).unwrap();
    let scenario = json!({
        "clock": {"offset_ms": 60_000},
        "titles": {
            "7": {"faults": [{"fault": "status", "status": 503, "next": 1}]},
            "9": {"throttle": {"invites": {"burst": {"max": 1, "period_ms": 60_000}}}},
        },
    });
    assert_eq!(client.put(SCENARIO, &scenario).status, 204);
    assert_eq!([7, 7, 8, 9, 9].map(|title_id| client.send(&invite(title_id)).status), [503, 204, 204, 204, 429]);
    assert_eq!(client.get("/emulator/clock").json(), json!({"offset_ms": 60_000}));
    let saved = client.get(SCENARIO).json();
    assert_eq!(saved["titles"].as_object().unwrap().keys().collect::<Vec<_>>(), ["9"], "the rule is used up");
    assert_eq!(emulator.scenario(), saved);

    let wrong = json!({"faults": [{"fault": "reset", "share": 2}]});
    let refused = client.put(SCENARIO, &wrong);
    let said = refused.json()["debugMessage"].to_string();
    assert!(refused.status == 400 && said.contains("faults[0].share must be a number"), "{refused:?}");
    assert_eq!(client.get(SCENARIO).json(), saved, "unchanged");
    assert_eq!(client.put(SCENARIO, &json!({})).status, 204);
    assert_eq!(client.get(SCENARIO).json(), nothing);
    emulator.set_scenario(&saved.to_string()).unwrap();
    assert_eq!(client.get(SCENARIO).json(), saved);
    let said = emulator.set_scenario("{").unwrap_err().to_string();
    assert!(said.starts_with("it is not JSON"), "{said}");
}

#[test]
fn meters_show_what_was_counted_and_rejected() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let mut meters = || client.get("/emulator/meters").json()["meters"].clone();
    assert_eq!(meters(), json!([]));
    let limits =
        r#"{"invites": {"burst": {"max": 2, "period_ms": 60000}, "sustained": {"max": 50, "period_ms": 300000}}}"#;
    emulator.set_throttle(Titles::All, Some(limits.parse().unwrap()));
    let mut caller = Client::connect(&emulator);
    assert_eq!([(); 3].map(|()| caller.send(&server_invite(7)).status), [204, 204, 429]);
    caller.send(&invite(7));
    caller.send(&Request::new("GET", "/titles/7/none"));
    let shown = meters();
    let of_service = &shown[0];
    let expected = json!({"title_id": 7, "kind": "invites", "caller": "-", "calls": 3, "rejected": 1,
        "burst": {"count": 2, "max": 2, "period_ms": 60_000, "wait_ms": of_service["burst"]["wait_ms"]},
        "sustained": {"count": 3, "max": 50, "period_ms": 300_000, "wait_ms": 0}});
    assert_eq!(of_service, &expected);
    let wait_ms = of_service["burst"]["wait_ms"].as_u64().unwrap();
    assert!((1..=60_000).contains(&wait_ms), "{wait_ms}");
    assert_eq!((&shown[1]["calls"], &shown[2]), (&json!(1), &Value::Null));
    assert!(!shown.to_string().contains("token"), "{shown}");
    emulator.set_throttle(Titles::All, None);
    assert_eq!(meters(), json!([]));
}

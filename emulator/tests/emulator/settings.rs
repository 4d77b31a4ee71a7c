//! What is to go wrong, said over HTTP.

use mpa_emulator::Titles;
use serde_json::{Value, json};

use crate::client::{Answer, Client, start};
use crate::requests::{Request, invite};

const FAULTS: &str = "/emulator/titles/7/faults";
const THROTTLE: &str = "/emulator/titles/7/throttle";

#[test]
fn rules_are_put_used_up_shown_and_cleared() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    assert_eq!(client.get(FAULTS).json(), json!([]));
    let rules = json!([
        {"fault": "status", "status": 503, "next": 2, "headers": {"Retry-After": "2"},
         "body": "{}", "calls": "invites"},
        {"fault": "status", "status": 500, "next": 1},
    ]);
    assert_eq!(client.put(FAULTS, &rules).status, 204);
    let mut shown = rules.clone();
    shown[1]["headers"] = json!({});
    shown[1]["body"] = json!("");
    assert_eq!(client.get(FAULTS).json(), shown);
    assert_eq!(client.send(&invite(7)).status, 503);
    shown[0]["next"] = json!(1);
    assert_eq!(client.get(FAULTS).json(), shown);
    assert_eq!(emulator.faults(7).len(), 2);
    let statuses = [503, 500, 204].map(|_| client.send(&invite(7)).status);
    assert_eq!(statuses, [503, 500, 204]);
    assert_eq!(client.get(FAULTS).json(), json!([]));
    client.put(FAULTS, &rules);
    assert_eq!(client.send(&Request::new("DELETE", FAULTS)).status, 204);
    assert_eq!(client.send(&invite(7)).status, 204);
}

#[test]
fn what_is_put_takes_the_place_of_what_was_there() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    client.put(FAULTS, &json!([{"fault": "status", "status": 500}]));
    client.put(FAULTS, &json!([{"fault": "status", "status": 502}]));
    assert_eq!(client.send(&invite(7)).status, 502);
    assert_eq!(client.put(FAULTS, &json!([])).status, 204);
    assert_eq!(client.send(&invite(7)).status, 204);
}

#[test]
fn rules_for_all_titles_have_a_path_of_their_own() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let rules = json!([{"fault": "status", "status": 500}]);
    assert_eq!(client.put("/emulator/faults", &rules).status, 204);
    assert_eq!(client.get(FAULTS).json(), json!([]));
    assert_eq!(emulator.faults(Titles::All).len(), 1);
    assert_eq!(client.send(&invite(7)).status, 500);
    client.send(&Request::new("DELETE", "/emulator/faults"));
    assert_eq!(client.send(&invite(7)).status, 204);
}

#[test]
fn throttling_is_put_shown_and_ended() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    assert_eq!(client.get(THROTTLE).json(), Value::Null);
    assert_eq!(client.put(THROTTLE, &json!({})).status, 204);
    let shown = client.get(THROTTLE).json();
    assert_eq!(shown["invites"]["burst"], json!({"max": 7, "period_ms": 15_000}));
    assert_eq!(shown["windows"], "fixed");
    assert_eq!(client.put(THROTTLE, &shown).status, 204, "it can be put again");
    let one = json!({"invites": {"burst": {"max": 1, "period_ms": 60_000}}});
    client.put(THROTTLE, &one);
    let statuses = [0; 2].map(|_| client.send(&invite(7)).status);
    assert_eq!(statuses, [204, 429]);
    client.send(&Request::new("DELETE", THROTTLE));
    assert_eq!(client.send(&invite(7)).status, 204);
    client.put("/emulator/throttle", &one);
    let statuses = [0; 2].map(|_| client.send(&invite(8)).status);
    assert_eq!(statuses, [204, 429]);
}

#[test]
fn what_is_wrong_changes_nothing_and_is_said_in_one_sentence() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    client.put(FAULTS, &json!([{"fault": "status", "status": 500}]));
    let wrong = [
        (FAULTS, json!({"fault": "reset"}), "the body must be a list, not an object"),
        (FAULTS, json!(["reset"]), "[0] must be an object, not a string"),
        (FAULTS, json!([{"fault": "reset"}, {"fault": "resett"}]), "[1].fault must be one of delay, "),
        (FAULTS, json!([{"fault": "reset", "times": 3}]), "[0].times is not a known field (known here: fault, next, "),
        (
            THROTTLE,
            json!({"invites": {"burst": {"max": "7", "period_ms": 1}}}),
            "invites.burst.max must be a whole number from 0 to 4294967295, not a string",
        ),
        (THROTTLE, json!([]), "the body must be an object, not a list"),
    ];
    for (path, body, sentence) in &wrong {
        let answer = client.put(path, body);
        assert_error(&answer, "RequestValidationError", sentence);
    }
    for body in ["", "[", r#"[{"fault":"reset","fault":"close"}]"#] {
        let answer = client.send(&Request::new("PUT", FAULTS).with_body(body));
        assert_error(&answer, "InvalidRequest", "The body is not JSON: ");
    }
    assert_eq!(client.send(&invite(7)).status, 500, "the old rule is still there");
    assert_eq!(client.get(THROTTLE).json(), Value::Null);
    let all_fail = json!([{"fault": "status", "status": 502}]);
    for no_title in ["x", "-1", "4294967296", "%ff"] {
        let answer = client.put(&format!("/emulator/titles/{no_title}/faults"), &all_fail);
        assert_eq!(answer.status, 400, "{no_title}");
    }
    assert_eq!(client.get("/emulator/faults").json(), json!([]));
    assert_eq!(client.send(&Request::new("POST", FAULTS)).status, 405);
    let lost = client.get("/emulator/titles/7/fault");
    assert_eq!(lost.status, 404);
    assert!(lost.body.contains("/emulator/throttle"), "{}", lost.body);
}

fn assert_error(answer: &Answer, error_code: &str, sentence: &str) {
    let error = answer.json();
    assert_eq!((answer.status, &error["errorCode"]), (400, &json!(error_code)));
    let said = error["debugMessage"].as_str().unwrap();
    assert!(said.starts_with(sentence), "{sentence:?} in {said:?}");
}

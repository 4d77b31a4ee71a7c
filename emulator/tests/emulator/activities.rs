//! Activities: what was set is found, in the order of the sequence numbers, by both kinds of caller.

use serde_json::{Value, json};

use crate::client::{Client, answer, assert_refused, start, start_with};
use crate::requests::{
    OF_SERVICE, OF_USER, Request, activity, delete_activity, get_activities, query_activities, set_activity,
};

/// The response to a query for users 9 and 1.
fn queried(client: &mut Client) -> Value {
    let answer = client.send(&query_activities(7).with_body(r#"{"users":["9","1"]}"#));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    answer.json()
}

/// The same where user 9 has these activities.
fn of_9(activities: Value) -> Value {
    json!({"userActivities": [{"userId": "9", "activities": activities}, {"userId": "1", "activities": null}]})
}

#[test]
fn every_user_is_answered_for() {
    let expected = json!({"userActivities": [
        {"userId": "2535465515082324", "activities": null}, {"userId": "1", "activities": null}]});
    for caller in [OF_SERVICE, OF_USER] {
        let answer = answer(&query_activities(7).replacing("Authorization", caller));
        assert_eq!((answer.status, answer.json()), (200, expected.clone()));
    }
}

#[test]
fn what_was_set_is_found_until_it_is_deleted() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    assert_eq!(client.send(&get_activities(7)).status, 204);
    assert_eq!(client.send(&set_activity(7)).status, 204);
    let set = json!({"titleId": 7, "sequenceNumber": "5", "connectionString": "c", "joinRestriction": "Public"});
    assert_eq!(queried(&mut client), of_9(json!([set])));
    let got = client.send(&get_activities(7));
    assert_eq!((got.status, got.json()), (200, json!({"activities": [set]})));
    assert_eq!(emulator.activity(7, 9), Some(set.clone()));
    assert_eq!(client.get("/emulator/titles/7/users/9/activity").json(), json!({"activity": set}));
    assert_eq!(client.send(&delete_activity(7)).status, 204);
    assert_eq!(queried(&mut client), of_9(Value::Null));
    assert_eq!(client.send(&get_activities(7)).status, 204);
    assert_eq!(client.get("/emulator/titles/7/users/9/activity").json(), json!({"activity": null}));
    assert_eq!(emulator.activity(7, 9), None);
}

#[test]
fn an_older_request_is_answered_with_204_and_changes_nothing() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    client.send(&set_activity(7));
    let older = r#"{"connectionString":"older","joinRestriction":"Public","sequenceNumber":"4"}"#;
    assert_eq!(client.send(&activity("PUT", 7, older)).status, 204);
    assert_eq!(client.send(&activity("DELETE", 7, r#"{"sequenceNumber":4}"#)).status, 204);
    assert_eq!(emulator.activity(7, 9).unwrap()["connectionString"], "c");
}

#[test]
fn activities_of_other_titles_are_listed_with_their_title() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    client.send(&set_activity(8));
    client.send(&set_activity(7));
    let found = queried(&mut client);
    let titles = [0, 1].map(|index| found["userActivities"][0]["activities"][index]["titleId"].as_u64());
    assert_eq!(titles, [Some(7), Some(8)]);
    assert_eq!(client.send(&get_activities(7)).json()["activities"].as_array().unwrap().len(), 2);
}

#[test]
fn how_to_join_is_hidden_from_other_users() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let body = r#"{"connectionString":"c","joinRestriction":"InviteOnly","sequenceNumber":1}"#;
    client.send(&activity("PUT", 7, body));
    for (caller, expected) in [(OF_SERVICE, json!("c")), ("XBL3.0 x=9;token", json!("c")), (OF_USER, Value::Null)] {
        for request in [get_activities(7), query_activities(7).with_body(r#"{"users":["9"]}"#)] {
            let shown = client.send(&request.replacing("Authorization", caller)).json();
            let activities = shown.get("activities").unwrap_or(&shown["userActivities"][0]["activities"]);
            assert_eq!(activities[0]["connectionString"], expected, "{caller}: {shown}");
        }
    }
}

#[test]
fn what_is_wrong_is_named() {
    let said = |body: &str| answer(&query_activities(7).with_body(body));
    assert_refused(&said(r#"{"users":[]}"#), 400, "RequestValidationError", "users must have 1 to 30 elements");
    assert_refused(&said(r#"{"users":[1]}"#), 400, "RequestValidationError", "users[0] must be a string");
    assert_refused(&answer(&query_activities(7).without("Authorization")), 401, "AuthorizationError", "missing");
    for (request, expected) in [
        (activity("PUT", 7, "{}"), "connectionString is required"),
        (activity("DELETE", 7, "{}"), "sequenceNumber is required"),
        (activity("DELETE", 7, r#"{"sequenceNumber":1,"a":1}"#), "a is not a known field"),
    ] {
        assert_refused(&answer(&request), 400, "RequestValidationError", expected);
    }
    let with_body = get_activities(7).with_body("{}");
    assert_refused(&answer(&with_body), 400, "InvalidRequest", "This call takes no body.");
    let path = "/titles/7/users/007/activities";
    assert_refused(&answer(&Request { path: path.to_owned(), ..set_activity(7) }), 404, "InvalidRequest", "XUID");
    let answer = answer(&activity("POST", 7, "{}"));
    assert_refused(&answer, 405, "InvalidRequest", "does not take this method");
    let mut allowed: Vec<_> = answer.header("allow").unwrap().split([',', ' ']).filter(|m| !m.is_empty()).collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["DELETE", "GET", "HEAD", "PUT"]);
}

#[test]
fn faults_apply_to_reads_or_to_writes() {
    for (calls, writes, reads) in
        [("activities", 503, 503), ("activity_writes", 503, 200), ("activity_reads", 204, 503)]
    {
        let emulator = start_with(&[&format!("status:status=503,calls={calls}")]);
        let mut client = Client::connect(&emulator);
        assert_eq!(client.send(&set_activity(7)).status, writes, "{calls}");
        assert_eq!(client.send(&query_activities(7)).status, reads, "{calls}");
    }
}

#[test]
fn a_request_that_a_fault_keeps_from_the_service_changes_nothing() {
    let emulator = start_with(&["status:status=503,next=1", "status_after_acting:status=503,next=1"]);
    let mut client = Client::connect(&emulator);
    assert_eq!(client.send(&set_activity(7)).status, 503);
    assert_eq!(emulator.activity(7, 9), None);
    assert_eq!(client.send(&set_activity(7)).status, 503);
    assert!(emulator.activity(7, 9).is_some(), "the service acted");
}

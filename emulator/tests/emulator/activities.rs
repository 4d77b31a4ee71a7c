//! The query of activities: no user has any, and both kinds of caller may ask.

use serde_json::json;

use crate::client::{answer, assert_refused};
use crate::requests::{OF_SERVICE, OF_USER, query_activities};

#[test]
fn every_user_is_answered_for() {
    let expected = json!({"userActivities": [
        {"userId": "2535465515082324", "activities": null}, {"userId": "1", "activities": null}]});
    for caller in [OF_SERVICE, OF_USER] {
        let answer = answer(&query_activities(7).replacing("Authorization", caller));
        assert_eq!((answer.status, answer.json()), (200, expected.clone()));
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    }
}

#[test]
fn what_is_wrong_is_named() {
    let said = |body: &str| answer(&query_activities(7).with_body(body));
    assert_refused(&said(r#"{"users":[]}"#), 400, "RequestValidationError", "users must have 1 to 30 elements");
    assert_refused(&said(r#"{"users":[1]}"#), 400, "RequestValidationError", "users[0] must be a string");
    assert_refused(&answer(&query_activities(7).without("Authorization")), 401, "AuthorizationError", "missing");
}

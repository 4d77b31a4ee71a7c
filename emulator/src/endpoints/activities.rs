//! The endpoint `/titles/{title id}/activities/query`.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Endpoint, EndpointHandler, Reply};
use crate::faults::Calls;
use crate::json::{Object, ValidationError, list, string, xuid};
use crate::service::ServiceKind;

/// What users are doing. It changes nothing.
pub(crate) static ACTIVITIES_QUERY: EndpointHandler = EndpointHandler {
    endpoint: Endpoint {
        service: ServiceKind::Service,
        method: Method::POST,
        path: "/titles/{title_id}/activities/query",
        calls: &[Calls::Activities],
        throttle_group: None,
    },
    caller: None,
    respond: |body| Ok(Reply::Json(no_activities(&read_query(body)?))),
};

const MAX_USERS: usize = 30;

/// The users whose activities are asked for.
fn read_query(body: &Value) -> Result<Vec<&str>, ValidationError> {
    let query = Object::read(body, &["users"])?;
    let users = query.required("users", |users| {
        list(users, 1..=MAX_USERS, xuid)?;
        Ok(users)
    })?;
    // Checked above: they are a list of strings.
    users.as_array().into_iter().flatten().map(string).collect()
}

/// The response: no user has activities.
fn no_activities(users: &[&str]) -> Value {
    let of_user = |user: &&str| json!({"userId": user, "activities": null});
    json!({"userActivities": users.iter().map(of_user).collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: Value) -> String {
        read_query(&body).unwrap_err().to_string()
    }

    #[test]
    fn up_to_30_users_are_asked_for() {
        assert_eq!(read_query(&json!({"users": ["1", "2"]})), Ok(vec!["1", "2"]));
        assert_eq!(read_query(&json!({"users": vec!["1"; 30]})).map(|users| users.len()), Ok(30));
        assert_eq!(said(json!({"users": vec!["1"; 31]})), "users must have 1 to 30 elements, not 31");
        assert_eq!(said(json!({"users": []})), "users must have 1 to 30 elements, not 0");
        assert_eq!(said(json!({"users": [1]})), "users[0] must be a string, not a number");
        assert!(said(json!({"users": ["1", "x"]})).starts_with("users[1] must be a XUID"));
        assert!(said(json!({"users": ["1"], "titles": []})).starts_with("titles is not a known field"));
        assert_eq!(said(json!({})), "users is required");
    }

    #[test]
    fn every_user_is_answered_for_in_turn() {
        let expected = json!({"userActivities": [
            {"userId": "2", "activities": null}, {"userId": "1", "activities": null}]});
        assert_eq!(no_activities(&["2", "1"]), expected);
    }
}

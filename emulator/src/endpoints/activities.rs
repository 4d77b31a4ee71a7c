//! The endpoints `/titles/{title id}/users/{xuid}/activities` and `/titles/{title id}/activities/query`.

use axum::http::Method;
use serde_json::{Value, json};

use super::invites::{MAX_CONNECTION_STRING, PLATFORMS};
use super::{Endpoint, EndpointHandler, Reply};
use crate::call::{Call, SERVICE_HOLDER};
use crate::faults::Calls;
use crate::json::{Object, Parsed, ValidationError, list_of, one_of, parse_positive, read_xuid, text, whole};
use crate::service::ServiceKind;
use crate::throttle::ThrottleGroup;
use crate::users::{Activities, Activity, Viewer};

const OF_USER: &str = "/titles/{title_id}/users/{xuid}/activities";

/// Sets what a user is doing, or updates it.
pub(crate) static SET_ACTIVITY: EndpointHandler = EndpointHandler {
    endpoint: Endpoint {
        service: ServiceKind::Service,
        method: Method::PUT,
        path: OF_USER,
        calls: &[Calls::Activities, Calls::ActivityWrites],
        throttle_group: Some(ThrottleGroup::ActivityWrites),
    },
    caller: None,
    respond: |call, users| {
        let activity = read_activity(&call.body)?;
        users.records().activities.set(call.title_id, call.user, activity);
        Ok(Reply::NoContent)
    },
};

/// Ends what a user is doing.
pub(crate) static DELETE_ACTIVITY: EndpointHandler = EndpointHandler {
    endpoint: Endpoint {
        service: ServiceKind::Service,
        method: Method::DELETE,
        path: OF_USER,
        calls: &[Calls::Activities, Calls::ActivityWrites],
        throttle_group: Some(ThrottleGroup::ActivityWrites),
    },
    caller: None,
    respond: |call, users| {
        let request = Object::read(&call.body, &["sequenceNumber"])?;
        let sequence_number = request.required("sequenceNumber", sequence_number)?;
        users.records().activities.delete(call.title_id, call.user, sequence_number);
        Ok(Reply::NoContent)
    },
};

/// What a user is doing. It changes nothing.
pub(crate) static GET_ACTIVITIES: EndpointHandler = EndpointHandler {
    endpoint: Endpoint {
        service: ServiceKind::Service,
        method: Method::GET,
        path: OF_USER,
        calls: &[Calls::Activities, Calls::ActivityReads],
        throttle_group: Some(ThrottleGroup::ActivityReads),
    },
    caller: None,
    respond: |call, users| {
        let found = users.records().activities.of_user(call.user, viewer(call, call.user));
        Ok(if found.is_empty() { Reply::NoContent } else { Reply::Json(json!({"activities": found})) })
    },
};

/// What users are doing. It changes nothing.
pub(crate) static QUERY_ACTIVITIES: EndpointHandler = EndpointHandler {
    endpoint: Endpoint {
        service: ServiceKind::Service,
        method: Method::POST,
        path: "/titles/{title_id}/activities/query",
        calls: &[Calls::Activities, Calls::ActivityReads],
        throttle_group: Some(ThrottleGroup::ActivityReads),
    },
    caller: None,
    respond: |call, users| {
        let asked = read_query(&call.body)?;
        Ok(Reply::Json(answer_query(&asked, &users.records().activities, |user| viewer(call, user))))
    },
};

const MAX_USERS: usize = 30;
/// "Less than 128 characters".
const MAX_GROUP_ID: usize = 127;
const MAX_PLAYERS: u64 = 100;
const JOIN_RESTRICTIONS: [&str; 3] = ["Followed", "InviteOnly", "Public"];

/// Whether the documents mean to require a maximum above 1 is not clear, so 1 is let through.
fn read_activity(body: &Value) -> Parsed<Activity> {
    let known = [
        "connectionString",
        "joinRestriction",
        "sequenceNumber",
        "currentPlayers",
        "maxPlayers",
        "groupId",
        "platform",
    ];
    let activity = Object::read(body, &known)?;
    activity.required("connectionString", |value| text(value, MAX_CONNECTION_STRING))?;
    activity.required("joinRestriction", |value| one_of(value, &JOIN_RESTRICTIONS))?;
    let sequence_number = activity.required("sequenceNumber", sequence_number)?;
    for name in ["currentPlayers", "maxPlayers"] {
        activity.optional(name, |value| whole(value, 1..=MAX_PLAYERS).map(drop))?;
    }
    activity.optional("groupId", |value| text(value, MAX_GROUP_ID))?;
    activity.optional("platform", |value| one_of(value, &PLATFORMS))?;
    let mut fields = body.as_object().cloned().unwrap_or_default();
    fields.remove("sequenceNumber");
    Ok(Activity { sequence_number, fields })
}

/// Documented as a string with a number in it, and sent as a number by Microsoft's own client library. Both are taken.
fn sequence_number(value: &Value) -> Parsed<u64> {
    match value.as_str() {
        Some(text) => parse_positive(text).ok_or_else(|| {
            ValidationError::new("must be a number from 1 to 18446744073709551615, without leading zeros")
        }),
        None => whole(value, 1..=u64::MAX),
    }
}

/// The users whose activities are asked for.
fn read_query(body: &Value) -> Parsed<Vec<u64>> {
    let query = Object::read(body, &["users"])?;
    query.required("users", |users| list_of(users, 1..=MAX_USERS, read_xuid))
}

/// Every user in turn, with `null` where there is nothing.
fn answer_query(users: &[u64], activities: &Activities, viewer: impl Fn(u64) -> Viewer) -> Value {
    let of_user = |user: &u64| {
        let found = activities.of_user(*user, viewer(*user));
        json!({"userId": user.to_string(), "activities": (!found.is_empty()).then_some(found)})
    };
    json!({"userActivities": users.iter().map(of_user).collect::<Vec<_>>()})
}

/// As whom a caller looks at the activities of a user. What services see is not documented: here, everything.
fn viewer(call: &Call, user: u64) -> Viewer {
    if call.holder == SERVICE_HOLDER || call.calling_user() == Some(user) { Viewer::Anyone } else { Viewer::OtherUser }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<T: std::fmt::Debug>(read: Parsed<T>) -> String {
        read.unwrap_err().to_string()
    }

    fn activity() -> Value {
        json!({"connectionString": "c", "joinRestriction": "Public", "sequenceNumber": 1})
    }

    /// What is said of an activity that has `value` in `field`.
    fn said_of(field: &str, value: Value) -> String {
        let mut activity = activity();
        activity[field] = value;
        read_activity(&activity).map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
    }

    #[test]
    fn what_the_documents_allow_is_accepted() {
        for (field, values) in [
            ("connectionString", vec![json!(""), json!("😀".repeat(256))]),
            ("joinRestriction", JOIN_RESTRICTIONS.map(Value::from).to_vec()),
            ("sequenceNumber", vec![json!(1), json!(u64::MAX), json!("1"), json!("18446744073709551615")]),
            ("currentPlayers", vec![json!(1), json!(100)]),
            ("maxPlayers", vec![json!(1), json!(100)]),
            ("groupId", vec![json!(""), json!("g".repeat(127))]),
            ("platform", PLATFORMS.map(Value::from).to_vec()),
        ] {
            for value in values {
                assert_eq!(said_of(field, value.clone()), "accepted", "{field}: {value}");
            }
        }
    }

    #[test]
    fn what_is_wrong_with_an_activity_is_named() {
        for (field, value, expected) in [
            ("connectionString", json!("c".repeat(513)), "must be at most 512 UTF-16 code units long, not 513"),
            ("connectionString", Value::Null, "must be a string, not null"),
            ("joinRestriction", json!("public"), "must be one of Followed, InviteOnly, Public"),
            ("joinRestriction", json!(0), "must be a string, not a number"),
            ("sequenceNumber", json!(0), "must be a whole number from 1 to 18446744073709551615, not 0"),
            ("sequenceNumber", json!(-1), "must be a whole number from 1 to 18446744073709551615, not -1"),
            ("sequenceNumber", json!(1.5), "must be a whole number from 1 to 18446744073709551615, not 1.5"),
            ("sequenceNumber", json!("0"), "must be a number from 1 to 18446744073709551615, without leading zeros"),
            ("sequenceNumber", json!("x"), "must be a number from 1 to 18446744073709551615, without leading zeros"),
            ("sequenceNumber", json!([]), "must be a number, not a list"),
            ("currentPlayers", json!(0), "must be a whole number from 1 to 100, not 0"),
            ("currentPlayers", json!("8"), "must be a number, not a string"),
            ("maxPlayers", json!(101), "must be a whole number from 1 to 100, not 101"),
            ("groupId", json!("g".repeat(128)), "must be at most 127 UTF-16 code units long, not 128"),
            ("platform", json!("All"), "must be one of Android, IOS"),
            ("xuid", json!("1"), "is not a known field"),
        ] {
            let said = said_of(field, value);
            assert!(said.starts_with(&format!("{field} {expected}")), "{said}");
        }
        for field in ["connectionString", "joinRestriction", "sequenceNumber"] {
            let mut activity = activity();
            activity.as_object_mut().unwrap().remove(field);
            assert_eq!(said(read_activity(&activity)), format!("{field} is required"));
        }
    }

    #[test]
    fn the_fields_are_kept_as_they_were_sent() {
        let mut body = activity();
        body["maxPlayers"] = json!(8);
        let kept = read_activity(&body).unwrap();
        assert_eq!(kept.sequence_number, 1);
        let fields = json!({"connectionString": "c", "joinRestriction": "Public", "maxPlayers": 8});
        assert_eq!(Value::Object(kept.fields), fields);
    }

    #[test]
    fn up_to_30_users_are_asked_for() {
        assert_eq!(read_query(&json!({"users": ["1", "2"]})), Ok(vec![1, 2]));
        assert_eq!(read_query(&json!({"users": vec!["1"; 30]})).map(|users| users.len()), Ok(30));
        let said = |body| said(read_query(&body));
        assert_eq!(said(json!({"users": vec!["1"; 31]})), "users must have 1 to 30 elements, not 31");
        assert_eq!(said(json!({"users": []})), "users must have 1 to 30 elements, not 0");
        assert_eq!(said(json!({"users": [1]})), "users[0] must be a string, not a number");
        assert!(said(json!({"users": ["1", "x"]})).starts_with("users[1] must be a XUID"));
        assert!(said(json!({"users": ["1"], "titles": []})).starts_with("titles is not a known field"));
        assert_eq!(said(json!({})), "users is required");
    }

    #[test]
    fn every_user_is_answered_for_in_turn() {
        let mut activities = Activities::default();
        activities.set(7, 1, read_activity(&activity()).unwrap());
        let of_1 = json!([{"connectionString": "c", "joinRestriction": "Public", "titleId": 7, "sequenceNumber": "1"}]);
        let expected = json!({"userActivities": [
            {"userId": "2", "activities": null}, {"userId": "1", "activities": of_1},
            {"userId": "2", "activities": null}]});
        assert_eq!(answer_query(&[2, 1, 2], &activities, |_| Viewer::OtherUser), expected);
    }

    #[test]
    fn users_see_their_own_activity_and_services_all() {
        let call = |holder: &str| Call { title_id: 7, user: 9, holder: holder.to_owned(), body: Value::Null };
        for (holder, expected) in
            [("-", Viewer::Anyone), ("9", Viewer::Anyone), ("8", Viewer::OtherUser), ("x", Viewer::OtherUser)]
        {
            assert_eq!(viewer(&call(holder), 9), expected, "{holder}");
        }
    }
}

//! A service that answers what `cpp/activities.cpp` and `csharp/Activities.cs` send, in its order.

use std::sync::mpsc::Receiver;

use mpa_tests::peer::{self, ACCEPTED, Answer};
use serde_json::{Value, json};

use crate::request_log::xuids;

/// Its endpoint, and the requests as they come in.
pub fn start() -> (String, Receiver<String>) {
    let ok = |body: &Value| peer::response(200, &[], &body.to_string());
    let calls = [
        ACCEPTED.to_owned(),
        ACCEPTED.to_owned(),
        ok(&found()),
        peer::response(204, &[], ""),
        ACCEPTED.to_owned(),
        ACCEPTED.to_owned(),
    ];
    let refused = peer::response(400, &[], "{}");
    let mut answers = [&calls[..], &calls].concat();
    // 31 users in one call, and a user with many activities: submitted and not, each.
    let (many, more) = (ok(&activities(250)), ok(&activities(300)));
    answers.extend([many.clone(), refused.clone(), many, refused, more.clone(), more]);
    peer::start(move |number| match answers.get(number) {
        Some(answer) => Answer::Say(answer.clone()),
        None => Answer::Close,
    })
}

fn found() -> Value {
    json!({"userActivities": [
        {"userId": "5", "activities": [
            {
                "titleId": "1234567890",
                "connectionString": "gr\u{fc}\u{df}e \u{1f600}",
                "joinRestriction": "followed",
                "sequenceNumber": u64::MAX.to_string(),
                "maxPlayers": 8,
                "currentPlayers": 3,
                "groupId": "squad",
                "platform": "PlayStation",
            },
            {"joinRestriction": "later", "platform": "Later", "connectionString": "c".repeat(512)},
        ]},
        {"userId": "6", "activities": null},
    ]})
}

/// As many of one user.
fn activities(count: u64) -> Value {
    let activities: Vec<_> = (1..=count).map(|number| json!({"sequenceNumber": number})).collect();
    json!({"userActivities": [{"userId": "1", "activities": activities}]})
}

/// Checks that each request came once, with what the program passed in.
pub fn check(requests: &Receiver<String>, title_id: u32) {
    let title = format!("/titles/{title_id}");
    let (user, service) = ("XBL3.0 x=77;of-a-user", "XBL3.0 x=-;first");
    let player = |id: &str, encounter: Option<&str>| {
        let mut player = json!({"id": id, "timestamp": "2020-05-12T10:11:12Z", "network": "XboxLive"});
        if let Some(encounter) = encounter {
            player["encounterType"] = json!(encounter);
        }
        player
    };
    let activity = json!({
        "connectionString": "gr\u{fc}\u{df}e \u{1f600}",
        "joinRestriction": "InviteOnly",
        "sequenceNumber": 9,
        "currentPlayers": 3,
        "maxPlayers": 8,
        "groupId": "squad",
        "platform": "PlayStation",
    });
    let calls = [
        json!([format!("PUT {title}/users/5/activities"), user, activity]),
        json!([format!("DELETE {title}/users/5/activities"), user, {"sequenceNumber": 10}]),
        json!([format!("POST {title}/activities/query"), service, {"users": xuids([5, 6])}]),
        json!([format!("GET {title}/users/5/activities"), user, null]),
        json!([
            format!("POST {title}/recentplayers"),
            user,
            {"recentPlayers": [player("6", Some("Teammate")), player("7", None)]}
        ]),
        json!([
            format!("POST {title}/recentplayers/server"),
            service,
            {"recentPlayersByXuid": [
                {"xuid": "5", "recentPlayers": [player("6", Some("Opponent"))]},
                {"xuid": "6", "recentPlayers": [player("5", None), player("7", None)]},
            ]}
        ]),
    ];
    let query = |range: std::ops::RangeInclusive<u64>| json!([format!("POST {title}/activities/query"), service, {"users": xuids(range)}]);
    let get = json!([format!("GET {title}/users/1/activities"), service, null]);
    let two = [query(1..=30), query(31..=31)];
    let expected = [&calls[..], &calls, &two, &two, &[get.clone(), get]].concat();
    let received: Vec<_> = requests.try_iter().map(|request| summary(&request)).collect();
    assert_eq!(received, expected);
}

/// Method and path, the authorization, and the body.
fn summary(request: &str) -> Value {
    let (head, body) = request.split_once("\r\n\r\n").expect("a request has an end of its head");
    let call = head.lines().next().and_then(|line| line.strip_suffix(" HTTP/1.1")).expect("a request has a line");
    let authorization = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("authorization").then_some(value)
    });
    let body = if body.is_empty() { Value::Null } else { serde_json::from_str(body).expect("a body is JSON") };
    json!([call, authorization, body])
}

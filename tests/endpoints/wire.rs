//! What goes over the wire for each call, compared with the documents, and what the emulator makes of it.

use mpa::ffi::activity::{MPA_JOIN_RESTRICTION_FOLLOWED, MPA_JOIN_RESTRICTION_INVITE_ONLY, mpa_activity};
use mpa::ffi::invite::{MPA_PLATFORM_SCARLETT, MPA_PLATFORM_XBOX_ONE};
use mpa::ffi::recent_players::{MPA_ENCOUNTER_DEFAULT, MPA_ENCOUNTER_OPPONENT, MPA_ENCOUNTER_TEAMMATE};
use mpa_emulator::LoggedRequest;
use mpa_tests::activities::{Found, Record, Token, activity, recent_player, user_recent_players};
use mpa_tests::c::{Outcome, text};
use serde_json::{Value, json};

use super::{LONG, TITLE, open};

const USER: u64 = 2_814_613_765_430_389;
const AT: &str = "2020-05-12T10:11:12Z";

fn ok(outcome: &Outcome, acknowledged: u32) {
    assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (acknowledged, 0, 0)), "{}", outcome.message);
}

/// Method, path and body, after a look at the headers.
fn sent(request: &LoggedRequest) -> (String, String, Value) {
    let header = |name: &str| request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!((request.status, header("x-xbl-contract-version")), (request.status, Some("1")));
    let has_body = request.method != "GET";
    let content_type = has_body.then_some("application/json; charset=utf-8");
    assert_eq!((header("content-type"), request.body.is_empty()), (content_type, !has_body));
    let body = if has_body { request.json() } else { Value::Null };
    (request.method.clone(), request.path.clone(), body)
}

#[test]
fn every_call_has_its_documented_shape() {
    let (emulator, client) = open();
    let whole = mpa_activity {
        join_restriction: MPA_JOIN_RESTRICTION_INVITE_ONLY,
        group_id: text("squad"),
        max_players: 100,
        current_players: 1,
        platform: MPA_PLATFORM_SCARLETT,
        ..activity("203.0.113.7:7777", u64::MAX)
    };
    ok(&client.set_activity(USER, &whole), 1);
    ok(&client.set_activity(u64::MAX, &activity("", 1)), 1);
    ok(&client.get_activities(USER, 0).0, 1);
    ok(&client.query_activities(&[USER, u64::MAX], None, 0).0, 2);
    ok(&client.delete_activity(USER, 18), 1);
    let met = [recent_player(11, MPA_ENCOUNTER_TEAMMATE), recent_player(12, MPA_ENCOUNTER_DEFAULT)];
    ok(&client.post_recent_players(&met, Some(&Token::of_user(USER))), 2);
    let opponent = [recent_player(USER, MPA_ENCOUNTER_OPPONENT)];
    let users = [user_recent_players(USER, &met), user_recent_players(11, &opponent)];
    ok(&client.post_server_recent_players(&users), 2);

    let of_user = format!("/titles/7/users/{USER}/activities");
    let teammate = json!({"id": "11", "timestamp": AT, "encounterType": "Teammate", "network": "XboxLive"});
    let some_player = json!({"id": "12", "timestamp": AT, "network": "XboxLive"});
    let user = USER.to_string();
    let opponent = json!({"id": user, "timestamp": AT, "encounterType": "Opponent", "network": "XboxLive"});
    let expected = [
        (
            "PUT",
            &*of_user,
            json!({"connectionString": "203.0.113.7:7777", "joinRestriction": "InviteOnly",
            "sequenceNumber": u64::MAX, "maxPlayers": 100, "currentPlayers": 1, "groupId": "squad",
            "platform": "Scarlett"}),
        ),
        (
            "PUT",
            "/titles/7/users/18446744073709551615/activities",
            json!({"connectionString": "", "joinRestriction": "Public", "sequenceNumber": 1}),
        ),
        ("GET", &*of_user, Value::Null),
        ("POST", "/titles/7/activities/query", json!({"users": [user, "18446744073709551615"]})),
        ("DELETE", &*of_user, json!({"sequenceNumber": 18})),
        ("POST", "/titles/7/recentplayers", json!({"recentPlayers": [teammate, some_player]})),
        (
            "POST",
            "/titles/7/recentplayers/server",
            json!({"recentPlayersByXuid": [
            {"xuid": user, "recentPlayers": [teammate, some_player]}, {"xuid": "11", "recentPlayers": [opponent]}]}),
        ),
    ];
    let requests = emulator.requests(TITLE);
    assert_eq!(requests.len(), expected.len());
    for (request, (method, path, body)) in requests.iter().zip(expected) {
        assert_eq!(sent(request), (method.to_owned(), path.to_owned(), body));
    }
}

fn record(title_id: u32, connection_string: &str) -> Record {
    let connection_string = connection_string.to_owned();
    Record { xuid: USER, title_id, sequence_number: 5, connection_string, ..Record::default() }
}

#[test]
fn what_was_set_is_found_in_order_until_it_is_deleted() {
    let (emulator, client) = open();
    let whole = mpa_activity {
        join_restriction: MPA_JOIN_RESTRICTION_FOLLOWED,
        group_id: text("squad"),
        max_players: 8,
        current_players: 3,
        platform: MPA_PLATFORM_XBOX_ONE,
        ..activity("c", 5)
    };
    ok(&client.set_activity(USER, &whole), 1);
    let expected = Record {
        join_restriction: MPA_JOIN_RESTRICTION_FOLLOWED,
        group_id: "squad".to_owned(),
        max_players: 8,
        current_players: 3,
        platform: MPA_PLATFORM_XBOX_ONE,
        ..record(TITLE, "c")
    };
    let (outcome, found) = client.get_activities(USER, 4);
    ok(&outcome, 1);
    assert_eq!(found, Found { records: vec![expected.clone()], total: 1 });
    ok(&client.set_activity(USER, &activity("older", 4)), 1);
    assert_eq!(client.query_activities(&[1, USER], None, 4).1, Found { records: vec![expected], total: 1 });
    ok(&client.delete_activity(USER, 4), 1);
    assert_eq!(client.get_activities(USER, 4).1.total, 1, "older than the activity");
    ok(&client.delete_activity(USER, 0), 1);
    let (outcome, found) = client.get_activities(USER, 4);
    ok(&outcome, 1);
    assert_eq!((found.total, outcome.result.http_status), (0, 204));
    ok(&client.set_activity(USER, &activity("newer, by the library's own number", 0)), 1);
    assert!(emulator.activity(TITLE, USER).is_some());
}

#[test]
fn recent_players_are_listed_for_each_user() {
    let (emulator, client) = open();
    let met = [recent_player(11, MPA_ENCOUNTER_TEAMMATE), recent_player(12, MPA_ENCOUNTER_DEFAULT)];
    ok(&client.post_recent_players(&met, Some(&Token::of_user(USER))), 2);
    ok(&client.post_server_recent_players(&[user_recent_players(13, &met)]), 1);
    for user in [USER, 13] {
        let list: Vec<_> =
            emulator.recent_players(TITLE, user).into_iter().map(|met| (met.xuid, met.encounter_type)).collect();
        assert_eq!(list, [(12, "Default"), (11, "Teammate")], "{user}");
    }
    assert!(emulator.recent_players(TITLE, 11).is_empty());
    let own = client.post_recent_players(&met, None);
    assert_eq!(own.status, "MPA_ERROR_FORBIDDEN", "the client's token is a service's: {}", own.message);
}

#[test]
fn submitted_calls_do_the_same() {
    let (emulator, client) = open();
    let met = [recent_player(11, MPA_ENCOUNTER_TEAMMATE)];
    let token = Token::of_user(USER);
    let submitted = [
        client.submit_activity(USER, &activity("c", 5), 1),
        client.submit_recent_players(&met, Some(&token), 2),
        client.submit_server_recent_players(&[user_recent_players(13, &met)], 3),
    ];
    for (submitted, number) in submitted {
        assert_eq!(submitted.status, "MPA_OK", "{}", submitted.message);
        assert_ne!(number, 0);
    }
    let mut completed: Vec<_> = (0..3)
        .map(|_| {
            let (event, outcome) = client.wait_event(LONG).unwrap();
            ok(&outcome, 1);
            event.user_data
        })
        .collect();
    completed.sort_unstable();
    assert_eq!(completed, [1, 2, 3]);
    assert_eq!([USER, 13].map(|user| emulator.recent_players(TITLE, user).len()), [1, 1]);

    for (submitted, number) in [client.submit_query(&[1, USER], 4), client.submit_get(USER, 5)] {
        assert_eq!(submitted.status, "MPA_OK", "{}", submitted.message);
        let early = client.read_activities(number, 1).0;
        assert_eq!(early.status, "MPA_ERROR_INVALID_ARGUMENT", "its event has not been polled");
        let (event, outcome) = client.wait_event(LONG).unwrap();
        assert_eq!((event.operation, outcome.status), (number, "MPA_OK"), "{}", outcome.message);
        for capacity in [0, 1, 7] {
            let (read, found) = client.read_activities(number, capacity);
            assert_eq!((read.status, found.total), ("MPA_OK", 1), "{}", read.message);
            assert_eq!(found.records, [record(TITLE, "c")][..capacity.min(1) as usize]);
        }
    }
    assert_eq!(client.submit_deletion(USER, 6, 6).0.status, "MPA_OK");
    assert_eq!(client.wait_event(LONG).unwrap().0.user_data, 6);
    assert!(emulator.activity(TITLE, USER).is_none());
}

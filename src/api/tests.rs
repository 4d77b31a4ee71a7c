//! The requests as the service expects them.

use std::time::{Duration, UNIX_EPOCH};

use http::Method;
use serde_json::{Value, json};

use super::*;

fn body(call: &dyn Call) -> Value {
    serde_json::from_slice(&call.body(0..call.count()).unwrap()).unwrap()
}

fn group(encounter_type: Option<EncounterType>, unix_ms: u64, players: &[u64]) -> RecentPlayerGroup {
    let timestamp = Timestamp::from_unix_ms(unix_ms, UNIX_EPOCH, 0).unwrap();
    RecentPlayerGroup::new(encounter_type, timestamp, players.to_vec(), 0).unwrap()
}

#[test]
fn an_invite_with_everything_set() {
    let call = Invite::new(Invitation {
        invited_users: vec![2_535_465_515_082_324, 2_814_613_765_430_389],
        connection_string: Some("ip=203.0.113.7:7777".to_owned()),
        platform: Some(Platform::Scarlett),
    })
    .unwrap();
    assert_eq!(call.endpoint().path(1_234_567_890, |_| None).unwrap(), "/titles/1234567890/invites");
    assert_eq!(
        body(&call),
        json!({
            "invitedUsers": ["2535465515082324", "2814613765430389"],
            "connectionString": "ip=203.0.113.7:7777",
            "platform": "Scarlett"
        })
    );
}

#[test]
fn an_invite_with_only_what_is_required() {
    let call = Invite::new(Invitation { invited_users: vec![1], ..Default::default() }).unwrap();
    assert_eq!(call.endpoint().path(1, |_| None).unwrap(), "/titles/1/invites");
    assert_eq!(body(&call), json!({ "invitedUsers": ["1"] }));
}

#[test]
fn a_server_invite() {
    let invitation =
        Invitation { invited_users: vec![u64::MAX], connection_string: Some(String::new()), platform: None };
    let call = ServerInvite::new(2_814_613_765_430_389, invitation).unwrap();
    assert_eq!(call.endpoint().path(u32::MAX, |_| None).unwrap(), "/titles/4294967295/invites/server");
    assert_eq!(
        body(&call),
        json!({ "invitedUsers": ["18446744073709551615"], "sender": "2814613765430389", "connectionString": "" })
    );
}

#[test]
fn recent_player_groups_that_overlap() {
    let call = RecentPlayerGroups::new(vec![
        group(Some(EncounterType::Teammate), 1_589_278_272_000, &[11, 12, 13]),
        group(None, 1_589_278_272_999, &[11, 14]),
    ])
    .unwrap();
    assert_eq!(call.endpoint().path(7, |_| None).unwrap(), "/titles/7/recentplayergroups/server");
    let player = |id: &str| json!({ "id": id, "network": "XboxLive" });
    assert_eq!(
        body(&call),
        json!({ "recentPlayerGroups": [
            {
                "encounterType": "Teammate",
                "timestamp": "2020-05-12T10:11:12Z",
                "recentPlayers": [player("11"), player("12"), player("13")]
            },
            { "timestamp": "2020-05-12T10:11:12Z", "recentPlayers": [player("11"), player("14")] }
        ] })
    );
}

#[test]
fn every_number_has_the_services_spelling() {
    let spelled = |number| serde_json::to_value(Platform::from_number(number).unwrap()).unwrap();
    let spellings = ["Android", "IOS", "Nintendo", "PlayStation", "Scarlett", "Win32", "WindowsOneCore", "XboxOne"];
    assert_eq!(spelled(0), Value::Null);
    for (number, spelling) in (1..).zip(spellings) {
        assert_eq!(spelled(number), spelling);
    }
    for unknown in [-1, 9, i32::MIN, i32::MAX] {
        assert!(Platform::from_number(unknown).is_err());
        assert!(EncounterType::from_number(unknown, 0).is_err());
    }
    assert_eq!(serde_json::to_value(EncounterType::from_number(2, 0).unwrap()).unwrap(), "Opponent");
}

#[test]
fn the_limits_are_the_services() {
    let connection_string = |text: String| {
        Invite::new(Invitation { invited_users: vec![1], connection_string: Some(text), platform: None })
    };
    assert!(connection_string("x".repeat(512)).is_ok());
    assert!(connection_string("\u{1f600}".repeat(256)).is_ok(), "two units each");
    assert!(connection_string("\u{20ac}".repeat(512)).is_ok(), "one unit each, three bytes");
    let refusal = connection_string("x".repeat(513)).err().unwrap();
    assert_eq!(refusal, InvalidCall::ConnectionString(513));
    assert!(connection_string("\u{1f600}".repeat(257)).is_err());

    let users = |invited_users: Vec<u64>| {
        let by_user = Invite::new(Invitation { invited_users: invited_users.clone(), ..Default::default() });
        let by_server = ServerInvite::new(7, Invitation { invited_users, ..Default::default() });
        assert_eq!(by_user.as_ref().err(), by_server.as_ref().err());
        by_user.map(|_| ())
    };
    assert_eq!(users(vec![]), Err(InvalidCall::UserCount(0)));
    assert_eq!(users(vec![1; 10_000]), Ok(()));
    assert_eq!(users(vec![1; 10_001]), Err(InvalidCall::UserCount(10_001)));
    assert_eq!(users(vec![1, 0]), Err(InvalidCall::User(1)));
    // Also before the users are looked at.
    assert_eq!(ServerInvite::new(0, Invitation::default()).err(), Some(InvalidCall::Sender));

    for (count, taken) in [(1, false), (2, true), (100, true), (101, false)] {
        assert_eq!(RecentPlayerGroup::check_player_count(count, 3).is_ok(), taken, "{count}");
    }
    let refusal = RecentPlayerGroup::check_player_count(101, 3).unwrap_err();
    assert_eq!(refusal, InvalidCall::Group(3, InvalidGroup::PlayerCount(101)));
}

#[test]
fn a_time_is_one_of_the_calendar() {
    let written = |unix_ms| {
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        Timestamp::from_unix_ms(unix_ms, now, 2).map(|time| serde_json::to_value(time).unwrap())
    };
    assert_eq!(written(0).unwrap(), "2001-09-09T01:46:40Z", "the time of the call");
    assert_eq!(written(1).unwrap(), "1970-01-01T00:00:00Z");
    assert_eq!(written(1_709_164_800_000).unwrap(), "2024-02-29T00:00:00Z");
    assert_eq!(written(253_402_300_799_999).unwrap(), "9999-12-31T23:59:59Z");
    for outside in [253_402_300_800_000, u64::MAX] {
        let refusal = written(outside).unwrap_err();
        assert_eq!(refusal, InvalidCall::Group(2, InvalidGroup::Timestamp(outside)));
    }
}

#[test]
fn batches_keep_order_and_limit_and_lose_nothing() {
    for count in 1..200 {
        for endpoint in ENDPOINTS {
            let limit = endpoint.items_per_request;
            let parts: Vec<_> = endpoint.batches(count).collect();
            assert!(parts.iter().all(|part| !part.is_empty() && part.len() <= limit));
            assert!(parts.iter().flat_map(Clone::clone).eq(0..count));
            assert_eq!(parts.len(), count.div_ceil(limit), "as few as possible");
        }
    }
}

#[test]
fn the_list_has_every_endpoint_once() {
    let modules = include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let sources = modules.map(|module| {
        let path = format!("{}/src/api/{module}.rs", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    });
    let is_endpoint = |line: &&str| line.starts_with("pub static ") && line.contains(": Endpoint = ");
    let defined: usize = sources.map(|source| source.lines().filter(is_endpoint).count()).sum();
    assert_eq!(defined, ENDPOINTS.len());
    for (index, endpoint) in ENDPOINTS.iter().enumerate() {
        for other in &ENDPOINTS[..index] {
            assert_ne!(endpoint.name, other.name);
            assert_ne!((endpoint.path, &endpoint.method), (other.path, &other.method));
        }
        let path = endpoint.path(7, |_| Some(9)).unwrap();
        assert!(path.starts_with("/titles/7/") && !path.contains(['{', '}']), "{path}");
        assert!(endpoint.items_per_request > 0);
    }
}

#[test]
fn a_path_has_arguments_of_its_call_and_a_log_has_not() {
    let activities = Endpoint { path: "/titles/{titleId}/users/{xuid}/activities", method: Method::PUT, ..SEND_INVITE };
    let xuid = |name: &str| (name == "xuid").then_some(u64::MAX);
    let expected = "/titles/4294967295/users/18446744073709551615/activities";
    assert_eq!(activities.path(u32::MAX, xuid).unwrap(), expected);
    assert_eq!(activities.path(7, |_| None), None, "an argument is missing");
    assert_eq!(activities.loggable_path(7), "/titles/7/users/{xuid}/activities");
}

//! The requests as the service expects them.

use std::time::{Duration, UNIX_EPOCH};

use http::Method;
use serde_json::{Value, json};

use super::*;

fn body(call: &dyn Call) -> Value {
    serde_json::from_slice(&call.body(0..call.count()).unwrap()).unwrap()
}

fn group(encounter_type: Option<EncounterType>, unix_ms: u64, players: &[u64]) -> RecentPlayerGroup {
    let timestamp = Timestamp::from_unix_ms(unix_ms, UNIX_EPOCH).unwrap();
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
        assert!(EncounterType::from_number(unknown).is_err());
    }
    assert_eq!(serde_json::to_value(EncounterType::from_number(2).unwrap()).unwrap(), "Opponent");
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
        Timestamp::from_unix_ms(unix_ms, now).map(|time| serde_json::to_value(time).unwrap())
    };
    assert_eq!(written(0).unwrap(), "2001-09-09T01:46:40Z", "the time of the call");
    assert_eq!(written(1).unwrap(), "1970-01-01T00:00:00Z");
    assert_eq!(written(1_709_164_800_000).unwrap(), "2024-02-29T00:00:00Z");
    assert_eq!(written(253_402_300_799_999).unwrap(), "9999-12-31T23:59:59Z");
    for outside in [253_402_300_800_000, u64::MAX] {
        let refusal = written(outside).unwrap_err();
        assert_eq!(refusal, InvalidEncounter::Timestamp(outside));
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

fn recent_player(xuid: u64, encounter_type: Option<EncounterType>) -> RecentPlayer {
    let timestamp = Timestamp::from_unix_ms(1_589_278_272_000, UNIX_EPOCH).unwrap();
    RecentPlayer::new(xuid, encounter_type, timestamp).unwrap()
}

#[test]
fn recent_players_of_a_user_and_of_many() {
    let players = [recent_player(11, Some(EncounterType::Opponent)), recent_player(12, None)];
    let written = json!([
        {"id": "11", "timestamp": "2020-05-12T10:11:12Z", "encounterType": "Opponent", "network": "XboxLive"},
        {"id": "12", "timestamp": "2020-05-12T10:11:12Z", "network": "XboxLive"}
    ]);
    let of_user = RecentPlayers::new(players.to_vec()).unwrap();
    assert_eq!(of_user.endpoint().path(7, |_| None).unwrap(), "/titles/7/recentplayers");
    assert_eq!(body(&of_user), json!({ "recentPlayers": written }));

    let users = [13, 14].map(|xuid| UserRecentPlayers::new(xuid, players.to_vec(), 0).unwrap());
    let of_many = ServerRecentPlayers::new(users.into()).unwrap();
    assert_eq!(of_many.endpoint().path(7, |_| None).unwrap(), "/titles/7/recentplayers/server");
    let user = |xuid| json!({"xuid": xuid, "recentPlayers": written});
    assert_eq!(body(&of_many), json!({ "recentPlayersByXuid": [user("13"), user("14")] }));
    let second: Value = serde_json::from_slice(&of_many.body(1..2).unwrap()).unwrap();
    assert_eq!(second, json!({ "recentPlayersByXuid": [user("14")] }));
}

#[test]
fn the_limits_of_recent_players() {
    let time = Timestamp::from_unix_ms(1, UNIX_EPOCH).unwrap();
    assert_eq!(RecentPlayer::new(0, None, time).unwrap_err(), InvalidRecentPlayer::Xuid);
    let players = |count: usize| vec![recent_player(1, None); count];
    let of_user = |count| RecentPlayers::new(players(count)).err();
    assert_eq!([of_user(1), of_user(10_000)], [None, None]);
    assert_eq!(of_user(0), Some(InvalidCall::RecentPlayerCount(None, 0)));
    assert_eq!(of_user(10_001), Some(InvalidCall::RecentPlayerCount(None, 10_001)));
    let one_of_many = |xuid, count| UserRecentPlayers::new(xuid, players(count), 6).err();
    assert_eq!([one_of_many(1, 1), one_of_many(1, 100)], [None, None]);
    assert_eq!(one_of_many(0, 1), Some(InvalidCall::Player(6)));
    assert_eq!(one_of_many(1, 0), Some(InvalidCall::RecentPlayerCount(Some(6), 0)));
    assert_eq!(one_of_many(1, 101), Some(InvalidCall::RecentPlayerCount(Some(6), 101)));
    let many = |count| {
        let users = (0..count).map(|_| UserRecentPlayers::new(1, players(1), 0).unwrap()).collect();
        ServerRecentPlayers::new(users).err()
    };
    assert_eq!([many(1), many(10_000)], [None, None]);
    assert_eq!([many(0), many(10_001)], [0, 10_001].map(|count| Some(InvalidCall::PlayerCount(count))));
}

fn activity() -> SetActivity {
    SetActivity {
        xuid: 2_814_613_765_430_389,
        join_restriction: JoinRestriction::Followed,
        connection_string: "203.0.113.7:7777".to_owned(),
        group_id: None,
        max_players: 0,
        current_players: 0,
        platform: None,
        sequence_number: SequenceNumber(17),
    }
}

fn path_of(call: &dyn Call) -> String {
    call.endpoint().path(7, |name| call.path_argument(name)).unwrap()
}

#[test]
fn an_activity_is_set_and_deleted() {
    let least = activity().checked().unwrap();
    assert_eq!(path_of(&least), "/titles/7/users/2814613765430389/activities");
    let written = json!({"connectionString": "203.0.113.7:7777", "joinRestriction": "Followed", "sequenceNumber": 17});
    assert_eq!(body(&least), written);
    let all = SetActivity {
        group_id: Some("squad".to_owned()),
        max_players: 8,
        current_players: 3,
        platform: Some(Platform::XboxOne),
        ..activity()
    };
    let more = json!({"connectionString": "203.0.113.7:7777", "joinRestriction": "Followed", "sequenceNumber": 17,
        "groupId": "squad", "maxPlayers": 8, "currentPlayers": 3, "platform": "XboxOne"});
    assert_eq!(body(&all.checked().unwrap()), more);
    let deletion = DeleteActivity::new(5, SequenceNumber(18)).unwrap();
    assert_eq!(
        (path_of(&deletion), body(&deletion)),
        ("/titles/7/users/5/activities".into(), json!({"sequenceNumber": 18}))
    );
    assert_eq!(DeleteActivity::new(0, SequenceNumber(1)).err(), Some(InvalidCall::Xuid));
}

#[test]
fn the_limits_of_an_activity() {
    let with = |change: fn(&mut SetActivity)| {
        let mut changed = activity();
        change(&mut changed);
        changed.checked().err()
    };
    assert_eq!(with(|activity| activity.xuid = 0), Some(InvalidCall::Xuid));
    assert_eq!(with(|activity| activity.connection_string = "\u{20ac}".repeat(512)), None);
    let too_long = with(|activity| activity.connection_string = "x".repeat(513));
    assert_eq!(too_long, Some(InvalidCall::ConnectionString(513)));
    assert_eq!(with(|activity| activity.group_id = Some("x".repeat(127))), None);
    assert_eq!(with(|activity| activity.group_id = Some("x".repeat(128))), Some(InvalidCall::GroupId(128)));
    assert_eq!(with(|activity| (activity.max_players, activity.current_players) = (100, 100)), None);
    assert_eq!(with(|activity| activity.max_players = 101), Some(InvalidCall::MaxPlayers(101)));
    assert_eq!(with(|activity| activity.current_players = 101), Some(InvalidCall::CurrentPlayers(101)));
}

#[test]
fn activities_are_asked_for() {
    let query = QueryActivities::new(vec![1, 2]).unwrap();
    assert_eq!((path_of(&query), body(&query)), ("/titles/7/activities/query".into(), json!({"users": ["1", "2"]})));
    assert_eq!(query.body(0..1).unwrap(), br#"{"users":["1"]}"#);
    let found = br#"{"userActivities":[{"userId":"1","activities":[{"titleId":"7"}]}]}"#;
    query.take_payload(0..2, 200, found).unwrap();
    query.take_payload(0..2, 204, b"").unwrap();
    assert!(query.take_payload(0..2, 200, b"").is_err());
    let found = query.take_found();
    assert_eq!((found.len(), found[0].xuid, found[0].title_id), (1, 1, 7));
    assert_eq!(query.take_found(), []);
    let count = |count| QueryActivities::new(vec![1; count]).err();
    assert_eq!([count(1), count(10_000)], [None, None]);
    assert_eq!([count(0), count(10_001)], [0, 10_001].map(|count| Some(InvalidCall::QueriedUserCount(count))));
    assert_eq!(QueryActivities::new(vec![1, 0]).err(), Some(InvalidCall::QueriedUser(1)));

    let get = GetActivities::new(5).unwrap();
    assert_eq!((path_of(&get), get.body(0..1).unwrap().len()), ("/titles/7/users/5/activities".into(), 0));
    get.take_payload(0..1, 204, b"").unwrap();
    get.take_payload(0..1, 200, br#"{"activities":[{"titleId":9}]}"#).unwrap();
    assert!(get.take_payload(0..1, 200, b"{}").is_err());
    let found = get.take_found();
    assert_eq!((found.len(), found[0].xuid, found[0].title_id), (1, 5, 9));
    assert_eq!(GetActivities::new(0).err(), Some(InvalidCall::Xuid));
}

#[test]
fn what_calls_carry_is_secret() {
    let masks = |call: &dyn Call, secret: &str| {
        let mut redactor = Redactor::default();
        call.add_secrets(0..call.count(), &mut redactor);
        let text = format!("before {secret} behind");
        let text = crate::redactor::ServiceText::new(text);
        assert!(Redactor::default().redact(&text).contains(secret), "it is masked anyway");
        !redactor.redact(&text).contains(secret)
    };
    // Short enough that it could be any number.
    let xuid = 28_146_137;
    let text = xuid.to_string();
    let of_user = RecentPlayers::new(vec![recent_player(xuid, None)]).unwrap();
    let users = [(21_111_111, xuid), (xuid, 21_111_111)].map(|(user, player)| {
        let user = UserRecentPlayers::new(user, vec![recent_player(player, None)], 0).unwrap();
        ServerRecentPlayers::new(vec![user]).unwrap()
    });
    let calls: [&dyn Call; 7] = [
        &of_user,
        &users[0],
        &users[1],
        &SetActivity { xuid, ..activity() },
        &DeleteActivity::new(xuid, SequenceNumber(1)).unwrap(),
        &QueryActivities::new(vec![xuid]).unwrap(),
        &GetActivities::new(xuid).unwrap(),
    ];
    for call in calls {
        assert!(masks(call, &text), "{}", call.endpoint().name);
    }
    assert!(masks(&activity(), "203.0.113.7:7777"));
}

#[test]
fn only_the_user_is_an_argument_of_a_path() {
    let calls: [&dyn Call; 3] =
        [&activity(), &DeleteActivity::new(5, SequenceNumber(1)).unwrap(), &GetActivities::new(5).unwrap()];
    for call in calls {
        assert!(call.path_argument("xuid").is_some() && call.path_argument("titleId").is_none());
    }
}

#[test]
fn calls_know_how_much_memory_they_hold() {
    let players = vec![recent_player(1, None); 10];
    let user = |players: Vec<RecentPlayer>| UserRecentPlayers::new(1, players, 0).unwrap();
    let of_players = 10 * size_of::<RecentPlayer>();
    let longer = SetActivity { connection_string: "c".repeat(100), group_id: Some("g".repeat(20)), ..activity() };
    let expected: [(&dyn Call, usize); 4] = [
        (&QueryActivities::new(vec![1; 10]).unwrap(), 80),
        (&RecentPlayers::new(players.clone()).unwrap(), of_players),
        (
            &ServerRecentPlayers::new(vec![user(players.clone()), user(players)]).unwrap(),
            2 * of_players + 2 * size_of::<UserRecentPlayers>(),
        ),
        (&longer, 120),
    ];
    for (call, bytes) in expected {
        assert_eq!(call.bytes(), bytes, "{}", call.endpoint().name);
    }
}

#[test]
fn encounter_types_have_the_numbers_of_the_header() {
    let types = [0, 1, 2].map(|number| EncounterType::from_number(number).unwrap());
    assert_eq!(types, [None, Some(EncounterType::Teammate), Some(EncounterType::Opponent)]);
    for wrong in [-1, 3] {
        assert_eq!(EncounterType::from_number(wrong), Err(InvalidEncounter::Type(wrong)));
    }
}

//! Batches, limits, retries and lanes.

use std::thread;
use std::time::{Duration, Instant};

use mpa::ffi::activity::mpa_activity;
use mpa::ffi::client::{MPA_NONE, mpa_client_config};
use mpa_emulator::Emulator;
use mpa_tests::activities::{activity, recent_player, user_recent_players};
use mpa_tests::c::{Client, Outcome, config, init, text};
use serde_json::Value;

use super::{LONG, TITLE, emulator, open, open_with};

/// How many elements each request had in its list of this name.
fn batches(emulator: &Emulator, list: &str) -> Vec<usize> {
    let count = |body: Value| body[list].as_array().unwrap().len();
    emulator.requests(TITLE).iter().map(|request| count(request.json())).collect()
}

#[test]
fn more_than_a_request_takes_goes_out_in_order() {
    let (emulator, client) = open();
    for user in [1, 30, 31, 75] {
        client.set_activity(user, &activity(&user.to_string(), 1));
    }
    emulator.set_faults(TITLE, &[]).unwrap();
    let (writes, users) = (emulator.requests(TITLE).len(), (1..=75).collect::<Vec<u64>>());
    let (outcome, found) = client.query_activities(&users, None, 10);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (75, 0, 0)), "{}", outcome.message);
    assert_eq!(found.records.iter().map(|record| record.xuid).collect::<Vec<_>>(), [1, 30, 31, 75]);
    let queries = &emulator.requests(TITLE)[writes..];
    let first = |index: usize| queries[index].json()["users"][0].as_str().unwrap().to_owned();
    assert_eq!((queries.len(), [0, 1, 2].map(first)), (3, ["1", "31", "61"].map(str::to_owned)));

    let (emulator, client) = open();
    let met = [recent_player(1_000, 0)];
    let users: Vec<_> = (1..=45).map(|user| user_recent_players(user, &met)).collect();
    assert_eq!(client.post_server_recent_players(&users).counts(), (45, 0, 0));
    assert_eq!(batches(&emulator, "recentPlayersByXuid"), [20, 20, 5]);
    assert!((1..=45).all(|user| emulator.recent_players(TITLE, user).len() == 1));

    let (emulator, client) = open_with(mpa_client_config { authorization_header: text("XBL3.0 x=5;t"), ..init() });
    let players: Vec<_> = (1..=250).map(|player| recent_player(player, 0)).collect();
    assert_eq!(client.post_recent_players(&players, None).counts(), (250, 0, 0));
    assert_eq!(batches(&emulator, "recentPlayers"), [100, 100, 50]);
    assert_eq!(emulator.recent_players(TITLE, 5).len(), 249, "without the user");
}

#[test]
fn what_was_found_before_a_failure_is_kept() {
    let (emulator, client) = open();
    for user in [1, 40] {
        client.set_activity(user, &activity("c", 1));
    }
    emulator.set_faults(TITLE, &["delay:delay_ms=1,next=1", "status:status=400"]).unwrap();
    let (outcome, found) = client.query_activities(&(1..=60).collect::<Vec<_>>(), None, 10);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_ERROR_REJECTED", (30, 0, 30)), "{}", outcome.message);
    assert_eq!((found.total, found.records[0].xuid), (1, 1));
}

#[test]
fn server_recent_players_are_held_and_gathered() {
    let (emulator, client) = open_with(mpa_client_config { recent_players_hold_ms: 200, ..init() });
    let met = [recent_player(1_000, 0)];
    for user in 1..=30 {
        let (submitted, _) = client.submit_server_recent_players(&[user_recent_players(user, &met)], user);
        assert_eq!(submitted.status, "MPA_OK", "{}", submitted.message);
    }
    for _ in 0..30 {
        let (_, outcome) = client.wait_event(LONG).unwrap();
        assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (1, 0, 0)), "{}", outcome.message);
    }
    assert_eq!(batches(&emulator, "recentPlayersByXuid"), [20, 10]);
}

/// What is refused before anything is sent, and what the message says.
#[test]
fn limits_are_checked_before_anything_is_sent() {
    let (emulator, client) = open();
    let many = vec![recent_player(1, 0); 10_001];
    let set = |xuid, activity: mpa_activity| client.set_activity(xuid, &activity);
    let with = |change: fn(&mut mpa_activity)| {
        let mut changed = activity("c", 1);
        change(&mut changed);
        client.set_activity(9, &changed)
    };
    let users: Vec<u64> = (1..=10_001).collect();
    let of_user = |user, players: &[_]| {
        client.post_server_recent_players(&[user_recent_players(1, &many[..1]), user_recent_players(user, players)])
    };
    let late = mpa::ffi::recent_players::mpa_recent_player { timestamp_unix_ms: u64::MAX, ..recent_player(1, 0) };
    let refused: [(Outcome, &str); 20] = [
        (set(0, activity("c", 1)), "xuid is 0"),
        (with(|activity| activity.connection_string = std::ptr::null()), "activity.connection_string is NULL"),
        (with(|activity| activity.connection_string = text(&"x".repeat(513))), "activity.connection_string has 513"),
        (with(|activity| activity.group_id = text(&"x".repeat(128))), "activity.group_id has 128"),
        (with(|activity| activity.max_players = 101), "activity.max_players is 101"),
        (with(|activity| activity.current_players = 101), "activity.current_players is 101"),
        (with(|activity| activity.join_restriction = 3), "activity.join_restriction is 3"),
        (with(|activity| activity.join_restriction = -1), "activity.join_restriction is -1"),
        (with(|activity| activity.platform = 9), "activity.platform is 9"),
        (client.delete_activity(0, 1), "xuid is 0"),
        (client.get_activities(0, 0).0, "xuid is 0"),
        (client.query_activities(&[], None, 0).0, "count is 0"),
        (client.query_activities(&users, None, 0).0, "count is 10001"),
        (client.query_activities(&[1, 2, 0], None, 0).0, "xuids[2]"),
        (client.post_recent_players(&many, None), "count is 10001"),
        (client.post_recent_players(&[many[0], recent_player(0, 0)], None), "players[1]"),
        (client.post_recent_players(&[many[0], recent_player(1, 3)], None), "players[1]"),
        (client.post_recent_players(&[late], None), "players[0]"),
        (of_user(0, &many[..1]), "users[1].xuid"),
        (of_user(1, &many[..101]), "users[1].recent_player_count is 101"),
    ];
    for (outcome, expected) in refused {
        assert_eq!(outcome.status, "MPA_ERROR_INVALID_ARGUMENT", "{expected}: {}", outcome.message);
        assert!(outcome.message.contains(expected), "{expected}: {}", outcome.message);
        assert!(outcome.message.contains("Nothing was sent."), "{}", outcome.message);
    }
    let inner = of_user(1, &[many[0], recent_player(0, 0)]);
    assert!(inner.message.contains("users[1].recent_players[1]"), "{}", inner.message);
    assert!(emulator.requests(TITLE).is_empty());
}

/// A call with its name.
type Call<'a> = (&'a str, &'a dyn Fn(&Client) -> Outcome);

/// Submits an operation of a lane with this user data.
type Submit<'a> = (&'a str, &'a dyn Fn(u64) -> (Outcome, u64));

/// Every call can be repeated where its response was lost: each is idempotent.
#[test]
fn calls_whose_response_was_lost_are_repeated() {
    let met = [recent_player(11, 0)];
    let calls: [Call; 6] = [
        ("set", &|client| client.set_activity(9, &activity("c", 5))),
        ("delete", &|client| client.delete_activity(9, 6)),
        ("get", &|client| client.get_activities(9, 0).0),
        ("query", &|client| client.query_activities(&[9], None, 0).0),
        ("of a user", &|client| client.post_recent_players(&met, Some(&mpa_tests::activities::Token::of_user(9)))),
        ("of many users", &|client| client.post_server_recent_players(&[user_recent_players(9, &met)])),
    ];
    for fault in ["reset_after_acting:next=1", "status_after_acting:status=500,next=1", "stall_after_acting:next=1"] {
        for (name, call) in &calls {
            let (emulator, client) =
                open_with(mpa_client_config { max_attempts: 3, request_timeout_ms: 300, ..init() });
            emulator.set_faults(TITLE, &[fault]).unwrap();
            let outcome = call(&client);
            assert_eq!(
                (outcome.status, outcome.result.attempts),
                ("MPA_OK", 2),
                "{fault}, {name}: {}",
                outcome.message
            );
            let requests = emulator.requests(TITLE);
            assert_eq!(requests.len(), 2, "{fault}, {name}");
            assert_eq!(requests[0].body, requests[1].body, "{fault}, {name}: the same sequence number above all");
        }
    }
}

#[test]
fn a_stalled_lane_does_not_delay_the_others() {
    for stalled in ["activity_reads", "activity_writes", "recent_players"] {
        let emulator = emulator();
        emulator.set_faults(TITLE, &[&format!("stall:calls={stalled}")]).unwrap();
        let config =
            mpa_client_config { request_timeout_ms: 5_000, recent_players_hold_ms: MPA_NONE, ..config(emulator.url()) };
        let client = Client::open(&config);
        let met = [recent_player(11, 0)];
        let submits: [Submit; 3] = [
            ("activity_reads", &|number| client.submit_query(&[9], number)),
            ("activity_writes", &|number| client.submit_activity(9, &activity("c", number), number)),
            ("recent_players", &|number| client.submit_server_recent_players(&[user_recent_players(9, &met)], number)),
        ];
        submits.iter().filter(|(name, _)| *name == stalled).for_each(|(_, submit)| assert_ne!(submit(1_000).1, 0));
        thread::sleep(Duration::from_millis(100));
        for number in 1..=10 {
            let submitted = Instant::now();
            client.submit_invite(1, number);
            let mut expected = 1;
            for (_, submit) in submits.iter().filter(|(name, _)| *name != stalled) {
                submit(number);
                expected += 1;
            }
            for _ in 0..expected {
                let (event, outcome) = client.wait_event(LONG).unwrap();
                assert_eq!((event.user_data, outcome.status), (number, "MPA_OK"), "{stalled}: {}", outcome.message);
            }
            assert!(submitted.elapsed() < Duration::from_millis(500), "{stalled}: {:?}", submitted.elapsed());
        }
    }
}

/// How many calls end at once, and how many would have to wait.
fn admitted(client: &Client, calls: u64, call: impl Fn(&Client, u64) -> Outcome) -> (u64, u64) {
    let outcomes: Vec<_> = (1..=calls).map(|number| call(client, number).status).collect();
    let count = |status| outcomes.iter().filter(|outcome| **outcome == status).count() as u64;
    (count("MPA_OK"), count("MPA_ERROR_THROTTLED"))
}

#[test]
fn limits_of_activities_are_imposed_where_they_are_configured() {
    let set = |client: &Client, number| client.set_activity(9, &activity("c", number));
    let delete = |client: &Client, number| client.delete_activity(9, number);
    let get = |client: &Client, _| client.get_activities(9, 0).0;
    let query = |client: &Client, _| client.query_activities(&[9], None, 0).0;
    let impatient = mpa_client_config { limit_period_ms: 60_000, call_timeout_ms: 500, ..init() };

    let (_emulator, client) = open_with(mpa_client_config { activity_write_limit: 3, ..impatient });
    assert_eq!(admitted(&client, 2, set), (2, 0));
    assert_eq!(admitted(&client, 3, delete), (1, 2), "counted together");
    assert_eq!((admitted(&client, 20, get), admitted(&client, 20, query)), ((20, 0), (20, 0)));

    let (_emulator, client) = open_with(mpa_client_config { activity_read_limit: 3, ..impatient });
    assert_eq!(admitted(&client, 2, get), (2, 0));
    assert_eq!(admitted(&client, 3, query), (1, 2), "counted together");
    assert_eq!((admitted(&client, 20, set), admitted(&client, 20, delete)), ((20, 0), (20, 0)));

    let (emulator, client) = open();
    assert_eq!((admitted(&client, 30, set), admitted(&client, 30, query)), ((30, 0), (30, 0)), "none by default");
    assert!(emulator.requests(TITLE).iter().all(|request| request.status < 300));
}

#[test]
fn the_limits_of_the_service_are_learned_from_its_responses() {
    let (emulator, client) = open_with(mpa_client_config { call_timeout_ms: 500, ..init() });
    emulator.set_throttle(TITLE, Some("{}".parse().unwrap()));
    let set = |client: &Client, number| client.set_activity(9, &activity("c", number));
    let query = |client: &Client, _| client.query_activities(&[9], None, 0).0;
    assert_eq!(admitted(&client, 20, set), (10, 10));
    assert_eq!(admitted(&client, 30, query), (20, 10), "of their own");
    let rejected = emulator.requests(TITLE).iter().filter(|request| request.status == 429).count();
    assert_eq!(rejected, 2, "one of each kind");
}

/// What was found last keeps its place in the queue until the next event, and there may be none to come.
#[test]
fn what_was_found_keeps_nothing_out_for_good() {
    let (emulator, client) = open_with(mpa_client_config { queue_capacity_bytes: 8_192, ..init() });
    let users: Vec<u64> = (1..=30).collect();
    for user in &users {
        client.set_activity(*user, &activity(&"c".repeat(512), 1));
    }
    for round in 1..=3 {
        let (submitted, number) = client.submit_query(&users, round);
        assert_eq!(submitted.status, "MPA_OK", "{}", submitted.message);
        assert_eq!(client.wait_event(LONG).unwrap().1.status, "MPA_OK");
        assert!(client.stats().held_bytes > 8_192, "{}", client.stats().held_bytes);
        assert_eq!(client.read_activities(number, 0).1.total, 30);
    }
    assert_eq!(client.submit_deletion(1, 2, 4).0.status, "MPA_OK");
    assert_eq!(client.wait_event(LONG).unwrap().1.status, "MPA_OK");
    assert_eq!(client.stats().held_bytes, 0);
    assert_eq!(emulator.requests(TITLE).len(), 30 + 3 + 1);
}

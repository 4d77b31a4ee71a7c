//! Matches, from players who join and leave to what the service is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use mpa::ffi::client::{MPA_NONE, mpa_client_config};
use mpa::ffi::event::{MPA_EVENT_COMPLETED, MPA_EVENT_DRAINED};
use mpa::ffi::matches::{MPA_MAX_MATCH_PLAYERS, mpa_match, mpa_match_config};
use mpa_emulator::{Emulator, Options};
use mpa_tests::c::{Client, Outcome, config, init};
use mpa_tests::matches::Match;

const TITLE: u32 = 7;
const LONG: u32 = 10_000;

fn emulator(faults: &[&str]) -> Emulator {
    let emulator = Emulator::start(Options { seed: 7, ..Options::default() }).unwrap();
    emulator.set_faults(TITLE, faults).unwrap();
    emulator
}

fn patient(emulator: &Emulator) -> mpa_client_config {
    mpa_client_config { max_attempts: 4, recent_players_hold_ms: 100, ..config(emulator.url()) }
}

/// The next completion, which is the only event.
fn completion(client: &Client) -> (u64, u64, Outcome) {
    let (event, outcome) = client.wait_event(LONG).expect("there is an event");
    assert_eq!(event.r#type, MPA_EVENT_COMPLETED);
    (event.operation, event.user_data, outcome)
}

/// The groups that were acknowledged, each with its type and its players in order.
fn groups(emulator: &Emulator) -> Vec<(String, BTreeSet<u64>)> {
    let requests = emulator.requests(TITLE);
    let acted = requests.iter().filter(|request| request.acted && request.path.ends_with("/recentplayergroups/server"));
    let bodies: Vec<_> = acted.map(|request| request.json()).collect();
    let groups = bodies.iter().flat_map(|body| body["recentPlayerGroups"].as_array().unwrap());
    groups
        .map(|group| {
            let players = group["recentPlayers"].as_array().unwrap().iter();
            let kind = group["encounterType"].as_str().unwrap_or("Default").to_owned();
            (kind, players.map(|player| player["id"].as_str().unwrap().parse().unwrap()).collect())
        })
        .collect()
}

fn group(players: impl IntoIterator<Item = u64>) -> (String, BTreeSet<u64>) {
    ("Default".to_owned(), players.into_iter().collect())
}

#[test]
fn a_match_reports_itself() {
    let emulator = emulator(&[]);
    let client = Client::open(&patient(&emulator));
    let it = Match::open(&client, 0, 1);
    it.join_all([(1, 0), (2, 0)]);
    assert_eq!(it.leave(1).status, "MPA_OK");
    it.join_all([(3, 0)]);
    let (closed, operation) = it.close(42);
    assert_eq!(closed.status, "MPA_OK", "{}", closed.message);
    let (number, user_data, outcome) = completion(&client);
    assert_eq!((number, user_data), (operation, 42));
    assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (2, 0, 0)), "{}", outcome.message);
    assert_eq!(groups(&emulator), [group([1, 2]), group([2, 3])]);
    assert_eq!(emulator.requests(TITLE).len(), 1, "the reports of a match are gathered");
    assert!(client.wait_event(50).is_none(), "there is one completion");
    let stats = client.stats();
    assert_eq!((stats.recent_players.submitted, stats.held_operations, stats.held_bytes), (1, 0, 0));
}

#[test]
fn a_match_in_which_no_two_met_sends_nothing() {
    let emulator = emulator(&[]);
    let client = Client::open(&patient(&emulator));
    for players in [&[][..], &[1]] {
        let (_, it) = Match::try_open(&client, None);
        it.join_all(players.iter().map(|xuid| (*xuid, 0)));
        it.close(5);
        let (_, user_data, outcome) = completion(&client);
        assert_eq!((user_data, outcome.status, outcome.counts()), (5, "MPA_OK", (0, 0, 0)));
        assert!(outcome.message.contains("no two players"), "{}", outcome.message);
    }
    assert!(emulator.requests(TITLE).is_empty());
}

#[test]
fn teams_are_reported_as_such() {
    let emulator = emulator(&[]);
    let client = Client::open(&patient(&emulator));
    let it = Match::open(&client, 0, 0);
    it.join_all([(1, 1), (2, 1), (3, 2), (4, 2)]);
    it.close(0);
    assert_eq!(completion(&client).2.counts(), (4, 0, 0));
    let mut met = BTreeMap::new();
    for request in emulator.requests(TITLE) {
        assert!(request.path.ends_with("/recentplayers/server"), "{}", request.path);
        for user in request.json()["recentPlayersByXuid"].as_array().unwrap() {
            for player in user["recentPlayers"].as_array().unwrap() {
                let of = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
                met.insert((of(&user["xuid"]), of(&player["id"])), of(&player["encounterType"]));
            }
        }
    }
    assert_eq!(met.len(), 12);
    for ((a, b), kind) in met {
        let team = |xuid: &str| if xuid < "3" { 1 } else { 2 };
        assert_eq!(kind, if team(&a) == team(&b) { "Teammate" } else { "Opponent" }, "{a} {b}");
    }
}

#[test]
fn lists_and_groups_are_gathered_beside_each_other() {
    let emulator = emulator(&[]);
    let client = Client::open(&mpa_client_config { recent_players_hold_ms: 400, ..patient(&emulator) });
    for first in [10, 20, 30] {
        // By the two calls in turn.
        for teams in [[0, 0, 0, 0], [1, 1, 2, 2]] {
            let it = Match::open(&client, 0, 0);
            it.join_all(teams.into_iter().enumerate().map(|(index, team)| (first + index as u64, team)));
            it.close(0);
        }
    }
    (0..6).for_each(|_| assert_eq!(completion(&client).2.status, "MPA_OK"));
    assert_eq!(emulator.requests(TITLE).len(), 2);
}

#[test]
fn more_than_a_hundred_are_reported_in_groups_of_a_hundred() {
    let emulator = emulator(&[]);
    let client = Client::open(&patient(&emulator));
    let it = Match::open(&client, 0, 0);
    it.join_all((1..=250).map(|xuid| (xuid, 0)));
    it.close(0);
    assert_eq!(completion(&client).2.counts(), (10, 0, 0));
    let groups = groups(&emulator);
    let pairs: BTreeSet<(u64, u64)> = groups
        .iter()
        .flat_map(|(_, players)| players.iter().flat_map(|a| players.range(a + 1..).map(|b| (*a, *b))))
        .collect();
    assert_eq!((groups.len(), pairs.len()), (10, 250 * 249 / 2));
}

#[test]
fn those_who_are_together_too_shortly_have_not_met() {
    let emulator = emulator(&[]);
    let client = Client::open(&patient(&emulator));
    let it = Match::open(&client, 300, 0);
    it.join_all([(1, 0), (2, 0)]);
    thread::sleep(Duration::from_millis(400));
    it.join_all([(3, 0)]);
    it.close(0);
    assert_eq!(completion(&client).2.counts(), (1, 0, 0));
    assert_eq!(groups(&emulator), [group([1, 2])]);
}

#[test]
fn the_same_player_can_be_in_two_matches() {
    let emulator = emulator(&[]);
    let client = Client::open(&patient(&emulator));
    let (one, other) = (Match::open(&client, 0, 0), Match::open(&client, 0, 0));
    one.join_all([(1, 0), (2, 0)]);
    other.join_all([(1, 0), (3, 0)]);
    one.close(1);
    other.close(2);
    let mut ends: Vec<u64> = (0..2).map(|_| completion(&client).1).collect();
    ends.sort_unstable();
    assert_eq!((ends, groups(&emulator)), (vec![1, 2], vec![group([1, 2]), group([1, 3])]));
}

#[test]
fn wrong_input_is_refused_and_changes_nothing() {
    let emulator = emulator(&[]);
    let client = Client::open(&patient(&emulator));
    let it = Match::open(&client, 0, 0);
    let refused = |outcome: Outcome, part: &str| {
        assert_eq!(outcome.status, "MPA_ERROR_INVALID_ARGUMENT");
        assert!(outcome.message.contains(part), "{}", outcome.message);
    };
    refused(it.join(0, 0), "xuid is 0");
    refused(it.leave(5), "xuid is not in the match");
    it.join_all([(5, 0)]);
    refused(it.join(5, 1), "xuid is in the match already");
    it.join_all((6..5 + u64::from(MPA_MAX_MATCH_PLAYERS)).map(|xuid| (xuid, 0)));
    refused(it.join(1, 0), "10000 players");
    let bad = mpa_match_config { struct_size: 3, ..init() };
    let (outcome, no_match) = Match::try_open(&client, Some(&bad));
    assert_eq!((outcome.status, no_match.0.id), ("MPA_ERROR_INVALID_STRUCT", 0));
}

#[test]
fn a_handle_names_one_match_while_it_is_open() {
    let emulator = emulator(&[]);
    let client = Client::open(&patient(&emulator));
    let first = Match::open(&client, 0, 0);
    assert_eq!(first.close(0).0.status, "MPA_OK");
    let second = Match::open(&client, 0, 0);
    let dead = [first.0.id, 0, u64::MAX, second.0.id ^ 1, second.0.id ^ 1 << 40];
    for it in dead.map(|id| Match(mpa_match { id })) {
        let answers = [it.join(1, 0), it.leave(1), it.close(0).0];
        assert_eq!(answers.map(|answer| answer.status), ["MPA_ERROR_INVALID_HANDLE"; 3]);
    }
    client.close(LONG);
    assert_eq!(second.join(1, 0).status, "MPA_ERROR_INVALID_HANDLE");
    let (refused, it) = Match::try_open(&client, None);
    assert_eq!((refused.status, it.0.id), ("MPA_ERROR_INVALID_HANDLE", 0));
}

#[test]
fn draining_closes_the_matches() {
    let emulator = emulator(&[]);
    let client = Client::open(&mpa_client_config { recent_players_hold_ms: 60_000, ..patient(&emulator) });
    let it = Match::open(&client, 0, 9);
    it.join_all([(1, 0), (2, 0)]);
    assert_eq!(client.drain(LONG).status, "MPA_OK");
    assert_eq!(it.join(3, 0).status, "MPA_ERROR_CLOSED");
    assert_eq!(it.close(10).0.status, "MPA_ERROR_CLOSED");
    assert_eq!(it.close(10).0.status, "MPA_ERROR_INVALID_HANDLE");
    assert_eq!(Match::try_open(&client, None).0.status, "MPA_ERROR_CLOSED");
    let (_, user_data, outcome) = completion(&client);
    assert_eq!((user_data, outcome.status, outcome.counts()), (9, "MPA_OK", (1, 0, 0)), "{}", outcome.message);
    assert_eq!(client.wait_event(LONG).unwrap().0.r#type, MPA_EVENT_DRAINED);
    assert_eq!(groups(&emulator), [group([1, 2])]);
}

#[test]
fn closing_the_client_closes_the_matches_and_counts_them() {
    let emulator = emulator(&[]);
    let client = Client::open(&mpa_client_config { recent_players_hold_ms: 60_000, ..patient(&emulator) });
    let matches = [Match::open(&client, 0, 0), Match::open(&client, 0, 0)];
    matches[0].join_all([(1, 0), (2, 0)]);
    let (status, report) = client.close(LONG);
    assert_eq!((status, report.submitted, report.operations_succeeded), ("MPA_OK", 2, 2));
    assert_eq!((report.events_not_polled, groups(&emulator)), (2, vec![group([1, 2])]));

    let client = Client::open(&patient(&emulator));
    let it = Match::open(&client, 0, 0);
    it.join_all([(1, 0), (2, 0)]);
    let report = client.close(0).1;
    let ended = report.operations_abandoned + report.operations_succeeded + report.operations_unfinished;
    assert_eq!((report.submitted, ended), (1, 1));
}

#[test]
fn what_a_match_could_not_report_is_said_in_its_completion() {
    let emulator = emulator(&[r#"{"fault":"status","status":403,"next":1}"#]);
    let client = Client::open(&mpa_client_config { recent_players_hold_ms: MPA_NONE, ..patient(&emulator) });
    let it = Match::open(&client, 0, 0);
    it.join_all([(1, 0), (2, 0)]);
    it.leave(1);
    client.flush(LONG);
    it.join_all([(3, 0)]);
    it.close(0);
    let (_, _, outcome) = completion(&client);
    assert_eq!((outcome.status, outcome.counts(), outcome.result.retryable), ("MPA_ERROR_FORBIDDEN", (1, 0, 1), 0));
    assert_eq!(outcome.result.attempts, 2);
    let said = "Of 2 groups of the match, 1 were acknowledged, 0 are uncertain, 1 were refused and 0 were not sent.";
    assert!(outcome.message.starts_with(said), "{}", outcome.message);
}

#[test]
fn a_report_that_finds_no_room_is_counted() {
    let emulator = emulator(&[]);
    let tight = mpa_client_config { queue_capacity_bytes: 2_000, recent_players_hold_ms: 60_000, ..patient(&emulator) };
    let client = Client::open(&tight);
    let it = Match::open(&client, 0, 0);
    it.join_all((1..=90).map(|xuid| (xuid, 0)));
    let statuses: Vec<_> = (1..=3)
        .map(|xuid| {
            let left = it.leave(xuid);
            it.join_all([(100 + xuid, 0)]);
            left.status
        })
        .collect();
    assert_eq!(statuses, ["MPA_OK", "MPA_ERROR_QUEUE_FULL", "MPA_ERROR_QUEUE_FULL"]);
    assert_eq!(it.leave(1).status, "MPA_ERROR_INVALID_ARGUMENT", "the player has left all the same");
    it.close(0);
    client.flush(LONG);
    let (_, _, outcome) = completion(&client);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_ERROR_QUEUE_FULL", (1, 0, 0)), "{}", outcome.message);
    assert!(outcome.message.contains("3 were not sent"), "{}", outcome.message);
    assert_eq!(client.stats().held_bytes, 0);
}

#[test]
fn a_match_takes_one_place_in_the_queue() {
    let emulator = emulator(&[]);
    let client = Client::open(&mpa_client_config { queue_capacity: 1, ..patient(&emulator) });
    let it = Match::open(&client, 0, 0);
    assert_eq!(client.submit_invite(1, 1).0.status, "MPA_ERROR_QUEUE_FULL");
    for xuid in 1..=5 {
        it.join_all([(xuid, 0), (100 + xuid, 0)]);
        assert_eq!(it.leave(xuid).status, "MPA_OK", "its reports take none");
    }
    it.close(0);
    client.flush(LONG);
    let (refused, _) = Match::try_open(&client, None);
    assert_eq!(refused.status, "MPA_ERROR_EVENTS_NOT_POLLED");
    assert_eq!(completion(&client).2.counts(), (5, 0, 0));
    assert_eq!(client.submit_invite(1, 1).0.status, "MPA_OK");
}

#[test]
fn a_closed_match_can_be_cancelled() {
    let emulator = emulator(&[]);
    let client = Client::open(&mpa_client_config { recent_players_hold_ms: 60_000, ..patient(&emulator) });
    let (it, other) = (Match::open(&client, 0, 0), Match::open(&client, 0, 0));
    for it in [&it, &other] {
        it.join_all([(1, 0), (2, 0)]);
    }
    let (_, operation) = it.close(1);
    other.close(2);
    assert_eq!(client.cancel(operation).status, "MPA_OK");
    let (_, user_data, outcome) = completion(&client);
    assert_eq!((user_data, outcome.status, outcome.counts()), (1, "MPA_ERROR_CANCELLED", (0, 0, 0)));
    assert!(client.poll_event().is_none(), "the other one is not cancelled");
    client.flush(LONG);
    assert_eq!(completion(&client).2.status, "MPA_OK");
}

/// Players come and go for as long as a server runs; what is held is bounded, and every pair is reported.
#[test]
fn many_matches_on_many_threads_end_once_each() {
    let emulator = emulator(&[]);
    let client = Client::open(&mpa_client_config { recent_players_hold_ms: 5, ..patient(&emulator) });
    thread::scope(|scope| {
        for thread in 0..4 {
            let client = &client;
            scope.spawn(move || {
                for round in 0..25 {
                    let it = Match::open(client, 0, 0);
                    let first = 1_000 * (thread * 100 + round);
                    it.join_all((1..=10).map(|xuid| (first + xuid, 0)));
                    (1..=5).for_each(|xuid| assert_eq!(it.leave(first + xuid).status, "MPA_OK"));
                    assert_eq!(it.close(first).0.status, "MPA_OK");
                }
            });
        }
    });
    let ends: BTreeSet<u64> = (0..100).map(|_| completion(&client).1).collect();
    assert_eq!((ends.len(), groups(&emulator).len()), (100, 100));
    assert!(client.poll_event().is_none());
}

//! Requests of servers reach the service, gathered where possible, and each server gets the outcome of its own.

use std::time::{Duration, Instant};

use mpa::api::{
    Call, JoinRestriction, QueryActivities, RecentPlayer, RecentPlayers, SequenceNumber, SetActivity, Timestamp,
};
use mpa::auth::{Authorization, ProofKey};
use mpa::outcome::{Outcome, Status};
use mpa_emulator::ProofKey as EmulatorKey;

use super::fleet::*;

#[test]
fn an_invite_arrives_with_the_token_of_the_fleet() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &[]);
    let outcome = Server::new(&relay.url, title).invite(&[1, 2]);
    assert_eq!((outcome.status, outcome.acknowledged, outcome.http_status), (Status::Ok, 2, 204), "{outcome:?}");
    let requests = emulator.requests(title);
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("Authorization"), Some(TOKEN));
    assert_eq!(requests[0].json()["invitedUsers"][1], (FIRST_XUID + 2).to_string());
    assert!(requests[0].header("User-Agent").unwrap().contains("mpa-relay"), "{:?}", requests[0].headers);
    assert!(!relay.log().contains(KEY) && !relay.log().contains("token-of-the-fleet"));
    assert!(!relay.log().contains(&FIRST_XUID.to_string()));
}

#[test]
fn a_refusal_is_passed_on_with_the_services_words() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &[]);
    let rule = r#"{"fault":"status","status":400,"body":"{\"errorCode\":\"InvalidRequest\",\"debugMessage\":\"odd\"}","next":1}"#;
    emulator.set_faults(title, &[rule]).unwrap();
    let outcome = Server::new(&relay.url, title).invite(&[1]);
    assert_eq!(
        (outcome.status, outcome.http_status, outcome.error_code.as_str()),
        (Status::Rejected, 400, "InvalidRequest")
    );
    assert!(outcome.message.contains("odd"), "{}", outcome.message);
    assert_eq!((outcome.refused, outcome.uncertain, outcome.retryable), (1, 0, false));
}

#[test]
fn the_correlation_id_is_the_services_or_else_that_of_the_relays_log() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &[]);
    let server = Server::new(&relay.url, title);
    emulator.set_throttle(title, Some(ONE_A_MINUTE.parse().unwrap()));
    assert_eq!(server.invite(&[1]).status, Status::Ok);
    let by_service = server.invite(&[2]);
    let known = emulator.requests(title).into_iter().map(|request| request.correlation_id).next_back().unwrap();
    assert_eq!((by_service.status, &by_service.correlation_id), (Status::Throttled, &known));
    // From now on the relay knows the limit.
    let by_relay = Server::new(&relay.url, title).invite(&[3]);
    assert_eq!(by_relay.status, Status::Throttled);
    assert!(by_relay.correlation_id.starts_with("relay-"), "{}", by_relay.correlation_id);
}

#[test]
fn reports_of_many_servers_go_out_in_full_requests() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &["--recent-players-hold-ms", "1500"]);
    let outcomes = at_the_same_time(40, |number| Server::new(&relay.url, title).report(number + 1));
    assert!(outcomes.iter().all(|outcome| (outcome.status, outcome.acknowledged) == (Status::Ok, 1)), "{outcomes:?}");
    let requests = emulator.requests(title);
    let groups: Vec<_> =
        requests.iter().map(|request| request.json()["recentPlayerGroups"].as_array().unwrap().len()).collect();
    assert_eq!((groups.iter().sum::<usize>(), groups.len()), (40, 2), "{groups:?}");
}

#[test]
fn a_bad_report_is_refused_alone() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &["--recent-players-hold-ms", "1000"]);
    let outcomes = at_the_same_time(5, |number| {
        if number == 3 {
            // What the library would refuse by itself.
            let body = "{\"recentPlayerGroups\":[{\"timestamp\":\"2026-01-01T00:00:00Z\",\"recentPlayers\":[]}]}";
            let head = format!(
                "POST /titles/{title}/recentplayergroups/server HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\
                 Authorization: XBL3.0 x=-;{KEY}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            let (status, head, body) = exchange(relay.address(), (head + body).as_bytes());
            assert!(body.contains("RequestValidationError") && body.contains("recentPlayers"), "{head} {body}");
            Outcome { http_status: status, ..Outcome::new(Status::Rejected, "") }
        } else {
            Server::new(&relay.url, title).report(number + 1)
        }
    });
    let statuses: Vec<_> = outcomes.iter().map(|outcome| outcome.status).collect();
    let expected = [Status::Ok, Status::Ok, Status::Ok, Status::Rejected, Status::Ok];
    assert_eq!((statuses.as_slice(), outcomes[3].http_status), (&expected[..], 400));
    // All together, then each once on its own.
    assert_eq!((emulator.requests(title).len(), acted(&emulator, title).len()), (6, 4));
}

#[test]
fn a_users_own_token_and_signature_are_passed_on() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &[]);
    let key = ProofKey::generate().unwrap();
    let known = EmulatorKey::from_jwk(&key.x(), &key.y()).unwrap();
    let token = emulator.issue_user_token(77, Some(known), Duration::from_secs(600));
    let own = Authorization::new(&token, 0).unwrap().bound_to(key);
    let at = Timestamp::from_unix_ms(1_700_000_000_000, std::time::UNIX_EPOCH).unwrap();
    let players = vec![RecentPlayer::new(FIRST_XUID + 1, None, at).unwrap()];
    let outcome = Server::new(&relay.url, title).client.run(&RecentPlayers::new(players).unwrap(), Some(&own));
    assert_eq!(outcome.status, Status::Ok, "{outcome:?}");
    let requests = emulator.requests(title);
    assert_eq!((requests.len(), requests[0].header("Authorization")), (1, Some(token.as_str())));
}

#[test]
fn activities_are_set_and_found() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &[]);
    let server = Server::new(&relay.url, title);
    let activity = SetActivity {
        xuid: FIRST_XUID,
        join_restriction: JoinRestriction::Public,
        connection_string: "here".to_owned(),
        group_id: None,
        max_players: 8,
        current_players: 2,
        platform: None,
        sequence_number: SequenceNumber(1),
    };
    let set = server.client.run(&activity.checked().unwrap(), None);
    assert_eq!(set.status, Status::Ok, "{set:?}");
    let query = QueryActivities::new(vec![FIRST_XUID, FIRST_XUID + 1]).unwrap();
    let asked = server.client.run(&query, None);
    assert_eq!(asked.status, Status::Ok, "{asked:?}");
    let found = query.take_found();
    assert_eq!(found.iter().map(|record| &*record.connection_string).collect::<Vec<_>>(), ["here"]);
}

/// What each of several servers does at the same time.
fn at_the_same_time(count: u64, server: impl Fn(u64) -> Outcome + Sync) -> Vec<Outcome> {
    let started = Instant::now();
    let outcomes = std::thread::scope(|scope| {
        let server = &server;
        let servers: Vec<_> = (0..count).map(|number| scope.spawn(move || server(number))).collect();
        servers.into_iter().map(|server| server.join().unwrap()).collect()
    });
    assert!(started.elapsed() < Duration::from_secs(30));
    outcomes
}

#[test]
fn what_is_refused_to_all_is_not_shown_to_each() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &["--recent-players-hold-ms", "1000"]);
    let named = FIRST_XUID + 1;
    let body = format!("{{\\\"errorCode\\\":\\\"AuthorizationError\\\",\\\"debugMessage\\\":\\\"not {named}\\\"}}");
    emulator.set_faults(title, &[&format!("{{\"fault\":\"status\",\"status\":403,\"body\":\"{body}\"}}")]).unwrap();
    let outcomes = at_the_same_time(3, |number| Server::new(&relay.url, title).report(number + 1));
    for outcome in &outcomes {
        assert_eq!((outcome.status, outcome.http_status), (Status::Forbidden, 403), "{outcome:?}");
        assert!(outcome.message.contains("fleet"), "the relay's own words: {}", outcome.message);
    }
    assert_eq!(emulator.requests(title).len(), 1);
}

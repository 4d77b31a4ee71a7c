//! What happened is what the server's library reports: acknowledged, refused, not sent, or in doubt.

use std::time::{Duration, Instant};

use mpa::outcome::Status;

use super::fleet::*;

#[test]
fn what_is_in_doubt_is_reported_so_and_not_sent_again() {
    for fault in ["reset_after_acting", "close_after_acting", "garbage_after_acting", "status_after_acting:status=500"]
    {
        let (emulator, title) = (emulator(), new_title());
        let relay = RelayProcess::start(emulator.url(), &[]);
        let first = if fault.contains(':') { format!("{fault},next=1") } else { format!("{fault}:next=1") };
        emulator.set_faults(title, &[first.as_str()]).unwrap();
        let server = Server::with(&relay.url, title, &ServerOptions { max_attempts: 4, ..ServerOptions::default() });
        let outcome = server.invite(&[1]);
        assert_eq!(
            (outcome.status, outcome.uncertain, outcome.retryable),
            (Status::Uncertain, 1, false),
            "{fault}: {outcome:?}"
        );
        assert_eq!(acted(&emulator, title).len(), 1, "{fault}");
        let metric = relay.metric("mpa_relay_uncertain_total{endpoint=\"send_server_invite\"}");
        assert_eq!(metric, Some(1.0));
        // What can be repeated is.
        emulator.set_faults(title, &[first.as_str()]).unwrap();
        assert_eq!(server.report(1).status, Status::Ok, "{fault}");
    }
}

#[test]
fn a_service_that_does_not_answer_leaves_the_server_in_doubt_in_time() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &["--request-timeout-ms", "500"]);
    emulator.set_faults(title, &["stall_after_acting:next=1"]).unwrap();
    let started = Instant::now();
    let outcome = Server::new(&relay.url, title).invite(&[1]);
    assert_eq!((outcome.status, outcome.http_status), (Status::Uncertain, 504), "{outcome:?}");
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[test]
fn what_was_not_sent_is_said_not_to_be() {
    let title = new_title();
    // No one listens there any more.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let relay = RelayProcess::start(&format!("http://{address}"), &["--max-attempts", "1"]);
    let outcome = Server::new(&relay.url, title).invite(&[1]);
    assert_eq!(
        (outcome.status, outcome.http_status, outcome.uncertain),
        (Status::ServiceUnavailable, 503, 0),
        "{outcome:?}"
    );
    assert!(outcome.retryable && outcome.retry_after.is_some());
}

#[test]
fn a_token_that_the_service_refuses_is_the_relays_matter() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &[]);
    emulator.set_faults(title, &["expired_token:token=token-of-the-fleet"]).unwrap();
    let server = Server::with(&relay.url, title, &ServerOptions { max_attempts: 1, ..ServerOptions::default() });
    let outcome = server.invite(&[1]);
    // Not a 401: the server's key is good.
    assert_eq!((outcome.status, outcome.http_status), (Status::ServiceUnavailable, 503), "{outcome:?}");
    assert!(relay.log().contains("--authorization-header-file"), "{}", relay.log());
    // Another token comes; nothing is restarted.
    relay.write("token", "XBL3.0 x=-;a-newer-token");
    let deadline = Instant::now() + Duration::from_secs(20);
    while server.invite(&[1]).status != Status::Ok {
        assert!(Instant::now() < deadline, "{}", relay.log());
    }
    let last = emulator.requests(title).pop().unwrap();
    assert_eq!(last.header("Authorization"), Some("XBL3.0 x=-;a-newer-token"));
}

#[test]
fn what_would_take_too_long_is_answered_at_once_with_its_time() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &["--invite-limit", "2/60s"]);
    let server = Server::new(&relay.url, title);
    assert_eq!([server.invite(&[1]).status, server.invite(&[2]).status], [Status::Ok, Status::Ok]);
    let started = Instant::now();
    let outcome = server.invite(&[3]);
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!((outcome.status, outcome.http_status, outcome.uncertain), (Status::Throttled, 429, 0), "{outcome:?}");
    let wait = outcome.retry_after.unwrap().as_secs();
    assert!((50..=62).contains(&wait), "{wait}");
    assert_eq!(emulator.requests(title).len(), 2);
    // Recent players have a limit of their own.
    assert_eq!(server.report(1).status, Status::Ok);
}

#[test]
fn nothing_is_sent_for_a_server_that_went_away() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &["--recent-players-hold-ms", "1500"]);
    let impatient = ServerOptions { request_timeout: Duration::from_millis(300), ..ServerOptions::default() };
    let outcome = Server::with(&relay.url, title, &impatient).report(1);
    assert_eq!(outcome.status, Status::TimedOut, "{outcome:?}");
    let patient = Server::new(&relay.url, title).report(2);
    assert_eq!(patient.status, Status::Ok, "{patient:?}");
    let requests = emulator.requests(title);
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].json()["recentPlayerGroups"].as_array().unwrap().len(), 1, "that of the patient one");
    let metric = relay.metric("mpa_relay_abandoned_total{endpoint=\"post_server_recent_player_groups\"}");
    assert_eq!(metric, Some(1.0));
}

#[test]
fn all_servers_at_once_get_what_is_allowed_and_the_rest_a_time() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &["--invite-limit", "20/60s"]);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let url = &relay.url;
        let servers: Vec<_> =
            (1..=200).map(|user| scope.spawn(move || Server::new(url, title).invite(&[user]))).collect();
        servers.into_iter().map(|server| server.join().unwrap()).collect()
    });
    let count = |status| outcomes.iter().filter(|outcome| outcome.status == status).count();
    assert_eq!((count(Status::Ok), count(Status::Throttled)), (20, 180), "{outcomes:?}");
    assert!(outcomes.iter().all(|outcome| outcome.uncertain == 0));
    assert!(
        outcomes
            .iter()
            .filter(|outcome| outcome.status == Status::Throttled)
            .all(|outcome| outcome.retry_after.is_some())
    );
    assert_eq!(emulator.requests(title).len(), 20);
}

#[test]
fn an_outage_of_the_service_is_told_and_passes() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &[]);
    let server = Server::new(&relay.url, title);
    emulator.set_faults(title, &["status:status=503"]).unwrap();
    let (invite, report) = (server.invite(&[1]), server.report(1));
    assert_eq!((invite.status, invite.uncertain, invite.retryable), (Status::Uncertain, 1, false), "{invite:?}");
    assert_eq!((report.uncertain, report.retryable), (1, true), "{report:?}");
    let sent = emulator.requests(title);
    let invites = sent.iter().filter(|request| request.path.contains("invites")).count();
    assert_eq!(invites, 1, "an invite in doubt is not repeated");
    emulator.set_faults(title, &[]).unwrap();
    assert_eq!([server.invite(&[2]).status, server.report(1).status], [Status::Ok, Status::Ok]);
}

//! The service answers with errors.

use super::*;

#[test]
fn the_service_fails_once() {
    for status in [408, 500, 502, 503, 504] {
        let invite = ends("MPA_ERROR_UNCERTAIN", 1, 3, 0);
        row(&format!("{status}"), (invite, ok(2)), first(response(status, &[], "")));
    }
}

#[test]
fn the_service_says_that_it_did_not_look_at_the_request() {
    for status in [421, 425] {
        row(&format!("{status}, once"), (ok(2), ok(2)), first(response(status, &[], "")));
        let refused = ends("MPA_ERROR_SERVICE_UNAVAILABLE", 3, 0, 1);
        row_on(Layer::Plain, &format!("{status}, always"), (refused, refused), always(response(status, &[], "")));
    }
}

#[test]
fn the_service_asks_to_wait() {
    for status in [429, 503] {
        let started = Instant::now();
        row_on(Layer::Plain, &format!("{status}"), (ok(2), ok(2)), first(response(status, &["Retry-After: 1"], "")));
        assert!(started.elapsed() >= Duration::from_secs(2), "each of the two waits a second");
    }
    for (status, headers) in [(503, &["Retry-After: 0.5"][..]), (429, &["Retry-After: 0", "Retry-After: 0.5, 0.25"])] {
        let started = Instant::now();
        row_on(Layer::Plain, &format!("{status}, {headers:?}"), (ok(2), ok(2)), first(response(status, headers, "")));
        assert!(started.elapsed() >= Duration::from_secs(1), "each of the two waits half a second");
    }
    let body = r#"{"errorCode": "Too many requests.", "debugMessage": "Too many requests."}"#;
    row_on(Layer::Plain, "429 under 400", (ok(2), ok(2)), first(response(400, &["Retry-After: 1"], body)));
}

#[test]
fn the_service_asks_to_wait_longer_than_the_call_may() {
    for (status, expected) in
        [(429, ends("MPA_ERROR_THROTTLED", 1, 0, 1)), (503, ends("MPA_ERROR_SERVICE_UNAVAILABLE", 1, 0, 1))]
    {
        let started = Instant::now();
        row_on(
            Layer::Plain,
            &format!("{status}"),
            (expected, expected),
            always(response(status, &["Retry-After: 60"], "")),
        );
        assert!(started.elapsed() < Duration::from_secs(1), "the calls end at once");
    }
}

#[test]
fn no_request_is_sent_while_the_service_asks_to_wait() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let body = r#"{"currentRequests": 8, "maxRequests": 7, "periodInSeconds": 15, "limitType": "burst"}"#;
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while let Some(request) = read_request(stream) {
            let groups = String::from_utf8_lossy(&request).contains("recentplayergroups");
            counter.fetch_add(1, Ordering::SeqCst);
            let rejected = response(429, &["Retry-After: 60"], body);
            say(stream, if groups { ACCEPTED } else { &rejected });
        }
    });
    let client = Client::open(&trusting(&peer, "door"));
    assert_eq!(client.invite_many(3).status, "MPA_ERROR_THROTTLED");
    for _ in 0..3 {
        let outcome = client.invite_many(3);
        let result = &outcome.result;
        assert_eq!((outcome.status, outcome.counts(), result.retryable), ("MPA_ERROR_THROTTLED", (0, 0, 0), 1));
        assert_eq!((result.http_status, result.attempts, result.max_requests, result.period_s), (0, 0, 7, 15));
        assert!((59_000..=72_000).contains(&result.retry_after_ms), "{}", result.retry_after_ms);
        assert!(outcome.message.contains("would have to wait"), "{}", outcome.message);
    }
    assert_eq!(client.post_groups(3).status, "MPA_OK", "another kind of call");
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

/// However long the service asks for, on each way that a wait takes into a result.
#[test]
fn no_wait_is_longer_than_the_header_says() {
    const AN_HOUR_MS: u32 = 3_600_000;
    for (status, kind) in [(429, Kind::Invite), (429, Kind::Groups), (503, Kind::Invite), (503, Kind::Groups)] {
        for asked in ["3600", "3601", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            let header = format!("Retry-After: {asked}");
            let answer = response(status, &[&header], "");
            let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
                while read_request(stream).is_some() {
                    say(stream, &answer);
                }
            });
            // Once it ends with the answer itself, once as it waits to try again; then out of turn.
            for max_attempts in [1, 4] {
                let client = Client::open(&mpa_client_config { max_attempts, ..trusting(&peer, "long") });
                for call in 0..3 {
                    let outcome = kind.call(&client);
                    let ms = outcome.result.retry_after_ms;
                    let least = if call == 0 { AN_HOUR_MS } else { AN_HOUR_MS - 10_000 };
                    assert!((least..=MPA_MAX_RETRY_AFTER_MS).contains(&ms), "{status}, {asked}: {ms}");
                    assert_eq!(outcome.result.attempts, u32::from(call == 0), "{}", outcome.message);
                }
            }
        }
    }
}

/// Those that wait before it come first, one in an hour.
#[test]
fn a_wait_behind_many_others_is_cut_to_what_the_header_says() {
    let peer = Peer::start(Layer::Plain, usize::MAX, |_, stream| {
        while read_request(stream).is_some() {
            say(stream, ACCEPTED);
        }
    });
    let client = Client::open(&mpa_client_config {
        invite_limit: 1,
        limit_period_ms: 3_600_000,
        invite_time_to_live_ms: MPA_MAX_DURATION_MS,
        worker_count: 3,
        ..trusting(&peer, "behind")
    });
    for operation in 0..4 {
        assert_eq!(client.submit_invite(1, operation).0.status, "MPA_OK");
    }
    let is_waiting = || client.stats().invites.running == 3;
    assert!((0..500).any(|_| is_waiting() || {
        thread::sleep(Duration::from_millis(10));
        false
    }));
    // Running is not yet waiting.
    thread::sleep(Duration::from_millis(200));
    let outcome = client.invite_many(1);
    assert_eq!((outcome.status, outcome.result.retry_after_ms), ("MPA_ERROR_THROTTLED", MPA_MAX_RETRY_AFTER_MS));
    assert!(outcome.message.contains("would have to wait 14"), "four hours: {}", outcome.message);
}

#[test]
fn an_imposed_limit_is_kept_from_the_start() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while read_request(stream).is_some() {
            counter.fetch_add(1, Ordering::SeqCst);
            say(stream, ACCEPTED);
        }
    });
    let config = mpa_client_config { invite_limit: 2, limit_period_ms: 60_000, ..trusting(&peer, "imposed") };
    let client = Client::open(&config);
    let statuses = [(); 3].map(|()| client.invite_many(3).status);
    assert_eq!(statuses, ["MPA_OK", "MPA_OK", "MPA_ERROR_THROTTLED"]);
    let outcome = client.invite_many(40);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_ERROR_THROTTLED", (0, 0, 0)));
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

#[test]
fn a_401_is_tried_again_once_and_only_with_a_newer_token() {
    let unauthorized = ends("MPA_ERROR_UNAUTHORIZED", 1, 0, 1);
    row_on(Layer::Plain, "401", (unauthorized, unauthorized), always(response(401, &[], "")));
    for (answers, expected) in [(1, ok(2)), (9, ends("MPA_ERROR_UNAUTHORIZED", 2, 0, 1))] {
        for kind in [Kind::Invite, Kind::Groups] {
            let (asked, release) = (std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
            let (asked_sender, asked) = asked;
            let (release, released) = release;
            let requests = Arc::new(AtomicUsize::new(0));
            let counter = requests.clone();
            let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
                while read_request(stream).is_some() {
                    let number = counter.fetch_add(1, Ordering::SeqCst);
                    let _ = asked_sender.send(());
                    if number == 0 {
                        let _ = released.recv_timeout(Duration::from_secs(5));
                    }
                    let refused = response(401, &[], "");
                    say(stream, if number < answers { &refused } else { ACCEPTED });
                }
            });
            let client = Client::open(&trusting(&peer, "401"));
            thread::scope(|scope| {
                let calling = scope.spawn(|| kind.call(&client));
                asked.recv_timeout(Duration::from_secs(5)).unwrap();
                assert_eq!(client.set_authorization("XBL3.0 x=-;newer").status, "MPA_OK");
                release.send(()).unwrap();
                let outcome = calling.join().unwrap();
                check("401, then a newer token", kind, &outcome, requests.load(Ordering::SeqCst), expected);
            });
        }
    }
}

#[test]
fn in_an_outage_the_budget_bounds_what_is_added() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while read_request(stream).is_some() {
            counter.fetch_add(1, Ordering::SeqCst);
            say(stream, &response(500, &[], ""));
        }
    });
    let client = Client::open(&trusting(&peer, "outage"));
    for _ in 0..10 {
        client.post_groups(1);
    }
    let before = requests.load(Ordering::SeqCst);
    for _ in 0..100 {
        assert_eq!(client.post_groups(1).status, "MPA_ERROR_SERVICE_UNAVAILABLE");
    }
    let added = requests.load(Ordering::SeqCst) - before - 100;
    assert!((5..=12).contains(&added), "{added} requests were added to 100");
}

#[test]
fn what_was_acknowledged_is_never_sent_again() {
    // The second of three requests fails once.
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = seen.clone();
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while let Some(request) = read_request(stream) {
            let text = String::from_utf8_lossy(&request).into_owned();
            let number = {
                let mut log = log.lock().unwrap();
                log.push(text.matches("\"timestamp\"").count());
                log.len()
            };
            if number == 2 {
                return reset(stream);
            }
            say(stream, ACCEPTED);
        }
    });
    let outcome = Client::open(&trusting(&peer, "acknowledged")).post_groups(50);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (50, 0, 0)), "{}", outcome.message);
    assert_eq!(*seen.lock().unwrap(), [20, 20, 20, 10]);
    assert_eq!(outcome.result.attempts, 4);
}

#[test]
fn a_token_that_was_refused_meanwhile_is_not_sent() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while read_request(stream).is_some() {
            counter.fetch_add(1, Ordering::SeqCst);
            say(stream, &response(401, &[], ""));
        }
    });
    let config = mpa_client_config { invite_limit: 1, limit_period_ms: 300, ..trusting(&peer, "refused") };
    let client = Client::open(&config);
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| client.invite_many(1));
        }
    });
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[test]
fn a_503_with_a_time_holds_further_calls_back() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while read_request(stream).is_some() {
            counter.fetch_add(1, Ordering::SeqCst);
            say(stream, &response(503, &["Retry-After: 60"], ""));
        }
    });
    let client = Client::open(&trusting(&peer, "held"));
    for _ in 0..5 {
        assert_eq!(client.invite_many(1).result.retryable, 1);
    }
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::*;
use crate::api::{ENDPOINTS, POST_RECENT_PLAYER_GROUPS, SEND_INVITE, SEND_SERVER_INVITE};

fn rate_limiters(max: u32, period_ms: u64) -> RateLimiters {
    let limit = Limit { max, period: Duration::from_millis(period_ms) };
    RateLimiters::new(ImposedLimits { invites: vec![limit], ..ImposedLimits::default() }, None)
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

#[test]
fn kinds_have_gates_of_their_own() {
    let rate_limiters = rate_limiters(1, 60_000);
    let enter = |endpoint, user| rate_limiters.of(endpoint, user).acquire(soon(), || false, || ());
    assert!(enter(&SEND_INVITE, "1").is_ok());
    assert!(matches!(enter(&SEND_INVITE, "1"), Err(NotAcquired::DeadlineExceeded { .. })));
    assert!(enter(&SEND_INVITE, "2").is_ok());
    assert!(enter(&SEND_SERVER_INVITE, "-").is_ok());
    for _ in 0..10 {
        assert!(enter(&POST_RECENT_PLAYER_GROUPS, "-").is_ok());
    }
}

#[test]
fn calls_with_the_same_documented_limit_count_together() {
    let limit = vec![Limit { max: 1, period: Duration::from_secs(60) }];
    let imposed = ImposedLimits {
        invites: limit.clone(),
        recent_players: limit.clone(),
        activity_writes: limit.clone(),
        activity_reads: limit,
    };
    let rate_limiters = RateLimiters::new(imposed, None);
    let acquired =
        |endpoint: &&&'static Endpoint| rate_limiters.of(endpoint, "-").acquire(soon(), || false, || ()).is_ok();
    let first: Vec<_> = ENDPOINTS.iter().filter(acquired).map(|endpoint| endpoint.configured_limit).collect();
    let kinds = [
        ConfiguredLimit::Invites,
        ConfiguredLimit::RecentPlayers,
        ConfiguredLimit::ActivityWrites,
        ConfiguredLimit::ActivityReads,
    ];
    assert_eq!(first, kinds.map(Some));
}

#[test]
fn waiting_calls_go_out_in_the_order_of_arrival() {
    let rate_limiter = rate_limiters(1, 100).of(&SEND_INVITE, "1");
    let order = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for number in 0..5 {
            let (rate_limiter, order) = (&rate_limiter, &order);
            scope.spawn(move || {
                rate_limiter.acquire(soon(), || false, || ()).unwrap();
                order.lock().push(number);
            });
            // It has gone, or it stands in the queue.
            while rate_limiter.queue.lock().next_ticket == number {
                thread::yield_now();
            }
        }
    });
    assert_eq!(*order.lock(), [0, 1, 2, 3, 4]);
}

#[test]
fn a_wait_that_is_too_long_ends_at_once_with_its_length() {
    let rate_limiter = rate_limiters(1, 60_000).of(&SEND_INVITE, "1");
    rate_limiter.acquire(soon(), || false, || ()).unwrap();
    let started = Instant::now();
    let Err(NotAcquired::DeadlineExceeded { wait, limit }) = rate_limiter.acquire(soon(), || false, || ()) else {
        panic!("let through")
    };
    assert!(started.elapsed() < Duration::from_secs(1));
    assert!((59..=61).contains(&wait.as_secs()), "{wait:?}");
    assert_eq!(limit.unwrap().max, 1);
}

#[test]
fn a_cut_ends_waiting() {
    let rate_limiters = rate_limiters(1, 5_000);
    let rate_limiter = rate_limiters.of(&SEND_INVITE, "1");
    rate_limiter.acquire(soon(), || false, || ()).unwrap();
    let cancelled = AtomicBool::new(false);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| rate_limiter.acquire(soon(), || cancelled.load(Ordering::SeqCst), || ()));
        thread::sleep(Duration::from_millis(50));
        cancelled.store(true, Ordering::SeqCst);
        rate_limiters.wake_all();
        assert_eq!(waiting.join().unwrap(), Err(NotAcquired::Aborted));
    });
}

#[test]
fn a_rejection_delays_waiting_calls() {
    let rate_limiter = rate_limiters(1, 100).of(&SEND_INVITE, "1");
    rate_limiter.acquire(soon(), || false, || ()).unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| rate_limiter.acquire(soon(), || false, || ()));
        thread::sleep(Duration::from_millis(20));
        rate_limiter.rejected(MonotonicTime::ZERO, &Throttle::default(), Some(Duration::from_secs(60)), 0.0);
        assert!(matches!(waiting.join().unwrap(), Err(NotAcquired::DeadlineExceeded { .. })));
    });
}

/// Holds everything for a minute, as long as it is closed.
#[derive(Debug, Default)]
struct OtherProcess {
    is_open: AtomicBool,
}

impl SharedLimits for OtherProcess {
    fn acquire(&self, _: &LimitedCalls) -> SharedPermit {
        match self.is_open.load(Ordering::SeqCst) {
            true => SharedPermit::Granted,
            false => SharedPermit::After { wait: Duration::from_secs(60), limit: None },
        }
    }

    fn generation(&self) -> u64 {
        u64::from(self.is_open.load(Ordering::SeqCst))
    }

    fn rejected(&self, _: &LimitedCalls, _: Option<Limit>, _: Option<Duration>) {}
}

#[test]
fn waits_of_a_shared_limit_end_when_they_hold_no_longer() {
    let other = Arc::new(OtherProcess::default());
    let rate_limiters = RateLimiters::new(ImposedLimits::default(), Some(other.clone()));
    let rate_limiter = rate_limiters.of(&SEND_INVITE, "1");
    let Err(NotAcquired::DeadlineExceeded { wait, .. }) = rate_limiter.acquire(soon(), || false, || ()) else {
        panic!("let through")
    };
    assert!((59..=60).contains(&wait.as_secs()), "{wait:?}");
    let patient = Instant::now() + Duration::from_secs(100);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| rate_limiter.acquire(patient, || false, || ()).is_ok());
        thread::sleep(Duration::from_millis(50));
        other.is_open.store(true, Ordering::SeqCst);
        assert!(waiting.join().unwrap());
    });
    assert_eq!(rate_limiter.expected_wait(0).0, Duration::ZERO);
}

#[test]
fn gates_that_do_not_matter_any_more_are_forgotten() {
    let rate_limiters = rate_limiters(1, 1);
    for user in 0..2 * MANY_LIMITERS {
        rate_limiters.of(&SEND_INVITE, &user.to_string()).acquire(soon(), || false, || ()).unwrap();
        thread::sleep(Duration::from_micros(10));
    }
    assert!(rate_limiters.rate_limiters.lock().len() <= MANY_LIMITERS + 1);
}

/// Grants as many requests as it holds, and records its calls.
#[derive(Debug, Default)]
struct TestLimits {
    permits: Mutex<u32>,
    log: Mutex<Vec<String>>,
}

const LONG: Limit = Limit { max: 9, period: Duration::from_secs(40) };

impl SharedLimits for TestLimits {
    fn acquire(&self, calls: &LimitedCalls) -> SharedPermit {
        self.log.lock().push(format!("{} of {}", calls.name, calls.user_hash));
        let mut permits = self.permits.lock();
        match permits.checked_sub(1) {
            Some(left) => {
                *permits = left;
                SharedPermit::Granted
            }
            None => SharedPermit::After { wait: Duration::from_secs(30), limit: Some(LONG) },
        }
    }

    fn rejected(&self, calls: &LimitedCalls, limit: Option<Limit>, wait: Option<Duration>) {
        self.log.lock().push(format!("{}: {limit:?}, {wait:?}", calls.name));
    }
}

fn sharing(imposed: ImposedLimits, permits: u32) -> (RateLimiters, Arc<TestLimits>) {
    let shared = Arc::new(TestLimits { permits: Mutex::new(permits), ..TestLimits::default() });
    (RateLimiters::new(imposed, Some(shared.clone())), shared)
}

#[test]
fn a_request_needs_the_permit_of_both() {
    let own = Limit { max: 2, period: Duration::from_secs(60) };
    let (rate_limiters, shared) = sharing(ImposedLimits { invites: vec![own], ..ImposedLimits::default() }, 5);
    let rate_limiter = rate_limiters.of(&SEND_INVITE, "1");
    assert!(rate_limiter.acquire(soon(), || false, || ()).is_ok());
    assert!(rate_limiter.acquire(soon(), || false, || ()).is_ok());
    // Its own limit is used up: the others are not asked.
    assert!(rate_limiter.acquire(soon(), || false, || ()).is_err());
    assert_eq!(*shared.log.lock(), ["invites of 1", "invites of 1"]);
}

#[test]
fn what_others_use_up_is_waited_for_without_asking_again() {
    let (rate_limiters, shared) = sharing(ImposedLimits::default(), 1);
    let rate_limiter = rate_limiters.of(&SEND_SERVER_INVITE, "-");
    assert_eq!(rate_limiter.expected_wait(5), (Duration::ZERO, None));
    rate_limiter.acquire(soon(), || false, || ()).unwrap();
    for _ in 0..3 {
        let refused = rate_limiter.acquire(soon(), || false, || ()).unwrap_err();
        let NotAcquired::DeadlineExceeded { wait, limit } = refused else { panic!("{refused:?}") };
        assert!((29..=30).contains(&wait.as_secs()), "{wait:?}");
        assert_eq!(limit, Some(LONG));
    }
    assert_eq!(shared.log.lock().len(), 2);
    let (wait, limit) = rate_limiter.expected_wait(0);
    assert!((29..=30).contains(&wait.as_secs()));
    assert_eq!(limit, Some(LONG));
    // Nothing was sent in vain: the wait alone matters.
    assert!(!rate_limiter.is_forgettable(rate_limiter.now()));
}

#[test]
fn those_that_wait_are_counted_in_what_is_expected() {
    let rate_limiter = rate_limiters(2, 60_000).of(&SEND_INVITE, "1");
    assert_eq!(rate_limiter.expected_wait(1).0, Duration::ZERO);
    let wait = rate_limiter.expected_wait(2).0;
    assert!((60..=61).contains(&wait.as_secs()), "{wait:?}");
}

#[test]
fn what_the_service_says_is_passed_on_to_the_others() {
    let (rate_limiters, shared) = sharing(ImposedLimits::default(), 0);
    let rate_limiter = rate_limiters.of(&SEND_INVITE, "1");
    let named = Throttle { max_requests: 7, period_s: 15, ..Throttle::default() };
    rate_limiter.rejected(MonotonicTime::ZERO, &named, Some(Duration::from_secs(3)), 0.5);
    rate_limiter.rejected(MonotonicTime::ZERO, &Throttle::default(), None, 0.5);
    rate_limiter.close_for(Duration::from_secs(4), 0.5);
    let log = shared.log.lock();
    assert_eq!(
        *log,
        ["invites: Some(Limit { max: 7, period: 15s }), Some(3s)".to_owned(), "invites: None, Some(4s)".to_owned()]
    );
}

//! The rate limiters: calls of one kind wait for a permit, first come, first served, at the rate of that kind.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::api::{ConfiguredLimit, Endpoint};
use crate::outcome::Throttle;
use crate::policy::{Limit, MonotonicTime, SlidingWindow};
use crate::sync::{Condvar, Mutex};

/// Kinds that are remembered; beyond, those that do not matter any more are forgotten.
const MANY_LIMITERS: usize = 256;

/// How often a thread that waits checks whether the shared limits still make it wait.
const SHARED_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The limits that a configuration imposes: for each kind of calls, none or several.
#[derive(Clone, Debug, Default)]
pub struct ImposedLimits {
    pub invites: Vec<Limit>,
    pub recent_players: Vec<Limit>,
    pub activity_writes: Vec<Limit>,
    pub activity_reads: Vec<Limit>,
}

/// Limits that several processes keep together. Each of them keeps its own besides: what is asked here has its
/// turn there.
pub trait SharedLimits: fmt::Debug + Send + Sync {
    /// Whether a request may go out now, which then counts as sent. Called without a lock, by one thread at a
    /// time for the same calls.
    fn acquire(&self, calls: &LimitedCalls) -> SharedPermit;

    /// Another number when the waits that it answered before hold no longer. Asked often, with a lock.
    fn generation(&self) -> u64 {
        0
    }

    /// The service rejected a request: it named a limit, or asked not to be called for so long, or both.
    fn rejected(&self, calls: &LimitedCalls, limit: Option<Limit>, wait: Option<Duration>);
}

/// Calls that count together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitedCalls {
    /// Of the documented limit, or else of the endpoint.
    pub name: &'static str,
    /// Whose calls: the user hash of the authorization, `-` for a service's.
    pub user_hash: String,
}

/// What the others leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedPermit {
    Granted,
    /// Not before so long, because of this limit.
    After {
        wait: Duration,
        limit: Option<Limit>,
    },
}

/// All rate limiters of a client.
#[derive(Debug)]
pub struct RateLimiters {
    rate_limiters: Mutex<BTreeMap<Kind, Arc<RateLimiter>>>,
    imposed: ImposedLimits,
    shared: Option<Arc<dyn SharedLimits>>,
    /// The zero of the clock that the rate limiters use.
    beginning: Instant,
}

/// The service counts by user, for its own callers by service, and by kind of call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    calls: Calls,
    user_hash: String,
}

/// Calls that count together: to all endpoints with the same documented limit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Calls {
    Limited(ConfiguredLimit),
    To(&'static Endpoint),
}

impl Calls {
    fn to(endpoint: &'static Endpoint) -> Self {
        endpoint.configured_limit.map_or(Self::To(endpoint), Self::Limited)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Limited(limit) => limit.label(),
            Self::To(endpoint) => endpoint.name,
        }
    }
}

impl RateLimiters {
    pub fn new(imposed: ImposedLimits, shared: Option<Arc<dyn SharedLimits>>) -> Self {
        RateLimiters { rate_limiters: Mutex::default(), imposed, shared, beginning: Instant::now() }
    }

    /// The rate limiter of calls to `endpoint` with an authorization of this user.
    pub fn of(&self, endpoint: &'static Endpoint, user_hash: &str) -> Arc<RateLimiter> {
        let mut rate_limiters = self.rate_limiters.lock();
        if rate_limiters.len() >= MANY_LIMITERS {
            let now = self.beginning.elapsed();
            rate_limiters.retain(|_, rate_limiter| !rate_limiter.is_forgettable(now));
        }
        let kind = Kind { calls: Calls::to(endpoint), user_hash: user_hash.to_owned() };
        if let Some(rate_limiter) = rate_limiters.get(&kind) {
            return rate_limiter.clone();
        }
        let calls = LimitedCalls { name: kind.calls.name(), user_hash: user_hash.to_owned() };
        let shared = self.shared.clone().map(|limits| Shared { limits, calls });
        let rate_limiter = Arc::new(RateLimiter::new(self.imposed.on(endpoint), shared, self.beginning));
        rate_limiters.insert(kind, rate_limiter.clone());
        rate_limiter
    }

    /// Wakes all threads that wait, so that they check again whether to wait.
    pub fn wake_all(&self) {
        for rate_limiter in self.rate_limiters.lock().values() {
            // With the lock: a thread that is about to wait has checked before, or will be woken.
            let _queue = rate_limiter.queue.lock();
            rate_limiter.changed.notify_all();
        }
    }
}

impl ImposedLimits {
    fn on(&self, endpoint: &Endpoint) -> &[Limit] {
        endpoint.configured_limit.map_or(&[], |limit| self.of(limit))
    }

    pub fn of(&self, limit: ConfiguredLimit) -> &[Limit] {
        match limit {
            ConfiguredLimit::Invites => &self.invites,
            ConfiguredLimit::RecentPlayers => &self.recent_players,
            ConfiguredLimit::ActivityWrites => &self.activity_writes,
            ConfiguredLimit::ActivityReads => &self.activity_reads,
        }
    }
}

#[derive(Debug)]
pub struct RateLimiter {
    queue: Mutex<Queue>,
    changed: Condvar,
    shared: Option<Shared>,
    beginning: Instant,
}

/// What other processes keep of the same limit.
#[derive(Debug)]
struct Shared {
    limits: Arc<dyn SharedLimits>,
    calls: LimitedCalls,
}

#[derive(Debug)]
struct Queue {
    window: SlidingWindow,
    /// The tickets of those who wait, in the order in which they came.
    waiting: VecDeque<u64>,
    next_ticket: u64,
    /// The generation of the shared limits that the window is held by.
    generation: u64,
}

/// Why there is no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAcquired {
    /// Its turn comes after its deadline: not before so long.
    DeadlineExceeded { wait: Duration, limit: Option<Limit> },
    /// The call is stopped.
    Aborted,
}

impl RateLimiter {
    fn new(imposed: &[Limit], shared: Option<Shared>, beginning: Instant) -> Self {
        let window = SlidingWindow::imposing(imposed.iter().copied());
        let queue = Queue { window, waiting: VecDeque::new(), next_ticket: 0, generation: 0 };
        RateLimiter { queue: Mutex::new(queue), changed: Condvar::new(), shared, beginning }
    }

    /// Waits until a request may be sent, which then counts as sent at the time that is returned. Returns at
    /// once if that would be after `deadline`. `on_wait`: called before it waits.
    pub fn acquire(
        &self,
        deadline: Instant,
        is_aborted: impl Fn() -> bool,
        on_wait: impl Fn(),
    ) -> Result<MonotonicTime, NotAcquired> {
        let deadline = deadline.saturating_duration_since(self.beginning);
        let mut queue = self.queue.lock();
        let ticket = queue.next_ticket;
        queue.next_ticket += 1;
        queue.waiting.push_back(ticket);
        loop {
            let now = self.now();
            self.end_outdated_hold(&mut queue);
            let ahead = queue.waiting.iter().take_while(|waiting| **waiting != ticket).count();
            let available = queue.window.next_available(ahead, now);
            let result = if is_aborted() {
                Err(NotAcquired::Aborted)
            } else if available > deadline {
                Err(NotAcquired::DeadlineExceeded { wait: available - now, limit: queue.window.tightest() })
            } else if ahead == 0 && available <= now {
                // Without the lock: it may take a while. Those behind keep waiting for the first.
                drop(queue);
                let permit = self.shared.as_ref().map(|shared| shared.limits.acquire(&shared.calls));
                queue = self.queue.lock();
                if let Some(SharedPermit::After { wait, limit }) = permit {
                    let now = self.now();
                    queue.window.hold_until(now + wait, limit);
                    continue;
                }
                let now = self.now();
                queue.window.record(now);
                Ok(now)
            } else {
                on_wait();
                // Those behind the first are woken when it has gone.
                let wait = if ahead == 0 { available - now } else { deadline.saturating_sub(now) };
                let longest = if self.shared.is_some() { SHARED_CHECK_INTERVAL } else { Duration::MAX };
                let wait = wait.clamp(Duration::from_millis(1), longest);
                queue = self.changed.wait_timeout(queue, wait);
                continue;
            };
            queue.waiting.retain(|waiting| *waiting != ticket);
            if !queue.waiting.is_empty() {
                self.changed.notify_all();
            }
            return result;
        }
    }

    pub fn accepted(&self) {
        let now = self.now();
        self.queue.lock().window.accepted(now);
    }

    /// The service rejected a request that was let out at `sent`.
    pub fn rejected(&self, sent: MonotonicTime, throttle: &Throttle, retry_after: Option<Duration>, random: f64) {
        self.change(|window, now| window.rejected(now, sent, throttle, retry_after, random));
        self.share(Limit::named_by(throttle), retry_after);
    }

    /// The service asked not to be called for so long, for another reason.
    pub fn close_for(&self, wait: Duration, random: f64) {
        self.change(|window, now| window.close_for(now, wait, random));
        self.share(None, Some(wait));
    }

    /// How long a request would wait that comes behind `more` others beside those that wait now, and because of
    /// which limit.
    pub fn expected_wait(&self, more: usize) -> (Duration, Option<Limit>) {
        let now = self.now();
        let mut queue = self.queue.lock();
        self.end_outdated_hold(&mut queue);
        let available = queue.window.next_available(queue.waiting.len() + more, now);
        (available.saturating_sub(now), queue.window.tightest())
    }

    fn end_outdated_hold(&self, queue: &mut Queue) {
        if let Some(shared) = &self.shared {
            let generation = shared.limits.generation();
            if queue.generation != generation {
                queue.generation = generation;
                queue.window.hold_until(MonotonicTime::ZERO, None);
            }
        }
    }

    fn share(&self, limit: Option<Limit>, wait: Option<Duration>) {
        if let Some(shared) = &self.shared
            && (limit.is_some() || wait.is_some())
        {
            shared.limits.rejected(&shared.calls, limit, wait);
        }
    }

    fn change(&self, change: impl FnOnce(&mut SlidingWindow, MonotonicTime)) {
        let now = self.now();
        let mut queue = self.queue.lock();
        change(&mut queue.window, now);
        if !queue.waiting.is_empty() {
            self.changed.notify_all();
        }
    }

    fn is_forgettable(&self, now: MonotonicTime) -> bool {
        let queue = self.queue.lock();
        queue.waiting.is_empty() && queue.window.idle_from() < now
    }

    fn now(&self) -> MonotonicTime {
        self.beginning.elapsed()
    }
}

#[cfg(test)]
mod tests {
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

    /// Grants as many requests as it holds, and remembers what it was asked and told.
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
}

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
#[path = "rate_limiter_tests.rs"]
mod tests;

//! The client: what a handle of the C interface names.
//!
//! - `engine`: one call, from its start to its end
//! - `queue`: operations that are submitted, and the threads that do them
//! - `matches`: matches of players, whose reports are operations
//! - `statistics`: all of it in numbers
//!
//! An operation is in one place at a time: queued, running, or completed and not yet polled. It holds
//! its share of the capacity until it has been polled.

mod engine;
mod matches;
#[cfg(all(test, shuttle))]
mod model;
mod queue;
mod statistics;
#[cfg(all(test, not(shuttle)))]
mod stress;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::api::{ActivityRecord, ByLane, Call, Lane};
use crate::auth::{Authorization, Reason};
use crate::log::Level;
use crate::outcome::{Outcome, Result, Status};
use crate::stats::{Counts, Ends};
use crate::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard};
pub use engine::{Config, Deadline, Ended, Engine, ImposedLimits, SignInConfig, SignInStats, Stop, WaitPolicy};
pub use matches::{Match, MatchError};
pub use queue::{Event, Held, LaneGauges, Operation, Stage, Work};
use queue::{State, worker};
pub use statistics::Stats;

/// How operations are kept and done.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub capacity: usize,
    pub capacity_bytes: usize,
    pub lanes: ByLane<LaneSettings>,
    /// How long before the authorization expires an event reports it; `None`: not at all.
    pub authorization_lead: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
pub struct LaneSettings {
    pub time_to_live: Duration,
    /// How long operations are held to be gathered; `None`: not at all.
    pub hold: Option<Duration>,
    /// How many threads do them, at most.
    pub workers: usize,
}

/// How the calls and operations of a client ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CloseReport {
    pub calls: Ends,
    pub operations: Ends,
    pub events_not_polled: u64,
}

/// An open client.
#[derive(Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    engine: Engine,
    settings: Settings,
    state: Mutex<State>,
    /// For workers: there is work, or none will come.
    work: ByLane<Condvar>,
    /// For readers and those who flush or close: something ended, or a timer has to run.
    events_ready: Condvar,
    /// Whether a poll would find anything but entries of the log, known without the lock.
    has_events: AtomicBool,
    /// How often the host has polled.
    polls: AtomicU64,
    /// When the next queued operation expires, in nanoseconds since `beginning`; `NO_EXPIRY`: none is
    /// queued. Told without the lock, so that a poll looks at the clock only where something can expire.
    next_expiry: AtomicU64,
    beginning: Instant,
    /// What each lane waits for, as the number of a status.
    wait_reasons: ByLane<AtomicI32>,
}

const NO_EXPIRY: u64 = u64::MAX;

/// One in so many polls that would find nothing runs the timers all the same.
const CLOCK_CHECK_INTERVAL: u64 = 64;

/// How often a reader that waits looks for log entries, which do not wake it.
const LOG_INTERVAL: Duration = Duration::from_millis(250);

impl Client {
    pub fn new(engine: Engine, settings: Settings) -> Self {
        let shared = Shared {
            state: Mutex::new(State::new(engine.counters().clone(), engine.log().clone())),
            engine,
            settings,
            work: Default::default(),
            events_ready: Condvar::new(),
            has_events: AtomicBool::new(false),
            polls: AtomicU64::new(0),
            next_expiry: AtomicU64::new(NO_EXPIRY),
            beginning: Instant::now(),
            wait_reasons: Default::default(),
        };
        Client { shared: Arc::new(shared) }
    }

    /// What makes its calls.
    pub fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    pub fn set_authorization(&self, newer: Authorization) -> Result<Outcome> {
        // With the lock: a worker that has it refused in the meantime says so after this, not before.
        let mut state = self.shared.state.lock();
        state.refuse_when_closing()?;
        let taken = self.shared.engine.set_authorization(newer)?;
        state.prompt.is_satisfied(self.shared.authorization_expires(), Instant::now());
        Ok(taken)
    }

    /// The service refused this token when another process sent it.
    pub fn invalidate_authorization(&self, refused: &Authorization) -> Result<Outcome> {
        self.shared.state.lock().refuse_when_closing()?;
        self.shared.engine.invalidate_authorization(refused)
    }

    /// Takes an operation; `stored` gets its number before its end can be seen.
    pub fn submit(
        &self,
        work: Arc<Work>,
        own: Option<Authorization>,
        user_data: u64,
        time_to_live: Option<Duration>,
        stored: impl FnOnce(u64),
    ) -> Result<()> {
        let now = Instant::now();
        let lane = work.lane();
        let settings = &self.shared.settings.lanes[lane as usize];
        let time_to_live = time_to_live.unwrap_or(settings.time_to_live);
        if own.is_none() {
            // Where it cannot, the worker does it.
            drop(self.shared.engine.sign_in_in_background());
        }
        let operation = Operation::new(work, own, user_data, now, now + time_to_live);
        let expires = operation.expires;
        let mut state = self.shared.state.lock();
        let number = state.enqueue(operation, &self.shared.settings)?;
        if let Err(outcome) = self.shared.start_worker(&mut state, lane) {
            state.undo_enqueue(lane, number);
            return Err(outcome);
        }
        stored(number);
        self.shared.wake_after_enqueue(state, lane, expires);
        Ok(())
    }

    /// The next event, if there is one. Never waits.
    pub fn poll(&self) -> Option<Event> {
        let shared = &self.shared;
        // One reader polls; where there are more, it does no harm to miss one.
        let polls = shared.polls.load(Ordering::Relaxed) + 1;
        shared.polls.store(polls, Ordering::Relaxed);
        let has_something =
            shared.has_events.load(Ordering::Acquire) || shared.engine.log().has_entries() || shared.has_expired();
        if !has_something && !polls.is_multiple_of(CLOCK_CHECK_INTERVAL) {
            return None;
        }
        let mut state = shared.state.lock();
        shared.run_timers(&mut state);
        shared.next_event(&mut state)
    }

    /// The next event, or `None` at the time limit, after `wake`, and once the queue is closed.
    pub fn wait(&self, limit: Duration) -> Option<Event> {
        let deadline = Instant::now() + limit;
        let mut state = self.shared.state.lock();
        let wakes = state.wakes;
        loop {
            self.shared.polls.fetch_add(1, Ordering::Relaxed);
            self.shared.run_timers(&mut state);
            if let Some(event) = self.shared.next_event(&mut state) {
                return Some(event);
            }
            let now = Instant::now();
            if now >= deadline || state.wakes != wakes || state.stage == Stage::Closed {
                return None;
            }
            let drained = state.drain_deadline().filter(|_| !state.is_aborted).unwrap_or(deadline);
            let until = deadline.min(drained).min(self.shared.next_timer(now).unwrap_or(deadline));
            state = self.shared.wait_for_events(state, until);
        }
    }

    /// What the operation has found whose completion was polled last.
    pub fn found(&self, operation: u64) -> Result<Arc<Vec<ActivityRecord>>> {
        self.shared.state.lock().found(operation)
    }

    /// Ends the waits for events that go on now.
    pub fn wake(&self) {
        self.shared.state.lock().wakes += 1;
        self.shared.events_ready.notify_all();
    }

    /// Ends an operation that was not sent yet; one that is on the wire ends as it ends.
    pub fn cancel(&self, number: u64) -> Result<()> {
        let mut state = self.shared.state.lock();
        state.cancel(number)?;
        self.shared.notify(&mut state);
        drop(state);
        // It may be waiting for a permit, or for an authorization.
        self.shared.engine.wake_all();
        Ok(())
    }

    /// Refuses further operations and has those that are there done until the deadline.
    pub fn drain(&self, limit: Duration) -> Result<()> {
        let mut state = self.close_matches();
        if state.stage != Stage::Open {
            return Err(Box::new(Outcome::new(Status::Closed, "The client is being drained or closed already.")));
        }
        state.stage = Stage::Draining { deadline: Instant::now() + limit };
        self.shared.engine.log().write(Level::Info, || format!("Draining, for {} ms at most.", limit.as_millis()));
        self.shared.has_events.store(true, Ordering::Release);
        self.shared.work.iter().for_each(Condvar::notify_all);
        self.shared.events_ready.notify_all();
        Ok(())
    }

    /// Waits until all that was submitted before has ended, without holding any of it back.
    pub fn flush(&self, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        let mut state = self.shared.state.lock();
        let mark = state.last_number();
        state.flushed = state.flushed.max(mark);
        self.shared.work.iter().for_each(Condvar::notify_all);
        loop {
            self.shared.expire_queued(&mut state);
            if !state.is_any_under_way(mark) {
                return Ok(());
            }
            let now = Instant::now();
            if now >= deadline {
                let mut outcome =
                    Outcome::new(Status::TimedOut, "The time was up before all operations had ended; they go on.");
                outcome.retryable = true;
                return Err(Box::new(outcome));
            }
            state = self.shared.wait_for_events(state, deadline);
        }
    }

    /// Makes a blocking call. `own`: the inviting user's authorization, instead of the client's.
    pub fn run(&self, call: &dyn Call, own: Option<&Authorization>) -> Outcome {
        let lane = call.endpoint().lane;
        if let Err(closed) = self.shared.state.lock().begin_call(lane) {
            return *closed;
        }
        let running = RunningCall { shared: &self.shared, lane, has_ended: false };
        let outcome = self.shared.engine.run(call, own);
        running.end(&outcome);
        outcome
    }

    /// Drains, unless that has been done, waits up to the limit, and ends what is left.
    pub fn close(&self, limit: Duration) -> CloseReport {
        let deadline = Instant::now() + limit;
        let shared = &self.shared;
        let mut state = self.close_matches();
        if state.stage == Stage::Open {
            state.stage = Stage::Draining { deadline };
        }
        state.refuses_calls = true;
        shared.work.iter().for_each(Condvar::notify_all);
        loop {
            shared.expire_queued(&mut state);
            let drained = state.drain_deadline().map_or(deadline, |drained| drained.min(deadline));
            let until = if state.is_any_under_way(u64::MAX) && Instant::now() < drained {
                drained
            } else if state.has_calls() {
                deadline
            } else {
                break;
            };
            if Instant::now() >= until {
                break;
            }
            state = shared.wait_for_events(state, until);
        }
        state.abandon_queued();
        state.stage = Stage::Closed;
        let report = shared.report(&state);
        drop(state);
        shared.has_events.store(true, Ordering::Release);
        shared.work.iter().for_each(Condvar::notify_all);
        shared.events_ready.notify_all();
        shared.engine.abort();
        report
    }
}

/// A blocking call that has not returned. One that is dropped without an outcome ended by a defect.
struct RunningCall<'a> {
    shared: &'a Shared,
    lane: Lane,
    has_ended: bool,
}

impl RunningCall<'_> {
    fn end(mut self, outcome: &Outcome) {
        self.has_ended = true;
        let mut state = self.shared.state.lock();
        state.end_call(self.lane, outcome);
        // Only `close` waits for this; otherwise the system call would be most of the cost.
        if state.refuses_calls {
            self.shared.events_ready.notify_all();
        }
    }
}

impl Drop for RunningCall<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            let defect = Outcome::internal("The library has a defect; whether the call did anything is unknown.");
            RunningCall { ..*self }.end(&defect);
        }
    }
}

impl Shared {
    /// Starts a worker for an operation that was queued, where one more may run and none is idle. Fails only if
    /// there is none at all, so that the operation cannot be done.
    fn start_worker(self: &Arc<Self>, state: &mut State, lane: Lane) -> Result<()> {
        if state.needs_a_worker(lane, self.settings.lanes[lane as usize].workers) {
            match worker::start(self, lane) {
                Ok(()) => state.worker_started(lane),
                Err(outcome) if state.has_no_worker(lane) => return Err(outcome),
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Wakes those who have to look at an operation that was just queued.
    fn wake_after_enqueue(&self, mut state: MutexGuard<'_, State>, lane: Lane, expires: Instant) {
        let wakes_a_worker = state.claim_idle_worker(lane);
        self.note_next_expiry(&state);
        // A thread that sleeps for longer than this operation may take is to look again.
        let expires_in_a_wait = state.waiting > 0 && expires < state.latest_wake;
        // A worker that is woken with the lock taken would have to be woken once more.
        drop(state);
        if wakes_a_worker {
            self.work[lane as usize].notify_one();
        }
        if expires_in_a_wait {
            self.events_ready.notify_all();
        }
    }

    fn report(&self, state: &State) -> CloseReport {
        let Counts { calls, operations, .. } = self.engine.counters().read();
        CloseReport { calls, operations, events_not_polled: state.completions() as u64 }
    }

    /// Waits until something ends or expires, or until `until`.
    fn wait_for_events<'a>(&self, mut state: MutexGuard<'a, State>, until: Instant) -> MutexGuard<'a, State> {
        let until = state.next_expiry().map_or(until, |expiry| expiry.min(until));
        state.latest_wake = if state.waiting > 0 { state.latest_wake.max(until) } else { until };
        state.waiting += 1;
        let limit = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        state = self.events_ready.wait_timeout(state, limit);
        state.waiting -= 1;
        state
    }

    /// Ends the queued operations whose time to live has passed. It runs when events are polled or waited for,
    /// and when a worker takes work, so that they end in time even if every worker is busy.
    fn expire_queued(&self, state: &mut State) {
        let now = Instant::now();
        if state.next_expiry().is_some_and(|next| next <= now) {
            let status = |number| Status::from_number(number).unwrap_or(Status::Ok);
            let wait_reasons =
                self.wait_reasons.each_ref().map(|wait_reason| status(wait_reason.load(Ordering::Relaxed)));
            if state.expire_queued(now, wait_reasons) {
                self.notify(state);
            }
        }
        // Also where what would have expired was cancelled.
        self.note_next_expiry(state);
    }

    fn note_next_expiry(&self, state: &State) {
        let since_beginning = |at: Instant| at.saturating_duration_since(self.beginning).as_nanos();
        let next = state.next_expiry().map_or(NO_EXPIRY, |at| u64::try_from(since_beginning(at)).unwrap_or(NO_EXPIRY));
        self.next_expiry.store(next, Ordering::Release);
    }

    fn has_expired(&self) -> bool {
        let next = self.next_expiry.load(Ordering::Acquire);
        next != NO_EXPIRY && self.beginning.elapsed() >= Duration::from_nanos(next)
    }

    /// Something ended: those who wait for events should look.
    fn notify(&self, state: &mut State) {
        self.has_events.store(true, Ordering::Release);
        // Without a waiting thread, the system call would be most of the cost.
        if state.waiting > 0 {
            self.events_ready.notify_all();
        }
    }

    fn next_event(&self, state: &mut State) -> Option<Event> {
        let log = || self.engine.log().poll().map(Event::Log);
        let event = match state.next_event() {
            None if state.is_drained_reported() => None,
            event => event.or_else(log).or_else(|| state.drained()),
        };
        if event.as_ref().is_some_and(|event| !matches!(event, Event::Completed { .. })) {
            state.forget_found();
        }
        let draining = matches!(state.stage, Stage::Draining { .. });
        self.has_events.store(draining || state.has_events(), Ordering::Release);
        event
    }

    /// Does what is due at a certain time. It runs when events are polled or waited for; there is no thread
    /// for it.
    fn run_timers(&self, state: &mut State) {
        self.note_polls(state);
        self.enforce_drain_deadline(state);
        self.expire_queued(state);
        if let Some(reason) = self.authorization_expires() {
            state.prompt.expires(reason, Instant::now());
        }
    }

    /// When a reader that waits has to run the timers, if no event wakes it before.
    fn next_timer(&self, now: Instant) -> Option<Instant> {
        let log = self.engine.log().is_on().then_some(LOG_INTERVAL);
        let expiry = self.expiry_to_tell().map(|(left, lead)| left.saturating_sub(lead).max(Duration::from_secs(1)));
        // Far beyond any wait, and what can be added to a time.
        [log, expiry].into_iter().flatten().min().and_then(|wait| now.checked_add(wait))
    }

    /// Whether an event is due: the authorization expires soon, or has expired.
    fn authorization_expires(&self) -> Option<Reason> {
        self.expiry_to_tell().filter(|(left, lead)| left <= lead)?;
        let has_expired = self.engine.authorization_needed() == Some(Reason::Expired);
        Some(if has_expired { Reason::Expired } else { Reason::ExpiresSoon })
    }

    /// How long the authorization is still good for, and how long before its end an event reports it; `None`:
    /// never.
    fn expiry_to_tell(&self) -> Option<(Duration, Duration)> {
        let lead = self.settings.authorization_lead?;
        Some((self.engine.authorization_remaining()?, lead))
    }

    /// Notes when events were last polled. A poll that finds nothing does not read the clock.
    fn note_polls(&self, state: &mut State) {
        let polls = self.polls.load(Ordering::Relaxed);
        if polls != std::mem::replace(&mut state.polls, polls) {
            state.polled = Some(Instant::now());
        }
    }

    /// At the drain deadline, ends what was not sent and aborts the requests that are under way. No thread
    /// waits for it: it happens when events are polled, or at closing.
    fn enforce_drain_deadline(&self, state: &mut State) {
        if state.drain_deadline().is_some_and(|deadline| Instant::now() >= deadline) {
            if state.abandon_queued() {
                self.notify(state);
            }
            if !std::mem::replace(&mut state.is_aborted, true) {
                self.engine.abort();
            }
        }
    }
}

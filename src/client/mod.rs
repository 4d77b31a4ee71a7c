//! The client: what a handle of the C interface names.
//!
//! - `engine`: one call, from its start to its end
//! - `queue`: operations that are submitted, and the threads that do them
//! - `matches`: matches of players, whose reports are operations
//! - `shared`: what a client and its workers share
//! - `statistics`: all of it in numbers
//!
//! An operation is in one place at a time: queued, running, or completed and not yet polled. It holds
//! its share of the capacity until it has been polled.

mod engine;
mod matches;
#[cfg(all(test, shuttle))]
mod model;
mod queue;
mod shared;
mod statistics;
#[cfg(all(test, not(shuttle)))]
mod stress;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::api::{ActivityRecord, ByLane, Call, Endpoint, Lane};
use crate::auth::Authorization;
use crate::log::Level;
use crate::outcome::{Outcome, Result, Status};
use crate::policy::Limit;
use crate::stats::Ends;
use crate::sync::Condvar;
use crate::sync::atomic::Ordering;
pub use engine::{
    Config, Deadline, Ended, Engine, ImposedLimits, LimitedCalls, SharedLimits, SharedPermit, SignInConfig,
    SignInStats, Stop, WaitPolicy,
};
pub use matches::{Match, MatchError};
pub use queue::{Event, Held, LaneGauges, Operation, Stage, Work};
use shared::Shared;
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

/// One in so many polls that would find nothing runs the timers all the same.
const CLOCK_CHECK_INTERVAL: u64 = 64;

impl Client {
    pub fn new(engine: Engine, settings: Settings) -> Self {
        Client { shared: Arc::new(Shared::new(engine, settings)) }
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

    /// How long a call to `endpoint` would wait for its permit, were it submitted now, and because of which limit.
    /// `own`: the user's authorization, instead of the client's. An estimate: those before it may end unsent.
    pub fn expected_wait(&self, endpoint: &'static Endpoint, own: Option<&Authorization>) -> (Duration, Option<Limit>) {
        let queued = self.shared.state.lock().queued(endpoint.lane).len();
        let requests = if endpoint.is_gathered { queued / endpoint.items_per_request } else { queued };
        self.shared.engine.expected_wait(endpoint, own, requests)
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

//! What a client and its workers share: the queue behind its lock, who waits for what, and the timers that run when
//! events are polled or waited for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::engine::Engine;
use super::queue::{Event, Stage, State, worker};
use super::{CloseReport, Settings};
use crate::api::{ByLane, Lane};
use crate::auth::Reason;
use crate::outcome::{Result, Status};
use crate::stats::Counts;
use crate::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) engine: Engine,
    pub(super) settings: Settings,
    pub(super) state: Mutex<State>,
    /// For workers: there is work, or none will come.
    pub(super) work: ByLane<Condvar>,
    /// For readers and those who flush or close: something ended, or a timer has to run.
    pub(super) events_ready: Condvar,
    /// Whether a poll would find anything but entries of the log, known without the lock.
    pub(super) has_events: AtomicBool,
    /// How often the host has polled.
    pub(super) polls: AtomicU64,
    /// When the next queued operation expires, in nanoseconds since `beginning`; `NO_EXPIRY`: none is
    /// queued. Known without the lock, so that a poll looks at the clock only where something can expire.
    next_expiry: AtomicU64,
    pub(super) beginning: Instant,
    /// What each lane waits for, as the number of a status.
    pub(super) wait_reasons: ByLane<AtomicI32>,
}

const NO_EXPIRY: u64 = u64::MAX;

/// How often a reader that waits looks for log entries, which do not wake it.
const LOG_INTERVAL: Duration = Duration::from_millis(250);

impl Shared {
    pub(super) fn new(engine: Engine, settings: Settings) -> Self {
        Shared {
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
        }
    }

    /// Starts a worker for an operation that was queued, where one more may run and none is idle. Fails only if
    /// there is none at all, so that the operation cannot be done.
    pub(super) fn start_worker(self: &Arc<Self>, state: &mut State, lane: Lane) -> Result<()> {
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
    pub(super) fn wake_after_enqueue(&self, mut state: MutexGuard<'_, State>, lane: Lane, expires: Instant) {
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

    pub(super) fn report(&self, state: &State) -> CloseReport {
        let Counts { calls, operations, .. } = self.engine.counters().read();
        CloseReport { calls, operations, events_not_polled: state.completions() as u64 }
    }

    /// Waits until something ends or expires, or until `until`.
    pub(super) fn wait_for_events<'a>(
        &self,
        mut state: MutexGuard<'a, State>,
        until: Instant,
    ) -> MutexGuard<'a, State> {
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
    pub(super) fn expire_queued(&self, state: &mut State) {
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

    pub(super) fn note_next_expiry(&self, state: &State) {
        let since_beginning = |at: Instant| at.saturating_duration_since(self.beginning).as_nanos();
        let next = state.next_expiry().map_or(NO_EXPIRY, |at| u64::try_from(since_beginning(at)).unwrap_or(NO_EXPIRY));
        self.next_expiry.store(next, Ordering::Release);
    }

    pub(super) fn has_expired(&self) -> bool {
        let next = self.next_expiry.load(Ordering::Acquire);
        next != NO_EXPIRY && self.beginning.elapsed() >= Duration::from_nanos(next)
    }

    /// Something ended: those who wait for events should look.
    pub(super) fn notify(&self, state: &mut State) {
        self.has_events.store(true, Ordering::Release);
        // Without a waiting thread, the system call would be most of the cost.
        if state.waiting > 0 {
            self.events_ready.notify_all();
        }
    }

    pub(super) fn next_event(&self, state: &mut State) -> Option<Event> {
        let log = || self.engine.log().poll().map(Event::Log);
        let event = match state.is_drained_reported() {
            true => None,
            false => state.next_event().or_else(log).or_else(|| state.drained()),
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
    pub(super) fn run_timers(&self, state: &mut State) {
        self.note_polls(state);
        self.enforce_drain_deadline(state);
        self.expire_queued(state);
        if let Some(reason) = self.authorization_expires() {
            state.prompt.expires(reason, Instant::now());
        }
    }

    /// When a reader that waits has to run the timers, if no event wakes it before.
    pub(super) fn next_timer(&self, now: Instant) -> Option<Instant> {
        let log = self.engine.log().is_on().then_some(LOG_INTERVAL);
        let expiry = self.expiry_to_tell().map(|(left, lead)| left.saturating_sub(lead).max(Duration::from_secs(1)));
        // Far beyond any wait, and what can be added to a time.
        [log, expiry].into_iter().flatten().min().and_then(|wait| now.checked_add(wait))
    }

    /// Whether an event is due: the authorization expires soon, or has expired.
    pub(super) fn authorization_expires(&self) -> Option<Reason> {
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
    pub(super) fn note_polls(&self, state: &mut State) {
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

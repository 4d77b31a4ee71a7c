//! The threads that do the operations.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::gather::{Gathered, GatheredBatch, slice};
use super::operation::Operation;
use super::state::{Stage, State};
use crate::api::{Endpoint, Lane};
use crate::client::Shared;
use crate::client::{Deadline, Ended, Stop, WaitPolicy};
use crate::log::Level;
use crate::outcome::{Outcome, Result, Status};
use crate::sync::atomic::Ordering;
use crate::sync::{MutexGuard, spawn};

/// So long before they expire, operations are no longer held.
const TIME_TO_SEND: Duration = Duration::from_millis(250);

/// Starts one more worker of a lane, which counts from now on.
pub fn start(shared: &Arc<Shared>, lane: Lane) -> Result<()> {
    let name = lane.info().thread_name;
    let worker = shared.clone();
    match spawn(name, move || run(&worker, lane)) {
        Ok(()) => {
            shared.engine.log().write(Level::Debug, || format!("The thread {name} was started."));
            Ok(())
        }
        Err(error) => Err(Outcome::internal(format!(
            "No thread could be started ({error}); nothing was submitted. Submit it again later."
        ))),
    }
}

fn run(shared: &Shared, lane: Lane) {
    while let Some(operations) = next(shared, lane) {
        let ends = run_batch(shared, lane, &operations);
        let mut state = shared.state.lock();
        let (mut again, mut ended) = (Vec::new(), Vec::with_capacity(operations.len()));
        for (mut operation, end) in operations.into_iter().zip(ends) {
            match end {
                End::Again { alone } => {
                    operation.alone = alone;
                    again.push(operation);
                }
                End::Ended(outcome) => ended.push(state.end(operation, *outcome)),
            }
        }
        // From the back, so that they stand in the queue as they did.
        for operation in again.into_iter().rev() {
            state.requeue(operation);
        }
        if state.stage == Stage::Closed {
            state.abandon_queued();
        }
        shared.note_next_expiry(&state);
        shared.notify(&mut state);
        // Freeing takes longer than all of that: without the lock.
        drop(state);
        drop(ended);
    }
}

/// What is to be done next, together; `None` once nothing will come any more.
fn next(shared: &Shared, lane: Lane) -> Option<Vec<Operation>> {
    let mut state = shared.state.lock();
    loop {
        shared.expire_queued(&mut state);
        if state.stage == Stage::Closed {
            return None;
        }
        let held = match next_batch(shared, &state, lane) {
            NextWork::Ready(numbers) => {
                let operations = numbers.into_iter().filter_map(|number| state.dequeue(lane, number)).collect();
                shared.note_next_expiry(&state);
                return Some(operations);
            }
            NextWork::Held(held) => held,
        };
        if state.drain_deadline().is_some() && state.queued(lane).next().is_none() {
            return None;
        }
        state = wait_for_work(shared, state, lane, &held);
    }
}

/// Waits for work, or until held operations are due or expire.
fn wait_for_work<'a>(
    shared: &Shared,
    mut state: MutexGuard<'a, State>,
    lane: Lane,
    held: &HeldBack,
) -> MutexGuard<'a, State> {
    let first_to_expire = state.queued(lane).map(|operation| operation.expires).min();
    let until = held.until.into_iter().chain(first_to_expire).min();
    state.worker_rests(lane, held.room);
    let work = &shared.work[lane as usize];
    let mut state = match until {
        None => work.wait(state),
        Some(at) => {
            let wait = at.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            work.wait_timeout(state, wait)
        }
    };
    state.worker_runs(lane);
    state
}

/// What a lane's queue has for a worker.
enum NextWork {
    /// The numbers of the operations that go out now, together.
    Ready(Vec<u64>),
    /// All operations are held, or there is none.
    Held(HeldBack),
}

/// Operations that do not go out yet.
struct HeldBack {
    /// So many items can be added before one more request is full.
    room: usize,
    /// When the first of them go out, full or not.
    until: Option<Instant>,
}

fn next_batch(shared: &Shared, state: &State, lane: Lane) -> NextWork {
    let now = Instant::now();
    let mut seen: Vec<&Endpoint> = Vec::new();
    let mut held: Option<HeldBack> = None;
    for first in state.queued(lane) {
        if !first.can_be_gathered() {
            return NextWork::Ready(vec![first.number]);
        }
        let endpoint = first.work.call().endpoint();
        if seen.contains(&endpoint) {
            continue;
        }
        seen.push(endpoint);
        // Between them may be operations for other endpoints: what goes to different ones has no order.
        let gathered = state.queued(lane).filter(|other| other.can_be_gathered() && other.is_for(endpoint));
        let batch = GatheredBatch::new(gathered, endpoint.items_per_request);
        let is_wanted = first.number <= state.flushed || state.drain_deadline().is_some();
        if batch.room == 0 || is_wanted {
            return NextWork::Ready(batch.numbers);
        }
        let Some(until) = held_until(shared, first, batch.expires, now) else { return NextWork::Ready(batch.numbers) };
        held = Some(match held {
            None => HeldBack { room: batch.room, until: Some(until) },
            Some(held) => HeldBack { room: held.room.min(batch.room), until: held.until.min(Some(until)) },
        });
    }
    NextWork::Held(held.unwrap_or(HeldBack { room: 0, until: None }))
}

/// Until when a request that is not full is held, which `first` is the first of; `None`: it goes out now.
/// `expires`: when the first of its operations does.
fn held_until(shared: &Shared, first: &Operation, expires: Option<Instant>, now: Instant) -> Option<Instant> {
    let hold = shared.settings.lanes[first.work.lane() as usize].hold.unwrap_or_default();
    // However long the hold, there is time left to send it.
    let latest = expires.and_then(|expires| expires.checked_sub(TIME_TO_SEND)).unwrap_or(now);
    let gathered = (first.submitted + hold).min(latest);
    // While it would wait for its permit, it takes what else comes. Where the permit comes too late for it, it
    // goes, and ends with the time.
    let (wait, _) = shared.engine.expected_wait(first.work.call().endpoint(), None, 0);
    let permitted = Some(now + wait).filter(|permitted| !wait.is_zero() && *permitted < first.expires);
    let until = permitted.map_or(gathered, |permitted| permitted.max(gathered));
    (until > now).then_some(until)
}

/// What becomes of an operation that a worker has had.
enum End {
    Ended(Box<Outcome>),
    /// It goes back to the queue; `alone`: to be sent without others.
    Again {
        alone: bool,
    },
}

/// Sends operations in one call, and splits what came of it among them.
fn run_batch(shared: &Shared, lane: Lane, operations: &[Operation]) -> Vec<End> {
    let begun = Instant::now();
    let deadline = deadline(shared, operations, begun);
    // A defect ends the operation, not the worker.
    let ran = panic::catch_unwind(AssertUnwindSafe(|| send(shared, lane, operations, deadline)));
    let all = ran.unwrap_or_else(|_| Ended { outcome: defect(operations), lacked_time: false });
    let is_refused = all.outcome.status == Status::Rejected && operations.len() > 1;
    if is_refused {
        shared.engine.log().write(Level::Warning, || {
            format!("{} Each of the {} operations in it is sent on its own.", all.outcome.message, operations.len())
        });
    }
    // One of them was cancelled before anything was sent.
    let is_unsent = all.outcome.status == Status::Cancelled && all.outcome.attempts == 0;
    let mut before = 0;
    let ends = operations.iter().map(|operation| {
        let groups = u32::try_from(operation.work.call().count()).unwrap_or(u32::MAX);
        let own = slice(&all.outcome, before..before + groups);
        before += groups;
        // One that it was gathered with had less time.
        let has_time = matches!(deadline, Deadline::TimeToLive(at) if operation.expires > at);
        if is_refused {
            End::Again { alone: true }
        } else if is_unsent && !operation.is_cancel_requested() || all.lacked_time && has_time && own.uncertain == 0 {
            End::Again { alone: operation.alone }
        } else {
            End::Ended(Box::new(finalize(own, operation, begun)))
        }
    });
    ends.collect()
}

fn send(shared: &Shared, lane: Lane, operations: &[Operation], deadline: Deadline) -> Ended {
    let waiter = Waiter { shared, lane, operations };
    match operations {
        [operation] => shared.engine.run_until(operation.work.call(), operation.own.as_ref(), deadline, &waiter),
        _ => {
            let calls = operations.iter().map(|operation| operation.work.call()).collect();
            shared.engine.run_until(&Gathered(calls), None, deadline, &waiter)
        }
    }
}

/// The outcome as that of an operation, which counts from when it was submitted.
fn finalize(mut outcome: Outcome, operation: &Operation, begun: Instant) -> Outcome {
    // Those that it was gathered with were still wanted.
    if operation.is_cancel_requested() && outcome.attempts == 0 && outcome.status != Status::Ok {
        let queued = outcome.queued;
        outcome = Stop::Cancelled.in_queue(Status::Ok);
        outcome.queued = queued;
    }
    outcome.queued += begun.saturating_duration_since(operation.submitted);
    outcome.elapsed = operation.submitted.elapsed();
    outcome
}

/// A panic: it is not known how far it came.
fn defect(operations: &[Operation]) -> Outcome {
    let count: usize = operations.iter().map(|operation| operation.work.call().count()).sum();
    let message = "The library has a defect; whether the operation did anything is unknown. Please report this.";
    let mut outcome = *Outcome::internal(message);
    outcome.uncertain = u32::try_from(count).unwrap_or(u32::MAX);
    let is_repeatable = operations.iter().all(|operation| operation.work.call().endpoint().is_idempotent);
    if !is_repeatable {
        outcome.cause = std::mem::replace(&mut outcome.status, Status::Uncertain);
    }
    outcome
}

/// Gathered operations were submitted within the time that they are held; the first of them to expire
/// is the measure for all.
fn deadline(shared: &Shared, operations: &[Operation], begun: Instant) -> Deadline {
    let expires = operations.iter().map(|operation| operation.expires).min().unwrap_or(begun);
    match shared.state.lock().drain_deadline() {
        Some(drained) if drained <= expires => Deadline::Drain(drained),
        _ => Deadline::TimeToLive(expires),
    }
}

/// Waits for a newer authorization, and has an event report that one is needed.
struct Waiter<'a> {
    shared: &'a Shared,
    lane: Lane,
    operations: &'a [Operation],
}

impl WaitPolicy for Waiter<'_> {
    fn waits_for_authorization(&self) -> bool {
        let mut state = self.shared.state.lock();
        // One may have been pushed since.
        if let Some(reason) = self.shared.engine.authorization_needed() {
            state.prompt.operations_wait(reason, Instant::now());
            self.shared.notify(&mut state);
        }
        true
    }

    fn cancel_requested(&self, is_sent: bool) -> bool {
        let mut operations = self.operations.iter();
        match is_sent {
            // What was sent was sent for all of them.
            true => operations.all(Operation::is_cancel_requested),
            // The others go back to the queue.
            false => operations.any(Operation::is_cancel_requested),
        }
    }

    fn waits_for(&self, wait_reason: Status) {
        self.shared.wait_reasons[self.lane as usize].store(wait_reason as i32, Ordering::Relaxed);
    }
}

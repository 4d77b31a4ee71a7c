//! The threads that do the operations.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Shared;
use super::gather::{Gathered, own_part, together};
use super::need::Why;
use super::operation::{Operation, Work};
use super::state::{Stage, State, cancelled};
use crate::calls::Lane;
use crate::client::Patience;
use crate::log::Level;
use crate::outcome::{Outcome, Result, Status};
use crate::sync::{MutexGuard, PoisonError, spawn};

/// Starts one more worker of a lane, which counts from now on.
pub fn start(shared: &Arc<Shared>, lane: Lane) -> Result<()> {
    let name = match lane {
        Lane::Invites => "mpa-invites",
        Lane::RecentPlayers => "mpa-players",
    };
    let worker = shared.clone();
    match spawn(name, move || run(&worker, lane)) {
        Ok(()) => {
            shared.client.log().write(Level::Debug, || format!("The thread {name} was started."));
            Ok(())
        }
        Err(error) => Err(Outcome::internal(format!(
            "No thread could be started ({error}); nothing was submitted. Submit it again later."
        ))),
    }
}

fn run(shared: &Shared, lane: Lane) {
    while let Some(operations) = next(shared, lane) {
        let ends = do_together(shared, &operations);
        let mut state = shared.lock();
        let drained = state.drain_deadline();
        let earliest = operations.iter().map(|operation| operation.expires).min();
        let (mut again, mut ended) = (Vec::new(), Vec::with_capacity(operations.len()));
        for (mut operation, end) in operations.into_iter().zip(ends) {
            let is_drained = drained.is_some_and(|deadline| deadline <= operation.expires);
            match end {
                End::Alone => {
                    operation.alone = true;
                    again.push(operation);
                }
                // One that it was gathered with had less time.
                End::Ended(outcome)
                    if outcome.status == Status::Expired && Some(operation.expires) > earliest && !is_drained =>
                {
                    again.push(operation);
                }
                End::Ended(outcome) => {
                    let outcome = named(*outcome, is_drained, operation.is_withdrawn());
                    ended.push(state.end(operation, outcome));
                }
            }
        }
        // From the back, so that they stand in the queue as they did.
        for operation in again.into_iter().rev() {
            state.run_again(operation);
        }
        if state.stage == Stage::Closed {
            state.abandon_queued();
        }
        shared.tell(&mut state);
        // Freeing takes longer than all of that: without the lock.
        drop(state);
        drop(ended);
    }
}

/// What ended an operation that could not be sent: its own time, that for draining, or a wish.
fn named(outcome: Outcome, drained: bool, withdrawn: bool) -> Outcome {
    match outcome.status {
        Status::Abandoned if withdrawn && outcome.uncertain == 0 => Outcome {
            cause: Status::Ok,
            retryable: false,
            acknowledged: outcome.acknowledged,
            attempts: outcome.attempts,
            queued: outcome.queued,
            elapsed: outcome.elapsed,
            ..cancelled()
        },
        Status::Expired if drained => Outcome { status: Status::Abandoned, ..outcome },
        _ => outcome,
    }
}

/// What is to be done next, together; `None` once nothing will come any more.
fn next(shared: &Shared, lane: Lane) -> Option<Vec<Operation>> {
    let mut state = shared.lock();
    loop {
        expire(shared, &mut state, lane);
        if state.stage == Stage::Closed {
            return None;
        }
        let count = match lane {
            Lane::Invites => usize::from(state.queued(lane).next().is_some()),
            Lane::RecentPlayers => ripe(shared, &state),
        };
        if count > 0 {
            return Some((0..count).filter_map(|_| state.run_first(lane)).collect());
        }
        if state.drain_deadline().is_some() && state.queued(lane).next().is_none() {
            return None;
        }
        state = rest(shared, state, lane);
    }
}

/// Waits for work, or until what is held is ripe or expires.
fn rest<'a>(shared: &Shared, mut state: MutexGuard<'a, State>, lane: Lane) -> MutexGuard<'a, State> {
    let hold = shared.settings.recent_players_hold.unwrap_or_default();
    let first = state.queued(lane).map(|operation| operation.expires.min(operation.submitted + hold)).min();
    state.worker_rests(lane);
    let work = &shared.work[lane as usize];
    let mut state = match first {
        None => work.wait(state).unwrap_or_else(PoisonError::into_inner),
        Some(at) => {
            let wait = at.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            work.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0
        }
    };
    state.worker_runs(lane);
    state
}

/// How many operations with recent players go out now: none while they are held.
fn ripe(shared: &Shared, state: &State) -> usize {
    let lane = Lane::RecentPlayers;
    let Some(first) = state.queued(lane).next() else { return 0 };
    let alone = state.queued(lane).take_while(|operation| !operation.alone);
    let count = if first.alone { 1 } else { together(alone.map(|operation| operation.work.call().count())) };
    let groups: usize = state.queued(lane).take(count).map(|operation| operation.work.call().count()).sum();
    let is_full = groups >= crate::calls::MAX_GROUPS_PER_REQUEST || count < state.gauges(lane).queued;
    let is_held = shared.settings.recent_players_hold.is_some_and(|hold| first.submitted.elapsed() < hold);
    let is_wanted = first.alone || first.number <= state.flushed || state.drain_deadline().is_some();
    if is_full || is_wanted || !is_held { count } else { 0 }
}

/// Ends those at the front whose time is over.
fn expire(shared: &Shared, state: &mut MutexGuard<'_, State>, lane: Lane) {
    let now = Instant::now();
    let mut any = false;
    while state.queued(lane).next().is_some_and(|operation| operation.expires <= now) {
        let Some(operation) = state.run_first(lane) else { break };
        let message = "The operation's time to live was over before it could be sent.";
        let mut outcome = Outcome::new(Status::Expired, message);
        outcome.retryable = true;
        let outcome = since_submitted(outcome, &operation, now);
        state.end(operation, outcome);
        any = true;
    }
    if any {
        shared.tell(state);
    }
}

/// What becomes of an operation that a worker has had.
enum End {
    Ended(Box<Outcome>),
    /// It is to be sent on its own.
    Alone,
}

fn do_together(shared: &Shared, operations: &[Operation]) -> Vec<End> {
    let begun = Instant::now();
    let Some(first) = operations.first() else { return vec![] };
    let gathered: Vec<_> = operations
        .iter()
        .filter_map(|operation| match &operation.work {
            Work::RecentPlayers(call) => Some(call.clone()),
            Work::Invite(_) | Work::ServerInvite(_) => None,
        })
        .collect();
    let deadline = deadline(shared, operations, begun);
    // A defect ends the operation, not the worker.
    let all = panic::catch_unwind(AssertUnwindSafe(|| match operations {
        [_] => do_one(shared, first, deadline),
        _ => shared.client.run_patiently(&Gathered(gathered), None, deadline, &Waiter { shared, operations }),
    }));
    let all = all.unwrap_or_else(|_| {
        let defect = defect(operations);
        shared.client.log().write(Level::Error, || defect.message.clone());
        defect
    });
    let is_refused = all.status == Status::Rejected && operations.len() > 1;
    if is_refused {
        shared.client.log().write(Level::Warning, || {
            format!("{} Each of the {} operations in it is sent on its own.", all.message, operations.len())
        });
    }
    let mut before = 0;
    let told = operations.iter().map(|operation| {
        let groups = u32::try_from(operation.work.call().count()).unwrap_or(u32::MAX);
        let own = own_part(&all, before..before + groups);
        before += groups;
        if is_refused {
            return End::Alone;
        }
        End::Ended(Box::new(since_submitted(own, operation, begun)))
    });
    told.collect()
}

/// A panic: nothing tells how far it came.
fn defect(operations: &[Operation]) -> Outcome {
    let count: usize = operations.iter().map(|operation| operation.work.call().count()).sum();
    let message = "The library has a defect; whether the operation did anything is unknown. Please report this.";
    let mut outcome = *Outcome::internal(message);
    outcome.uncertain = u32::try_from(count).unwrap_or(u32::MAX);
    outcome
}

fn do_one(shared: &Shared, operation: &Operation, deadline: Instant) -> Outcome {
    let waiter = Waiter { shared, operations: std::slice::from_ref(operation) };
    shared.client.run_patiently(operation.work.call(), operation.own.as_ref(), deadline, &waiter)
}

/// Gathered operations were submitted within the time that they are held; the first of them to expire
/// is the measure for all.
fn deadline(shared: &Shared, operations: &[Operation], begun: Instant) -> Instant {
    let expires = operations.iter().map(|operation| operation.expires).min().unwrap_or(begun);
    shared.lock().drain_deadline().map_or(expires, |drained| drained.min(expires))
}

fn since_submitted(mut outcome: Outcome, operation: &Operation, begun: Instant) -> Outcome {
    outcome.queued += begun.saturating_duration_since(operation.submitted);
    outcome.elapsed = operation.submitted.elapsed();
    outcome
}

/// Waits for a newer authorization, and has the host told that one is needed.
struct Waiter<'a> {
    shared: &'a Shared,
    operations: &'a [Operation],
}

impl Patience for Waiter<'_> {
    fn authorization_needed(&self) -> bool {
        let mut state = self.shared.lock();
        // One may have been pushed since.
        if self.shared.client.authorization().is_ok() {
            return true;
        }
        state.need.arises(Why::Missing, Instant::now());
        self.shared.tell(&mut state);
        true
    }

    fn is_withdrawn(&self) -> bool {
        self.operations.iter().all(Operation::is_withdrawn)
    }
}

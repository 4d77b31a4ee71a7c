//! Where each operation is. Plain data: it is changed with the lock held, which is never held long.

mod matches;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use super::lane::{LaneGauges, LaneState, Running};
use super::match_tally::MatchTally;
use super::operation::{Ended, Operation};
use super::prompt::AuthorizationPrompt;
use crate::api::{ActivityRecord, ByLane, Lane};
use crate::auth::Reason;
use crate::client::Settings;
use crate::client::{Deadline, Stop};
use crate::log::{Entry, Log};
use crate::outcome::{Advice, Outcome, Result, Status};
use crate::stats::{Counters, Kind};

#[derive(Debug)]
pub enum Event {
    Completed { operation: u64, user_data: u64, outcome: Box<Outcome> },
    AuthorizationNeeded(Reason),
    Log(Entry),
    Drained,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    #[default]
    Open,
    Draining {
        deadline: Instant,
    },
    Closed,
}

#[derive(Debug)]
pub struct State {
    pub stage: Stage,
    /// Threads that wait for events_ready.
    pub waiting: u32,
    /// Blocking calls that have not returned.
    calls: u32,
    /// No call begins any more.
    pub refuses_calls: bool,
    /// None of them sleeps for longer than until then.
    pub latest_wake: Instant,
    /// How often waits for events were asked to end.
    pub wakes: u64,
    /// Operations up to this number are not held back to be gathered.
    pub flushed: u64,
    /// The requests that were under way have been aborted.
    pub is_aborted: bool,
    lanes: ByLane<LaneState>,
    ended: VecDeque<Ended>,
    last_number: u64,
    held: usize,
    held_bytes: usize,
    /// The matches whose completion is still to come.
    matches: HashMap<u64, MatchTally>,
    last_match: u64,
    /// What the operation found whose completion was polled last, and how many of the bytes are for that.
    found: Option<(u64, Arc<Vec<ActivityRecord>>)>,
    found_bytes: usize,
    drained_reported: bool,
    pub prompt: AuthorizationPrompt,
    /// When the host last looked for events, as far as that was noticed, and how often it had by then.
    pub polled: Option<Instant>,
    pub polls: u64,
    counters: Arc<Counters>,
    log: Arc<Log>,
}

/// What the queue holds now.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    pub operations: usize,
    pub bytes: usize,
    /// Completions that have not been polled.
    pub completions: usize,
}

impl State {
    pub fn new(counters: Arc<Counters>, log: Arc<Log>) -> Self {
        State {
            stage: Stage::Open,
            waiting: 0,
            calls: 0,
            refuses_calls: false,
            latest_wake: Instant::now(),
            wakes: 0,
            flushed: 0,
            is_aborted: false,
            lanes: Default::default(),
            ended: VecDeque::new(),
            last_number: 0,
            held: 0,
            held_bytes: 0,
            matches: HashMap::new(),
            last_match: 0,
            found: None,
            found_bytes: 0,
            drained_reported: false,
            prompt: AuthorizationPrompt::default(),
            polled: None,
            polls: 0,
            counters,
            log,
        }
    }

    pub fn gauges(&self, lane: Lane) -> LaneGauges {
        self.lanes[lane as usize].gauges()
    }

    pub fn held(&self) -> Held {
        Held { operations: self.held, bytes: self.held_bytes, completions: self.ended.len() }
    }

    /// Takes an operation in, unless there is no room or no time left for any.
    pub fn enqueue(&mut self, operation: Operation, settings: &Settings) -> Result<u64> {
        self.refuse_unless_open()?;
        if operation.bytes() > settings.capacity_bytes {
            let message = "The operation is larger than all that the queue may hold; nothing was submitted.";
            return Err(Box::new(Outcome::new(Status::InvalidArgument, message).advising(Advice::QueueCapacityBytes)));
        }
        self.refuse_without_room(1, operation.bytes(), settings)?;
        self.held += 1;
        self.counters.began(Kind::Operation, operation.work.lane());
        Ok(self.queue(operation))
    }

    fn refuse_unless_open(&self) -> Result<()> {
        match self.stage {
            Stage::Open => Ok(()),
            _ => refuse(Status::Closed, "The client is being drained or closed; nothing was submitted."),
        }
    }

    /// Unless there is room for so many more operations with so many bytes.
    fn refuse_without_room(&self, operations: usize, bytes: usize, settings: &Settings) -> Result<()> {
        // Where no event is to come but those of matches, what was found last could keep everything out for good.
        let found_bytes = if self.held == self.matches.len() { self.found_bytes } else { 0 };
        let held_bytes = self.held_bytes - found_bytes;
        if self.held + operations > settings.capacity || held_bytes + bytes > settings.capacity_bytes {
            if self.ended.len() * 2 >= self.held && !self.ended.is_empty() {
                return refuse(
                    Status::EventsNotPolled,
                    "The queue is full of completions that have not been polled; nothing was submitted. Poll events.",
                );
            }
            return refuse(Status::QueueFull, "The queue is full; nothing was submitted. Submit it again later.");
        }
        Ok(())
    }

    fn queue(&mut self, mut operation: Operation) -> u64 {
        self.last_number += 1;
        operation.number = self.last_number;
        self.held_bytes += operation.bytes();
        self.lanes[operation.work.lane() as usize].add(operation);
        self.last_number
    }

    /// Undoes `enqueue` for the operation that was taken in last.
    pub fn undo_enqueue(&mut self, lane: Lane, number: u64) {
        let lane = &mut self.lanes[lane as usize];
        if lane.queued.back().is_some_and(|operation| operation.number == number)
            && let Some(operation) = lane.queued.pop_back()
        {
            self.counters.did_not_begin(Kind::Operation, operation.work.lane());
            self.held -= 1;
            self.held_bytes -= operation.bytes();
        }
    }

    pub fn last_number(&self) -> u64 {
        self.last_number
    }

    pub fn needs_a_worker(&self, lane: Lane, most: usize) -> bool {
        let lane = &self.lanes[lane as usize];
        lane.workers < most && lane.idle == 0
    }

    pub fn has_no_worker(&self, lane: Lane) -> bool {
        self.lanes[lane as usize].workers == 0
    }

    /// Whether there is a worker to be woken for the operation that was queued last; it counts as busy from now on.
    pub fn claim_idle_worker(&mut self, lane: Lane) -> bool {
        let lane = &mut self.lanes[lane as usize];
        let last = lane.queued.back().map(|last| (last.can_be_gathered(), last.work.call().count()));
        let is_awaited = last.is_some_and(|(can_be_gathered, items)| lane.is_awaited(can_be_gathered, items));
        let is_there = lane.idle > 0 && is_awaited;
        if is_there {
            lane.idle -= 1;
            lane.claimed += 1;
        }
        is_there
    }

    pub fn worker_started(&mut self, lane: Lane) {
        self.lanes[lane as usize].workers += 1;
    }

    /// A worker waits: for the next `room` items that can be gathered it need not be woken.
    pub fn worker_rests(&mut self, lane: Lane, room: usize) {
        let lane = &mut self.lanes[lane as usize];
        lane.idle += 1;
        lane.room = room;
    }

    /// A worker runs again: one that was woken for an operation, or any.
    pub fn worker_runs(&mut self, lane: Lane) {
        let lane = &mut self.lanes[lane as usize];
        if lane.claimed > 0 {
            lane.claimed -= 1;
        } else {
            lane.idle -= 1;
        }
    }

    pub fn queued(&self, lane: Lane) -> impl ExactSizeIterator<Item = &Operation> {
        self.lanes[lane as usize].queued.iter()
    }

    /// Moves an operation of a lane from the queue to a worker.
    pub fn dequeue(&mut self, lane: Lane, number: u64) -> Option<Operation> {
        let lane = &mut self.lanes[lane as usize];
        let operation = lane.take_queued(number)?;
        lane.running.push(Running { number, game_match: operation.game_match, work: operation.work.clone() });
        Some(operation)
    }

    /// Puts an operation that could not be done back to where it was.
    pub fn requeue(&mut self, operation: Operation) {
        let lane = &mut self.lanes[operation.work.lane() as usize];
        lane.running.retain(|running| running.number != operation.number);
        lane.add(operation);
    }

    /// An operation ends: exactly once, since only who has it can end it. What is left of it is for the
    /// caller to free, without the lock where many may wait for that.
    pub fn end(&mut self, operation: Operation, outcome: Outcome) -> Operation {
        let lane = operation.work.lane();
        self.lanes[lane as usize].running.retain(|running| running.number != operation.number);
        if let Some(game_match) = operation.game_match {
            self.held_bytes -= operation.bytes();
            self.report_ended(game_match, outcome);
            return operation;
        }
        self.counters.completed(Kind::Operation, lane, &outcome);
        self.log.write_outcome(&outcome);
        let ended = operation.ended(outcome);
        self.held_bytes += ended.found_bytes();
        self.ended.push_back(ended);
        operation
    }

    /// An operation ends in the queue.
    fn end_unsent(&mut self, operation: Operation, mut outcome: Outcome) {
        outcome.elapsed = operation.submitted.elapsed();
        outcome.queued = outcome.elapsed;
        self.end(operation, outcome);
    }

    /// Ends an operation, or all reports of a match, where it is queued, and asks for that where it is being done.
    pub fn cancel(&mut self, number: u64) -> Result<()> {
        if number == 0 || number > self.last_number {
            return refuse(Status::InvalidArgument, "There is no operation with this number.");
        }
        let game_match = self.matches.iter().find(|(_, tally)| tally.number() == Some(number)).map(|(id, _)| *id);
        for lane in Lane::ALL {
            for operation in self.lanes[lane as usize].withdraw(number, game_match) {
                self.end_unsent(operation, Stop::Cancelled.in_queue(Status::Ok));
            }
        }
        Ok(())
    }

    /// When the next of the queued operations expires.
    pub fn next_expiry(&self) -> Option<Instant> {
        self.lanes.iter().filter(|lane| !lane.queued.is_empty()).filter_map(|lane| lane.expiries.next()).min()
    }

    /// Ends the queued operations whose time to live has passed. `wait_reasons`: what each lane waits for.
    /// Whether there was any.
    pub fn expire_queued(&mut self, now: Instant, wait_reasons: ByLane<Status>) -> bool {
        let ended_before = self.ended.len();
        for (index, wait_reason) in wait_reasons.into_iter().enumerate() {
            while let Some(number) = self.lanes[index].expiries.take_due(now) {
                if let Some(operation) = self.lanes[index].take_queued(number) {
                    let stop = Stop::DeadlinePassed(Deadline::TimeToLive(operation.expires));
                    self.end_unsent(operation, stop.in_queue(wait_reason));
                }
            }
        }
        self.ended.len() > ended_before
    }

    /// Ends all that was not sent, because the client is being closed. Whether there was any.
    pub fn abandon_queued(&mut self) -> bool {
        let ended_before = self.ended.len();
        for lane in Lane::ALL {
            while let Some(operation) = self.lanes[lane as usize].queued.pop_front() {
                self.end_unsent(operation, Stop::Closed.in_queue(Status::Ok));
            }
        }
        self.ended.len() > ended_before
    }

    /// Whether an operation up to this number has not ended.
    pub fn is_any_under_way(&self, mark: u64) -> bool {
        self.lanes.iter().any(|lane| {
            lane.queued.front().is_some_and(|operation| operation.number <= mark)
                || lane.running.iter().any(|running| running.number <= mark)
        })
    }

    pub fn drain_deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Draining { deadline } => Some(deadline),
            Stage::Open | Stage::Closed => None,
        }
    }

    pub fn has_events(&self) -> bool {
        !self.ended.is_empty() || self.prompt.is_pending()
    }

    /// The next event but for the last one, and those of the log.
    pub fn next_event(&mut self) -> Option<Event> {
        if let Some(reason) = self.prompt.take(Instant::now()) {
            return Some(Event::AuthorizationNeeded(reason));
        }
        let ended = self.ended.pop_front()?;
        self.forget_found();
        self.held -= 1;
        self.held_bytes -= ended.bytes;
        self.found_bytes = ended.found_bytes();
        let Ended { number, user_data, outcome, found, .. } = ended;
        self.found = Some((number, Arc::new(found)));
        Some(Event::Completed { operation: number, user_data, outcome: Box::new(outcome) })
    }

    /// What the operation has found whose completion was polled last.
    pub fn found(&self, operation: u64) -> Result<Arc<Vec<ActivityRecord>>> {
        match &self.found {
            Some((number, found)) if *number == operation => Ok(found.clone()),
            _ => refuse(
                Status::InvalidArgument,
                "The event that was polled last is not the completion of this operation; what it found is not kept.",
            ),
        }
    }

    pub fn forget_found(&mut self) {
        self.found = None;
        self.held_bytes -= std::mem::take(&mut self.found_bytes);
    }

    /// The last event, once all is over and polled.
    pub fn drained(&mut self) -> Option<Event> {
        let is_over = matches!(self.stage, Stage::Draining { .. }) && !self.is_any_under_way(u64::MAX);
        (is_over && !std::mem::replace(&mut self.drained_reported, true)).then_some(Event::Drained)
    }

    pub fn is_drained_reported(&self) -> bool {
        self.drained_reported
    }

    /// A blocking call begins, unless the client is being closed.
    pub fn begin_call(&mut self, lane: Lane) -> Result<()> {
        self.refuse_when_closing()?;
        self.calls += 1;
        self.counters.began(Kind::Call, lane);
        Ok(())
    }

    pub fn refuse_when_closing(&self) -> Result<()> {
        if self.refuses_calls {
            return refuse(Status::Closed, "The client is being closed; nothing was sent.");
        }
        Ok(())
    }

    pub fn end_call(&mut self, lane: Lane, outcome: &Outcome) {
        self.calls -= 1;
        self.counters.completed(Kind::Call, lane, outcome);
        self.log.write_outcome(outcome);
    }

    pub fn has_calls(&self) -> bool {
        self.calls > 0
    }

    /// How many completions have not been polled.
    pub fn completions(&self) -> usize {
        self.ended.len()
    }
}

fn refuse<T>(status: Status, message: &'static str) -> Result<T> {
    let mut outcome = Outcome::new(status, message);
    outcome.retryable = matches!(status, Status::QueueFull | Status::EventsNotPolled);
    Err(Box::new(outcome))
}

//! The operations of one lane, and its workers.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use super::expiry::ExpiryIndex;
use super::operation::{Operation, Work};

#[derive(Debug, Default)]
pub struct LaneState {
    /// By their numbers: what goes back goes back to where it was.
    pub queued: VecDeque<Operation>,
    pub expiries: ExpiryIndex,
    /// Those that are being done.
    pub running: Vec<Running>,
    pub workers: usize,
    /// Workers that wait for work, and those of them that have been woken and do not run yet.
    pub idle: usize,
    pub claimed: usize,
    /// How many items of operations that can be gathered are queued before a worker has to look again.
    pub room: usize,
}

#[derive(Debug)]
pub struct Running {
    pub number: u64,
    pub game_match: Option<u64>,
    pub work: Arc<Work>,
}

/// What a lane holds now.
#[derive(Clone, Copy, Debug)]
pub struct LaneGauges {
    pub queued: usize,
    pub running: usize,
    /// When the one was submitted that is queued longest.
    pub oldest: Option<Instant>,
}

impl LaneState {
    /// Takes an operation out of the queue, if it is there.
    pub fn take_queued(&mut self, number: u64) -> Option<Operation> {
        let place = self.queued.binary_search_by_key(&number, |operation| operation.number).ok()?;
        self.queued.remove(place)
    }

    /// Withdraws the operation of this number, or all that belong to a match: returns those that are queued.
    pub fn withdraw(&mut self, number: u64, game_match: Option<u64>) -> Vec<Operation> {
        let Some(game_match) = game_match else {
            self.running.iter().filter(|running| running.number == number).for_each(|running| running.work.withdraw());
            return self.take_queued(number).into_iter().collect();
        };
        let of_match = |it: Option<u64>| it == Some(game_match);
        self.running.iter().filter(|running| of_match(running.game_match)).for_each(|running| running.work.withdraw());
        let (withdrawn, queued): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.queued).into_iter().partition(|operation| of_match(operation.game_match));
        self.queued = queued.into();
        withdrawn
    }

    /// Adds an operation, or puts one back to where it was.
    pub fn add(&mut self, operation: Operation) {
        // A new one is the last: searching a deep queue for its place would cost more than all the rest.
        let is_last = self.queued.back().is_none_or(|last| last.number < operation.number);
        let place = match is_last {
            true => self.queued.len(),
            false => self.queued.partition_point(|queued| queued.number < operation.number),
        };
        self.expiries.add(operation.expires, operation.number);
        self.queued.insert(place, operation);
        self.trim_expiries();
    }

    /// Whether a worker that waits has to look at an operation that was just queued.
    pub fn is_awaited(&mut self, can_be_gathered: bool, items: usize) -> bool {
        let is_awaited = !can_be_gathered || items >= self.room;
        self.room = if is_awaited { 0 } else { self.room - items };
        is_awaited
    }

    pub fn gauges(&self) -> LaneGauges {
        LaneGauges {
            queued: self.queued.len(),
            running: self.running.len(),
            oldest: self.queued.front().map(|operation| operation.submitted),
        }
    }

    fn trim_expiries(&mut self) {
        if self.expiries.is_outgrown(self.queued.len()) {
            self.expiries.rebuild(self.queued.iter().map(|operation| (operation.expires, operation.number)));
        }
    }
}

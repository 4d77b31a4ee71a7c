//! When the next of a lane's queued operations expires.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// Entries of operations that have left the queue are kept until they are due, or are too many.
const SLACK: usize = 64;

/// The times to live of operations in a queue; it may hold some that have left it.
#[derive(Debug, Default)]
pub struct ExpiryIndex {
    by_time: BinaryHeap<Reverse<(Instant, u64)>>,
}

impl ExpiryIndex {
    /// An operation was queued.
    pub fn add(&mut self, expires: Instant, number: u64) {
        self.by_time.push(Reverse((expires, number)));
    }

    /// No operation expires before this.
    pub fn next(&self) -> Option<Instant> {
        self.by_time.peek().map(|Reverse((expires, _))| *expires)
    }

    /// The next operation that has expired; it may have left the queue.
    pub fn take_due(&mut self, now: Instant) -> Option<u64> {
        let Reverse((expires, number)) = *self.by_time.peek()?;
        if expires > now {
            return None;
        }
        self.by_time.pop();
        Some(number)
    }

    /// Whether it holds so many that have left the queue that it is to be rebuilt.
    pub fn is_outgrown(&self, queued: usize) -> bool {
        self.by_time.len() > 2 * queued + SLACK
    }

    pub fn rebuild(&mut self, queued: impl Iterator<Item = (Instant, u64)>) {
        self.by_time = queued.map(Reverse).collect();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_first_to_expire_comes_first() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut index = ExpiryIndex::default();
        for (seconds, number) in [(3, 1), (1, 2), (2, 3)] {
            index.add(at(seconds), number);
        }
        assert_eq!(index.next(), Some(at(1)));
        assert_eq!(index.take_due(start), None);
        assert_eq!([index.take_due(at(2)), index.take_due(at(2)), index.take_due(at(2))], [Some(2), Some(3), None]);
        assert_eq!(index.next(), Some(at(3)));
    }

    #[test]
    fn what_has_left_the_queue_does_not_pile_up() {
        let now = Instant::now();
        let mut index = ExpiryIndex::default();
        for number in 0..SLACK as u64 + 2 {
            index.add(now, number);
        }
        assert!(!index.is_outgrown(1));
        index.add(now, 1_000);
        assert!(index.is_outgrown(1));
        index.rebuild([(now, 1_000)].into_iter());
        assert_eq!((index.take_due(now), index.take_due(now)), (Some(1_000), None));
    }
}

//! What a client counts: only what grows, so that the counts of a fleet can be added up.

use std::time::{Duration, Instant};

use crate::api::{ByLane, Lane};
use crate::outcome::Outcome;
use crate::status::{COMPLETIONS, Status, completion_index};
use crate::sync::Mutex;

/// Upper bounds of a histogram's buckets, in milliseconds; the last bucket has none.
pub const BOUNDS_MS: [u64; 15] =
    [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000];
pub const BUCKETS: usize = BOUNDS_MS.len() + 1;

/// How often something took how long.
#[derive(Clone, Copy, Debug, Default)]
pub struct Histogram {
    counts: [u64; BUCKETS],
    pub sum: Duration,
}

impl Histogram {
    pub fn observe(&mut self, duration: Duration) {
        let bucket = BOUNDS_MS.partition_point(|bound| Duration::from_millis(*bound) < duration);
        self.counts[bucket] += 1;
        self.sum += duration;
    }

    /// How many took up to each bound; the last one is all of them.
    pub fn cumulative(&self) -> [u64; BUCKETS] {
        let mut sum = 0;
        self.counts.map(|count| {
            sum += count;
            sum
        })
    }
}

/// Blocking calls, or operations that were submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Call,
    Operation,
}

/// How the calls, or the operations, of a client ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    pub began: u64,
    pub succeeded: u64,
    /// Ended with something uncertain.
    pub uncertain: u64,
    /// Ended by closing, before they were sent.
    pub abandoned: u64,
    /// Ended in any other way.
    pub failed: u64,
}

impl Ends {
    /// Those that have not ended.
    pub fn unfinished(&self) -> u64 {
        self.began - self.succeeded - self.uncertain - self.abandoned - self.failed
    }

    fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome { status: Status::Ok, .. } => self.succeeded += 1,
            Outcome { uncertain: 1.., .. } => self.uncertain += 1,
            Outcome { status: Status::Abandoned, .. } => self.abandoned += 1,
            _ => self.failed += 1,
        }
    }
}

/// The calls and operations of one lane.
#[derive(Clone, Copy, Debug)]
pub struct LaneCounts {
    /// Blocking calls that began.
    pub calls: u64,
    /// Operations that were submitted.
    pub submitted: u64,
    /// Calls and operations that ended, by their place in `COMPLETIONS`.
    pub completed: [u64; COMPLETIONS.len()],
    /// Requests put on the wire, and those of them that were tried again, and were throttled.
    pub requests: u64,
    pub retries: u64,
    pub throttled: u64,
    /// Users or groups in those requests.
    pub items: u64,
    /// Waiting in the library, of calls and operations that ended.
    pub queue_wait: Histogram,
    /// From a request's beginning to its answer or its failure.
    pub request_duration: Histogram,
}

impl Default for LaneCounts {
    fn default() -> Self {
        LaneCounts {
            calls: 0,
            submitted: 0,
            // `Default` is derived for arrays of up to 32 only.
            completed: [0; COMPLETIONS.len()],
            requests: 0,
            retries: 0,
            throttled: 0,
            items: 0,
            queue_wait: Histogram::default(),
            request_duration: Histogram::default(),
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub lanes: ByLane<LaneCounts>,
    pub calls: Ends,
    pub operations: Ends,
    /// When the service last acknowledged a request.
    pub last_success: Option<Instant>,
}

impl Counts {
    fn of(&mut self, kind: Kind) -> &mut Ends {
        match kind {
            Kind::Call => &mut self.calls,
            Kind::Operation => &mut self.operations,
        }
    }
}

impl LaneCounts {
    fn begun(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::Call => &mut self.calls,
            Kind::Operation => &mut self.submitted,
        }
    }
}

/// The counts of a client. Its lock is taken with others in hand, and no other with it.
#[derive(Debug, Default)]
pub struct Counters {
    counts: Mutex<Counts>,
}

/// The result of one request.
#[derive(Clone, Copy, Debug)]
pub struct RequestEnd {
    pub lane: Lane,
    pub items: usize,
    pub is_retry: bool,
    pub took: Duration,
    pub is_acknowledged: bool,
    pub is_throttled: bool,
}

impl Counters {
    pub fn read(&self) -> Counts {
        *self.counts.lock()
    }

    /// A call or an operation began.
    pub fn began(&self, kind: Kind, lane: Lane) {
        let mut counts = self.counts.lock();
        counts.of(kind).began += 1;
        *counts.lanes[lane as usize].begun(kind) += 1;
    }

    /// Takes back what `began` counted.
    pub fn did_not_begin(&self, kind: Kind, lane: Lane) {
        let mut counts = self.counts.lock();
        counts.of(kind).began -= 1;
        *counts.lanes[lane as usize].begun(kind) -= 1;
    }

    /// A call or an operation ended.
    pub fn completed(&self, kind: Kind, lane: Lane, outcome: &Outcome) {
        let completion = completion_index(outcome.status, outcome.cause);
        let mut counts = self.counts.lock();
        counts.of(kind).count(outcome);
        let lane = &mut counts.lanes[lane as usize];
        lane.completed[completion] += 1;
        lane.queue_wait.observe(outcome.queued);
    }

    /// A request that was put on the wire has ended.
    pub fn request_ended(&self, end: RequestEnd) {
        let mut counts = self.counts.lock();
        if end.is_acknowledged {
            counts.last_success = Some(Instant::now());
        }
        let lane = &mut counts.lanes[end.lane as usize];
        lane.requests += 1;
        lane.retries += u64::from(end.is_retry);
        lane.throttled += u64::from(end.is_throttled);
        lane.items += end.items as u64;
        lane.request_duration.observe(end.took);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_counts_in_its_bucket_and_all_above() {
        let mut histogram = Histogram::default();
        for ms in [0, 1, 2, 5, 300_000, 300_001] {
            histogram.observe(Duration::from_millis(ms));
        }
        let counts = histogram.cumulative();
        assert_eq!(&counts[..3], [2, 4, 4]);
        assert_eq!(&counts[13..], [4, 5, 6]);
        assert_eq!(histogram.sum, Duration::from_millis(600_009));
    }

    #[test]
    fn requests_and_ends_count_in_their_lane() {
        let counters = Counters::default();
        let end = RequestEnd {
            lane: Lane::RecentPlayers,
            items: 20,
            is_retry: true,
            took: Duration::from_millis(3),
            is_acknowledged: true,
            is_throttled: false,
        };
        counters.request_ended(end);
        for cause in [Status::Ok, Status::Throttled, Status::Throttled] {
            counters.completed(
                Kind::Operation,
                Lane::RecentPlayers,
                &Outcome { cause, ..Outcome::new(Status::Expired, "") },
            );
        }
        let counts = counters.read();
        let [invites, players, ..] = counts.lanes;
        assert_eq!((invites.requests, players.requests, players.retries, players.items), (0, 1, 1, 20));
        let completed = |cause| players.completed[completion_index(Status::Expired, cause)];
        assert_eq!((completed(Status::Ok), completed(Status::Throttled), completed(Status::TimedOut)), (1, 2, 0));
        assert_eq!((players.completed.iter().sum::<u64>(), invites.completed.iter().sum::<u64>()), (3, 0));
        assert!(counts.last_success.is_some());
    }

    #[test]
    fn every_call_and_every_operation_is_counted_once() {
        let counters = Counters::default();
        let end = |kind, outcome: Outcome| {
            counters.began(kind, Lane::Invites);
            counters.completed(kind, Lane::Invites, &outcome);
        };
        end(Kind::Call, Outcome::new(Status::Ok, ""));
        end(Kind::Call, Outcome::new(Status::Rejected, ""));
        end(Kind::Call, Outcome { uncertain: 3, ..Outcome::new(Status::Uncertain, "") });
        counters.began(Kind::Call, Lane::Invites);
        end(Kind::Operation, Outcome { uncertain: 1, ..Outcome::new(Status::Abandoned, "") });
        end(Kind::Operation, Outcome::new(Status::Abandoned, ""));
        counters.began(Kind::Operation, Lane::Invites);
        counters.did_not_begin(Kind::Operation, Lane::Invites);
        let Counts { calls, operations, lanes: [invites, ..], .. } = counters.read();
        assert_eq!(calls, Ends { began: 4, succeeded: 1, uncertain: 1, abandoned: 0, failed: 1 });
        assert_eq!((calls.unfinished(), operations.unfinished()), (1, 0));
        assert_eq!(operations, Ends { began: 2, succeeded: 0, uncertain: 1, abandoned: 1, failed: 0 });
        assert_eq!((invites.calls, invites.submitted), (4, 2));
    }
}

//! What a submit costs while there is much in the queue already, and what ends it all.

use std::time::{Duration, Instant};

use super::client::{Client, Found, Token};
use crate::times::Times;

/// How many operations are queued to begin with. The third is about the default capacity; the last leaves
/// room in the largest for those that are measured.
const DEPTHS: [usize; 5] = [1, 1_000, 4_000, 100_000, 997_000];
const CAPACITY: u32 = 1_000_000;
const ROUNDS: usize = 50;
const SUBMITS: usize = 50;

/// The number of the first that is queued: the worker has the one before.
const OLDEST: u64 = 2;

/// Nothing listens, and nothing is requested: without a token nothing is sent.
const NOWHERE: &str = "http://127.0.0.1:9";

pub struct Depth {
    pub depth: usize,
    pub submit: Times,
    /// Of those that filled the queue.
    pub longest_while_filling: Duration,
    pub cancel_oldest: Duration,
    pub cancel_newest: Duration,
    pub close: Duration,
}

struct Filled {
    client: Client,
    depth: usize,
    longest_while_filling: Duration,
    /// The number of what was submitted last.
    newest: u64,
}

pub fn submits_of_each() -> usize {
    ROUNDS * SUBMITS
}

pub fn measure() -> Vec<Depth> {
    let mut filled = DEPTHS.map(fill);
    let mut times = DEPTHS.map(|_| Vec::with_capacity(ROUNDS * SUBMITS));
    for round in 0..ROUNDS {
        for turn in 0..filled.len() {
            let who = (round + turn) % filled.len();
            times[who].extend(filled[who].submit_some());
        }
    }
    filled.into_iter().zip(times).map(|(filled, times)| filled.end(times)).collect()
}

fn fill(depth: usize) -> Filled {
    let client = Client::open(NOWHERE, Token::Missing, |config| {
        config.queue_capacity = CAPACITY;
        config.queue_capacity_bytes = u32::MAX;
    });
    // The worker takes the first, and waits with it for a token.
    client.submit();
    let mut filled = Filled { client, depth, longest_while_filling: Duration::ZERO, newest: 1 };
    for _ in 0..depth {
        filled.longest_while_filling = filled.longest_while_filling.max(filled.submit());
    }
    filled
}

impl Filled {
    fn submit(&mut self) -> Duration {
        let started = Instant::now();
        self.newest = self.client.submit();
        started.elapsed()
    }

    /// In a queue that is small, they are taken out again.
    fn submit_some(&mut self) -> [Duration; SUBMITS] {
        let measured = [(); SUBMITS].map(|()| self.submit());
        if self.depth <= 4_000 {
            for operation in 0..SUBMITS as u64 {
                self.client.cancel(self.newest - operation);
            }
            while self.client.poll() != Found::Nothing {}
        }
        measured
    }

    fn end(mut self, times: Vec<Duration>) -> Depth {
        self.submit();
        let cancel_newest = timed(|| self.client.cancel(self.newest));
        let cancel_oldest = timed(|| self.client.cancel(OLDEST));
        let close = timed(|| drop(self.client));
        Depth {
            depth: self.depth,
            submit: Times::new(times),
            longest_while_filling: self.longest_while_filling,
            cancel_oldest,
            cancel_newest,
            close,
        }
    }
}

fn timed(what: impl FnOnce()) -> Duration {
    let started = Instant::now();
    what();
    started.elapsed()
}

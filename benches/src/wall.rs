//! Time by the clock on the wall, in rounds that take turns, so that whatever else the machine does
//! meets everybody. Where client and peer run is fixed: see `placement`.

use std::time::{Duration, Instant};

use crate::worker::{Caller, Kind};

const ROUNDS: usize = 400;
const CALLS_PER_ROUND: usize = 50;
const WARM_UP_ROUNDS: usize = 10;

/// The times of all calls of one kind, in ascending order.
pub struct Times(Vec<Duration>);

impl Times {
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    pub fn percentile_99(&self) -> f64 {
        self.quantile(0.99)
    }

    fn quantile(&self, part: f64) -> f64 {
        let index = (self.0.len() as f64 * part) as usize;
        self.0[index.min(self.0.len() - 1)].as_secs_f64() * 1e6
    }
}

pub fn calls_of_each() -> usize {
    ROUNDS * CALLS_PER_ROUND
}

/// In the order of `Kind::ALL`.
pub fn measure(endpoint: &str, token_length: usize) -> [Times; Kind::ALL.len()] {
    let mut callers = Kind::ALL.map(|kind| kind.open(endpoint, token_length));
    let mut times = Kind::ALL.map(|_| Times(Vec::with_capacity(calls_of_each())));
    for round in 0..WARM_UP_ROUNDS + ROUNDS {
        for turn in 0..callers.len() {
            // Everybody begins as often as everybody else.
            let who = (round + turn) % callers.len();
            let measured = run_round(callers[who].as_mut());
            if round >= WARM_UP_ROUNDS {
                times[who].0.extend(measured);
            }
        }
    }
    for Times(calls) in &mut times {
        calls.sort_unstable();
    }
    times
}

fn run_round(caller: &mut dyn Caller) -> [Duration; CALLS_PER_ROUND] {
    [(); CALLS_PER_ROUND].map(|()| {
        let started = Instant::now();
        caller.call();
        started.elapsed()
    })
}

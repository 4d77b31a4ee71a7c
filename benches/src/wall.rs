//! Time by the clock on the wall, in rounds that take turns, so that whatever else the machine does
//! affects all of them. Where client and peer run is fixed: see `placement`.

use std::time::{Duration, Instant};

use crate::times::Times;
use crate::worker::{Caller, Kind};

const ROUNDS: usize = 400;
const CALLS_PER_ROUND: usize = 50;
const WARM_UP_ROUNDS: usize = 10;

pub fn calls_of_each() -> usize {
    ROUNDS * CALLS_PER_ROUND
}

/// In the order of `Kind::ALL`.
pub fn measure(endpoint: &str, token_length: usize) -> [Times; Kind::ALL.len()] {
    let mut callers = Kind::ALL.map(|kind| kind.open(endpoint, token_length));
    let mut times = Kind::ALL.map(|_| Vec::with_capacity(calls_of_each()));
    for round in 0..WARM_UP_ROUNDS + ROUNDS {
        for turn in 0..callers.len() {
            // Each begins as often as the others.
            let who = (round + turn) % callers.len();
            let measured = run_round(callers[who].as_mut());
            if round >= WARM_UP_ROUNDS {
                times[who].extend(measured);
            }
        }
    }
    times.map(Times::new)
}

fn run_round(caller: &mut dyn Caller) -> [Duration; CALLS_PER_ROUND] {
    [(); CALLS_PER_ROUND].map(|()| {
        let started = Instant::now();
        caller.call();
        started.elapsed()
    })
}

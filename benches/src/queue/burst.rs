//! Submits one after the other, while the thread that they are for is awake and at work.

use std::time::{Duration, Instant};

use super::bare::Bare;
use super::client::{Client, Token, result};
use crate::peer::Peer;
use crate::placement::Sides;
use crate::times::Times;
use crate::tools::Result;

pub const ROUNDS: usize = 400;
pub const SUBMITS: usize = 50;
pub const WARM_UP_ROUNDS: usize = 10;

/// Submitted before, so that there is work for much longer than a burst takes, however near the peer is.
pub const AHEAD: usize = 64;
const UNTIL_IT_WORKS: Duration = Duration::from_micros(100);

pub struct Burst {
    pub ours: Times,
    pub ours_with_result: Times,
    pub copy: Times,
    /// Reading the clock, which is in all of them.
    pub clock: Times,
}

pub fn times_of_each() -> usize {
    ROUNDS * SUBMITS
}

pub fn measure(peer: &Peer, sides: Sides) -> Result<Burst> {
    let (client, bare) = sides.there(|| {
        let client = Client::open(&peer.endpoint, Token::Given, |_| ());
        client.submit();
        client.wait_for(1);
        (client, Bare::start())
    })?;
    let mut times: [Vec<Duration>; 4] = Default::default();
    let mut result = result();
    for round in 0..WARM_UP_ROUNDS + ROUNDS {
        for turn in 0..times.len() {
            let who = (round + turn) % times.len();
            let measured = match who {
                0 => with_the_worker_at_work(&client, || {
                    client.submit();
                }),
                1 => with_the_worker_at_work(&client, || client.submit_with_result(&mut result)),
                2 => {
                    let measured = timed(|| bare.copy());
                    bare.copy_and_wake();
                    measured
                }
                _ => timed(|| ()),
            };
            if round >= WARM_UP_ROUNDS {
                times[who].extend(measured);
            }
        }
    }
    let [ours, ours_with_result, copy, clock] = times.map(Times::new);
    Ok(Burst { ours, ours_with_result, copy, clock })
}

/// How long each of some submits takes.
pub fn with_the_worker_at_work(client: &Client, submit: impl FnMut()) -> [Duration; SUBMITS] {
    for _ in 0..AHEAD {
        client.submit();
    }
    until_it_works();
    let measured = timed(submit);
    client.wait_for(AHEAD + SUBMITS);
    measured
}

/// Without a system call, and without sleep.
pub fn until_it_works() {
    let started = Instant::now();
    while started.elapsed() < UNTIL_IT_WORKS {
        std::hint::spin_loop();
    }
}

fn timed(mut what: impl FnMut()) -> [Duration; SUBMITS] {
    [(); SUBMITS].map(|()| {
        let started = Instant::now();
        what();
        started.elapsed()
    })
}

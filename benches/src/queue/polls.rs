//! Polls that find nothing, as in nearly every frame. One takes about as long as reading the clock, so
//! that batches are timed.

use std::time::{Duration, Instant};

use super::client::{Client, Found, Token, result};
use super::libcurl_multi::LibcurlMulti;
use crate::allocations::Allocations;
use crate::peer::Peer;
use crate::times::Times;

const ROUNDS: usize = 2_000;
pub const BATCH: u32 = 1_000;
const WARM_UP_ROUNDS: usize = 20;

/// Times of one poll each, as the mean of a batch.
pub struct Polls {
    pub ours: Times,
    pub ours_with_result: Times,
    pub libcurl: Times,
    /// Of all polls of ours.
    pub allocations: u64,
}

pub fn batches_of_each() -> usize {
    ROUNDS
}

pub fn measure(peer: &Peer) -> Polls {
    let client = Client::open(&peer.endpoint, Token::Given, |_| ());
    client.submit();
    client.wait_for(1);
    let libcurl = LibcurlMulti::open(&peer.endpoint);
    let mut result = result();
    let mut times: [Vec<Duration>; 3] = [(); 3].map(|()| Vec::with_capacity(ROUNDS));
    let mut allocations = 0;
    for round in 0..WARM_UP_ROUNDS + ROUNDS {
        for turn in 0..times.len() {
            let who = (round + turn) % times.len();
            let before = Allocations::so_far();
            let measured = match who {
                0 => batch(|| assert_eq!(client.poll(), Found::Nothing)),
                1 => batch(|| assert_eq!(client.poll_with_result(&mut result), Found::Nothing)),
                _ => batch(|| libcurl.perform()),
            };
            if who < 2 {
                allocations += Allocations::so_far().since(before).count;
            }
            if round >= WARM_UP_ROUNDS {
                times[who].push(measured);
            }
        }
    }
    let [ours, ours_with_result, libcurl] = times.map(Times::new);
    Polls { ours, ours_with_result, libcurl, allocations }
}

fn batch(mut what: impl FnMut()) -> Duration {
    let started = Instant::now();
    for _ in 0..BATCH {
        what();
    }
    started.elapsed() / BATCH
}

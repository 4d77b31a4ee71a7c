//! A warm call whose token is bound to a key, beside one whose token is not: the request is signed.

use std::time::{Duration, Instant};

use super::proof_key::{ProofKey, file_time, stream};
use crate::ours::Ours;
use crate::peer::{self, Peer};
use crate::request;
use crate::times::Times;
use crate::tools::Result;
use crate::worker::Caller;

const ROUNDS: usize = 200;
const CALLS_PER_ROUND: usize = 50;
const WARM_UP_ROUNDS: usize = 10;

pub struct Calls {
    pub without_key: Times,
    pub with_key: Times,
    /// The signature under the same bytes, by ring, and nothing else.
    pub signature: Times,
}

pub fn calls_of_each() -> usize {
    ROUNDS * CALLS_PER_ROUND
}

pub fn measure(peer: &Peer, key: &ProofKey) -> Calls {
    let mut without_key = open(&peer.endpoint, None);
    let mut with_key = open(&peer.endpoint, Some(key));
    without_key.call();
    with_key.call();
    let signed =
        stream(&file_time(), &request::path(), &request::authorization(request::TOKEN_LENGTH), &request::body());
    let mut times: [Vec<Duration>; 3] = Default::default();
    for round in 0..WARM_UP_ROUNDS + ROUNDS {
        for turn in 0..times.len() {
            let who = (round + turn) % times.len();
            let measured = match who {
                0 => timed(|| without_key.call()),
                1 => timed(|| with_key.call()),
                _ => timed(|| {
                    std::hint::black_box(key.sign(std::hint::black_box(&signed)));
                }),
            };
            if round >= WARM_UP_ROUNDS {
                times[who].extend(measured);
            }
        }
    }
    let [without_key, with_key, signature] = times.map(Times::new);
    Calls { without_key, with_key, signature }
}

/// Whether exactly the requests with a key carry a signature.
pub fn check(key: &ProofKey) -> Result<()> {
    for key in [None, Some(key)] {
        let request = peer::first_request(|endpoint| {
            open(endpoint, key).call();
            Ok(())
        })?;
        let is_signed = String::from_utf8_lossy(&request).to_ascii_lowercase().contains("\r\nsignature: ");
        if is_signed != key.is_some() {
            let has = |yes| if yes { "a" } else { "no" };
            return Err(format!("with {} key, a request has {} signature", has(key.is_some()), has(is_signed)));
        }
    }
    Ok(())
}

fn open(endpoint: &str, key: Option<&ProofKey>) -> Ours {
    let client = Ours::open_with(endpoint, |_| ());
    client.push(&request::authorization(request::TOKEN_LENGTH), key.map(|key| &*key.pem));
    client
}

fn timed(mut what: impl FnMut()) -> [Duration; CALLS_PER_ROUND] {
    [(); CALLS_PER_ROUND].map(|()| {
        let started = Instant::now();
        what();
        started.elapsed()
    })
}

//! Submits with a token that is bound to a key, beside others: signing is the worker's.

use std::time::Duration;

use super::proof_key::ProofKey;
use crate::peer::Peer;
use crate::placement::Sides;
use crate::queue::burst::{ROUNDS, WARM_UP_ROUNDS, with_the_worker_at_work};
use crate::queue::client::{Client, Token};
use crate::request;
use crate::times::Times;
use crate::tools::Result;

pub struct Submits {
    pub without_key: Times,
    pub with_key: Times,
}

/// In bursts, with the worker awake on another processor: what a submit costs there is about a
/// seventieth of a signature.
pub fn measure(peer: &Peer, sides: Sides, key: &ProofKey) -> Result<Submits> {
    let open = |key: Option<&ProofKey>| {
        let client = Client::open(&peer.endpoint, Token::Missing, |_| ());
        client.push(&request::authorization(request::TOKEN_LENGTH), key.map(|key| &*key.pem));
        client.submit();
        client.wait_for(1);
        client
    };
    let clients = sides.there(|| [open(None), open(Some(key))])?;
    let mut times: [Vec<Duration>; 2] = Default::default();
    for round in 0..WARM_UP_ROUNDS + ROUNDS {
        for turn in 0..times.len() {
            let who = (round + turn) % times.len();
            let measured = with_the_worker_at_work(&clients[who], || {
                clients[who].submit();
            });
            if round >= WARM_UP_ROUNDS {
                times[who].extend(measured);
            }
        }
    }
    let [without_key, with_key] = times.map(Times::new);
    Ok(Submits { without_key, with_key })
}

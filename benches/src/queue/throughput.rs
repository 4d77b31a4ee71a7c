//! How much of what its workers could do a client does, with a peer that takes its time.

use std::time::{Duration, Instant};

use super::client::{Client, Token};
use crate::peer::Peer;
use crate::tools::Result;

pub const ANSWER_AFTER: Duration = Duration::from_millis(50);
pub const WORKERS: [u32; 4] = [1, 2, 4, 8];
const ROUNDS: usize = 4;
const ANSWERS_OF_EACH_WORKER: usize = 10;

pub struct Throughput {
    pub workers: u32,
    pub per_second: f64,
    /// Of one answer after the other, without anything in between, by each worker.
    pub of_possible: f64,
    pub of_possible_in_the_worst_round: f64,
}

pub fn measure() -> Result<Vec<Throughput>> {
    let peer = Peer::start_that_answers_after(ANSWER_AFTER)?;
    let clients = WORKERS.map(|workers| {
        let client = Client::open(&peer.endpoint, Token::Given, |config| config.worker_count = workers);
        // Every worker connects.
        run(&client, workers, 1);
        client
    });
    let mut rounds = WORKERS.map(|_| Vec::new());
    for round in 0..ROUNDS {
        for turn in 0..WORKERS.len() {
            let who = (round + turn) % WORKERS.len();
            rounds[who].push(run(&clients[who], WORKERS[who], ANSWERS_OF_EACH_WORKER));
        }
    }
    Ok(WORKERS.into_iter().zip(rounds).map(|(workers, rounds)| summary(workers, &rounds)).collect())
}

fn run(client: &Client, workers: u32, answers_of_each: usize) -> Duration {
    let operations = workers as usize * answers_of_each;
    let started = Instant::now();
    for _ in 0..operations {
        client.submit();
    }
    client.wait_for(operations);
    started.elapsed()
}

fn summary(workers: u32, rounds: &[Duration]) -> Throughput {
    let possible = ANSWER_AFTER * ANSWERS_OF_EACH_WORKER as u32;
    let all: Duration = rounds.iter().sum();
    let worst = rounds.iter().max().copied().unwrap_or_default();
    let of_possible = (possible * rounds.len() as u32).as_secs_f64() / all.as_secs_f64();
    Throughput {
        workers,
        per_second: of_possible * f64::from(workers) / ANSWER_AFTER.as_secs_f64(),
        of_possible,
        of_possible_in_the_worst_round: possible.as_secs_f64() / worst.as_secs_f64(),
    }
}

//! A short run of the fuzz targets: the corpus, and seeded mutations of it.

use std::fs;
use std::panic;
use std::time::{Duration, Instant};

use mpa_tests::header::repository;

#[path = "../fuzz/src/lib.rs"]
mod targets;

const HOW_LONG: Duration = Duration::from_secs(5);
const SEED: u64 = 20_261_123;

fn run(name: &str, target: fn(&[u8])) {
    let folder = repository().join("fuzz/corpus").join(name);
    let corpus: Vec<Vec<u8>> =
        fs::read_dir(&folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    assert!(!corpus.is_empty());
    let mut random = fastrand::Rng::with_seed(SEED);
    let until = Instant::now() + HOW_LONG;
    let mut inputs = corpus.clone();
    let mut count = 0;
    while Instant::now() < until {
        let input = inputs.pop().unwrap_or_else(|| mutate(&corpus, &mut random));
        let outcome = panic::catch_unwind(|| target(&input));
        assert!(outcome.is_ok(), "target {name}, seed {SEED}, input {count}: {:?}", String::from_utf8_lossy(&input));
        count += 1;
    }
    assert!(count > corpus.len(), "no mutation was run");
}

/// An entry of the corpus with some bytes changed, taken out, doubled, or replaced by another's.
fn mutate(corpus: &[Vec<u8>], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut input = corpus[random.usize(..corpus.len())].clone();
    for _ in 0..random.usize(1..8) {
        let (start, end) = range(input.len(), random);
        match random.u8(..6) {
            0 => input.iter_mut().skip(start).take(1).for_each(|byte| *byte = random.u8(..)),
            1 => drop(input.drain(start..end)),
            2 => {
                let copy = input[start..end].to_vec();
                input.splice(start..start, copy);
            }
            3 => {
                let other = &corpus[random.usize(..corpus.len())];
                let (from, to) = range(other.len(), random);
                input.splice(start..end, other[from..to].iter().copied());
            }
            4 => {
                let digits = random.u64(..).to_string();
                input.splice(start..end, digits.bytes());
            }
            _ => {
                let byte = random.u8(..);
                input.splice(start..start, std::iter::repeat_n(byte, random.usize(..2_000)));
            }
        }
    }
    input
}

fn range(length: usize, random: &mut fastrand::Rng) -> (usize, usize) {
    let start = random.usize(..=length);
    (start, random.usize(start..=length.min(start + 64)))
}

#[test]
fn answers() {
    run("answer", targets::answer);
}

#[test]
fn activities() {
    run("activities", targets::activities);
}

#[test]
fn responses() {
    run("response", targets::response);
}

#[test]
fn the_boundary() {
    run("boundary", targets::boundary);
}

#[test]
fn credentials() {
    run("credential", targets::credential);
}

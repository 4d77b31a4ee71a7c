//! What the tables of a fleet with relays compare.
//!
//! What a relay says with its own 429 was decided by these: it names only a time. A server that is named the limit of
//! the fleet takes it for its own, and after a second rejection holds itself back for as long as the period of that
//! limit and longer, which leaves permits unused where servers are few.
//!
//! For calls that are gathered this time is two seconds before their turn: a server comes up to a fifth later than it is
//! asked to, and would just have missed the request in which it has a place.

use std::time::Duration;

use mpa_emulator::throttle::{Limit, Limits, Shape};

use super::relay::{Gathering, Order};
use super::{Fleet, Knowledge, Outcome, Says, run};
use crate::queue::trace::least_requests;
use crate::throttling::servers::{MAX_ATTEMPTS, Manner};
use crate::throttling::simulation::{HOUR_MS, allowed};
use crate::throttling::{BURST, FLEETS, SUSTAINED, percent};

const RELAYS: [usize; 3] = [1, 2, 4];
const SERVERS: usize = 1_000;

const GROUPS_PER_REQUEST: usize = 20;
/// As documented for recent players.
const BURST_OF_GROUPS: Limit = Limit { max: 3, period_ms: 15_000 };
/// Of recent players, the default.
const TIME_TO_LIVE: Duration = Duration::from_secs(600);
const MOST_ATTEMPTS: u32 = 10;

/// How groups are gathered, with the attempts of a server.
const WAYS: [(&str, Order, Duration, u32); 4] = [
    ("batch, then permit", Order::Batch, Duration::ZERO, MAX_ATTEMPTS),
    ("permit, then batch", Order::Permit, Duration::ZERO, MAX_ATTEMPTS),
    ("and 429 two seconds early", Order::Permit, EARLY, MAX_ATTEMPTS),
    ("and 10 attempts", Order::Permit, EARLY, MOST_ATTEMPTS),
];
const EARLY: Duration = Duration::from_secs(2);

pub fn print() {
    invites();
    what_a_429_says();
    groups();
    holds();
    groups_without_a_limit();
}

fn invites() {
    println!(
        "\nA fleet that sends through relays, which keep both limits together, twice as many calls as they let through:\n"
    );
    println!(
        "| servers | relays | limits     | windows | of what is allowed | rejected after a minute | 429s of relays, of calls | 99 % waited | store asked, of requests to a relay |"
    );
    println!(
        "|--------:|-------:|------------|---------|-------------------:|------------------------:|-------------------------:|------------:|------------------------------------:|"
    );
    for servers in FLEETS {
        for relays in RELAYS.into_iter().filter(|relays| *relays <= servers) {
            for knowledge in [Knowledge::Configured, Knowledge::Learned, Knowledge::Shares] {
                if knowledge == Knowledge::Shares && relays == 1 {
                    continue;
                }
                for shape in [Shape::Sliding, Shape::Fixed] {
                    if shape == Shape::Fixed && servers != SERVERS {
                        continue;
                    }
                    let fleet = Fleet { knowledge, ..invites_of(servers, relays, shape) };
                    let outcome = run(&fleet);
                    println!(
                        "| {servers:7} | {relays:6} | {:10} | {:7} | {:16.1} % | {:21.1} % | {:24.2} | {:9.1} s | {:35.2} |",
                        name(knowledge),
                        format!("{shape:?}").to_lowercase(),
                        percent(outcome.accepted, allowed(&fleet.limits)),
                        percent(outcome.rejected_later, outcome.requests_later),
                        ratio(outcome.refused, outcome.calls),
                        outcome.waited(0.99),
                        ratio(outcome.store_asked, outcome.posts),
                    );
                }
            }
        }
    }
}

fn what_a_429_says() {
    println!("\nWhat the 429 of a relay says (limits configured, sliding windows), used of what is allowed:\n");
    println!("| servers | relays | the time | the time and the limit |");
    println!("|--------:|-------:|---------:|-----------------------:|");
    for servers in [2, 5, 10, 50, SERVERS] {
        for relays in RELAYS.into_iter().filter(|relays| *relays <= servers) {
            let used = |says| {
                let fleet = Fleet { says, ..invites_of(servers, relays, Shape::Sliding) };
                percent(run(&fleet).accepted, allowed(&fleet.limits))
            };
            println!("| {servers:7} | {relays:6} | {:6.1} % | {:20.1} % |", used(Says::Time), used(Says::TimeAndLimit));
        }
    }
}

fn groups() {
    println!(
        "\nRecent players of {SERVERS} servers, 3 requests in 15 s and 50 in 300 s, held for 1.5 s, servers that wait for 5 s:\n"
    );
    println!(
        "| a group every | relays | limits     | way                       | groups accepted | requests | of full ones | took, median |    99 % | rejected after a minute | 429s of a group |"
    );
    println!(
        "|--------------:|-------:|------------|---------------------------|----------------:|---------:|-------------:|-------------:|--------:|------------------------:|----------------:|"
    );
    for every_s in [900, 300, 30] {
        for relays in RELAYS {
            for (way, order, early, max_attempts) in WAYS {
                print_groups(every_s, way, &Fleet { max_attempts, ..groups_of(every_s, relays, order, early) });
            }
            let learned = groups_of(every_s, relays, Order::Permit, EARLY);
            let learned = Fleet { knowledge: Knowledge::Learned, max_attempts: MOST_ATTEMPTS, ..learned };
            print_groups(every_s, WAYS[3].0, &learned);
        }
    }
}

fn print_groups(every_s: u64, way: &str, fleet: &Fleet) {
    let outcome = run(fleet);
    println!(
        "| {every_s:11} s | {:6} | {:10} | {way:25} | {:13.1} % | {:8} | {:12.2} | {:10.1} s | {:5.1} s | {:21.1} % | {:15.1} |",
        fleet.relays,
        name(fleet.knowledge),
        percent(outcome.accepted, outcome.calls),
        outcome.requests,
        of_full(&outcome),
        outcome.waited(0.5),
        outcome.waited(0.99),
        percent(outcome.rejected_later, outcome.requests_later),
        ratio(outcome.refused, outcome.calls),
    );
}

fn holds() {
    println!("\nThe same with the last way, held longer or shorter, and with servers that wait longer:\n");
    println!(
        "| a group every | relays | held for | servers wait for | groups accepted | of full requests | took, median |    99 % |"
    );
    println!(
        "|--------------:|-------:|---------:|-----------------:|----------------:|-----------------:|-------------:|--------:|"
    );
    for every_s in [900, 300] {
        for relays in [1, 4] {
            for (hold_ms, caller_timeout_ms) in [(500, 5_000), (1_500, 5_000), (2_500, 5_000), (1_500, 15_000)] {
                let mut fleet = groups_of(every_s, relays, Order::Permit, EARLY);
                (fleet.max_attempts, fleet.caller_timeout_ms) = (MOST_ATTEMPTS, caller_timeout_ms);
                fleet.gathering.hold = Duration::from_millis(hold_ms);
                let outcome = run(&fleet);
                println!(
                    "| {every_s:11} s | {relays:6} | {:6.1} s | {:14} s | {:13.1} % | {:16.2} | {:10.1} s | {:5.1} s |",
                    hold_ms as f64 / 1e3,
                    caller_timeout_ms / 1_000,
                    percent(outcome.accepted, outcome.calls),
                    of_full(&outcome),
                    outcome.waited(0.5),
                    outcome.waited(0.99),
                );
            }
        }
    }
}

fn groups_without_a_limit() {
    println!(
        "\nThe same without a limit. The least: no request is held longer, each relay for itself, and all groups in one place:\n"
    );
    println!(
        "| a group every | relays | held for | requests | of the least | of the least in one place | groups in a request | took, median |   99 % |"
    );
    println!(
        "|--------------:|-------:|---------:|---------:|-------------:|--------------------------:|--------------------:|-------------:|-------:|"
    );
    for every_s in [900, 300, 30] {
        for relays in RELAYS {
            for hold_ms in [500, 1_500, 2_500] {
                let mut fleet = groups_of(every_s, relays, Order::Permit, EARLY);
                (fleet.limits.burst, fleet.limits.sustained) = (None, None);
                fleet.gathering.hold = Duration::from_millis(hold_ms);
                let outcome = run(&fleet);
                let least = |arrived: &Vec<u64>| least_requests(arrived.iter().copied(), hold_ms, GROUPS_PER_REQUEST);
                let least_of_each = outcome.arrived_ms.iter().map(least).sum();
                let mut all = outcome.arrived_ms.concat();
                all.sort_unstable();
                println!(
                    "| {every_s:11} s | {relays:6} | {:6.1} s | {:8} | {:12.3} | {:25.2} | {:19.1} | {:10.1} s | {:4.1} s |",
                    hold_ms as f64 / 1e3,
                    outcome.requests,
                    ratio(outcome.requests, least_of_each),
                    ratio(outcome.requests, least(&all)),
                    ratio(outcome.accepted, outcome.requests),
                    outcome.waited(0.5),
                    outcome.waited(0.99),
                );
            }
        }
    }
}

fn invites_of(servers: usize, relays: usize, shape: Shape) -> Fleet {
    let limits = Limits { burst: Some(BURST), sustained: Some(SUSTAINED), shape };
    Fleet {
        limits,
        servers,
        relays,
        knowledge: Knowledge::Configured,
        says: Says::Time,
        gathering: Gathering::NONE,
        caller_timeout_ms: 5_000,
        time_to_live: Manner::Ours.patience(),
        max_attempts: MAX_ATTEMPTS,
        pause_ms: HOUR_MS as f64 * servers as f64 / (2.0 * allowed(&limits) as f64),
    }
}

fn groups_of(every_s: u64, relays: usize, order: Order, early: Duration) -> Fleet {
    let limits = Limits { burst: Some(BURST_OF_GROUPS), sustained: Some(SUSTAINED), shape: Shape::Sliding };
    Fleet {
        limits,
        gathering: Gathering { places: GROUPS_PER_REQUEST, hold: Duration::from_millis(1_500), order, early },
        time_to_live: TIME_TO_LIVE,
        pause_ms: every_s as f64 * 1e3,
        ..invites_of(SERVERS, relays, Shape::Sliding)
    }
}

fn of_full(outcome: &Outcome) -> f64 {
    ratio(outcome.requests, outcome.accepted.div_ceil(GROUPS_PER_REQUEST))
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn name(knowledge: Knowledge) -> &'static str {
    match knowledge {
        Knowledge::Configured => "configured",
        Knowledge::Learned => "learned",
        Knowledge::Shares => "no store",
    }
}

//! A simulation: a busy service and one to 5,000 servers that share its limit, for an hour of virtual time, without
//! relays and through them.
//!
//! Compares three ways to behave, prints a table, and writes a plot, `target/throttling.svg`. The
//! service is the emulator's model of one: a short window that counts what was let through, and a
//! long one that counts rejections too.

mod fleet;
mod plot;
mod servers;
mod simulation;

use mpa_emulator::throttle::{Limit, Limits, Shape};

use servers::Manner;
use simulation::{Outcome, Setting, run};

const BURST: Limit = Limit { max: 7, period_ms: 15_000 };
const SUSTAINED: Limit = Limit { max: 50, period_ms: 300_000 };

const FLEETS: [usize; 8] = [1, 2, 5, 10, 50, 200, 1_000, 5_000];

pub fn simulate() {
    one_server();
    a_fleet();
    fleet::report::print();
}

fn one_server() {
    println!("One server, an hour, twice as many calls as the limit lets through:\n");
    println!(
        "| limit              | shape   | manner  | calls accepted | of what is allowed | requests rejected | after the first by each window | 99 % waited |"
    );
    println!(
        "|--------------------|---------|---------|---------------:|-------------------:|------------------:|-------------------------------:|------------:|"
    );
    for (name, burst, sustained) in [
        ("7 in 15 s", Some(BURST), None),
        ("50 in 300 s", None, Some(SUSTAINED)),
        ("both", Some(BURST), Some(SUSTAINED)),
    ] {
        for shape in [Shape::Fixed, Shape::Sliding] {
            for manner in Manner::ALL {
                let setting = Setting::new(Limits { burst, sustained, shape }, 1, manner);
                let outcome = run(&setting);
                println!(
                    "| {name:18} | {:7} | {:7} | {:12.1} % | {:16.1} % | {:15.1} % | {:28.1} % | {:9.1} s |",
                    format!("{shape:?}").to_lowercase(),
                    manner.name(),
                    percent(outcome.accepted, outcome.calls),
                    percent(outcome.accepted, setting.allowed()),
                    percent(outcome.rejected, outcome.requests),
                    percent(outcome.rejected_later, outcome.requests),
                    outcome.waited_99,
                );
            }
        }
    }
}

fn a_fleet() {
    println!("\nA fleet that shares both limits (sliding), together twice as many calls as they let through:\n");
    println!("| servers | manner  | calls accepted | of what is allowed | requests rejected | 99 % waited |");
    println!("|--------:|---------|---------------:|-------------------:|------------------:|------------:|");
    let limits = Limits { burst: Some(BURST), sustained: Some(SUSTAINED), shape: Shape::Sliding };
    let mut outcomes: Vec<(Manner, usize, Outcome)> = Vec::new();
    for servers in FLEETS {
        for manner in Manner::ALL {
            let setting = Setting::new(limits, servers, manner);
            let outcome = run(&setting);
            println!(
                "| {servers:7} | {:7} | {:12.1} % | {:16.1} % | {:15.1} % | {:9.1} s |",
                manner.name(),
                percent(outcome.accepted, outcome.calls),
                percent(outcome.accepted, setting.allowed()),
                percent(outcome.rejected, outcome.requests),
                outcome.waited_99,
            );
            outcomes.push((manner, servers, outcome));
        }
    }
    match plot::write("target/throttling.svg", &outcomes) {
        Ok(()) => println!("\nThe plot is in target/throttling.svg."),
        Err(error) => println!("\nThe plot could not be written to target/throttling.svg: {error}"),
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

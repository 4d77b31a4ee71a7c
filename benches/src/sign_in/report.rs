//! What is printed: the numbers, and beside them what was aimed at.

use super::cold::{self, Cold};
use super::signed_call::{self, Calls};
use super::signed_submit::Submits;
use crate::machine;
use crate::queue::burst;
use crate::request;
use crate::table::{NOTHING, Table, thousands};
use crate::times::Times;

const MOST_FOR_A_SIGNATURE: f64 = 60.0;
const MOST_FOR_A_SUBMIT: f64 = 1.2;
const MOST_FOR_A_FIRST_CALL: f64 = 1.25;

pub struct Measured {
    pub calls: Sides<Calls>,
    /// `None` where the machine has too few processors.
    pub submits: Option<Submits>,
    pub cold: Sides<Cold>,
}

/// Which of some times is shown.
type Quantile = fn(&Times) -> f64;

/// The same, measured with the other side on another processor, and on the same one.
pub struct Sides<T> {
    pub far: Option<T>,
    pub near: Option<T>,
}

pub fn head() -> String {
    format!(
        "Server invites for {} users, signed and by clients that sign in by themselves.\n\
         cargo run --release --manifest-path benches/Cargo.toml -- sign-in\n{}",
        request::USERS.len(),
        machine::facts(),
    )
}

pub fn body(measured: &Measured) -> String {
    format!(
        "Time of one warm call, of {} each in rounds that take turns, in µs:\n\n{}\n\
         Submits in a burst, the worker awake, of {} each in rounds that take turns, in µs:\n\n{}\n\
         A client opened and its first call, of {} each that take turns, in ms:\n\n{}\n{}",
        thousands(signed_call::calls_of_each() as f64),
        calls(&measured.calls),
        thousands(burst::times_of_each() as f64),
        submits(measured.submits.as_ref()),
        cold::ROUNDS,
        cold_calls(&measured.cold),
        targets(measured),
    )
}

fn calls(calls: &Sides<Calls>) -> Table {
    let mut table = Table::new(&["peer on", "another processor: median", "99 %", "the same processor: median", "99 %"]);
    let mut row = |name: &str, number: fn(&Calls, Quantile) -> f64| {
        let mut cells = vec![name.to_owned()];
        for side in [&calls.far, &calls.near] {
            for quantile in [Times::median, Times::percentile_99] {
                cells.push(or_nothing(side.as_ref().map(|calls| number(calls, quantile)), 1));
            }
        }
        table.row(cells);
    };
    row("mpa, token bound to no key", |calls, quantile| quantile(&calls.without_key));
    row("mpa, token bound to a key", |calls, quantile| quantile(&calls.with_key));
    row("the difference", |calls, quantile| quantile(&calls.with_key) - quantile(&calls.without_key));
    row("the signature alone, by ring", |calls, quantile| quantile(&calls.signature));
    table
}

fn submits(submits: Option<&Submits>) -> Table {
    let mut table = Table::new(&["", "median", "99 %", "99.9 %"]);
    let mut row = |name: &str, times: fn(&Submits) -> &Times| {
        let mut cells = vec![name.to_owned()];
        for quantile in [Times::median, Times::percentile_99, Times::percentile_99_9] {
            cells.push(or_nothing(submits.map(|submits| quantile(times(submits))), 3));
        }
        table.row(cells);
    };
    row("mpa, token bound to no key", |submits| &submits.without_key);
    row("mpa, token bound to a key", |submits| &submits.with_key);
    table
}

fn cold_calls(cold: &Sides<Cold>) -> Table {
    let heads = ["emulator on", "another processor: median", "99 %", "of bare"];
    let mut table = Table::new(&[&heads[..], &["the same processor: median", "99 %", "of bare"]].concat());
    let mut row = |name: &str, times: fn(&Cold) -> &Times| {
        let mut cells = vec![name.to_owned()];
        for side in [&cold.far, &cold.near] {
            for quantile in [Times::median, Times::percentile_99] {
                cells.push(or_nothing(side.as_ref().map(|cold| quantile(times(cold)) / 1e3), 2));
            }
            cells.push(or_nothing(of_bare(side.as_ref(), times), 2));
        }
        table.row(cells);
    };
    row("mpa", |cold| &cold.ours);
    row("mpa, with all the authorities it carries", |cold| &cold.ours_with_all_authorities);
    row("bare exchange, with rustls and ring", |cold| &cold.bare);
    table
}

fn of_bare(cold: Option<&Cold>, times: fn(&Cold) -> &Times) -> Option<f64> {
    cold.map(|cold| times(cold).median() / cold.bare.median())
}

fn targets(measured: &Measured) -> Table {
    let far = measured.calls.far.as_ref();
    let mut table = Table::new(&["target", "measured", "at most", ""]);
    for (what, measured, most, digits) in [
        (
            "a warm call with a key, more than one without, median, on two processors, µs",
            far.map(|calls| calls.with_key.median() - calls.without_key.median()),
            MOST_FOR_A_SIGNATURE,
            1,
        ),
        (
            "submit with a key, median, of that without",
            measured.submits.as_ref().map(|submits| submits.with_key.median() / submits.without_key.median()),
            MOST_FOR_A_SUBMIT,
            2,
        ),
        (
            "first call, median, of the bare exchange's, on two processors",
            of_bare(measured.cold.far.as_ref(), |cold| &cold.ours),
            MOST_FOR_A_FIRST_CALL,
            2,
        ),
    ] {
        let verdict = match measured {
            None => "not measured",
            Some(number) if number <= most => "met",
            Some(_) => "NOT MET",
        };
        table.row(vec![what.to_owned(), or_nothing(measured, digits), most.to_string(), verdict.to_owned()]);
    }
    table
}

fn or_nothing(number: Option<f64>, digits: usize) -> String {
    number.map_or(NOTHING.to_owned(), |number| format!("{number:.digits$}"))
}

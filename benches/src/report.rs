//! What is printed: the numbers, beside them what was aimed at, and what could not be measured.

use crate::children::Child;
use crate::library::Library;
use crate::machine;
use crate::query;
use crate::request;
use crate::system_calls::SystemCalls;
use crate::table::{NOTHING, Table, thousands};
use crate::times::Times;
use crate::tools::Result;
use crate::wall;
use crate::worker::Kind;

const MOST_SYSTEM_CALLS: f64 = 5.0;
const MOST_INSTRUCTIONS: f64 = 0.25;
const MOST_TIME: f64 = 1.2;
const MOST_BYTES: f64 = 3.0e6;

/// What was measured of one child.
pub struct Row<'a> {
    pub child: Child,
    /// With the peer on another processor.
    pub far: Option<&'a Times>,
    /// With the peer on the same one.
    pub near: Option<&'a Times>,
    pub system_calls: Result<SystemCalls>,
    pub instructions: Result<f64>,
    pub instructions_short_token: Result<f64>,
}

pub fn head(size_of_request: usize) -> String {
    format!(
        "One warm server invite for {} users over loopback: a request of {} bytes, {} of them the token.\n\
         cargo run --release --manifest-path benches/Cargo.toml -- call\n{}",
        request::USERS.len(),
        thousands(size_of_request as f64),
        thousands(request::TOKEN_LENGTH as f64),
        machine::facts(),
    )
}

pub fn body(rows: &[Row<'_>], library: &Result<Library>) -> String {
    let calls = thousands(wall::calls_of_each() as f64);
    let mut text = format!(
        "Time of one call, of {calls} each in rounds that take turns, in µs:\n\n{}\n\
         Instructions of one call in user space, and its system calls:\n\n{}\n",
        wall_times(rows),
        counts(rows),
    );
    for row in rows {
        if let Ok(calls) = &row.system_calls {
            text += &format!("{}: {}\n", row.child.name(), calls.named());
        }
    }
    text += &match library {
        Ok(library) => format!("\n{}", facts(library)),
        Err(sentence) => format!("\nlibmpa.so: not measured: {sentence}.\n"),
    };
    text += &format!("\n{}", targets(rows, library));
    for sentence in not_measured(rows) {
        text += &format!("\nNot measured: {sentence}.\n");
    }
    text
}

/// What a query costs, in counts only.
pub fn queries(rows: &[Row<'_>], size_of_request: usize, size_of_answer: usize) -> String {
    let mut text = format!(
        "One warm query of activities of {} users, of whom each has one: a request of {} bytes, and {} bytes of JSON in \
         the answer.\ncargo run --release --manifest-path benches/Cargo.toml -- query\n{}\n\n\
         Instructions of one query in user space, and its system calls:\n\n{}\n",
        query::USERS.len(),
        thousands(size_of_request as f64),
        thousands(size_of_answer as f64),
        machine::facts(),
        counts(rows),
    );
    let mut table = Table::new(&TARGETS);
    let measured = ratio(rows, Child::Here(Kind::OursQuery), instructions);
    target(&mut table, "instructions of a query, of libcurl's with cJSON", measured, MOST_INSTRUCTIONS, 3);
    text += &table.to_string();
    for sentence in not_measured(rows) {
        text += &format!("\nNot measured: {sentence}.\n");
    }
    text
}

fn wall_times(rows: &[Row<'_>]) -> Table {
    let mut table = Table::new(&[
        "peer on",
        "another processor: median",
        "99 %",
        "of bare",
        "the same processor: median",
        "99 %",
        "of bare",
    ]);
    for row in rows.iter().filter(|row| row.far.is_some() || row.near.is_some()) {
        let mut cells = vec![row.child.name().to_owned()];
        for times in [far, near] {
            cells.push(or_nothing(times(row).map(Times::median), |us| format!("{us:.1}")));
            cells.push(or_nothing(times(row).map(Times::percentile_99), |us| format!("{us:.1}")));
            cells.push(or_nothing(time_ratio(rows, row.child, times), |ratio| format!("{ratio:.2}")));
        }
        table.row(cells);
    }
    table
}

fn counts(rows: &[Row<'_>]) -> Table {
    let mut table = Table::new(&[
        "",
        "system calls",
        "instructions",
        "of libcurl, cJSON",
        "token of 16 bytes: instructions",
        "of libcurl, cJSON",
    ]);
    for row in rows {
        let mut cells = vec![row.child.name().to_owned()];
        cells.push(or_nothing(system_calls(row), |calls| format!("{calls:.1}")));
        for count in [instructions, short_token] {
            cells.push(or_nothing(count(row), thousands));
            cells.push(or_nothing(ratio(rows, row.child, count), |ratio| format!("{ratio:.3}")));
        }
        table.row(cells);
    }
    table
}

fn or_nothing(number: Option<f64>, show: fn(f64) -> String) -> String {
    number.map_or(NOTHING.to_owned(), show)
}

fn facts(library: &Library) -> String {
    let own = match library.strangers()[..] {
        [] => "all of them mpa_".to_owned(),
        ref strangers => format!("among them {}", strangers.join(", ")),
    };
    format!(
        "libmpa.so: {} bytes, stripped; exports {} symbols, {own}; needs {}; newest symbol of glibc {}\n",
        thousands(library.size as f64),
        library.exported.len(),
        library.needed.join(", "),
        library.glibc,
    )
}

fn targets(rows: &[Row<'_>], library: &Result<Library>) -> Table {
    let ours = Child::Here(Kind::Ours);
    let system_calls = rows.iter().find(|row| row.child == ours).and_then(system_calls);
    let megabytes = library.as_ref().ok().map(|library| library.size as f64 / 1e6);
    let mut table = Table::new(&TARGETS);
    for (what, measured, most, digits) in [
        ("system calls of a warm call", system_calls, MOST_SYSTEM_CALLS, 1),
        ("instructions, of libcurl's with cJSON", ratio(rows, ours, instructions), MOST_INSTRUCTIONS, 3),
        ("median time, of the bare exchange's, on two processors", time_ratio(rows, ours, far), MOST_TIME, 2),
        ("size of libmpa.so, MB", megabytes, MOST_BYTES / 1e6, 2),
    ] {
        target(&mut table, what, measured, most, digits);
    }
    table
}

const TARGETS: [&str; 4] = ["target", "measured", "at most", ""];

fn target(table: &mut Table, what: &str, measured: Option<f64>, most: f64, digits: usize) {
    let verdict = match measured {
        None => "not measured",
        Some(number) if number <= most => "met",
        Some(_) => "NOT MET",
    };
    let measured = measured.map_or(NOTHING.to_owned(), |number| format!("{number:.digits$}"));
    table.row(vec![what.to_owned(), measured, most.to_string(), verdict.to_owned()]);
}

fn far<'a>(row: &Row<'a>) -> Option<&'a Times> {
    row.far
}

fn near<'a>(row: &Row<'a>) -> Option<&'a Times> {
    row.near
}

fn system_calls(row: &Row<'_>) -> Option<f64> {
    row.system_calls.as_ref().ok().map(SystemCalls::total)
}

fn instructions(row: &Row<'_>) -> Option<f64> {
    row.instructions.as_ref().ok().copied()
}

fn short_token(row: &Row<'_>) -> Option<f64> {
    row.instructions_short_token.as_ref().ok().copied()
}

/// A child's instructions as a part of those of libcurl with cJSON.
fn ratio(rows: &[Row<'_>], child: Child, count: fn(&Row<'_>) -> Option<f64>) -> Option<f64> {
    let of = |child| rows.iter().find(|row| row.child == child).and_then(count);
    Some(of(child)? / of(Child::LibcurlCjson).or_else(|| of(Child::LibcurlCjsonQuery))?)
}

/// A child's median time as a multiple of that of the bare exchange.
fn time_ratio<'a>(rows: &[Row<'a>], child: Child, times: fn(&Row<'a>) -> Option<&'a Times>) -> Option<f64> {
    let of = |child| rows.iter().find(|row| row.child == child).and_then(times).map(Times::median);
    Some(of(child)? / of(Child::Here(Kind::Raw))?)
}

/// Why, each reason once.
fn not_measured<'a>(rows: &'a [Row<'_>]) -> Vec<&'a str> {
    let mut sentences: Vec<_> = rows
        .iter()
        .flat_map(|row| {
            let counts = [&row.instructions, &row.instructions_short_token];
            let counts = counts.into_iter().filter_map(|count| count.as_ref().err());
            counts.chain(row.system_calls.as_ref().err()).map(String::as_str)
        })
        .collect();
    sentences.sort_unstable();
    sentences.dedup();
    sentences
}

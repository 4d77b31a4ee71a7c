//! What invites cost, side by side: a warm call over loopback, the queue on a game's own thread, and signing in.
//!
//!     cargo run --release --manifest-path benches/Cargo.toml
//!
//! measures everything and prints it; how, and what of it means what, stands in `README.md`.

mod allocations;
mod children;
mod instructions;
mod library;
mod machine;
mod ours;
mod peer;
mod placement;
mod query;
mod queue;
mod raw;
mod relay;
mod report;
mod request;
mod same_request;
mod sign_in;
mod system_calls;
mod table;
mod throttling;
mod times;
mod tools;
mod wall;
mod with_libcurl;
mod worker;

use std::process::ExitCode;
use std::time::Duration;

use children::{Child, Programs};
use placement::Placement;
use tools::Result;
use worker::Kind;

const USAGE: &str = "\
mpa-benches [call | queue | sign-in]                     measures a warm call, the queue, or signing in, or all three,
                                                         and prints it
mpa-benches query                                        the part of call that is about a query of activities
mpa-benches relay                                        measures a relay beside nginx as a proxy
mpa-benches throttling                                   simulates an hour of servers that share a service's limit
mpa-benches worker KIND ENDPOINT CALLS [TOKEN_LENGTH]    a child: KIND is ours, libcurl, raw or ours-query
mpa-benches queue-child WHAT ENDPOINT                    a child: WHAT is memory, submit, burst, poll or poll-with-result
mpa-benches peer [MILLISECONDS]                          the other side, which answers after so many; until standard
                                                         input ends";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        [] => measure_all(),
        ["call"] => measure_call(),
        ["query"] => measure_query(),
        ["queue"] => queue::measure(),
        ["sign-in"] => sign_in::measure(),
        ["relay"] => relay::measure(),
        ["throttling"] => {
            throttling::simulate();
            Ok(())
        }
        ["queue-child", what, endpoint] => queue::child(what, endpoint).unwrap_or_else(|| Err(USAGE.to_owned())),
        ["peer"] => peer("0"),
        ["peer", milliseconds] => peer(milliseconds),
        ["worker", kind, endpoint, calls] => worker(kind, endpoint, calls, request::TOKEN_LENGTH),
        ["worker", kind, endpoint, calls, token] => match token.parse() {
            Ok(token_length) => worker(kind, endpoint, calls, token_length),
            Err(_) => Err(USAGE.to_owned()),
        },
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn worker(kind: &str, endpoint: &str, calls: &str, token_length: usize) -> Result<()> {
    let mut kinds = Kind::ALL.into_iter().chain([Kind::OursQuery]);
    let kind = kinds.find(|known| known.argument() == kind).ok_or(USAGE)?;
    worker::run(kind, endpoint, calls.parse().map_err(|_| USAGE)?, token_length);
    Ok(())
}

fn peer(milliseconds: &str) -> Result<()> {
    let wait = Duration::from_millis(milliseconds.parse().map_err(|_| USAGE)?);
    peer::run(wait).map_err(|error| format!("the peer ended ({error})"))
}

fn measure_all() -> Result<()> {
    measure_call()?;
    println!();
    queue::measure()?;
    println!();
    sign_in::measure()
}

fn measure_call() -> Result<()> {
    let scratch = tools::Scratch::new()?;
    let programs = Programs::find(&scratch)?;
    let size_of_request = same_request::check(&programs, &Child::ALL, request::TOKEN_LENGTH)?;
    println!("{}\n", report::head(size_of_request));

    let times =
        |placement: Placement| placement.with_peer(|peer, _| wall::measure(&peer.endpoint, request::TOKEN_LENGTH));
    let (far, near) = (times(Placement::TwoProcessors)?, times(Placement::OneProcessor)?);
    let peer = peer::Peer::start()?;
    let endpoint = &peer.endpoint;
    let rows = Child::ALL.map(|child| report::Row {
        child,
        far: far.as_ref().and_then(|times| child.times(times)),
        near: near.as_ref().and_then(|times| child.times(times)),
        system_calls: system_calls::per_call(&programs, child, endpoint, request::TOKEN_LENGTH, &scratch),
        instructions: instructions::per_call(&programs, child, endpoint, request::TOKEN_LENGTH),
        instructions_short_token: instructions::per_call(&programs, child, endpoint, request::SHORT_TOKEN_LENGTH),
    });
    drop(peer);
    print!("{}", report::body(&rows, &library::Library::build_and_read()));
    println!();
    measure_query_with(&programs, &scratch)
}

fn measure_query() -> Result<()> {
    let scratch = tools::Scratch::new()?;
    measure_query_with(&Programs::find(&scratch)?, &scratch)
}

fn measure_query_with(programs: &Programs, scratch: &tools::Scratch) -> Result<()> {
    print!("{}", query::measure(programs, scratch)?);
    Ok(())
}

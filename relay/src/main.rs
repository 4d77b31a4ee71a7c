//! `mpa-relay`: stands between the servers of a fleet and the Multiplayer Activity service, and keeps one limit for
//! all of them.
//!
//! A request flows one way, and its answer flows back the same way:
//!
//! - `options`: flags, environment and configuration file, in one table; what they make, `settings` and `client_options`
//! - `check`: what the relay would do by them
//! - `front`: connections of the servers, over TLS or not; `keys`: who may come in; `tls`: its certificates
//! - `reload`: files that are read again
//! - `routes`: what a request asks for
//! - `forward`: a request of a server as a call of the library
//! - `title`: the library's clients of a title
//! - `answer`: how a call ended, as the service would answer it; `refusal`: the relay's own answers, before anything is sent
//! - `store`: the limits that several relays keep together
//! - `log`, `metrics`: what is reported beside it
//!
//! Policy, signing in, the queue and the way to the service are the library's.

#![cfg_attr(test, allow(clippy::expect_used, clippy::unwrap_used))]

mod access;
mod admin;
mod advice;
mod answer;
mod check;
mod client_options;
mod forward;
mod front;
mod keys;
mod log;
mod metrics;
mod options;
mod refusal;
mod relay;
mod reload;
mod routes;
mod run;
mod settings;
mod signals;
mod store;
mod sync;
mod title;
mod titles;
mod tls;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::SystemTime;
use std::{env, io};

use options::{Refused, Request};
use settings::Settings;

fn main() -> ExitCode {
    match options::read(env::args_os(), env::vars_os()) {
        Ok(Request::Help) => print(&options::help_text()),
        Ok(Request::Version) => print(concat!("mpa-relay ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Request::Check(settings)) => check(&settings),
        Ok(Request::Run(settings)) => run::run(*settings),
        Err(refused) => refuse(&refused),
    }
}

fn check(settings: &Settings) -> ExitCode {
    let report = check::report(settings, SystemTime::now());
    let _ = print(&report.to_string());
    if report.has_failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn print(text: &str) -> ExitCode {
    // A closed pipe is no failure of ours.
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn refuse(refused: &Refused) -> ExitCode {
    let _ = writeln!(io::stderr(), "mpa-relay: {refused}");
    ExitCode::from(refused.exit_status())
}

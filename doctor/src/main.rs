//! The program `mpa-doctor`: given what a client is configured with, it walks the way of a call step
//! by step and says at which one it ends, and what to do.
//!
//! - `arguments`: what it is told
//! - `checkup`: the steps, in their order
//! - `configuration`, `host`, `clock`, `sign_in`, `call`: one kind of step each
//! - `report`: what was found; `words`: the library's sentences for somebody with options

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used))]

mod arguments;
mod call;
mod checkup;
mod clock;
mod configuration;
mod host;
mod permissions;
mod report;
mod sign_in;
mod words;

use std::io::Write;
use std::process::ExitCode;
use std::{env, io};

use arguments::{Arguments, Request};

const WRONG_ARGUMENTS: u8 = 2;

fn main() -> ExitCode {
    match arguments::read(env::args_os().skip(1)) {
        Ok(Request::Help) => print(arguments::HELP, ExitCode::SUCCESS),
        Ok(Request::Version) => print(concat!("mpa-doctor ", env!("CARGO_PKG_VERSION"), "\n"), ExitCode::SUCCESS),
        Ok(Request::Check(arguments)) => check(&arguments),
        Err(sentence) => {
            let _ = writeln!(io::stderr(), "mpa-doctor: {sentence}");
            ExitCode::from(WRONG_ARGUMENTS)
        }
    }
}

fn check(arguments: &Arguments) -> ExitCode {
    let report = checkup::run(arguments);
    let exit_code = if report.has_failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    let text = if arguments.json { format!("{:#}\n", report.json()) } else { report.text() };
    print(&text, exit_code)
}

/// Nobody may be reading, which changes nothing about what was found.
fn print(text: &str, exit_code: ExitCode) -> ExitCode {
    let mut stdout = io::stdout();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    exit_code
}

//! The program `mpa-doctor`: given what a client is configured with, it checks step by step what a call
//! needs, and says which step fails, and what to do.
//!
//! - `arguments`: the command line
//! - `checkup`: the steps, in their order
//! - `configuration`, `permissions`, `environment`, `host`, `clock`, `sign_in`, `call`: one kind of step each
//! - `tls`, `certificate`: what a handshake shows
//! - `messages`, `tls_messages`: what is said about hosts and answers, and the advice that fits
//! - `report`: what was found, and what it comes to; `codes`: its names
//!   for programs; `output`: the same as JSON

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::expect_used, clippy::unwrap_used))]

mod arguments;
mod call;
mod certificate;
mod checkup;
mod clock;
mod codes;
mod configuration;
mod environment;
mod host;
mod messages;
mod output;
mod permissions;
mod report;
mod sign_in;
mod tls;
mod tls_messages;

use std::io::Write;
use std::process::ExitCode;
use std::{env, io};

use arguments::{Arguments, Request};

fn main() -> ExitCode {
    let given: Vec<_> = env::args_os().skip(1).collect();
    let wants_json = arguments::wants_json(&given);
    match arguments::read(given) {
        Ok(Request::Help) => print(arguments::HELP, 0),
        Ok(Request::Version) => print(concat!("mpa-doctor ", env!("CARGO_PKG_VERSION"), "\n"), 0),
        Ok(Request::Check(arguments)) => check(&arguments),
        Err(error) if wants_json => print(&format!("{:#}\n", output::argument_error(&error)), output::WRONG_ARGUMENTS),
        Err(error) => {
            let _ = writeln!(io::stderr(), "mpa-doctor: {}", error.message);
            ExitCode::from(output::WRONG_ARGUMENTS)
        }
    }
}

fn check(arguments: &Arguments) -> ExitCode {
    let report = checkup::run(arguments);
    let is_strict = arguments.flags.strict;
    let exit_status = report.overall_result().exit_status(is_strict);
    let text = if arguments.flags.json {
        format!("{:#}\n", output::report(&report, arguments))
    } else {
        report.text(is_strict)
    };
    print(&text, exit_status)
}

/// No one may be reading, which changes nothing about what was found.
fn print(text: &str, exit_status: u8) -> ExitCode {
    let mut stdout = io::stdout();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    ExitCode::from(exit_status)
}

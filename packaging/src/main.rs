//! The command behind `packaging/build`, `packaging/check` and `packaging/release`.

#![cfg_attr(test, allow(clippy::expect_used, clippy::unwrap_used))]

mod archive;
mod checks;
mod checksums;
mod commands;
mod debian;
mod dist;
mod dotnet;
mod emulator;
mod header;
mod library;
mod packages;
mod release;
mod runner;
mod targets;
mod toolchain;
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::run(std::env::args_os().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

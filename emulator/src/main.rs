//! The program `mpa-emulator`: starts an emulator, says in a few lines how to use it, and runs
//! until it is interrupted.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used))]

mod arguments;
mod files;
mod greeting;

use std::convert::Infallible;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs, io, thread};

use arguments::{Arguments, Request};
use mpa_emulator::Emulator;

const WRONG_ARGUMENTS: u8 = 2;

fn main() -> ExitCode {
    match arguments::read(env::args_os().skip(1)) {
        Ok(Request::Help) => print(arguments::HELP),
        Ok(Request::Version) => print(concat!("mpa-emulator ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Request::Run(arguments)) => {
            let Err(sentence) = run(&arguments);
            fail(&sentence, ExitCode::FAILURE)
        }
        Err(sentence) => fail(&sentence, ExitCode::from(WRONG_ARGUMENTS)),
    }
}

/// Runs until the process is killed. Returns only why it could not start.
fn run(arguments: &Arguments) -> Result<Infallible, String> {
    let emulator = Emulator::start(arguments.options.clone()).map_err(|error| error.to_string())?;
    let (url, address) = (emulator.url(), emulator.address().ip());
    print(&match (emulator.sign_in(), &arguments.sign_in_directory) {
        (Some(sign_in), Some(directory)) => {
            let files = files::write(directory, sign_in)?;
            greeting::lines_for_sign_in(url, address, sign_in, &files)
        }
        _ => greeting::lines(url, address, write_certificate(&emulator, arguments)?.as_deref()),
    });
    loop {
        thread::park();
    }
}

/// Where the certificate is; `None` for plain HTTP.
fn write_certificate(emulator: &Emulator, arguments: &Arguments) -> Result<Option<PathBuf>, String> {
    let Some(pem) = emulator.certificate_pem() else {
        return Ok(None);
    };
    let path = arguments.certificate_path(emulator.address().port());
    fs::write(&path, pem).map_err(|error| format!("cannot write the certificate to {}: {error}", path.display()))?;
    Ok(Some(path))
}

/// Nobody may be reading, which is no reason to stop.
fn print(text: &str) -> ExitCode {
    let mut stdout = io::stdout();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    ExitCode::SUCCESS
}

fn fail(sentence: &str, exit_code: ExitCode) -> ExitCode {
    let _ = writeln!(io::stderr(), "mpa-emulator: {sentence}");
    exit_code
}

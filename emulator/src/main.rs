//! The program `mpa-emulator`: starts an emulator, says in a few lines how to use it, and runs
//! until it is interrupted, or until it is known whether what was expected has arrived.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::expect_used, clippy::unwrap_used))]

mod arguments;
mod banner;
mod outcome;
mod scenario_file;
mod signals;

use std::env;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{self, Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use arguments::{Arguments, Request};
use mpa_emulator::{Emulator, Expectation, SignIn, read_expectations};
use signals::Signals;

const WRONG_ARGUMENTS: u8 = 2;

fn main() -> ExitCode {
    match arguments::read(env::args_os().skip(1)) {
        Ok(Request::Help) => print(arguments::HELP),
        Ok(Request::Version) => print(concat!("mpa-emulator ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Request::Run(arguments)) => run(*arguments).unwrap_or_else(|sentence| fail(&sentence, ExitCode::FAILURE)),
        Err(sentence) => fail(&sentence, ExitCode::from(WRONG_ARGUMENTS)),
    }
}

/// Runs until SIGTERM or Ctrl-C; with expectations, until it is known whether they are met.
fn run(mut arguments: Arguments) -> Result<ExitCode, String> {
    if let Some(path) = &arguments.expect {
        arguments.options.expectations = read_expectations_of(path)?;
    }
    // Before it says that it is there.
    let mut signals = Signals::handle().map_err(|error| format!("cannot handle signals: {error}"))?;
    let emulator = Emulator::start(arguments.options.clone()).map_err(|error| error.to_string())?;
    let emulator = Arc::new(emulator);
    if let Some(path) = &arguments.scenario {
        let text = scenario_file::load(&emulator, path)?;
        scenario_file::follow(emulator.clone(), path.clone(), text)
            .map_err(|error| format!("cannot start a thread: {error}"))?;
    }
    let (url, address) = (emulator.url(), emulator.address().ip());
    print(&match (emulator.sign_in(), &arguments.sign_in_directory) {
        (Some(sign_in), Some(directory)) => {
            let files = write_sign_in_files(directory, sign_in)?;
            banner::lines_for_sign_in(url, address, sign_in, &files)
        }
        _ => banner::lines(url, address, write_certificate(&emulator, &arguments)?.as_deref()),
    });
    if arguments.expect.is_some() {
        return outcome::report(&emulator, arguments.expect_within, arguments.junit.as_deref(), &mut signals);
    }
    signals.wait();
    Ok(ExitCode::SUCCESS)
}

fn read_expectations_of(path: &Path) -> Result<Vec<Expectation>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    read_expectations(&text).map_err(|error| format!("{}: {error}", path.display()))
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

/// An error is ignored: that stdout is closed is no reason to stop.
fn print(text: &str) -> ExitCode {
    let mut stdout = io::stdout();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    ExitCode::SUCCESS
}

fn fail(sentence: &str, exit_code: ExitCode) -> ExitCode {
    let _ = writeln!(io::stderr(), "mpa-emulator: {sentence}");
    exit_code
}

/// Where they are, as absolute paths.
#[derive(Debug)]
pub struct SignInFiles {
    pub authority: PathBuf,
    pub certificate: PathBuf,
    pub private_key: PathBuf,
}

/// Writes them into a directory, which is made if it is missing. The error is a sentence for the user.
pub fn write_sign_in_files(directory: &Path, sign_in: &SignIn) -> Result<SignInFiles, String> {
    let cannot = |path: &Path, error: io::Error| format!("cannot write to {}: {error}", path.display());
    let directory = path::absolute(directory).map_err(|error| cannot(directory, error))?;
    fs::create_dir_all(&directory).map_err(|error| cannot(&directory, error))?;
    let put = |name: &str, pem: &str, is_secret| {
        let path = directory.join(name);
        write_anew(&path, pem, is_secret).map_err(|error| cannot(&path, error))?;
        Ok::<_, String>(path)
    };
    let partner = sign_in.partner();
    Ok(SignInFiles {
        authority: put("ca.pem", sign_in.ca_pem(), false)?,
        certificate: put("partner.pem", &partner.chain_pem, false)?,
        private_key: put("partner-key.pem", &partner.private_key_pem, true)?,
    })
}

/// Replaces the file of an earlier run, so that its permissions are not kept.
fn write_anew(path: &Path, text: &str, is_secret: bool) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if is_secret {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = is_secret;
    options.open(path)?.write_all(text.as_bytes())
}

//! Writes `THIRD-PARTY-LICENSES.txt` anew: `cargo run -p mpa-tests --bin write-licenses`.
//!
//! With the name of another package of the workspace, prints the notice for that one.

use std::io::Write;
use std::process::ExitCode;

use mpa_tests::licenses;

fn main() -> ExitCode {
    let package = std::env::args().nth(1);
    let text = match licenses::text(package.as_deref().unwrap_or("mpa")) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let written = match package {
        Some(_) => std::io::stdout().write_all(text.as_bytes()),
        None => std::fs::write(licenses::path(), text),
    };
    if let Err(error) = written {
        eprintln!("the notice could not be written: {error}");
        return ExitCode::FAILURE;
    }
    if package.is_none() {
        println!("wrote THIRD-PARTY-LICENSES.txt");
    }
    ExitCode::SUCCESS
}

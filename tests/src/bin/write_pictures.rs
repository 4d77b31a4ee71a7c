//! Draws the pictures of the documents: `cargo run -p mpa-tests --bin write-pictures`.

use std::process::ExitCode;

fn main() -> ExitCode {
    for (path, svg) in mpa_tests::pictures::files() {
        if let Err(error) = std::fs::write(&path, svg) {
            eprintln!("{} could not be written: {error}", path.display());
            return ExitCode::FAILURE;
        }
        println!("wrote {}", path.display());
    }
    ExitCode::SUCCESS
}

//! Writes `include/mpa.h` and the generated files of the bindings anew:
//! `cargo run -p mpa-tests --bin write-bindings`.

use mpa_tests::{bindings, header};

fn main() {
    for (path, text) in bindings::files() {
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        println!("wrote {}", path.strip_prefix(header::repository()).unwrap_or(&path).display());
    }
}

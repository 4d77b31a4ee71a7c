//! Records the C interface in `docs/abi.txt`: `cargo run -p mpa-tests --bin write-abi`.

use mpa_tests::interface::Interface;
use mpa_tests::{abi, header};

fn main() {
    let text = abi::text(&Interface::read(&header::text()));
    let path = abi::path();
    let recorded = std::fs::read_to_string(&path).unwrap_or_default();
    let changes = abi::changes(&recorded, &text);
    for line in changes.additions {
        println!("addition: {line}");
    }
    for line in changes.breaks {
        println!("break: {line}");
    }
    std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    println!("wrote docs/abi.txt");
}

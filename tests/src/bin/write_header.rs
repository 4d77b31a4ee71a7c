//! Writes `include/mpa.h` anew: `cargo run -p mpa-tests --bin write-header`.

use mpa_tests::header;

fn main() {
    let path = header::path();
    std::fs::write(&path, header::text()).expect("the header is written");
    println!("wrote include/mpa.h");
}

//! The header: as the code says it, and clean under every compiler and standard.

use mpa_tests::header;

#[test]
fn the_header_is_what_the_code_says() {
    let checked_in = std::fs::read_to_string(header::path()).expect("include/mpa.h is there");
    assert!(
        checked_in == header::text(),
        "include/mpa.h is not what src/ffi declares; write it anew: cargo run -p mpa-tests --bin write-header"
    );
}

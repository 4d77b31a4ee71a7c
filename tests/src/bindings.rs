//! What is generated of the header and of the bindings, from one model of the C interface.
//!
//! `cargo run -p mpa-tests --bin write-bindings` writes it; tests/header.rs compares it with what is
//! checked in.

mod config;
pub mod cpp;
pub mod csharp;
pub mod fields;
pub mod names;
mod summary;

use std::path::PathBuf;

use crate::header;
use crate::interface::Interface;

/// What stands at the top of a generated file, behind the sign of a comment.
const NOTICE: &str = "Generated from src/ffi: cargo run -p mpa-tests --bin write-bindings. Do not edit.";

/// Text in lines of about a hundred characters, each behind `before`.
fn wrapped(text: &str, before: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split(' ') {
        if !line.is_empty() && before.len() + line.chars().count() + 1 + word.chars().count() > 104 {
            lines += &format!("{before}{line}\n");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines + &format!("{before}{line}\n")
}

/// Each generated file, as it should be.
pub fn files() -> Vec<(PathBuf, String)> {
    let header = header::text();
    let interface = Interface::read(&header);
    names::check(&interface);
    summary::check(&interface);
    let generated = [
        ("bindings/cpp/mpa_enums.hpp", cpp::enumerations(&interface)),
        ("bindings/cpp/mpa_config.hpp", config::cpp(&interface, &read("bindings/cpp/mpa_config.hpp"))),
        ("bindings/csharp/Native.g.cs", csharp::native(&interface)),
        ("bindings/csharp/Enumerations.g.cs", csharp::enumerations(&interface)),
        ("bindings/csharp/Constants.g.cs", csharp::constants(&interface)),
        ("bindings/csharp/MpaClientConfig.g.cs", config::csharp(&interface)),
        ("bindings/csharp/MemberNames.g.cs", csharp::member_names(&interface)),
        ("tests/bindings/fields.rs", fields::list(&interface)),
    ];
    let generated = generated.map(|(path, text)| (header::repository().join(path), text));
    [(header::path(), header)].into_iter().chain(generated).collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(header::repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

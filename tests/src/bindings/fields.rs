//! tests/bindings/fields.rs: every struct and field, to be laid out by rustc.

use std::fmt::Write;

use super::{NOTICE, wrapped};
use crate::header;
use crate::interface::Interface;

pub fn list(interface: &Interface) -> String {
    let mut text = format!("// {NOTICE}\n\n");
    let mut paths: Vec<_> =
        header::structs().iter().map(|(module, name)| format!("mpa::ffi::{module}::{name}")).collect();
    paths.sort();
    for path in paths {
        _ = writeln!(text, "use {path};");
    }
    text.push_str("\nuse super::layout::lay_out;\n\npub fn in_rust() -> Vec<String> {\n    lay_out! {\n");
    for described in &interface.structs {
        let fields: Vec<_> = described.fields.iter().map(|field| raw(&field.name)).collect();
        let fields = wrapped(&fields.join(" "), "            ");
        _ = write!(text, "        {} {{\n{fields}        }}\n", described.name);
    }
    text.push_str("    }\n}\n");
    text
}

/// `type` is a keyword of Rust.
fn raw(field: &str) -> String {
    if field == "type" { "r#type".to_owned() } else { field.to_owned() }
}

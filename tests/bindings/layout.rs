//! The structs that cross the boundary: Rust, C and C# lay them out as the model says from which the
//! bindings are generated.

use std::fmt::Write;
use std::process::Command;

use mpa_tests::build::{self, GCC};

use crate::{csharp, fields, interface};

#[test]
fn every_field_is_at_its_place_in_rust() {
    assert_eq!(sorted(fields::in_rust()), in_the_model());
}

#[test]
fn every_field_is_at_its_place_in_c() {
    assert_eq!(in_c(), in_the_model());
}

#[test]
fn every_field_is_at_its_place_in_csharp() {
    let Some(described) = csharp::describe() else { return };
    let in_csharp = described.filter(|line| line.starts_with("struct ") || line.starts_with("field "));
    assert_eq!(sorted(in_csharp.collect()), in_the_model());
}

/// A line for each struct with its size, and one for each field with its offset and size.
macro_rules! lay_out {
    ($($name:ident { $($field:ident)+ })+) => {
        vec![$(
            format!("struct {} {}", stringify!($name), size_of::<$name>()),
            $(format!(
                "field {}.{} {} {}",
                stringify!($name),
                stringify!($field).trim_start_matches("r#"),
                std::mem::offset_of!($name, $field),
                $crate::layout::size_of_field(|value: &$name| &value.$field),
            ),)+
        )+]
    };
}
pub(crate) use lay_out;

pub fn size_of_field<S, F>(_: impl Fn(&S) -> &F) -> usize {
    size_of::<F>()
}

fn in_the_model() -> Vec<String> {
    let mut lines = Vec::new();
    for described in &interface().structs {
        let name = &described.name;
        lines.push(format!("struct {name} {}", described.size));
        let fields = described.fields.iter();
        lines.extend(fields.map(|field| format!("field {name}.{} {} {}", field.name, field.offset, field.size)));
    }
    sorted(lines)
}

/// By a program that asks the compiler.
fn in_c() -> Vec<String> {
    GCC.needed();
    let mut program = "#include \"mpa.h\"\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n".to_owned();
    for described in &interface().structs {
        let name = &described.name;
        let _ = writeln!(program, "printf(\"struct {name} %zu\\n\", sizeof({name}));");
        for field in described.fields.iter().map(|field| &field.name) {
            let place = format!("offsetof({name}, {field}), sizeof((({name} *)0)->{field})");
            let _ = writeln!(program, "printf(\"field {name}.{field} %zu %zu\\n\", {place});");
        }
    }
    program.push_str("return 0;\n}\n");
    let folder = build::scratch("c-layout");
    let (source, executable) = (folder.join("layout.c"), folder.join("layout"));
    std::fs::write(&source, program).expect("the program is written");
    let mut compile = Command::new(GCC.name);
    build::run(compile.arg("-o").arg(&executable).arg(source).args(build::link_arguments()));
    let printed = String::from_utf8(build::run(&mut Command::new(executable)).stdout).expect("text");
    sorted(printed.lines().map(str::to_owned).collect())
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

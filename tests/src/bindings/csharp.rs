//! The generated files of bindings/csharp: declarations, enumerations, constants, and the names in
//! messages.

use std::fmt::Write;

use super::names::{self, pascal};
use super::{NOTICE, summary};
use crate::interface::{Constant, Field, Function, Interface, Struct, Type};

const WIDTH: usize = 110;

/// Names of parameters that C# has other uses for.
const KEYWORDS: [&str; 8] = ["event", "params", "object", "string", "in", "out", "ref", "lock"];

/// The structs and functions, under their names in C.
pub fn native(interface: &Interface) -> String {
    let mut text = format!(
        "// {NOTICE}

using System.Runtime.InteropServices;

// What the C side fills or leaves zero is never assigned here.
#pragma warning disable 649

namespace Mpa.Internal
{{
    /// <summary>mpa.h, declaration by declaration and under its names. All structs have the same
    /// layout in C and here, so that nothing is converted on the way.</summary>
    internal static unsafe class Native
    {{
        /// <summary>libmpa.so, mpa.dll or libmpa.dylib.</summary>
        private const string Library = \"mpa\";
"
    );
    for described in &interface.structs {
        text.push_str(&native_struct(interface, described));
    }
    for function in &interface.functions {
        text.push_str(&native_function(interface, function));
    }
    text.push_str("    }\n}\n");
    text
}

fn native_struct(interface: &Interface, Struct { name, fields, size, .. }: &Struct) -> String {
    let mut text = format!(
        "\n        [StructLayout(LayoutKind.Sequential, Size = {size})]\n        internal struct {name}\n        {{\n"
    );
    for Field { name, type_of, .. } in fields {
        let in_csharp = native_type(interface, type_of);
        _ = match type_of.count {
            Some(count) => writeln!(text, "            public fixed {in_csharp} {name}[{count}];"),
            None => writeln!(text, "            public {in_csharp} {name};"),
        };
    }
    if fields[0].name == "struct_size" {
        _ = write!(
            text,
            "
            public static {name} Init()
            {{
                return new {name} {{ struct_size = (uint)sizeof({name}) }};
            }}
"
        );
    }
    text.push_str("        }\n");
    text
}

fn native_function(interface: &Interface, Function { name, returns, parameters, .. }: &Function) -> String {
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, type_of)| {
            let escape = if KEYWORDS.contains(&name.as_str()) { "@" } else { "" };
            format!("{} {escape}{name}", native_type(interface, type_of))
        })
        .collect();
    let before = format!("        internal static extern {} {name}(", native_type(interface, returns));
    let on_one_line = format!("{before}{});", parameters.join(", "));
    let declaration = if on_one_line.len() <= WIDTH {
        on_one_line
    } else {
        format!("{before}\n            {});", parameters.join(",\n            "))
    };
    let import = "[DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]";
    format!("\n        {import}\n{declaration}\n")
}

fn native_type(interface: &Interface, Type { base, pointer, .. }: &Type) -> String {
    let base = match base.as_str() {
        "char" => "byte",
        "int32_t" => "int",
        "uint32_t" => "uint",
        "int64_t" => "long",
        "uint64_t" => "ulong",
        name if interface.enumeration(name).is_some() => "int",
        name => name,
    };
    format!("{base}{}", if pointer.is_some() { "*" } else { "" })
}

pub fn enumerations(interface: &Interface) -> String {
    let mut text = format!("// {NOTICE}\n");
    let (shown, internal): (Vec<_>, Vec<_>) = interface.enumerations.iter().partition(|it| names::is_shown(&it.name));
    for (namespace, access, enumerations) in [("Mpa", "public", shown), ("Mpa.Internal", "internal", internal)] {
        _ = write!(text, "\nnamespace {namespace}\n{{\n");
        let declarations = enumerations.iter().map(|enumeration| {
            let name = &enumeration.name;
            let summary = summary::lines(interface, "    ", name, &enumeration.documentation, Some(enumeration));
            let members = enumeration.members.iter().map(|constant| {
                let Constant { name, value, documentation } = constant;
                let summary = summary::lines(interface, "        ", name, documentation, Some(enumeration));
                format!("{summary}        {} = {value},\n", names::member(enumeration, constant))
            });
            let members: Vec<_> = members.collect();
            format!("{summary}    {access} enum Mpa{}\n    {{\n{}    }}\n", pascal(name), spaced(&members))
        });
        _ = writeln!(text, "{}}}", spaced(&declarations.collect::<Vec<_>>()));
    }
    text
}

/// A blank line before and after what has documentation.
fn spaced(declarations: &[String]) -> String {
    let is_documented = |declaration: &String| declaration.trim_start().starts_with("///");
    let mut text = String::new();
    for (index, declaration) in declarations.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| &declarations[before]);
        if before.is_some_and(|before| is_documented(declaration) || is_documented(before)) {
            text.push('\n');
        }
        text.push_str(declaration);
    }
    text
}

pub fn constants(interface: &Interface) -> String {
    let members = |class: &str| -> String {
        let members = interface.constants.iter().filter(|constant| names::constant(&constant.name).0 == class);
        let members = members.map(|Constant { name, value, documentation }| {
            let summary = summary::lines(interface, "        ", name, documentation, None);
            format!("{summary}        public const uint {} = {value};\n", names::constant(name).1)
        });
        spaced(&members.collect::<Vec<_>>())
    };
    format!(
        "// {NOTICE}

namespace Mpa
{{
    /// <summary>What the service and the library take. More in one call than in one request is sent
    /// as several requests.</summary>
    public static class MpaLimits
    {{
{}    }}

    public static unsafe partial class MpaLibrary
    {{
{}    }}
}}
",
        members("MpaLimits"),
        members("MpaLibrary")
    )
}

pub fn member_names(interface: &Interface) -> String {
    let entries = names::in_messages(interface);
    let entries: Vec<_> = entries.iter().map(|(name, in_csharp)| format!("{name}={in_csharp}")).collect();
    format!(
        "// {NOTICE}

namespace Mpa.Internal
{{
    internal static partial class MemberNames
    {{
        /// <summary>Names of mpa.h that a message may have, each with what it is here.</summary>
        private const string All =
            \"{}\";
    }}
}}
",
        entries.join(" \"\n            + \"")
    )
}

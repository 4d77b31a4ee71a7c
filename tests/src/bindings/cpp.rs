//! bindings/cpp/mpa_enums.hpp.

use std::fmt::Write;

use super::NOTICE;
use super::names::{member, pascal};
use crate::interface::Interface;

pub fn enumerations(interface: &Interface) -> String {
    let mut text = format!(
        "// mpa_enums.hpp: the enumerations of mpa.h in C++. Included by mpa.hpp.
//
// {NOTICE}

#ifndef MPA_ENUMS_HPP
#define MPA_ENUMS_HPP

#include \"mpa.h\"

namespace mpa {{
"
    );
    for enumeration in &interface.enumerations {
        let name = &enumeration.name;
        _ = write!(text, "\n{}enum class {} : {name} {{\n", comment("", &enumeration.documentation), pascal(name));
        for constant in &enumeration.members {
            text.push_str(&comment("    ", &constant.documentation));
            _ = writeln!(text, "    {} = {},", member(enumeration, constant), constant.name);
        }
        text.push_str("};\n");
    }
    text.push_str("\n} // namespace mpa\n\n#endif // MPA_ENUMS_HPP\n");
    text
}

fn comment(indent: &str, documentation: &str) -> String {
    documentation.lines().map(|line| format!("{indent}/// {line}\n")).collect()
}

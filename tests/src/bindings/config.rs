//! How the configuration is copied into its struct of C, field by field: in C# a file, in C++ a part of
//! mpa_config.hpp.

use std::fmt::Write;

use super::NOTICE;
use super::names::property;
use crate::interface::{Field, Interface, Struct};

const BEGIN: &str = "// <generated>";
const END: &str = "// </generated>";

/// What a field is in C++ and C#.
enum Kind {
    Text,
    Enumeration,
    Flag,
    Duration,
    /// A duration for which there is MPA_NONE.
    DurationOrNone,
    Number,
}

/// The fields that are copied one by one. Structs that are pointed to are filled by hand.
fn fields(interface: &Interface) -> impl Iterator<Item = (&Struct, &Field, Kind)> {
    let config = interface.structs.iter().find(|it| it.name == "mpa_client_config").expect("there is a configuration");
    config.data_fields().filter_map(move |field| {
        let documentation = &field.documentation;
        let kind = match (field.type_of.base.as_str(), field.type_of.pointer.is_some()) {
            ("char", true) => Kind::Text,
            (_, true) => return None,
            (name, _) if interface.enumeration(name).is_some() => Kind::Enumeration,
            _ if field.name.ends_with("_ms") && documentation.contains("MPA_NONE") => Kind::DurationOrNone,
            _ if field.name.ends_with("_ms") => Kind::Duration,
            _ if documentation.starts_with("1: ") => Kind::Flag,
            _ => Kind::Number,
        };
        Some((config, field, kind))
    })
}

pub fn csharp(interface: &Interface) -> String {
    let mut copies = String::new();
    for (config, field, kind) in fields(interface) {
        let (name, property) = (&field.name, property(config, &field.name));
        let value = match kind {
            Kind::Text => format!("texts.Add({property}, \"config.{property}\")"),
            Kind::Enumeration => format!("(int){property}"),
            Kind::Flag => format!("{property} ? 1u : 0u"),
            Kind::Duration => format!("Time.Limit({property})"),
            Kind::DurationOrNone => format!("Time.OrNone({property})"),
            Kind::Number => property,
        };
        _ = writeln!(copies, "            raw.{name} = {value};");
    }
    format!(
        "// {NOTICE}

namespace Mpa
{{
    using Mpa.Internal;

    public sealed partial class MpaClientConfig
    {{
        /// <summary>All but the authorization. The texts are those of <paramref name=\"texts\"/>.</summary>
        internal unsafe Native.mpa_client_config Raw(Texts texts)
        {{
            var raw = Native.mpa_client_config.Init();
{copies}            return raw;
        }}
    }}
}}
"
    )
}

/// `mpa_config.hpp` with its generated part as it should be.
pub fn cpp(interface: &Interface, header: &str) -> String {
    let (mut checks, mut copies) = (Vec::new(), String::new());
    for (_, Field { name, type_of, .. }, kind) in fields(interface) {
        let member = name.strip_suffix("_ms").unwrap_or(name);
        if matches!(kind, Kind::Text) {
            checks.push(format!("check_text(config.{name}, \"config.{name}\", result)"));
        }
        let value = match kind {
            Kind::Text => format!("text(config.{member})"),
            Kind::Enumeration => format!("static_cast<{}>(config.{member})", type_of.base),
            Kind::Flag => format!("config.{member} ? 1 : 0"),
            Kind::Duration => format!("milliseconds(config.{member})"),
            Kind::DurationOrNone => format!("milliseconds_or_none(config.{member})"),
            Kind::Number => format!("config.{member}"),
        };
        _ = writeln!(copies, "    raw.{name} = {value};");
    }
    let (before, rest) = header.split_once(BEGIN).expect("mpa_config.hpp says where its generated part begins");
    let (_, after) = rest.split_once(END).expect("mpa_config.hpp says where its generated part ends");
    format!(
        "{before}{BEGIN} {NOTICE}

/// False where a text cannot be passed on as it is; `result` says which.
inline bool check_texts(const ClientConfig& config, mpa_result& result) noexcept
{{
    return {};
}}

/// All but the authorization. What is filled points into `config`.
inline mpa_client_config raw_config(const ClientConfig& config) noexcept
{{
    mpa_client_config raw = MPA_INIT(mpa_client_config);
{copies}    return raw;
}}

{END}{after}",
        checks.join("\n           && ")
    )
}

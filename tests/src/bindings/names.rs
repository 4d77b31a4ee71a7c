//! The names of the C interface in C++ and C#: by rules, and one table of what no rule gives.

use crate::interface::{Constant, Enumeration, Interface, Struct};

/// Words that are spelled in a way of their own, as the service does it.
const WORDS: [(&str, &str); 2] = [("IOS", "IOS"), ("PLAYSTATION", "PlayStation")];

/// Functions whose C# counterpart is named in messages or documentation.
const FUNCTIONS: [(&str, &str); 9] = [
    ("mpa_client_set_authorization", "MpaClient.SetAuthorization"),
    ("mpa_client_get_authorization", "MpaClient.TryGetAuthorization"),
    ("mpa_client_invalidate_authorization", "MpaClient.InvalidateAuthorization"),
    ("mpa_client_open", "MpaClient.Open"),
    ("mpa_client_close", "MpaClient.Close"),
    ("mpa_client_drain", "MpaClient.DrainAsync"),
    ("mpa_client_flush", "MpaClient.FlushAsync"),
    ("mpa_poll_event", "MpaClient.Poll"),
    ("mpa_stats_prometheus", "MpaStats.TryGetPrometheusText"),
];

/// Enumerations and structs that C# does not show to its users.
const INTERNAL: [&str; 3] = ["mpa_event_type", "mpa_event", "mpa_authorization_buffers"];

/// Names in the tables here must not outlive what they name.
pub fn check(interface: &Interface) {
    for name in FUNCTIONS.iter().map(|(name, _)| *name).chain(INTERNAL) {
        assert!(interface.declares(name), "bindings/names.rs has {name}, which the header does not declare");
    }
}

/// `EncounterType` for `mpa_encounter_type`, `TimedOut` for `TIMED_OUT`.
pub fn pascal(name: &str) -> String {
    let name = name.strip_prefix("mpa_").unwrap_or(name);
    let word = |word: &str| match WORDS.iter().find(|(written, _)| *written == word) {
        Some((_, spelled)) => (*spelled).to_owned(),
        None => format!("{}{}", word[..1].to_uppercase(), word[1..].to_lowercase()),
    };
    name.split('_').filter(|part| !part.is_empty()).map(word).collect()
}

/// The enumerator of C++ and C#: `TimedOut` for `MPA_ERROR_TIMED_OUT`.
pub fn member(enumeration: &Enumeration, constant: &Constant) -> String {
    let name = constant.name.strip_prefix(&enumeration.prefix());
    pascal(name.unwrap_or(&constant.name["MPA_".len()..]))
}

/// A constant that belongs to no enumeration, and its class in C#.
pub fn constant(name: &str) -> (&'static str, String) {
    let class = if name.starts_with("MPA_VERSION_") { "MpaLibrary" } else { "MpaLimits" };
    (class, pascal(&name["MPA_".len()..]))
}

/// The property of C# that stands for a field; of a time, a `TimeSpan`.
pub fn property(of: &Struct, field: &str) -> String {
    let counted = field.strip_suffix("_count").map(|one| format!("{one}s"));
    if let Some(array) =
        of.fields.iter().find(|array| array.type_of.pointer.is_some() && Some(&array.name) == counted.as_ref())
    {
        return format!("{}.Count", pascal(&array.name));
    }
    let name = field.strip_suffix("_unix_ms").or(field.strip_suffix("_ms"));
    pascal(name.unwrap_or(field))
}

/// As messages name it: they give the milliseconds of a duration, and times as they are.
pub fn property_in_messages(of: &Struct, field: &str) -> String {
    let name = property(of, field);
    // A nullable TimeSpan of which no message gives the milliseconds.
    let is_duration = field.ends_with("_ms") && !field.ends_with("_unix_ms") && field != "expires_in_ms";
    if is_duration { format!("{name}.TotalMilliseconds") } else { name }
}

/// What a name of the header is in C#, qualified; `None` for what is not shown there, or is none.
/// `near`: the enumeration whose documentation names it.
pub fn in_csharp(interface: &Interface, name: &str, near: Option<&Enumeration>) -> Option<String> {
    // `_CLOSED`, behind another status.
    let abbreviated = near.filter(|_| name.starts_with('_')).map(|near| near.prefix() + &name[1..]);
    let name = abbreviated.as_deref().unwrap_or(name);
    let function = FUNCTIONS.iter().find(|(function, _)| *function == name).map(|(_, found)| (*found).to_owned());
    function
        .or_else(|| type_in_csharp(interface, name))
        .or_else(|| number_in_csharp(interface, name))
        .or_else(|| field_in_csharp(interface, name, near))
}

fn type_in_csharp(interface: &Interface, name: &str) -> Option<String> {
    let is_type = interface.enumeration(name).is_some() || interface.structs.iter().any(|it| it.name == name);
    (is_type && is_shown(name)).then(|| format!("Mpa{}", pascal(name)))
}

/// Of a prefix such as `MPA_LOG_`, the enumeration.
fn number_in_csharp(interface: &Interface, name: &str) -> Option<String> {
    for enumeration in interface.enumerations.iter().filter(|it| is_shown(&it.name)) {
        let type_name = format!("Mpa{}", pascal(&enumeration.name));
        if name == enumeration.prefix() {
            return Some(type_name);
        }
        if let Some(constant) = enumeration.members.iter().find(|constant| constant.name == name) {
            return Some(format!("{type_name}.{}", member(enumeration, constant)));
        }
    }
    interface.constants.iter().find(|constant| constant.name == name)?;
    let (class, member) = constant(name);
    Some(format!("{class}.{member}"))
}

/// The documentation of an enumeration mostly means a struct that has a field of it.
fn field_in_csharp(interface: &Interface, name: &str, near: Option<&Enumeration>) -> Option<String> {
    let has_one = |it: &&Struct| near.is_some_and(|near| it.fields.iter().any(|field| field.type_of.base == near.name));
    let shown = || interface.structs.iter().filter(|it| is_shown(&it.name));
    let mut candidates = shown().filter(has_one).chain(shown());
    let of = candidates.find(|it| it.fields.iter().any(|field| field.name == name))?;
    Some(format!("Mpa{}.{}", pascal(&of.name), property(of, name)))
}

pub fn is_shown(name: &str) -> bool {
    !INTERNAL.contains(&name)
}

/// Names that messages may have and their counterparts in C#, sorted; what belongs to the client has no
/// class before it in a message, and neither has a field.
pub fn in_messages(interface: &Interface) -> Vec<(String, String)> {
    let functions = FUNCTIONS.map(|(name, found)| (name.to_owned(), found.trim_start_matches("MpaClient.").to_owned()));
    let of_inputs = interface.inputs().flat_map(|of| of.data_fields().map(move |field| (of, field.name.as_str())));
    let result = interface.structs.iter().find(|it| it.name == "mpa_result").expect("there are results");
    let fields = of_inputs.chain([(result, "retry_after_ms")]);
    let fields = fields.map(|(of, field)| (field.to_owned(), property_in_messages(of, field)));
    let prefixes = interface.enumerations.iter().map(Enumeration::prefix);
    let numbers = interface.numbers().map(|number| number.name.clone()).chain(prefixes);
    let numbers = numbers.filter_map(|name| number_in_csharp(interface, &name).map(|found| (name, found)));
    let mut names: Vec<_> = functions.into_iter().chain(fields).chain(numbers).collect();
    names.sort();
    names.dedup();
    let twice = names.windows(2).find(|pair| pair[0].0 == pair[1].0);
    assert!(twice.is_none(), "one name, two meanings in C#: {twice:?}");
    names
}

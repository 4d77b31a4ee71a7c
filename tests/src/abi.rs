//! The C interface as recorded in `docs/abi.txt`, and what changed since: see `docs/abi.md`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use crate::header::repository;
use crate::interface::{Field, Function, Interface, Pointer, Struct, Type};

const TOP: &str = "\
# The C interface, recorded: docs/abi.md says what may change when. Written by
#   cargo run -p mpa-tests --bin write-abi
# Of a field: offset, size, type, name.
";

pub fn path() -> PathBuf {
    repository().join("docs/abi.txt")
}

/// The text of `docs/abi.txt` as it should be. A line stands for one declaration or one field, in the order of the
/// header.
pub fn text(interface: &Interface) -> String {
    let mut text = TOP.to_owned();
    for described in &interface.structs {
        let Struct { name, size, alignment, .. } = described;
        let _ = writeln!(text, "\nstruct {name} size {size} alignment {alignment}");
        for Field { name: field, type_of, offset, size, .. } in &described.fields {
            let _ = writeln!(text, "field {name}.{field} {offset} {size} {}", c_type(type_of));
        }
    }
    for enumeration in &interface.enumerations {
        let _ = writeln!(text, "\nenumeration {} int32_t", enumeration.name);
        for member in &enumeration.members {
            let _ = writeln!(text, "constant {} {}", member.name, member.value);
        }
    }
    text.push('\n');
    // The version is no part of what it is the version of.
    for constant in interface.constants.iter().filter(|constant| !constant.name.starts_with("MPA_VERSION_")) {
        let _ = writeln!(text, "constant {} {}", constant.name, constant.value);
    }
    text.push('\n');
    for Function { name, returns, parameters, .. } in &interface.functions {
        let parameters: Vec<_> = parameters.iter().map(|(_, of)| c_type(of)).collect();
        let parameters = if parameters.is_empty() { "void".to_owned() } else { parameters.join(", ") };
        let _ = writeln!(text, "function {name} {} ({parameters})", c_type(returns));
    }
    text
}

fn c_type(of: &Type) -> String {
    let base = match of.pointer {
        Some(Pointer::ToConst) => format!("const {} *", of.base),
        Some(Pointer::ToMutable) => format!("{} *", of.base),
        None => of.base.clone(),
    };
    of.count.map_or(base.clone(), |count| format!("{base}[{count}]"))
}

/// What is different from the recorded text, a line each.
#[derive(Debug, Default, PartialEq)]
pub struct Changes {
    /// What programs of the recorded interface do not notice.
    pub additions: Vec<String>,
    /// All else.
    pub breaks: Vec<String>,
}

/// Compares two texts of the form above.
pub fn changes(recorded: &str, declared: &str) -> Changes {
    let (before, after) = (entries(recorded), entries(declared));
    let mut changes = Changes::default();
    for (name, was) in &before {
        match after.get(name) {
            Some(is) if is == was => {}
            Some(is) if has_grown(name, was, is, &before) => changes.additions.push(format!("{name}: {was}, now {is}")),
            Some(is) => changes.breaks.push(format!("{name}: {was}, now {is}")),
            None if is_reserved(name) => changes.additions.push(format!("{name} is in use now")),
            None => changes.breaks.push(format!("{name} is gone")),
        }
    }
    for (name, is) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        let addition = format!("{name}: {is}, new");
        if fits(name, is, &before) { changes.additions.push(addition) } else { changes.breaks.push(addition) }
    }
    changes
}

/// What a line says, by what it says it of: `field mpa_event.type`, and `4 4 mpa_event_type`.
fn entries(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let entries = lines.map(|line| {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default();
        (format!("{} {}", word(), word()), word().to_owned())
    });
    entries.collect()
}

/// A struct that begins with its size may become larger: its new fields are looked at by themselves. What is
/// reserved may become smaller. A limit may grow.
fn has_grown(name: &str, was: &str, is: &str, before: &BTreeMap<String, String>) -> bool {
    let larger = || numbers(was).next() < numbers(is).next();
    if let Some(of) = name.strip_prefix("struct ") {
        let is_sized = before.contains_key(&format!("field {of}.struct_size"));
        return is_sized && larger() && numbers(was).nth(1) == numbers(is).nth(1);
    }
    if is_reserved(name) {
        let ((from, to), (offset, end)) = (extent(was), extent(is));
        return from <= offset && end <= to;
    }
    name.starts_with("constant MPA_MAX_") && larger()
}

fn is_reserved(name: &str) -> bool {
    name.starts_with("field ") && name.rsplit('.').next().is_some_and(|field| field.starts_with("reserved"))
}

/// Whether something new leaves what was recorded as it is.
fn fits(name: &str, is: &str, before: &BTreeMap<String, String>) -> bool {
    let Some((of, _)) = name.strip_prefix("field ").and_then(|field| field.split_once('.')) else { return true };
    let Some(size) = before.get(&format!("struct {of}")).and_then(|was| numbers(was).next()) else { return true };
    // Behind the end, or within what was reserved.
    let (offset, end) = extent(is);
    let reserved = before.iter().filter(|(name, _)| is_reserved(name) && name.starts_with(&format!("field {of}.")));
    offset >= size || reserved.map(|(_, was)| extent(was)).any(|(from, to)| from <= offset && end <= to)
}

fn extent(field: &str) -> (u64, u64) {
    let mut numbers = numbers(field);
    let (offset, size) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    (offset, offset + size)
}

fn numbers(text: &str) -> impl Iterator<Item = u64> {
    text.split(' ').filter_map(|word| word.parse().ok())
}

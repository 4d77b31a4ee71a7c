//! The configuration file: options in TOML.

use std::sync::Arc;

use mpa::file::{self, FileError};
use toml::de::{DeTable, DeValue};

use super::given::{self, Given, Origin, Value, unknown};
use super::table::{Info, Kind, OPTIONS};
use super::{Refused, Result};

/// More than a file with every option.
const LARGEST_FILE: usize = 256 * 1024;

/// `named`: the option that names the file.
pub fn read(path: &str, named: &str) -> Result<Given> {
    let unusable = |error| Refused::Files(format!("{named} {path} {error}"));
    let bytes = file::read(path, LARGEST_FILE).map_err(unusable)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| unusable(FileError::NotText))?;
    options(text.trim_start_matches('\u{feff}'), path)
}

/// Reads the text of the file. `path` is for messages.
fn options(text: &str, path: &str) -> Result<Given> {
    let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    // What TOML's errors show by themselves is the line with its values, and they may be secrets.
    let table = DeTable::parse(text).map_err(|error| {
        let place = error.span().map(|span| format!(", line {}", line(span.start))).unwrap_or_default();
        Refused::Files(format!("{path}{place}: invalid TOML: {}", error.message()))
    })?;
    let path = Arc::<str>::from(path);
    let mut given = Given::default();
    let mut entries: Vec<_> = table.get_ref().iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let line = line(key.span().start);
        let known = || OPTIONS.iter().filter(|info| info.is_for_files());
        let Some(info) = known().find(|info| info.key() == key.get_ref().as_ref()) else {
            let unknown = unknown("there is no option", key.get_ref(), known().map(Info::key));
            return Err(format!("{path}, line {line}: {unknown}").into());
        };
        let origin = Origin::File(path.clone(), line);
        let text = text_of(info, value.get_ref()).map_err(|wrong| format!("{} {wrong}", origin.named(info)))?;
        given.put(info, Value { text, origin })?;
    }
    Ok(given)
}

/// The value as a flag would have it.
fn text_of(info: &Info, value: &DeValue<'_>) -> given::Result<String> {
    let (expected, text) = match info.kind {
        Kind::Switch => ("true or false, without quotes", value.as_bool().map(|value| value.to_string())),
        Kind::Number { .. } => ("a number, without quotes", integer(value)),
        _ => ("a text in quotes", value.as_str().map(str::to_owned)),
    };
    text.ok_or_else(|| format!("is {}; expected {expected}", kind_of(value)))
}

fn integer(value: &DeValue<'_>) -> Option<String> {
    let integer = value.as_integer()?;
    Some(i64::from_str_radix(integer.as_str(), integer.radix()).ok()?.to_string())
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

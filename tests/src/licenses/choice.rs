//! Which of the licences that a crate offers it is used under.

use std::path::Path;

use spdx::{Expression, Licensee, ParseMode};

/// What a SPDX expression comes down to.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// All of these apply.
    pub used: Vec<String>,
    /// None of these does.
    pub declined: Vec<String>,
}

/// The licences of deny.toml, the preferred ones first.
///
/// # Errors
///
/// What is wrong with the file.
pub fn accepted(file: &Path) -> Result<Vec<Licensee>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("deny.toml could not be read: {error}"))?;
    let table: toml::Table = text.parse().map_err(|error| format!("deny.toml: {error}"))?;
    let allowed = table.get("licenses").and_then(|licenses| licenses.get("allow")?.as_array());
    let allowed = allowed.ok_or("deny.toml has no list `licenses.allow`")?;
    let parsed = allowed.iter().map(|license| {
        let license = license.as_str().ok_or("deny.toml: `licenses.allow` is a list of names")?;
        Licensee::parse(license).map_err(|error| format!("deny.toml: {error}"))
    });
    parsed.collect()
}

/// Takes the least of an expression that suffices, and of that what is preferred.
///
/// # Errors
///
/// A sentence, if it is no expression, or if it asks for what is not accepted.
pub fn choose(expression: &str, accepted: &[Licensee]) -> Result<Choice, String> {
    // Crates of old have `MIT/Apache-2.0`.
    let parsed = Expression::parse_mode(expression, ParseMode::LAX)
        .map_err(|error| format!("its licence `{expression}` is no SPDX expression: {}", error.reason))?;
    let used = parsed
        .minimized_requirements(accepted)
        .map_err(|_| format!("its licence `{expression}` is not among those that deny.toml allows"))?;
    let used: Vec<String> = used.iter().map(ToString::to_string).collect();
    let offered = parsed.requirements().map(|offered| offered.req.to_string());
    let declined = offered.filter(|offered| !used.contains(offered)).collect();
    Ok(Choice { used, declined })
}

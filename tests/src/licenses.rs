//! The text of `THIRD-PARTY-LICENSES.txt`: what others wrote and is linked into the library, under
//! which licences, and the texts of those.

pub mod choice;
pub mod files;
pub mod linked;
mod toolchain;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use crate::header::repository;
use linked::{Crate, linked};

pub use toolchain::standard_library;

/// A file with a licence or a notice.
pub struct LicenseText {
    /// Its path within what it came with.
    pub file: String,
    pub text: String,
}

impl LicenseText {
    fn new(file: &str, text: &str) -> Self {
        LicenseText { file: file.to_owned(), text: text.to_owned() }
    }
}

/// Something that is linked in: a crate, or a part of what comes with the compiler.
struct Part {
    name: String,
    /// As a SPDX expression.
    license: String,
    /// What is left of the expression where it leaves a choice.
    used_under: String,
    /// The targets that have it, where not all do.
    only_on: Option<String>,
    texts: Vec<LicenseText>,
}

pub fn path() -> PathBuf {
    repository().join("THIRD-PARTY-LICENSES.txt")
}

/// The notice as it should be for a package of this workspace.
///
/// Crates that cargo has not downloaded yet are downloaded.
///
/// # Errors
///
/// A sentence, if cargo fails, or if a crate has no licence that deny.toml allows, or no text of it.
pub fn text(package: &str) -> Result<String, String> {
    let accepted = choice::accepted(&repository().join("deny.toml"))?;
    let crates_of = |found: Vec<Crate>| -> Result<Vec<Part>, String> {
        found.into_iter().map(|found| part_of(found, &accepted)).collect()
    };
    let crates = crates_of(linked(&repository().join("Cargo.toml"), package)?)?;
    let standard_library = standard_library()?;
    let rust = standard_library.rust;
    let mut of_the_compiler = toolchain::parts(&rust);
    of_the_compiler.extend(crates_of(standard_library.crates)?);

    let mut notice = format!(
        "THIRD-PARTY LICENCES of {package}

{package} contains the software that is listed here. Their licences ask that their texts and copyright notices go
with every copy: whoever distributes {package}, by itself or as a part of something, distributes this file too.

Written by `cargo run -p mpa-tests --bin write-licenses`. Do not edit it.

CRATES
"
    );
    list(&mut notice, &crates);
    let _ = writeln!(notice, "\nSTANDARD LIBRARY OF RUST {rust}, AND WHAT ELSE A COMPILER LINKS IN");
    list(&mut notice, &of_the_compiler);
    notice.push_str(
        "
Parts of GCC's runtime library may be linked in too. The GCC Runtime Library Exception allows that under any terms.
",
    );
    write_texts(&mut notice, crates.into_iter().chain(of_the_compiler));
    Ok(notice)
}

fn part_of(found: Crate, accepted: &[spdx::Licensee]) -> Result<Part, String> {
    let name = format!("{} {}", found.name, found.version);
    let choice = choice::choose(&found.license, accepted).map_err(|error| format!("{name}: {error}"))?;
    let texts = files::of(&found.folder, &choice).map_err(|error| format!("{name}: {error}"))?;
    let used_under = choice.used.join(" AND ");
    Ok(Part { name, license: found.license, used_under, only_on: found.only_on, texts })
}

fn list(notice: &mut String, parts: &[Part]) {
    for part in parts {
        let mut line = format!("\n  {:<40}{}", part.name, part.used_under);
        if part.license != part.used_under {
            let _ = write!(line, " (offered: {})", part.license);
        }
        if let Some(targets) = &part.only_on {
            let _ = write!(line, "; only on {targets}");
        }
        notice.push_str(&line);
    }
    notice.push('\n');
}

/// Each text once, with all that it applies to.
fn write_texts(notice: &mut String, parts: impl Iterator<Item = Part>) {
    let mut order = Vec::new();
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for part in parts {
        for LicenseText { file, text } in part.texts {
            let text = normalize(&text);
            let of_this_text = users.entry(text.clone()).or_default();
            if of_this_text.is_empty() {
                order.push(text);
            }
            of_this_text.push(format!("{} ({file})", part.name));
        }
    }
    for text in order {
        let rule = "=".repeat(100);
        let _ = write!(notice, "\n{rule}\n{}\n{rule}\n\n{text}", users[&text].join("\n"));
    }
}

/// A text without what does not show: a byte order mark, carriage returns, spaces at the end of lines,
/// empty lines around it.
fn normalize(text: &str) -> String {
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_matches('\n'))
}

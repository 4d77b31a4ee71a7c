//! The texts of licences that come with a crate.

use std::path::{Path, PathBuf};

use super::LicenseText;
use super::choice::Choice;

/// What files with licences and notices are called, in small letters.
const NAMES: [&str; 6] = ["license", "licence", "copying", "copyright", "notice", "unlicense"];

/// Licences, and words that stand in their texts and in no other's.
const LICENSES: [(&str, &str); 10] = [
    ("MIT", "copyright notice and this permission notice shall be included in all copies or substantial portions"),
    ("Apache-2.0", "Apache License Version 2.0, January 2004"),
    ("ISC", "granted, provided that the above copyright notice and this permission notice appear in all copies"),
    ("0BSD", "with or without fee is hereby granted. THE SOFTWARE IS PROVIDED \"AS IS\""),
    ("BSD-3-Clause", "used to endorse or promote products derived from this software without specific prior written"),
    ("BSL-1.0", "Boost Software License - Version 1.0"),
    ("Zlib", "This software is provided 'as-is', without any express or implied warranty."),
    ("CDLA-Permissive-2.0", "Community Data License Agreement - Permissive - Version 2.0"),
    ("Unicode-3.0", "UNICODE LICENSE V3"),
    ("Unlicense", "This is free and unencumbered software released into the public domain."),
];

/// The files of a crate that apply, by its licence as it was chosen.
///
/// # Errors
///
/// A sentence, if a licence has no text among them, or a file cannot be read.
pub fn of(folder: &Path, choice: &Choice) -> Result<Vec<LicenseText>, String> {
    let mut files = Vec::new();
    find(folder, &mut files).map_err(|error| format!("{} could not be read: {error}", folder.display()))?;
    let mut texts = Vec::new();
    let mut missing = choice.used.clone();
    for path in files {
        let text = std::fs::read(&path).map_err(|error| format!("{} could not be read: {error}", path.display()))?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let licenses = recognize(&text);
        // What is not recognised is a notice, and what the crate's expression does not name is of a part of it.
        let declined = |license: &&str| choice.declined.iter().any(|declined| declined == license);
        if !licenses.is_empty() && licenses.iter().all(declined) {
            continue;
        }
        missing.retain(|license| !licenses.contains(&license.as_str()));
        let name = path.strip_prefix(folder).unwrap_or(&path);
        texts.push(LicenseText { file: name.display().to_string().replace('\\', "/"), text });
    }
    match missing.first() {
        None => Ok(texts),
        Some(license) => Err(format!(
            "no file in {} has the text of {license}; if one has, tests/src/licenses/files.rs must learn to recognise it",
            folder.display()
        )),
    }
}

/// The files with licences in a folder and those in it, in the order of their names.
fn find(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        if entry.file_type()?.is_dir() {
            find(&entry.path(), found)?;
        } else if is_license(&entry.file_name().to_string_lossy()) {
            found.push(entry.path());
        }
    }
    Ok(())
}

fn is_license(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_code = [".rs", ".c", ".h", ".py", ".sh", ".toml", ".html"].iter().any(|end| name.ends_with(end));
    NAMES.iter().any(|start| name.starts_with(start)) && !is_code
}

fn recognize(text: &str) -> Vec<&'static str> {
    // Some texts are in comments.
    let words = text.split_whitespace().filter(|word| !["//", "*", "#"].contains(word));
    let words = words.collect::<Vec<_>>().join(" ");
    LICENSES.iter().filter(|(_, phrase)| words.contains(phrase)).map(|(license, _)| *license).collect()
}

//! Which crates are linked into what a package is built to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::header::repository;

/// What is built for.
const TARGETS: [&str; 8] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "x86_64-pc-windows-msvc",
    "x86_64-pc-windows-gnu",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
];

pub struct Crate {
    pub name: String,
    pub version: String,
    /// As a SPDX expression.
    pub license: String,
    /// Where cargo put its source.
    pub folder: PathBuf,
    /// The name that its library has in a linker's input.
    pub library: String,
    /// The targets that it is linked in, where those are not all.
    pub only_on: Option<String>,
}

/// The crates of others that are linked into a package on some target, in the order of their names.
///
/// # Errors
///
/// What cargo says.
pub fn linked(manifest: &Path, package: &str) -> Result<Vec<Crate>, String> {
    let mut found: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
    for target in TARGETS {
        // Unlike `cargo metadata`, this leaves out what is there for tests and other packages only.
        let tree = cargo(&[
            "tree",
            "--package",
            package,
            "--target",
            target,
            "--edges=normal",
            "--prefix=depth",
            "--no-dedupe",
            "--format={p}",
            "--manifest-path",
            &manifest.display().to_string(),
        ])?;
        for named in in_tree(&tree) {
            found.entry(named).or_default().insert(target);
        }
    }
    let sources = sources(manifest)?;
    let mut crates = Vec::new();
    for (named, targets) in found {
        let (name, version) = &named;
        let source = sources.get(&named).ok_or_else(|| format!("cargo metadata does not describe {name} {version}"))?;
        // A package of this repository.
        if source["source"].is_null() {
            continue;
        }
        let only_on = (targets.len() < TARGETS.len()).then(|| targets.into_iter().collect::<Vec<_>>().join(", "));
        let license = source["license"].as_str().unwrap_or_default().to_owned();
        let manifest = Path::new(source["manifest_path"].as_str().unwrap_or_default());
        crates.push(Crate {
            license,
            folder: manifest.parent().unwrap_or(manifest).to_path_buf(),
            library: library(source).unwrap_or(&named.0).replace('-', "_"),
            only_on,
            name: named.0,
            version: named.1,
        });
    }
    Ok(crates)
}

/// Names and versions out of what `cargo tree` prints: `2syn v2.0.1 (proc-macro)`.
pub fn in_tree(tree: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    // What a procedural macro writes is linked in, what it is itself made of is not.
    let mut macro_at: Option<usize> = None;
    for line in tree.lines() {
        let digits = line.chars().take_while(char::is_ascii_digit).count();
        let (depth, rest) = line.split_at(digits);
        let depth = depth.parse().unwrap_or(0);
        if macro_at.is_some_and(|macro_at| depth > macro_at) {
            continue;
        }
        macro_at = rest.contains("(proc-macro)").then_some(depth);
        let mut words = rest.split(' ');
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            found.push((name.to_owned(), version.trim_start_matches('v').to_owned()));
        }
    }
    found
}

/// All packages that a lock file names, as `cargo metadata` describes them.
fn sources(manifest: &Path) -> Result<BTreeMap<(String, String), Value>, String> {
    let described = cargo(&["metadata", "--format-version=1", "--manifest-path", &manifest.display().to_string()])?;
    let described: Value = serde_json::from_str(&described).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = described["packages"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(packages.into_iter().map(|package| ((text(&package["name"]), text(&package["version"])), package)).collect())
}

fn library(package: &Value) -> Option<&str> {
    let is_a_library = |target: &&Value| {
        let kinds = target["kind"].as_array().into_iter().flatten();
        kinds.filter_map(Value::as_str).any(|kind| kind == "proc-macro" || kind.ends_with("lib"))
    };
    package["targets"].as_array()?.iter().find(is_a_library)?["name"].as_str()
}

fn cargo(arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).arg("--locked").current_dir(repository());
    let output = command.output().map_err(|error| format!("cargo could not be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo {} failed: {}", arguments[0], String::from_utf8_lossy(&output.stderr).trim()));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("cargo {} printed no text", arguments[0]))
}

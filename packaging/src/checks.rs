//! Compares the libraries of a target with what is promised of them, byte by byte and without running them.

mod expected;
mod facts;
pub mod paths;
pub mod reproducible;
pub mod sizes;
mod two_rust_libraries;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::archive;
use crate::dist::Dist;
use crate::header;
use crate::targets::Target;
use expected::Expected;
use facts::SharedLibrary;

/// Checks what `library::build` made for `target`. The error has a line for each thing that is not as promised.
pub fn check(dist: &Dist, target: &'static Target) -> Result<()> {
    let expected = Expected::of(target)?;
    let functions = header::functions(dist)?;
    let mut problems = Vec::new();

    let path = dist.stage(target).join(target.shared_library());
    let data = read(&path)?;
    let libraries = facts::shared(&data).with_context(|| format!("reading {}", path.display()))?;
    let mut processors: Vec<&str> = libraries.iter().map(|library| library.processor).collect();
    processors.sort_unstable();
    if processors != expected.processors {
        problems.push(format!("is for {processors:?}, expected {:?}", expected.processors));
    }
    for library in &libraries {
        problems.extend(compare(library, expected, &functions, &dist.version()?));
    }
    if data.len() as u64 > expected.shared_size {
        problems.push(format!("has {} bytes, expected at most {}", data.len(), expected.shared_size));
    }
    let mut problems: Vec<String> =
        problems.into_iter().map(|problem| format!("{}: {problem}", target.shared_library())).collect();

    for (name, size) in expected.static_libraries {
        let data = read(&dist.stage(target).join(name))?;
        if data.len() as u64 > *size {
            problems.push(format!("{name}: has {} bytes, expected at most {size}", data.len()));
        }
        let found = facts::static_globals(&data).with_context(|| format!("reading {name}"))?;
        problems.extend(
            compare_globals(&found, &functions, expected.other_globals)
                .into_iter()
                .map(|problem| format!("{name}: {problem}")),
        );
    }

    let paths = paths::of_this_machine(dist)?;
    for folder in [dist.stage(target), dist.symbols(target)] {
        for entry in archive::entries_of(&folder, "")? {
            if let Some(path) = paths::found(&read(&entry.path)?, &paths) {
                problems.push(format!("{}: has a path of the machine that built it, {path:?}", entry.name));
            }
        }
    }
    if !problems.is_empty() {
        bail!("the libraries of {} are not as expected:\n  {}", target.name, problems.join("\n  "));
    }
    println!("checked {}: {} bytes, exports {} functions", target.name, data.len(), functions.len());
    two_rust_libraries::check(dist, target)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {} (packaging/build makes it)", path.display()))
}

/// What of a shared library is not as expected.
fn compare(library: &SharedLibrary, expected: &Expected, functions: &[String], version: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut expect = |what: &str, found: String, wanted: String| {
        if found != wanted {
            problems.push(format!("{what}: found {found}, expected {wanted}"));
        }
    };
    expect("its own name", format!("{:?}", library.name), format!("{:?}", expected.name));
    expect("protections", format!("{:?}", library.protections), format!("{:?}", expected.protections));
    expect("oldest system", format!("{:?}", library.oldest_system), format!("{:?}", expected.oldest_system));
    let wanted = expected.version_resource.then(|| version.split(['-', '+']).next().unwrap_or(version));
    expect("version resource", format!("{:?}", library.version_resource.as_deref()), format!("{wanted:?}"));

    let needed: Vec<&String> =
        library.needed.iter().filter(|name| !expected.needed.iter().any(|allowed| matches(name, allowed))).collect();
    if !needed.is_empty() {
        problems.push(format!("needs {needed:?}, expected nothing but {:?}", expected.needed));
    }
    if let Some(newest) =
        library.newest_glibc.filter(|newest| expected.newest_glibc.is_none_or(|limit| *newest > limit))
    {
        problems.push(format!("needs glibc {newest:?}, expected at most {:?}", expected.newest_glibc));
    }
    problems.extend(library.signature_problem.map(str::to_owned));
    problems.extend(compare_globals(&library.exports, functions, &[]));
    problems
}

/// `*` at the end of `allowed` stands for anything.
fn matches(name: &str, allowed: &str) -> bool {
    match allowed.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == allowed,
    }
}

/// `others`: symbols that may be there besides those of the header.
fn compare_globals(found: &[String], functions: &[String], others: &[&str]) -> Vec<String> {
    let missing: Vec<&String> = functions.iter().filter(|name| !found.contains(name)).collect();
    let allowed = |name: &String| functions.contains(name) || others.iter().any(|other| matches(name, other));
    let other: Vec<&String> = found.iter().filter(|name| !allowed(name)).take(10).collect();
    let mut problems = Vec::new();
    if !missing.is_empty() {
        problems.push(format!("lacks the functions {missing:?} of the header"));
    }
    if !other.is_empty() {
        problems.push(format!("has symbols that are not in the header: {other:?}"));
    }
    problems
}

#[cfg(test)]
mod tests;

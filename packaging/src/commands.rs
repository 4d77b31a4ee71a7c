//! The command line: `build`, `check` and `release`.

use std::ffi::OsString;

use anyhow::{Result, bail};
use lexopt::prelude::*;

use crate::checks;
use crate::checksums;
use crate::dist::Dist;
use crate::library;
use crate::packages::{PACKAGES, Package};
use crate::release;
use crate::targets::{TARGETS, Target};

const HELP: &str = "\
packaging/build [--packages NAMES] [TARGET...|all]    builds the library and makes the packages, in dist/
packaging/check [--packages NAMES] [TARGET...|all]    checks the libraries, and uses the packages of dist/ as their
                                                      users do
packaging/check --reproducible [TARGET...|all]        builds again in another folder, and compares
packaging/check --sizes [TARGET...|all]               says what the parts of the library cost (Linux)
packaging/release [--draft]                           builds and checks everything, and fills dist/release/VERSION
                                                      (--draft: from a tree with changes, or without a date)

Without a target: the platform that this runs on. NAMES: kinds of packages, separated by commas (default: all).";

struct Selection {
    targets: Vec<&'static Target>,
    packages: Vec<&'static Package>,
    action: Action,
}

/// What `check` does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Check,
    BuildAgain,
    PrintSizes,
}

pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<()> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let Some(Value(command)) = parser.next()? else { bail!("{HELP}") };
    let command = command.string()?;
    if command == "release" {
        return release(&mut parser);
    }
    let Some(selection) = read_selection(&mut parser)? else {
        println!("{HELP}");
        return Ok(());
    };
    let dist = Dist::of_this_repository()?;
    match command.as_str() {
        "build" if selection.action != Action::Check => bail!("--reproducible and --sizes are for check"),
        "build" => build(&dist, &selection),
        "check" => check(&dist, &selection),
        other => bail!("there is no command {other:?}.\n{HELP}"),
    }
}

/// `None`: help was asked for.
fn read_selection(parser: &mut lexopt::Parser) -> Result<Option<Selection>> {
    let mut targets = Vec::new();
    let mut packages: Vec<&Package> = PACKAGES.iter().collect();
    let mut action = Action::Check;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(None),
            Long("packages") => packages = parser.value()?.string()?.split(',').map(package).collect::<Result<_>>()?,
            Long("reproducible") => action = Action::BuildAgain,
            Long("sizes") => action = Action::PrintSizes,
            Value(name) if name == "all" => targets.extend(TARGETS),
            Value(name) => targets.push(Target::named(&name.string()?)?),
            other => return Err(other.unexpected().into()),
        }
    }
    if targets.is_empty() {
        targets.push(Target::host()?);
    }
    Ok(Some(Selection { targets, packages, action }))
}

fn release(parser: &mut lexopt::Parser) -> Result<()> {
    let mut draft = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("draft") => draft = true,
            Long("help") | Short('h') => {
                println!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let dist = Dist::of_this_repository()?;
    release::ensure_ready(&dist, draft)?;
    release::clear(&dist)?;
    let everything =
        Selection { targets: TARGETS.iter().collect(), packages: PACKAGES.iter().collect(), action: Action::Check };
    build(&dist, &everything)?;
    check(&dist, &everything)?;
    println!("{}", release::collect(&dist)?.display());
    Ok(())
}

fn package(name: &str) -> Result<&'static Package> {
    match PACKAGES.iter().find(|package| package.name == name) {
        Some(package) => Ok(package),
        None => {
            let names: Vec<&str> = PACKAGES.iter().map(|package| package.name).collect();
            bail!("there is no kind of package {name:?}. The kinds are {}", names.join(", "))
        }
    }
}

fn build(dist: &Dist, selection: &Selection) -> Result<()> {
    library::build_all(dist, &selection.targets)?;
    for package in &selection.packages {
        (package.make)(dist, &selection.targets)?;
    }
    checksums::write(&dist.folder())
}

fn check(dist: &Dist, selection: &Selection) -> Result<()> {
    for target in &selection.targets {
        match selection.action {
            Action::Check => checks::check(dist, target)?,
            Action::BuildAgain => checks::reproducible::check(dist, target)?,
            Action::PrintSizes => checks::sizes::print(dist, target)?,
        }
    }
    if selection.action != Action::Check {
        return Ok(());
    }
    for package in &selection.packages {
        for target in &selection.targets {
            (package.check)(dist, target)?;
        }
    }
    Ok(())
}

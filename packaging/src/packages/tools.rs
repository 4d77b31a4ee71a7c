//! The programs of the repository, as static binaries in an archive of their own.

mod check;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Package;
use crate::archive;
use crate::dist::Dist;
use crate::library::compile::{Compilation, Linker, compile};
use crate::targets::{System, Target};
use crate::toolchain::rust::{self, Rust};
use crate::toolchain::zig::Zig;
use crate::tools;

pub const PACKAGE: Package = Package { name: "tools", make, check: check::check };

/// A program, which is a package of the workspace with the same name.
struct Program {
    name: &'static str,
    purpose: &'static str,
    for_windows: bool,
    server: Option<Server>,
}

/// A program that others connect to.
struct Server {
    /// Makes an image of it, from the folder of the archive.
    dockerfile: &'static str,
    /// With these it needs no file, and takes a free port of loopback.
    arguments: &'static [&'static str],
}

static PROGRAMS: &[Program] = &[
    Program {
        name: "mpa-doctor",
        purpose: "checks a configuration and the way to the service step by step",
        for_windows: true,
        server: None,
    },
    Program {
        name: "mpa-emulator",
        purpose: "a local stand-in for the service, for tests",
        for_windows: true,
        server: Some(Server { dockerfile: "packaging/docker/mpa-emulator/Dockerfile", arguments: &["--port", "0"] }),
    },
    Program {
        name: "mpa-relay",
        purpose: "stands between the servers of a fleet and the service, and keeps one limit for all of them",
        // Fleets run it on Linux: it was not tried elsewhere.
        for_windows: false,
        server: Some(Server { dockerfile: "relay/deploy/Dockerfile", arguments: &["--listen", "127.0.0.1:0"] }),
    },
];

fn programs_for(target: &Target) -> impl Iterator<Item = &'static Program> {
    let is_windows = target.system == System::Windows;
    PROGRAMS.iter().filter(move |program| program.for_windows || !is_windows)
}

/// The Rust targets for which the programs need nothing but the system.
static TRIPLES: &[(&str, &str)] = &[
    ("linux-x64", "x86_64-unknown-linux-musl"),
    ("linux-arm64", "aarch64-unknown-linux-musl"),
    ("windows-x64", "x86_64-pc-windows-gnu"),
];

/// `None` for targets without an archive: the programs for Linux run with every C library.
fn triple_of(target: &Target) -> Option<&'static str> {
    TRIPLES.iter().find(|(name, _)| *name == target.name).map(|(_, triple)| *triple)
}

fn file_name(program: &Program, target: &Target) -> String {
    match target.system {
        System::Windows => format!("{}.exe", program.name),
        _ => program.name.to_owned(),
    }
}

fn archive_path(dist: &Dist, target: &Target) -> Result<PathBuf> {
    let ending = if target.system == System::Windows { "zip" } else { "tar.gz" };
    Ok(dist.folder().join(format!("{}.{ending}", folder_name(dist, target)?)))
}

/// Of the folder in the archive.
fn folder_name(dist: &Dist, target: &Target) -> Result<String> {
    Ok(format!("mpa-tools-{}-{}", dist.version()?, target.name))
}

fn make(dist: &Dist, targets: &[&'static Target]) -> Result<()> {
    for target in targets {
        let Some(triple) = triple_of(target) else { continue };
        println!("== tools for {}", target.name);
        let folder = tempfile::tempdir()?;
        programs(dist, target, triple, folder.path())?;
        documents(dist, target, folder.path())?;
        let entries = archive::entries_of(folder.path(), &folder_name(dist, target)?)?;
        let path = archive_path(dist, target)?;
        match target.system {
            System::Windows => archive::write_zip(&path, &entries)?,
            _ => archive::write_tar_gz(&path, &entries)?,
        }
    }
    Ok(())
}

fn programs(dist: &Dist, target: &Target, triple: &'static str, folder: &Path) -> Result<()> {
    let rust = Rust::with(triple)?;
    let zig = Zig::of(dist)?;
    let names: Vec<&str> = programs_for(target).map(|program| program.name).collect();
    let compilation =
        Compilation { linker: Linker::Zig(&zig), programs: &names, purpose: "tools", ..Compilation::of(&rust, triple) };
    let built = compile(dist, &compilation)?;
    for program in programs_for(target) {
        let name = file_name(program, target);
        tools::run(rust::objcopy()?.arg("--strip-all").arg(built.join(&name)).arg(folder.join(&name)))?;
    }
    Ok(())
}

/// What the archive has beside the programs.
fn documents(dist: &Dist, target: &Target, folder: &Path) -> Result<()> {
    let read = |name: &str| {
        let path = dist.repository().join(name);
        fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
    };
    let write = |name: String, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
    };
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        write(licence.to_owned(), read(licence)?)?;
    }
    for program in programs_for(target) {
        write(format!("THIRD-PARTY-LICENSES-{}.txt", program.name), notice(dist, program)?)?;
        if let Some(server) = &program.server
            && target.system != System::Windows
        {
            write(format!("Dockerfile.{}", program.name), read(server.dockerfile)?)?;
        }
    }
    let row = |program: &Program| format!("| `{}` | {} |", program.name, program.purpose);
    let rows: Vec<_> = programs_for(target).map(row).collect();
    let text = read("packaging/tools/README.md.in")?
        .replace("@VERSION@", &dist.version()?)
        .replace("@TARGET@", target.name)
        .replace("@PROGRAMS@", &rows.join("\n"));
    write("README.md".to_owned(), text)
}

/// Who wrote what is linked into the program, and the licences of that.
fn notice(dist: &Dist, program: &Program) -> Result<String> {
    let mut cargo = rust::cargo();
    cargo.args(["run", "--quiet", "--locked", "--package", "mpa-tests", "--bin", "write-licenses", program.name]);
    tools::run(cargo.current_dir(dist.repository()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_has_a_dockerfile_that_starts_it() {
        let dist = Dist::of_this_repository().unwrap();
        for program in PROGRAMS {
            let Some(server) = &program.server else { continue };
            let text = fs::read_to_string(dist.repository().join(server.dockerfile)).unwrap();
            for line in ["FROM scratch\n", &format!("COPY {0} /{0}\n", program.name), "USER "] {
                assert!(text.contains(line), "{line}");
            }
            assert!(text.contains(&format!("ENTRYPOINT [\"/{}\"", program.name)));
        }
    }

    #[test]
    fn the_targets_of_the_archives_exist() {
        for (name, _) in TRIPLES {
            Target::named(name).unwrap();
        }
    }
}

//! The programs that this one calls: where they are found, what installs them, and how they ended.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A program that is not part of Rust.
pub struct Tool {
    /// Any of these will do.
    pub names: &'static [&'static str],
    /// Debian's package.
    pub package: &'static str,
    /// Where those get it who do not have Debian.
    pub elsewhere: &'static str,
}

impl Tool {
    /// Its path. On Debian it is installed if it is missing.
    pub fn path(&self) -> Result<PathBuf> {
        if let Some(path) = self.names.iter().find_map(|name| find(name)) {
            return Ok(path);
        }
        let installed = install(&[self.package]);
        match self.names.iter().find_map(|name| find(name)) {
            Some(path) => Ok(path),
            None => {
                let reason = installed.err().map(|error| format!(" ({error:#})")).unwrap_or_default();
                bail!(
                    "{} is missing: install Debian's package {}, or {}{reason}",
                    self.names[0],
                    self.package,
                    self.elsewhere
                )
            }
        }
    }
}

/// The path of a program in `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name).with_extension(env::consts::EXE_EXTENSION))
        .find(|path| path.is_file())
}

/// Whether Debian's packages can be had: Debian, Ubuntu and the like.
pub fn has_apt() -> bool {
    find("apt-get").is_some()
}

/// Installs packages of Debian, as root or with sudo.
pub fn install(packages: &[&str]) -> Result<()> {
    if !has_apt() {
        bail!("there is no apt-get here to install it");
    }
    let as_root = Path::new("/root").join(".").read_dir().is_ok();
    let apt = |arguments: &[&str]| {
        let mut command = if as_root { Command::new("apt-get") } else { Command::new("sudo") };
        if !as_root {
            command.args(["--non-interactive", "apt-get"]);
        }
        command.args(["-qq", "-o", "DPkg::Lock::Timeout=300"]).args(arguments);
        run(command.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    println!("installing {}", packages.join(", "));
    let install = || apt(&[&["install", "-y", "--no-install-recommends"], packages].concat());
    // The list of packages may be missing or old.
    if install().is_err() {
        apt(&["update"])?;
        install()?;
    }
    Ok(())
}

/// Runs a command and returns what it wrote to its standard output. If it fails, the error has the end of what it said.
pub fn run(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("running {}", line(command)))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let end: Vec<&str> = said.trim().lines().rev().take(30).collect();
        let end: Vec<&str> = end.into_iter().rev().collect();
        bail!("{} failed ({}):\n{}", line(command), output.status, end.join("\n"));
    }
    String::from_utf8(output.stdout).with_context(|| format!("the output of {} is not UTF-8", line(command)))
}

fn line(command: &Command) -> String {
    let words: Vec<_> =
        [command.get_program()].into_iter().chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    let line = words.join(" ");
    // Not the lists of all symbols.
    match line.char_indices().nth(400) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_is_named_with_its_package() {
        let tool = Tool { names: &["no-such-program"], package: "no-such-package-1", elsewhere: "build it" };
        // Without apt-get, so that nothing is installed.
        let error = match tool.names.iter().find_map(|name| find(name)) {
            None if !has_apt() => tool.path().unwrap_err().to_string(),
            _ => return,
        };
        assert!(error.contains("no-such-program is missing: install Debian's package no-such-package-1, or build it"));
    }

    #[test]
    fn the_error_of_a_command_says_what_it_said() {
        let error = run(Command::new("cargo").arg("no-such-command")).unwrap_err().to_string();
        assert!(error.contains("cargo no-such-command failed") && error.contains("no such command"), "{error}");
    }
}

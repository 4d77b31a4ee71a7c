//! The programs that this one calls: where they are found, what installs them, and how they ended.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

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
        let found = || self.names.iter().find_map(|name| find(name));
        if let Some(path) = found() {
            return Ok(path);
        }
        let installed = {
            let _alone = install_alone();
            // By another thread, meanwhile.
            if found().is_some() { Ok(()) } else { install(&[self.package]) }
        };
        match found() {
            Some(path) => Ok(path),
            None => bail!("{}", self.is_missing(installed)),
        }
    }

    fn is_missing(&self, installed: Result<()>) -> String {
        let Self { names, package, elsewhere } = self;
        let reason = installed.err().map(|error| format!(" ({error:#})")).unwrap_or_default();
        format!("{} is missing: install Debian's package {package}, or {elsewhere}{reason}", names[0])
    }
}

/// The path of a program in `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
        .find(|path| path.is_file())
}

/// Keeps other threads from installing, as long as it is there. What is missing may be there afterwards.
pub fn install_alone() -> MutexGuard<'static, ()> {
    static INSTALLING: Mutex<()> = Mutex::new(());
    INSTALLING.lock().unwrap_or_else(PoisonError::into_inner)
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
    let as_root = run(Command::new("id").arg("-u"))?.trim() == "0";
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
        let tool = Tool { names: &["x", "y"], package: "x-tools", elsewhere: "the sources of x" };
        let reason = Err(anyhow::anyhow!("there is no apt-get"));
        assert_eq!(
            tool.is_missing(reason),
            "x is missing: install Debian's package x-tools, or the sources of x (there is no apt-get)"
        );
    }

    #[test]
    fn the_error_of_a_command_says_what_it_said() {
        let error = run(Command::new("cargo").arg("no-such-command")).unwrap_err().to_string();
        assert!(error.contains("cargo no-such-command failed") && error.contains("no such command"), "{error}");
    }
}

//! Other people's programs, run and read.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

/// The error is a sentence without its full stop.
pub type Result<T> = std::result::Result<T, String>;

/// What a program printed: on standard output, and on standard error.
pub struct Output {
    pub out: String,
    pub err: String,
}

/// Runs a program to its end, which has to be a success. `packages` has it, on Debian.
pub fn output(command: &mut Command, packages: &str) -> Result<Output> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("{program} is missing; on Debian: apt-get install {packages}"),
        _ => format!("{program} did not start ({error})"),
    })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let output_text = Output { out: text(&output.stdout), err: text(&output.stderr) };
    if output.status.success() {
        return Ok(output_text);
    }
    let says = output_text.err.lines().find(|line| line.contains("error")).unwrap_or(output_text.err.trim());
    Err(format!("{program} failed ({}): {says}", output.status))
}

/// A directory for files of this run, removed in the end.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("mpa-benches-{}", std::process::id()));
        fs::create_dir(&path).map_err(|error| format!("{} could not be made ({error})", path.display()))?;
        Ok(Scratch(path))
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

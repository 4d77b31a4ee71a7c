//! The library file as it is shipped: its size, what it needs, and what it shows.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::{self, Result};

pub struct Library {
    pub size: u64,
    pub needed: Vec<String>,
    pub exported: Vec<String>,
    /// The newest version of glibc that a symbol asks for, such as "2.34".
    pub glibc: String,
}

impl Library {
    pub fn build_and_read() -> Result<Self> {
        let path = build()?;
        let size = path.metadata().map_err(|error| format!("{} has gone ({error})", path.display()))?.len();
        let headers = objdump("-p", &path)?;
        let symbols = objdump("-T", &path)?;
        Ok(Library { size, needed: needed(&headers), exported: exported(&symbols), glibc: newest_glibc(&symbols) })
    }

    /// Exported symbols that are not the library's own.
    pub fn strangers(&self) -> Vec<&str> {
        self.exported.iter().map(String::as_str).filter(|name| !name.starts_with("mpa_")).collect()
    }
}

fn build() -> Result<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "-p", "mpa", "--message-format=json", "--manifest-path", root]);
    let messages = tools::output(&mut cargo, "cargo")?.out;
    messages
        .split('"')
        .find(|text| text.ends_with("/libmpa.so"))
        .map(PathBuf::from)
        .ok_or_else(|| "cargo built no libmpa.so".to_owned())
}

fn objdump(option: &str, path: &Path) -> Result<String> {
    Ok(tools::output(Command::new("objdump").arg(option).arg(path), "binutils")?.out)
}

fn needed(headers: &str) -> Vec<String> {
    let lines = headers.lines().map(str::trim);
    lines.filter_map(|line| line.strip_prefix("NEEDED")).map(|name| name.trim().to_owned()).collect()
}

/// `address flags section size [version] name`
fn exported(symbols: &str) -> Vec<String> {
    let name = |line: &str| {
        let mut fields = line.split_whitespace();
        let is_symbol = fields.next()?.bytes().all(|byte| byte.is_ascii_hexdigit()) && !line.contains("*UND*");
        fields.next_back().filter(|_| is_symbol).map(str::to_owned)
    };
    symbols.lines().filter_map(name).collect()
}

fn newest_glibc(symbols: &str) -> String {
    let versions = symbols.split("GLIBC_").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        rest[..end].split('.').filter_map(|number| number.parse().ok()).collect::<Vec<u32>>()
    });
    let newest = versions.max().unwrap_or_default();
    newest.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

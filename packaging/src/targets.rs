//! The one table of platforms. Everything that depends on the platform is derived from it.

use anyhow::{Result, bail};

/// The oldest glibc that the libraries for it work with.
pub const GLIBC: (u32, u32) = (2, 17);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    LinuxGlibc,
    LinuxMusl,
    Windows,
    MacOs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Processor {
    X64,
    Arm64,
    /// Both in one file.
    Universal,
}

/// A platform for which packages are made.
#[derive(Debug)]
pub struct Target {
    /// As in the names of the packages and on the command line.
    pub name: &'static str,
    pub system: System,
    pub processor: Processor,
    /// The names of the Rust targets that are built for it.
    pub triples: &'static [&'static str],
    /// The runtime identifiers of .NET that it serves.
    pub runtime_identifiers: &'static [&'static str],
}

pub static TARGETS: &[Target] = &[
    Target {
        name: "linux-x64",
        system: System::LinuxGlibc,
        processor: Processor::X64,
        triples: &["x86_64-unknown-linux-gnu"],
        runtime_identifiers: &["linux-x64"],
    },
    Target {
        name: "linux-arm64",
        system: System::LinuxGlibc,
        processor: Processor::Arm64,
        triples: &["aarch64-unknown-linux-gnu"],
        runtime_identifiers: &["linux-arm64"],
    },
    Target {
        name: "linux-musl-x64",
        system: System::LinuxMusl,
        processor: Processor::X64,
        triples: &["x86_64-unknown-linux-musl"],
        runtime_identifiers: &["linux-musl-x64"],
    },
    Target {
        name: "linux-musl-arm64",
        system: System::LinuxMusl,
        processor: Processor::Arm64,
        triples: &["aarch64-unknown-linux-musl"],
        runtime_identifiers: &["linux-musl-arm64"],
    },
    Target {
        name: "windows-x64",
        system: System::Windows,
        processor: Processor::X64,
        triples: &["x86_64-pc-windows-gnu", "x86_64-pc-windows-msvc"],
        runtime_identifiers: &["win-x64"],
    },
    Target {
        name: "macos-universal",
        system: System::MacOs,
        processor: Processor::Universal,
        triples: &["aarch64-apple-darwin", "x86_64-apple-darwin"],
        runtime_identifiers: &["osx-arm64", "osx-x64"],
    },
];

impl Target {
    pub fn named(name: &str) -> Result<&'static Self> {
        match TARGETS.iter().find(|target| target.name == name) {
            Some(target) => Ok(target),
            None => {
                let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
                bail!("there is no target {name:?}. The targets are {}, and all", names.join(", "))
            }
        }
    }

    /// The platform that this program runs on.
    pub fn host() -> Result<&'static Self> {
        let name = match (std::env::consts::OS, std::env::consts::ARCH) {
            ("linux", "x86_64") if cfg!(target_env = "musl") => "linux-musl-x64",
            ("linux", "aarch64") if cfg!(target_env = "musl") => "linux-musl-arm64",
            ("linux", "x86_64") => "linux-x64",
            ("linux", "aarch64") => "linux-arm64",
            ("windows", "x86_64") => "windows-x64",
            ("macos", _) => "macos-universal",
            (system, processor) => bail!("no packages are made for {system} on {processor}"),
        };
        Self::named(name)
    }

    /// The shared library below the folder of the target (`dist/stage/TARGET`).
    pub fn shared_library(&self) -> &'static str {
        match self.system {
            System::LinuxGlibc | System::LinuxMusl => "lib/libmpa.so",
            System::Windows => "bin/mpa.dll",
            System::MacOs => "lib/libmpa.dylib",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_found_by_its_name() {
        for target in TARGETS {
            assert_eq!(Target::named(target.name).unwrap().name, target.name);
        }
        let error = Target::named("linux").unwrap_err().to_string();
        assert!(error.contains("\"linux\"") && error.contains("linux-musl-arm64"), "{error}");
    }
}

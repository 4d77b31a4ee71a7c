//! The one table of what is promised of the libraries, a row for each target.

use anyhow::{Context, Result};

use crate::targets::{GLIBC, Target};

pub struct Expected {
    pub target: &'static str,
    pub processors: &'static [&'static str],
    /// The name by which programs that were linked with the shared library look for it.
    pub name: &'static str,
    /// The libraries that it may need. `*` at the end stands for anything.
    pub needed: &'static [&'static str],
    pub newest_glibc: Option<(u32, u32)>,
    /// The oldest version of the system, where the file says it.
    pub oldest_system: Option<&'static str>,
    pub protections: &'static [&'static str],
    pub version_resource: bool,
    /// Bytes of the shared library, stripped.
    pub shared_size: u64,
    /// Names and bytes of the static libraries.
    pub static_libraries: &'static [(&'static str, u64)],
    /// The global symbols that the static libraries may have besides the functions of the header. `*` at the end stands
    /// for anything.
    pub other_globals: &'static [&'static str],
}

const GLIBC_LIBRARIES: &[&str] = &["libc.so.6", "libpthread.so.0", "libdl.so.2", "libm.so.6", "ld-linux*"];
const ELF_PROTECTIONS: &[&str] =
    &["bound at start", "no executable stack", "no text relocations", "read-only after relocation", "stays loaded"];
/// Of Windows itself, with the Universal C Runtime (`api-ms-win-crt-*`).
const WINDOWS_LIBRARIES: &[&str] = &[
    "api-ms-win-core-*",
    "api-ms-win-crt-*",
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "kernel32.dll",
    "ntdll.dll",
    "userenv.dll",
    "ws2_32.dll",
];
const MACOS_LIBRARIES: &[&str] =
    &["/usr/lib/libSystem.B.dylib", "/usr/lib/libcharset.1.dylib", "/usr/lib/libiconv.2.dylib"];

/// The C code of the crate ring, which several libraries may share: its version follows in each name.
const RING: &[&str] = &["ring_core_*"];

/// What a row of Linux has in common with the others; one of glibc.
const LINUX: Expected = Expected {
    target: "",
    processors: &[],
    name: "libmpa.so",
    needed: GLIBC_LIBRARIES,
    newest_glibc: Some(GLIBC),
    oldest_system: None,
    protections: ELF_PROTECTIONS,
    version_resource: false,
    shared_size: 0,
    static_libraries: &[],
    other_globals: &[],
};
const LINUX_X64: Expected = Expected {
    processors: &["x64"],
    shared_size: 3_000_000,
    static_libraries: &[("lib/libmpa.a", 5_200_000)],
    ..LINUX
};
const LINUX_ARM64: Expected = Expected {
    processors: &["arm64"],
    shared_size: 2_600_000,
    static_libraries: &[("lib/libmpa.a", 5_000_000)],
    ..LINUX
};
const MUSL_LIBRARIES: &[&str] = &["libc.so"];

static TABLE: &[Expected] = &[
    Expected { target: "linux-x64", ..LINUX_X64 },
    Expected { target: "linux-arm64", ..LINUX_ARM64 },
    Expected { target: "linux-musl-x64", needed: MUSL_LIBRARIES, newest_glibc: None, ..LINUX_X64 },
    Expected { target: "linux-musl-arm64", needed: MUSL_LIBRARIES, newest_glibc: None, ..LINUX_ARM64 },
    Expected {
        target: "windows-x64",
        processors: &["x64"],
        name: "mpa.dll",
        needed: WINDOWS_LIBRARIES,
        newest_glibc: None,
        oldest_system: None,
        protections: &["address space layout randomization", "high entropy", "no execution of data"],
        version_resource: true,
        shared_size: 3_000_000,
        static_libraries: &[("lib/libmpa.a", 6_100_000), ("lib/mpa_static.lib", 9_300_000)],
        other_globals: &[],
    },
    Expected {
        target: "macos-universal",
        processors: &["arm64", "x64"],
        name: "@rpath/libmpa.dylib",
        needed: MACOS_LIBRARIES,
        newest_glibc: None,
        oldest_system: Some("11.0"),
        protections: &[],
        version_resource: false,
        shared_size: 5_400_000,
        static_libraries: &[("lib/libmpa.a", 8_000_000)],
        other_globals: RING,
    },
];

impl Expected {
    pub fn of(target: &Target) -> Result<&'static Self> {
        let row = TABLE.iter().find(|row| row.target == target.name);
        row.with_context(|| format!("the table of packaging/src/checks/expected.rs has no row for {}", target.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::{System, TARGETS};

    /// The static library for C and C++. On Windows the one for MSVC.
    fn static_library(target: &Target) -> &'static str {
        match target.system {
            System::Windows => "lib/mpa_static.lib",
            _ => "lib/libmpa.a",
        }
    }

    #[test]
    fn each_target_has_a_row() {
        for target in TARGETS {
            let expected = Expected::of(target).unwrap();
            let names: Vec<&str> = expected.static_libraries.iter().map(|(name, _)| *name).collect();
            assert!(names.contains(&static_library(target)), "{}", target.name);
        }
    }
}

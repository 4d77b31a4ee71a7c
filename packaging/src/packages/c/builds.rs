//! How projects are built with CMake for each platform, and the tools that this takes.

use std::env;

use crate::targets::Target;
use crate::toolchain::compilers::ARM64_GCC;
use crate::tools::Tool;

pub const CMAKE: Tool = Tool { names: &["cmake"], package: "cmake", elsewhere: "get it from cmake.org" };
pub const NINJA: Tool = Tool { names: &["ninja"], package: "ninja-build", elsewhere: "get it from ninja-build.org" };
pub const PKG_CONFIG: Tool = Tool { names: &["pkg-config"], package: "pkgconf", elsewhere: "get it from pkgconf.org" };
pub const MAKE: Tool = Tool { names: &["make"], package: "make", elsewhere: "get GNU make" };
pub const MUSL_GCC: Tool = Tool { names: &["musl-gcc"], package: "musl-tools", elsewhere: "run this on Alpine" };
const MINGW: Tool =
    Tool { names: &["x86_64-w64-mingw32-g++"], package: "g++-mingw-w64-x86-64", elsewhere: "run this on Windows" };

/// How a project is built with CMake for a platform.
pub struct Build {
    /// A file of `packaging/consumers/toolchains`, without its ending. `None`: for the machine that this runs on.
    pub toolchain: Option<&'static str>,
    pub generator: Option<&'static str>,
    pub kinds: &'static [&'static str],
    pub languages: &'static [&'static str],
    pub tools: &'static [Tool],
    /// Whether something else than this machine runs the servers.
    pub emulated: bool,
}

impl Build {
    pub fn uses_zig(&self) -> bool {
        self.toolchain.is_some_and(|toolchain| toolchain.ends_with("-zig"))
    }
}

const BOTH: &[&str] = &["shared", "static"];
const C_AND_CPP: &[&str] = &["c", "cpp"];

/// With the generator that CMake takes by itself: Visual Studio's on Windows.
const NATIVE: &[Build] =
    &[Build { toolchain: None, generator: None, kinds: BOTH, languages: C_AND_CPP, tools: &[CMAKE], emulated: false }];

const NATIVE_LINUX: &[Build] = &[
    Build {
        toolchain: None,
        generator: Some("Ninja"),
        kinds: BOTH,
        languages: C_AND_CPP,
        tools: &[CMAKE, NINJA],
        emulated: false,
    },
    Build {
        toolchain: None,
        generator: Some("Unix Makefiles"),
        kinds: BOTH,
        languages: &["c"],
        tools: &[CMAKE, MAKE],
        emulated: false,
    },
];

/// Those for a target, on this machine.
pub fn of(target: &Target, native: bool) -> &'static [Build] {
    match (native, env::consts::OS, env::consts::ARCH) {
        (true, "linux", _) => NATIVE_LINUX,
        (true, ..) => NATIVE,
        (false, "linux", "x86_64") => cross_builds(target),
        _ => &[],
    }
}

/// With package managers, which install one library or the other.
pub const ONE_BY_ONE: &[Build] = &[
    Build {
        toolchain: None,
        generator: None,
        kinds: &["shared"],
        languages: C_AND_CPP,
        tools: &[CMAKE],
        emulated: false,
    },
    Build {
        toolchain: None,
        generator: None,
        kinds: &["static"],
        languages: C_AND_CPP,
        tools: &[CMAKE],
        emulated: false,
    },
];

/// On Linux on x64, for other platforms.
fn cross_builds(target: &Target) -> &'static [Build] {
    match target.name {
        "linux-arm64" => &[Build {
            toolchain: Some("linux-arm64"),
            generator: Some("Ninja"),
            kinds: BOTH,
            languages: C_AND_CPP,
            tools: &[CMAKE, NINJA, ARM64_GCC],
            emulated: true,
        }],
        // musl-gcc links no static library that unwinds.
        "linux-musl-x64" => &[
            Build {
                toolchain: Some("linux-musl-x64-gcc"),
                generator: Some("Ninja"),
                kinds: &["shared"],
                languages: &["c"],
                tools: &[CMAKE, NINJA, MUSL_GCC],
                emulated: false,
            },
            Build {
                toolchain: Some("linux-musl-x64-zig"),
                generator: Some("Ninja"),
                kinds: &["static"],
                languages: &["c"],
                tools: &[CMAKE, NINJA],
                emulated: false,
            },
        ],
        "linux-musl-arm64" => &[Build {
            toolchain: Some("linux-musl-arm64-zig"),
            generator: Some("Ninja"),
            kinds: BOTH,
            languages: &["c"],
            tools: &[CMAKE, NINJA],
            emulated: true,
        }],
        "windows-x64" => &[Build {
            toolchain: Some("windows-x64"),
            generator: Some("Ninja"),
            kinds: BOTH,
            languages: C_AND_CPP,
            tools: &[CMAKE, NINJA, MINGW],
            emulated: true,
        }],
        _ => &[],
    }
}

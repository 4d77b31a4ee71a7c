//! What C toolchains call a platform, and what they need to link for it.

use crate::targets::{Processor, System, Target};

pub struct Platform {
    /// For people.
    pub name: String,
    pub archive_ending: &'static str,
    /// CMake's `CMAKE_SYSTEM_NAME`.
    pub cmake_system: &'static str,
    /// What a compiler for this platform accepts: it ends with an `#if`. Empty if the system says it all.
    pub condition: String,
    /// The name by which programs find the shared library.
    pub soname: &'static str,
    /// The libraries of the system that the static library needs.
    pub static_needs: &'static [&'static str],
}

impl Platform {
    pub fn of(target: &Target) -> Self {
        let (processor, macros) = match target.processor {
            Processor::X64 => ("x64", "((defined(__x86_64__) && !defined(__ILP32__)) || defined(_M_X64))"),
            Processor::Arm64 => ("arm64", "(defined(__aarch64__) || defined(_M_ARM64))"),
            Processor::Universal => ("x64 and arm64", ""),
        };
        let (system, c_library) = match target.system {
            System::LinuxGlibc => ("Linux with glibc", "#include <features.h>\n#if defined(__GLIBC__) && "),
            System::LinuxMusl => ("Linux with musl", "#include <features.h>\n#if !defined(__GLIBC__) && "),
            // Code that is emulated on ARM64 next to native code has a calling convention of its own.
            System::Windows => ("Windows", "#if !defined(_M_ARM64EC) && "),
            System::MacOs => ("macOS", ""),
        };
        // For Windows those that rustc names (`--print native-static-libs`), although most of their imports come with
        // the static library.
        let (soname, static_needs): (_, &[_]) = match target.system {
            System::LinuxGlibc | System::LinuxMusl => ("libmpa.so", &["pthread", "dl", "m"]),
            System::Windows => ("mpa.dll", &["ws2_32", "bcrypt", "userenv", "advapi32", "ntdll"]),
            System::MacOs => ("@rpath/libmpa.dylib", &[]),
        };
        Self {
            name: format!("{system} on {processor}"),
            archive_ending: if target.system == System::Windows { ".zip" } else { ".tar.gz" },
            cmake_system: match target.system {
                System::LinuxGlibc | System::LinuxMusl => "Linux",
                System::Windows => "Windows",
                System::MacOs => "Darwin",
            },
            condition: if c_library.is_empty() { String::new() } else { format!("{c_library}{macros}") },
            soname,
            static_needs,
        }
    }
}

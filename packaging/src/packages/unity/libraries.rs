//! Which library Unity takes for which platform: the import settings of a native library, as Unity names them.

use crate::targets::{Processor, System, Target};

/// The desktop platforms that Unity builds for. Dedicated servers are builds for the same platforms, with the subtarget
/// Server.
pub const PLATFORMS: [&str; 4] = ["Linux64", "OSXUniversal", "Win", "Win64"];

/// For files that contain the code of every processor of their platform, and no others.
pub const ANY_CPU: &str = "AnyCPU";

/// The one platform and processor that a library is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import {
    pub platform: &'static str,
    pub cpu: &'static str,
    /// The system on which the editor loads it too; `None` if there is no editor for it.
    pub editor: Option<&'static str>,
}

/// `None`: Unity has no players for the target. Those for Linux need glibc.
pub fn import(target: &Target) -> Option<Import> {
    let (platform, cpu, editor) = match (target.system, target.processor) {
        (System::LinuxGlibc, Processor::X64) => ("Linux64", "x86_64", Some("Linux")),
        (System::LinuxGlibc, Processor::Arm64) => ("Linux64", "ARM64", None),
        (System::Windows, Processor::X64) => ("Win64", "x86_64", Some("Windows")),
        (System::MacOs, Processor::Universal) => ("OSXUniversal", ANY_CPU, Some("OSX")),
        _ => return None,
    };
    Some(Import { platform, cpu, editor })
}

/// Where the library of a target is in the package: as in the package for .NET, in a folder that is named by the runtime
/// identifier. A file with the code of several processors is there once, in the folder of the system.
pub fn path(target: &Target) -> String {
    let identifiers = target.runtime_identifiers;
    let folder = match identifiers {
        [one] => one,
        [first, ..] => first.split('-').next().unwrap_or(first),
        [] => target.name,
    };
    let name = target.shared_library().rsplit('/').next().unwrap_or_default();
    format!("Runtime/Plugins/Mpa.Native/runtimes/{folder}/native/{name}")
}

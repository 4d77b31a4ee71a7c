//! The platforms that the plugin supports, as Unreal Engine calls them.

use crate::targets::{Processor, System, Target};

pub struct Platform {
    /// As in `mpa-packaging`.
    pub target: &'static str,
    /// As in Unreal Engine, and the name of the folder with its libraries.
    pub name: &'static str,
    pub system: System,
    pub processor: Processor,
    /// Below the staged files of the target; they keep their names.
    pub libraries: &'static [&'static str],
}

pub static PLATFORMS: &[Platform] = &[
    Platform {
        target: "linux-x64",
        name: "Linux",
        system: System::LinuxGlibc,
        processor: Processor::X64,
        libraries: &["lib/libmpa.a", "lib/libmpa.so"],
    },
    Platform {
        target: "linux-arm64",
        name: "LinuxArm64",
        system: System::LinuxGlibc,
        processor: Processor::Arm64,
        libraries: &["lib/libmpa.a", "lib/libmpa.so"],
    },
    Platform {
        target: "windows-x64",
        name: "Win64",
        system: System::Windows,
        processor: Processor::X64,
        libraries: &["lib/mpa_static.lib", "lib/mpa.lib", "bin/mpa.dll"],
    },
];

impl Platform {
    pub fn of(target: &Target) -> Option<&'static Self> {
        PLATFORMS.iter().find(|platform| platform.target == target.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_targets() {
        for platform in PLATFORMS {
            let target = Target::named(platform.target).unwrap();
            assert!((platform.system, platform.processor) == (target.system, target.processor), "{}", platform.name);
        }
    }
}

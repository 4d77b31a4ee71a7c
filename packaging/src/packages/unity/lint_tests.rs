use std::fs;
use std::path::PathBuf;

use super::*;
use crate::dist::Dist;
use crate::packages::unity::libraries;
use crate::targets::{Processor, System, TARGETS, Target};

/// The shortest files that are taken for libraries of a target.
fn library(target: &Target) -> Vec<u8> {
    match (target.system, target.processor) {
        (System::Windows, _) => pe(),
        (System::MacOs, _) => mach_o(&[0x0100_0007, 0x0100_000c]),
        (_, Processor::X64) => elf(62),
        _ => elf(183),
    }
}

fn elf(machine: u16) -> Vec<u8> {
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(64, 0);
    file[16] = 3;
    file[18..20].copy_from_slice(&machine.to_le_bytes());
    file[20] = 1;
    file[52] = 64;
    file
}

fn pe() -> Vec<u8> {
    let mut file = b"MZ".to_vec();
    file.resize(64 + 24 + 112, 0);
    file[60] = 64;
    file[64..70].copy_from_slice(b"PE\0\0\x64\x86");
    file[84] = 112;
    file[88..90].copy_from_slice(&[0x0b, 0x02]);
    file
}

fn mach_o(processors: &[u32]) -> Vec<u8> {
    let mut file = 0xcafe_babe_u32.to_be_bytes().to_vec();
    file.extend(u32::try_from(processors.len()).unwrap().to_be_bytes());
    for processor in processors {
        file.extend([*processor, 0, 0, 0, 0].into_iter().flat_map(u32::to_be_bytes));
    }
    file
}

/// The package with such libraries for all targets.
fn package() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let libraries: Vec<(&'static Target, PathBuf)> = TARGETS
        .iter()
        .map(|target| {
            let path = folder.path().join(target.name);
            fs::write(&path, library(target)).unwrap();
            (target, path)
        })
        .collect();
    let package = folder.path().join("package");
    tree::write(&Dist::of_this_repository().unwrap(), &package, &libraries).unwrap();
    (folder, package)
}

#[test]
fn the_package_has_no_mistakes_and_the_libraries_that_unity_has_players_for() {
    let (_folder, package) = package();
    assert_eq!(problems(&package).unwrap(), Vec::<String>::new());
    let paths = tree::paths(&package).unwrap();
    let plugins = "Runtime/Plugins/Mpa.Native/runtimes";
    let found: Vec<&str> = paths
        .iter()
        .filter_map(|path| path.strip_prefix(plugins))
        .filter(|path| path.contains("mpa.") && !path.ends_with(".meta"))
        .collect();
    let expected = ["linux-arm64/native/libmpa.so", "linux-x64/native/libmpa.so", "osx/native/libmpa.dylib"];
    let expected: Vec<String> =
        expected.iter().chain(&["win-x64/native/mpa.dll"]).map(|path| format!("/{path}")).collect();
    assert_eq!(found, expected);
}

/// Replaces text in the `.meta` file of a path.
fn change_meta(package: &Path, path: &str, from: &str, to: &str) {
    let path = package.join(format!("{path}.meta"));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn known_mistakes_are_found() {
    const X64: &str = "Runtime/Plugins/Mpa.Native/runtimes/linux-x64/native/libmpa.so";
    const ARM64: &str = "Runtime/Plugins/Mpa.Native/runtimes/linux-arm64/native/libmpa.so";
    const MACOS: &str = "Runtime/Plugins/Mpa.Native/runtimes/osx/native/libmpa.dylib";
    type Change = fn(&Path);
    let changes: [(&str, Change); 18] = [
        ("package.json has no .meta file", |package| fs::remove_file(package.join("package.json.meta")).unwrap()),
        ("Editor has no .meta file", |package| fs::remove_file(package.join("Editor.meta")).unwrap()),
        ("Samples~/Quickstart/InviteOnStart.cs has no .meta file", |package| {
            fs::remove_file(package.join("Samples~/Quickstart/InviteOnStart.cs.meta")).unwrap();
        }),
        ("README.md.meta belongs to no file", |package| fs::remove_file(package.join("README.md")).unwrap()),
        ("differ by case only", |package| fs::write(package.join("runtime"), "").unwrap()),
        ("which is not the one of its path", |package| change_meta(package, "README.md", "guid: ", "guid: 0")),
        ("have the same GUID", |package| {
            fs::copy(package.join("README.md.meta"), package.join("CHANGELOG.md.meta")).unwrap();
        }),
        ("is a pointer of Git LFS", |package| {
            fs::write(package.join(X64), "version https://git-lfs.github.com/spec/v1\n").unwrap();
        }),
        ("is a static library", |package| {
            fs::write(package.join("Runtime/libmpa.a"), b"!<arch>\n").unwrap();
        }),
        ("has no settings of a PluginImporter", |package| {
            fs::write(package.join("Runtime/other.so"), elf(62)).unwrap();
        }),
        ("the processor is AnyCPU, but the file has code for x86_64", |package| {
            let before = "Linux64\n    second:\n      enabled: 1\n      settings:\n        CPU: ";
            change_meta(package, X64, &format!("{before}x86_64"), &format!("{before}AnyCPU"));
        }),
        ("are both enabled for Linux64", |package| {
            let before = "Linux64\n    second:\n      enabled: 1\n      settings:\n        CPU: ";
            change_meta(package, X64, &format!("{before}x86_64"), &format!("{before}AnyCPU"));
        }),
        // Not wired at all, and wired for another platform.
        ("it is enabled for [], but the file is for \"Linux64\"", |package| {
            change_meta(
                package,
                ARM64,
                "Linux64\n    second:\n      enabled: 1",
                "Linux64\n    second:\n      enabled: 0",
            );
        }),
        ("it is enabled for [\"Linux64\", \"Win64\"]", |package| {
            change_meta(package, ARM64, "Win64\n    second:\n      enabled: 0", "Win64\n    second:\n      enabled: 1");
        }),
        ("it is enabled for any platform", |package| {
            change_meta(package, X64, "Any: \n    second:\n      enabled: 0", "Any: \n    second:\n      enabled: 1");
        }),
        ("the editor loads it on AnyOS", |package| change_meta(package, X64, "OS: Linux", "OS: AnyOS")),
        ("\"Exclude Win64\" does not say the same", |package| {
            change_meta(package, X64, "Exclude Win64: 1", "Exclude Win64: 0");
        }),
        ("the processor is AnyCPU, but the file has code for ARM64", |package| {
            fs::write(package.join(MACOS), mach_o(&[0x0100_000c])).unwrap();
        }),
    ];
    for (expected, change) in changes {
        let (_folder, package) = package();
        change(&package);
        let found = problems(&package).unwrap();
        assert!(found.iter().any(|problem| problem.contains(expected)), "{expected}: {found:#?}");
    }
}

#[test]
fn import_settings_are_those_of_the_code_in_the_file() {
    for target in TARGETS {
        let Some(import) = libraries::import(target) else { continue };
        let code = Code::of(&library(target)).unwrap();
        assert_eq!((import.platform, import.cpu), (code.platform, code.cpu), "{}", target.name);
        assert!(import.editor.is_none_or(|editor| editor == code.editor), "{}", target.name);
    }
}

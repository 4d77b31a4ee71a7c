//! Which package `find_package` takes: by its version, and by the platform that a project is built for.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::builds::CMAKE;
use super::files;
use crate::dist::Dist;
use crate::targets::Target;
use crate::tools;

/// A version of the package, and what projects ask for, each with whether they get it.
const VERSIONS: &[(&str, &[(&str, bool)])] = &[
    (
        "0.3.2",
        &[
            ("", true),
            ("0.3", true),
            ("0.3.2", true),
            ("0.3.2 EXACT", true),
            ("0.3.1 EXACT", false),
            ("0.3.3", false),
            ("0.2", false),
            ("0.4", false),
            ("0", false),
            ("1", false),
            ("0.1...0.5", true),
            ("0.1...0.3.1", false),
            ("0.1...<0.3.2", false),
        ],
    ),
    ("0.30.0", &[("0.30", true), ("0.3", false)]),
    ("1.4.2", &[("1", true), ("1.2", true), ("1.4.3", false), ("2", false), ("0.9", false)]),
];

/// By version, with CMake's own rules for what is asked for.
pub fn check_versions(dist: &Dist, target: &Target) -> Result<()> {
    for (version, requests) in VERSIONS {
        let folder = tempfile::tempdir()?;
        let package = folder.path().join("lib/cmake/mpa");
        fs::create_dir_all(&package)?;
        fs::write(package.join("mpa-config.cmake"), "")?;
        fs::write(package.join("mpa-config-version.cmake"), files::version_file(dist, target, version)?)?;
        let mut script = format!("set(CMAKE_SYSTEM_NAME {})\n", super::Platform::of(target).cmake_system);
        for (request, accepted) in *requests {
            let wrong = if *accepted { "NOT mpa_FOUND" } else { "mpa_FOUND" };
            script.push_str(&format!(
                "unset(mpa_DIR CACHE)\n\
                 find_package(mpa {request} QUIET CONFIG PATHS \"{}\" NO_DEFAULT_PATH)\n\
                 if({wrong})\n  message(FATAL_ERROR \"{version} for {request:?}: found: ${{mpa_FOUND}}\")\nendif()\n",
                cmake_path(folder.path()),
            ));
        }
        let path = folder.path().join("requests.cmake");
        // Ranges are known to CMake from 3.19 on.
        fs::write(&path, format!("cmake_minimum_required(VERSION 3.19)\n{script}"))?;
        tools::run(Command::new(CMAKE.path()?).arg("-P").arg(&path))?;
    }
    println!("{}: find_package takes the versions that have the interface asked for", target.name);
    Ok(())
}

/// By platform: a compiler for x64 that says it has the 32-bit pointers of x32 gets none, and a message with the reason.
pub fn check_platform(archives: &Path, target: &Target) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let project = "cmake_minimum_required(VERSION 3.16)\nproject(other C)\nfind_package(mpa CONFIG REQUIRED)\n";
    fs::write(folder.path().join("CMakeLists.txt"), project)?;
    let output = Command::new(CMAKE.path()?)
        .args(["-S", ".", "-B", "build", "-DCMAKE_C_FLAGS=-D__ILP32__"])
        .arg(format!("-DCMAKE_PREFIX_PATH={}", archives.display()))
        .current_dir(folder.path())
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let expected =
        format!("which is for {} and not for what this project is built for", super::Platform::of(target).name);
    ensure!(
        !output.status.success() && said.contains(&expected),
        "a project for another processor is expected to fail with {expected:?}, and not: {said}"
    );
    println!("{}: find_package says that the package is not for another processor", target.name);
    Ok(())
}

fn cmake_path(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

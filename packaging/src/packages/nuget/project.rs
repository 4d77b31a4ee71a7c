//! The projects that NuGet packages are made of.

use std::path::PathBuf;

use crate::dist::Dist;
use crate::dotnet::{FRAMEWORKS, Framework};

/// A managed library with a package of its own.
pub struct Project {
    /// The name of the package.
    pub id: &'static str,
    pub assembly: &'static str,
    /// The folder of the sources.
    pub folder: &'static str,
    pub description: &'static str,
    pub frameworks: &'static [&'static str],
    /// Whether it may only call what can be compiled ahead of time, and says so.
    pub is_trimmable: bool,
    /// Files of the repository, and their places in the package.
    pub files: &'static [(&'static str, &'static str)],
}

/// The assembly has another name than the package: on Windows, a managed `Mpa.dll` would be the same file as the native
/// `mpa.dll`.
pub static CLIENT: Project = Project {
    id: "Mpa",
    assembly: "Mpa.Client",
    folder: "bindings/csharp",
    description: "Multiplayer Activity client for dedicated game servers",
    frameworks: &["netstandard2.0", "netstandard2.1", "net8.0"],
    is_trimmable: true,
    files: &[
        ("packaging/nuget/Mpa.md", "README.md"),
        ("packaging/nuget/Mpa.targets", "build/net461/Mpa.targets"),
        ("packaging/nuget/Mpa.transitive.targets", "buildTransitive/net461/Mpa.targets"),
        ("LICENSE-MIT", "LICENSE-MIT"),
        ("LICENSE-APACHE", "LICENSE-APACHE"),
        ("THIRD-PARTY-LICENSES.txt", "THIRD-PARTY-LICENSES.txt"),
    ],
};

/// For applications with a generic host.
pub static HOSTING: Project = Project {
    id: "Mpa.Extensions.Hosting",
    assembly: "Mpa.Extensions.Hosting",
    folder: "bindings/hosting",
    description: "Multiplayer Activity client as a service of the .NET generic host",
    frameworks: &["net8.0"],
    is_trimmable: false,
    files: &[
        ("packaging/nuget/Mpa.Extensions.Hosting.md", "README.md"),
        ("LICENSE-MIT", "LICENSE-MIT"),
        ("LICENSE-APACHE", "LICENSE-APACHE"),
    ],
};

impl Project {
    pub fn frameworks(&self) -> impl Iterator<Item = &'static Framework> {
        FRAMEWORKS.iter().filter(|framework| self.frameworks.contains(&framework.name))
    }

    pub fn sources(&self, dist: &Dist) -> PathBuf {
        dist.repository().join(self.folder)
    }

    /// The name of a file that the compiler writes.
    pub fn file(&self, ending: &str) -> String {
        format!("{}.{ending}", self.assembly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::TARGETS;

    /// Case does not count on Windows, and the loader of .NET tries the name with its own endings.
    #[test]
    fn no_managed_library_shares_its_name_with_a_native_one() {
        for project in [&CLIENT, &HOSTING] {
            for target in TARGETS {
                let file = target.shared_library().rsplit('/').next().unwrap();
                let name = file.split('.').next().unwrap();
                assert!(!project.assembly.eq_ignore_ascii_case(name), "{file}");
                assert!(!project.assembly.eq_ignore_ascii_case(name.trim_start_matches("lib")), "{file}");
            }
        }
    }

    #[test]
    fn every_framework_of_a_project_is_known() {
        for project in [&CLIENT, &HOSTING] {
            assert_eq!(project.frameworks().count(), project.frameworks.len(), "{}", project.id);
        }
    }
}

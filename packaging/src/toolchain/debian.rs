//! Debian's newest Rust, unpacked rather than installed, since it would replace another one. With the sources of its
//! standard library it builds for targets that Debian has no package for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::dist::Dist;
use crate::tools;

/// The compiler, its standard library, and the sources of that.
const PACKAGES: &[&str] = &["rustc-web", "libstd-rust-web-dev", "rust-web-src"];

/// The packages that those need have the version in their names.
const NEEDED: &[(&str, &str)] = &[("libstd-rust-web-dev", "libstd-rust-web-"), ("libstd-rust-web-", "libllvm")];

pub struct DebianRust {
    folder: PathBuf,
}

impl DebianRust {
    /// Downloads it once. apt checks the signatures of Debian.
    pub fn of(dist: &Dist) -> Result<Self> {
        let rust = Self { folder: dist.toolchains().join("debian-rust") };
        // Renamed last: what it contains is complete.
        if rust.folder.is_dir() {
            return Ok(rust);
        }
        ensure!(tools::has_apt(), "Debian's Rust needs apt-get");
        println!("downloading Debian's Rust");
        let incomplete = dist.toolchains().join("debian-rust-incomplete");
        if incomplete.exists() {
            fs::remove_dir_all(&incomplete).with_context(|| format!("removing {}", incomplete.display()))?;
        }
        let downloads = incomplete.join("downloads");
        fs::create_dir_all(&downloads).with_context(|| format!("creating {}", downloads.display()))?;

        let mut packages: Vec<String> = PACKAGES.iter().map(|name| (*name).to_owned()).collect();
        for (package, prefix) in NEEDED {
            let package = packages.iter().rfind(|name| name.starts_with(package)).context("no such package")?;
            packages.push(dependency(package, prefix)?);
        }
        tools::run(Command::new("apt-get").args(["-qq", "download"]).args(&packages).current_dir(&downloads))?;
        for package in fs::read_dir(&downloads)? {
            unpack(&package?.path(), &incomplete)?;
        }
        fs::remove_dir_all(&downloads).with_context(|| format!("removing {}", downloads.display()))?;
        fs::rename(&incomplete, &rust.folder).with_context(|| format!("renaming {}", incomplete.display()))?;
        Ok(rust)
    }

    pub fn rustc(&self) -> PathBuf {
        self.folder.join("usr/bin/rustc")
    }

    pub fn sysroot(&self) -> PathBuf {
        self.folder.join("usr")
    }

    /// Where the shared libraries of the compiler are.
    pub fn libraries(&self) -> Result<PathBuf> {
        let folder = self.folder.join("usr/lib");
        for item in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            let item = item?;
            if item.file_name().to_string_lossy().ends_with("-linux-gnu") {
                return Ok(item.path());
            }
        }
        bail!("{} has no folder with the libraries of the compiler", folder.display())
    }
}

/// The dependency of a package whose name starts with `prefix`.
fn dependency(package: &str, prefix: &str) -> Result<String> {
    let dependencies = tools::run(Command::new("apt-cache").args(["depends", package]))?;
    let names = dependencies.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
    let name = names.into_iter().find(|name| name.starts_with(prefix));
    Ok(name.with_context(|| format!("Debian's package {package} does not depend on {prefix}..."))?.to_owned())
}

/// Unpacks what is needed of a package: of the sources only those of the standard library.
fn unpack(package: &Path, folder: &Path) -> Result<()> {
    let mut dpkg = Command::new("dpkg-deb").arg("--fsys-tarfile").arg(package).stdout(Stdio::piped()).spawn()?;
    let output = dpkg.stdout.take().context("dpkg-deb has no output")?;
    let mut archive = tar::Archive::new(output);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let mut parts = path.components().skip_while(|part| part.as_os_str() == ".").map(|part| part.as_os_str());
        let wanted = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(usr), Some(src), Some(_), Some(what)) if usr == "usr" && src == "src" => what == "library",
            (Some(usr), Some(share), ..) if usr == "usr" && share == "share" => false,
            _ => true,
        };
        if wanted {
            entry.unpack_in(folder).with_context(|| format!("unpacking {}", package.display()))?;
        }
    }
    ensure!(dpkg.wait()?.success(), "dpkg-deb could not read {}", package.display());
    Ok(())
}

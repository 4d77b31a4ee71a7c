//! Packages of Debian that are unpacked rather than installed: of other versions, and for other processors.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::dist::Dist;
use crate::targets::Processor;
use crate::tools;

/// Some packages of one version for one processor.
pub struct Packages {
    /// Of the folder with what is in them.
    name: String,
    /// The version of Debian.
    version: &'static str,
    processor: Processor,
    names: &'static [&'static str],
}

/// The versions of Debian from whose C libraries programs are run, and their code names.
const VERSIONS: &[(&str, &str)] = &[("11", "bullseye"), ("12", "bookworm"), ("13", "trixie")];

impl Packages {
    /// The C library, and those of GCC.
    pub fn glibc(version: &'static str, processor: Processor) -> Self {
        Self { name: format!("glibc-{version}"), version, processor, names: &["libc6", "libgcc-s1", "libstdc++6"] }
    }

    pub fn musl(processor: Processor) -> Self {
        Self { name: "musl".to_owned(), version: "13", processor, names: &["musl"] }
    }

    fn architecture(&self) -> &'static str {
        if self.processor == Processor::Arm64 { "arm64" } else { "amd64" }
    }
}

/// The server that this machine gets the packages of Debian from; `None` on other systems.
fn mirror() -> Result<Option<String>> {
    if !tools::has_apt() {
        return Ok(None);
    }
    let mut apt = Command::new("apt-get");
    apt.args(["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian", "Component: main"]);
    Ok(tools::run(&mut apt)?.lines().find(|line| !line.contains("security")).map(str::to_owned))
}

/// Whether packages of Debian can be had.
pub fn is_there() -> Result<bool> {
    Ok(mirror()?.is_some())
}

/// The folder with what is in the packages. They are downloaded once, and apt checks the signatures of Debian.
pub fn unpacked(dist: &Dist, packages: &Packages) -> Result<PathBuf> {
    let architecture = packages.architecture();
    let folder = dist.toolchains().join(format!("debian-{}-{architecture}", packages.name));
    // Renamed last: what it contains is complete.
    if folder.is_dir() {
        return Ok(folder);
    }
    let mirror = mirror()?.context("the packages of Debian can be downloaded on Debian only")?;
    let code_name = VERSIONS.iter().find(|(version, _)| *version == packages.version);
    let (_, code_name) = code_name.with_context(|| format!("Debian {} is not known", packages.version))?;
    println!("downloading {} of Debian {} for {architecture}", packages.names.join(", "), packages.version);

    let work = tempfile::tempdir_in(create(&dist.toolchains())?)?;
    let [lists, cache, sources, downloads, root] =
        ["lists/partial", "cache/archives/partial", "sources", "downloads", "root"].map(|name| work.path().join(name));
    for folder in [&lists, &cache, &sources, &downloads, &root] {
        create(folder)?;
    }
    let keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
    ensure!(Path::new(keys).exists(), "{keys} is missing: install Debian's package debian-archive-keyring");
    fs::write(work.path().join("status"), "")?;
    fs::write(
        sources.join("debian.list"),
        format!("deb [arch={architecture} signed-by={keys}] {mirror} {code_name} main\n"),
    )?;
    let configuration = work.path().join("apt.conf");
    let at = work.path().display();
    fs::write(
        &configuration,
        format!(
            "APT::Architecture \"{architecture}\"; APT::Architectures {{ \"{architecture}\"; }};\n\
             Dir::State::Lists \"{at}/lists\"; Dir::State::status \"{at}/status\"; Dir::Cache \"{at}/cache\";\n\
             Dir::Etc::SourceList \"/dev/null\"; Dir::Etc::SourceParts \"{at}/sources\";\n\
             Acquire::Languages \"none\"; APT::Sandbox::User \"root\";\n"
        ),
    )?;
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        tools::run(apt.arg("-qq").args(arguments).env("APT_CONFIG", &configuration).current_dir(&downloads))
    };
    apt(&["update"])?;
    apt(&[&["download"], packages.names].concat())?;
    for package in fs::read_dir(&downloads)? {
        tools::run(Command::new("dpkg-deb").arg("--extract").arg(package?.path()).arg(&root))?;
    }
    link_lib(&root)?;
    fs::rename(&root, &folder).with_context(|| format!("renaming {}", root.display()))?;
    Ok(folder)
}

/// Since Debian 13, packages have only /usr/lib, and /lib is a link to it, which is in none of these packages.
fn link_lib(root: &Path) -> Result<()> {
    let link = root.join("lib");
    if link.exists() || !root.join("usr/lib").exists() {
        return Ok(());
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("usr/lib", &link).with_context(|| format!("creating {}", link.display()))?;
    Ok(())
}

fn create(folder: &Path) -> Result<&Path> {
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    Ok(folder)
}

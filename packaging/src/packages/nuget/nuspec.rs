//! The files that describe a NuGet package to its clients.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::project::Project;
use crate::dist::Dist;
use crate::tools;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Package,
    /// Debug symbols of a package of the same name.
    Symbols,
}

/// Writes the nuspec from its template, and the parts that the Open Packaging Conventions want.
pub fn write(dist: &Dist, project: &Project, tree: &Path, kind: Kind) -> Result<()> {
    let id = project.id;
    let template = dist.repository().join(format!("packaging/nuget/{id}.nuspec"));
    let text = fs::read_to_string(&template).with_context(|| format!("reading {}", template.display()))?;
    let (readme, types) = match kind {
        Kind::Package => ("<readme>README.md</readme>", String::new()),
        Kind::Symbols => ("", "<packageTypes><packageType name=\"SymbolsPackage\" /></packageTypes>".to_owned()),
    };
    let text = text
        .replace("@VERSION@", &dist.version()?)
        .replace("@REPOSITORY@", &repository(dist)?)
        .replace("@DEPENDENCIES@", &dependencies(project))
        .replace("@README@", readme)
        .replace("@TYPES@", &types);
    let lines: String = text.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("{line}\n")).collect();
    fs::write(tree.join(format!("{id}.nuspec")), lines)?;

    fs::write(tree.join("[Content_Types].xml"), content_types(tree)?)?;
    fs::create_dir_all(tree.join("_rels"))?;
    let relationships = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\n  \
         <Relationship Type=\"http://schemas.microsoft.com/packaging/2010/07/manifest\" Target=\"/{id}.nuspec\" \
         Id=\"R1\" />\n</Relationships>\n"
    );
    Ok(fs::write(tree.join("_rels/.rels"), relationships)?)
}

/// Groups without a dependency, for a project that needs none.
fn dependencies(project: &Project) -> String {
    project.frameworks().map(|framework| format!("<group targetFramework=\"{}\" />", framework.group)).collect()
}

/// The address stands in Cargo.toml, where there is one, and the commit comes from git.
fn repository(dist: &Dist) -> Result<String> {
    let Some(url) = dist.repository_url()? else { return Ok(String::new()) };
    let mut git = Command::new("git");
    let commit = tools::run(git.args(["rev-parse", "HEAD"]).current_dir(dist.repository()))?;
    Ok(format!("<repository type=\"git\" url=\"{url}\" commit=\"{}\" />", commit.trim()))
}

fn content_types(tree: &Path) -> Result<String> {
    let mut endings = vec!["nuspec".to_owned(), "rels".to_owned()];
    let mut whole_names = Vec::new();
    for entry in crate::archive::entries_of(tree, "")? {
        let name = Path::new(&entry.name);
        match name.extension() {
            Some(ending) => endings.push(ending.to_string_lossy().into_owned()),
            None => whole_names.push(entry.name),
        }
    }
    endings.sort();
    endings.dedup();
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\n",
    );
    for ending in endings {
        let kind = match ending.as_str() {
            "rels" => "application/vnd.openxmlformats-package.relationships+xml",
            _ => "application/octet",
        };
        writeln!(text, "  <Default Extension=\"{ending}\" ContentType=\"{kind}\" />")?;
    }
    for name in whole_names {
        writeln!(text, "  <Override PartName=\"/{name}\" ContentType=\"application/octet\" />")?;
    }
    text.push_str("</Types>\n");
    Ok(text)
}

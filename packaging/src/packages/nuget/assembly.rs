//! A managed library, compiled for each target framework.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::project::{CLIENT, HOSTING, Project};
use crate::dist::Dist;
use crate::dotnet::{Framework, Toolchain, files_with_ending};
use crate::tools;

/// The oldest SDK that can build for all target frameworks.
const SDK_VERSION: u32 = 8;

/// Assembly, documentation and debug symbols for a target framework.
pub struct Compiled {
    pub framework: &'static Framework,
    pub folder: PathBuf,
}

/// With the SDK, if a recent one is installed, and otherwise with compiler and reference assemblies from registries.
pub fn compile(dist: &Dist, project: &Project, folder: &Path) -> Result<Vec<Compiled>> {
    let toolchain = (!is_sdk_there()).then(|| Toolchain::new(dist));
    let compiled = project.frameworks().map(|framework| {
        let folder = folder.join(framework.name);
        fs::create_dir_all(&folder)?;
        match &toolchain {
            Some(toolchain) => compile_here(dist, toolchain, project, framework, &folder),
            None => compile_with_sdk(dist, project, framework, &folder),
        }
        .with_context(|| format!("compiling {} for {}", project.assembly, framework.name))?;
        Ok(Compiled { framework, folder })
    });
    compiled.collect()
}

/// Whether a recent SDK is installed.
pub fn is_sdk_there() -> bool {
    let version = Command::new("dotnet").arg("--version").output();
    let Ok(Ok(version)) = version.map(|output| String::from_utf8(output.stdout)) else { return false };
    version.split('.').next().and_then(|major| major.trim().parse().ok()).is_some_and(|major: u32| major >= SDK_VERSION)
}

fn compile_with_sdk(dist: &Dist, project: &Project, framework: &Framework, folder: &Path) -> Result<()> {
    let mut dotnet = Command::new("dotnet");
    dotnet.args(["build", "--nologo", "--configuration", "Release", "--framework", framework.name]);
    dotnet.arg("--output").arg(folder).arg(project.sources(dist).join(project.file("csproj")));
    tools::run(&mut dotnet).map(drop)
}

fn compile_here(
    dist: &Dist,
    toolchain: &Toolchain,
    project: &Project,
    framework: &Framework,
    folder: &Path,
) -> Result<()> {
    let description = folder.join("AssemblyInfo.cs");
    fs::write(&description, attributes(project, framework, &dist.version()?))?;
    let mut csc = toolchain.csc_with(framework, &other_references(dist, toolchain, project)?)?;
    csc.args(["-target:library", "-unsafe", "-optimize", "-nullable:enable", "-warn:5", "-warnaserror"]);
    // Not every member has documentation.
    csc.args(["-nowarn:1591", "-debug:portable", "-embed"]);
    csc.arg(format!("-pathmap:{}=/_/obj,{}=/_", folder.display(), dist.repository().display()));
    for (option, ending) in [("doc", "xml"), ("out", "dll")] {
        csc.arg(format!("-{option}:{}", folder.join(project.file(ending)).display()));
    }
    csc.args(files_with_ending(&project.sources(dist), ".cs")?).arg(description);
    csc.args(framework.stand_ins.iter().map(|name| dist.repository().join("packaging/dotnet").join(name)));
    tools::run(&mut csc).map(drop)
}

/// What a project refers to besides its target framework.
fn other_references(dist: &Dist, toolchain: &Toolchain, project: &Project) -> Result<Vec<PathBuf>> {
    if project.id != HOSTING.id {
        return Ok(Vec::new());
    }
    let client = dist.cache().join("nuget").join(CLIENT.id).join("package/lib/net8.0").join(CLIENT.file("dll"));
    ensure!(client.is_file(), "{} is not compiled: make the package nuget first", CLIENT.assembly);
    let mut references = toolchain.extensions()?;
    // Metrics are newer than the reference assembly.
    let net8 = toolchain.net8()?.assemblies()?;
    references.extend(net8.into_iter().filter(|path| path.ends_with("System.Diagnostics.DiagnosticSource.dll")));
    references.push(client);
    Ok(references)
}

/// What the SDK makes of the project file.
fn attributes(project: &Project, framework: &Framework, version: &str) -> String {
    let number = version.split(['-', '+']).next().unwrap_or(version);
    let (name, display_name) = (framework.full_name, framework.display_name);
    let Project { assembly, description, .. } = project;
    let mut text = format!(
        "using System.Reflection;

[assembly: System.Runtime.Versioning.TargetFramework(\"{name}\", FrameworkDisplayName = \"{display_name}\")]
[assembly: AssemblyVersion(\"{number}.0\")]
[assembly: AssemblyFileVersion(\"{number}.0\")]
[assembly: AssemblyInformationalVersion(\"{version}\")]
[assembly: AssemblyTitle(\"{assembly}\")]
[assembly: AssemblyProduct(\"mpa\")]
[assembly: AssemblyCompany(\"The mpa developers\")]
[assembly: AssemblyCopyright(\"Copyright (c) The mpa developers\")]
[assembly: AssemblyDescription(\"{description}\")]
"
    );
    if framework.is_modern && project.is_trimmable {
        text.push_str(
            "[assembly: AssemblyMetadata(\"IsTrimmable\", \"True\")]
[assembly: AssemblyMetadata(\"IsAotCompatible\", \"True\")]
// Every parameter is a number or a pointer, so that the calls need no code made at run time.
[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]
",
        );
    }
    text
}

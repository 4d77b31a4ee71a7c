//! The managed library, compiled for each target framework.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::fresh;
use crate::dist::Dist;
use crate::dotnet::{FRAMEWORKS, Framework, Toolchain, files_with_ending};
use crate::tools;

/// On Windows, a managed `Mpa.dll` would be the same file as the native `mpa.dll`.
pub const NAME: &str = "Mpa.Client";

/// The oldest SDK that can build for all target frameworks.
const SDK_VERSION: u32 = 8;

/// Assembly, documentation and debug symbols for a target framework.
pub struct Compiled {
    pub framework: &'static Framework,
    pub folder: PathBuf,
}

/// With the SDK, if a recent one is installed, and otherwise with compiler and reference assemblies from registries.
pub fn compile(dist: &Dist, version: &str) -> Result<Vec<Compiled>> {
    let folder = fresh(dist.cache().join("nuget/assemblies"))?;
    let toolchain = (!is_sdk_there()).then(|| Toolchain::new(dist));
    let compiled = FRAMEWORKS.iter().map(|framework| {
        let folder = folder.join(framework.name);
        fs::create_dir_all(&folder)?;
        match &toolchain {
            Some(toolchain) => compile_here(dist, toolchain, framework, version, &folder)?,
            None => compile_with_sdk(dist, framework, &folder)?,
        }
        Ok(Compiled { framework, folder })
    });
    compiled.collect()
}

fn is_sdk_there() -> bool {
    let version = Command::new("dotnet").arg("--version").output();
    let Ok(Ok(version)) = version.map(|output| String::from_utf8(output.stdout)) else { return false };
    version.split('.').next().and_then(|major| major.trim().parse().ok()).is_some_and(|major: u32| major >= SDK_VERSION)
}

fn compile_with_sdk(dist: &Dist, framework: &Framework, folder: &Path) -> Result<()> {
    let mut dotnet = Command::new("dotnet");
    dotnet.args(["build", "--nologo", "--configuration", "Release", "--framework", framework.name]);
    dotnet.arg("--output").arg(folder).arg(sources(dist).join(format!("{NAME}.csproj")));
    tools::run(&mut dotnet).map(drop)
}

fn compile_here(dist: &Dist, toolchain: &Toolchain, framework: &Framework, version: &str, folder: &Path) -> Result<()> {
    let description = folder.join("AssemblyInfo.cs");
    fs::write(&description, attributes(framework, version))?;
    let mut csc = toolchain.csc_for(framework)?;
    csc.args(["-target:library", "-unsafe", "-optimize", "-nullable:enable", "-warn:5", "-warnaserror"]);
    // Not every member has documentation.
    csc.args(["-nowarn:1591", "-debug:portable", "-embed"]);
    csc.arg(format!("-pathmap:{}=/_,{}=/_/obj", dist.repository().display(), folder.display()));
    csc.arg(format!("-doc:{}", folder.join(NAME).with_extension("Client.xml").display()));
    csc.arg(format!("-out:{}", folder.join(format!("{NAME}.dll")).display()));
    csc.args(files_with_ending(&sources(dist), ".cs")?).arg(description);
    csc.args(framework.stand_ins.iter().map(|name| dist.repository().join("packaging/dotnet").join(name)));
    tools::run(&mut csc).with_context(|| format!("compiling {NAME} for {}", framework.name))?;
    Ok(())
}

pub fn sources(dist: &Dist) -> PathBuf {
    dist.repository().join("bindings/csharp")
}

/// What the SDK makes of the project file.
fn attributes(framework: &Framework, version: &str) -> String {
    let number = version.split(['-', '+']).next().unwrap_or(version);
    let (name, display_name) = (framework.full_name, framework.display_name);
    let mut text = format!(
        "using System.Reflection;

[assembly: System.Runtime.Versioning.TargetFramework(\"{name}\", FrameworkDisplayName = \"{display_name}\")]
[assembly: AssemblyVersion(\"{number}.0\")]
[assembly: AssemblyFileVersion(\"{number}.0\")]
[assembly: AssemblyInformationalVersion(\"{version}\")]
[assembly: AssemblyTitle(\"{NAME}\")]
[assembly: AssemblyProduct(\"mpa\")]
[assembly: AssemblyCompany(\"The mpa developers\")]
[assembly: AssemblyCopyright(\"Copyright (c) The mpa developers\")]
[assembly: AssemblyDescription(\"Multiplayer Activity client for dedicated game servers\")]
"
    );
    if framework.is_trimmable {
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

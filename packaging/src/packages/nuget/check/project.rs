//! Projects that NuGet and MSBuild build.

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};

use super::super::copy;
use super::super::project::CLIENT;
use super::Check;
use super::program::test_source;
use crate::archive;
use crate::dotnet::MONO;
use crate::tools;

/// Where Mono has the assemblies of .NET Framework.
const NET_FRAMEWORK: &str = "/usr/lib/mono/4.5";

impl Check<'_> {
    /// The SDK, with the packages of dist/ and no others.
    pub fn sdk(&self) -> Result<Command> {
        let mut sdk = self.toolchain.sdk(&self.folder("home")?)?;
        sdk.env("RestoreSources", self.dist.folder());
        Ok(sdk)
    }

    /// What `.targets` are for: the native library beside the program, and an error for 32-bit processes.
    pub fn a_project_of_net_framework(&self) -> Result<()> {
        let folder = self.folder("net framework")?;
        let consumers = self.dist.repository().join("packaging/consumers/nuget");
        fs::copy(consumers.join("framework.csproj"), folder.join("framework.csproj"))?;
        fs::copy(self.dist.repository().join("examples/quickstart.cs"), folder.join("quickstart.cs"))?;
        let (mono, facades) = (MONO.path()?, self.toolchain.mono_facades()?);
        let build = |platform: &str| -> Result<Command> {
            let mut sdk = self.sdk()?;
            sdk.args(["build", "--nologo", "--output", "program"])
                .arg(format!("-p:FrameworkPathOverride={NET_FRAMEWORK}"));
            sdk.arg(format!("-p:PlatformTarget={platform}")).env("MonoFacades", &facades).current_dir(&folder);
            Ok(sdk)
        };
        let refused = tools::run(&mut build("x86")?);
        let message = refused.err().map(|error| error.to_string()).unwrap_or_default();
        ensure!(message.contains("MPA0002"), "a 32-bit program was not refused: {message}");

        tools::run(&mut build("x64")?)?;
        let program = folder.join("program");
        ensure!(program.join("libmpa.so").is_file(), "the native library was not copied");
        let has_windows = self.package.join("runtimes/win-x64/native/mpa.dll").is_file();
        ensure!(program.join("mpa.dll").is_file() == has_windows, "mpa.dll was not copied");
        self.expect_invites(&program, 4, |title_id| {
            let mut mono = Command::new(mono);
            mono.env("MONO_PATH", &facades).arg("framework.exe").args([self.emulator.url(), title_id.to_string()]);
            mono
        })?;
        println!("a project of .NET Framework, on Mono, with lib/netstandard2.0");
        Ok(())
    }

    /// The project file of the binding, built by MSBuild with a newer compiler than its own. Only for .NET Standard 2.1:
    /// the SDK would download what it needs for the others.
    pub fn the_project_of_the_binding(&self) -> Result<()> {
        let folder = self.folder("sources")?;
        let repository = self.dist.repository();
        fs::copy(repository.join("Cargo.toml"), folder.join("Cargo.toml"))?;
        for entry in archive::entries_of(&repository.join("bindings/csharp"), "bindings/csharp")? {
            copy(&entry.path, &folder.join(&entry.name))?;
        }
        copy(&repository.join("bindings/dotnet.props"), &folder.join("bindings/dotnet.props"))?;
        let mut sdk = self.sdk()?;
        sdk.args(["build", "--nologo", "--configuration", "Release", "--output", "built", "bindings/csharp"]);
        sdk.args(["-p:TargetFrameworks=netstandard2.1", "-p:CscToolExe=csc"]);
        sdk.arg(format!("-p:CscToolPath={}", self.toolchain.csc_as_a_program(&folder)?.display()));
        tools::run(sdk.current_dir(&folder))?;
        ensure!(folder.join("built").join(CLIENT.file("xml")).is_file(), "MSBuild wrote no documentation");
        println!("{}, by MSBuild", CLIENT.file("csproj"));
        Ok(())
    }

    /// tests/csharp/Nullable.cs compiles without a warning, against the package.
    pub fn nullable_reference_types(&self) -> Result<()> {
        let source = test_source(self.dist.repository(), "Nullable.cs");
        let folder = self.folder("nullable")?;
        let mut csc = self.toolchain.csc()?;
        csc.args(["-warn:5", "-nullable:enable", "-warnaserror", "-target:exe"]);
        for assembly in self.toolchain.net8()?.assemblies()? {
            csc.arg(format!("-r:{}", assembly.display()));
        }
        csc.arg(format!("-r:{}", self.managed_library("net8.0").display()));
        tools::run(csc.arg(format!("-out:{}", folder.join("Nullable.dll").display())).arg(source))?;
        println!("a program with nullable reference types compiles without a warning");
        Ok(())
    }
}

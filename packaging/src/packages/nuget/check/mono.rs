//! Programs on Mono, and the tests of the binding with the assemblies of the package.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::super::copy;
use super::Check;
use super::program::{Program, test_source};
use crate::dotnet::{MONO, Toolchain};
use crate::tools;

impl Check<'_> {
    /// With Mono, which finds the native library beside the program.
    fn compile_for_mono(&self, folder: &str, sources: &[PathBuf]) -> Result<Program> {
        let program = Program::compile(self, folder, "netstandard2.0", sources, None)?;
        let native = self.package.join("runtimes/linux-x64/native/libmpa.so");
        copy(&native, &program.folder.join("libmpa.so"))?;
        Ok(program)
    }

    /// No code is made at run time, as on platforms where that is forbidden.
    pub fn quickstart_compiled_ahead_of_time(&self) -> Result<()> {
        let source = self.dist.repository().join("examples/quickstart.cs");
        let program = self.compile_for_mono("ahead of time", &[source])?;
        let framework = self.toolchain.mono_compiled_ahead_of_time()?;
        for name in ["Mpa.Client.dll", "quickstart.dll"] {
            tools::run(&mut Toolchain::compile_ahead_of_time(&framework, &program.folder.join(name))?)?;
        }
        let mono = MONO.path()?;
        self.expect_invites(&program.folder, 4, |title_id| {
            let mut mono = Command::new(mono);
            mono.env("MONO_PATH", &framework).arg("--full-aot").arg(program.path());
            mono.args([self.emulator.url(), title_id.to_string()]);
            mono
        })?;
        println!("Mono, everything compiled ahead of time: the quickstart, with lib/netstandard2.0");
        Ok(())
    }

    /// Programs of tests/csharp that need no more than an emulator, on .NET 9 and Mono.
    pub fn tests_of_the_binding(&self) -> Result<()> {
        let (net9, facades) = (self.toolchain.net9()?, self.toolchain.mono_facades()?);
        let mono = MONO.path()?;
        // What connects to it gets no answer.
        let silent = TcpListener::bind("127.0.0.1:0")?;
        let silent = format!("http://{}", silent.local_addr()?);
        for test in ["Behaviour", "Submitting"] {
            let sources = [test, "Support"].map(|name| test_source(self.dist.repository(), &format!("{name}.cs")));
            let on_net9 = Program::compile(self, &format!("{test} on .NET 9"), "net8.0", &sources, Some(&net9))?;
            let on_mono = self.compile_for_mono(&format!("{test} on Mono"), &sources)?;
            let run = |mut command: Command, folder: &Path| {
                command.args([&self.emulator.url(), &self.next_title().to_string(), &silent, "host"]);
                tools::run(command.current_dir(folder)).map(drop)
            };
            run(net9.command(&on_net9.path()), &on_net9.folder)?;
            let mut command = Command::new(&mono);
            command.env("MONO_PATH", &facades).arg(on_mono.path());
            run(command, &on_mono.folder)?;
            println!("tests/csharp/{test}.cs, on .NET 9 and Mono");
        }
        Ok(())
    }
}

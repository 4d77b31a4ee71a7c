//! Runs the scripts of the package in a simulated editor, with its native library, against the emulator of the service.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{libraries, scripts};
use crate::dist::Dist;
use crate::dotnet::Toolchain;
use crate::emulator::Emulator;
use crate::targets::Target;
use crate::tools::run;

/// `programs`: the assemblies for the editor.
pub fn check(dist: &Dist, target: &Target, package: &Path, programs: &Path) -> Result<()> {
    let toolchain = Toolchain::new(dist);
    let runtime = toolchain.net8()?;
    let sources = dist.repository().join("tests/unity");

    let mut game = scripts::csc(&toolchain)?;
    game.args(["-target:library", "-warnaserror"]).arg(scripts::out(programs, "Game")).arg(sources.join("Game.cs"));
    game.args(["Mpa.Client", "Mpa.Unity", "UnityEngine"].map(|name| scripts::reference(programs, name)));
    run(&mut game)?;

    let mut tests = toolchain.csc()?;
    tests.args(["-warnaserror", "-nowarn:1701,1702"]).arg(scripts::out(programs, "Tests"));
    tests.args(["Tests.cs", "Domain.cs", "Program.cs"].map(|file| sources.join(file)));
    tests.args(["UnityEngine", "UnityEditor"].map(|name| scripts::reference(programs, name)));
    tests.args(runtime.assemblies()?.iter().map(|assembly| format!("-r:{}", assembly.display())));
    run(&mut tests)?;
    let program = programs.join("Tests.dll");
    runtime.write_configuration(&program)?;

    let emulator = Emulator::start(dist)?;
    let mut tests = runtime.command(&program);
    tests.arg(emulator.url()).arg(package.join(libraries::path(target)));
    let status = tests.status().with_context(|| format!("starting {}", program.display()))?;
    ensure!(status.success(), "the scripts of the package for Unity do not behave: see above");
    Ok(())
}

//! Programs that contain the plugin and the stand-ins: how they are linked and started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::build_rules::Rules;
use super::compile::{Compiler, Module, STANDARD};
use super::platform::Platform;
use crate::dist::Dist;
use crate::runner::{Runner, run_for};
use crate::targets::{System, Target};
use crate::tools::run;

pub struct Programs<'a> {
    pub dist: &'a Dist,
    pub platform: &'a Platform,
    pub compiler: &'a Compiler,
    pub module: &'a Module<'a>,
    pub folder: &'a Path,
    /// Of the plugin and the stand-ins.
    objects: Vec<PathBuf>,
    libraries: Vec<String>,
}

impl<'a> Programs<'a> {
    /// `objects`: of the plugin. `rules`: what it is linked with.
    pub fn new(
        dist: &'a Dist,
        platform: &'a Platform,
        compiler: &'a Compiler,
        module: &'a Module<'a>,
        mut objects: Vec<PathBuf>,
        rules: &Rules,
        folder: &'a Path,
    ) -> Result<Self> {
        let standins = folder.join("StandIns.o");
        let source = dist.repository().join("tests/unreal/standins/StandIns.cpp");
        run(compiler.command().args([STANDARD, "-c"]).args(module.options()).arg(source).arg("-o").arg(&standins))?;
        objects.push(standins);
        Ok(Self { dist, platform, compiler, module, folder, objects, libraries: libraries(dist, platform, rules)? })
    }

    /// Compiles and links a program of `sources`. `options`: for them, besides those of the module.
    pub fn link(&self, name: &str, sources: &[PathBuf], options: &[String]) -> Result<PathBuf> {
        // Wine and Windows want the ending.
        let program = self.folder.join(name).with_extension("exe");
        run(self
            .compiler
            .link()
            .args([STANDARD, "-Wall", "-Wextra", "-Werror"])
            .args(options)
            .args(self.module.options())
            .args(sources)
            .args(&self.objects)
            .args(&self.libraries)
            .arg("-o")
            .arg(&program))?;
        Ok(program)
    }
}

/// What is linked: on Windows the library for MinGW, and the libraries of the system that the rules name; elsewhere those
/// of the system are what the engine's toolchain adds by itself.
fn libraries(dist: &Dist, platform: &Platform, rules: &Rules) -> Result<Vec<String>> {
    if platform.system != System::Windows {
        let own = rules.values("library").into_iter().map(str::to_owned);
        return Ok(own.chain(["-lpthread", "-ldl", "-lm"].map(str::to_owned)).collect());
    }
    let own = dist.stage(Target::named(platform.target)?).join("lib/libmpa.a");
    let system = rules.values("system").into_iter().map(|name| format!("-l{}", name.trim_end_matches(".lib")));
    Ok([own.display().to_string()].into_iter().chain(system).collect())
}

/// How long a program may take, also where the processor is emulated.
const LIMIT: Duration = Duration::from_secs(300);

/// What runs programs of a platform on this machine.
pub fn runner(dist: &Dist, platform: &Platform) -> Result<Runner> {
    let runner = Runner::of(dist, Target::named(platform.target)?)?;
    runner.with_context(|| format!("programs for {} cannot be run on this machine", platform.name))
}

/// Runs a program, and returns what it printed.
pub fn run_with(runner: &Runner, program: &Path, arguments: &[OsString]) -> Result<String> {
    run_for(runner.command(program, &[])?.args(arguments), LIMIT)?.success(&program.display().to_string())
}

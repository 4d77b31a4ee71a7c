//! Compiles the plugin as UnrealBuildTool does, with the stand-ins in place of the engine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::platform::Platform;
use super::reflection;
use crate::archive;
use crate::dist::Dist;
use crate::targets::{Processor, System};
use crate::toolchain::compilers::{ARM64_GCC, CLANG, MINGW};
use crate::tools::run;

/// The language version of the engine 5.0 to 5.2, and that of later ones.
pub const OLDER_STANDARD: &str = "-std=c++17";
pub const STANDARD: &str = "-std=c++20";

/// Each is an error. The engine compiles with clang for Linux and with Microsoft's compiler for Windows; where only that
/// one has a warning, clang's nearest stands in for it.
const WARNINGS: &[(&str, &str)] = &[
    ("-Wall", "the engine's base for clang"),
    ("-Wextra", "Microsoft's level 4, which the engine's checks go up to"),
    ("-Wshadow-all", "-Wshadow of the engine; C4456, C4457, C4458 and C4459, which find members too"),
    ("-Wundef", "the engine; C4668"),
    ("-Wdeprecated", "the engine's deprecations of C++20; C4996"),
    ("-Wdelete-non-virtual-dtor", "the engine"),
    ("-Wnon-virtual-dtor", "C4265"),
    ("-Wenum-conversion", "the engine"),
    ("-Wbitfield-enum-conversion", "the engine"),
    ("-Wshorten-64-to-32", "the engine's unsafe casts; C4267"),
    ("-Wimplicit-int-conversion", "the engine's unsafe casts; C4244"),
    ("-Wunreachable-code", "C4702"),
    ("-Woverloaded-virtual", "C4263, C4264"),
    ("-Wconditional-uninitialized", "C4701, C4703"),
    ("-Wimplicit-fallthrough", "C5262"),
    ("-Winconsistent-missing-override", "C5038's neighbour: an override that is not marked"),
    ("-Wsuggest-override", "the same, where none is marked"),
    ("-Wnonportable-include-path", "names whose case differs, which Windows finds and Linux does not"),
];

/// MinGW's compiler does not know those of clang.
const WARNINGS_OF_GCC: &[&str] =
    &["-Wall", "-Wextra", "-Wshadow", "-Wundef", "-Wnon-virtual-dtor", "-Woverloaded-virtual"];

/// A compiler for a platform, with the options that do not depend on the file.
pub struct Compiler {
    program: PathBuf,
    options: Vec<&'static str>,
    link_options: Vec<&'static str>,
    warnings: Vec<&'static str>,
}

impl Compiler {
    pub fn new(platform: &Platform) -> Result<Self> {
        let clang = |options: &[&'static str], link_options: &[&'static str]| -> Result<Self> {
            Ok(Self {
                program: CLANG.path()?,
                options: options.to_vec(),
                link_options: link_options.to_vec(),
                warnings: WARNINGS.iter().map(|(warning, _)| *warning).collect(),
            })
        };
        match (platform.system, platform.processor) {
            (System::Windows, _) => Ok(Self {
                program: MINGW.path()?,
                options: Vec::new(),
                link_options: vec!["-static"],
                warnings: WARNINGS_OF_GCC.to_vec(),
            }),
            (_, Processor::Arm64) if cfg!(not(target_arch = "aarch64")) => {
                ARM64_GCC.path()?;
                clang(&["--target=aarch64-linux-gnu"], &["-fuse-ld=lld"])
            }
            _ => clang(&[], &[]),
        }
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        // As the engine: no exceptions, no RTTI.
        command.args(&self.options).args(["-fno-exceptions", "-fno-rtti"]);
        command
    }

    /// For sources and objects that are linked into a program.
    pub fn link(&self) -> Command {
        let mut command = self.command();
        command.args(&self.link_options);
        command
    }

    /// With the warnings of the engine as errors.
    pub fn strict(&self) -> Command {
        let mut command = self.command();
        command.arg("-Werror").args(&self.warnings);
        command
    }
}

/// What a build of the plugin needs besides its sources: the generated headers, the stand-ins, and the macros of
/// UnrealBuildTool and of the rules of the module.
pub struct Module<'a> {
    plugin: &'a Path,
    options: Vec<String>,
}

impl<'a> Module<'a> {
    /// Writes the generated headers into `folder`. `rules`: the options that the rules of the module ask for.
    pub fn new(dist: &Dist, plugin: &'a Path, rules: Vec<String>, folder: &Path) -> Result<Self> {
        let sources = plugin.join("Source/Mpa");
        for entry in archive::entries_of(&sources, "")? {
            let Some(name) = entry.path.file_name().and_then(|name| name.to_str()) else { continue };
            if name.ends_with(".h") {
                let text = fs::read_to_string(&entry.path)?;
                if !reflection::marked(&text).is_empty() {
                    fs::write(folder.join(reflection::generated_name(name)), reflection::generate(name, &text))?;
                }
            }
        }
        let mut options = rules;
        // What UnrealBuildTool calls the export macro of the module: mpa.h has one of that name.
        options.push("-DMPA_API=__attribute__((visibility(\"default\")))".to_owned());
        options.extend(["Public", "Private"].map(|name| format!("-I{}", sources.join(name).display())));
        options.push(format!("-I{}", folder.display()));
        options.push("-isystem".to_owned());
        options.push(dist.repository().join("tests/unreal/standins").display().to_string());
        Ok(Self { plugin, options })
    }

    pub fn options(&self) -> &[String] {
        &self.options
    }

    /// Each source by itself, so that each includes what it uses. Returns the object files in `folder`.
    pub fn compile_sources(&self, compiler: &Compiler, standard: &str, folder: &Path) -> Result<Vec<PathBuf>> {
        let mut objects = Vec::new();
        for source in self.files("cpp")? {
            let name = source.file_stem().context("a source has no name")?;
            let object = folder.join(name).with_extension("o");
            run(compiler.strict().arg(standard).args(&self.options).arg("-c").arg(&source).arg("-o").arg(&object))?;
            objects.push(object);
        }
        Ok(objects)
    }

    /// Each header by itself, and twice.
    pub fn compile_headers(&self, compiler: &Compiler, standard: &str, folder: &Path) -> Result<()> {
        for header in self.files("h")? {
            let alone = folder.join("Alone.cpp");
            let path = header.display();
            fs::write(&alone, format!("#include \"{path}\"\n#include \"{path}\"\n"))?;
            run(compiler.strict().arg(standard).args(&self.options).arg("-fsyntax-only").arg(&alone))?;
        }
        Ok(())
    }

    fn files(&self, extension: &str) -> Result<Vec<PathBuf>> {
        let files = archive::entries_of(&self.plugin.join("Source/Mpa"), "")?.into_iter().map(|entry| entry.path);
        Ok(files.filter(|path| path.extension().is_some_and(|found| found == extension)).collect())
    }
}

//! A program that refers to the package, put together as the SDK does for a portable application.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::super::project::CLIENT;
use super::super::{copy, layout};
use super::Check;
use crate::archive;
use crate::dotnet::{FRAMEWORKS, Framework, Runtime};
use crate::tools;

pub struct Program {
    pub folder: PathBuf,
    name: String,
}

impl Program {
    pub fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.dll", self.name))
    }

    /// Of `sources`, the first of which names it, against `lib/FRAMEWORK`, and with what `runtime` needs to run it.
    pub fn compile(
        check: &Check,
        folder: &str,
        framework: &'static str,
        sources: &[PathBuf],
        runtime: Option<&Runtime>,
    ) -> Result<Self> {
        let name = sources.first().and_then(|path| path.file_stem()).context("no source")?;
        let program = Self { folder: check.folder(folder)?, name: name.to_string_lossy().into_owned() };
        let library = check.managed_library(framework);
        let mut csc = check.toolchain.csc_for(framework_named(framework)?)?;
        csc.args(["-target:exe", "-unsafe", "-warn:4", "-warnaserror"]).arg(format!("-r:{}", library.display()));
        csc.arg(format!("-out:{}", program.path().display())).args(sources);
        tools::run(&mut csc).with_context(|| format!("compiling {} against lib/{framework}", program.name))?;

        copy(&library, &program.folder.join(CLIENT.file("dll")))?;
        let natives = archive::entries_of(&check.package.join("runtimes"), "runtimes")?;
        for native in &natives {
            copy(&native.path, &program.folder.join(&native.name))?;
        }
        if let Some(runtime) = runtime {
            runtime.write_configuration(&program.path())?;
            let places: Vec<&str> = natives.iter().map(|native| native.name.as_str()).collect();
            let assets = program.assets(&check.dist.version()?, framework, &places);
            fs::write(program.folder.join(format!("{}.deps.json", program.name)), assets.to_string())?;
        }
        Ok(program)
    }

    /// The deps.json, from which the host of .NET takes the native library of its own platform.
    fn assets(&self, version: &str, framework: &str, natives: &[&str]) -> Value {
        let (program, package) = (format!("{}/1.0.0", self.name), format!("{}/{version}", CLIENT.id));
        let natives: Map<String, Value> = natives
            .iter()
            .filter_map(|place| Some((*place, layout::identifier_of(place)?)))
            .map(|(place, identifier)| (place.to_owned(), json!({"rid": identifier, "assetType": "native"})))
            .collect();
        let own_name = format!("{}.dll", self.name);
        let managed = format!("lib/{framework}/{}", CLIENT.file("dll"));
        let target = ".NETCoreApp,Version=v8.0";
        json!({
            "runtimeTarget": {"name": target, "signature": ""},
            "compilationOptions": {},
            "targets": {target: {
                program.as_str(): {"dependencies": {CLIENT.id: version}, "runtime": {own_name: {}}},
                package.as_str(): {"runtime": {managed: {}}, "runtimeTargets": natives},
            }},
            "libraries": {
                program.as_str(): {"type": "project", "serviceable": false, "sha512": ""},
                package.as_str(): {"type": "package", "serviceable": true, "sha512": ""},
            },
        })
    }
}

pub fn framework_named(name: &str) -> Result<&'static Framework> {
    FRAMEWORKS.iter().find(|framework| framework.name == name).with_context(|| format!("no framework {name}"))
}

/// The sources of `tests/csharp`.
pub fn test_source(repository: &Path, name: &str) -> PathBuf {
    repository.join("tests/csharp").join(name)
}

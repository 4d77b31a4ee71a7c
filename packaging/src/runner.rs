//! What runs the programs of a target on this machine: the machine itself, an emulator of the processor, or Wine.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::debian::{self, Packages};
use crate::dist::Dist;
use crate::targets::{Processor, System, Target};
use crate::tools::{self, Tool};

/// Starts programs of one platform.
#[derive(Clone)]
pub struct Runner {
    /// What starts a program, with its first arguments; empty if the machine runs it directly.
    pub line: Vec<OsString>,
    environment: Vec<(&'static str, OsString)>,
    /// Folders that come before those with the libraries of the program.
    own_libraries: Vec<PathBuf>,
    /// The processor is emulated: programs are slow, and `/proc` shows the emulator too.
    pub emulated: bool,
    system: System,
}

/// How a program ended, and what it printed.
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

const QEMU: Tool = Tool {
    names: &["qemu-aarch64-static", "qemu-aarch64"],
    package: "qemu-user-static",
    elsewhere: "QEMU's user mode emulation from the packages of your system",
};
const WINE: Tool =
    Tool { names: &["wine", "wine64"], package: "wine", elsewhere: "Wine from the packages of your system" };
/// Also for what only Wine needs.
pub const MINGW_C: Tool = Tool {
    names: &["x86_64-w64-mingw32-gcc-posix"],
    package: "g++-mingw-w64-x86-64-posix",
    elsewhere: "MinGW-w64 with POSIX threads from the packages of your system",
};

impl Runner {
    /// `None` if programs of the target cannot be run on this machine.
    pub fn of(dist: &Dist, target: &Target) -> Result<Option<Self>> {
        let here = |system: System| match system {
            System::LinuxGlibc => cfg!(all(target_os = "linux", target_env = "gnu")),
            System::LinuxMusl => cfg!(target_os = "linux"),
            System::Windows => cfg!(windows),
            System::MacOs => cfg!(target_os = "macos"),
        };
        let same_processor = match target.processor {
            Processor::X64 => cfg!(target_arch = "x86_64"),
            Processor::Arm64 => cfg!(target_arch = "aarch64"),
            Processor::Universal => true,
        };
        let machine = Self {
            line: Vec::new(),
            environment: Vec::new(),
            own_libraries: Vec::new(),
            emulated: false,
            system: target.system,
        };
        Ok(match target.system {
            System::LinuxMusl if here(System::LinuxMusl) => Some(machine.with_musl(dist, target, same_processor)?),
            system if here(system) && same_processor => Some(machine),
            System::LinuxGlibc if cfg!(target_os = "linux") && target.processor == Processor::Arm64 => {
                let root = debian::unpacked(dist, &Packages::glibc("12", target.processor))?;
                Some(machine.with_qemu(&root)?)
            }
            System::Windows if cfg!(target_os = "linux") && cfg!(target_arch = "x86_64") => {
                Some(machine.with_wine(dist)?)
            }
            _ => None,
        })
    }

    /// The same with the loader and the C library of another version of Debian. `None` if that cannot be had.
    pub fn with_glibc_of(dist: &Dist, target: &Target, version: &'static str) -> Result<Option<Self>> {
        if target.system != System::LinuxGlibc || !debian::is_there()? {
            return Ok(None);
        }
        let Some(mut runner) = Self::of(dist, target)? else { return Ok(None) };
        let root = debian::unpacked(dist, &Packages::glibc(version, target.processor))?;
        if runner.emulated {
            runner.line.clear();
            return Ok(Some(runner.with_qemu(&root)?));
        }
        let (loader, libraries) = match target.processor {
            Processor::X64 => ("lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "lib/x86_64-linux-gnu"),
            _ => ("lib/aarch64-linux-gnu/ld-linux-aarch64.so.1", "lib/aarch64-linux-gnu"),
        };
        runner.line = vec![find_in(&root, loader)?.into()];
        runner.own_libraries = vec![find_in(&root, libraries)?];
        Ok(Some(runner))
    }

    /// The same for programs that have musl in them, where it is used at all: the machine runs them directly.
    pub fn without_loader_of_musl(&self) -> Self {
        let is_loader = self.system == System::LinuxMusl && !self.emulated;
        Self { line: if is_loader { Vec::new() } else { self.line.clone() }, ..self.clone() }
    }

    fn with_musl(self, dist: &Dist, target: &Target, same_processor: bool) -> Result<Self> {
        let (name, library) = match target.processor {
            Processor::X64 => ("lib/ld-musl-x86_64.so.1", "usr/lib/x86_64-linux-musl/libc.so"),
            _ => ("lib/ld-musl-aarch64.so.1", "usr/lib/aarch64-linux-musl/libc.so"),
        };
        // That of the system, as on Alpine; on Debian a newer one than it has, which is what Zig links programs for.
        if same_processor && !debian::is_there()? {
            ensure!(Path::new("/").join(name).exists(), "musl's loader /{name} is missing: install musl");
            return Ok(self);
        }
        let root = debian::unpacked(dist, &Packages::musl(target.processor))?;
        if same_processor {
            return Ok(Self { line: vec![root.join(library).into()], ..self });
        }
        let loader = root.join(name);
        // The package links to it by an absolute path.
        if !loader.is_file() {
            if loader.symlink_metadata().is_ok() {
                fs::remove_file(&loader).with_context(|| format!("removing {}", loader.display()))?;
            }
            let library = root.join(library);
            fs::copy(&library, &loader).with_context(|| format!("copying {}", library.display()))?;
        }
        self.with_qemu(&root)
    }

    fn with_qemu(mut self, root: &Path) -> Result<Self> {
        self.line = vec![QEMU.path()?.into(), "-L".into(), root.into()];
        self.emulated = true;
        Ok(self)
    }

    fn with_wine(mut self, dist: &Dist) -> Result<Self> {
        let prefix = dist.cache().join("wine");
        self.line = vec![WINE.path()?.into()];
        self.environment = vec![
            ("WINEPREFIX", prefix.clone().into()),
            ("WINEARCH", "win64".into()),
            ("WINEDEBUG", "-all".into()),
            // Neither Mono nor a browser is installed, and no debugger waits.
            ("WINEDLLOVERRIDES", "mscoree,mshtml=;winedbg.exe=d".into()),
            ("LC_ALL", "C.UTF-8".into()),
        ];
        let system = prefix.join("drive_c/windows/system32");
        let library = system.join("bcryptprimitives.dll");
        if !library.exists() {
            println!("preparing Wine");
            fs::create_dir_all(&prefix).with_context(|| format!("creating {}", prefix.display()))?;
            let mut boot = self.command(Path::new("wineboot"), &[])?;
            run_for(boot.arg("--init"), Duration::from_secs(300))?.success("wineboot")?;
            let shim = dist.repository().join("packaging/wine/bcryptprimitives.c");
            // Newer versions have it.
            if !library.exists() {
                let mut compiler = Command::new(MINGW_C.path()?);
                compiler.args(["-O2", "-shared", "-o"]).arg(&library).arg(&shim).arg("-ladvapi32");
                tools::run(&mut compiler)?;
            }
        }
        Ok(self)
    }

    /// The path of a file as a program of the target takes it.
    pub fn path_of_program(&self, path: &Path) -> OsString {
        if self.system == System::Windows && !cfg!(windows) {
            let mut name = OsString::from("Z:");
            name.push(path.to_string_lossy().replace('/', "\\"));
            return name;
        }
        path.into()
    }

    /// The environment of a program that finds shared libraries in `folders`.
    pub fn environment(&self, folders: &[&Path]) -> Result<Vec<(&'static str, OsString)>> {
        let mut environment = self.environment.clone();
        environment.push(self.libraries(folders)?);
        Ok(environment)
    }

    fn libraries(&self, folders: &[&Path]) -> Result<(&'static str, OsString)> {
        match self.system {
            System::Windows if cfg!(windows) => {
                let path = env::var_os("PATH").unwrap_or_default();
                let folders = folders.iter().map(|folder| folder.to_path_buf()).chain(env::split_paths(&path));
                Ok(("PATH", env::join_paths(folders)?))
            }
            System::Windows => {
                let folders: Vec<_> = folders.iter().map(|folder| self.path_of_program(folder)).collect();
                Ok(("WINEPATH", folders.join(&OsString::from(";"))))
            }
            System::MacOs => Ok(("DYLD_LIBRARY_PATH", env::join_paths(folders)?)),
            System::LinuxGlibc | System::LinuxMusl => {
                let own = self.own_libraries.iter().map(PathBuf::as_path);
                Ok(("LD_LIBRARY_PATH", env::join_paths(own.chain(folders.iter().copied()))?))
            }
        }
    }

    /// What runs `program`, which finds shared libraries in `folders`.
    pub fn command(&self, program: &Path, folders: &[&Path]) -> Result<Command> {
        let mut line = self.line.iter().cloned().chain([program.as_os_str().to_owned()]);
        let mut command = Command::new(line.next().context("there is no program")?);
        command.args(line);
        command.envs(self.environment(folders)?);
        Ok(command)
    }
}

/// Runs a command for at most `limit`: then it is killed, which is an error.
pub fn run_for(command: &mut Command, limit: Duration) -> Result<Ended> {
    let folder = tempfile::tempdir()?;
    let [stdout, stderr] = ["stdout", "stderr"].map(|name| folder.path().join(name));
    command.stdin(Stdio::null()).stdout(File::create(&stdout)?).stderr(File::create(&stderr)?);
    let mut child = command.spawn().with_context(|| format!("starting {}", command.get_program().display()))?;
    let end = Instant::now() + limit;
    let status = loop {
        match child.try_wait()? {
            Some(status) => break Some(status),
            None if Instant::now() >= end => break None,
            None => thread::sleep(Duration::from_millis(10)),
        }
    };
    if status.is_none() {
        child.kill()?;
        child.wait()?;
    }
    // Programs of Windows end lines with CR LF.
    let read = |path: &Path| Ok::<_, anyhow::Error>(String::from_utf8_lossy(&fs::read(path)?).replace("\r\n", "\n"));
    let (stdout, stderr) = (read(&stdout)?, read(&stderr)?);
    match status {
        Some(status) => Ok(Ended { status, stdout, stderr }),
        None => bail!("{command:?} did not end within {} s:\n{stdout}{stderr}", limit.as_secs()),
    }
}

impl Ended {
    /// What it printed, if it succeeded.
    pub fn success(self, what: &str) -> Result<String> {
        if !self.status.success() {
            bail!("{what} ended with {}:\n{}{}", self.status, self.stdout, self.stderr);
        }
        Ok(self.stdout)
    }
}

/// A file or folder of a root, whose `lib` may be in `usr`.
fn find_in(root: &Path, name: &str) -> Result<PathBuf> {
    let places = [root.join(name), root.join("usr").join(name)];
    let found = places.iter().find(|place| place.exists());
    Ok(found.with_context(|| format!("{} has no {name}", root.display()))?.clone())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_hangs_is_killed() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo so far; exec sleep 600"]);
        let error = run_for(&mut command, Duration::from_millis(500)).err().unwrap().to_string();
        assert!(error.contains("did not end within 0 s") && error.contains("so far"), "{error}");
    }

    #[test]
    fn what_a_program_prints_and_how_it_ends_is_returned() {
        let mut command = Command::new("sh");
        command.args(["-c", "printf 'a\\r\\nb\\n'; echo c >&2; exit 3"]);
        let ended = run_for(&mut command, Duration::from_secs(60)).unwrap();
        assert_eq!((ended.status.code(), ended.stdout.as_str(), ended.stderr.as_str()), (Some(3), "a\nb\n", "c\n"));
        assert!(ended.success("sh").unwrap_err().to_string().starts_with("sh ended with"));
    }
}

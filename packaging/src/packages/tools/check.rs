//! Unpacks the archive and runs the programs, each against the emulator.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use object::Object;

use super::{PROGRAMS, Server, archive_path, file_name, folder_name, programs_for, triple_of};
use crate::archive;
use crate::checks::paths;
use crate::dist::Dist;
use crate::emulator::Emulator;
use crate::runner::{self, Runner};
use crate::targets::{System, Target};

/// The parts of Windows that the programs may import: no runtime library of a compiler.
const OF_WINDOWS: &[&str] = &[
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "kernel32.dll",
    "ntdll.dll",
    "secur32.dll",
    "userenv.dll",
    "ws2_32.dll",
];

const LIMIT: Duration = Duration::from_secs(120);
const TITLE_ID: &str = "7";

pub fn check(dist: &Dist, target: &'static Target) -> Result<()> {
    if triple_of(target).is_none() {
        return Ok(());
    }
    let archive = archive_path(dist, target)?;
    ensure!(archive.exists(), "there is no {}: run packaging/build {}", archive.display(), target.name);
    let folder = tempfile::tempdir()?;
    archive::unpack(&archive, folder.path())?;
    let folder = folder.path().join(folder_name(dist, target)?);

    let paths = paths::of_this_machine(dist)?;
    for program in programs_for(target) {
        let name = file_name(program, target);
        let path = folder.join(&name);
        let data = fs::read(&path).with_context(|| format!("reading {name} of {}", archive.display()))?;
        is_static(&data).with_context(|| name.clone())?;
        let found = paths::found(&data, &paths);
        ensure!(found.is_none(), "{name} has a path of the machine that built it, {found:?}");
        println!("{}: {name} is static, {} bytes", target.name, data.len());
    }
    let Some(runner) = Runner::of(dist, target)? else { return Ok(()) };
    for program in programs_for(target) {
        let path = folder.join(file_name(program, target));
        let printed = runner::run_for(runner.command(&path, &[])?.arg("--version"), LIMIT)?.success(program.name)?;
        let expected = format!("{} {}\n", program.name, dist.version()?);
        ensure!(printed == expected, "{} --version printed {printed:?}, expected {expected:?}", program.name);
    }
    doctor(&runner, &folder.join(file_name(&PROGRAMS[0], target)), &Emulator::start(dist)?)?;
    println!("{}: the doctor reaches the emulator of this machine", target.name);
    for program in programs_for(target) {
        let Some(server) = &program.server else { continue };
        let path = folder.join(file_name(program, target));
        let mut command = runner.command(&path, &[])?;
        command.args(server.arguments);
        let started = Emulator::listening(command, program.name)?;
        doctor(&runner, &folder.join(file_name(&PROGRAMS[0], target)), &started)?;
        println!("{}: the doctor reaches {} of the archive", target.name, program.name);
        if target.system != System::Windows && runner.line.is_empty() {
            alone(&path, server, &runner, &folder.join(PROGRAMS[0].name))?;
        }
    }
    Ok(())
}

/// Needs no library but those of the system.
fn is_static(data: &[u8]) -> Result<()> {
    let file = object::File::parse(data)?;
    for import in file.imports()? {
        let library = String::from_utf8_lossy(import.library()).to_ascii_lowercase();
        let of_windows = OF_WINDOWS.contains(&library.as_str()) || library.starts_with("api-ms-win-");
        ensure!(of_windows, "needs {:?} of {library:?}", String::from_utf8_lossy(import.name()));
    }
    Ok(())
}

fn doctor(runner: &Runner, doctor: &Path, emulator: &Emulator) -> Result<()> {
    let mut command = runner.command(doctor, &[])?;
    command.args(["--title-id", TITLE_ID, "--network-only", "--endpoint", &emulator.url()]);
    let printed = runner::run_for(&mut command, LIMIT)?.success("mpa-doctor")?;
    ensure!(printed.contains("ok"), "mpa-doctor printed {printed:?}");
    Ok(())
}

/// As in a container from scratch: in a folder that has only this file. That takes root.
#[cfg(unix)]
fn alone(program: &Path, server: &Server, runner: &Runner, doctor_program: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let name = program.file_name().context("a program has a name")?;
    if Path::new("/root").read_dir().is_err() {
        println!("{}: not run in an empty folder, which takes root", name.display());
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    // Of everybody, as the image is.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    fs::copy(program, folder.path().join(name))?;
    let mut chroot = std::process::Command::new("chroot");
    chroot.arg("--userspec=65534:65534").arg(folder.path()).arg(Path::new("/").join(name)).args(server.arguments);
    doctor(runner, doctor_program, &Emulator::listening(chroot, &name.to_string_lossy())?)?;
    println!("{}: runs in an empty folder, as in a container from scratch", name.display());
    Ok(())
}

#[cfg(not(unix))]
fn alone(_program: &Path, _server: &Server, _runner: &Runner, _doctor: &Path) -> Result<()> {
    Ok(())
}

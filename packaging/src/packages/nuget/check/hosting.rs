//! A host that uses `Mpa.Extensions.Hosting`.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::super::copy;
use super::super::project::{CLIENT, HOSTING};
use super::program::framework_named;
use super::{Check, is_this_machine, unzip};
use crate::dist::Dist;
use crate::targets::Target;
use crate::tools;

/// On .NET 9, which is the one that has Microsoft.Extensions here.
pub fn check(dist: &Dist, target: &'static Target) -> Result<()> {
    if !is_this_machine(target) {
        println!("{}: no .NET runtime with a generic host can be run here", target.name);
        return Ok(());
    }
    let check = Check::new(dist)?;
    let package = check.folder("hosting package")?;
    unzip(dist, &HOSTING, &package)?;
    let folder = check.folder("hosting")?;
    let libraries = [check.managed_library("net8.0"), package.join("lib/net8.0").join(HOSTING.file("dll"))];
    let mut references = check.toolchain.extensions()?;
    let net8 = check.toolchain.net8()?.assemblies()?;
    references.extend(net8.into_iter().filter(|path| path.ends_with("System.Diagnostics.DiagnosticSource.dll")));
    references.extend_from_slice(&libraries);

    let program = folder.join("hosting.dll");
    let mut csc = check.toolchain.csc_with(framework_named("net8.0")?, &references)?;
    csc.args(["-target:exe", "-nullable:enable", "-warn:4", "-warnaserror"]);
    csc.arg(format!("-out:{}", program.display()));
    tools::run(csc.arg(dist.repository().join("packaging/consumers/nuget/hosting.cs")))?;

    let net9 = check.toolchain.net9()?;
    net9.write_configuration(&program)?;
    let native = check.package.join("runtimes/linux-x64/native/libmpa.so");
    let assemblies: Vec<PathBuf> = net9.extensions()?.into_iter().chain(libraries).chain([native]).collect();
    for path in &assemblies {
        copy(path, &folder.join(path.file_name().unwrap_or_default()))?;
    }
    let title_id = check.next_title();
    let mut command = net9.command(&program);
    let printed = tools::run(command.args([check.emulator.url(), title_id.to_string()]).current_dir(&folder))?;
    let calls = check.emulator.calls(title_id)?;
    let expected = format!("POST /titles/{title_id}/invites/server 204");
    ensure!(calls == [expected.clone(), expected], "the emulator received {calls:?}. The program printed:\n{printed}");
    for expected in [
        "configuration refused: config.TitleId",
        "interfaces: all are injected",
        "metrics: 2 submitted, some completed as ok",
        "Closed: of 2 submitted operations, 2 succeeded",
        "Closed: of 1 submitted operations, 0 succeeded, 0 failed, 1 are uncertain and 0 were abandoned",
        "the timeout of the host: Uncertain",
    ] {
        ensure!(printed.contains(expected), "the host did not print {expected:?} but:\n{printed}");
    }
    println!("{} and {}, in a generic host on .NET 9", CLIENT.id, HOSTING.id);
    Ok(())
}

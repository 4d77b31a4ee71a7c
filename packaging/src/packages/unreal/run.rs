//! Runs the plugin against the emulator: `tests/unreal/behaviour`.

use std::net::TcpListener;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::build_rules;
use super::compile::{Compiler, Module, OLDER_STANDARD, STANDARD};
use super::guide;
use super::platform::Platform;
use super::programs::{self, Programs};
use crate::archive;
use crate::dist::Dist;
use crate::emulator::Emulator;

/// How many requests arrive, for the titles of the cases in `tests/unreal/behaviour`.
const REQUESTS: &[(usize, &[u32])] = &[
    (0, &[106, 107, 118, 119, 120, 126, 127, 128, 129, 130, 131]),
    (1, &[101, 102, 103, 114, 122, 123, 124]),
    (2, &[104, 105, 111]),
    (3, &[115]),
    (4, &[121, 125]),
];

/// Compiles in both language versions and with both kinds of linking, and runs what is linked statically.
pub fn check(dist: &Dist, plugin: &Path, platform: &Platform) -> Result<()> {
    let compiler = Compiler::new(platform)?;
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let rules = |shared| build_rules::read(dist, plugin, platform.name, shared);

    let shared = Module::new(dist, plugin, rules(true)?.compiler_options(), folder)?;
    shared.compile_sources(&compiler, OLDER_STANDARD, folder)?;

    let rules = rules(false)?;
    let module = Module::new(dist, plugin, rules.compiler_options(), folder)?;
    module.compile_headers(&compiler, OLDER_STANDARD, folder)?;
    let objects = module.compile_sources(&compiler, STANDARD, folder)?;
    let programs = Programs::new(dist, platform, &compiler, &module, objects, &rules, folder)?;
    let sources = archive::entries_of(&dist.repository().join("tests/unreal/behaviour"), "")?.into_iter();
    let sources = sources.map(|entry| entry.path).filter(|path| path.extension().is_some_and(|found| found == "cpp"));
    let behaviour = programs.link("behaviour", &sources.collect::<Vec<_>>(), &[])?;
    let guide = guide::build(&programs)?;
    run_behaviour(dist, platform, &behaviour, folder)?;
    guide::run_it(&programs, &guide)
}

fn run_behaviour(dist: &Dist, platform: &Platform, program: &Path, folder: &Path) -> Result<()> {
    let emulator = Emulator::start(dist)?;
    // Connections are accepted by the system, and nothing ever answers.
    let silent = TcpListener::bind("127.0.0.1:0").context("listening")?;
    let silent = format!("http://{}", silent.local_addr()?);
    let runner = programs::runner(dist, platform)?;
    let arguments = [emulator.url().into(), silent.into(), runner.path_of_program(folder)];
    let output = programs::run_with(&runner, program, &arguments)?;
    ensure!(output.lines().count() > 10 && output.lines().all(|line| line.starts_with("ok ")), "{output}");

    // What arrived: the program sees only what the plugin says.
    let body = |title| -> Result<Value> {
        let first = emulator.requests(title)?.into_iter().next();
        Ok(first.with_context(|| format!("no request arrived for the title {title}"))?["body"].clone())
    };
    let invite = body(101)?;
    ensure!(invite["connectionString"] == "\u{e4}\u{20ac}\u{1f600}:7777", "{invite}");
    ensure!(invite["sender"] == "2814639011617876" && invite["platform"] == "Scarlett", "{invite}");
    ensure!(invite["invitedUsers"][1] == "18446744073709551615", "{invite}");
    let group = &body(102)?["recentPlayerGroups"][0];
    ensure!(group["timestamp"] == "2020-05-12T10:11:12Z" && group["encounterType"] == "Teammate", "{group}");
    for title in [121, 125] {
        let requests = emulator.requests(title)?;
        let deleted = requests.iter().find(|request| request["method"] == "DELETE");
        let deleted = deleted.with_context(|| format!("no activity was deleted for the title {title}"))?;
        ensure!(deleted["body"]["sequenceNumber"] == 8, "{deleted}");
    }
    let sent = emulator.requests(104)?;
    let tokens: Vec<&Value> = sent.iter().map(|request| &request["headers"]["authorization"]).collect();
    ensure!(
        tokens == ["XBL3.0 x=-;token-of-the-settings", "XBL3.0 x=-;token-of-the-command-line"],
        "the tokens {tokens:?} arrived"
    );
    for (count, titles) in REQUESTS {
        for title in *titles {
            let arrived = emulator.requests(*title)?.len();
            ensure!(arrived == *count, "{arrived} requests arrived for the title {title}, and {count} should have");
        }
    }
    println!("unreal: {}: {} cases of the plugin", platform.name, output.lines().count());
    Ok(())
}

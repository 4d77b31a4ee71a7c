//! The quickstarts: what a user reads first must compile, run, tell what it did, and fail properly.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Once;
use std::time::{SystemTime, UNIX_EPOCH};

use mpa_tests::build::{self, GCC, GPP, Tool};
use mpa_tests::header::repository;
use mpa_tests::partner::Partner;
use mpa_tests::platform::Platform;
use mpa_tests::process;
#[cfg(unix)]
use nix::sys::signal::kill;
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::{csharp, request_log};

const TITLE_ID: u32 = 4294967295;
const FRIEND: u64 = 2535400000000002;
const HOST: u64 = FRIEND - 1;

/// In C99, which is the oldest that the header is for.
fn in_c() -> Option<Command> {
    compiled(GCC, &["-std=c99"], "c")
}

fn in_cpp() -> Option<Command> {
    compiled(GPP, &["-std=c++17", "-fno-exceptions", "-fno-rtti"], "cpp")
}

fn in_csharp() -> Option<Command> {
    if !csharp::is_there() {
        return None;
    }
    let program = build::scratch("quickstart-csharp").join("quickstart.exe");
    let mut compile = csharp::mcs();
    compile.arg(format!("-out:{}", program.display())).arg(example("cs"));
    build::run(compile.arg(repository().join("bindings/csharp/*.cs")));
    Some(csharp::mono(&program))
}

fn compiled(compiler: Tool, arguments: &[&str], ending: &str) -> Option<Command> {
    let platform = Platform::of_the_tests();
    if !platform.described && !compiler.is_there() {
        return None;
    }
    let program = platform.executable(&build::scratch(&format!("quickstart-{ending}")).join("quickstart"));
    let mut compile = if ending == "c" { platform.c_compiler() } else { platform.cpp_compiler() };
    compile.args(arguments).args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"]).arg(&program);
    compile.arg(example(ending)).arg("-I").arg(repository().join("bindings/cpp"));
    build::run(compile.args(platform.link_arguments()));
    Some(platform.command(&program))
}

fn example(ending: &str) -> PathBuf {
    repository().join(format!("examples/quickstart.{ending}"))
}

#[test]
fn the_quickstart_in_c_does_what_it_says() {
    check(in_c);
}

#[test]
fn the_quickstart_in_cpp_does_what_it_says() {
    check(in_cpp);
}

#[test]
fn the_quickstart_in_csharp_does_what_it_says() {
    check(in_csharp);
}

fn check(compile: fn() -> Option<Command>) {
    let Some(program) = compile() else { return };
    let again = || {
        let mut command = Command::new(program.get_program());
        command.args(program.get_args());
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    };
    check_success(again());
    check_failures(again);
}

fn check_success(mut program: Command) {
    let emulator = request_log::emulator();
    let printed = printed(&build::run(program.args([emulator.url(), &TITLE_ID.to_string()])));
    let expected = [
        ("A player invites 2 friends: acknowledged, 1 request, ", " ms"),
        ("The server invites 20 friends of a player: acknowledged, 2 requests, ", " ms"),
        ("The server reports 2 groups who met: acknowledged, 1 request, ", " ms"),
        ("Closed: 3 of 3 calls succeeded", ""),
    ];
    assert_eq!(printed.lines().count(), expected.len(), "{printed}");
    for (line, (begin, end)) in printed.lines().zip(expected) {
        let elapsed = line.strip_prefix(begin).and_then(|rest| rest.strip_suffix(end));
        assert!(elapsed.is_some_and(|elapsed| elapsed.is_empty() || elapsed.parse::<u32>().is_ok()), "{printed}");
    }

    let mut requests: Vec<_> = emulator.requests(TITLE_ID).iter().map(request_log::summary).collect();
    forget_the_time(&mut requests[3]);
    let (as_player, as_server) =
        ("XBL3.0 x=1234567890;made-up-token-of-a-player", "XBL3.0 x=-;made-up-token-of-the-server");
    let invites = format!("/titles/{TITLE_ID}/invites");
    let server_invites = format!("/titles/{TITLE_ID}/invites/server");
    let groups = format!("/titles/{TITLE_ID}/recentplayergroups/server");
    let of_server = |friends: std::ops::Range<u64>| {
        json!({
            "sender": HOST.to_string(), "invitedUsers": request_log::xuids(friends),
            "connectionString": "203.0.113.7:7777", "platform": "Scarlett",
        })
    };
    let expected = [
        json!([
            invites,
            as_player,
            {"invitedUsers": request_log::xuids(FRIEND..FRIEND + 2), "connectionString": "203.0.113.7:7777"},
            204
        ]),
        json!([server_invites, as_server, of_server(FRIEND..FRIEND + 16), 204]),
        json!([server_invites, as_server, of_server(FRIEND + 16..FRIEND + 20), 204]),
        json!([
            groups,
            as_server,
            {"recentPlayerGroups": [
                {"encounterType": "Teammate", "recentPlayers": request_log::players([HOST, FRIEND, FRIEND + 1])},
                {"encounterType": "Opponent", "recentPlayers": request_log::players([HOST, FRIEND + 2])},
            ]},
            204
        ]),
    ];
    assert_eq!(requests, expected);
}

/// The groups carry the time of the call; that it is one has been checked by the emulator.
fn forget_the_time(summary: &mut Value) {
    let groups = summary[2]["recentPlayerGroups"].as_array_mut().expect("there are groups");
    for group in groups {
        let group = group.as_object_mut().expect("a group is an object");
        assert!(group.remove("timestamp").is_some(), "a group has no time");
    }
}

fn check_failures(program: impl Fn() -> Command) {
    // Nothing listens on port 1.
    let failed = failure(program().arg("http://127.0.0.1:1"));
    assert!(failed.starts_with("A player invites 2 friends: "), "{failed}");
    assert!(failed.replace('_', "").to_lowercase().contains("connectionfailed: "), "{failed}");

    let failed = failure(program().arg("nonsense"));
    assert!(
        failed.starts_with("Opening the client: ") && failed.to_lowercase().contains("config.endpoint"),
        "{failed}"
    );

    let failed = failure(&mut program());
    assert!(failed.starts_with("usage: ") && failed.ends_with("ENDPOINT [TITLE_ID]\n"), "{failed}");
}

/// What a program that has to fail says, in one line.
pub fn failure(program: &mut Command) -> String {
    let output = process::output(program, process::LIMIT);
    let said = Platform::of_the_tests().text(output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

/// The program that a user starts, which compiles and runs the others.
#[test]
fn the_launcher_shows_what_was_sent_and_received() {
    if !csharp::is_there() || !GCC.is_there() || !GPP.is_there() {
        return;
    }
    for (language, source) in [("c", "quickstart.c"), ("cpp", "quickstart.cpp"), ("csharp", "quickstart.cs")] {
        let printed = printed(&build::run(&mut launcher(language)));
        let (said, received) =
            printed.split_once("\n\nThe stand-in for the service received:\n\n").expect("there are two parts");
        assert!(said.starts_with(&format!("examples/{source} prints:\n\nA player invites 2 friends: ")), "{printed}");
        assert!(said.ends_with("\nClosed: 3 of 3 calls succeeded"), "{printed}");
        let lines: Vec<_> = received.lines().collect();
        assert_eq!(lines.len(), 8, "{printed}");
        assert_eq!(lines[2], "POST /titles/1234567890/invites/server, answered with 204");
        assert_eq!(
            lines[3].trim(),
            "{\"connectionString\":\"203.0.113.7:7777\",\"invitedUsers\":[\"2535400000000002\",\
             \"2535400000000003\",\"... 14 more\"],\"platform\":\"Scarlett\",\"sender\":\"2535400000000001\"}"
        );
    }
}

#[cfg(unix)]
#[test]
fn the_launcher_stops_a_server_loop_properly() {
    if !csharp::is_there() || !GCC.is_there() || !GPP.is_there() {
        return;
    }
    for (language, source) in [("c", "server_loop.c"), ("cpp", "server_loop.cpp"), ("csharp", "server_loop.cs")] {
        let mut launcher = launcher(language);
        if language == "c" {
            launcher.env("PATH", folder_with_a_c_compiler_alone());
        }
        let printed = printed(&build::run(launcher.arg("loop")));
        assert!(printed.starts_with(&format!("examples/{source} prints:\n\nFrame 0: acknowledged\n")), "{printed}");
        assert!(printed.contains(" operations succeeded, 0 uncertain, 0 events not polled\n"), "{printed}");
        let (_, stopped) = printed.split_once("\nStopped with SIGTERM after 3 s, it ended ").expect("it says how");
        assert!(stopped.contains(" ms later: exit status: 0\n"), "{printed}");
        assert!(stopped.contains("\nPOST /titles/1234567890/invites/server, answered with 204\n"), "{printed}");
    }
    // Not a test of its own, as it builds its program in the same place.
    check_that_a_server_that_does_not_stop_is_killed();
}

#[cfg(unix)]
fn check_that_a_server_that_does_not_stop_is_killed() {
    let compiler = build::scratch("compiler").join("compiler.sh");
    // The last argument is the program to write, which ignores SIGTERM.
    let script = "for program; do :; done
        printf '%s\\n' '#!/bin/sh' \"trap '' TERM\" 'echo $$; while :; do sleep 0.1; done' >\"$program\"
        chmod +x \"$program\"";
    std::fs::write(&compiler, script).expect("the script is written");
    let mut launcher = launcher("c");
    launcher.arg("loop").env("CC", format!("sh {}", compiler.display()));
    let output = process::output(&mut launcher, process::LIMIT);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.ends_with("program did not end within 10 s and was killed\n"), "{said}");
    let printed = printed(&output);
    let id = printed.lines().nth(2).and_then(|line| line.parse().ok()).map(Pid::from_raw);
    let id = id.unwrap_or_else(|| panic!("it prints its process id: {printed}"));
    assert!(kill(id, None).is_err(), "it still runs");
}

/// A folder for `PATH`: a user's machine may lack every other tool, `kill` too.
#[cfg(unix)]
fn folder_with_a_c_compiler_alone() -> PathBuf {
    let path = std::env::var_os("PATH").expect("there is a PATH");
    let folder = build::scratch("compiler-alone");
    // GCC runs the other two.
    for tool in ["cc", "as", "ld"] {
        let found = std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.exists());
        let link = folder.join(tool);
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(found.unwrap_or_else(|| panic!("there is no {tool}")), link).expect("a link");
    }
    folder
}

#[test]
fn the_launcher_shows_who_met_whom_in_a_match() {
    if !csharp::is_there() || !GCC.is_there() || !GPP.is_there() {
        return;
    }
    for (language, source) in [("c", "match_server.c"), ("cpp", "match_server.cpp"), ("csharp", "match_server.cs")] {
        let printed = printed(&build::run(launcher(language).arg("match")));
        assert!(printed.starts_with(&format!("examples/{source} prints:\n\nPlayer ")), "{printed}");
        let (said, lists) = printed.split_once("\nWho met whom, as it lists them:\n\n").expect("there are lists");
        let met = met_in_the_match(said);
        assert!(met.len() > 10, "{printed}");
        assert_eq!(listed(lists), met, "{printed}");
    }
}

/// Who was there at the same time, from the lines that say who joins and who leaves. The teams are the odd and the even
/// numbers.
fn met_in_the_match(said: &str) -> BTreeSet<(u32, u32, String)> {
    let (mut present, mut met) = (BTreeSet::new(), BTreeSet::new());
    for line in said.lines() {
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["Player", player, "joins"] => {
                let player: u32 = player.parse().expect("a number");
                for other in &present {
                    let kind = if player % 2 == other % 2 { "Teammate" } else { "Opponent" };
                    met.extend([(player, *other, kind.to_owned()), (*other, player, kind.to_owned())]);
                }
                present.insert(player);
            }
            ["Player", player, "leaves"] => assert!(present.remove(&player.parse().expect("a number"))),
            _ => {}
        }
    }
    met
}

/// What lines such as `Player 1: 3 (Teammate), 2 (Opponent)` say.
fn listed(lists: &str) -> BTreeSet<(u32, u32, String)> {
    let mut met = BTreeSet::new();
    for line in lists.lines() {
        let (player, others) = line.strip_prefix("Player ").and_then(|rest| rest.split_once(": ")).expect("a list");
        for other in others.split(", ").filter(|other| *other != "none") {
            let (other, kind) = other.strip_suffix(')').and_then(|rest| rest.split_once(" (")).expect("an entry");
            met.insert((player.parse().expect("a number"), other.parse().expect("a number"), kind.to_owned()));
        }
    }
    met
}

#[test]
fn the_launcher_shows_activities() {
    if !GCC.is_there() {
        return;
    }
    let printed = printed(&build::run(launcher("c").arg("activities")));
    let (said, received) =
        printed.split_once("\n\nThe stand-in for the service received:\n\n").expect("there are two parts");
    let expected = "examples/activities.c prints:\n\nSetting the player's activity: acknowledged\n\
        Asking what 2 users play: acknowledged\n  \
        user 2535400000000001 plays title 1234567890, 3 of 8 players, group red-team, join with 203.0.113.7:7777\n\
        Deleting the player's activity: acknowledged\nAsking what 2 users play: acknowledged";
    assert_eq!(said, expected);
    let methods: Vec<_> = received.lines().filter(|line| line.contains(", answered with 20")).collect();
    assert_eq!(methods.len(), 4, "{printed}");
    assert!(methods[0].starts_with("PUT ") && methods[2].starts_with("DELETE "), "{printed}");
}

#[test]
fn the_launcher_shows_how_a_server_signs_in() {
    if !GCC.is_there() {
        return;
    }
    let printed = printed(&build::run(launcher("c").arg("sign-in")));
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines[..2], ["examples/sign_in.c prints:", ""], "{printed}");
    let until = lines[2].strip_prefix("Signed in until ").and_then(|rest| rest.strip_suffix(" UTC"));
    assert!(until.is_some_and(lies_ahead), "{printed}");
    assert_eq!(
        lines[3..],
        [
            "The server invites a friend of a player: acknowledged",
            "",
            "The stand-in for the service received:",
            "",
            "POST /service/authenticate, answered with 200",
            "POST /xsts/authorize, answered with 200",
            "POST /titles/1234567890/invites/server, answered with 204",
            "    {\"connectionString\":\"203.0.113.7:7777\",\"invitedUsers\":[\"2535400000000002\"],\
             \"sender\":\"2535400000000001\"}",
        ],
        "{printed}"
    );
}

/// Whether it is a time of the next few weeks.
fn lies_ahead(time: &str) -> bool {
    let mut date = Command::new("date");
    let seconds = printed(&build::run(date.args(["-u", "+%s", "-d", time])));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
    seconds.trim().parse().is_ok_and(|end| (now + 60..now + 30 * 86_400).contains(&end))
}

/// One of the other examples, in C99 too.
pub fn example_in_c(name: &str) -> Option<Command> {
    let platform = Platform::of_the_tests();
    if !platform.described && !GCC.is_there() {
        return None;
    }
    let program = platform.executable(&build::scratch(name).join(name));
    let mut compile = platform.c_compiler();
    compile.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"]).arg(&program);
    compile.arg(repository().join(format!("examples/{name}.c")));
    build::run(compile.args(platform.link_arguments()));
    Some(platform.command(&program))
}

#[test]
fn the_server_that_signs_in_does_what_it_says() {
    let Some(mut program) = example_in_c("sign_in") else { return };
    let partner = Partner::start("example");
    let sign_in = partner.emulator.sign_in().expect("it signs in");
    program.args([partner.emulator.url(), &TITLE_ID.to_string(), sign_in.url(), sign_in.token_url()]);
    program.args(["ca.pem", "partner.pem", "partner.key"].map(|name| partner.folder.join(name)));
    let printed = printed(&build::run(&mut program));
    let lines: Vec<_> = printed.lines().collect();
    let until = lines[0].strip_prefix("Signed in until ").and_then(|rest| rest.strip_suffix(" UTC"));
    assert!(until.is_some_and(lies_ahead), "{printed}");
    assert_eq!(lines[1..], ["The server invites a friend of a player: acknowledged"], "{printed}");
    let statuses: Vec<_> = partner.emulator.requests(TITLE_ID).iter().map(|request| request.status).collect();
    assert_eq!(statuses, [204]);
}

/// Its arguments come from elsewhere than those of the other quickstarts.
#[test]
fn the_server_that_signs_in_fails_properly() {
    let Some(mut program) = example_in_c("sign_in") else { return };
    let failed = failure(&mut program);
    assert!(failed.starts_with("usage: ") && failed.ends_with("CA_FILE CERTIFICATE KEY\n"), "{failed}");
    let nowhere = build::scratch("sign_in").join("missing.pem");
    program.args(["http://127.0.0.1:1", "7", "https://127.0.0.1:1", "https://127.0.0.1:1"]);
    let failed = failure(program.args([&nowhere, &nowhere, &nowhere]));
    assert!(failed.starts_with("Opening the client: ") && failed.contains("config.c"), "{failed}");
}

#[test]
fn the_launcher_says_what_is_wrong_in_a_sentence() {
    let failed = failure(&mut launcher("java"));
    assert!(failed.contains("\"java\"") && failed.contains("csharp"), "{failed}");
    let failed = failure(launcher("c").arg("lop"));
    assert!(failed.contains("\"lop\"") && failed.contains("\"loop\""), "{failed}");
    let failed = failure(launcher("cpp").arg("sign-in"));
    assert!(failed.contains("\"c sign-in\""), "{failed}");
    let failed = failure(launcher("cpp").env("CXX", "no-such-compiler -O2"));
    assert!(failed.starts_with("no-such-compiler was not found."), "{failed}");
    for (language, package) in [("c", "gcc"), ("cpp", "g++"), ("csharp", "mono-mcs libmono-posix4.0-cil")] {
        let failed = failure(launcher(language).env("PATH", build::scratch("nothing")));
        assert!(failed.contains(&format!("apt-get install {package})")), "{failed}");
    }
}

/// As `cargo run` would start it.
fn launcher(language: &str) -> Command {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        build::cargo_build(&["--example", "quickstart"]);
    });
    let mut command = Command::new(build::library_folder().join("examples/quickstart"));
    command.arg(language).env_remove("CC").env_remove("CXX");
    command
}

pub fn printed(output: &Output) -> String {
    Platform::of_the_tests().text(output.stdout.clone())
}

//! What `cargo run --example quickstart -- c fleet` shows: three servers in C, without a relay and through one.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn the_quickstart_shows_what_a_relay_changes() {
    if may_skip() {
        return;
    }
    let printed = printed_by_the_quickstart();
    assert!(printed.lines().count() <= 25, "{printed}");
    let title = "\n3 servers, each with a key of its own and the URL of the relay, ";
    let (without, rest) = printed.split_once(title).expect("servers without a relay, and with it");
    let (relay, with) = rest.split_once(":\n\n").expect("the relay's URL");
    let without = without.strip_prefix("3 servers, each with the token of the service:\n\n").expect("a title");
    for (shown, groups, invites) in [
        (without, "3 in 3 requests", "4 requests, of which it rejected 1"),
        (with, "3 in 1 request", "3 requests, of which it rejected 0"),
    ] {
        let (said, received) = shown.split_once("\nThe stand-in for the service received:\n").expect("two parts");
        assert_eq!(received, format!("Groups:  {groups}\nInvites: {invites} (it takes 2 in 5 s)\n"), "{printed}");
        // Two invites at once; the third when the limit allows it, at the second attempt.
        let mut found = without_times(said);
        found.sort();
        assert!((1..=3).any(|waited| found == expected(waited)), "{printed}");
    }
    let address = relay.strip_prefix("http://").expect("the relay's URL");
    assert!(TcpStream::connect(address).is_err(), "the relay still listens on {address}");
}

/// Where skips are asked for, and there is no C compiler.
fn may_skip() -> bool {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    let found = Command::new("cc").arg("--version").output().is_ok_and(|output| output.status.success());
    !found && is("MPA_ALLOW_SKIPS", "1") && !is("CI", "true")
}

/// It finds the relay beside it, which cargo has built for these tests.
fn printed_by_the_quickstart() -> String {
    let relay = Path::new(env!("CARGO_BIN_EXE_mpa-relay"));
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "mpa", "--example", "quickstart"]);
    // Cargo sets these for the tests. Some crates are compiled again when they change.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            cargo.env_remove(name);
        }
    }
    assert!(cargo.status().unwrap().success());
    let mut quickstart = Command::new(relay.with_file_name("examples").join("quickstart"));
    let output = quickstart.args(["c", "fleet"]).env_remove("CC").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What the servers print, without the times, in the order of the alphabet.
fn expected(waited: u32) -> Vec<String> {
    let calls = |number: u32| {
        let invited = if number == waited { "2 requests" } else { "1 request" };
        [("reports a group", "1 request"), ("invites a friend", invited)]
            .map(|(call, requests)| format!("Server {number} {call}: MPA_OK, 1 of 1 acknowledged, {requests}"))
    };
    let mut lines: Vec<_> = (1..=3).flat_map(calls).collect();
    lines.sort();
    lines
}

fn without_times(said: &str) -> Vec<String> {
    let without_time = |line: &str| {
        let (line, time) = line.rsplit_once(", ").expect("a time");
        let seconds = time.strip_suffix(" s").and_then(|seconds| seconds.parse::<f64>().ok());
        assert!(seconds.is_some_and(|seconds| seconds < 30.0), "{said}");
        line.to_owned()
    };
    said.lines().map(without_time).collect()
}

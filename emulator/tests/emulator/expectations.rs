//! What a test expects, in Rust and as the end of the program.

use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::process::Stdio;

use mpa_emulator::{Emulator, Options, read_expectations};

use crate::client::Client;
use crate::process::LIMIT;
use crate::program::{Program, command, temporary_file};
use crate::requests::{Request, invite, server_invite};

const EXPECTED: &str = r#"[
    {"name": "two invites", "title_id": 7, "calls": "invites", "match": {"/status": 204}, "exactly": 2},
    {"name": "nothing fails", "match": {"/acted": false}, "at_most": 0}
]"#;

#[test]
fn requests_are_counted_by_title_call_and_field() {
    let expectations = read_expectations(
        r#"[
        {"title_id": 7}, {"calls": "invites"}, {"calls": "server_invites"}, {"calls": "recent_players"},
        {"match": {"/status": 204}}, {"match": {"/body/sender": "2814613765430389", "/fault": null}},
        {"match": {"/headers/x-xbl-contract-version": "1"}}, {"match": {"/headers/absent": null}}, {"title_id": 0}
    ]"#,
    )
    .unwrap();
    let options = Options { expectations, ..Options::default() };
    let emulator = Emulator::start(options).unwrap();
    let mut client = Client::connect(&emulator);
    client.send(&invite(7));
    client.send(&server_invite(8));
    client.send(&server_invite(8).without("x-xbl-contract-version"));
    client.send(&Request::new("GET", "/none"));
    emulator.reset(8);
    let counted = emulator.expectation_results().into_iter().map(|result| result.problem.is_none());
    assert_eq!(counted.collect::<Vec<_>>(), [true, true, true, false, true, true, true, true, true]);
    let missing = emulator.expectation_results().remove(3);
    assert_eq!(missing.name, "at least 1 requests of recent_players");
    assert_eq!(missing.problem.as_deref(), Some("expected at least 1, got 0"));
}

struct Ended {
    code: Option<i32>,
    stderr: String,
    stdout: Vec<String>,
}

fn start(name: &str, more: &[&str]) -> Program {
    let path = temporary_file(name);
    fs::write(&path, EXPECTED).unwrap();
    let arguments = [&["--port=0", "--expect", path.to_str().unwrap()], more].concat();
    Program::of(command(&arguments).stdin(Stdio::piped()), 4)
}

fn send(program: &Program, count: usize) {
    let mut client = Client::over(TcpStream::connect(program.address()).unwrap());
    for _ in 0..count {
        assert_eq!(client.send(&invite(7)).status, 204);
    }
}

fn end(mut program: Program) -> Ended {
    let code = program.running().wait(LIMIT).code();
    let mut stderr = String::new();
    program.running().child().stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    Ended { code, stderr, stdout: program.stop() }
}

#[test]
fn the_end_of_stdin_ends_it_with_what_is_missing_or_too_much() {
    for (count, code, expected) in [
        (1, 1, "mpa-emulator: two invites: expected exactly 2, got 1\n"),
        (2, 0, ""),
        (3, 1, "mpa-emulator: two invites: expected exactly 2, got 3\n"),
    ] {
        let report = temporary_file(&format!("results-{count}.xml"));
        let mut program = start(&format!("expected-{count}.json"), &["--junit", report.to_str().unwrap()]);
        send(&program, count);
        drop(program.running().child().stdin.take());
        let ended = end(program);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(code), expected), "{count}");
        assert_eq!(ended.stdout, [format!("{} of 2 expectations are met", 2 - code)]);
        let xml = fs::read_to_string(report).unwrap();
        assert!(xml.contains(&format!("tests=\"2\" failures=\"{code}\"")), "{xml}");
        assert!(xml.contains("name=\"nothing fails\"/>"), "{xml}");
    }
}

#[test]
fn a_limit_ends_it_at_once_when_the_result_is_certain() {
    let program = start("expected-within.json", &["--expect-within", "600000"]);
    send(&program, 3);
    assert_eq!(end(program).code, Some(1), "too many");
    let program = start("expected-limit.json", &["--expect-within", "300"]);
    let ended = end(program);
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(1), "mpa-emulator: two invites: expected exactly 2, got 0\n")
    );
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_and_an_empty_stdin_does_not() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    let path = temporary_file("expected-signal.json");
    fs::write(&path, EXPECTED).unwrap();
    // With /dev/null as its stdin.
    let mut program = Program::start(&["--port=0", "--expect", path.to_str().unwrap()]);
    send(&program, 2);
    let id = program.running().child().id().cast_signed();
    kill(Pid::from_raw(id), Signal::SIGTERM).unwrap();
    let ended = end(program);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

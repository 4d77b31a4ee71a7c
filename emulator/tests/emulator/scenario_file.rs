//! The file of `--scenario`.

use std::fs;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::Client;
use crate::process::{LIMIT, output};
use crate::program::{Program, command, temporary_file};
use crate::requests::invite;

/// Waits until the settings are what a test expects.
fn wait_for(client: &mut Client<TcpStream>, holds: impl Fn(&Value) -> bool) {
    let start = Instant::now();
    while !holds(&client.get("/emulator/scenario").json()) {
        assert!(start.elapsed() < LIMIT, "the file is not followed");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_scenario_is_loaded_and_changes_of_its_file_are_followed() {
    let path = temporary_file("scenario.json");
    fs::write(&path, r#"{"faults": [{"fault": "status", "status": 503}]}"#).unwrap();
    let program = Program::start(&["--port=0", "--scenario", path.to_str().unwrap()]);
    let mut client = Client::over(TcpStream::connect(program.address()).unwrap());
    assert_eq!(client.send(&invite(7)).status, 503);
    // As long as before, and perhaps at the same time.
    fs::write(&path, r#"{"faults": [{"fault": "status", "status": 500}]}"#).unwrap();
    wait_for(&mut client, |scenario| scenario["faults"][0]["status"] == 500);
    assert_eq!(client.send(&invite(7)).status, 500);
    fs::write(&path, r#"{"faults": [{"fault": "#).unwrap();
    thread::sleep(Duration::from_millis(500));
    assert_eq!(client.send(&invite(7)).status, 500, "an invalid content changes nothing");
    fs::remove_file(&path).unwrap();
    thread::sleep(Duration::from_millis(500));
    assert_eq!(client.send(&invite(7)).status, 500);
    fs::write(&path, r#"{"clock": {"offset_ms": 5}}"#).unwrap();
    wait_for(&mut client, |scenario| scenario["clock"]["offset_ms"] == 5);
    assert_eq!(client.send(&invite(7)).status, 204);
}

#[test]
fn a_file_that_is_wrong_at_the_start_is_one_sentence_and_status_1() {
    let (missing, invalid) = (temporary_file("none.json"), temporary_file("invalid.json"));
    fs::write(&invalid, r#"{"clock": 5}"#).unwrap();
    for (option, path, expected) in [
        ("--scenario", &missing, "cannot read "),
        ("--scenario", &invalid, "invalid.json: clock must be an object, not a number"),
        ("--expect", &missing, "cannot read "),
        ("--expect", &invalid, "invalid.json: the body must be a list, not an object"),
    ] {
        let output = output(&mut command(&["--port=0", option, path.to_str().unwrap()]), LIMIT);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &[][..]));
        assert!(stderr.contains(expected) && stderr.lines().count() == 1, "{stderr}");
    }
}

//! The server of a fleet, without a relay: with one, it is a test of the relay.

use mpa_tests::build;

use crate::quickstarts::{example_in_c, failure, printed};
use crate::request_log;

const TITLE_ID: u32 = 4294967295;

#[test]
fn a_server_of_a_fleet_does_what_it_says() {
    let Some(mut server) = example_in_c("fleet_server") else { return };
    let emulator = request_log::emulator();
    let printed = printed(&build::run(server.args([emulator.url(), &TITLE_ID.to_string(), "made-up-key", "7"])));
    assert_eq!(without_times(&printed), both_calls_of(7), "{printed}");
    let requests = emulator.requests(TITLE_ID);
    let paths: Vec<_> = requests.iter().map(|request| request.path.rsplit_once("/titles/4294967295/")).collect();
    assert_eq!(paths, [Some(("", "recentplayergroups/server")), Some(("", "invites/server"))]);
    assert!(requests.iter().all(|request| request.header("Authorization") == Some("XBL3.0 x=-;made-up-key")));
}

#[test]
fn a_server_of_a_fleet_fails_properly() {
    let Some(mut server) = example_in_c("fleet_server") else { return };
    let failed = failure(&mut server);
    assert!(failed.starts_with("usage: ") && failed.ends_with("URL_OF_THE_RELAY TITLE_ID KEY NUMBER\n"), "{failed}");
    let failed = failure(server.args(["nonsense", "7", "key", "3"]));
    assert!(failed.starts_with("Server 3 opens its client: ") && failed.contains("config.endpoint"), "{failed}");
    let Some(mut server) = example_in_c("fleet_server") else { return };
    let failed = failure(server.args(["http://127.0.0.1:1", "7", &"k".repeat(1100), "3"]));
    assert_eq!(failed, "The key is too long.\n");
    let Some(mut server) = example_in_c("fleet_server") else { return };
    // Nothing listens on port 1.
    let failed = failure(server.args(["http://127.0.0.1:1", "7", "key", "3"]));
    assert!(failed.starts_with("Server 3 reports a group: MPA_ERROR_CONNECTION_FAILED: "), "{failed}");
}

/// What a server prints, without the times.
fn both_calls_of(number: u32) -> [String; 2] {
    ["reports a group", "invites a friend"]
        .map(|call| format!("Server {number} {call}: MPA_OK, 1 of 1 acknowledged, 1 request"))
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

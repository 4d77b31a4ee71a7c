//! Three servers of a fleet and a relay, as the launcher shows them.

use mpa_tests::build::{self, GCC};

use crate::quickstarts::{example_in_c, failure, launcher, printed};
use crate::request_log;

const TITLE_ID: u32 = 4294967295;

#[test]
fn a_server_of_a_fleet_does_what_it_says() {
    let Some(mut server) = example_in_c("fleet_server") else { return };
    let emulator = request_log::emulator();
    let printed = printed(&build::run(server.args([emulator.url(), &TITLE_ID.to_string(), "made-up-key", "7"])));
    assert_eq!(without_times(&printed), both_calls_of(7, 1), "{printed}");
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

#[test]
fn the_launcher_shows_what_a_relay_changes() {
    if !GCC.is_there() {
        return;
    }
    let printed = printed(&build::run(launcher("c").arg("fleet")));
    assert!(printed.lines().count() <= 25, "{printed}");
    let title = "\n3 servers, each with a key of its own and the URL of the relay, ";
    let (without, rest) = printed.split_once(title).expect("servers without a relay, and with it");
    let (relay, with) = rest.split_once(":\n\n").expect("the relay's URL");
    let without = without.strip_prefix("3 servers, each with the token of the service:\n\n").expect("a title");
    for (shown, groups, invites) in [
        (without, "3 in 3 requests", "4 requests, of which it rejected 1"),
        (with, "3 in 1 request", "3 requests, of which it rejected 0"),
    ] {
        let (said, received) =
            shown.split_once("\nThe stand-in for the service received:\n").expect("there are two parts");
        assert_eq!(received, format!("Groups:  {groups}\nInvites: {invites} (it takes 2 in 5 s)\n"), "{printed}");
        // Two invites at once; the third when the limit allows it, at the second attempt.
        let waited = [1, 2, 3].into_iter().find(|number| {
            let mut expected: Vec<_> =
                (1..=3).flat_map(|server| both_calls_of(server, 1 + u32::from(server == *number))).collect();
            expected.sort();
            let mut found = without_times(said);
            found.sort();
            found == expected
        });
        assert!(waited.is_some(), "{printed}");
    }
    let address = relay.strip_prefix("http://").expect("the relay's URL");
    assert!(std::net::TcpStream::connect(address).is_err(), "the relay still listens on {address}");
}

/// What a server prints, without the times.
fn both_calls_of(number: u32, attempts: u32) -> Vec<String> {
    let requests = if attempts == 1 { "1 request" } else { &format!("{attempts} requests") };
    vec![
        format!("Server {number} reports a group: MPA_OK, 1 of 1 acknowledged, 1 request"),
        format!("Server {number} invites a friend: MPA_OK, 1 of 1 acknowledged, {requests}"),
    ]
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

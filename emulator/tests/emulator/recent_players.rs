//! Recent players, as the service would list them for each user.

use serde_json::{Value, json};

use crate::client::{Client, answer, assert_refused, start};
use crate::requests::{OF_USER, Request, recent_player_groups, recent_players, server_recent_players, set_activity};

fn shown(client: &mut Client, user: u64) -> Value {
    client.get(&format!("/emulator/titles/7/users/{user}/recent_players")).json()
}

fn entry(xuid: &str, second: u32, encounter_type: &str) -> Value {
    json!({"xuid": xuid, "last_met": format!("2020-05-12T10:11:{second}Z"), "encounter_type": encounter_type})
}

fn list(entries: &[Value]) -> Value {
    json!({"recent_players": entries, "reports_forgotten": 0})
}

#[test]
fn a_group_is_in_the_lists_of_all_and_one_direction_in_one() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    assert_eq!(shown(&mut client, 11), list(&[]));
    assert_eq!(client.send(&recent_player_groups(7)).status, 204);
    assert_eq!(shown(&mut client, 11), list(&[entry("12", 12, "Default")]));
    assert_eq!(shown(&mut client, 12), list(&[entry("11", 12, "Default")]));
    assert_eq!(client.send(&server_recent_players(7)).status, 204);
    assert_eq!(shown(&mut client, 11), list(&[entry("12", 13, "Teammate")]));
    assert_eq!(shown(&mut client, 12), list(&[entry("11", 12, "Default")]));
    let met: Vec<_> = emulator.recent_players(7, 11).into_iter().map(|met| (met.xuid, met.encounter_type)).collect();
    assert_eq!(met, [(12, "Teammate")]);
    assert!(emulator.recent_players(8, 11).is_empty());
}

#[test]
fn whom_a_user_met_is_listed_by_the_user_hash() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    assert_eq!(client.send(&recent_players(7)).status, 204);
    let hash = OF_USER.trim_start_matches("XBL3.0 x=").trim_end_matches(";token");
    assert_eq!(shown(&mut client, hash.parse().unwrap()), list(&[entry("11", 12, "Default")]));
    assert_eq!(shown(&mut client, 11), list(&[]));
    let no_xuid = recent_players(7).replacing("Authorization", "XBL3.0 x=hash;token");
    assert_eq!(client.send(&no_xuid).status, 204, "accepted, and in no list");
}

#[test]
fn what_is_refused_is_not_kept() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let body = r#"{"recentPlayerGroups":[
        {"timestamp":"2020-05-12T10:11:12Z","recentPlayers":[{"id":"11"},{"id":"12"}]},
        {"timestamp":"2020-05-12T10:11:12Z","recentPlayers":[{"id":"11"}]}]}"#;
    assert_eq!(client.send(&recent_player_groups(7).with_body(body)).status, 400);
    assert_eq!(shown(&mut client, 11), list(&[]), "nothing of a request of which part is wrong");
    let no_time = answer(&recent_players(7).with_body(r#"{"recentPlayers":[{"id":"11"}]}"#));
    assert_refused(&no_time, 400, "RequestValidationError", "recentPlayers[0].timestamp is required");
    let no_user = answer(&server_recent_players(7).with_body(r#"{"recentPlayersByXuid":[]}"#));
    assert_refused(&no_user, 400, "RequestValidationError", "recentPlayersByXuid must have 1 to 20 elements");
}

#[test]
fn what_is_kept_of_users_can_be_cleared() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    for clear in [0, 1] {
        client.send(&recent_player_groups(7));
        client.send(&set_activity(7));
        assert_eq!(client.send(&Request::new("DELETE", "/emulator/titles/8/users")).status, 204);
        assert!(emulator.activity(7, 9).is_some() && !emulator.recent_players(7, 11).is_empty());
        if clear == 0 {
            assert_eq!(client.send(&Request::new("DELETE", "/emulator/titles/7/users")).status, 204);
            assert_eq!(emulator.requests(7).len(), 2, "the log is kept");
        } else {
            emulator.reset(7);
            assert!(emulator.requests(7).is_empty());
        }
        assert!(emulator.activity(7, 9).is_none() && emulator.recent_players(7, 11).is_empty());
    }
}

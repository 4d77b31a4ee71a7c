//! What the programs of the tests send, as the emulator received it.

use mpa_emulator::{Emulator, LoggedRequest, Options};
use serde_json::{Value, json};

pub fn emulator() -> Emulator {
    Emulator::start(Options::default()).expect("an emulator starts")
}

/// The first request of a title is answered with 503.
pub fn emulator_that_fails_once(title_id: u32) -> Emulator {
    let emulator = emulator();
    let fault = r#"{"fault":"status","status":503,"next":1}"#;
    emulator.set_faults(title_id, &[fault]).expect("the fault is well-formed");
    emulator
}

/// A request with the part of the authorization that says whose it is, and its body.
pub fn summary(received: &LoggedRequest) -> Value {
    json!([received.path, received.header("authorization"), received.json(), received.status])
}

pub fn players(xuids: impl IntoIterator<Item = u64>) -> Value {
    let player = |xuid: u64| json!({"id": xuid.to_string(), "network": "XboxLive"});
    xuids.into_iter().map(player).collect()
}

pub fn xuids(xuids: impl IntoIterator<Item = u64>) -> Value {
    xuids.into_iter().map(|xuid| json!(xuid.to_string())).collect()
}

/// Checks what `cpp/client.cpp` and `csharp/Behaviour.cs` send first: the same three requests.
pub fn check_that_everything_arrived(requests: &[LoggedRequest], title_id: u32) {
    let title = format!("/titles/{title_id}");
    let group =
        |timestamp: &str, xuids: &[u64]| json!({"timestamp": timestamp, "recentPlayers": players(xuids.to_vec())});
    let mut opponents = group("2020-05-12T10:11:12Z", &[5, 6]);
    opponents["encounterType"] = json!("Opponent");
    let oldest = group("1970-01-01T00:00:00Z", &[7, 8, 9]);
    let expected = [
        json!([
            format!("{title}/invites"),
            "XBL3.0 x=77;of-a-user",
            {
                "invitedUsers": xuids([u64::MAX]),
                "connectionString": "gr\u{fc}\u{df}e \u{1f600}",
                "platform": "PlayStation",
            },
            204
        ]),
        json!([
            format!("{title}/invites/server"),
            "XBL3.0 x=-;newer",
            {"invitedUsers": xuids([2, 3]), "sender": "1"},
            204
        ]),
        json!([
            format!("{title}/recentplayergroups/server"),
            "XBL3.0 x=-;newer",
            {"recentPlayerGroups": [opponents, oldest]},
            204
        ]),
    ];
    assert_eq!(requests.iter().map(summary).collect::<Vec<_>>(), expected);
}

/// Checks the title after, where they send what is refused, or repeat themselves.
pub fn check_that_refusals_stayed_here(requests: &[LoggedRequest]) {
    let refused: Vec<_> = requests.iter().filter(|request| request.status != 204).map(summary).collect();
    let path = requests[0].path.clone();
    assert_eq!(refused, [json!([path, "XBL3.0 x=-;first", {"invitedUsers": xuids([2, 3, 4])}, 400])]);
    for accepted in requests.iter().filter(|request| request.status == 204) {
        assert_eq!(accepted.json(), json!({"invitedUsers": xuids([2, 3]), "sender": "1"}));
    }
}

/// Checks what `cpp/matches.cpp` and `csharp/Matches.cs` send first: one match without teams, and one with two.
pub fn check_that_matches_arrived(requests: &[LoggedRequest], title_id: u32) {
    let ids = |list: &Value| -> Vec<String> {
        let mut ids: Vec<_> = list.as_array().expect("a list").iter().map(|it| it["id"].to_string()).collect();
        ids.sort();
        ids
    };
    let paths: Vec<_> = requests.iter().map(|request| request.path.clone()).collect();
    let title = format!("/titles/{title_id}");
    assert_eq!(paths, [format!("{title}/recentplayergroups/server"), format!("{title}/recentplayers/server")]);
    let groups = requests[0].json()["recentPlayerGroups"].clone();
    let groups: Vec<_> = groups.as_array().expect("groups").iter().map(|group| ids(&group["recentPlayers"])).collect();
    assert_eq!(groups, [["\"1\"", "\"2\""], ["\"2\"", "\"3\""]]);
    let users = requests[1].json()["recentPlayersByXuid"].clone();
    let mut met: Vec<_> = users
        .as_array()
        .expect("users")
        .iter()
        .flat_map(|user| user["recentPlayers"].as_array().expect("players").iter().map(move |player| (user, player)))
        .map(|(user, player)| format!("{} {} {}", user["xuid"], player["id"], player["encounterType"]))
        .collect();
    met.sort();
    let kind = |a: u64, b: u64| if (a < 3) == (b < 3) { "Teammate" } else { "Opponent" };
    let pairs = (1..=4).flat_map(|user| (1..=4).map(move |player| (user, player))).filter(|(a, b)| a != b);
    let expected: Vec<_> = pairs.map(|(a, b)| format!("\"{a}\" \"{b}\" \"{}\"", kind(a, b))).collect();
    assert_eq!(met, expected);
}

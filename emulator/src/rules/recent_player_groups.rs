//! The body of `/titles/{title id}/recentplayergroups/server`.

use serde_json::Value;

use super::Checked;
use super::fields::{Object, list, one_of, timestamp, xuid};

const MOST_GROUPS: usize = 20;
const FEWEST_PLAYERS: usize = 2;
const MOST_PLAYERS: usize = 100;
const ENCOUNTER_TYPES: [&str; 3] = ["Default", "Teammate", "Opponent"];
const NETWORKS: [&str; 1] = ["XboxLive"];

pub(crate) fn check_recent_player_groups(body: &Value) -> Checked {
    let request = Object::read(body, &["recentPlayerGroups"])?;
    request.required("recentPlayerGroups", |groups| list(groups, 1..=MOST_GROUPS, check_group))
}

/// The documents do not say whether a group may go without its time. A client that relied on either
/// answer would be wrong half of the time, so it is required here.
fn check_group(group: &Value) -> Checked {
    let group = Object::read(group, &["encounterType", "timestamp", "recentPlayers"])?;
    group.optional("encounterType", |value| one_of(value, &ENCOUNTER_TYPES))?;
    group.required("timestamp", timestamp)?;
    group.required("recentPlayers", |players| list(players, FEWEST_PLAYERS..=MOST_PLAYERS, check_player))
}

fn check_player(player: &Value) -> Checked {
    let player = Object::read(player, &["id", "network"])?;
    player.required("id", xuid)?;
    player.optional("network", |value| one_of(value, &NETWORKS))
}

#[cfg(test)]
mod tests {
    use super::super::verdict;
    use super::*;
    use serde_json::json;

    fn players(count: usize) -> Vec<Value> {
        (1..=count).map(|id| json!({"id": id.to_string()})).collect()
    }

    fn group() -> Value {
        json!({"timestamp": "2020-05-12T10:11:12Z", "recentPlayers": players(2)})
    }

    fn check(groups: Value) -> String {
        verdict(check_recent_player_groups, json!({"recentPlayerGroups": groups}))
    }

    /// What is said of three groups of which the last one has `value` in `field`.
    fn check_last(field: &str, value: Value) -> String {
        let mut last = group();
        last[field] = value;
        check(json!([group(), group(), last]))
    }

    #[test]
    fn what_the_documents_allow_is_accepted() {
        assert_eq!(check(json!([group()])), "accepted");
        assert_eq!(check(json!(vec![group(); 20])), "accepted");
        assert_eq!(check_last("recentPlayers", json!(players(100))), "accepted");
        for encounter_type in ENCOUNTER_TYPES {
            assert_eq!(check_last("encounterType", json!(encounter_type)), "accepted");
        }
        let both = json!([{"id": "1", "network": "XboxLive"}, {"id": "2"}]);
        assert_eq!(check_last("recentPlayers", both), "accepted");
    }

    #[test]
    fn the_groups_are_counted() {
        let of = "recentPlayerGroups";
        assert_eq!(check(json!([])), format!("{of} must have 1 to 20 elements, not 0"));
        assert_eq!(check(json!(vec![group(); 21])), format!("{of} must have 1 to 20 elements, not 21"));
        assert_eq!(check(group()), format!("{of} must be a list, not an object"));
        assert_eq!(verdict(check_recent_player_groups, json!({})), format!("{of} is required"));
        let extra = verdict(check_recent_player_groups, json!({"recentPlayerGroups": [group()], "titleId": 7}));
        assert!(extra.starts_with("titleId is not a known field"), "{extra}");
    }

    #[test]
    fn a_group_is_checked_and_named_by_its_index() {
        let of = "recentPlayerGroups[2]";
        assert!(
            check_last("encounterType", json!("teammate"))
                .starts_with(&format!("{of}.encounterType must be one of Default"))
        );
        assert!(
            check_last("timestamp", json!("2020-05-12T10:11:12.000Z"))
                .starts_with(&format!("{of}.timestamp must be a UTC time"))
        );
        assert_eq!(
            check_last("timestamp", json!(1589278272)),
            format!("{of}.timestamp must be a string, not a number")
        );
        assert_eq!(
            check_last("recentPlayers", json!(players(1))),
            format!("{of}.recentPlayers must have 2 to 100 elements, not 1")
        );
        assert_eq!(
            check_last("recentPlayers", json!(players(101))),
            format!("{of}.recentPlayers must have 2 to 100 elements, not 101")
        );
        assert!(check_last("players", json!([])).starts_with(&format!("{of}.players is not a known field")));
        let no_time = json!([group(), {"recentPlayers": players(2)}]);
        assert_eq!(check(no_time), "recentPlayerGroups[1].timestamp is required");
        let no_players = json!([{"timestamp": "2020-05-12T10:11:12Z"}]);
        assert_eq!(check(no_players), "recentPlayerGroups[0].recentPlayers is required");
    }

    #[test]
    fn a_player_is_checked_and_named_by_its_index() {
        let of = "recentPlayerGroups[2].recentPlayers[1]";
        let check_player = |player| check_last("recentPlayers", json!([{"id": "1"}, player]));
        assert_eq!(check_player(json!({"id": 11})), format!("{of}.id must be a string, not a number"));
        assert!(check_player(json!({"id": "0"})).starts_with(&format!("{of}.id must be a XUID")));
        assert_eq!(check_player(json!({"network": "XboxLive"})), format!("{of}.id is required"));
        assert_eq!(
            check_player(json!({"id": "1", "network": "xboxlive"})),
            format!("{of}.network must be one of XboxLive")
        );
        assert!(
            check_player(json!({"id": "1", "timestamp": "2020-05-12T10:11:12Z"}))
                .starts_with(&format!("{of}.timestamp is not a known field"))
        );
        assert_eq!(check_player(json!("1")), format!("{of} must be an object, not a string"));
    }
}

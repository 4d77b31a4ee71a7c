//! The endpoint `/titles/{title id}/recentplayergroups/server`.

use axum::http::Method;
use serde_json::Value;

use super::{Endpoint, EndpointHandler, Reply};
use crate::call::Caller;
use crate::faults::Calls;
use crate::json::{Checked, Object, ValidationError, list, one_of, string, xuid};
use crate::service::ServiceKind;
use crate::throttle::ThrottleGroup;

/// Groups of players who have played together.
pub(crate) static RECENT_PLAYER_GROUPS: EndpointHandler = EndpointHandler {
    endpoint: Endpoint {
        service: ServiceKind::Service,
        method: Method::POST,
        path: "/titles/{title_id}/recentplayergroups/server",
        calls: &[Calls::RecentPlayers],
        throttle_group: Some(ThrottleGroup::RecentPlayers),
    },
    caller: Some(Caller::Service),
    respond: |body| check_recent_player_groups(body).map(|()| Reply::NoContent),
};

const MAX_GROUPS: usize = 20;
const MIN_PLAYERS: usize = 2;
const MAX_PLAYERS: usize = 100;
const ENCOUNTER_TYPES: [&str; 3] = ["Default", "Teammate", "Opponent"];
const NETWORKS: [&str; 1] = ["XboxLive"];

fn check_recent_player_groups(body: &Value) -> Checked {
    let request = Object::read(body, &["recentPlayerGroups"])?;
    request.required("recentPlayerGroups", |groups| list(groups, 1..=MAX_GROUPS, check_group))
}

/// The documents do not say whether a group may go without its time. A client that relied on either
/// answer would be wrong half of the time, so it is required here.
fn check_group(group: &Value) -> Checked {
    let group = Object::read(group, &["encounterType", "timestamp", "recentPlayers"])?;
    group.optional("encounterType", |value| one_of(value, &ENCOUNTER_TYPES))?;
    group.required("timestamp", timestamp)?;
    group.required("recentPlayers", |players| list(players, MIN_PLAYERS..=MAX_PLAYERS, check_player))
}

fn check_player(player: &Value) -> Checked {
    let player = Object::read(player, &["id", "network"])?;
    player.required("id", xuid)?;
    player.optional("network", |value| one_of(value, &NETWORKS))
}

/// A point in time, `YYYY-MM-DDTHH:MM:SSZ`.
fn timestamp(value: &Value) -> Checked {
    if is_valid(string(value)?) {
        return Ok(());
    }
    Err(ValidationError::new("must be a UTC time that exists, written YYYY-MM-DDTHH:MM:SSZ"))
}

/// Whether `text` has exactly this form and is a second of the calendar.
fn is_valid(text: &str) -> bool {
    let bytes = text.as_bytes();
    let in_form = bytes.len() == FORM.len()
        && bytes.iter().zip(FORM).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            separator => byte == separator,
        });
    if !in_form {
        return false;
    }
    let number =
        |from: usize, to: usize| bytes[from..to].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));
    year >= 1
        && (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
}

const FORM: &[u8; 20] = b"0000-00-00T00:00:00Z";

fn days_of(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod recent_player_groups_tests {
    use super::super::checked;
    use super::*;
    use serde_json::json;

    fn players(count: usize) -> Vec<Value> {
        (1..=count).map(|id| json!({"id": id.to_string()})).collect()
    }

    fn group() -> Value {
        json!({"timestamp": "2020-05-12T10:11:12Z", "recentPlayers": players(2)})
    }

    fn check(groups: Value) -> String {
        checked(check_recent_player_groups, json!({"recentPlayerGroups": groups}))
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
        assert_eq!(checked(check_recent_player_groups, json!({})), format!("{of} is required"));
        let extra = checked(check_recent_player_groups, json!({"recentPlayerGroups": [group()], "titleId": 7}));
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

#[cfg(test)]
mod timestamp_tests {
    use super::is_valid;

    #[test]
    fn a_second_of_the_calendar_is_accepted() {
        let valid = [
            "2020-05-12T10:11:12Z",
            "2020-02-29T00:00:00Z",
            "2000-02-29T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2026-04-30T23:59:59Z",
        ];
        for text in valid {
            assert!(is_valid(text), "{text}");
        }
    }

    #[test]
    fn another_form_is_refused() {
        let wrong = [
            "",
            "2020-05-12",
            "2020-05-12T10:11:12",
            "2020-05-12T10:11:12z",
            "2020-05-12t10:11:12Z",
            "2020-05-12 10:11:12Z",
            "2020-05-12T10:11:12.000Z",
            "2020-05-12T10:11:12+00:00",
            "2020-5-12T10:11:12Z",
            "20200512T101112Z",
            " 2020-05-12T10:11:12Z",
            "2020-05-12T10:11:12Z ",
            "+020-05-12T10:11:12Z",
            "2020-05-12T1€:12Z",
        ];
        for text in wrong {
            assert!(!is_valid(text), "{text:?}");
        }
    }

    #[test]
    fn a_time_that_does_not_exist_is_refused() {
        let wrong = [
            "0000-01-01T00:00:00Z",
            "2021-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2020-02-30T00:00:00Z",
            "2020-04-31T00:00:00Z",
            "2020-01-32T00:00:00Z",
            "2020-01-00T00:00:00Z",
            "2020-00-01T00:00:00Z",
            "2020-13-01T00:00:00Z",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:60:00Z",
            "2016-12-31T23:59:60Z",
        ];
        for text in wrong {
            assert!(!is_valid(text), "{text}");
        }
    }
}

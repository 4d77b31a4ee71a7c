//! Requests as they should have arrived, in the documents' own words.

use serde_json::{Value, json};

pub const TITLE: u32 = 1_234_567_890;

pub const INVITES: &str = "/titles/1234567890/invites";
const SERVER_INVITES: &str = "/titles/1234567890/invites/server";
const GROUPS: &str = "/titles/1234567890/recentplayergroups/server";

/// A request as it should have arrived.
pub struct Expected {
    pub path: &'static str,
    pub status: u16,
    pub body: Value,
}

pub fn accepted(path: &'static str, body: Value) -> Expected {
    Expected { path, status: 204, body }
}

/// `an_invite()` of `c/checks.h`.
pub fn user_invite(fields: Value) -> Expected {
    accepted(INVITES, with(json!({"invitedUsers": xuids(1, 2)}), fields))
}

pub fn server_invite(users: Value, fields: Value) -> Expected {
    accepted(SERVER_INVITES, with(json!({"sender": text(XUID), "invitedUsers": users}), fields))
}

pub fn groups(groups: impl IntoIterator<Item = Value>) -> Expected {
    accepted(GROUPS, json!({"recentPlayerGroups": Vec::from_iter(groups)}))
}

pub fn group(encounter_type: u32, unix_s: u64, players: Value) -> Value {
    let players = players.as_array().cloned().unwrap_or_default();
    let player = |id: Value| json!({"id": id, "network": "XboxLive"});
    let group = json!({
        "timestamp": calendar(unix_s),
        "recentPlayers": Vec::from_iter(players.into_iter().map(player)),
    });
    match encounter_type {
        0 => group,
        1 => with(group, json!({"encounterType": "Teammate"})),
        _ => with(group, json!({"encounterType": "Opponent"})),
    }
}

fn with(mut object: Value, fields: Value) -> Value {
    if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
        object.extend(fields);
    }
    object
}

/// `XUID` of `c/checks.h`.
pub const XUID: u64 = 2_814_630_000_000_000;

/// So many users from one on.
pub fn xuids(first: u64, count: u64) -> Value {
    Value::from_iter((first..first + count).map(|n| text(XUID + n)))
}

pub fn text(xuid: u64) -> Value {
    Value::from(xuid.to_string())
}

/// The second as the service wants it: days to a date by counting 400-year cycles from March on.
pub fn calendar(unix_s: u64) -> String {
    let (days, second) = (unix_s / 86_400 + 719_468, unix_s % 86_400);
    let (cycle, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = 400 * cycle + year + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

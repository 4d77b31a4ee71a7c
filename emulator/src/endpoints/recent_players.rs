//! The endpoints `/titles/{title id}/recentplayergroups/server`, `/titles/{title id}/recentplayers` and
//! `/titles/{title id}/recentplayers/server`.

use axum::http::Method;
use serde_json::Value;

use super::{Endpoint, EndpointHandler, Reply};
use crate::call::{Call, Caller};
use crate::faults::Calls;
use crate::json::{Checked, Object, Parsed, ValidationError, list_of, name_of, one_of, read_xuid, string};
use crate::service::ServiceKind;
use crate::throttle::ThrottleGroup;
use crate::users::{Encounter, Report, Time, Users};

/// Groups of players who have played together.
pub(crate) static RECENT_PLAYER_GROUPS: EndpointHandler = EndpointHandler {
    endpoint: endpoint("/titles/{title_id}/recentplayergroups/server"),
    caller: Some(Caller::Service),
    respond: |call, users| Ok(keep(call, users, read_groups(&call.body)?)),
};

/// Whom the user met who calls.
pub(crate) static USER_RECENT_PLAYERS: EndpointHandler = EndpointHandler {
    endpoint: endpoint("/titles/{title_id}/recentplayers"),
    caller: Some(Caller::User),
    respond: |call, users| {
        let met = read_own(&call.body)?;
        let of_caller = call.calling_user().map(|user| Report::OfUser { user, met });
        Ok(keep(call, users, of_caller))
    },
};

/// Whom each of some users met.
pub(crate) static SERVER_RECENT_PLAYERS: EndpointHandler = EndpointHandler {
    endpoint: endpoint("/titles/{title_id}/recentplayers/server"),
    caller: Some(Caller::Service),
    respond: |call, users| Ok(keep(call, users, read_by_user(&call.body)?)),
};

const fn endpoint(path: &'static str) -> Endpoint {
    Endpoint {
        service: ServiceKind::Service,
        method: Method::POST,
        path,
        calls: &[Calls::RecentPlayers],
        throttle_group: Some(ThrottleGroup::RecentPlayers),
    }
}

fn keep(call: &Call, users: &Users, reports: impl IntoIterator<Item = Report>) -> Reply {
    let mut records = users.records();
    reports.into_iter().for_each(|report| records.recent_players.report(call.title_id, report));
    Reply::NoContent
}

const MAX_GROUPS: usize = 20;
const MIN_PLAYERS: usize = 2;
/// Of a group, and of a user in one request.
const MAX_PLAYERS: usize = 100;
const MAX_USERS: usize = 20;
const ENCOUNTER_TYPES: [&str; 3] = ["Default", "Teammate", "Opponent"];
const NETWORKS: [&str; 1] = ["XboxLive"];

fn read_groups(body: &Value) -> Parsed<Vec<Report>> {
    let request = Object::read(body, &["recentPlayerGroups"])?;
    request.required("recentPlayerGroups", |groups| list_of(groups, 1..=MAX_GROUPS, read_group))
}

fn read_group(group: &Value) -> Parsed<Report> {
    let group = Object::read(group, &["encounterType", "timestamp", "recentPlayers"])?;
    let encounter = read_encounter(&group)?;
    let players =
        group.required("recentPlayers", |players| list_of(players, MIN_PLAYERS..=MAX_PLAYERS, read_player))?;
    Ok(Report::Group { players, encounter })
}

fn read_player(player: &Value) -> Parsed<u64> {
    let player = Object::read(player, &["id", "network"])?;
    check_network(&player)?;
    player.required("id", read_xuid)
}

fn read_own(body: &Value) -> Parsed<Vec<(u64, Encounter)>> {
    read_met(&Object::read(body, &["recentPlayers"])?)
}

fn read_by_user(body: &Value) -> Parsed<Vec<Report>> {
    let request = Object::read(body, &["recentPlayersByXuid"])?;
    request.required("recentPlayersByXuid", |users| list_of(users, 1..=MAX_USERS, read_user))
}

fn read_user(user: &Value) -> Parsed<Report> {
    let object = Object::read(user, &["xuid", "recentPlayers"])?;
    let user = object.required("xuid", read_xuid)?;
    Ok(Report::OfUser { user, met: read_met(&object)? })
}

fn read_met(object: &Object<'_>) -> Parsed<Vec<(u64, Encounter)>> {
    object.required("recentPlayers", |players| list_of(players, 1..=MAX_PLAYERS, read_met_player))
}

fn read_met_player(player: &Value) -> Parsed<(u64, Encounter)> {
    let player = Object::read(player, &["id", "timestamp", "encounterType", "network"])?;
    check_network(&player)?;
    Ok((player.required("id", read_xuid)?, read_encounter(&player)?))
}

/// The documents do not say whether the time may be missing. A client that relied on either answer would be wrong half
/// of the time, so it is required here.
fn read_encounter(object: &Object<'_>) -> Parsed<Encounter> {
    let encounter_type = object.given("encounterType", |value| name_of(value, &ENCOUNTER_TYPES))?;
    let time = object.required("timestamp", read_time)?;
    Ok(Encounter { time, encounter_type: encounter_type.unwrap_or("Default") })
}

fn check_network(player: &Object<'_>) -> Checked {
    player.optional("network", |value| one_of(value, &NETWORKS))
}

/// A point in time, `YYYY-MM-DDTHH:MM:SSZ`.
fn read_time(value: &Value) -> Parsed<Time> {
    Time::parse(string(value)?)
        .ok_or_else(|| ValidationError::new("must be a UTC time that exists, written YYYY-MM-DDTHH:MM:SSZ"))
}

#[cfg(test)]
mod recent_player_groups_tests {
    use super::*;
    use serde_json::json;

    fn checked(body: Value) -> String {
        read_groups(&body).map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
    }

    fn players(count: usize) -> Vec<Value> {
        (1..=count).map(|id| json!({"id": id.to_string()})).collect()
    }

    fn group() -> Value {
        json!({"timestamp": "2020-05-12T10:11:12Z", "recentPlayers": players(2)})
    }

    fn check(groups: Value) -> String {
        checked(json!({"recentPlayerGroups": groups}))
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
        assert_eq!(checked(json!({})), format!("{of} is required"));
        let extra = checked(json!({"recentPlayerGroups": [group()], "titleId": 7}));
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
mod recent_players_tests {
    use super::*;
    use serde_json::json;

    const AT: &str = "2020-05-12T10:11:12Z";

    fn met(count: usize) -> Vec<Value> {
        (1..=count).map(|id| json!({"id": id.to_string(), "timestamp": AT})).collect()
    }

    fn said<T>(read: Parsed<T>) -> String {
        read.map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
    }

    #[test]
    fn players_of_the_calling_user_are_read() {
        let at = Time(20_200_512_101_112);
        let players = json!({"recentPlayers": [
            {"id": "11", "timestamp": AT, "encounterType": "Teammate", "network": "XboxLive"},
            {"id": "12", "timestamp": AT}]});
        let encounter = |encounter_type| Encounter { time: at, encounter_type };
        assert_eq!(read_own(&players), Ok(vec![(11, encounter("Teammate")), (12, encounter("Default"))]));
        for (count, expected) in [
            (0, "recentPlayers must have 1 to 100 elements, not 0"),
            (100, "accepted"),
            (101, "recentPlayers must have 1 to 100 elements, not 101"),
        ] {
            assert_eq!(said(read_own(&json!({"recentPlayers": met(count)}))), expected);
        }
        assert_eq!(said(read_own(&json!({}))), "recentPlayers is required");
        assert!(
            said(read_own(&json!({"recentPlayers": met(1), "xuid": "1"}))).starts_with("xuid is not a known field")
        );
    }

    #[test]
    fn players_are_read_by_user() {
        let user = |players: Vec<Value>| json!({"xuid": "9", "recentPlayers": players});
        let by_user = |users: Vec<Value>| json!({"recentPlayersByXuid": users});
        let encounter = Encounter { time: Time(20_200_512_101_112), encounter_type: "Default" };
        let read = read_by_user(&by_user(vec![user(met(1)), user(met(2))])).unwrap();
        let expected = [vec![(1, encounter)], vec![(1, encounter), (2, encounter)]];
        assert_eq!(read, expected.map(|met| Report::OfUser { user: 9, met }));
        for (users, expected) in [
            (vec![], "recentPlayersByXuid must have 1 to 20 elements, not 0"),
            (vec![user(met(100)); 20], "accepted"),
            (vec![user(met(1)); 21], "recentPlayersByXuid must have 1 to 20 elements, not 21"),
            (
                vec![user(met(1)), user(met(0))],
                "recentPlayersByXuid[1].recentPlayers must have 1 to 100 elements, not 0",
            ),
            (vec![user(met(101))], "recentPlayersByXuid[0].recentPlayers must have 1 to 100 elements, not 101"),
            (vec![json!({"recentPlayers": met(1)})], "recentPlayersByXuid[0].xuid is required"),
            (vec![json!({"xuid": 9})], "recentPlayersByXuid[0].xuid must be a string, not a number"),
            (vec![json!({"xuid": "9"})], "recentPlayersByXuid[0].recentPlayers is required"),
        ] {
            assert_eq!(said(read_by_user(&by_user(users))), expected);
        }
    }

    #[test]
    fn a_player_who_was_met_is_checked_and_named_by_its_index() {
        for (player, expected) in [
            (json!({"timestamp": AT}), "id is required"),
            (json!({"id": 1, "timestamp": AT}), "id must be a string, not a number"),
            (json!({"id": "1"}), "timestamp is required"),
            (json!({"id": "1", "timestamp": "yesterday"}), "timestamp must be a UTC time that exists"),
            (json!({"id": "1", "timestamp": AT, "encounterType": "enemy"}), "encounterType must be one of Default"),
            (json!({"id": "1", "timestamp": AT, "network": ""}), "network must be one of XboxLive"),
            (json!({"id": "1", "timestamp": AT, "more": 1}), "more is not a known field"),
        ] {
            let players = [&met(1)[..], &[player]].concat();
            let said = said(read_own(&json!({"recentPlayers": players})));
            assert!(said.starts_with(&format!("recentPlayers[1].{expected}")), "{said}");
        }
    }

    #[test]
    fn a_group_is_read() {
        let group = json!({"timestamp": AT, "encounterType": "Opponent", "recentPlayers": [{"id": "3"}, {"id": "4"}]});
        let encounter = Encounter { time: Time(20_200_512_101_112), encounter_type: "Opponent" };
        assert_eq!(read_group(&group), Ok(Report::Group { players: vec![3, 4], encounter }));
    }
}

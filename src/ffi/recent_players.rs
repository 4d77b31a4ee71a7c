//! Recent players: who met whom, and how.

use std::time::SystemTime;

use super::boundary::report;
use super::client::mpa_client;
use super::invite::read_xuids;
use super::result::mpa_result;
use super::status::mpa_status;
use super::structs::{self, Struct};
use super::token::{self, mpa_authorization};
use super::{handles, sentences};
use crate::api::{
    EncounterType, InvalidCall, InvalidGroup, InvalidRecentPlayer, MAX_GROUPS_PER_REQUEST, MAX_ITEMS_PER_CALL,
    MAX_PLAYERS_PER_GROUP, MAX_RECENT_PLAYERS_PER_REQUEST, MAX_RECENT_PLAYERS_PER_USER, MAX_USERS_PER_REQUEST,
    MIN_PLAYERS_PER_GROUP, RecentPlayer, RecentPlayerGroup, RecentPlayerGroups, RecentPlayers, ServerRecentPlayers,
    Timestamp, UserRecentPlayers,
};
use crate::auth::Authorization;
use crate::outcome::Result;

/// How the players of a group met. The service gives it no meaning beyond the name.
pub type mpa_encounter_type = i32;

/// Not specified.
pub const MPA_ENCOUNTER_DEFAULT: mpa_encounter_type = 0;
/// They played in one team.
pub const MPA_ENCOUNTER_TEAMMATE: mpa_encounter_type = 1;
/// They played against each other.
pub const MPA_ENCOUNTER_OPPONENT: mpa_encounter_type = 2;

/// How many groups the service takes in one request. A call takes more and sends several requests.
pub const MPA_MAX_GROUPS_PER_REQUEST: u32 = 20;
/// How many groups one call takes.
pub const MPA_MAX_GROUPS_PER_CALL: u32 = 10000;
/// The fewest players of a group.
pub const MPA_MIN_PLAYERS_PER_GROUP: u32 = 2;
/// The most players of a group.
pub const MPA_MAX_PLAYERS_PER_GROUP: u32 = 100;

/// How many recent players the service takes in one request of a user. A call takes more and sends several
/// requests.
pub const MPA_MAX_RECENT_PLAYERS_PER_REQUEST: u32 = 100;
/// How many recent players one call takes.
pub const MPA_MAX_RECENT_PLAYERS_PER_CALL: u32 = 10000;
/// How many users the service takes in one request of a service. A call takes more and sends several requests.
pub const MPA_MAX_USERS_PER_REQUEST: u32 = 20;
/// How many users one call takes.
pub const MPA_MAX_USERS_PER_CALL: u32 = 10000;
/// The most recent players of one user in a call of a service.
pub const MPA_MAX_RECENT_PLAYERS_PER_USER: u32 = 100;

const _: () = {
    assert!(MPA_MAX_RECENT_PLAYERS_PER_REQUEST as usize == MAX_RECENT_PLAYERS_PER_REQUEST);
    assert!(MPA_MAX_RECENT_PLAYERS_PER_CALL as usize == MAX_ITEMS_PER_CALL);
    assert!(MPA_MAX_USERS_PER_REQUEST as usize == MAX_USERS_PER_REQUEST);
    assert!(MPA_MAX_USERS_PER_CALL as usize == MAX_ITEMS_PER_CALL);
    assert!(MPA_MAX_RECENT_PLAYERS_PER_USER as usize == MAX_RECENT_PLAYERS_PER_USER);
    assert!(MPA_MAX_GROUPS_PER_REQUEST as usize == MAX_GROUPS_PER_REQUEST);
    assert!(MPA_MAX_GROUPS_PER_CALL as usize == MAX_ITEMS_PER_CALL);
    assert!(MPA_MIN_PLAYERS_PER_GROUP as usize == MIN_PLAYERS_PER_GROUP);
    assert!(MPA_MAX_PLAYERS_PER_GROUP as usize == MAX_PLAYERS_PER_GROUP);
    assert!(MPA_ENCOUNTER_TEAMMATE == EncounterType::Teammate as i32);
    assert!(MPA_ENCOUNTER_OPPONENT == EncounterType::Opponent as i32);
};

/// Players who met: everyone in a group met everyone else in it. Groups may overlap. Report
/// encounters that mean something to the players, not all hundred of a battle royale.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_recent_player_group {
    /// sizeof(mpa_recent_player_group), as MPA_INIT sets it; the same in all groups of an array.
    /// Required.
    pub struct_size: u32,
    /// One of MPA_ENCOUNTER_. Default 0: MPA_ENCOUNTER_DEFAULT.
    pub encounter_type: mpa_encounter_type,
    /// When they met, in milliseconds since 1970-01-01 UTC, up to the year 9999; sent with a
    /// precision of one second. Default 0: the time of the call.
    pub timestamp_unix_ms: u64,
    /// The XUIDs of the players, none of them 0. Required.
    pub players: *const u64,
    /// How many: MPA_MIN_PLAYERS_PER_GROUP to MPA_MAX_PLAYERS_PER_GROUP. Required.
    pub player_count: u32,
    /// Must be 0.
    pub reserved: u32,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers and a pointer.
unsafe impl Struct for mpa_recent_player_group {
    const NAME: &'static str = "mpa_recent_player_group";
    const FIRST_SIZE: usize = 32;
}

/// A player whom a user met.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_recent_player {
    /// sizeof(mpa_recent_player), as MPA_INIT sets it; the same in all players of an array. Required.
    pub struct_size: u32,
    /// One of MPA_ENCOUNTER_. Default 0: MPA_ENCOUNTER_DEFAULT.
    pub encounter_type: mpa_encounter_type,
    /// The XUID of the player, not 0. Required.
    pub xuid: u64,
    /// When they met, in milliseconds since 1970-01-01 UTC, up to the year 9999; sent with a
    /// precision of one second. Default 0: the time of the call.
    pub timestamp_unix_ms: u64,
}

/// A user, and whom that user met, each with a type and a time.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_user_recent_players {
    /// sizeof(mpa_user_recent_players), as MPA_INIT sets it; the same in all users of an array. Required.
    pub struct_size: u32,
    /// How many recent players: 1 to MPA_MAX_RECENT_PLAYERS_PER_USER. Required.
    pub recent_player_count: u32,
    /// The XUID of the user, not 0. Required.
    pub xuid: u64,
    /// Whom the user met. Required.
    pub recent_players: *const mpa_recent_player,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers only.
unsafe impl Struct for mpa_recent_player {
    const NAME: &'static str = "mpa_recent_player";
    const FIRST_SIZE: usize = 24;
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers and a pointer.
unsafe impl Struct for mpa_user_recent_players {
    const NAME: &'static str = "mpa_user_recent_players";
    const FIRST_SIZE: usize = 24;
}

/// Reports to the service who met whom, and waits for the response. `count`: how many groups, 1 to
/// MPA_MAX_GROUPS_PER_CALL.
///
/// More than MPA_MAX_GROUPS_PER_REQUEST groups go out as several requests, in order, stopping at the
/// first that is not acknowledged. A request is retried, up to max_attempts times and within
/// call_timeout_ms, after failed connections, lost responses, 408, 421, 425, 429 and 5xx: sending groups
/// that the service already has does no harm, since it updates them. After the service has rejected a call
/// for its rate, further calls wait for their turn, or end at once as MPA_ERROR_THROTTLED.
///
/// Returns MPA_OK if the service has acknowledged all groups. For any other status, see `acknowledged`,
/// `uncertain` and `refused`, and `retryable`.
///
/// Blocks up to call_timeout_ms: do not call it on the game thread.
///
/// REST: POST /titles/{titleId}/recentplayergroups/server, with a service's token ("Post Server Recent
/// Player Group", page uri-postserverrecentplayergroup of the Multiplayer Activity reference at
/// learn.microsoft.com).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_post_recent_player_groups(
    client: mpa_client,
    groups: *const mpa_recent_player_group,
    count: u32,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let client = handles::get(client.id)?;
        // SAFETY: passed on from the caller.
        let call = unsafe { read_groups(groups, count as usize) }?;
        Ok(client.run(&call, None))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// # Safety
/// `source` is NULL or points to `count` groups.
pub unsafe fn read_groups(source: *const mpa_recent_player_group, count: usize) -> Result<RecentPlayerGroups> {
    RecentPlayerGroups::check_count(count).map_err(sentences::invalid_call("groups"))?;
    // SAFETY: passed on from the caller; the count has been checked.
    let groups = unsafe { structs::read_array(source, count, "groups") }?;
    let now = SystemTime::now();
    let read_group = |(index, group): (usize, &mpa_recent_player_group)| {
        structs::check_reserved(group.reserved, format_args!("groups[{index}].reserved"))?;
        let players = group.player_count as usize;
        RecentPlayerGroup::check_player_count(players, index).map_err(sentences::invalid_call("groups"))?;
        // SAFETY: the caller's field is NULL or points to so many XUIDs.
        let players = unsafe { read_xuids(group.players, players, format_args!("groups[{index}].players")) }?;
        let read = || {
            let encounter = |error| InvalidCall::Group(index, InvalidGroup::Encounter(error));
            let encounter_type = EncounterType::from_number(group.encounter_type).map_err(encounter)?;
            let timestamp = Timestamp::from_unix_ms(group.timestamp_unix_ms, now).map_err(encounter)?;
            RecentPlayerGroup::new(encounter_type, timestamp, players, index)
        };
        read().map_err(sentences::invalid_call("groups"))
    };
    // No larger than needed, since they may be kept for long.
    let mut copies = Vec::with_capacity(count);
    for group in groups.iter().enumerate() {
        copies.push(read_group(group)?);
    }
    RecentPlayerGroups::new(copies).map_err(sentences::invalid_call("groups"))
}

/// Reports whom a user met, with that user's token, and waits for the response. `count`: how many players, 1 to
/// MPA_MAX_RECENT_PLAYERS_PER_CALL. `authorization`: the user's token; NULL: the client's.
///
/// More than MPA_MAX_RECENT_PLAYERS_PER_REQUEST players go out as several requests, in order, stopping at the first
/// that is not acknowledged. Retries, results and rate limits are as in mpa_post_recent_player_groups. A 401 for the
/// call's own token ends the call and does not affect the client's token.
///
/// Blocks up to call_timeout_ms: do not call it on the game thread.
///
/// REST: POST /titles/{titleId}/recentplayers, with a user's token ("Post Recent Players" in the Multiplayer Activity
/// reference at learn.microsoft.com).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_post_recent_players(
    client: mpa_client,
    players: *const mpa_recent_player,
    count: u32,
    authorization: *const mpa_authorization,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let client = handles::get(client.id)?;
        // SAFETY: passed on from the caller.
        let (call, own) = unsafe { read_recent_players(players, count as usize, authorization) }?;
        Ok(client.run(&call, own.as_ref()))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// Reports for each of many users whom that user met, with a service's token, and waits for the response. `count`: how
/// many users, 1 to MPA_MAX_USERS_PER_CALL.
///
/// Use it where a type or a time differs from pair to pair; otherwise mpa_post_recent_player_groups says the same in
/// less. More than MPA_MAX_USERS_PER_REQUEST users go out as several requests, in order, stopping at the first that is
/// not acknowledged. Retries, results and rate limits are as in mpa_post_recent_player_groups.
///
/// Blocks up to call_timeout_ms: do not call it on the game thread.
///
/// REST: POST /titles/{titleId}/recentplayers/server, with a service's token ("Post Server Recent Players" in the
/// Multiplayer Activity reference at learn.microsoft.com).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_post_server_recent_players(
    client: mpa_client,
    users: *const mpa_user_recent_players,
    count: u32,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let client = handles::get(client.id)?;
        // SAFETY: passed on from the caller.
        let call = unsafe { read_server_recent_players(users, count as usize) }?;
        Ok(client.run(&call, None))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// # Safety
/// `players` is NULL or points to `count` players, `authorization` is NULL or points to one.
pub unsafe fn read_recent_players(
    players: *const mpa_recent_player,
    count: usize,
    authorization: *const mpa_authorization,
) -> Result<(RecentPlayers, Option<Authorization>)> {
    RecentPlayers::check_count(count).map_err(sentences::invalid_call("players"))?;
    // SAFETY: passed on from the caller; the count has been checked.
    let players = unsafe { read_players(players, count, None, SystemTime::now()) }?;
    let call = RecentPlayers::new(players).map_err(sentences::invalid_call("players"))?;
    // SAFETY: passed on from the caller.
    Ok((call, unsafe { token::read_optional(authorization, "authorization") }?))
}

/// # Safety
/// `users` is NULL or points to `count` users.
pub unsafe fn read_server_recent_players(
    users: *const mpa_user_recent_players,
    count: usize,
) -> Result<ServerRecentPlayers> {
    let invalid_call = sentences::invalid_call("users");
    ServerRecentPlayers::check_count(count).map_err(&invalid_call)?;
    // SAFETY: passed on from the caller; the count has been checked.
    let users = unsafe { structs::read_array(users, count, "users") }?;
    let now = SystemTime::now();
    let mut copies = Vec::with_capacity(count);
    for (index, user) in users.iter().enumerate() {
        let players = user.recent_player_count as usize;
        UserRecentPlayers::check_player_count(players, index).map_err(&invalid_call)?;
        // SAFETY: the caller's field is NULL or points to so many players.
        let players = unsafe { read_players(user.recent_players, players, Some(index), now) }?;
        copies.push(UserRecentPlayers::new(user.xuid, players, index).map_err(&invalid_call)?);
    }
    ServerRecentPlayers::new(copies).map_err(invalid_call)
}

/// Copies recent players, whose count has been checked: those of the user at an index, or those of the one whose token
/// is sent.
///
/// # Safety
/// `players` is NULL or points to `count` players.
unsafe fn read_players(
    players: *const mpa_recent_player,
    count: usize,
    user: Option<usize>,
    now: SystemTime,
) -> Result<Vec<RecentPlayer>> {
    let name = user.map_or("players".to_owned(), |user| format!("users[{user}].recent_players"));
    // SAFETY: passed on from the caller.
    let players = unsafe { structs::read_array(players, count, &name) }?;
    let mut copies = Vec::with_capacity(count);
    for (index, player) in players.iter().enumerate() {
        let read = || {
            let encounter = InvalidRecentPlayer::Encounter;
            let encounter_type = EncounterType::from_number(player.encounter_type).map_err(encounter)?;
            let timestamp = Timestamp::from_unix_ms(player.timestamp_unix_ms, now).map_err(encounter)?;
            RecentPlayer::new(player.xuid, encounter_type, timestamp)
        };
        let invalid = |error| InvalidCall::RecentPlayer(user, index, error);
        copies.push(read().map_err(invalid).map_err(sentences::invalid_call("players"))?);
    }
    Ok(copies)
}

//! Matches: players join and leave, and the library reports who met whom.

use std::time::Duration;

use super::boundary::report;
use super::caller::Slot;
use super::client::mpa_client;
use super::result::mpa_result;
use super::status::mpa_status;
use super::structs::{self, Struct};
use super::times::duration;
use super::{handles, sentences};
use crate::client::MatchError;
use crate::matches::{MAX_PLAYERS_PRESENT, Player};
use crate::outcome::{Outcome, Result, Status};

/// The handle of an open match: a plain value, as mpa_client is. A handle that is zero, stale or made up gives
/// MPA_ERROR_INVALID_HANDLE.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_match {
    /// Do not set or change it. 0: no match.
    pub id: u64,
}

/// The most players that are in a match at the same time.
pub const MPA_MAX_MATCH_PLAYERS: u32 = 10000;

const _: () = assert!(MPA_MAX_MATCH_PLAYERS as usize == MAX_PLAYERS_PRESENT);

/// What counts as having met.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_match_config {
    /// sizeof(mpa_match_config), as MPA_INIT sets it. Required.
    pub struct_size: u32,
    /// How long two players have to be in the match together to have met, in milliseconds. Default 0: any overlap
    /// counts. At most MPA_MAX_DURATION_MS.
    pub minimum_together_ms: u32,
    /// Comes back with the completion if the match is closed by mpa_client_drain or mpa_client_close. Default 0.
    pub user_data: u64,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers only.
unsafe impl Struct for mpa_match_config {
    const NAME: &'static str = "mpa_match_config";
    const FIRST_SIZE: usize = 16;
}

/// Opens a match. Call mpa_match_join and mpa_match_leave as players come and go: every two who were in it at the same
/// time are reported as having met, and no others, with the fewest groups that say so.
///
/// A group is reported when a player leaves while two of those who are in the match have not been reported together
/// yet; it has all of them, and its time is that moment. A match may go on for as long as the server runs: it holds only the players who are in it.
/// Its reports are submitted as by mpa_submit_recent_player_groups, or by mpa_submit_server_recent_players where teams
/// require it: held, combined with others, retried, and expired as those are. They take part of queue_capacity_bytes; a
/// report that finds no room there is counted as not sent. The match itself takes one place of queue_capacity until its
/// completion has been polled.
///
/// `config`, or NULL for the defaults. `match`: receives the handle; 0 if it fails.
///
/// Returns MPA_OK; MPA_ERROR_QUEUE_FULL or MPA_ERROR_EVENTS_NOT_POLLED; MPA_ERROR_CLOSED;
/// MPA_ERROR_INVALID_ARGUMENT, MPA_ERROR_INVALID_STRUCT, MPA_ERROR_INVALID_HANDLE. Never blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_match_open(
    client: mpa_client,
    config: *const mpa_match_config,
    r#match: *mut mpa_match,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        // SAFETY: passed on from the caller; the struct is one number.
        let opened = unsafe { Slot::new(r#match.cast::<u64>()) }
            .filter(|_| !r#match.is_null())
            .ok_or_else(|| Outcome::invalid("match does not point to an mpa_match: it is NULL or misaligned."))?;
        opened.store(0);
        handles::get(client.id)?;
        // SAFETY: passed on from the caller.
        let (minimum_together, user_data) = unsafe { read_config(config) }?;
        let number = handles::insert_match(client.id, |owner| owner.open_match(minimum_together, user_data))?;
        opened.store(number);
        Ok(Outcome::new(Status::Ok, "The match is open."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// A player joins a match.
///
/// `team`: any number that the players of one team have in common; 0: no team. Players of one team are reported as
/// MPA_ENCOUNTER_TEAMMATE, those of different teams as MPA_ENCOUNTER_OPPONENT, others as MPA_ENCOUNTER_DEFAULT. To
/// change the team, leave and join.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT if `xuid` is 0 or is in the match already, or the match has
/// MPA_MAX_MATCH_PLAYERS; MPA_ERROR_CLOSED if the client is being drained; MPA_ERROR_INVALID_HANDLE. Then nothing has
/// changed. Never blocks, from any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_match_join(
    r#match: mpa_match,
    xuid: u64,
    team: u32,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let (client, game_match) = handles::get_match(r#match.id)?;
        if xuid == 0 {
            return Err(Outcome::invalid("xuid is 0; it must be the XUID of the player who joins."));
        }
        client.join(&game_match, Player { xuid, team }).map_err(refusal)?;
        Ok(Outcome::new(Status::Ok, "The player has joined."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// A player leaves a match. Those who were in it together and have not been reported are reported now.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT if `xuid` is not in the match; MPA_ERROR_CLOSED if the client is being
/// drained; MPA_ERROR_INVALID_HANDLE. Then nothing has changed. MPA_ERROR_QUEUE_FULL, MPA_ERROR_EVENTS_NOT_POLLED: the
/// player has left, but the report found no room in the queue; the completion of the match counts it as not sent. Never
/// blocks, from any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_match_leave(r#match: mpa_match, xuid: u64, result: *mut mpa_result) -> mpa_status {
    let body = || {
        let (client, game_match) = handles::get_match(r#match.id)?;
        client.leave(&game_match, xuid).map_err(refusal)?;
        Ok(Outcome::new(Status::Ok, "The player has left."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// Closes a match: all players leave. The handle is invalid from now on. One MPA_EVENT_COMPLETED follows, once all of
/// the match's reports have ended; its result counts over all of them: `acknowledged`, `uncertain` and `refused` are
/// groups, or users where teams require it, and `message` says how many there were; `attempts` is the sum of its
/// reports', `queued_ms` and `elapsed_ms` are the longest of them. If some failed, `status` and what else it says are those of the first failure; `retryable` is
/// 0, since the library does not return the groups.
///
/// `user_data` comes back with the event. `operation`, or NULL: receives the number of the operation, before its event
/// can be polled; mpa_cancel cancels those of its reports that were not sent.
///
/// Returns MPA_OK; MPA_ERROR_CLOSED if mpa_client_drain has closed the match: then its completion has the user_data of
/// the configuration; MPA_ERROR_INVALID_HANDLE; MPA_ERROR_INVALID_ARGUMENT if `operation` is misaligned. Never blocks,
/// from any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_match_close(
    r#match: mpa_match,
    user_data: u64,
    operation: *mut u64,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let (client, game_match) = handles::get_match(r#match.id)?;
        // SAFETY: passed on from the caller.
        let number = unsafe { Slot::new(operation) }.ok_or_else(|| {
            Outcome::invalid("operation does not point to a uint64_t: the address is not a multiple of 8.")
        })?;
        handles::remove_match(r#match.id);
        client.close_match(&game_match, user_data, |value| number.store(value))?;
        Ok(Outcome::new(Status::Ok, "The match is closed."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// # Safety
/// `config` is NULL or points to an `mpa_match_config`.
unsafe fn read_config(config: *const mpa_match_config) -> Result<(Duration, u64)> {
    if config.is_null() {
        return Ok((Duration::ZERO, 0));
    }
    // SAFETY: passed on from the caller.
    let config = unsafe { structs::read(config, "config") }?;
    let minimum_together = duration(config.minimum_together_ms, "config.minimum_together_ms")?.unwrap_or_default();
    Ok((minimum_together, config.user_data))
}

fn refusal(error: MatchError) -> Box<Outcome> {
    match error {
        MatchError::Refused(refused) => sentences::invalid_match_event(refused),
        MatchError::Unsent(refusal) => {
            let message = format!(
                "The player has left, but what is to be reported was not queued and is lost: {}",
                refusal.message
            );
            Box::new(Outcome { message: message.into(), retryable: false, ..*refusal })
        }
        MatchError::Closed(outcome) => outcome,
    }
}

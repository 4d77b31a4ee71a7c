//! Activities that are set and deleted: what a user plays, and whether others may join.

use std::ffi::c_char;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::boundary::report;
use super::client::mpa_client;
use super::invite::{MAX_CONNECTION_STRING_BYTES, mpa_platform};
use super::result::mpa_result;
use super::status::mpa_status;
use super::structs::{self, Struct};
use super::times::{duration, unix_milliseconds};
use super::token::{self, mpa_authorization};
use super::{handles, sentences, text};
use crate::api::{
    DeleteActivity, InvalidCall, JoinRestriction, MAX_ACTIVITY_PLAYERS, MAX_GROUP_ID_UTF16, Platform, SequenceNumber,
    SetActivity,
};
use crate::auth::Authorization;
use crate::outcome::{Outcome, Result};

/// Who may join an activity without an invite.
pub type mpa_join_restriction = i32;

/// Left out by the service, or not known to this version. Only in records.
pub const MPA_JOIN_RESTRICTION_UNKNOWN: mpa_join_restriction = -1;
/// Everyone.
pub const MPA_JOIN_RESTRICTION_PUBLIC: mpa_join_restriction = 0;
/// Only who is invited.
pub const MPA_JOIN_RESTRICTION_INVITE_ONLY: mpa_join_restriction = 1;
/// Those whom the user follows.
pub const MPA_JOIN_RESTRICTION_FOLLOWED: mpa_join_restriction = 2;

/// The longest group id, in UTF-16 code units.
pub const MPA_MAX_GROUP_ID_LENGTH: u32 = 127;
/// The most players of an activity.
pub const MPA_MAX_ACTIVITY_PLAYERS: u32 = 100;

const _: () = {
    assert!(MPA_JOIN_RESTRICTION_PUBLIC == JoinRestriction::Public as mpa_join_restriction);
    assert!(MPA_JOIN_RESTRICTION_INVITE_ONLY == JoinRestriction::InviteOnly as mpa_join_restriction);
    assert!(MPA_JOIN_RESTRICTION_FOLLOWED == JoinRestriction::Followed as mpa_join_restriction);
    assert!(MPA_MAX_GROUP_ID_LENGTH as usize == MAX_GROUP_ID_UTF16);
    assert!(MPA_MAX_ACTIVITY_PLAYERS == MAX_ACTIVITY_PLAYERS);
};

/// A UTF-16 unit takes at most three bytes of UTF-8.
const MAX_GROUP_ID_BYTES: usize = 3 * MAX_GROUP_ID_UTF16;

/// What a user plays, and how others join.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_activity {
    /// sizeof(mpa_activity), as MPA_INIT sets it. Required.
    pub struct_size: u32,
    /// One of MPA_JOIN_RESTRICTION_. Default 0: MPA_JOIN_RESTRICTION_PUBLIC.
    pub join_restriction: mpa_join_restriction,
    /// What the game of a user who joins is started with, as in mpa_invite. Required; may be empty.
    pub connection_string: *const c_char,
    /// Names those who play together, so that they are shown as a group: at most MPA_MAX_GROUP_ID_LENGTH.
    /// Default NULL: none.
    pub group_id: *const c_char,
    /// How many may play, up to MPA_MAX_ACTIVITY_PLAYERS. Default 0: left out.
    pub max_players: u32,
    /// How many play now, up to MPA_MAX_ACTIVITY_PLAYERS. Default 0: left out.
    pub current_players: u32,
    /// One of MPA_PLATFORM_: where it can be joined. Default 0: MPA_PLATFORM_ANY.
    pub platform: mpa_platform,
    /// How long a submitted activity may take until it is sent, in milliseconds; after that it ends as
    /// MPA_ERROR_EXPIRED. Default 0: 60,000. At most MPA_MAX_DURATION_MS.
    /// Blocking calls do not use it.
    pub time_to_live_ms: u32,
    /// Its place in the order of the user's activities: the service ignores an activity whose number is lower than the
    /// one that it has. Default 0: the library's own, which grows with every call, also across restarts and from server
    /// to server, since it is the time in milliseconds. Of one user, use either your own numbers or the library's.
    pub sequence_number: u64,
    /// The user's own token, for this call only. Default NULL: the client's.
    pub authorization: *const mpa_authorization,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers and pointers.
unsafe impl Struct for mpa_activity {
    const NAME: &'static str = "mpa_activity";
    const FIRST_SIZE: usize = 56;
}

/// Sets the activity of a user, and waits for the response. It replaces the one that the user has in this title.
///
/// A request is retried, up to max_attempts times and within call_timeout_ms, also where its response was lost: the
/// same activity with the same sequence number does no harm. After the service has rejected a call for its rate,
/// further calls wait for their turn, or end at once as MPA_ERROR_THROTTLED.
///
/// Returns MPA_OK if the service has acknowledged it. A 401 for the call's own token ends the call and does not
/// affect the client's token. Blocks up to call_timeout_ms: do not call it on the game thread.
///
/// REST: PUT /titles/{titleId}/users/{xuid}/activities ("Set Activity" in the Multiplayer Activity reference at
/// learn.microsoft.com).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_set_activity(
    client: mpa_client,
    xuid: u64,
    activity: *const mpa_activity,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let client = handles::get(client.id)?;
        // SAFETY: passed on from the caller.
        let (call, own, _) = unsafe { read_activity(xuid, activity) }?;
        Ok(client.run(&call, own.as_ref()))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// Deletes the activity of a user, and waits for the response.
///
/// `sequence_number`: as in mpa_activity; 0: the library's own. `authorization`: the user's own token, for
/// this call only; NULL: the client's.
///
/// Retries, results and rate limits are as in mpa_set_activity: to delete twice does no harm, and an activity that was
/// set later has a higher sequence number. Returns MPA_OK if the service has acknowledged it. Blocks up to
/// call_timeout_ms: do not call it on the game thread.
///
/// REST: DELETE /titles/{titleId}/users/{xuid}/activities ("Delete Activity" in the Multiplayer Activity reference at
/// learn.microsoft.com).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_delete_activity(
    client: mpa_client,
    xuid: u64,
    sequence_number: u64,
    authorization: *const mpa_authorization,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let client = handles::get(client.id)?;
        // SAFETY: passed on from the caller.
        let (call, own) = unsafe { read_deletion(xuid, sequence_number, authorization) }?;
        Ok(client.run(&call, own.as_ref()))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// # Safety
/// `source` is NULL or points to an `mpa_activity`.
pub unsafe fn read_activity(
    xuid: u64,
    source: *const mpa_activity,
) -> Result<(SetActivity, Option<Authorization>, Option<Duration>)> {
    let invalid_call = sentences::invalid_call("activity");
    // SAFETY: passed on from the caller.
    let fields = unsafe { structs::read(source, "activity") }?;
    // SAFETY: the caller's fields are NULL or texts.
    let (connection_string, group_id) = unsafe {
        (
            text::read(fields.connection_string, MAX_CONNECTION_STRING_BYTES, "activity.connection_string")?,
            text::read(fields.group_id, MAX_GROUP_ID_BYTES, "activity.group_id")?,
        )
    };
    let connection_string = connection_string.ok_or_else(|| {
        Outcome::invalid("activity.connection_string is NULL; it is required, and may be empty. Nothing was sent.")
    })?;
    let join_restriction = JoinRestriction::from_number(fields.join_restriction)
        .ok_or(InvalidCall::JoinRestriction(fields.join_restriction))
        .map_err(&invalid_call)?;
    let call = SetActivity {
        xuid,
        join_restriction,
        connection_string,
        group_id,
        max_players: fields.max_players,
        current_players: fields.current_players,
        platform: Platform::from_number(fields.platform).map_err(&invalid_call)?,
        sequence_number: sequence_number(fields.sequence_number),
    };
    let call = call.checked().map_err(invalid_call)?;
    // SAFETY: the caller's field is NULL or points to an authorization.
    let own = unsafe { token::read_optional(fields.authorization, "activity.authorization") }?;
    Ok((call, own, duration(fields.time_to_live_ms, "activity.time_to_live_ms")?))
}

/// # Safety
/// `authorization` is NULL or points to an `mpa_authorization`.
pub unsafe fn read_deletion(
    xuid: u64,
    sequence_number: u64,
    authorization: *const mpa_authorization,
) -> Result<(DeleteActivity, Option<Authorization>)> {
    let call = DeleteActivity::new(xuid, self::sequence_number(sequence_number));
    // SAFETY: passed on from the caller.
    let own = unsafe { token::read_optional(authorization, "authorization") }?;
    Ok((call.map_err(sentences::invalid_call("activity"))?, own))
}

/// The caller's; 0: the next of the library's own, which grow with every call of this process.
fn sequence_number(given: u64) -> SequenceNumber {
    static LAST: AtomicU64 = AtomicU64::new(0);
    if given != 0 {
        return SequenceNumber(given);
    }
    let now = unix_milliseconds(SystemTime::now());
    let next = |last: u64| SequenceNumber::after(SequenceNumber(last), now);
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last).0));
    next(last.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_are_the_caller_s_or_grow() {
        assert_eq!(sequence_number(7), SequenceNumber(7));
        let (first, second) = (sequence_number(0), sequence_number(0));
        assert!(first.0 > 1_700_000_000_000 && second.0 > first.0);
    }
}

//! Submitting: calls that never wait, for the game's own thread.

use std::sync::Arc;
use std::time::Duration;

use super::activity::{mpa_activity, read_activity, read_deletion};
use super::activity_query::{read_get, read_query};
use super::boundary::report;
use super::caller::Slot;
use super::client::mpa_client;
use super::handles;
use super::invite::{mpa_invite, mpa_server_invite, read_invite, read_server_invite};
use super::recent_players::{
    mpa_recent_player, mpa_recent_player_group, mpa_user_recent_players, read_groups, read_recent_players,
    read_server_recent_players,
};
use super::result::mpa_result;
use super::status::mpa_status;
use super::token::mpa_authorization;
use crate::auth::Authorization;
use crate::client::Work;
use crate::outcome::{Outcome, Result, Status};

/// Submits an invite, as mpa_send_invite sends it, and returns at once. An event reports how it ended.
///
/// `user_data` comes back with the event. `operation`, or NULL: receives the number of the operation, from 1
/// and never reused, before its event can be polled.
///
/// Returns MPA_OK: exactly one MPA_EVENT_COMPLETED will follow. Else nothing was submitted: invalid input is
/// refused as by mpa_send_invite; MPA_ERROR_QUEUE_FULL; MPA_ERROR_EVENTS_NOT_POLLED if the queue is full of
/// completions that have not been polled; MPA_ERROR_CLOSED.
///
/// Never blocks: it copies, and wakes a thread. The first submit of each kind starts that thread.
///
/// Without a usable authorization, operations wait for one within their time to live, and
/// MPA_EVENT_AUTHORIZATION_NEEDED reports it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_submit_invite(
    client: mpa_client,
    invite: *const mpa_invite,
    user_data: u64,
    operation: *mut u64,
    result: *mut mpa_result,
) -> mpa_status {
    // SAFETY: passed on from the caller.
    let read = || unsafe { read_invite(invite) }.map(|(call, own, limit)| (Work::new(call), own, limit));
    // SAFETY: the same.
    unsafe { submit(client, read, user_data, operation, result) }
}

/// Submits a server invite, as mpa_send_server_invite sends it, and returns at once: as mpa_submit_invite.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_submit_server_invite(
    client: mpa_client,
    invite: *const mpa_server_invite,
    user_data: u64,
    operation: *mut u64,
    result: *mut mpa_result,
) -> mpa_status {
    // SAFETY: passed on from the caller.
    let read = || unsafe { read_server_invite(invite) }.map(|(call, limit)| (Work::new(call), None, limit));
    // SAFETY: the same.
    unsafe { submit(client, read, user_data, operation, result) }
}

/// Submits recent players, as mpa_post_recent_player_groups sends them, and returns at once: as
/// mpa_submit_invite.
///
/// The groups are held for recent_players_hold_ms and combined with those of other operations into full
/// requests; each operation has a completion for its own groups. If the service refuses such a request, each
/// of its operations is sent once more by itself, so that one bad group does not fail the others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_submit_recent_player_groups(
    client: mpa_client,
    groups: *const mpa_recent_player_group,
    count: u32,
    user_data: u64,
    operation: *mut u64,
    result: *mut mpa_result,
) -> mpa_status {
    // SAFETY: passed on from the caller.
    let read = || unsafe { read_groups(groups, count as usize) }.map(|call| (Work::new(call), None, None));
    // SAFETY: the same.
    unsafe { submit(client, read, user_data, operation, result) }
}

/// Submits recent players of a user, as mpa_post_recent_players sends them, and returns at once: as
/// mpa_submit_invite.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_submit_recent_players(
    client: mpa_client,
    players: *const mpa_recent_player,
    count: u32,
    authorization: *const mpa_authorization,
    user_data: u64,
    operation: *mut u64,
    result: *mut mpa_result,
) -> mpa_status {
    let read = || {
        // SAFETY: passed on from the caller.
        unsafe { read_recent_players(players, count as usize, authorization) }
            .map(|(call, own)| (Work::new(call), own, None))
    };
    // SAFETY: the same.
    unsafe { submit(client, read, user_data, operation, result) }
}

/// Submits recent players of many users, as mpa_post_server_recent_players sends them, and returns at once: as
/// mpa_submit_recent_player_groups, also in how they are held and combined.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_submit_server_recent_players(
    client: mpa_client,
    users: *const mpa_user_recent_players,
    count: u32,
    user_data: u64,
    operation: *mut u64,
    result: *mut mpa_result,
) -> mpa_status {
    // SAFETY: passed on from the caller.
    let read =
        || unsafe { read_server_recent_players(users, count as usize) }.map(|call| (Work::new(call), None, None));
    // SAFETY: the same.
    unsafe { submit(client, read, user_data, operation, result) }
}

/// Submits an activity, as mpa_set_activity sets it, and returns at once: as mpa_submit_invite.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_submit_set_activity(
    client: mpa_client,
    xuid: u64,
    activity: *const mpa_activity,
    user_data: u64,
    operation: *mut u64,
    result: *mut mpa_result,
) -> mpa_status {
    // SAFETY: passed on from the caller.
    let read = || unsafe { read_activity(xuid, activity) }.map(|(call, own, limit)| (Work::new(call), own, limit));
    // SAFETY: the same.
    unsafe { submit(client, read, user_data, operation, result) }
}

/// Submits the deletion of an activity, as mpa_delete_activity deletes it, and returns at once: as
/// mpa_submit_invite. Its time to live is 60,000 ms.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_submit_delete_activity(
    client: mpa_client,
    xuid: u64,
    sequence_number: u64,
    authorization: *const mpa_authorization,
    user_data: u64,
    operation: *mut u64,
    result: *mut mpa_result,
) -> mpa_status {
    let read = || {
        // SAFETY: passed on from the caller.
        unsafe { read_deletion(xuid, sequence_number, authorization) }.map(|(call, own)| (Work::new(call), own, None))
    };
    // SAFETY: the same.
    unsafe { submit(client, read, user_data, operation, result) }
}

/// Submits a query, as mpa_query_activities asks it, and returns at once: as mpa_submit_invite. What it has found is
/// read with mpa_read_activities when its event has been polled. Its time to live is 30,000 ms.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_submit_query_activities(
    client: mpa_client,
    xuids: *const u64,
    count: u32,
    authorization: *const mpa_authorization,
    user_data: u64,
    operation: *mut u64,
    result: *mut mpa_result,
) -> mpa_status {
    let read = || {
        // SAFETY: passed on from the caller.
        unsafe { read_query(xuids, count as usize, authorization) }.map(|(call, own)| (Work::new(call), own, None))
    };
    // SAFETY: the same.
    unsafe { submit(client, read, user_data, operation, result) }
}

/// Submits a request for one user's activities, as mpa_get_activities sends it, and returns at once: as
/// mpa_submit_query_activities.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_submit_get_activities(
    client: mpa_client,
    xuid: u64,
    authorization: *const mpa_authorization,
    user_data: u64,
    operation: *mut u64,
    result: *mut mpa_result,
) -> mpa_status {
    // SAFETY: passed on from the caller.
    let read = || unsafe { read_get(xuid, authorization) }.map(|(call, own)| (Work::new(call), own, None));
    // SAFETY: the same.
    unsafe { submit(client, read, user_data, operation, result) }
}

/// Submits what `read` makes of the caller's struct: the work, its own authorization, its time to live.
///
/// # Safety
/// `operation` is NULL or points to a number, `result` is NULL or points to an `mpa_result`.
pub unsafe fn submit(
    client: mpa_client,
    read: impl FnOnce() -> Result<(Arc<Work>, Option<Authorization>, Option<Duration>)>,
    user_data: u64,
    operation: *mut u64,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let queue = handles::get(client.id)?;
        let (work, own, time_to_live) = read()?;
        // SAFETY: passed on from the caller.
        let number = unsafe { Slot::new(operation) }.ok_or_else(|| {
            Outcome::invalid("operation does not point to a uint64_t: the address is not a multiple of 8.")
        })?;
        queue.submit(work, own, user_data, time_to_live, |value| number.store(value))?;
        Ok(Outcome::new(Status::Ok, "Submitted."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

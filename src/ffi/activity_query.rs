//! Activities that are queried: what users play, in records of the caller.

use std::ffi::c_char;

use super::activity::{MPA_JOIN_RESTRICTION_UNKNOWN, mpa_join_restriction};
use super::boundary::report;
use super::caller::Slot;
use super::client::mpa_client;
use super::invite::{MAX_CONNECTION_STRING_BYTES, MPA_PLATFORM_ANY, MPA_PLATFORM_UNKNOWN, mpa_platform, read_xuids};
use super::result::mpa_result;
use super::status::mpa_status;
use super::structs::{Struct, Targets};
use super::token::{self, mpa_authorization};
use super::{handles, sentences, text};
use crate::api::{
    ActivityRecord, Call, GetActivities, MAX_GROUP_ID_UTF16, MAX_ITEMS_PER_CALL, MAX_QUERIED_USERS_PER_REQUEST,
    QueryActivities, RecordPlatform,
};
use crate::auth::Authorization;
use crate::outcome::{Outcome, Result, Status};

/// How many users the service takes in one query. A call takes more and sends several requests.
pub const MPA_MAX_QUERIED_USERS_PER_REQUEST: u32 = 30;
/// How many users one query takes.
pub const MPA_MAX_QUERIED_USERS_PER_CALL: u32 = 10000;

const _: () = {
    assert!(MPA_MAX_QUERIED_USERS_PER_REQUEST as usize == MAX_QUERIED_USERS_PER_REQUEST);
    assert!(MPA_MAX_QUERIED_USERS_PER_CALL as usize == MAX_ITEMS_PER_CALL);
    assert!(CONNECTION_STRING_SIZE > MAX_CONNECTION_STRING_BYTES);
    assert!(GROUP_ID_SIZE > 3 * MAX_GROUP_ID_UTF16);
};

const CONNECTION_STRING_SIZE: usize = 1544;
const GROUP_ID_SIZE: usize = 384;

/// An activity of a user, of any title. What the service left out is 0, empty or one of the _UNKNOWN values.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_activity_record {
    /// sizeof(mpa_activity_record), as MPA_INIT sets it; the same in all records of an array. Never written by the
    /// library.
    pub struct_size: u32,
    /// The number of the title that the user plays.
    pub title_id: u32,
    /// The user.
    pub xuid: u64,
    /// Its place in the order of the user's activities.
    pub sequence_number: u64,
    /// One of MPA_JOIN_RESTRICTION_.
    pub join_restriction: mpa_join_restriction,
    /// One of MPA_PLATFORM_.
    pub platform: mpa_platform,
    /// How many may play; 0: unknown.
    pub max_players: u32,
    /// How many play; 0: unknown.
    pub current_players: u32,
    /// What the game of a user who joins is started with; empty if the service left it out, or if that user may not
    /// join. Cut at the end of a character where it is longer than a connection string may be.
    pub connection_string: [c_char; 1544],
    /// Names those who play together; empty: none.
    pub group_id: [c_char; 384],
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers only.
unsafe impl Struct for mpa_activity_record {
    const NAME: &'static str = "mpa_activity_record";
    const FIRST_SIZE: usize = 1_968;
}

/// Asks what users play, and waits for the responses. `count`: how many XUIDs, 1 to MPA_MAX_QUERIED_USERS_PER_CALL.
///
/// `authorization`: a user's own token, for this call only; NULL: the client's. `records`: receives the
/// activities, up to `capacity`, those of one user together; the struct_size of the first counts for all. NULL: none
/// are wanted. `total`, or NULL: receives how many there were, also where they did not fit.
///
/// More than MPA_MAX_QUERIED_USERS_PER_REQUEST users go out as several requests, in order, stopping at the first that
/// is not acknowledged; the activities of those before are stored all the same. A request is retried, up to
/// max_attempts times and within call_timeout_ms: it changes nothing. A response that is longer than 4 MiB ends the
/// call as MPA_ERROR_UNEXPECTED_ANSWER: ask for fewer users.
///
/// Returns MPA_OK if the service has answered for all users. Blocks up to call_timeout_ms: do not call it on the game
/// thread.
///
/// REST: POST /titles/{titleId}/activities/query ("Query Activities" in the Multiplayer Activity reference at
/// learn.microsoft.com).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_query_activities(
    client: mpa_client,
    xuids: *const u64,
    count: u32,
    authorization: *const mpa_authorization,
    records: *mut mpa_activity_record,
    capacity: u32,
    total: *mut u32,
    result: *mut mpa_result,
) -> mpa_status {
    // SAFETY: passed on from the caller.
    let read = || unsafe { read_query(xuids, count as usize, authorization) };
    // SAFETY: the same.
    unsafe { ask(client, read, records, capacity, total, result) }
}

/// Asks what one user plays, and waits for the response: as mpa_query_activities.
///
/// REST: GET /titles/{titleId}/users/{xuid}/activities ("Get Activity" in the Multiplayer Activity reference at
/// learn.microsoft.com).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_get_activities(
    client: mpa_client,
    xuid: u64,
    authorization: *const mpa_authorization,
    records: *mut mpa_activity_record,
    capacity: u32,
    total: *mut u32,
    result: *mut mpa_result,
) -> mpa_status {
    // SAFETY: passed on from the caller.
    let read = || unsafe { read_get(xuid, authorization) };
    // SAFETY: the same.
    unsafe { ask(client, read, records, capacity, total, result) }
}

/// Reads what a submitted query has found, after its MPA_EVENT_COMPLETED was polled and before the next event is.
///
/// `records`, `capacity`, `total`: as in mpa_query_activities. It can be read again if it did not fit. Until the next
/// event is polled, the activities take part of queue_capacity_bytes.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT if the event that was polled last is not the completion of this
/// operation, or a pointer is wrong; MPA_ERROR_INVALID_STRUCT; MPA_ERROR_INVALID_HANDLE. Never blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_read_activities(
    client: mpa_client,
    operation: u64,
    records: *mut mpa_activity_record,
    capacity: u32,
    total: *mut u32,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        // SAFETY: passed on from the caller.
        let target = unsafe { Records::new(records, capacity, total) }?;
        target.write(&handles::get(client.id)?.found(operation)?);
        Ok(Outcome::new(Status::Ok, "These are the activities that the operation has found."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// Makes the call that `read` reads, and writes what it found.
///
/// # Safety
/// `records` is NULL or points to `capacity` records, `total` is NULL or points to a number, `result` is NULL or points
/// to an `mpa_result`.
unsafe fn ask<C: Call>(
    client: mpa_client,
    read: impl FnOnce() -> Result<(C, Option<Authorization>)>,
    records: *mut mpa_activity_record,
    capacity: u32,
    total: *mut u32,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        // SAFETY: passed on from the caller.
        let target = unsafe { Records::new(records, capacity, total) }?;
        let client = handles::get(client.id)?;
        let (call, own) = read()?;
        let outcome = client.run(&call, own.as_ref());
        target.write(&call.take_found());
        Ok(outcome)
    };
    // SAFETY: the same.
    unsafe { report(result, body) }
}

/// Where records go.
struct Records {
    records: Targets<mpa_activity_record>,
    total: Slot<u32>,
}

impl Records {
    /// # Safety
    /// `records` is NULL or points to `capacity` records, `total` is NULL or points to a number, which may be written
    /// while this lives.
    unsafe fn new(records: *mut mpa_activity_record, capacity: u32, total: *mut u32) -> Result<Self> {
        // SAFETY: passed on from the caller.
        let total = unsafe { Slot::new(total) }.ok_or_else(|| {
            Outcome::invalid("total does not point to a uint32_t: the address is not a multiple of 4.")
        })?;
        total.store(0);
        // SAFETY: the same.
        let records = unsafe { Targets::new(records, capacity as usize, "records") }?;
        Ok(Self { records, total })
    }

    fn write(&self, found: &[ActivityRecord]) {
        self.total.store(u32::try_from(found.len()).unwrap_or(u32::MAX));
        // One for all: it is large, and copied as it is.
        let mut record = EMPTY_RECORD;
        for (index, found) in found.iter().enumerate().take(self.records.len()) {
            record.set(found);
            self.records.write(index, &record);
        }
    }
}

const EMPTY_RECORD: mpa_activity_record = mpa_activity_record {
    struct_size: 0,
    title_id: 0,
    xuid: 0,
    sequence_number: 0,
    join_restriction: MPA_JOIN_RESTRICTION_UNKNOWN,
    platform: MPA_PLATFORM_ANY,
    max_players: 0,
    current_players: 0,
    connection_string: [0; CONNECTION_STRING_SIZE],
    group_id: [0; GROUP_ID_SIZE],
};

impl mpa_activity_record {
    /// Sets every field but the size.
    fn set(&mut self, found: &ActivityRecord) {
        self.title_id = found.title_id;
        self.xuid = found.xuid;
        self.sequence_number = found.sequence_number;
        self.join_restriction =
            found.join_restriction.map_or(MPA_JOIN_RESTRICTION_UNKNOWN, |known| known as mpa_join_restriction);
        self.platform = match found.platform {
            RecordPlatform::Any => MPA_PLATFORM_ANY,
            RecordPlatform::One(platform) => platform as mpa_platform,
            RecordPlatform::Unknown => MPA_PLATFORM_UNKNOWN,
        };
        self.max_players = found.max_players;
        self.current_players = found.current_players;
        text::fill(&mut self.connection_string, &found.connection_string);
        text::fill(&mut self.group_id, &found.group_id);
    }
}

/// # Safety
/// `xuids` is NULL or points to `count` of them, `authorization` is NULL or points to one.
pub unsafe fn read_query(
    xuids: *const u64,
    count: usize,
    authorization: *const mpa_authorization,
) -> Result<(QueryActivities, Option<Authorization>)> {
    QueryActivities::check_count(count).map_err(sentences::invalid_call("xuids"))?;
    // SAFETY: passed on from the caller; the count has been checked.
    let users = unsafe { read_xuids(xuids, count, "xuids") }?;
    let call = QueryActivities::new(users).map_err(sentences::invalid_call("xuids"))?;
    // SAFETY: passed on from the caller.
    Ok((call, unsafe { token::read_optional(authorization, "authorization") }?))
}

/// # Safety
/// `authorization` is NULL or points to one.
pub unsafe fn read_get(
    xuid: u64,
    authorization: *const mpa_authorization,
) -> Result<(GetActivities, Option<Authorization>)> {
    let call = GetActivities::new(xuid).map_err(sentences::invalid_call("xuid"))?;
    // SAFETY: passed on from the caller.
    Ok((call, unsafe { token::read_optional(authorization, "authorization") }?))
}

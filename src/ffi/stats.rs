//! The statistics of a client, for monitoring.

use std::mem::offset_of;
use std::time::Duration;

use super::boundary::report;
use super::caller::{Memory, Slot};
use super::client::mpa_client;
use super::handles;
use super::result::mpa_result;
use super::status::mpa_status;
use super::structs::{Struct, Target};
use super::times::{milliseconds, unix_milliseconds};
use crate::api::{ByLane, Lane};
use crate::client::{LaneGauges, Stats};
use crate::outcome::{Outcome, Status};
use crate::stats::{BUCKETS, LaneCounts};
use crate::status::{COMPLETIONS, Completion};

/// How many buckets a histogram has.
pub const MPA_STATS_BUCKET_COUNT: u32 = 16;

const _: () = assert!(MPA_STATS_BUCKET_COUNT as usize == BUCKETS);

/// How many counters `completed` of mpa_lane_stats has, those in reserve included.
pub const MPA_COMPLETION_KINDS: u32 = 96;

const _: () = assert!(COMPLETIONS.len() <= MPA_COMPLETION_KINDS as usize);

/// The statistics of one lane: a kind of calls that do not wait for those of another. All but the gauges at the end
/// only grow. Those of several clients are added up field by field, and arrays element by element.
///
/// Buckets count what took up to 1, 5, 10, 25, 50, 100, 250, 500, 1,000, 2,500, 5,000, 10,000, 30,000,
/// 60,000 and 300,000 ms; the last one counts all. Each includes those before it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_lane_stats {
    /// Operations that were submitted.
    pub submitted: u64,
    /// Blocking calls that began.
    pub calls: u64,
    /// Operations and blocking calls that have ended, by status and cause: mpa_completion_kind says which
    /// an element counts, mpa_lane_stats_completed adds up those of a status. All of them, operations
    /// that are queued or run, and blocking calls under way make up `submitted` and `calls`.
    pub completed: [u64; 96],
    /// Requests of which at least one byte was sent.
    pub requests: u64,
    /// Of those: sent again after another attempt.
    pub retries: u64,
    /// Of those: rejected by the service for their rate.
    pub throttled: u64,
    /// Users or groups in those requests. Divided by `requests` it says how well groups are gathered.
    pub items: u64,
    /// How long operations and blocking calls that have ended had waited in the library.
    pub queue_wait_buckets: [u64; 16],
    /// The sum of it, in milliseconds.
    pub queue_wait_sum_ms: u64,
    /// How long requests took, from their start (connecting included) to their response.
    pub request_duration_buckets: [u64; 16],
    /// The sum of it, in milliseconds.
    pub request_duration_sum_ms: u64,
    /// Now: operations that wait in the queue.
    pub queued: u64,
    /// Now: operations that a worker has taken up.
    pub running: u64,
    /// Now: how long the oldest of those in the queue has waited, in milliseconds; 0 where there is none.
    pub oldest_queued_ms: u64,
    /// 0.
    pub reserved: [u64; 5],
}

/// The statistics of a client, since it was opened.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_stats {
    /// sizeof(mpa_stats), as MPA_INIT sets it. Never written by the library.
    pub struct_size: u32,
    /// 1 where clock_offset_ms is known, else 0.
    pub clock_offset_known: u32,
    /// Invites and server invites.
    pub invites: mpa_lane_stats,
    /// Recent players: of groups, of a user, and of many users.
    pub recent_players: mpa_lane_stats,
    /// Activities that are set or deleted.
    pub activities: mpa_lane_stats,
    /// Activities that are queried.
    pub activity_queries: mpa_lane_stats,
    /// Now: places of queue_capacity that are taken, also by completions that were not polled yet.
    pub held_operations: u64,
    /// Now: bytes of queue_capacity_bytes that are taken.
    pub held_bytes: u64,
    /// Now: completions that were not polled yet.
    pub completions_waiting: u64,
    /// Milliseconds since events were last polled; -1: never. A poll that finds nothing is noticed
    /// with the next stats, so that this is too small by the time between two of them at most.
    pub since_last_poll_ms: i64,
    /// Milliseconds since the service last acknowledged a request; -1: never.
    pub since_last_success_ms: i64,
    /// When the authorization in use expires, in milliseconds since 1970-01-01 UTC. 0: unknown, or there
    /// is none.
    pub authorization_expires_at_unix_ms: u64,
    /// By how much the service's clock is ahead of this machine's, in milliseconds, learned from its
    /// responses, to the second; 0 where it is less than that, or not known (see clock_offset_known).
    pub clock_offset_ms: i64,
    /// When the certificate expires that the client signs in with, in milliseconds since 1970-01-01 UTC. 0:
    /// it does not sign in by itself.
    pub certificate_expires_at_unix_ms: u64,
    /// When the client last signed in with success, in milliseconds since 1970-01-01 UTC. 0: never.
    pub last_sign_in_at_unix_ms: u64,
    /// How often it started to sign in, renewals included.
    pub sign_in_attempts: u64,
    /// How many of these failed.
    pub sign_in_failures: u64,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers only.
unsafe impl Struct for mpa_stats {
    const NAME: &'static str = "mpa_stats";
    const FIRST_SIZE: usize = 4_704;
}

/// Copies a client's statistics. Cheap enough for every frame: some hundred numbers under a lock that is
/// never held across I/O.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT, _INVALID_STRUCT or _INVALID_HANDLE. Never blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_client_stats(
    client: mpa_client,
    stats: *mut mpa_stats,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        // SAFETY: passed on from the caller.
        let target = unsafe { Target::new(stats, "stats") }?;
        let target = target.ok_or_else(|| Outcome::invalid("stats is NULL; it must point to an mpa_stats."))?;
        target.write(&mpa_stats::from(&handles::get(client.id)?.stats()));
        Ok(Outcome::new(Status::Ok, "The statistics are those of now."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// What an element of `completed` in mpa_lane_stats counts: operations and blocking calls that ended
/// with this status and this cause.
///
/// `status`, `cause`, or NULL: where they go; a `cause` of MPA_OK stands for none. Elements are those of
/// the library that runs: ask for them, rather than keeping their numbers.
///
/// Returns 1; or 0 and nothing from the first index on that is not in use. Never blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_completion_kind(index: u32, status: *mut mpa_status, cause: *mut mpa_status) -> i32 {
    let Some(completion) = COMPLETIONS.get(index as usize) else { return 0 };
    // SAFETY: passed on from the caller.
    let status = unsafe { Slot::new(status) };
    // SAFETY: passed on from the caller.
    let cause = unsafe { Slot::new(cause) };
    let (Some(status), Some(cause)) = (status, cause) else { return 0 };
    status.store(completion.0 as mpa_status);
    cause.store(completion.1 as mpa_status);
    1
}

/// How many operations and blocking calls of a lane ended with a status, whatever the cause; 0 for a status
/// that none ends with, and where `lane` is NULL. Never blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_lane_stats_completed(lane: *const mpa_lane_stats, status: mpa_status) -> u64 {
    if lane.is_null() || !lane.is_aligned() {
        return 0;
    }
    // SAFETY: not NULL; the caller promises that a struct is there.
    let lane = unsafe { Memory::new(lane, size_of::<mpa_lane_stats>()) };
    let count = |index: usize| {
        let mut count = [0; 8];
        lane.read(offset_of!(mpa_lane_stats, completed) + index * count.len(), &mut count);
        u64::from_ne_bytes(count)
    };
    let of_the_status = (0..COMPLETIONS.len()).filter(|index| COMPLETIONS[*index].0 as mpa_status == status);
    of_the_status.map(count).fold(0, u64::wrapping_add)
}

impl mpa_stats {
    /// Those of each lane, with its label.
    pub(super) fn by_lane(&self) -> ByLane<(&'static str, &mpa_lane_stats)> {
        Lane::ALL.map(|lane| {
            let stats = match lane {
                Lane::Invites => &self.invites,
                Lane::RecentPlayers => &self.recent_players,
                Lane::Activities => &self.activities,
                Lane::ActivityQueries => &self.activity_queries,
            };
            (lane.info().label, stats)
        })
    }
}

impl mpa_lane_stats {
    /// Each kind of completion, and how many there were.
    pub(super) fn completions(&self) -> impl Iterator<Item = (Completion, u64)> {
        COMPLETIONS.into_iter().zip(self.completed)
    }
}

impl From<&Stats> for mpa_stats {
    fn from(stats: &Stats) -> Self {
        let sign_in = stats.sign_in.unwrap_or_default();
        // In place: they are large.
        let of = |lane: Lane| lane_stats(&stats.counts.lanes[lane as usize], stats.lanes[lane as usize]);
        mpa_stats {
            struct_size: 0,
            clock_offset_known: u32::from(stats.clock_offset_ms.is_some()),
            invites: of(Lane::Invites),
            recent_players: of(Lane::RecentPlayers),
            activities: of(Lane::Activities),
            activity_queries: of(Lane::ActivityQueries),
            held_operations: stats.held.operations as u64,
            held_bytes: stats.held.bytes as u64,
            completions_waiting: stats.held.completions as u64,
            since_last_poll_ms: since(stats.since_last_poll),
            since_last_success_ms: since(stats.since_last_success),
            authorization_expires_at_unix_ms: stats.authorization_expires_at.map_or(0, unix_milliseconds),
            clock_offset_ms: stats.clock_offset_ms.unwrap_or_default(),
            certificate_expires_at_unix_ms: sign_in.certificate_expires_at.map_or(0, unix_milliseconds),
            last_sign_in_at_unix_ms: sign_in.last_success.map_or(0, unix_milliseconds),
            sign_in_attempts: sign_in.attempts,
            sign_in_failures: sign_in.failures,
        }
    }
}

fn lane_stats(counts: &LaneCounts, now: LaneGauges) -> mpa_lane_stats {
    let mut completed = [0; MPA_COMPLETION_KINDS as usize];
    completed[..COMPLETIONS.len()].copy_from_slice(&counts.completed);
    mpa_lane_stats {
        submitted: counts.submitted,
        calls: counts.calls,
        completed,
        requests: counts.requests,
        retries: counts.retries,
        throttled: counts.throttled,
        items: counts.items,
        queue_wait_buckets: counts.queue_wait.cumulative(),
        queue_wait_sum_ms: milliseconds(counts.queue_wait.sum),
        request_duration_buckets: counts.request_duration.cumulative(),
        request_duration_sum_ms: milliseconds(counts.request_duration.sum),
        queued: now.queued as u64,
        running: now.running as u64,
        oldest_queued_ms: now.oldest.map_or(0, |at| milliseconds(at.elapsed())),
        reserved: [0; 5],
    }
}

fn since(duration: Option<Duration>) -> i64 {
    duration.map_or(-1, |duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

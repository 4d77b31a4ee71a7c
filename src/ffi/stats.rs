//! What a client counts, for those who watch over servers.

use std::time::Duration;

use super::boundary::report;
use super::client::mpa_client;
use super::handles;
use super::result::mpa_result;
use super::status::mpa_status;
use super::structs::{Struct, Target};
use super::times::{milliseconds, unix_milliseconds};
use crate::outcome::{Outcome, Status};
use crate::queue::{LaneGauges, Stats};
use crate::stats::{BUCKETS, LaneCounts};

/// How many buckets a histogram has.
pub const MPA_STATS_BUCKET_COUNT: u32 = 16;

const _: () = assert!(MPA_STATS_BUCKET_COUNT as usize == BUCKETS);

/// One lane: invites of both kinds, or recent players. All but the gauges at the end only grow, so that
/// those of many clients, or of a fleet, can be added up.
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
    /// Operations and calls that ended as MPA_OK. With those below, operations that are queued or
    /// run, and calls under way, it makes up submitted and calls.
    pub ended_ok: u64,
    /// That ended as MPA_ERROR_CANCELLED.
    pub ended_cancelled: u64,
    /// That ended as MPA_ERROR_EXPIRED.
    pub ended_expired: u64,
    /// That ended as MPA_ERROR_ABANDONED.
    pub ended_abandoned: u64,
    /// That ended as MPA_ERROR_CLOSED.
    pub ended_closed: u64,
    /// That ended as MPA_ERROR_AUTHORIZATION_NEEDED.
    pub ended_authorization_needed: u64,
    /// That ended as MPA_ERROR_UNAUTHORIZED.
    pub ended_unauthorized: u64,
    /// That ended as MPA_ERROR_FORBIDDEN.
    pub ended_forbidden: u64,
    /// That ended as MPA_ERROR_SIGN_IN_FAILED.
    pub ended_sign_in_failed: u64,
    /// That ended as MPA_ERROR_REJECTED.
    pub ended_rejected: u64,
    /// That ended as MPA_ERROR_THROTTLED.
    pub ended_throttled: u64,
    /// That ended as MPA_ERROR_SERVICE_UNAVAILABLE.
    pub ended_service_unavailable: u64,
    /// That ended as MPA_ERROR_UNEXPECTED_ANSWER.
    pub ended_unexpected_answer: u64,
    /// That ended as MPA_ERROR_CONNECTION_FAILED.
    pub ended_connection_failed: u64,
    /// That ended as MPA_ERROR_TLS_FAILED.
    pub ended_tls_failed: u64,
    /// That ended as MPA_ERROR_TIMED_OUT.
    pub ended_timed_out: u64,
    /// That ended as MPA_ERROR_UNCERTAIN.
    pub ended_uncertain: u64,
    /// That ended as MPA_ERROR_INTERNAL.
    pub ended_internal: u64,
    /// 0.
    pub reserved_ends: [u64; 6],
    /// Requests of which at least one byte was put on the wire.
    pub requests: u64,
    /// Of those: tried again after another attempt.
    pub retries: u64,
    /// Of those: answered that there are too many.
    pub throttled: u64,
    /// Users or groups in those requests. Divided by requests it says how well groups are gathered.
    pub items: u64,
    /// How long calls and operations that ended had waited in the library.
    pub queued_buckets: [u64; 16],
    /// The sum of it, in milliseconds.
    pub queued_sum_ms: u64,
    /// How long requests took, from their beginning (connecting included) to their answer.
    pub wire_buckets: [u64; 16],
    /// The sum of it, in milliseconds.
    pub wire_sum_ms: u64,
    /// Now: operations that wait in the queue.
    pub queued: u64,
    /// Now: operations that are being done.
    pub running: u64,
    /// Now: how long the oldest of those in the queue has waited, in milliseconds; 0 where there is none.
    pub oldest_queued_ms: u64,
    /// 0.
    pub reserved: [u64; 5],
}

/// A client in numbers, since it was opened.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_stats {
    /// sizeof(mpa_stats), as MPA_INIT sets it. Never written by the library.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Invites and server invites.
    pub invites: mpa_lane_stats,
    /// Recent players.
    pub recent_players: mpa_lane_stats,
    /// Now: places of queue_capacity that are taken, by completions that nobody has pulled too.
    pub held_operations: u64,
    /// Now: bytes of queue_capacity_bytes that are taken.
    pub held_bytes: u64,
    /// Now: completions that nobody has pulled.
    pub completions_waiting: u64,
    /// Milliseconds since events were last looked for; -1: never. A poll that finds nothing is noticed
    /// with the next stats, so that this is too small by the time between two of them at most.
    pub since_last_poll_ms: i64,
    /// Milliseconds since the service last acknowledged a request; -1: never.
    pub since_last_success_ms: i64,
    /// When the authorization in use expires, in milliseconds since 1970-01-01 UTC. 0: unknown, or there
    /// is none.
    pub authorization_expires_at_unix_ms: u64,
    /// By how much the service's clock is ahead of this machine's, in milliseconds, as its answers
    /// tell, to the second; 0 where it is not known or less than that.
    pub clock_offset_ms: i64,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers only.
unsafe impl Struct for mpa_stats {
    const NAME: &'static str = "mpa_stats";
    const FIRST_SIZE: usize = size_of::<mpa_stats>();
}

/// Copies a client's numbers. Cheap enough for every frame: some hundred numbers under a lock that is
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
        Ok(Outcome::new(Status::Ok, "The numbers are those of now."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

impl From<&Stats> for mpa_stats {
    fn from(stats: &Stats) -> Self {
        let [invites, recent_players] = [0, 1].map(|lane| lane_stats(&stats.counts.lanes[lane], stats.lanes[lane]));
        mpa_stats {
            struct_size: 0,
            reserved: 0,
            invites,
            recent_players,
            held_operations: stats.held.operations as u64,
            held_bytes: stats.held.bytes as u64,
            completions_waiting: stats.held.completions as u64,
            since_last_poll_ms: since(stats.since_last_poll),
            since_last_success_ms: since(stats.since_last_success),
            authorization_expires_at_unix_ms: stats.authorization_expires_at.map_or(0, unix_milliseconds),
            clock_offset_ms: stats.clock_offset_ms,
        }
    }
}

fn lane_stats(counts: &LaneCounts, now: LaneGauges) -> mpa_lane_stats {
    mpa_lane_stats {
        submitted: now.submitted,
        calls: counts.calls,
        ended_ok: counts.ended(Status::Ok),
        ended_cancelled: counts.ended(Status::Cancelled),
        ended_expired: counts.ended(Status::Expired),
        ended_abandoned: counts.ended(Status::Abandoned),
        ended_closed: counts.ended(Status::Closed),
        ended_authorization_needed: counts.ended(Status::AuthorizationNeeded),
        ended_unauthorized: counts.ended(Status::Unauthorized),
        ended_forbidden: counts.ended(Status::Forbidden),
        ended_sign_in_failed: counts.ended(Status::SignInFailed),
        ended_rejected: counts.ended(Status::Rejected),
        ended_throttled: counts.ended(Status::Throttled),
        ended_service_unavailable: counts.ended(Status::ServiceUnavailable),
        ended_unexpected_answer: counts.ended(Status::UnexpectedAnswer),
        ended_connection_failed: counts.ended(Status::ConnectionFailed),
        ended_tls_failed: counts.ended(Status::TlsFailed),
        ended_timed_out: counts.ended(Status::TimedOut),
        ended_uncertain: counts.ended(Status::Uncertain),
        ended_internal: counts.ended(Status::Internal),
        reserved_ends: [0; 6],
        requests: counts.requests,
        retries: counts.retries,
        throttled: counts.throttled,
        items: counts.items,
        queued_buckets: counts.queued.cumulative(),
        queued_sum_ms: milliseconds(counts.queued.sum),
        wire_buckets: counts.wire.cumulative(),
        wire_sum_ms: milliseconds(counts.wire.sum),
        queued: now.queued as u64,
        running: now.running as u64,
        oldest_queued_ms: now.oldest.map_or(0, |at| milliseconds(at.elapsed())),
        reserved: [0; 5],
    }
}

fn since(duration: Option<Duration>) -> i64 {
    duration.map_or(-1, |duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

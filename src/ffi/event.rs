//! Events: how submitted operations ended, polled by one reader a client.

use std::sync::LazyLock;
use std::time::Duration;

use super::boundary::{caught, report};
use super::client::mpa_client;
use super::result::{ResultTarget, mpa_result};
use super::status::mpa_status;
use super::structs::{Struct, Target};
use super::{handles, sentences};
use crate::auth::Reason;
use crate::client::Event;
use crate::log::Entry;
use crate::outcome::{Outcome, Result, Status};

/// The type of an event. Later versions may add some: ignore those that you do not know.
pub type mpa_event_type = i32;

/// No event.
pub const MPA_EVENT_NONE: mpa_event_type = 0;
/// An operation has completed: `operation` and `user_data` say which, the mpa_result how. Exactly one for
/// each operation.
pub const MPA_EVENT_COMPLETED: mpa_event_type = 1;
/// Draining is complete: every operation has ended, and its event has been polled. The last event.
pub const MPA_EVENT_DRAINED: mpa_event_type = 2;
/// Another authorization is needed; `reason` says why. Set one with mpa_client_set_authorization. Reported
/// again every 5 s while operations wait for it, else every 30 s.
pub const MPA_EVENT_AUTHORIZATION_NEEDED: mpa_event_type = 3;
/// A log entry, up to the level of log_level: the text is the `message` of the mpa_result,
/// `user_data` is its level. Of an entry about how a call, an operation or an attempt ended, the
/// mpa_result has `status`, `cause`, `http_status`, `service_code`, `error_code` and `correlation_id` too;
/// of others they are 0 or empty. Repeated entries are combined into one with a count; at most 64 wait to be
/// polled, and an entry of its own counts those that were dropped.
pub const MPA_EVENT_LOG: mpa_event_type = 4;

/// Why another authorization is needed. Later versions may add some.
pub type mpa_authorization_reason = i32;

/// None was given yet.
pub const MPA_AUTHORIZATION_MISSING: mpa_authorization_reason = 1;
/// The service refused the one that was in use. Where another process obtained it, report it there: see
/// mpa_client_invalidate_authorization.
pub const MPA_AUTHORIZATION_REFUSED: mpa_authorization_reason = 2;
/// The one in use has expired.
pub const MPA_AUTHORIZATION_EXPIRED: mpa_authorization_reason = 3;
/// The one in use expires within authorization_lead_ms.
pub const MPA_AUTHORIZATION_EXPIRES_SOON: mpa_authorization_reason = 4;

const _: () = {
    assert!(Reason::Missing as mpa_authorization_reason == MPA_AUTHORIZATION_MISSING);
    assert!(Reason::Refused as mpa_authorization_reason == MPA_AUTHORIZATION_REFUSED);
    assert!(Reason::Expired as mpa_authorization_reason == MPA_AUTHORIZATION_EXPIRED);
    assert!(Reason::ExpiresSoon as mpa_authorization_reason == MPA_AUTHORIZATION_EXPIRES_SOON);
};

/// An event. The mpa_result that is passed with it has the details.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_event {
    /// sizeof(mpa_event), as MPA_INIT sets it. Never written by the library.
    pub struct_size: u32,
    /// One of MPA_EVENT_.
    pub r#type: mpa_event_type,
    /// The operation that has completed; else 0.
    pub operation: u64,
    /// The user_data of that operation; of MPA_EVENT_LOG, one of MPA_LOG_; else 0.
    pub user_data: u64,
    /// Of MPA_EVENT_AUTHORIZATION_NEEDED, one of MPA_AUTHORIZATION_; else 0.
    pub reason: mpa_authorization_reason,
    /// 0.
    pub reserved: u32,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers only.
unsafe impl Struct for mpa_event {
    const NAME: &'static str = "mpa_event";
    const FIRST_SIZE: usize = 32;
}

/// Polls the next event. Call it in a loop, in each frame, until it returns 0.
///
/// `event`: receives the event. `result`, or NULL: receives how the operation ended.
///
/// Returns 1 if there was an event; else 0, also for an invalid handle or pointer, which `result` reports.
/// Never blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_poll_event(client: mpa_client, event: *mut mpa_event, result: *mut mpa_result) -> i32 {
    let body = || {
        // SAFETY: passed on from the caller. First, since a result that cannot be written must not cost
        // an event.
        let results = unsafe { ResultTarget::new(result) }?;
        // SAFETY: the same.
        let polled = unsafe { event_target(event) }.and_then(|target| Ok((handles::get(client.id)?.poll(), target)));
        let (found, outcome) = match polled {
            Err(refusal) => (0, *refusal),
            // The usual case, each frame: as little as possible.
            Ok((None, target)) => {
                target.write(&NO_EVENT);
                results.write_ready_made(&NO_EVENT_RESULT);
                return Ok(0);
            }
            Ok((event, target)) => (i32::from(event.is_some()), store(&target, event)),
        };
        results.write(&outcome);
        Ok(found)
    };
    caught(body).flatten().unwrap_or(0)
}

/// Waits for the next event, for programs that have a thread for it.
///
/// Returns MPA_OK with an event; MPA_OK with MPA_EVENT_NONE after `timeout_ms`, after mpa_client_wake,
/// and when the client is closed meanwhile; MPA_ERROR_INVALID_HANDLE, so that a loop ends when the client is
/// closed; MPA_ERROR_INVALID_ARGUMENT or _INVALID_STRUCT. If there is an event, `result` says how the
/// operation ended; its status is then that of the operation, not of this call.
///
/// Blocks up to `timeout_ms`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_wait_event(
    client: mpa_client,
    timeout_ms: u32,
    event: *mut mpa_event,
    result: *mut mpa_result,
) -> mpa_status {
    let mut waited = false;
    let body = || {
        // SAFETY: passed on from the caller.
        let target = unsafe { event_target(event) }?;
        let event = handles::get(client.id)?.wait(Duration::from_millis(timeout_ms.into()));
        waited = true;
        Ok(store(&target, event))
    };
    // SAFETY: passed on from the caller.
    let status = unsafe { report(result, body) };
    if waited { Status::Ok as mpa_status } else { status }
}

/// Wakes a thread that is in mpa_wait_event. If there is none, nothing happens.
///
/// Returns MPA_OK or MPA_ERROR_INVALID_HANDLE. Never blocks.
#[unsafe(no_mangle)]
pub extern "C" fn mpa_client_wake(client: mpa_client) -> mpa_status {
    let body = || handles::get(client.id).map(|queue| queue.wake());
    caught(body).flatten().map_or_else(|outcome| outcome.status, |()| Status::Ok) as mpa_status
}

/// Cancels an operation. If it was not sent yet, it completes as MPA_ERROR_CANCELLED; a request that is
/// under way is not interrupted. Its event follows in any case.
///
/// Returns MPA_OK, also for an operation that has ended already; MPA_ERROR_INVALID_ARGUMENT for a number
/// that no operation has had; MPA_ERROR_INVALID_HANDLE. Never blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_cancel(client: mpa_client, operation: u64, result: *mut mpa_result) -> mpa_status {
    let body = || {
        handles::get(client.id)?.cancel(operation)?;
        Ok(Outcome::new(Status::Ok, "The operation ends as cancelled, unless it was sent already."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// # Safety
/// `event` is NULL or points to an `mpa_event`.
unsafe fn event_target(event: *mut mpa_event) -> Result<Target<mpa_event>> {
    // SAFETY: passed on from the caller.
    let target = unsafe { Target::new(event, "event") }?;
    target.ok_or_else(|| Outcome::invalid("event is NULL; it must point to an mpa_event."))
}

const NO_EVENT: mpa_event =
    mpa_event { struct_size: 0, r#type: MPA_EVENT_NONE, operation: 0, user_data: 0, reason: 0, reserved: 0 };

static NO_EVENT_RESULT: LazyLock<mpa_result> = LazyLock::new(|| mpa_result::from(&no_event()));

fn no_event() -> Outcome {
    Outcome::new(Status::Ok, "There is no event.")
}

/// Returns an event; its outcome becomes the result.
fn store(target: &Target<mpa_event>, event: Option<Event>) -> Outcome {
    let none = NO_EVENT;
    let (written, outcome) = match event {
        None => (none, no_event()),
        Some(Event::Drained) => (
            mpa_event { r#type: MPA_EVENT_DRAINED, ..none },
            Outcome::new(Status::Ok, "Every operation has ended. Close the client."),
        ),
        Some(Event::AuthorizationNeeded(reason)) => (
            mpa_event { r#type: MPA_EVENT_AUTHORIZATION_NEEDED, reason: reason as mpa_authorization_reason, ..none },
            Outcome::new(Status::AuthorizationNeeded, authorization_needed(reason)),
        ),
        Some(Event::Log(Entry { level, text, outcome: fields, times })) => {
            let text = sentences::repeated(text, fields.advice, times);
            let mut outcome = Outcome::new(fields.status, text);
            outcome.cause = fields.cause;
            outcome.http_status = fields.http_status;
            outcome.service_code = fields.service_code;
            outcome.error_code = fields.error_code;
            outcome.correlation_id = fields.correlation_id;
            (mpa_event { r#type: MPA_EVENT_LOG, user_data: level as u64, ..none }, outcome)
        }
        Some(Event::Completed { operation, user_data, outcome }) => {
            (mpa_event { r#type: MPA_EVENT_COMPLETED, operation, user_data, ..none }, *outcome)
        }
    };
    target.write(&written);
    outcome
}

fn authorization_needed(reason: Reason) -> &'static str {
    match reason {
        Reason::Missing => {
            "The client has no authorization, and operations wait for one. Set one with mpa_client_set_authorization."
        }
        Reason::Refused => {
            "The service refused the client's authorization. Set another one with mpa_client_set_authorization."
        }
        Reason::Expired => "The client's authorization has expired. Set a newer one with mpa_client_set_authorization.",
        Reason::ExpiresSoon => {
            "The client's authorization expires soon. Set a newer one with mpa_client_set_authorization before that."
        }
    }
}

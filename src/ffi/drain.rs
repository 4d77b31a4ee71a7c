//! Bringing operations to their ends: all before a moment, or all there will be.

use std::time::Duration;

use super::boundary::report;
use super::client::mpa_client;
use super::handles;
use super::result::mpa_result;
use super::status::mpa_status;
use crate::outcome::{Outcome, Status};

/// Starts draining: from now on submits return MPA_ERROR_CLOSED, and what was held is sent at once. Continue
/// to poll events; the last one is MPA_EVENT_DRAINED.
///
/// `deadline_ms`: after so many milliseconds, what was not sent completes as MPA_ERROR_ABANDONED, and
/// requests that are under way are aborted: an invite completes as MPA_ERROR_UNCERTAIN. This happens while
/// events are polled.
///
/// Returns MPA_OK; MPA_ERROR_CLOSED if it is draining already; MPA_ERROR_INVALID_HANDLE. Never
/// blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_client_drain(client: mpa_client, deadline_ms: u32, result: *mut mpa_result) -> mpa_status {
    let body = || {
        handles::get(client.id)?.drain(Duration::from_millis(deadline_ms.into()))?;
        Ok(Outcome::new(Status::Ok, "The client is being drained. Poll events until MPA_EVENT_DRAINED."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// Waits until all operations that were submitted before this call have ended; held ones are sent at once.
/// Their events remain to be polled.
///
/// Returns MPA_OK; MPA_ERROR_TIMED_OUT after `deadline_ms`, while they continue; MPA_ERROR_INVALID_HANDLE.
/// Blocks up to `deadline_ms`: do not call it on the game thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_client_flush(client: mpa_client, deadline_ms: u32, result: *mut mpa_result) -> mpa_status {
    let body = || {
        handles::get(client.id)?.flush(Duration::from_millis(deadline_ms.into()))?;
        Ok(Outcome::new(Status::Ok, "All operations that were submitted before have ended."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

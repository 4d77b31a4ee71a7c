//! Bringing operations to their ends: all before a moment, or all there will be.

use std::time::Duration;

use super::boundary::report;
use super::client::mpa_client;
use super::handles;
use super::result::mpa_result;
use super::status::mpa_status;
use crate::outcome::{Outcome, Status};

/// Ends the taking of operations: from now on submits get MPA_ERROR_CLOSED, and what was held goes out
/// at once. Go on pulling events; the last is MPA_EVENT_DRAINED.
///
/// `deadline_ms`: after so many milliseconds, what was not sent ends as MPA_ERROR_ABANDONED, and what is
/// on the wire is cut: an invite ends as MPA_ERROR_UNCERTAIN. That happens while events are pulled.
///
/// Returns MPA_OK; MPA_ERROR_CLOSED where it is being drained already; MPA_ERROR_INVALID_HANDLE. Never
/// blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_client_drain(client: mpa_client, deadline_ms: u32, result: *mut mpa_result) -> mpa_status {
    let body = || {
        handles::get(client.id)?.drain(Duration::from_millis(deadline_ms.into()))?;
        Ok(Outcome::new(Status::Ok, "The client is being drained. Pull events until MPA_EVENT_DRAINED."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// Waits until all operations that were submitted before have ended, without holding any of them back.
/// Their events are still to be pulled.
///
/// Returns MPA_OK; MPA_ERROR_TIMED_OUT after `deadline_ms`, when they go on; MPA_ERROR_INVALID_HANDLE.
/// Blocks up to `deadline_ms`: not for a game's own thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_client_flush(client: mpa_client, deadline_ms: u32, result: *mut mpa_result) -> mpa_status {
    let body = || {
        handles::get(client.id)?.flush(Duration::from_millis(deadline_ms.into()))?;
        Ok(Outcome::new(Status::Ok, "All operations that were submitted before have ended."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

//! Closing a client, and the account of it.

use std::time::{Duration, Instant};

use super::boundary::caught;
use super::client::mpa_client;
use super::handles;
use super::status::{MPA_ERROR_INVALID_ARGUMENT, MPA_OK, mpa_status};
use super::structs::{Struct, Target};
use crate::client::CloseReport;

/// How the calls and operations of a client ended. `calls`, those that block, is the sum of the four
/// counts that follow it; `submitted`, those that do not, the sum of the five that follow it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_close_report {
    /// sizeof(mpa_close_report), as MPA_INIT sets it. Never written by the library.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Calls that were made: valid, and begun before the client was closed.
    pub calls: u64,
    /// Calls that ended as MPA_OK.
    pub succeeded: u64,
    /// Calls that ended with something `uncertain`.
    pub uncertain: u64,
    /// Calls that ended in any other way.
    pub failed: u64,
    /// Calls of other threads that had not returned when the close returned. They were aborted and return
    /// soon.
    pub unfinished: u64,
    /// Operations that were submitted.
    pub submitted: u64,
    /// Operations that ended as MPA_OK.
    pub operations_succeeded: u64,
    /// Operations that ended with something `uncertain`.
    pub operations_uncertain: u64,
    /// Operations that ended in any other way before the client was closed.
    pub operations_failed: u64,
    /// Operations that ended as MPA_ERROR_ABANDONED before they were sent.
    pub operations_abandoned: u64,
    /// Operations whose request was under way, and was aborted, when the close returned.
    pub operations_unfinished: u64,
    /// Completions that were not polled.
    pub events_not_polled: u64,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers only.
unsafe impl Struct for mpa_close_report {
    const NAME: &'static str = "mpa_close_report";
    const FIRST_SIZE: usize = 104;
}

/// Closes a client. The handle is invalid from now on, for all threads, and no event can be polled any
/// more; drain first if you need the completions. Operations, and calls of other threads, may finish until
/// the deadline. Then they are aborted: calls end as MPA_ERROR_ABANDONED, or as MPA_ERROR_UNCERTAIN if an
/// invite had been sent.
///
/// `deadline_ms`: how long to wait for them at most, in milliseconds. 0: do not wait. If there are none, the
/// function returns at once.
///
/// `report`: receives how calls and operations ended, or NULL. If the pointer or its struct_size is wrong,
/// the client is closed all the same.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_HANDLE, also where another thread has closed the client
/// already, which is harmless. Blocks up to the deadline.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_client_close(
    client: mpa_client,
    deadline_ms: u32,
    report: *mut mpa_close_report,
) -> mpa_status {
    let body = || match handles::remove(client.id) {
        Err(outcome) => outcome.status as mpa_status,
        Ok(client) => {
            let account = client.close(Duration::from_millis(deadline_ms.into()));
            // SAFETY: passed on from the caller.
            if let Ok(Some(target)) = unsafe { Target::new(report, "report") } {
                target.write(&mpa_close_report::from(account));
            }
            MPA_OK
        }
    };
    caught(body).unwrap_or_else(|outcome| outcome.status as mpa_status)
}

/// Closes all clients that were opened with this `owner_tag`, as mpa_client_close does, within one
/// deadline for all: for hosts that lose their handles without warning, such as when Unity reloads its
/// domain.
///
/// Returns MPA_OK, also where there is none; MPA_ERROR_INVALID_ARGUMENT for 0.
/// Blocks up to the deadline.
#[unsafe(no_mangle)]
pub extern "C" fn mpa_close_all(owner_tag: u64, deadline_ms: u32) -> mpa_status {
    let body = || {
        if owner_tag == 0 {
            return MPA_ERROR_INVALID_ARGUMENT;
        }
        let deadline = Instant::now() + Duration::from_millis(deadline_ms.into());
        let left = || deadline.saturating_duration_since(Instant::now());
        let clients = handles::remove_all_of(owner_tag);
        // All at once, so that one that is slow takes no time from the others.
        for client in &clients {
            // A drain before has set a deadline, which is kept.
            let _ = client.drain(left());
        }
        for client in clients {
            client.close(left());
        }
        MPA_OK
    };
    caught(body).unwrap_or_else(|outcome| outcome.status as mpa_status)
}

impl From<CloseReport> for mpa_close_report {
    fn from(CloseReport { calls, operations, events_not_polled }: CloseReport) -> Self {
        mpa_close_report {
            struct_size: 0,
            reserved: 0,
            calls: calls.began,
            succeeded: calls.succeeded,
            uncertain: calls.uncertain,
            failed: calls.failed + calls.abandoned,
            unfinished: calls.unfinished(),
            submitted: operations.began,
            operations_succeeded: operations.succeeded,
            operations_uncertain: operations.uncertain,
            operations_failed: operations.failed,
            operations_abandoned: operations.abandoned,
            operations_unfinished: operations.unfinished(),
            events_not_polled,
        }
    }
}

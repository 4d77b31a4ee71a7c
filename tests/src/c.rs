//! The C functions, called from Rust as a C program calls them.

use std::ffi::{CStr, CString, c_char};
use std::mem;

use mpa::ffi::authorization::mpa_authorization;
use mpa::ffi::client::{mpa_client, mpa_client_config, mpa_client_open};
use mpa::ffi::close::{mpa_client_close, mpa_close_report};
use mpa::ffi::drain::{mpa_client_drain, mpa_client_flush};
use mpa::ffi::event::{MPA_EVENT_NONE, mpa_cancel, mpa_event, mpa_poll_event, mpa_wait_event};
use mpa::ffi::invite::{mpa_invite, mpa_send_invite, mpa_send_server_invite, mpa_server_invite};
use mpa::ffi::recent_players::{mpa_post_recent_player_groups, mpa_recent_player_group};
use mpa::ffi::result::mpa_result;
use mpa::ffi::stats::{mpa_client_stats, mpa_stats};
use mpa::ffi::status::{mpa_status, mpa_status_name};
use mpa::ffi::submit::{mpa_submit_recent_player_groups, mpa_submit_server_invite};

pub use mpa::ffi::authorization::mpa_client_set_authorization;

/// A struct of the header as `MPA_INIT` makes it: its size, and zero.
pub fn init<T: Copy>() -> T {
    let size = u32::try_from(mem::size_of::<T>()).expect("structs are small");
    let mut value = mem::MaybeUninit::<T>::zeroed();
    // SAFETY: all structs of the header begin with their size and are valid when zero.
    unsafe {
        value.as_mut_ptr().cast::<u32>().write(size);
        value.assume_init()
    }
}

/// A text that lives as long as the test.
pub fn text(text: &str) -> *const c_char {
    CString::new(text).expect("a text without NUL").into_raw()
}

/// A result with its texts as Rust has them.
#[derive(Clone)]
pub struct Outcome {
    pub status: &'static str,
    pub cause: &'static str,
    pub result: mpa_result,
    pub message: String,
    pub error_code: String,
    pub correlation_id: String,
    pub limit_type: String,
}

impl Outcome {
    pub fn counts(&self) -> (u32, u32, u32) {
        (self.result.acknowledged, self.result.uncertain, self.result.refused)
    }
}

pub fn status_name(status: mpa_status) -> &'static str {
    // SAFETY: the function returns a static text.
    unsafe { CStr::from_ptr(mpa_status_name(status)) }.to_str().expect("names are ASCII")
}

/// Makes a call with a result, and reads it.
pub fn outcome(call: impl FnOnce(*mut mpa_result) -> mpa_status) -> Outcome {
    let mut result: mpa_result = init();
    let status = call(&mut result);
    assert_eq!(status, result.status, "the return value and the result agree");
    read(result)
}

fn read(result: mpa_result) -> Outcome {
    assert_eq!(result.struct_size as usize, mem::size_of::<mpa_result>(), "the size is not written");
    let read = |array: &[c_char]| {
        // SAFETY: texts in results end in NUL.
        unsafe { CStr::from_ptr(array.as_ptr()) }.to_str().expect("texts are UTF-8").to_owned()
    };
    Outcome {
        status: status_name(result.status),
        cause: status_name(result.cause),
        message: read(&result.message),
        error_code: read(&result.error_code),
        correlation_id: read(&result.correlation_id),
        limit_type: read(&result.limit_type),
        result,
    }
}

pub const TOKEN: &str = "not-a-real-token";

/// A client of title 7 with a service's token and short time limits, that tries each request once.
pub fn config(endpoint: &str) -> mpa_client_config {
    mpa_client_config {
        title_id: 7,
        endpoint: text(endpoint),
        authorization_header: text(&format!("XBL3.0 x=-;{TOKEN}")),
        connect_timeout_ms: 1_000,
        request_timeout_ms: 1_000,
        max_attempts: 1,
        ..init()
    }
}

/// An open client; closed when dropped.
pub struct Client(pub mpa_client);

impl Client {
    pub fn open(config: &mpa_client_config) -> Self {
        let mut client = mpa_client { id: 0 };
        // SAFETY: the pointers are good.
        let opened = outcome(|result| unsafe { mpa_client_open(config, &mut client, result) });
        assert_eq!(opened.status, "MPA_OK", "{}", opened.message);
        Client(client)
    }

    pub fn send_invite(&self, invite: &mpa_invite) -> Outcome {
        // SAFETY: the pointers are good.
        outcome(|result| unsafe { mpa_send_invite(self.0, invite, result) })
    }

    pub fn send_server_invite(&self, invite: &mpa_server_invite) -> Outcome {
        // SAFETY: the pointers are good.
        outcome(|result| unsafe { mpa_send_server_invite(self.0, invite, result) })
    }

    /// Invites users 1 to `count` on behalf of user 1000.
    pub fn invite_many(&self, count: u32) -> Outcome {
        let users: Vec<u64> = (1..=u64::from(count)).collect();
        let invite =
            mpa_server_invite { sender: 1_000, invited_users: users.as_ptr(), invited_user_count: count, ..init() };
        self.send_server_invite(&invite)
    }

    /// Posts groups of two: 1 and 2, 2 and 3, and so on.
    pub fn post_groups(&self, count: u32) -> Outcome {
        let players: Vec<u64> = (1..=u64::from(count) + 1).collect();
        let groups: Vec<mpa_recent_player_group> = players
            .windows(2)
            .map(|pair| mpa_recent_player_group { players: pair.as_ptr(), player_count: 2, ..init() })
            .collect();
        // SAFETY: the pointers are good.
        outcome(|result| unsafe { mpa_post_recent_player_groups(self.0, groups.as_ptr(), count, result) })
    }

    pub fn set_authorization(&self, header: &str) -> Outcome {
        let authorization = mpa_authorization { header: text(header), ..init() };
        // SAFETY: the pointers are good.
        outcome(|result| unsafe { mpa_client_set_authorization(self.0, &authorization, result) })
    }

    /// Submits an invite of users 1 to `count` on behalf of user 1000; the number of the operation.
    pub fn submit_invite(&self, count: u32, user_data: u64) -> (Outcome, u64) {
        let users: Vec<u64> = (1..=u64::from(count)).collect();
        let invite =
            mpa_server_invite { sender: 1_000, invited_users: users.as_ptr(), invited_user_count: count, ..init() };
        let mut number = 0;
        // SAFETY: the pointers are good.
        let outcome =
            outcome(|result| unsafe { mpa_submit_server_invite(self.0, &invite, user_data, &mut number, result) });
        (outcome, number)
    }

    /// Submits one group, of these two players.
    pub fn submit_group(&self, players: [u64; 2], user_data: u64) -> (Outcome, u64) {
        let group = mpa_recent_player_group { players: players.as_ptr(), player_count: 2, ..init() };
        let mut number = 0;
        // SAFETY: the pointers are good.
        let outcome = outcome(|result| unsafe {
            mpa_submit_recent_player_groups(self.0, &group, 1, user_data, &mut number, result)
        });
        (outcome, number)
    }

    /// The next event, within some seconds, and how its operation ended.
    pub fn wait_event(&self, timeout_ms: u32) -> Option<(mpa_event, Outcome)> {
        let mut event: mpa_event = init();
        let mut result: mpa_result = init();
        // SAFETY: the pointers are good.
        let status = unsafe { mpa_wait_event(self.0, timeout_ms, &mut event, &mut result) };
        assert_eq!(status_name(status), "MPA_OK");
        (event.r#type != MPA_EVENT_NONE).then(|| (event, read(result)))
    }

    /// The event that is there now.
    pub fn poll_event(&self) -> Option<(mpa_event, Outcome)> {
        let mut event: mpa_event = init();
        let mut result: mpa_result = init();
        // SAFETY: the pointers are good.
        let found = unsafe { mpa_poll_event(self.0, &mut event, &mut result) };
        (found == 1).then(|| (event, read(result)))
    }

    pub fn drain(&self, deadline_ms: u32) -> Outcome {
        // SAFETY: the pointer is good.
        outcome(|result| unsafe { mpa_client_drain(self.0, deadline_ms, result) })
    }

    pub fn flush(&self, deadline_ms: u32) -> Outcome {
        // SAFETY: the pointer is good.
        outcome(|result| unsafe { mpa_client_flush(self.0, deadline_ms, result) })
    }

    pub fn cancel(&self, operation: u64) -> Outcome {
        // SAFETY: the pointer is good.
        outcome(|result| unsafe { mpa_cancel(self.0, operation, result) })
    }

    pub fn stats(&self) -> mpa_stats {
        let mut stats: mpa_stats = init();
        // SAFETY: the pointers are good.
        let copied = outcome(|result| unsafe { mpa_client_stats(self.0, &mut stats, result) });
        assert_eq!(copied.status, "MPA_OK", "{}", copied.message);
        stats
    }

    pub fn close(&self, deadline_ms: u32) -> (&'static str, mpa_close_report) {
        let mut report: mpa_close_report = init();
        // SAFETY: the pointer is good.
        let status = unsafe { mpa_client_close(self.0, deadline_ms, &mut report) };
        (status_name(status), report)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.close(0);
    }
}

//! A client and its queue, through the C functions.

use std::ffi::CString;
use std::ptr;

use mpa::ffi::client::{mpa_client, mpa_client_config, mpa_client_open};
use mpa::ffi::close::mpa_client_close;
use mpa::ffi::drain::{mpa_client_drain, mpa_client_flush};
use mpa::ffi::event::{
    MPA_EVENT_COMPLETED, MPA_EVENT_DRAINED, MPA_EVENT_NONE, mpa_cancel, mpa_event, mpa_poll_event, mpa_wait_event,
};
use mpa::ffi::invite::mpa_server_invite;
use mpa::ffi::result::mpa_result;
use mpa::ffi::submit::mpa_submit_server_invite;

use crate::ours::{push, text, zeroed};
use crate::request;

/// Long enough that nothing expires while it is measured.
const TIME_TO_LIVE_MS: u32 = 600_000;

pub struct Client {
    client: mpa_client,
    connection_string: CString,
}

/// Whether a client has a token. Without one, what is submitted stays in the queue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Token {
    Given,
    Missing,
}

/// What a poll found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Nothing,
    Completed,
    Drained,
    Other,
}

impl Client {
    pub fn open(endpoint: &str, token: Token, configure: impl FnOnce(&mut mpa_client_config)) -> Self {
        let endpoint = text(endpoint);
        let header = text(&request::authorization(request::TOKEN_LENGTH));
        let mut config: mpa_client_config = zeroed();
        config.struct_size = size_of::<mpa_client_config>() as u32;
        config.title_id = request::TITLE_ID;
        config.endpoint = endpoint.as_ptr();
        config.invite_time_to_live_ms = TIME_TO_LIVE_MS;
        if token == Token::Given {
            config.authorization_header = header.as_ptr();
        }
        configure(&mut config);
        let mut client = mpa_client { id: 0 };
        // SAFETY: the structs are valid and the texts outlive the call.
        let status = unsafe { mpa_client_open(&config, &mut client, ptr::null_mut()) };
        assert_eq!(status, 0, "mpa_client_open");
        Client { client, connection_string: text(request::CONNECTION_STRING) }
    }

    /// Gives it a token, which perhaps is bound to a key.
    pub fn push(&self, header: &str, proof_key_pem: Option<&str>) {
        push(self.client, header, proof_key_pem);
    }

    /// Submits the invite of `request`, and returns the operation's number.
    pub fn submit(&self) -> u64 {
        self.submit_to(ptr::null_mut())
    }

    pub fn submit_with_result(&self, result: &mut mpa_result) {
        self.submit_to(result);
    }

    fn submit_to(&self, result: *mut mpa_result) -> u64 {
        let mut invite: mpa_server_invite = zeroed();
        invite.struct_size = size_of::<mpa_server_invite>() as u32;
        invite.sender = request::SENDER;
        invite.invited_users = request::USERS.as_ptr();
        invite.invited_user_count = request::USERS.len() as u32;
        invite.connection_string = self.connection_string.as_ptr();
        let mut operation = 0;
        // SAFETY: the structs are valid, and so is what they point to.
        let status = unsafe { mpa_submit_server_invite(self.client, &invite, 0, &mut operation, result) };
        assert_eq!(status, 0, "mpa_submit_server_invite");
        operation
    }

    pub fn poll(&self) -> Found {
        let mut event = event();
        // SAFETY: the event is valid.
        unsafe { mpa_poll_event(self.client, &mut event, ptr::null_mut()) };
        found(&event)
    }

    pub fn poll_with_result(&self, result: &mut mpa_result) -> Found {
        let mut event = event();
        // SAFETY: the structs are valid.
        unsafe { mpa_poll_event(self.client, &mut event, result) };
        found(&event)
    }

    /// Waits for so many operations to succeed.
    pub fn wait_for(&self, operations: usize) {
        let mut result = result();
        let mut left = operations;
        while left > 0 {
            let mut event = event();
            // SAFETY: the structs are valid.
            let status = unsafe { mpa_wait_event(self.client, 10_000, &mut event, &mut result) };
            assert_eq!((status, found(&event)), (0, Found::Completed), "mpa_wait_event");
            assert_eq!((result.status, result.http_status), (0, 204), "the peer answers");
            left -= 1;
        }
    }

    pub fn cancel(&self, operation: u64) {
        // SAFETY: no result is wanted.
        let status = unsafe { mpa_cancel(self.client, operation, ptr::null_mut()) };
        assert_eq!(status, 0, "mpa_cancel");
    }

    /// Waits until all that was submitted has ended.
    pub fn flush(&self) {
        // SAFETY: no result is wanted.
        let status = unsafe { mpa_client_flush(self.client, 60_000, ptr::null_mut()) };
        assert_eq!(status, 0, "mpa_client_flush");
    }

    pub fn handle(&self) -> mpa_client {
        self.client
    }

    pub fn drain(&self) {
        // SAFETY: no result is wanted.
        let status = unsafe { mpa_client_drain(self.client, 10_000, ptr::null_mut()) };
        assert_eq!(status, 0, "mpa_client_drain");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: no report is wanted.
        unsafe { mpa_client_close(self.client, 0, ptr::null_mut()) };
    }
}

pub fn result() -> mpa_result {
    let mut result: mpa_result = zeroed();
    result.struct_size = size_of::<mpa_result>() as u32;
    result
}

fn event() -> mpa_event {
    let mut event: mpa_event = zeroed();
    event.struct_size = size_of::<mpa_event>() as u32;
    event
}

fn found(event: &mpa_event) -> Found {
    match event.r#type {
        MPA_EVENT_NONE => Found::Nothing,
        MPA_EVENT_COMPLETED => Found::Completed,
        MPA_EVENT_DRAINED => Found::Drained,
        _ => Found::Other,
    }
}

//! Statuses: what a call reports, and what the caller can do about it.

use std::ffi::{CStr, c_char};

use crate::outcome::Status;

/// How a call ended: MPA_OK, or one of the negative MPA_ERROR_ values below. Numbers are never
/// reused, and later versions may add some: treat an unknown one by `retryable` in mpa_result.
pub type mpa_status = i32;

/// It happened.
pub const MPA_OK: mpa_status = 0;

/// Your mistake: an argument is wrong. The message names it, with its index. Nothing was sent.
pub const MPA_ERROR_INVALID_ARGUMENT: mpa_status = -1;
/// Your mistake: a struct_size fits no version of the struct, or fields are set that this version
/// of the library does not know. Initialise structs with MPA_INIT. Nothing was sent.
pub const MPA_ERROR_INVALID_STRUCT: mpa_status = -2;
/// Your mistake: the client was never opened, is closed, or belongs to the parent of this process.
pub const MPA_ERROR_INVALID_HANDLE: mpa_status = -3;
/// The client is being drained, or closed by another thread. Nothing was sent.
pub const MPA_ERROR_CLOSED: mpa_status = -4;
/// The queue of submitted operations is full, in operations or in bytes. Nothing was submitted: do so
/// again later.
pub const MPA_ERROR_QUEUE_FULL: mpa_status = -5;
/// The queue is full of completions that nobody has pulled. Nothing was submitted: pull events, each
/// frame.
pub const MPA_ERROR_EVENTS_NOT_POLLED: mpa_status = -6;

/// Not done: the operation was cancelled before it was sent.
pub const MPA_ERROR_CANCELLED: mpa_status = -20;
/// Not done: the operation's time to live was over before it, or the rest of it, could be sent. `cause`
/// is the obstacle met last.
pub const MPA_ERROR_EXPIRED: mpa_status = -21;
/// Not done, or not known to be done (see `uncertain`): the client was closed while the call ran.
pub const MPA_ERROR_ABANDONED: mpa_status = -22;

/// There is no authorization that could be sent: none was given, it has expired, or the service has
/// refused it. Push a newer one with mpa_client_set_authorization. The request was not sent; see
/// `acknowledged` for those before it.
pub const MPA_ERROR_AUTHORIZATION_NEEDED: mpa_status = -40;
/// The service refused the token (HTTP 401). It is not used again: push a newer one.
pub const MPA_ERROR_UNAUTHORIZED: mpa_status = -41;
/// The token is good, but not for this call (HTTP 403, or 400 with AuthorizationError): the wrong
/// title or sandbox, or a user's token where a service's is needed. Trying again does not help.
pub const MPA_ERROR_FORBIDDEN: mpa_status = -42;
/// A client that signs in by itself could not: the message says which step failed, why, and what to do;
/// `cause` is the obstacle, `service_code` the service's number for it.
pub const MPA_ERROR_SIGN_IN_FAILED: mpa_status = -43;

/// The service refused what was sent (other HTTP 4xx). See `error_code` and `message`.
pub const MPA_ERROR_REJECTED: mpa_status = -60;
/// The service limits how often it is called, and the call could not wait for its turn. See
/// `retry_after_ms` and the limit's numbers. With an `http_status` of 0, the service was not asked.
pub const MPA_ERROR_THROTTLED: mpa_status = -61;
/// The service failed (HTTP 408 or 5xx), or did not look at the request (421, 425). For an invite, see
/// `uncertain`: it may have been sent.
pub const MPA_ERROR_SERVICE_UNAVAILABLE: mpa_status = -62;
/// The answer is none that the service gives: something else answered, such as a proxy.
pub const MPA_ERROR_UNEXPECTED_ANSWER: mpa_status = -63;

/// No way to the service: its name is unknown, the connection was refused, or it broke. For a call
/// that can be repeated it may have broken after sending; see `uncertain`.
pub const MPA_ERROR_CONNECTION_FAILED: mpa_status = -80;
/// What answered could not prove to be the service, or does not speak TLS: a certificate of an
/// unknown issuer, for another name, or out of date. Trying again does not help.
pub const MPA_ERROR_TLS_FAILED: mpa_status = -81;
/// The time limit was up: nothing was sent, or the call can be repeated (see `uncertain`).
pub const MPA_ERROR_TIMED_OUT: mpa_status = -82;

/// An invite was sent and its answer was lost: nothing tells whether it arrived. Do not send it
/// again, since it could be shown twice. `cause` says how the answer was lost.
pub const MPA_ERROR_UNCERTAIN: mpa_status = -100;

/// A defect of the library, caught before it could harm the process. Please report the message.
pub const MPA_ERROR_INTERNAL: mpa_status = -120;

/// Every status with its name and its description, in the order of the header.
const STATUSES: [(Status, mpa_status, &CStr, &CStr); Status::ALL.len()] = [
    (Status::Ok, MPA_OK, c"MPA_OK", c"It happened."),
    (
        Status::InvalidArgument,
        MPA_ERROR_INVALID_ARGUMENT,
        c"MPA_ERROR_INVALID_ARGUMENT",
        c"An argument is wrong; nothing was sent. Correct the call.",
    ),
    (
        Status::InvalidStruct,
        MPA_ERROR_INVALID_STRUCT,
        c"MPA_ERROR_INVALID_STRUCT",
        c"A struct has a wrong struct_size or sets unknown fields; nothing was sent. Initialise it with MPA_INIT.",
    ),
    (
        Status::InvalidHandle,
        MPA_ERROR_INVALID_HANDLE,
        c"MPA_ERROR_INVALID_HANDLE",
        c"The client is not open in this process; nothing was sent.",
    ),
    (Status::Closed, MPA_ERROR_CLOSED, c"MPA_ERROR_CLOSED", c"The client is being closed; nothing was sent."),
    (
        Status::QueueFull,
        MPA_ERROR_QUEUE_FULL,
        c"MPA_ERROR_QUEUE_FULL",
        c"The queue is full; nothing was sent. Try again later.",
    ),
    (
        Status::EventsNotPolled,
        MPA_ERROR_EVENTS_NOT_POLLED,
        c"MPA_ERROR_EVENTS_NOT_POLLED",
        c"The queue is full of completions that nobody has polled; nothing was sent. Poll events.",
    ),
    (
        Status::Cancelled,
        MPA_ERROR_CANCELLED,
        c"MPA_ERROR_CANCELLED",
        c"The operation was cancelled before it was sent.",
    ),
    (
        Status::Expired,
        MPA_ERROR_EXPIRED,
        c"MPA_ERROR_EXPIRED",
        c"The operation's time to live was over before it could be sent.",
    ),
    (Status::Abandoned, MPA_ERROR_ABANDONED, c"MPA_ERROR_ABANDONED", c"The client was closed before the call ended."),
    (
        Status::AuthorizationNeeded,
        MPA_ERROR_AUTHORIZATION_NEEDED,
        c"MPA_ERROR_AUTHORIZATION_NEEDED",
        c"There is no usable authorization; the request was not sent. Push a newer one.",
    ),
    (
        Status::Unauthorized,
        MPA_ERROR_UNAUTHORIZED,
        c"MPA_ERROR_UNAUTHORIZED",
        c"The service refused the token. Push a newer one.",
    ),
    (
        Status::Forbidden,
        MPA_ERROR_FORBIDDEN,
        c"MPA_ERROR_FORBIDDEN",
        c"The token may not make this call: check title, sandbox and kind of token.",
    ),
    (
        Status::SignInFailed,
        MPA_ERROR_SIGN_IN_FAILED,
        c"MPA_ERROR_SIGN_IN_FAILED",
        c"The client could not sign in; nothing was sent. The message says at which step and why.",
    ),
    (
        Status::Rejected,
        MPA_ERROR_REJECTED,
        c"MPA_ERROR_REJECTED",
        c"The service refused what was sent. Correct the call.",
    ),
    (
        Status::Throttled,
        MPA_ERROR_THROTTLED,
        c"MPA_ERROR_THROTTLED",
        c"The service limits how often it is called. Wait, and call less often.",
    ),
    (
        Status::ServiceUnavailable,
        MPA_ERROR_SERVICE_UNAVAILABLE,
        c"MPA_ERROR_SERVICE_UNAVAILABLE",
        c"The service failed. An invite may have been sent all the same.",
    ),
    (
        Status::UnexpectedAnswer,
        MPA_ERROR_UNEXPECTED_ANSWER,
        c"MPA_ERROR_UNEXPECTED_ANSWER",
        c"Something answered that does not seem to be the service. Look for a proxy in between.",
    ),
    (
        Status::ConnectionFailed,
        MPA_ERROR_CONNECTION_FAILED,
        c"MPA_ERROR_CONNECTION_FAILED",
        c"There is no way to the service, or the connection broke. Try again later.",
    ),
    (
        Status::TlsFailed,
        MPA_ERROR_TLS_FAILED,
        c"MPA_ERROR_TLS_FAILED",
        c"What answered could not prove to be the service. Check certificates, the clock and proxies.",
    ),
    (Status::TimedOut, MPA_ERROR_TIMED_OUT, c"MPA_ERROR_TIMED_OUT", c"The time limit was up. Try again later."),
    (
        Status::Uncertain,
        MPA_ERROR_UNCERTAIN,
        c"MPA_ERROR_UNCERTAIN",
        c"An invite was sent and its answer was lost: it may have arrived. Do not send it again.",
    ),
    (
        Status::Internal,
        MPA_ERROR_INTERNAL,
        c"MPA_ERROR_INTERNAL",
        c"A defect of the library. Please report the message.",
    ),
];

// The numbers of the header and those of the core are the same: checked when this is compiled.
const _: () = {
    let mut index = 0;
    while index < STATUSES.len() {
        assert!(STATUSES[index].0 as mpa_status == STATUSES[index].1);
        assert!(STATUSES[index].0 as mpa_status == Status::ALL[index] as mpa_status);
        index += 1;
    }
};

/// The name of a status as it stands in this header, such as "MPA_ERROR_THROTTLED".
///
/// Any integer is accepted; an unknown one gives "MPA_ERROR_UNKNOWN". The text is static: do not
/// free it. Never blocks.
#[unsafe(no_mangle)]
pub extern "C" fn mpa_status_name(status: mpa_status) -> *const c_char {
    find(status).map_or(c"MPA_ERROR_UNKNOWN", |(name, _)| name).as_ptr()
}

/// What a status means in general, in a sentence or two. What happened to a certain call says
/// `message` in its mpa_result.
///
/// Any integer is accepted. The text is static: do not free it. Never blocks.
#[unsafe(no_mangle)]
pub extern "C" fn mpa_status_description(status: mpa_status) -> *const c_char {
    find(status).map_or(c"A status that this version of the library does not know.", |(_, text)| text).as_ptr()
}

/// The status of this number, if it is one.
pub fn from_number(number: mpa_status) -> Option<Status> {
    STATUSES.iter().find(|entry| entry.1 == number).map(|entry| entry.0)
}

fn find(status: mpa_status) -> Option<(&'static CStr, &'static CStr)> {
    STATUSES.iter().find(|entry| entry.1 == status).map(|entry| (entry.2, entry.3))
}

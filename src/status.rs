//! Statuses: one table, of which everything that lists them is made.

use std::ffi::CStr;

/// Hands the table to the macro of that name. A row: the documentation that goes into the header, the
/// variant, the number, the constant in C, whether a call or an operation that began can end so
/// (`completion`, with the list of causes that it can have) or is refused before (`refusal`), and what
/// `mpa_status_description` says. Numbers are never reused.
macro_rules! statuses {
    ($of_all:ident) => {
        $of_all! {
            /// The call succeeded.
            Ok = 0, MPA_OK, completion,
                "The call succeeded.";

            /// An argument is invalid. The message names it, with its index. Nothing was sent.
            InvalidArgument = -1, MPA_ERROR_INVALID_ARGUMENT, refusal,
                "An argument is wrong; nothing was sent. Correct the call.";

            /// A struct_size matches no version of the struct, or fields are set that this version of the library
            /// does not know. Initialize structs with MPA_INIT. Nothing was sent.
            InvalidStruct = -2, MPA_ERROR_INVALID_STRUCT, refusal,
                "A struct has a wrong struct_size or sets unknown fields; nothing was sent. Initialize it with MPA_INIT.";

            /// The handle is not valid: the client was never opened, is closed, or was opened by the parent of this
            /// process.
            InvalidHandle = -3, MPA_ERROR_INVALID_HANDLE, refusal,
                "The client is not open in this process; nothing was sent.";

            /// The client is draining, or is being closed by another thread. Nothing was sent.
            Closed = -4, MPA_ERROR_CLOSED, completion,
                "The client is being closed; nothing was sent.";

            /// The queue of submitted operations is full, in operations or in bytes. Nothing was submitted: submit
            /// it again later. Of the completion of a match: reports found no room, and were not sent.
            QueueFull = -5, MPA_ERROR_QUEUE_FULL, completion,
                "The queue is full; nothing was sent. Try again later.";

            /// The queue is full of completions that have not been polled. Nothing was submitted: poll events in
            /// each frame. Of the completion of a match: as MPA_ERROR_QUEUE_FULL.
            EventsNotPolled = -6, MPA_ERROR_EVENTS_NOT_POLLED, completion,
                "The queue is full of completions that have not been polled; nothing was sent. Poll events.";

            /// The operation was cancelled before it was sent, or between two attempts (see `uncertain`); `cause` is
            /// then the status of the last one.
            Cancelled = -20, MPA_ERROR_CANCELLED, completion WAIT_REASONS,
                "The operation was cancelled before it was sent.";

            /// Not sent: the operation's time to live passed before it, or the rest of it, could be sent. `cause` is
            /// what prevented it last, or what the operations ahead of it waited for; 0 if there is none.
            Expired = -21, MPA_ERROR_EXPIRED, completion WAIT_REASONS,
                "The operation's time to live passed before it could be sent.";

            /// The client was closed, or the drain deadline passed, before all of it was sent; recent players and
            /// activities may have been sent, see `uncertain`. Another client may send it. `cause` is what prevented
            /// it last.
            Abandoned = -22, MPA_ERROR_ABANDONED, completion WHEN_CLOSED,
                "The client was closed before the call ended.";

            /// There is no usable authorization: none was given, it has expired, or the service has refused it. Set
            /// a newer one with mpa_client_set_authorization. The request was not sent; see `acknowledged` for
            /// those before it.
            AuthorizationNeeded = -40, MPA_ERROR_AUTHORIZATION_NEEDED, completion,
                "There is no usable authorization; the request was not sent. Set a newer one.";

            /// The service refused the token (HTTP 401). The client does not use it again: set a newer one.
            Unauthorized = -41, MPA_ERROR_UNAUTHORIZED, completion,
                "The service refused the token. Set a newer one.";

            /// The token is valid, but not for this call (HTTP 403, or 400 with AuthorizationError): the wrong title
            /// or sandbox, or a user's token where a service's is required. A retry does not help.
            Forbidden = -42, MPA_ERROR_FORBIDDEN, completion,
                "The token may not make this call: check title, sandbox and kind of token.";

            /// The client could not sign in: the message says which step failed, why, and what to do. `cause` is the
            /// status of that step, `service_code` the service's error number (XErr).
            SignInFailed = -43, MPA_ERROR_SIGN_IN_FAILED, completion IN_A_SIGN_IN,
                "The client could not sign in; nothing was sent. The message says at which step and why.";

            /// Of mpa_client_get_authorization: the client is signing in and has not finished. This is not an error;
            /// call again in a moment, after `retry_after_ms` if that is set.
            SignInPending = -44, MPA_ERROR_SIGN_IN_PENDING, refusal,
                "Signing in has begun and has not ended yet. Ask again in a moment.";

            /// The service refused what was sent (other HTTP 4xx). See `error_code` and `message`.
            Rejected = -60, MPA_ERROR_REJECTED, completion,
                "The service refused what was sent. Correct the call.";

            /// The service limits the rate of calls, and the wait would be longer than the call's time limit or the
            /// operation's time to live. It ends at once; see `retry_after_ms` and the numbers of the limit. If
            /// `attempts` is 0, no request was sent.
            Throttled = -61, MPA_ERROR_THROTTLED, completion,
                "The service limits how often it is called. Wait, and call less often.";

            /// The service failed (HTTP 408 or 5xx), or did not process the request (421, 425). An invite was not
            /// processed; recent players and activities may have been, see `uncertain`.
            ServiceUnavailable = -62, MPA_ERROR_SERVICE_UNAVAILABLE, completion,
                "The service failed. Try again later.";

            /// The response is not one that the service gives: something else answered, such as a proxy.
            UnexpectedAnswer = -63, MPA_ERROR_UNEXPECTED_ANSWER, completion,
                "Something answered that does not seem to be the service. Look for a proxy in between.";

            /// The service could not be reached: its host name was not resolved, the connection was refused or broke,
            /// or a proxy refused it. Recent players and activities may have been sent before it broke; see
            /// `uncertain`.
            ConnectionFailed = -80, MPA_ERROR_CONNECTION_FAILED, completion,
                "There is no way to the service, or the connection broke. Try again later.";

            /// The server could not prove its identity, or does not speak TLS: its certificate has an unknown issuer
            /// or another name, or is out of date. A retry does not help.
            TlsFailed = -81, MPA_ERROR_TLS_FAILED, completion,
                "What answered could not prove to be the service. Check certificates, the clock and proxies.";

            /// The time limit passed before all of it was sent (see `acknowledged`), or before the response came:
            /// recent players and activities may have been sent, see `uncertain`.
            TimedOut = -82, MPA_ERROR_TIMED_OUT, completion WAIT_REASONS,
                "The time limit was up. Try again later.";

            /// An invite completes with this status exactly when any of it is in doubt (`uncertain` is not 0): it was
            /// sent, and it is not known whether the service processed it. Do not send that part again, since the
            /// player could see it twice. `cause` says why: the response was lost (MPA_ERROR_TIMED_OUT,
            /// _CONNECTION_FAILED, _TLS_FAILED, _CLOSED), or does not say (MPA_ERROR_SERVICE_UNAVAILABLE,
            /// _UNEXPECTED_ANSWER). Other calls never have this status, since sending them twice does no harm.
            Uncertain = -100, MPA_ERROR_UNCERTAIN, completion IN_DOUBT,
                "An invite was sent, and it is not known whether it arrived. Do not send it again.";

            /// A defect of the library, caught before it could harm the process. Please report the message.
            Internal = -120, MPA_ERROR_INTERNAL, completion,
                "A defect of the library. Please report the message.";
        }
    };
}
pub(crate) use statuses;

/// What can keep a call from being sent until its time is up.
const WAIT_REASONS: &[Status] = &[
    Status::AuthorizationNeeded,
    Status::Unauthorized,
    Status::SignInFailed,
    Status::Throttled,
    Status::ServiceUnavailable,
    Status::UnexpectedAnswer,
    Status::ConnectionFailed,
    Status::TlsFailed,
    Status::TimedOut,
];

/// The same, and the close that ended it.
const WHEN_CLOSED: &[Status] = &[
    Status::Closed,
    Status::AuthorizationNeeded,
    Status::Unauthorized,
    Status::SignInFailed,
    Status::Throttled,
    Status::ServiceUnavailable,
    Status::UnexpectedAnswer,
    Status::ConnectionFailed,
    Status::TlsFailed,
    Status::TimedOut,
];

const IN_A_SIGN_IN: &[Status] = &[
    Status::InvalidArgument,
    Status::Closed,
    Status::Unauthorized,
    Status::Forbidden,
    Status::Rejected,
    Status::Throttled,
    Status::ServiceUnavailable,
    Status::UnexpectedAnswer,
    Status::ConnectionFailed,
    Status::TlsFailed,
    Status::TimedOut,
    Status::Internal,
];

/// Why it is not known whether an invite arrived.
const IN_DOUBT: &[Status] = &[
    Status::Closed,
    Status::ServiceUnavailable,
    Status::UnexpectedAnswer,
    Status::ConnectionFailed,
    Status::TlsFailed,
    Status::TimedOut,
    Status::Internal,
];

macro_rules! causes {
    (refusal) => {
        None
    };
    (completion) => {
        Some(&[])
    };
    (completion $causes:ident) => {
        Some($causes)
    };
}

macro_rules! define {
    ($(
        $(#[doc = $line:literal])+
        $variant:ident = $number:literal, $constant:ident, $kind:ident $($causes:ident)?, $description:literal;
    )+) => {
        /// How a call ended.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(i32)]
        pub enum Status {
            $($(#[doc = $line])+ $variant = $number,)+
        }

        impl Status {
            /// All of them, in the order of the header.
            pub const ALL: &[Status] = &[$(Status::$variant),+];

            /// The constant's name in C, and a sentence or two on what it means.
            pub fn texts(self) -> (&'static CStr, &'static CStr) {
                match self {
                    $(Status::$variant => (c_text(concat!(stringify!($constant), "\0")), c_text(concat!($description, "\0"))),)+
                }
            }

            /// The causes that it can have as the end of a call that began; `None` where such a call cannot
            /// end so.
            const fn causes(self) -> Option<&'static [Status]> {
                match self {
                    $(Status::$variant => causes!($kind $($causes)?),)+
                }
            }
        }

        /// Of each status the name in C, the number, and the lines of documentation: for the program that
        /// writes the header.
        #[doc(hidden)]
        pub const DOCUMENTED: &[(&str, i32, &[&str])] =
            &[$((stringify!($constant), $number, &[$($line),+])),+];
    };
}

statuses!(define);

const fn c_text(with_nul: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(with_nul.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("a text of the table has a NUL"),
    }
}

impl Status {
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| *status as i32 == number)
    }

    /// Such as `service_unavailable`, for labels.
    pub fn label(self) -> String {
        let name = self.texts().0.to_str().unwrap_or_default();
        let short = name.strip_prefix("MPA_ERROR_").or(name.strip_prefix("MPA_"));
        short.unwrap_or(name).to_ascii_lowercase()
    }
}

/// A way in which a call that began can end: its status, and its cause, which is `Ok` for none.
pub type Completion = (Status, Status);

const COUNT: usize = {
    let (mut count, mut index) = (0, 0);
    while index < Status::ALL.len() {
        if let Some(causes) = Status::ALL[index].causes() {
            count += 1 + causes.len();
        }
        index += 1;
    }
    count
};

/// Every way in which a call that began can end, status by status, each first without a cause.
pub const COMPLETIONS: [Completion; COUNT] = {
    let mut completions = [(Status::Ok, Status::Ok); COUNT];
    let (mut count, mut index) = (0, 0);
    while index < Status::ALL.len() {
        let status = Status::ALL[index];
        if let Some(causes) = status.causes() {
            completions[count] = (status, Status::Ok);
            count += 1;
            let mut cause = 0;
            while cause < causes.len() {
                completions[count] = (status, causes[cause]);
                count += 1;
                cause += 1;
            }
        }
        index += 1;
    }
    completions
};

/// The place of a completion in `COMPLETIONS`. A cause that the table does not name for this status is
/// taken for none, and a status that it does not name for `Internal`, so that sums are right in any case.
pub fn completion_index(status: Status, cause: Status) -> usize {
    let find = |completion| COMPLETIONS.iter().position(|listed| *listed == completion);
    find((status, cause))
        .or_else(|| find((status, Status::Ok)))
        .or_else(|| find((Status::Internal, Status::Ok)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_number_is_a_status_of_its_own() {
        let numbers: HashSet<i32> = Status::ALL.iter().map(|status| *status as i32).collect();
        assert_eq!(numbers.len(), Status::ALL.len());
        for (status, (name, number, lines)) in Status::ALL.iter().zip(DOCUMENTED) {
            assert_eq!((status.texts().0.to_str(), *status as i32), (Ok(*name), *number));
            assert_eq!(Status::from_number(*number), Some(*status));
            assert!(!lines.is_empty(), "{name} has no documentation");
        }
        assert_eq!(Status::from_number(7), None);
    }

    #[test]
    fn every_completion_has_its_place() {
        let places: HashSet<usize> =
            COMPLETIONS.iter().map(|(status, cause)| completion_index(*status, *cause)).collect();
        assert_eq!(places.len(), COMPLETIONS.len(), "one is listed twice");
        for status in Status::ALL.iter().filter(|status| status.causes().is_some()) {
            assert_eq!(COMPLETIONS[completion_index(*status, Status::Ok)], (*status, Status::Ok));
        }
    }

    #[test]
    fn what_the_table_does_not_name_counts_all_the_same() {
        let counted_as = |status, cause| COMPLETIONS[completion_index(status, cause)];
        assert_eq!(counted_as(Status::Uncertain, Status::TimedOut), (Status::Uncertain, Status::TimedOut));
        assert_eq!(counted_as(Status::Uncertain, Status::InvalidStruct), (Status::Uncertain, Status::Ok));
        assert_eq!(counted_as(Status::InvalidStruct, Status::Ok), (Status::Internal, Status::Ok));
    }

    #[test]
    fn labels_are_the_names_in_short() {
        assert_eq!(Status::Ok.label(), "ok");
        assert_eq!(Status::ServiceUnavailable.label(), "service_unavailable");
    }
}

// mpa_enums.hpp: the enumerations of mpa.h in C++. Included by mpa.hpp.
//
// Generated from src/ffi: cargo run -p mpa-tests --bin write-bindings. Do not edit.

#ifndef MPA_ENUMS_HPP
#define MPA_ENUMS_HPP

#include "mpa.h"

namespace mpa {

/// How a call ended: MPA_OK, or one of the negative MPA_ERROR_ values below. Numbers are never
/// reused, and later versions may add some: treat an unknown one by `retryable` in mpa_result.
enum class Status : mpa_status {
    /// It happened.
    Ok = MPA_OK,
    /// Your mistake: an argument is wrong. The message names it, with its index. Nothing was sent.
    InvalidArgument = MPA_ERROR_INVALID_ARGUMENT,
    /// Your mistake: a struct_size fits no version of the struct, or fields are set that this version
    /// of the library does not know. Initialise structs with MPA_INIT. Nothing was sent.
    InvalidStruct = MPA_ERROR_INVALID_STRUCT,
    /// Your mistake: the client was never opened, is closed, or belongs to the parent of this process.
    InvalidHandle = MPA_ERROR_INVALID_HANDLE,
    /// The client is being drained, or closed by another thread. Nothing was sent.
    Closed = MPA_ERROR_CLOSED,
    /// The queue of submitted operations is full, in operations or in bytes. Nothing was submitted: do so
    /// again later.
    QueueFull = MPA_ERROR_QUEUE_FULL,
    /// The queue is full of completions that nobody has polled. Nothing was submitted: pull events, each
    /// frame.
    EventsNotPolled = MPA_ERROR_EVENTS_NOT_POLLED,
    /// Not done: the operation was cancelled before it was sent. `cause` is the obstacle where it had been
    /// tried before.
    Cancelled = MPA_ERROR_CANCELLED,
    /// Not done: the operation's time to live passed before it, or the rest of it, could be sent. `cause` is
    /// the obstacle met last, or what the operations before it waited for; 0 where there is none.
    Expired = MPA_ERROR_EXPIRED,
    /// Not done, or, for recent players, not known to be done (see `uncertain`): the client was closed, or
    /// its time to drain was over. Another client may send it. `cause` is the obstacle met last.
    Abandoned = MPA_ERROR_ABANDONED,
    /// There is no authorization that could be sent: none was given, it has expired, or the service has
    /// refused it. Push a newer one with mpa_client_set_authorization. The request was not sent; see
    /// `acknowledged` for those before it.
    AuthorizationNeeded = MPA_ERROR_AUTHORIZATION_NEEDED,
    /// The service refused the token (HTTP 401). It is not used again: push a newer one.
    Unauthorized = MPA_ERROR_UNAUTHORIZED,
    /// The token is good, but not for this call (HTTP 403, or 400 with AuthorizationError): the wrong
    /// title or sandbox, or a user's token where a service's is needed. Trying again does not help.
    Forbidden = MPA_ERROR_FORBIDDEN,
    /// A client that signs in by itself could not: the message says which step failed, why, and what to do;
    /// `cause` is the obstacle, `service_code` the service's number for it.
    SignInFailed = MPA_ERROR_SIGN_IN_FAILED,
    /// Of mpa_client_get_authorization: the client signs in by itself, has begun to do so, and has not ended
    /// yet. Nothing is wrong; ask again in a moment, after `retry_after_ms` where that is set.
    SignInPending = MPA_ERROR_SIGN_IN_PENDING,
    /// The service refused what was sent (other HTTP 4xx). See `error_code` and `message`.
    Rejected = MPA_ERROR_REJECTED,
    /// The service limits how often it is called, and the wait for the call's turn would not fit in its
    /// time. It ends at once; see `retry_after_ms` and the limit's numbers. With an `http_status` of 0, the
    /// service was not asked.
    Throttled = MPA_ERROR_THROTTLED,
    /// The service failed (HTTP 408 or 5xx), or did not look at the request (421, 425). An invite was not
    /// sent; recent players may have been, see `uncertain`.
    ServiceUnavailable = MPA_ERROR_SERVICE_UNAVAILABLE,
    /// The answer is none that the service gives: something else answered, such as a proxy.
    UnexpectedAnswer = MPA_ERROR_UNEXPECTED_ANSWER,
    /// No way to the service: its name is unknown, the connection was refused, or it broke. For a call
    /// that can be repeated it may have broken after sending; see `uncertain`.
    ConnectionFailed = MPA_ERROR_CONNECTION_FAILED,
    /// What answered could not prove to be the service, or does not speak TLS: a certificate of an
    /// unknown issuer, for another name, or out of date. Trying again does not help.
    TlsFailed = MPA_ERROR_TLS_FAILED,
    /// The time limit was up: nothing was sent, or the call can be repeated (see `uncertain`).
    TimedOut = MPA_ERROR_TIMED_OUT,
    /// An invite ends so exactly when any of it is in doubt (`uncertain` is not 0): it was sent, and nothing
    /// tells whether it arrived. Do not send that part again, since it could be shown twice. `cause` says
    /// why: the answer was lost (MPA_ERROR_TIMED_OUT, _CONNECTION_FAILED, _TLS_FAILED, _CLOSED), or it
    /// settles nothing (MPA_ERROR_SERVICE_UNAVAILABLE, _UNEXPECTED_ANSWER). Recent players never end so,
    /// since sending them again does no harm.
    Uncertain = MPA_ERROR_UNCERTAIN,
    /// A defect of the library, caught before it could harm the process. Please report the message.
    Internal = MPA_ERROR_INTERNAL,
};

/// What to do with what a call has not sent.
enum class Resend : mpa_resend {
    /// Nothing: all of it was sent, or it was cancelled, or nothing certain is known (MPA_ERROR_INTERNAL).
    None = MPA_RESEND_NONE,
    /// Send it again with this client, after `delay_ms`.
    Later = MPA_RESEND_LATER,
    /// Send it again once a newer authorization is there. What is submitted waits for the client's by
    /// itself, within its time to live.
    AfterAuthorization = MPA_RESEND_AFTER_AUTHORIZATION,
    /// Correct first what the result's `message` names: until then it would end in the same way.
    AfterFix = MPA_RESEND_AFTER_FIX,
    /// This client is closing, draining or closed: send it through another client or server, or after a
    /// restart.
    Elsewhere = MPA_RESEND_ELSEWHERE,
};

/// What the certificates of `ca_certificates_path` are to those that the library carries.
enum class CaMode : mpa_ca_mode {
    /// Trusted beside those that the library carries.
    Added = MPA_CA_ADDED,
    /// Trusted instead of those that the library carries.
    Only = MPA_CA_ONLY,
};

/// How much an entry of the log matters.
enum class LogLevel : mpa_log_level {
    /// Nothing is logged.
    Off = MPA_LOG_OFF,
    /// A defect, or what needs operator action: without it, calls go on failing. Calls and operations that
    /// the service refused are among these.
    Error = MPA_LOG_ERROR,
    /// Calls and operations that failed for a reason that passes by itself, and requests that are tried
    /// again.
    Warning = MPA_LOG_WARNING,
    /// What changes seldom: a newer authorization, draining.
    Info = MPA_LOG_INFO,
    /// Every request with its answer.
    Debug = MPA_LOG_DEBUG,
};

/// The platform on which an invite can be accepted.
enum class Platform : mpa_platform {
    /// Any platform that the title runs on.
    Any = MPA_PLATFORM_ANY,
    Android = MPA_PLATFORM_ANDROID,
    IOS = MPA_PLATFORM_IOS,
    Nintendo = MPA_PLATFORM_NINTENDO,
    PlayStation = MPA_PLATFORM_PLAYSTATION,
    /// Xbox Series X and S.
    Scarlett = MPA_PLATFORM_SCARLETT,
    Win32 = MPA_PLATFORM_WIN32,
    WindowsOneCore = MPA_PLATFORM_WINDOWS_ONE_CORE,
    /// Where a title has no Scarlett configuration, these invites reach Xbox Series X and S too.
    XboxOne = MPA_PLATFORM_XBOX_ONE,
};

/// How the players of a group met. The service gives it no meaning beyond the name.
enum class EncounterType : mpa_encounter_type {
    Default = MPA_ENCOUNTER_DEFAULT,
    Teammate = MPA_ENCOUNTER_TEAMMATE,
    Opponent = MPA_ENCOUNTER_OPPONENT,
};

/// What an event is about. Later versions may add some: pass over those that you do not know.
enum class EventType : mpa_event_type {
    /// There was none.
    None = MPA_EVENT_NONE,
    /// An operation has ended: `operation` and `user_data` say which, the mpa_result how. Comes exactly once
    /// for each.
    Completed = MPA_EVENT_COMPLETED,
    /// Draining is over: every operation has ended, and its event has been pulled. The last event.
    Drained = MPA_EVENT_DRAINED,
    /// Another authorization is needed; `reason` says why. Push one with mpa_client_set_authorization. Told
    /// again every 5 s while operations wait for it, else every 30 s.
    AuthorizationNeeded = MPA_EVENT_AUTHORIZATION_NEEDED,
    /// An entry of the log, where log_level asks for it: the text is the `message` of the mpa_result,
    /// `user_data` is its level. Of an entry about how a call, an operation or an attempt ended, the
    /// mpa_result has `status`, `cause`, `http_status`, `service_code`, `error_code` and `correlation_id` too;
    /// of others they are 0 or empty. Entries that repeat are counted in one; at most 64 wait to be pulled, and
    /// what is left out is counted in an entry of its own.
    Log = MPA_EVENT_LOG,
};

/// Why another authorization is needed. Later versions may add some.
enum class AuthorizationReason : mpa_authorization_reason {
    /// None was given yet.
    Missing = MPA_AUTHORIZATION_MISSING,
    /// The service refused the one that was in use. Where another process obtained it, report it there: see
    /// mpa_client_invalidate_authorization.
    Refused = MPA_AUTHORIZATION_REFUSED,
    /// The one in use has expired.
    Expired = MPA_AUTHORIZATION_EXPIRED,
    /// The one in use expires within authorization_lead_ms.
    ExpiresSoon = MPA_AUTHORIZATION_EXPIRES_SOON,
};

} // namespace mpa

#endif // MPA_ENUMS_HPP

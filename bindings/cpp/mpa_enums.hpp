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
    /// The call succeeded.
    Ok = MPA_OK,
    /// An argument is invalid. The message names it, with its index. Nothing was sent.
    InvalidArgument = MPA_ERROR_INVALID_ARGUMENT,
    /// A struct_size matches no version of the struct, or fields are set that this version of the library
    /// does not know. Initialize structs with MPA_INIT. Nothing was sent.
    InvalidStruct = MPA_ERROR_INVALID_STRUCT,
    /// The handle is not valid: the client was never opened, is closed, or was opened by the parent of this
    /// process.
    InvalidHandle = MPA_ERROR_INVALID_HANDLE,
    /// The client is draining, or is being closed by another thread. Nothing was sent.
    Closed = MPA_ERROR_CLOSED,
    /// The queue of submitted operations is full, in operations or in bytes. Nothing was submitted: submit
    /// it again later. Of the completion of a match: reports found no room, and were not sent.
    QueueFull = MPA_ERROR_QUEUE_FULL,
    /// The queue is full of completions that have not been polled. Nothing was submitted: poll events in
    /// each frame. Of the completion of a match: as MPA_ERROR_QUEUE_FULL.
    EventsNotPolled = MPA_ERROR_EVENTS_NOT_POLLED,
    /// The operation was cancelled before it was sent, or between two attempts (see `uncertain`); `cause` is
    /// then the status of the last one.
    Cancelled = MPA_ERROR_CANCELLED,
    /// Not sent: the operation's time to live passed before it, or the rest of it, could be sent. `cause` is
    /// what prevented it last, or what the operations ahead of it waited for; 0 if there is none.
    Expired = MPA_ERROR_EXPIRED,
    /// The client was closed, or the drain deadline passed, before all of it was sent; recent players and
    /// activities may have been sent, see `uncertain`. Another client may send it. `cause` is what prevented
    /// it last.
    Abandoned = MPA_ERROR_ABANDONED,
    /// There is no usable authorization: none was given, it has expired, or the service has refused it. Set
    /// a newer one with mpa_client_set_authorization. The request was not sent; see `acknowledged` for
    /// those before it.
    AuthorizationNeeded = MPA_ERROR_AUTHORIZATION_NEEDED,
    /// The service refused the token (HTTP 401). The client does not use it again: set a newer one.
    Unauthorized = MPA_ERROR_UNAUTHORIZED,
    /// The token is valid, but not for this call (HTTP 403, or 400 with AuthorizationError): the wrong title
    /// or sandbox, or a user's token where a service's is required. A retry does not help.
    Forbidden = MPA_ERROR_FORBIDDEN,
    /// The client could not sign in: the message says which step failed, why, and what to do. `cause` is the
    /// status of that step, `service_code` the service's error number (XErr).
    SignInFailed = MPA_ERROR_SIGN_IN_FAILED,
    /// Of mpa_client_get_authorization: the client is signing in and has not finished. This is not an error;
    /// call again in a moment, after `retry_after_ms` if that is set.
    SignInPending = MPA_ERROR_SIGN_IN_PENDING,
    /// The service refused what was sent (other HTTP 4xx). See `error_code` and `message`.
    Rejected = MPA_ERROR_REJECTED,
    /// The service limits the rate of calls, and the wait would be longer than the call's time limit or the
    /// operation's time to live. It ends at once; see `retry_after_ms` and the numbers of the limit. If
    /// `attempts` is 0, no request was sent.
    Throttled = MPA_ERROR_THROTTLED,
    /// The service failed (HTTP 408 or 5xx), or did not process the request (421, 425). An invite was not
    /// processed; recent players and activities may have been, see `uncertain`.
    ServiceUnavailable = MPA_ERROR_SERVICE_UNAVAILABLE,
    /// The response is not one that the service gives: something else answered, such as a proxy.
    UnexpectedAnswer = MPA_ERROR_UNEXPECTED_ANSWER,
    /// The service could not be reached: its host name was not resolved, the connection was refused or broke,
    /// or a proxy refused it. Recent players and activities may have been sent before it broke; see
    /// `uncertain`.
    ConnectionFailed = MPA_ERROR_CONNECTION_FAILED,
    /// The server could not prove its identity, or does not speak TLS: its certificate has an unknown issuer
    /// or another name, or is out of date. A retry does not help.
    TlsFailed = MPA_ERROR_TLS_FAILED,
    /// The time limit passed before all of it was sent (see `acknowledged`), or before the response came:
    /// recent players and activities may have been sent, see `uncertain`.
    TimedOut = MPA_ERROR_TIMED_OUT,
    /// An invite completes with this status exactly when any of it is in doubt (`uncertain` is not 0): it was
    /// sent, and it is not known whether the service processed it. Do not send that part again, since the
    /// player could see it twice. `cause` says why: the response was lost (MPA_ERROR_TIMED_OUT,
    /// _CONNECTION_FAILED, _TLS_FAILED, _CLOSED), or does not say (MPA_ERROR_SERVICE_UNAVAILABLE,
    /// _UNEXPECTED_ANSWER). Other calls never have this status, since sending them twice does no harm.
    Uncertain = MPA_ERROR_UNCERTAIN,
    /// A defect of the library, caught before it could harm the process. Please report the message.
    Internal = MPA_ERROR_INTERNAL,
};

/// What to do with the users or groups that a call did not send.
enum class Resend : mpa_resend {
    /// Nothing: all were sent, or the operation was cancelled, or it is not known (MPA_ERROR_INTERNAL).
    None = MPA_RESEND_NONE,
    /// Send them again with this client, after `delay_ms`.
    Later = MPA_RESEND_LATER,
    /// Send them again once there is a newer authorization. A submitted operation waits for the client's
    /// authorization by itself, within its time to live.
    AfterAuthorization = MPA_RESEND_AFTER_AUTHORIZATION,
    /// First correct what the result's `message` names: without that they would be refused again.
    AfterFix = MPA_RESEND_AFTER_FIX,
    /// This client is draining or closed: send them with another client or server, or after a restart.
    Elsewhere = MPA_RESEND_ELSEWHERE,
};

/// How the certificates of `ca_certificates_path` relate to the built-in ones.
enum class CaMode : mpa_ca_mode {
    /// Trusted in addition to the built-in ones.
    Added = MPA_CA_ADDED,
    /// Trusted instead of the built-in ones.
    Only = MPA_CA_ONLY,
};

/// The severity of a log entry.
enum class LogLevel : mpa_log_level {
    /// Nothing is logged.
    Off = MPA_LOG_OFF,
    /// A defect, or a failure that needs operator action, such as calls and operations that the service
    /// refused.
    Error = MPA_LOG_ERROR,
    /// Temporary failures of calls and operations, and requests that are retried.
    Warning = MPA_LOG_WARNING,
    /// Infrequent events: a newer authorization, draining.
    Info = MPA_LOG_INFO,
    /// Every request and its response.
    Debug = MPA_LOG_DEBUG,
};

/// The platform on which an invite can be accepted. An invite for another platform disappears without an
/// error.
enum class Platform : mpa_platform {
    /// One that is not known to this version. Only in records of activities.
    Unknown = MPA_PLATFORM_UNKNOWN,
    /// Any platform that the title runs on.
    Any = MPA_PLATFORM_ANY,
    /// Android.
    Android = MPA_PLATFORM_ANDROID,
    /// iOS.
    IOS = MPA_PLATFORM_IOS,
    /// Nintendo.
    Nintendo = MPA_PLATFORM_NINTENDO,
    /// PlayStation.
    PlayStation = MPA_PLATFORM_PLAYSTATION,
    /// Xbox Series X and S.
    Scarlett = MPA_PLATFORM_SCARLETT,
    /// Windows: Win32 programs.
    Win32 = MPA_PLATFORM_WIN32,
    /// Windows: programs for all editions (OneCore).
    WindowsOneCore = MPA_PLATFORM_WINDOWS_ONE_CORE,
    /// Xbox One. If the title has no Scarlett configuration, these invites reach Xbox Series X and S too.
    XboxOne = MPA_PLATFORM_XBOX_ONE,
};

/// How the players of a group met. The service gives it no meaning beyond the name.
enum class EncounterType : mpa_encounter_type {
    /// Not specified.
    Default = MPA_ENCOUNTER_DEFAULT,
    /// They played in one team.
    Teammate = MPA_ENCOUNTER_TEAMMATE,
    /// They played against each other.
    Opponent = MPA_ENCOUNTER_OPPONENT,
};

/// Who may join an activity without an invite.
enum class JoinRestriction : mpa_join_restriction {
    /// Left out by the service, or not known to this version. Only in records.
    Unknown = MPA_JOIN_RESTRICTION_UNKNOWN,
    /// Everyone.
    Public = MPA_JOIN_RESTRICTION_PUBLIC,
    /// Only who is invited.
    InviteOnly = MPA_JOIN_RESTRICTION_INVITE_ONLY,
    /// Those whom the user follows.
    Followed = MPA_JOIN_RESTRICTION_FOLLOWED,
};

/// The type of an event. Later versions may add some: ignore those that you do not know.
enum class EventType : mpa_event_type {
    /// No event.
    None = MPA_EVENT_NONE,
    /// An operation has completed: `operation` and `user_data` say which, the mpa_result how. Exactly one for
    /// each operation.
    Completed = MPA_EVENT_COMPLETED,
    /// Draining is complete: every operation has ended, and its event has been polled. The last event.
    Drained = MPA_EVENT_DRAINED,
    /// Another authorization is needed; `reason` says why. Set one with mpa_client_set_authorization. Reported
    /// again every 5 s while operations wait for it, else every 30 s.
    AuthorizationNeeded = MPA_EVENT_AUTHORIZATION_NEEDED,
    /// A log entry, up to the level of log_level: the text is the `message` of the mpa_result,
    /// `user_data` is its level. Of an entry about how a call, an operation or an attempt ended, the
    /// mpa_result has `status`, `cause`, `http_status`, `service_code`, `error_code` and `correlation_id` too;
    /// of others they are 0 or empty. Repeated entries are combined into one with a count; at most 64 wait to be
    /// polled, and an entry of its own counts those that were dropped.
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

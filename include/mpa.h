/*
 * mpa.h: the Multiplayer Activity client for dedicated game servers
 *
 * Invites Xbox players and reports who met whom, through Microsoft's Multiplayer Activity service,
 * from a server that has no Xbox libraries. Licensed MIT or Apache-2.0.
 *
 * FIVE STEPS, which every server takes in this order
 *
 *     #include <mpa.h>   // 1. Link the library: cc server.c -Iinclude -Llib -lmpa
 *     #include <stdio.h>
 *
 *     extern void wait_for_next_frame(void);   // yours
 *     static mpa_client client;
 *
 *     // 2. Open a client when the server starts. This uses no network and starts no thread.
 *     int start_invites(const char *token)
 *     {
 *         mpa_client_config config = MPA_INIT(mpa_client_config);
 *         mpa_result result = MPA_INIT(mpa_result);
 *         config.title_id = 1234567890;
 *         config.authorization_header = token;
 *         if (mpa_client_open(&config, &client, &result) == MPA_OK) return 1;
 *         fprintf(stderr, "%s\n", result.message);
 *         return 0;
 *     }
 *
 *     // 3. Submit an invite when a player asks for one. This never blocks.
 *     void invite_player(uint64_t sender, uint64_t invited, uint64_t request_number)
 *     {
 *         mpa_server_invite invite = MPA_INIT(mpa_server_invite);
 *         mpa_result result = MPA_INIT(mpa_result);
 *         invite.sender = sender;
 *         invite.invited_users = &invited;
 *         invite.invited_user_count = 1;
 *         invite.connection_string = "203.0.113.7:7777";
 *         if (mpa_submit_server_invite(client, &invite, request_number, NULL, &result) != MPA_OK) {
 *             fprintf(stderr, "%s\n", result.message);   // refused: no event follows
 *         }
 *     }
 *
 *     // 4. Poll events in each frame. Each operation completes exactly once. Returns 0 after the last one.
 *     int update_invites(void)
 *     {
 *         mpa_event event = MPA_INIT(mpa_event);
 *         mpa_result result = MPA_INIT(mpa_result);
 *         while (mpa_poll_event(client, &event, &result)) {
 *             if (event.type == MPA_EVENT_DRAINED) return 0;
 *             if (event.type == MPA_EVENT_COMPLETED) {
 *                 printf("request %u: %s\n", (unsigned)event.user_data, result.message);
 *             }
 *         }
 *         return 1;
 *     }
 *
 *     // 5. Drain and close when the server shuts down: at most 4 s here.
 *     void stop_invites(void)
 *     {
 *         mpa_client_drain(client, 4000, NULL);
 *         while (update_invites()) wait_for_next_frame();
 *         mpa_client_close(client, 0, NULL);
 *     }
 *
 * CONVENTIONS, which hold for everything below
 *
 * Structs       Initialize every struct before use. This sets its size, and everything else to zero:
 *
 *                   mpa_invite invite = MPA_INIT(mpa_invite);                  C and C++
 *                   static mpa_invite invite = MPA_INITIALIZER(mpa_invite);    C, also at file scope
 *                   mpa_invite invite = { sizeof invite };                     also correct
 *
 *               In a field that you pass in, zero means the default, which is documented at the field.
 *               A program and a library of different versions work together: a field that the program
 *               does not know has its default; a field that the library does not know must be zero,
 *               otherwise the call fails with MPA_ERROR_INVALID_STRUCT.
 * Ownership     The library copies everything that is passed in before the call returns. You may then
 *               free or change it. If another thread changes it during the call, the call uses a mix of
 *               old and new values or fails. Nothing that is returned has to be freed. Handles are
 *               plain values.
 * Threads       Every function may be called from any thread at any time, also while another thread
 *               closes the client. Each function documents whether it blocks. The library never calls
 *               back into your program.
 * Text          NUL-terminated UTF-8. The library reads at most the maximum length of each text. Text in
 *               results is truncated at a character boundary and always ends in NUL.
 * NULL          is allowed where it is documented, and for every `result`. Elsewhere NULL and misaligned
 *               pointers give MPA_ERROR_INVALID_ARGUMENT. Other invalid pointers cannot be detected.
 * Numbers       Enumerations are int32_t; an undefined value is refused. Times have their unit in the
 *               name. XUIDs are uint64_t and never 0.
 * Errors        Every function that can fail returns an mpa_status. Where `result` is not NULL, it also
 *               describes what happened, to how much of the call, and whether to try again. The
 *               struct_size of `result` is checked before anything is sent; if it is wrong, nothing is
 *               written.
 * Responses     MPA_OK means that the service answered this very request with success. A connection is
 *               used again only if nothing of an earlier response is left on it. HTTP/1.1 leaves one
 *               case that cannot be detected: a server sends two responses to one request, and the
 *               second arrives just after the next request was sent.
 * The process   The library prints nothing (except: see Memory), installs no signal handlers, raises no
 *               SIGPIPE, reads no environment variables (libc's resolver may), and lets no panic out. It
 *               starts no threads before the first submit, except one while a host name is resolved and
 *               one while changed certificate files are read again. Then there is one for each kind of
 *               submitted operation that is used (invites, recent players, activities, queries of
 *               activities; more for invites if configured), and one to sign in. These threads block all
 *               signals except those of faults, such as SIGSEGV, so that signals to the process are
 *               delivered to your own threads. In the child of a fork, clients of the parent are invalid
 *               and new ones can be opened.
 * Stack         The most stack that a function needs of the thread that calls it. A debug build of the
 *               library needs up to four times as much (measured by tests/resources.rs, with a quarter
 *               in reserve):
 *
 *                   mpa_send_*, mpa_post_*                  64 KiB
 *                   mpa_set_*, mpa_delete_*                 64 KiB
 *                   mpa_get_*, mpa_query_*                  64 KiB
 *                   mpa_client_open, mpa_client_stats       32 KiB
 *                   mpa_stats_prometheus                    32 KiB
 *                   all others                              16 KiB
 *
 * Memory        If an allocation fails, the process is aborted after a message on stderr. The
 *               configuration limits how much is held (measured by tests/resources.rs):
 *
 *                   a client                              1024 KiB
 *                   each call and worker under way        1024 KiB, and a copy of its input
 *                   each query under way                 32768 KiB, for the longest response
 *                   each of queue_capacity                   2 KiB
 *                   8 players in an open match               1 KiB
 *                   what these carry                         queue_capacity_bytes, and a third of that
 *
 * Secrets       No message contains tokens, connection strings or XUIDs. Tokens, keys and passwords are
 *               wiped from memory when they are no longer needed. Two copies that the TLS library makes
 *               are not: of a response while it is decrypted, and of a key in the form that its
 *               arithmetic needs.
 *
 * Linking       64-bit only. On Windows, define MPA_SHARED before including this header to import from a
 *               DLL; it changes nothing elsewhere.
 */

#ifndef MPA_H
#define MPA_H

#include <stdint.h>

#if defined(MPA_SHARED) && defined(_WIN32)
#define MPA_API extern __declspec(dllimport)
#else
#define MPA_API extern
#endif

/* MPA_INIT(type): a value of that struct with its size set and everything else zero.
 * MPA_INITIALIZER(type): the same as an initialiser, which C allows at file scope too. */
#ifdef __cplusplus
extern "C++" {
template <typename Struct> inline Struct mpa_init_struct()
{
    Struct value = Struct();
    value.struct_size = static_cast<uint32_t>(sizeof(Struct));
    return value;
}
}
#define MPA_INIT(type) mpa_init_struct<type>()
#define MPA_INITIALIZER(type) mpa_init_struct<type>()
#else
#define MPA_INIT(type) ((type)MPA_INITIALIZER(type))
#define MPA_INITIALIZER(type) { .struct_size = (uint32_t)sizeof(type) }
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Version ------------------------------------------------------------------------------------- */

/// The major version of this header.
#define MPA_VERSION_MAJOR 0

/// The minor version of this header.
#define MPA_VERSION_MINOR 1

/// The patch version of this header.
#define MPA_VERSION_PATCH 0

/// The version of the library that is linked: major * 65536 + minor * 256 + patch.
///
/// A library with the same major version and a minor version that is not lower than the header's
/// has all that the header declares; while the major version is 0, both have to be equal. Never
/// blocks.
MPA_API uint32_t mpa_version(void);

/// The same as text, such as "0.1.0". Static: do not free it. Never blocks.
MPA_API const char *mpa_version_string(void);

/* Statuses ------------------------------------------------------------------------------------ */

/// How a call ended: MPA_OK, or one of the negative MPA_ERROR_ values below. Numbers are never
/// reused, and later versions may add some: treat an unknown one by `retryable` in mpa_result.
typedef int32_t mpa_status;

/// The call succeeded.
#define MPA_OK 0

/// An argument is invalid. The message names it, with its index. Nothing was sent.
#define MPA_ERROR_INVALID_ARGUMENT (-1)

/// A struct_size matches no version of the struct, or fields are set that this version of the library
/// does not know. Initialize structs with MPA_INIT. Nothing was sent.
#define MPA_ERROR_INVALID_STRUCT (-2)

/// The handle is not valid: the client was never opened, is closed, or was opened by the parent of this
/// process.
#define MPA_ERROR_INVALID_HANDLE (-3)

/// The client is draining, or is being closed by another thread. Nothing was sent.
#define MPA_ERROR_CLOSED (-4)

/// The queue of submitted operations is full, in operations or in bytes. Nothing was submitted: submit
/// it again later. Of the completion of a match: reports found no room, and were not sent.
#define MPA_ERROR_QUEUE_FULL (-5)

/// The queue is full of completions that have not been polled. Nothing was submitted: poll events in
/// each frame. Of the completion of a match: as MPA_ERROR_QUEUE_FULL.
#define MPA_ERROR_EVENTS_NOT_POLLED (-6)

/// The operation was cancelled before it was sent, or between two attempts (see `uncertain`); `cause` is
/// then the status of the last one.
#define MPA_ERROR_CANCELLED (-20)

/// Not sent: the operation's time to live passed before it, or the rest of it, could be sent. `cause` is
/// what prevented it last, or what the operations ahead of it waited for; 0 if there is none.
#define MPA_ERROR_EXPIRED (-21)

/// The client was closed, or the drain deadline passed, before all of it was sent; recent players and
/// activities may have been sent, see `uncertain`. Another client may send it. `cause` is what prevented
/// it last.
#define MPA_ERROR_ABANDONED (-22)

/// There is no usable authorization: none was given, it has expired, or the service has refused it. Set
/// a newer one with mpa_client_set_authorization. The request was not sent; see `acknowledged` for
/// those before it.
#define MPA_ERROR_AUTHORIZATION_NEEDED (-40)

/// The service refused the token (HTTP 401). The client does not use it again: set a newer one.
#define MPA_ERROR_UNAUTHORIZED (-41)

/// The token is valid, but not for this call (HTTP 403, or 400 with AuthorizationError): the wrong title
/// or sandbox, or a user's token where a service's is required. A retry does not help.
#define MPA_ERROR_FORBIDDEN (-42)

/// The client could not sign in: the message says which step failed, why, and what to do. `cause` is the
/// status of that step, `service_code` the service's error number (XErr).
#define MPA_ERROR_SIGN_IN_FAILED (-43)

/// Of mpa_client_get_authorization: the client is signing in and has not finished. This is not an error;
/// call again in a moment, after `retry_after_ms` if that is set.
#define MPA_ERROR_SIGN_IN_PENDING (-44)

/// The service refused what was sent (other HTTP 4xx). See `error_code` and `message`.
#define MPA_ERROR_REJECTED (-60)

/// The service limits the rate of calls, and the wait would be longer than the call's time limit or the
/// operation's time to live. It ends at once; see `retry_after_ms` and the numbers of the limit. If
/// `attempts` is 0, no request was sent.
#define MPA_ERROR_THROTTLED (-61)

/// The service failed (HTTP 408 or 5xx), or did not process the request (421, 425). An invite was not
/// processed; recent players and activities may have been, see `uncertain`.
#define MPA_ERROR_SERVICE_UNAVAILABLE (-62)

/// The response is not one that the service gives: something else answered, such as a proxy.
#define MPA_ERROR_UNEXPECTED_ANSWER (-63)

/// The service could not be reached: its host name was not resolved, the connection was refused or broke,
/// or a proxy refused it. Recent players and activities may have been sent before it broke; see
/// `uncertain`.
#define MPA_ERROR_CONNECTION_FAILED (-80)

/// The server could not prove its identity, or does not speak TLS: its certificate has an unknown issuer
/// or another name, or is out of date. A retry does not help.
#define MPA_ERROR_TLS_FAILED (-81)

/// The time limit passed before all of it was sent (see `acknowledged`), or before the response came:
/// recent players and activities may have been sent, see `uncertain`.
#define MPA_ERROR_TIMED_OUT (-82)

/// An invite completes with this status exactly when any of it is in doubt (`uncertain` is not 0): it was
/// sent, and it is not known whether the service processed it. Do not send that part again, since the
/// player could see it twice. `cause` says why: the response was lost (MPA_ERROR_TIMED_OUT,
/// _CONNECTION_FAILED, _TLS_FAILED, _CLOSED), or does not say (MPA_ERROR_SERVICE_UNAVAILABLE,
/// _UNEXPECTED_ANSWER). Other calls never have this status, since sending them twice does no harm.
#define MPA_ERROR_UNCERTAIN (-100)

/// A defect of the library, caught before it could harm the process. Please report the message.
#define MPA_ERROR_INTERNAL (-120)

/// The name of a status as it stands in this header, such as "MPA_ERROR_THROTTLED".
///
/// Any integer is accepted; an unknown one gives "MPA_ERROR_UNKNOWN". The text is static: do not
/// free it. Never blocks.
MPA_API const char *mpa_status_name(mpa_status status);

/// What a status means in general, in a sentence or two. For what happened to one call, see `message` in
/// its mpa_result.
///
/// Any integer is accepted. The text is static: do not free it. Never blocks.
MPA_API
const char *mpa_status_description(mpa_status status);

/* Results ------------------------------------------------------------------------------------- */

/// The largest value of `retry_after_ms`, in milliseconds: 72 minutes.
#define MPA_MAX_RETRY_AFTER_MS 4320000

/// The result of a call. Pass NULL if only the status is of interest.
///
/// `acknowledged`, `uncertain` and `refused` count, in this order and from the front, the users or
/// groups that were passed in; what remains after them was not sent: mpa_result_unsent says what to do
/// with that.
typedef struct mpa_result {
    /// sizeof(mpa_result), as MPA_INIT sets it. Never written by the library.
    uint32_t struct_size;
    /// The same as the return value.
    mpa_status status;
    /// What led to MPA_ERROR_UNCERTAIN, _ABANDONED, _CANCELLED, _EXPIRED or _SIGN_IN_FAILED, such as
    /// MPA_ERROR_TIMED_OUT or MPA_ERROR_THROTTLED; else 0.
    mpa_status cause;
    /// How many users or groups, from the front, the service has acknowledged.
    uint32_t acknowledged;
    /// How many after those were sent without a response that shows whether the service processed them.
    uint32_t uncertain;
    /// How many after those the service refused.
    uint32_t refused;
    /// 1: sending what was not acknowledged may succeed later. 0 if any invite is uncertain, since it must
    /// not be sent twice, and if nothing is left to send. Recent players may be sent twice.
    uint32_t retryable;
    /// Do not try again before so many milliseconds have passed. 0: not known. At most
    /// MPA_MAX_RETRY_AFTER_MS: an hour of what the service demands, and up to a fifth more where the client
    /// itself waits, so that the servers of a fleet do not come back at the same moment. If many calls wait
    /// for a limit ahead of this one, its turn may come later; the message says when.
    uint32_t retry_after_ms;
    /// HTTP status of the response that the call ended with. 0: it ended without one.
    uint32_t http_status;
    /// Requests of which at least one byte was sent, retries included.
    uint32_t attempts;
    /// Milliseconds spent waiting in the library: in the queue, for a rate limit, for an authorization.
    uint32_t queued_ms;
    /// Milliseconds from the start of the call to its end.
    uint32_t elapsed_ms;
    /// How many requests the service counted in the period, if it limits calls and says so; else 0.
    uint32_t current_requests;
    /// How many requests it allows in a period; 0 if it did not say.
    uint32_t max_requests;
    /// The period in seconds; 0 if it did not say.
    uint32_t period_s;
    /// The error number of a sign-in service (XErr), such as 0x8015DC12; 0 if there is none.
    uint32_t service_code;
    /// The kind of limit, in the service's words ("burst", "sustained", "Rate"); empty if it did
    /// not say.
    char limit_type[32];
    /// The service's errorCode, such as "RequestValidationError"; empty if there is none.
    char error_code[64];
    /// The service's X-XblCorrelationId, which Microsoft's support asks for; empty if there is none.
    char correlation_id[64];
    /// One or a few sentences: what happened, to which input (by index), what to do. Never holds a
    /// token, a key, a connection string or a XUID.
    char message[512];
} mpa_result;

/* What was not sent --------------------------------------------------------------------------- */

/// What to do with the users or groups that a call did not send.
typedef int32_t mpa_resend;

/// Nothing: all were sent, or the operation was cancelled, or it is not known (MPA_ERROR_INTERNAL).
#define MPA_RESEND_NONE 0

/// Send them again with this client, after `delay_ms`.
#define MPA_RESEND_LATER 1

/// Send them again once there is a newer authorization. A submitted operation waits for the client's
/// authorization by itself, within its time to live.
#define MPA_RESEND_AFTER_AUTHORIZATION 2

/// First correct what the result's `message` names: without that they would be refused again.
#define MPA_RESEND_AFTER_FIX 3

/// This client is draining or closed: send them with another client or server, or after a restart.
#define MPA_RESEND_ELSEWHERE 4

/// The users or groups of a call that were certainly not sent: `count` of those that were passed in, from
/// index `first` on. Sending them again cannot duplicate anything.
typedef struct mpa_unsent {
    /// sizeof(mpa_unsent), as MPA_INIT sets it. Never written by the library.
    uint32_t struct_size;
    /// What to do with them.
    mpa_resend resend;
    /// The index of the first of them.
    uint32_t first;
    /// How many there are. 0: none.
    uint32_t count;
    /// How many directly before `first` the service refused for a temporary reason, such as a rate limit:
    /// start at `first - refused_for_now` to send those again too, under the same `resend`. They were not
    /// processed either. Else 0.
    uint32_t refused_for_now;
    /// How many milliseconds to wait first: what the service demanded; else, for MPA_RESEND_LATER, the
    /// period of its limit, or 1,000.
    uint32_t delay_ms;
} mpa_unsent;

/// Returns which users or groups of a call or an operation were not sent, and what to do with them. Recent
/// players that are `uncertain` are not included, but may be sent again too.
///
/// `result`: of a call or an event that sends invites or recent players, or of a submit that was
/// refused. `count`: how many users or groups were passed in there. `unsent`: where it goes.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT where a pointer is wrong, or `result` accounts for more
/// than `count`, so that it belongs to another call; MPA_ERROR_INVALID_STRUCT. Then `unsent`, if it can
/// be written, has nothing in it. Never blocks, needs no client.
MPA_API
mpa_status mpa_result_unsent(const mpa_result *result,
                             uint32_t count,
                             mpa_unsent *unsent);

/* Tokens -------------------------------------------------------------------------------------- */

/// The longest authorization header, in bytes.
#define MPA_MAX_AUTHORIZATION_HEADER_LENGTH 12288

/// A token and how long it is valid.
typedef struct mpa_authorization {
    /// sizeof(mpa_authorization), as MPA_INIT sets it. Required.
    uint32_t struct_size;
    /// Must be 0.
    uint32_t reserved;
    /// The whole value of the Authorization header: "XBL3.0 x=<user hash>;<token>", for a service's
    /// own token "XBL3.0 x=-;<token>". Visible ASCII without white space at its ends, at most
    /// MPA_MAX_AUTHORIZATION_HEADER_LENGTH bytes. Required.
    const char *header;
    /// When the token expires, by the service's clock, in milliseconds since 1970-01-01 UTC. The client does
    /// not use it from then on. It learns the service's time from responses; before the first response, it
    /// also sends a token that has expired by this machine's clock, which may be wrong. Default 0: unknown;
    /// the token is used until the service refuses it.
    uint64_t expires_at_unix_ms;
    /// The P-256 private key that the token is bound to, in PEM (PKCS#8 or SEC1): requests with the
    /// token are signed with it. Default NULL: the token is bound to none.
    const char *proof_key_pem;
    /// The remaining lifetime of the token, in milliseconds from this call on, measured by a monotonic
    /// clock. If it is set, expires_at_unix_ms does not matter. Default 0: unknown.
    uint64_t expires_in_ms;
} mpa_authorization;

/// The longest proof key, in bytes.
#define MPA_MAX_PROOF_KEY_PEM_LENGTH 16384

/* Clients ------------------------------------------------------------------------------------- */

/// The handle of an open client. A plain value: copy it, pass it to any thread. A handle that is zero,
/// stale or made up gives MPA_ERROR_INVALID_HANDLE; so does, in the child of a fork, every handle of the
/// parent.
typedef struct mpa_client {
    /// Do not set or change it. 0: no client.
    uint64_t id;
} mpa_client;

/// How the certificates of `ca_certificates_path` relate to the built-in ones.
typedef int32_t mpa_ca_mode;

/// Trusted in addition to the built-in ones.
#define MPA_CA_ADDED 0

/// Trusted instead of the built-in ones.
#define MPA_CA_ONLY 1

/// The severity of a log entry.
typedef int32_t mpa_log_level;

/// Nothing is logged.
#define MPA_LOG_OFF 0

/// A defect, or a failure that needs operator action, such as calls and operations that the service
/// refused.
#define MPA_LOG_ERROR 1

/// Temporary failures of calls and operations, and requests that are retried.
#define MPA_LOG_WARNING 2

/// Infrequent events: a newer authorization, draining.
#define MPA_LOG_INFO 3

/// Every request and its response.
#define MPA_LOG_DEBUG 4

/// Off, or no limit, in the fields that say so.
#define MPA_NONE 4294967295

/// The longest of each of the configuration's time limits: ten minutes.
#define MPA_MAX_TIMEOUT_MS 600000

/// The longest duration of a configuration, an operation or a match where no other limit is documented: a day.
#define MPA_MAX_DURATION_MS 86400000

/// How a client reaches the service. All texts are copied.
typedef struct mpa_client_config {
    /// sizeof(mpa_client_config), as MPA_INIT sets it. Required.
    uint32_t struct_size;
    /// The decimal number of your title, from Partner Center. Required.
    uint32_t title_id;
    /// Base URL of the service: scheme, host and optionally a port. Default NULL: production,
    /// "https://multiplayeractivity.xboxlive.com". Plain http:// is for tests: it is refused unless
    /// the host resolves to loopback addresses only, or allow_plain_http is 1. URLs have at most 512 bytes,
    /// paths at most 4,096.
    const char *endpoint;
    /// The first token: the whole value of the Authorization header, as in mpa_authorization. For a token
    /// that expires or is bound to a key, use `authorization` instead. Default NULL: none yet, set one with
    /// mpa_client_set_authorization.
    const char *authorization_header;
    /// A PEM file with certificates of certificate authorities (CAs) to trust, read by mpa_client_open: a
    /// regular file of at most 4 MiB with nothing else in it. Default NULL: only the built-in ones
    /// (Mozilla's). Those of the system are never used.
    const char *ca_certificates_path;
    /// Put before the library's own User-Agent, such as "MyGame/1.2". Visible ASCII, at most 256
    /// bytes. Default NULL: only the library's.
    const char *user_agent;
    /// One of MPA_CA_. Default 0: MPA_CA_ADDED. MPA_CA_ONLY requires ca_certificates_path.
    mpa_ca_mode ca_mode;
    /// 1: allows plain http:// to other machines, which sends the token unencrypted. Default 0.
    uint32_t allow_plain_http;
    /// Time limit for connecting, in milliseconds: name resolution, TCP, a proxy and TLS together. Default 0: 3,000.
    /// At most MPA_MAX_TIMEOUT_MS.
    uint32_t connect_timeout_ms;
    /// Time limit for one request with its response, connecting included, in milliseconds. Default 0: 5,000.
    /// At most MPA_MAX_TIMEOUT_MS.
    uint32_t request_timeout_ms;
    /// Time limit for a whole blocking call, with all its requests, in milliseconds. Default 0: 30,000, which
    /// is longer than the 15 to 18 s that a call waits when it meets the service's burst limit. At most
    /// MPA_MAX_TIMEOUT_MS.
    uint32_t call_timeout_ms;
    /// The most attempts for each request, the first one included. Default 0: 4. 1: no retries. At most 10.
    uint32_t max_attempts;
    /// How many requests with invites may be sent in limit_period_ms; for invites with a user's own token,
    /// per user. At most 1,000. Default 0: only the limits that the service reports.
    uint32_t invite_limit;
    /// How many requests with recent players may be sent in limit_period_ms. As invite_limit.
    uint32_t recent_players_limit;
    /// How many requests that set or delete activities may be sent in limit_period_ms. As invite_limit.
    uint32_t activity_write_limit;
    /// How many requests that get or query activities may be sent in limit_period_ms. As invite_limit.
    uint32_t activity_read_limit;
    /// The period of the limits above, in milliseconds, up to 3,600,000. Required if one of them is set.
    uint32_t limit_period_ms;
    /// How long a submitted invite may take until it is sent, in milliseconds; once it is sent,
    /// request_timeout_ms applies. Default 0: 30,000, which is longer than the 15 to 18 s that it waits when it
    /// meets the service's burst limit. At most MPA_MAX_DURATION_MS.
    uint32_t invite_time_to_live_ms;
    /// How long submitted recent players may take until they are sent, in milliseconds. Default 0:
    /// 600,000. At most MPA_MAX_DURATION_MS.
    uint32_t recent_players_time_to_live_ms;
    /// How long submitted recent players are held, in milliseconds, to be combined into full requests: no
    /// longer than until 250 ms before the end of their time to live. Default 0: 2,000. MPA_NONE: not at all.
    /// Otherwise at most MPA_MAX_DURATION_MS.
    uint32_t recent_players_hold_ms;
    /// How many threads send submitted invites. An invite that waits for a rate limit or for an
    /// authorization occupies its thread. Default 0: 1. At most 64.
    uint32_t worker_count;
    /// How many operations may be submitted whose completions have not been polled. Default 0:
    /// 4,096. At most 1,000,000.
    uint32_t queue_capacity;
    /// How many bytes of input they may hold: users, players, texts, tokens. Default 0: 16,777,216. For how
    /// much memory that takes, see Memory at the top of this file.
    uint32_t queue_capacity_bytes;
    /// How long before the authorization expires MPA_EVENT_AUTHORIZATION_NEEDED is reported, in milliseconds.
    /// Default 0: 600,000. MPA_NONE: not before operations wait for one. Otherwise at most
    /// MPA_MAX_DURATION_MS. For a client that signs in by itself:
    /// how long before its expiry a token is renewed, up to half longer so that the servers of a fleet do not
    /// do so at the same moment; default 0: a quarter of its lifetime, at most a day.
    uint32_t authorization_lead_ms;
    /// Any number, for mpa_close_all: closes all clients with the same one. Default 0: none.
    uint64_t owner_tag;
    /// One of MPA_LOG_: the level up to which MPA_EVENT_LOG reports. Default 0: MPA_LOG_OFF.
    mpa_log_level log_level;
    /// Must be 0.
    uint32_t reserved;
    /// For a client that signs in by itself: a file with the publisher's Business Partner Certificate and
    /// its chain (the certificates of its issuers), in PEM, or a PKCS#12 file (.pfx). It is read by
    /// mpa_client_open, and again when it has changed. A regular file, or a link to one, of at most 1 MiB. A
    /// file that cannot be used is refused with a message that says which PEM block is wrong and why. A PKCS#12
    /// file may use a million iterations for each of its parts. Default NULL: the client is given tokens. Not
    /// together with authorization_header or authorization.
    const char *certificate_path;
    /// The file with the private key, in PEM and not encrypted: a regular file of at most 1 MiB. Default
    /// NULL: it is in the file of the certificate.
    const char *private_key_path;
    /// The password of the PKCS#12 file, at most 1,024 bytes. Default NULL: none.
    const char *certificate_password;
    /// The certificate with its chain as PEM text, instead of certificate_path: at most 262,144 bytes.
    const char *certificate_pem;
    /// The private key as PEM text, at most 262,144 bytes. Default NULL: it is in certificate_pem.
    const char *private_key_pem;
    /// The sandbox that tokens are issued for; case-sensitive, at most 256 bytes. Default NULL: "RETAIL".
    const char *sandbox_id;
    /// The relying party that tokens are issued for, at most 256 bytes. Default NULL: "http://xboxlive.com".
    const char *relying_party;
    /// Base URL of the service that accepts the certificate. Default NULL: production,
    /// "https://service.auth.xboxlive.com".
    const char *sign_in_endpoint;
    /// Base URL of the service that issues tokens. Default NULL: production,
    /// "https://xsts.auth.xboxlive.com".
    const char *token_endpoint;
    /// The first token, with its expiry and the key that it is bound to. Not together with
    /// authorization_header. Default NULL: none yet, set one with mpa_client_set_authorization.
    const mpa_authorization *authorization;
    /// The URL of an HTTP proxy that https:// connections go through (HTTP CONNECT), those for signing in
    /// included: "http://host:port" or "http://user:password@host:port", at most 1,024 bytes, with the special
    /// characters of user and password percent-encoded. The proxy sees the names of the hosts, but nothing of
    /// what is sent: TLS, with the client's certificate where there is one, is between this library and the
    /// service. It also looks up their names; only its own is looked up here, within connect_timeout_ms. Plain
    /// http:// never goes through a proxy. If the proxy refuses, nothing was sent, and calls end with
    /// MPA_ERROR_CONNECTION_FAILED; retryable is 0 where the proxy or this field has to be corrected first.
    /// https:// and SOCKS proxies are not supported. Default NULL: none. The environment is not read.
    const char *proxy_url;
} mpa_client_config;

/// Opens a client and stores its handle in `client`; on failure, stores zero.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT or MPA_ERROR_INVALID_STRUCT, with a message that names
/// the field. Reads the files that the configuration names, and nothing else: no network, no thread.
/// Whether the service can be reached becomes known with the first call.
MPA_API
mpa_status mpa_client_open(const mpa_client_config *config,
                           mpa_client *client,
                           mpa_result *result);

/* Lifecycle: close ---------------------------------------------------------------------------- */

/// How the calls and operations of a client ended. `calls`, those that block, is the sum of the four
/// counts that follow it; `submitted`, those that do not, the sum of the five that follow it.
typedef struct mpa_close_report {
    /// sizeof(mpa_close_report), as MPA_INIT sets it. Never written by the library.
    uint32_t struct_size;
    /// 0.
    uint32_t reserved;
    /// Calls that were made: valid, and begun before the client was closed.
    uint64_t calls;
    /// Calls that ended as MPA_OK.
    uint64_t succeeded;
    /// Calls that ended with something `uncertain`.
    uint64_t uncertain;
    /// Calls that ended in any other way.
    uint64_t failed;
    /// Calls of other threads that had not returned when the close returned. They were aborted and return
    /// soon.
    uint64_t unfinished;
    /// Operations that were submitted.
    uint64_t submitted;
    /// Operations that ended as MPA_OK.
    uint64_t operations_succeeded;
    /// Operations that ended with something `uncertain`.
    uint64_t operations_uncertain;
    /// Operations that ended in any other way before the client was closed.
    uint64_t operations_failed;
    /// Operations that ended as MPA_ERROR_ABANDONED before they were sent.
    uint64_t operations_abandoned;
    /// Operations whose request was under way, and was aborted, when the close returned.
    uint64_t operations_unfinished;
    /// Completions that were not polled.
    uint64_t events_not_polled;
} mpa_close_report;

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
MPA_API
mpa_status mpa_client_close(mpa_client client,
                            uint32_t deadline_ms,
                            mpa_close_report *report);

/// Closes all clients that were opened with this `owner_tag`, as mpa_client_close does, within one
/// deadline for all: for hosts that lose their handles without warning, such as when Unity reloads its
/// domain.
///
/// Returns MPA_OK, also where there is none; MPA_ERROR_INVALID_ARGUMENT for 0.
/// Blocks up to the deadline.
MPA_API
mpa_status mpa_close_all(uint64_t owner_tag,
                         uint32_t deadline_ms);

/* Authorizations ------------------------------------------------------------------------------ */

/// The size of a buffer for the proof key that mpa_client_get_authorization writes, in bytes.
#define MPA_PROOF_KEY_PEM_SIZE 512

/// The buffers that mpa_client_get_authorization writes an authorization to.
typedef struct mpa_authorization_buffers {
    /// sizeof(mpa_authorization_buffers), as MPA_INIT sets it. Required.
    uint32_t struct_size;
    /// Must be 0.
    uint32_t reserved;
    /// Where the header goes, with a NUL at its end. Required;
    /// MPA_MAX_AUTHORIZATION_HEADER_LENGTH + 1 bytes hold any.
    char *header;
    /// Where the proof key goes, as PKCS#8 PEM; an empty text where there is none. Default NULL: it is
    /// not wanted. MPA_PROOF_KEY_PEM_SIZE bytes hold any.
    char *proof_key_pem;
    /// The size of the buffer for the header, in bytes.
    uint32_t header_size;
    /// The size of the buffer for the key, in bytes.
    uint32_t proof_key_pem_size;
    /// Written: when the token expires, in milliseconds since 1970-01-01 UTC; 0 where that is not known.
    uint64_t expires_at_unix_ms;
    /// Written: for how long it is still good by the service's clock, in milliseconds; 0 where that is not
    /// known. Pass it on: the clock of the other machine may be wrong.
    uint64_t expires_in_ms;
} mpa_authorization_buffers;

/// Sets another token, for all requests that start from now on. Requests that were sent before keep their
/// token.
///
/// Once the service has refused a token, the client does not use it again; it needs another one to send
/// again.
///
/// Returns MPA_OK, with a message that says whether the token has expired by a clock that may be wrong;
/// MPA_ERROR_AUTHORIZATION_NEEDED if it has certainly expired, and MPA_ERROR_UNAUTHORIZED if the service has
/// refused this very token before: then the one in use stays; MPA_ERROR_INVALID_ARGUMENT,
/// _INVALID_STRUCT, _INVALID_HANDLE or _CLOSED. Never blocks. The texts are copied and may be freed at
/// once.
MPA_API
mpa_status mpa_client_set_authorization(mpa_client client,
                                        const mpa_authorization *authorization,
                                        mpa_result *result);

/// Copies the authorization in use, with its proof key, so that one process can sign in for many servers,
/// which take it with mpa_client_set_authorization.
///
/// A client that signs in by itself begins to do so, in the background, with the first call, and renews
/// from then on: ask again every second or so, and pass on what has changed. What is copied are secrets.
///
/// `buffers`: where to, and how much fits. The texts are empty after a failure.
///
/// Returns MPA_OK; of a client that signs in by itself MPA_ERROR_SIGN_IN_PENDING until that has ended, so
/// also with the first call, and MPA_ERROR_SIGN_IN_FAILED with the reason where it has failed; of others
/// MPA_ERROR_AUTHORIZATION_NEEDED where there is none; MPA_ERROR_INVALID_ARGUMENT, also where a buffer is
/// too small; MPA_ERROR_INVALID_STRUCT, _INVALID_HANDLE or _CLOSED. Never blocks.
MPA_API
mpa_status mpa_client_get_authorization(mpa_client client,
                                        mpa_authorization_buffers *buffers,
                                        mpa_result *result);

/// Reports to a client that signs in by itself that the service refused the token that it gave out: a server
/// that uses it got MPA_ERROR_UNAUTHORIZED, or MPA_EVENT_AUTHORIZATION_NEEDED with
/// MPA_AUTHORIZATION_REFUSED. If that token is still the one in use, it is not given out again, and another
/// is obtained at once in the background: ask for it with mpa_client_get_authorization. Of tokens that are
/// refused within a minute, the next is obtained after a wait that grows to 20 s, so that reports cannot
/// make the client sign in in a loop.
///
/// `authorization`: as it was given out; only its `header` is compared.
///
/// Returns MPA_OK, also for any other token, with which nothing happens; MPA_ERROR_INVALID_ARGUMENT, also
/// for a client that does not sign in by itself; MPA_ERROR_SIGN_IN_FAILED where no thread could be started;
/// MPA_ERROR_INVALID_STRUCT, _INVALID_HANDLE or _CLOSED. Never blocks.
MPA_API
mpa_status mpa_client_invalidate_authorization(mpa_client client,
                                               const mpa_authorization *authorization,
                                               mpa_result *result);

/* Invites ------------------------------------------------------------------------------------- */

/// The platform on which an invite can be accepted. An invite for another platform disappears without an
/// error.
typedef int32_t mpa_platform;

/// One that is not known to this version. Only in records of activities.
#define MPA_PLATFORM_UNKNOWN (-1)

/// Any platform that the title runs on.
#define MPA_PLATFORM_ANY 0

/// Android.
#define MPA_PLATFORM_ANDROID 1

/// iOS.
#define MPA_PLATFORM_IOS 2

/// Nintendo.
#define MPA_PLATFORM_NINTENDO 3

/// PlayStation.
#define MPA_PLATFORM_PLAYSTATION 4

/// Xbox Series X and S.
#define MPA_PLATFORM_SCARLETT 5

/// Windows: Win32 programs.
#define MPA_PLATFORM_WIN32 6

/// Windows: programs for all editions (OneCore).
#define MPA_PLATFORM_WINDOWS_ONE_CORE 7

/// Xbox One. If the title has no Scarlett configuration, these invites reach Xbox Series X and S too.
#define MPA_PLATFORM_XBOX_ONE 8

/// How many users the service takes in one request. A call takes more and sends several requests.
#define MPA_MAX_INVITED_USERS_PER_REQUEST 16

/// How many users one call takes.
#define MPA_MAX_INVITED_USERS_PER_CALL 10000

/// The longest connection string, in UTF-16 code units. Microsoft's concept pages say "less than
/// 256": stay below that where you can.
#define MPA_MAX_CONNECTION_STRING_LENGTH 512

/// An invite from a user, who is identified by the token.
typedef struct mpa_invite {
    /// sizeof(mpa_invite), as MPA_INIT sets it. Required.
    uint32_t struct_size;
    /// One of MPA_PLATFORM_. Default 0: MPA_PLATFORM_ANY. An invite for a platform that the invited
    /// user is not on disappears without an error.
    mpa_platform platform;
    /// The XUIDs of the users to invite, none of them 0. Required.
    const uint64_t *invited_users;
    /// How many: 1 to MPA_MAX_INVITED_USERS_PER_CALL. Required.
    uint32_t invited_user_count;
    /// How long a submitted invite may take until it is sent, in milliseconds; after that it ends as
    /// MPA_ERROR_EXPIRED. Default 0: the configuration's. At most MPA_MAX_DURATION_MS. Blocking calls do not
    /// use it.
    uint32_t time_to_live_ms;
    /// What the invited user's game is started with, to find the server: opaque to the service, at
    /// most MPA_MAX_CONNECTION_STRING_LENGTH. Default NULL: the game gets an empty one. It travels
    /// inside a URI that some games read without decoding: avoid & # % + and spaces.
    const char *connection_string;
    /// The inviting user's own token, for this call only. Default NULL: the client's.
    const mpa_authorization *authorization;
} mpa_invite;

/// An invite that a server sends on behalf of a user who asked for it.
typedef struct mpa_server_invite {
    /// sizeof(mpa_server_invite), as MPA_INIT sets it. Required.
    uint32_t struct_size;
    /// One of MPA_PLATFORM_. Default 0: MPA_PLATFORM_ANY. An invite for a platform that the invited
    /// user is not on disappears without an error.
    mpa_platform platform;
    /// The XUID of the user on whose behalf the server invites. Required.
    uint64_t sender;
    /// The XUIDs of the users to invite, none of them 0. Required.
    const uint64_t *invited_users;
    /// How many: 1 to MPA_MAX_INVITED_USERS_PER_CALL. Required.
    uint32_t invited_user_count;
    /// How long a submitted invite may take until it is sent, in milliseconds; after that it ends as
    /// MPA_ERROR_EXPIRED. Default 0: the configuration's. At most MPA_MAX_DURATION_MS. Blocking calls do not
    /// use it.
    uint32_t time_to_live_ms;
    /// As in mpa_invite.
    const char *connection_string;
} mpa_server_invite;

/// Invites users on behalf of the user whose token is sent, and waits for the response.
///
/// More than MPA_MAX_INVITED_USERS_PER_REQUEST users go out as several requests, in order, stopping
/// at the first that is not acknowledged. A request is retried, up to max_attempts times and within
/// call_timeout_ms, only if the service certainly did not process it: there was no connection, it was not
/// sent completely, or the service said that it is busy. After the service has rejected a call for its
/// rate, further calls wait for their turn, or end at once as MPA_ERROR_THROTTLED.
///
/// Returns MPA_OK if the service has acknowledged all users; MPA_ERROR_UNCERTAIN if a request was sent and
/// it is not known whether the service processed it: its users may have been invited, so do not invite
/// them again. For any other status, see `acknowledged`, `uncertain` and `refused`, and mpa_result_unsent
/// for the rest. A 401 for the invite's own token ends the call and does not affect the client's token.
///
/// Blocks up to call_timeout_ms: do not call it on the game thread.
///
/// REST: POST /titles/{titleId}/invites, with a user's token ("Send Invite", page uri-sendinvite of
/// the Multiplayer Activity reference at learn.microsoft.com).
MPA_API
mpa_status mpa_send_invite(mpa_client client,
                           const mpa_invite *invite,
                           mpa_result *result);

/// Invites users on behalf of `sender`, and waits for the response. A server may do so only if that user
/// asked for it.
///
/// More than MPA_MAX_INVITED_USERS_PER_REQUEST users go out as several requests, in order, stopping
/// at the first that is not acknowledged. Retries are as in mpa_send_invite.
///
/// Returns as mpa_send_invite does. Blocks up to call_timeout_ms: do not call it on the game thread.
///
/// REST: POST /titles/{titleId}/invites/server, with a service's token ("Send Server Invite", page
/// uri-sendserverinvite of the Multiplayer Activity reference at learn.microsoft.com).
MPA_API
mpa_status mpa_send_server_invite(mpa_client client,
                                  const mpa_server_invite *invite,
                                  mpa_result *result);

/* Recent players ------------------------------------------------------------------------------ */

/// How the players of a group met. The service gives it no meaning beyond the name.
typedef int32_t mpa_encounter_type;

/// Not specified.
#define MPA_ENCOUNTER_DEFAULT 0

/// They played in one team.
#define MPA_ENCOUNTER_TEAMMATE 1

/// They played against each other.
#define MPA_ENCOUNTER_OPPONENT 2

/// How many groups the service takes in one request. A call takes more and sends several requests.
#define MPA_MAX_GROUPS_PER_REQUEST 20

/// How many groups one call takes.
#define MPA_MAX_GROUPS_PER_CALL 10000

/// The fewest players of a group.
#define MPA_MIN_PLAYERS_PER_GROUP 2

/// The most players of a group.
#define MPA_MAX_PLAYERS_PER_GROUP 100

/// How many recent players the service takes in one request of a user. A call takes more and sends several
/// requests.
#define MPA_MAX_RECENT_PLAYERS_PER_REQUEST 100

/// How many recent players one call takes.
#define MPA_MAX_RECENT_PLAYERS_PER_CALL 10000

/// How many users the service takes in one request of a service. A call takes more and sends several requests.
#define MPA_MAX_USERS_PER_REQUEST 20

/// How many users one call takes.
#define MPA_MAX_USERS_PER_CALL 10000

/// The most recent players of one user in a call of a service.
#define MPA_MAX_RECENT_PLAYERS_PER_USER 100

/// Players who met: everyone in a group met everyone else in it. Groups may overlap. Report
/// encounters that mean something to the players, not all hundred of a battle royale.
typedef struct mpa_recent_player_group {
    /// sizeof(mpa_recent_player_group), as MPA_INIT sets it; the same in all groups of an array.
    /// Required.
    uint32_t struct_size;
    /// One of MPA_ENCOUNTER_. Default 0: MPA_ENCOUNTER_DEFAULT.
    mpa_encounter_type encounter_type;
    /// When they met, in milliseconds since 1970-01-01 UTC, up to the year 9999; sent with a
    /// precision of one second. Default 0: the time of the call.
    uint64_t timestamp_unix_ms;
    /// The XUIDs of the players, none of them 0. Required.
    const uint64_t *players;
    /// How many: MPA_MIN_PLAYERS_PER_GROUP to MPA_MAX_PLAYERS_PER_GROUP. Required.
    uint32_t player_count;
    /// Must be 0.
    uint32_t reserved;
} mpa_recent_player_group;

/// A player whom a user met.
typedef struct mpa_recent_player {
    /// sizeof(mpa_recent_player), as MPA_INIT sets it; the same in all players of an array. Required.
    uint32_t struct_size;
    /// One of MPA_ENCOUNTER_. Default 0: MPA_ENCOUNTER_DEFAULT.
    mpa_encounter_type encounter_type;
    /// The XUID of the player, not 0. Required.
    uint64_t xuid;
    /// When they met, in milliseconds since 1970-01-01 UTC, up to the year 9999; sent with a
    /// precision of one second. Default 0: the time of the call.
    uint64_t timestamp_unix_ms;
} mpa_recent_player;

/// A user, and whom that user met, each with a type and a time.
typedef struct mpa_user_recent_players {
    /// sizeof(mpa_user_recent_players), as MPA_INIT sets it; the same in all users of an array. Required.
    uint32_t struct_size;
    /// How many recent players: 1 to MPA_MAX_RECENT_PLAYERS_PER_USER. Required.
    uint32_t recent_player_count;
    /// The XUID of the user, not 0. Required.
    uint64_t xuid;
    /// Whom the user met. Required.
    const mpa_recent_player *recent_players;
} mpa_user_recent_players;

/// Reports to the service who met whom, and waits for the response. `count`: how many groups, 1 to
/// MPA_MAX_GROUPS_PER_CALL.
///
/// More than MPA_MAX_GROUPS_PER_REQUEST groups go out as several requests, in order, stopping at the
/// first that is not acknowledged. A request is retried, up to max_attempts times and within
/// call_timeout_ms, after failed connections, lost responses, 408, 421, 425, 429 and 5xx: sending groups
/// that the service already has does no harm, since it updates them. After the service has rejected a call
/// for its rate, further calls wait for their turn, or end at once as MPA_ERROR_THROTTLED.
///
/// Returns MPA_OK if the service has acknowledged all groups. For any other status, see `acknowledged`,
/// `uncertain` and `refused`, and `retryable`.
///
/// Blocks up to call_timeout_ms: do not call it on the game thread.
///
/// REST: POST /titles/{titleId}/recentplayergroups/server, with a service's token ("Post Server Recent
/// Player Group", page uri-postserverrecentplayergroup of the Multiplayer Activity reference at
/// learn.microsoft.com).
MPA_API
mpa_status mpa_post_recent_player_groups(mpa_client client,
                                         const mpa_recent_player_group *groups,
                                         uint32_t count,
                                         mpa_result *result);

/// Reports whom a user met, with that user's token, and waits for the response. `count`: how many players, 1 to
/// MPA_MAX_RECENT_PLAYERS_PER_CALL. `authorization`: the user's token; NULL: the client's.
///
/// More than MPA_MAX_RECENT_PLAYERS_PER_REQUEST players go out as several requests, in order, stopping at the first
/// that is not acknowledged. Retries, results and rate limits are as in mpa_post_recent_player_groups. A 401 for the
/// call's own token ends the call and does not affect the client's token.
///
/// Blocks up to call_timeout_ms: do not call it on the game thread.
///
/// REST: POST /titles/{titleId}/recentplayers, with a user's token ("Post Recent Players" in the Multiplayer Activity
/// reference at learn.microsoft.com).
MPA_API
mpa_status mpa_post_recent_players(mpa_client client,
                                   const mpa_recent_player *players,
                                   uint32_t count,
                                   const mpa_authorization *authorization,
                                   mpa_result *result);

/// Reports for each of many users whom that user met, with a service's token, and waits for the response. `count`: how
/// many users, 1 to MPA_MAX_USERS_PER_CALL.
///
/// Use it where a type or a time differs from pair to pair; otherwise mpa_post_recent_player_groups says the same in
/// less. More than MPA_MAX_USERS_PER_REQUEST users go out as several requests, in order, stopping at the first that is
/// not acknowledged. Retries, results and rate limits are as in mpa_post_recent_player_groups.
///
/// Blocks up to call_timeout_ms: do not call it on the game thread.
///
/// REST: POST /titles/{titleId}/recentplayers/server, with a service's token ("Post Server Recent Players" in the
/// Multiplayer Activity reference at learn.microsoft.com).
MPA_API
mpa_status mpa_post_server_recent_players(mpa_client client,
                                          const mpa_user_recent_players *users,
                                          uint32_t count,
                                          mpa_result *result);

/* Activities ---------------------------------------------------------------------------------- */

/// Who may join an activity without an invite.
typedef int32_t mpa_join_restriction;

/// Left out by the service, or not known to this version. Only in records.
#define MPA_JOIN_RESTRICTION_UNKNOWN (-1)

/// Everyone.
#define MPA_JOIN_RESTRICTION_PUBLIC 0

/// Only who is invited.
#define MPA_JOIN_RESTRICTION_INVITE_ONLY 1

/// Those whom the user follows.
#define MPA_JOIN_RESTRICTION_FOLLOWED 2

/// The longest group id, in UTF-16 code units.
#define MPA_MAX_GROUP_ID_LENGTH 127

/// The most players of an activity.
#define MPA_MAX_ACTIVITY_PLAYERS 100

/// What a user plays, and how others join.
typedef struct mpa_activity {
    /// sizeof(mpa_activity), as MPA_INIT sets it. Required.
    uint32_t struct_size;
    /// One of MPA_JOIN_RESTRICTION_. Default 0: MPA_JOIN_RESTRICTION_PUBLIC.
    mpa_join_restriction join_restriction;
    /// What the game of a user who joins is started with, as in mpa_invite. Required; may be empty.
    const char *connection_string;
    /// Names those who play together, so that they are shown as a group: at most MPA_MAX_GROUP_ID_LENGTH.
    /// Default NULL: none.
    const char *group_id;
    /// How many may play, up to MPA_MAX_ACTIVITY_PLAYERS. Default 0: left out.
    uint32_t max_players;
    /// How many play now, up to MPA_MAX_ACTIVITY_PLAYERS. Default 0: left out.
    uint32_t current_players;
    /// One of MPA_PLATFORM_: where it can be joined. Default 0: MPA_PLATFORM_ANY.
    mpa_platform platform;
    /// How long a submitted activity may take until it is sent, in milliseconds; after that it ends as
    /// MPA_ERROR_EXPIRED. Default 0: 60,000. At most MPA_MAX_DURATION_MS.
    /// Blocking calls do not use it.
    uint32_t time_to_live_ms;
    /// Its place in the order of the user's activities: the service ignores an activity whose number is lower than the
    /// one that it has. Default 0: the library's own, which grows with every call, also across restarts and from server
    /// to server, since it is the time in milliseconds. Of one user, use either your own numbers or the library's.
    uint64_t sequence_number;
    /// The user's own token, for this call only. Default NULL: the client's.
    const mpa_authorization *authorization;
} mpa_activity;

/// Sets the activity of a user, and waits for the response. It replaces the one that the user has in this title.
///
/// A request is retried, up to max_attempts times and within call_timeout_ms, also where its response was lost: the
/// same activity with the same sequence number does no harm. After the service has rejected a call for its rate,
/// further calls wait for their turn, or end at once as MPA_ERROR_THROTTLED.
///
/// Returns MPA_OK if the service has acknowledged it. A 401 for the call's own token ends the call and does not
/// affect the client's token. Blocks up to call_timeout_ms: do not call it on the game thread.
///
/// REST: PUT /titles/{titleId}/users/{xuid}/activities ("Set Activity" in the Multiplayer Activity reference at
/// learn.microsoft.com).
MPA_API
mpa_status mpa_set_activity(mpa_client client,
                            uint64_t xuid,
                            const mpa_activity *activity,
                            mpa_result *result);

/// Deletes the activity of a user, and waits for the response.
///
/// `sequence_number`: as in mpa_activity; 0: the library's own. `authorization`: the user's own token, for
/// this call only; NULL: the client's.
///
/// Retries, results and rate limits are as in mpa_set_activity: to delete twice does no harm, and an activity that was
/// set later has a higher sequence number. Returns MPA_OK if the service has acknowledged it. Blocks up to
/// call_timeout_ms: do not call it on the game thread.
///
/// REST: DELETE /titles/{titleId}/users/{xuid}/activities ("Delete Activity" in the Multiplayer Activity reference at
/// learn.microsoft.com).
MPA_API
mpa_status mpa_delete_activity(mpa_client client,
                               uint64_t xuid,
                               uint64_t sequence_number,
                               const mpa_authorization *authorization,
                               mpa_result *result);

/* Queries of activities ----------------------------------------------------------------------- */

/// How many users the service takes in one query. A call takes more and sends several requests.
#define MPA_MAX_QUERIED_USERS_PER_REQUEST 30

/// How many users one query takes.
#define MPA_MAX_QUERIED_USERS_PER_CALL 10000

/// An activity of a user, of any title. What the service left out is 0, empty or one of the _UNKNOWN values.
typedef struct mpa_activity_record {
    /// sizeof(mpa_activity_record), as MPA_INIT sets it; the same in all records of an array. Never written by the
    /// library.
    uint32_t struct_size;
    /// The number of the title that the user plays.
    uint32_t title_id;
    /// The user.
    uint64_t xuid;
    /// Its place in the order of the user's activities.
    uint64_t sequence_number;
    /// One of MPA_JOIN_RESTRICTION_.
    mpa_join_restriction join_restriction;
    /// One of MPA_PLATFORM_.
    mpa_platform platform;
    /// How many may play; 0: unknown.
    uint32_t max_players;
    /// How many play; 0: unknown.
    uint32_t current_players;
    /// What the game of a user who joins is started with; empty if the service left it out, or if that user may not
    /// join. Cut at the end of a character where it is longer than a connection string may be.
    char connection_string[1544];
    /// Names those who play together; empty: none.
    char group_id[384];
} mpa_activity_record;

/// Asks what users play, and waits for the responses. `count`: how many XUIDs, 1 to MPA_MAX_QUERIED_USERS_PER_CALL.
///
/// `authorization`: a user's own token, for this call only; NULL: the client's. `records`: receives the
/// activities, up to `capacity`, those of one user together; the struct_size of the first counts for all. NULL: none
/// are wanted. `total`, or NULL: receives how many there were, also where they did not fit.
///
/// More than MPA_MAX_QUERIED_USERS_PER_REQUEST users go out as several requests, in order, stopping at the first that
/// is not acknowledged; the activities of those before are stored all the same. A request is retried, up to
/// max_attempts times and within call_timeout_ms: it changes nothing. A response that is longer than 4 MiB ends the
/// call as MPA_ERROR_UNEXPECTED_ANSWER: ask for fewer users.
///
/// Returns MPA_OK if the service has answered for all users. Blocks up to call_timeout_ms: do not call it on the game
/// thread.
///
/// REST: POST /titles/{titleId}/activities/query ("Query Activities" in the Multiplayer Activity reference at
/// learn.microsoft.com).
MPA_API
mpa_status mpa_query_activities(mpa_client client,
                                const uint64_t *xuids,
                                uint32_t count,
                                const mpa_authorization *authorization,
                                mpa_activity_record *records,
                                uint32_t capacity,
                                uint32_t *total,
                                mpa_result *result);

/// Asks what one user plays, and waits for the response: as mpa_query_activities.
///
/// REST: GET /titles/{titleId}/users/{xuid}/activities ("Get Activity" in the Multiplayer Activity reference at
/// learn.microsoft.com).
MPA_API
mpa_status mpa_get_activities(mpa_client client,
                              uint64_t xuid,
                              const mpa_authorization *authorization,
                              mpa_activity_record *records,
                              uint32_t capacity,
                              uint32_t *total,
                              mpa_result *result);

/// Reads what a submitted query has found, after its MPA_EVENT_COMPLETED was polled and before the next event is.
///
/// `records`, `capacity`, `total`: as in mpa_query_activities. It can be read again if it did not fit. Until the next
/// event is polled, the activities take part of queue_capacity_bytes.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT if the event that was polled last is not the completion of this
/// operation, or a pointer is wrong; MPA_ERROR_INVALID_STRUCT; MPA_ERROR_INVALID_HANDLE. Never blocks.
MPA_API
mpa_status mpa_read_activities(mpa_client client,
                               uint64_t operation,
                               mpa_activity_record *records,
                               uint32_t capacity,
                               uint32_t *total,
                               mpa_result *result);

/* Asynchronous calls -------------------------------------------------------------------------- */

/// Submits an invite, as mpa_send_invite sends it, and returns at once. An event reports how it ended.
///
/// `user_data` comes back with the event. `operation`, or NULL: receives the number of the operation, from 1
/// and never reused, before its event can be polled.
///
/// Returns MPA_OK: exactly one MPA_EVENT_COMPLETED will follow. Else nothing was submitted: invalid input is
/// refused as by mpa_send_invite; MPA_ERROR_QUEUE_FULL; MPA_ERROR_EVENTS_NOT_POLLED if the queue is full of
/// completions that have not been polled; MPA_ERROR_CLOSED.
///
/// Never blocks: it copies, and wakes a thread. The first submit of each kind starts that thread.
///
/// Without a usable authorization, operations wait for one within their time to live, and
/// MPA_EVENT_AUTHORIZATION_NEEDED reports it.
MPA_API
mpa_status mpa_submit_invite(mpa_client client,
                             const mpa_invite *invite,
                             uint64_t user_data,
                             uint64_t *operation,
                             mpa_result *result);

/// Submits a server invite, as mpa_send_server_invite sends it, and returns at once: as mpa_submit_invite.
MPA_API
mpa_status mpa_submit_server_invite(mpa_client client,
                                    const mpa_server_invite *invite,
                                    uint64_t user_data,
                                    uint64_t *operation,
                                    mpa_result *result);

/// Submits recent players, as mpa_post_recent_player_groups sends them, and returns at once: as
/// mpa_submit_invite.
///
/// The groups are held for recent_players_hold_ms and combined with those of other operations into full
/// requests; each operation has a completion for its own groups. If the service refuses such a request, each
/// of its operations is sent once more by itself, so that one bad group does not fail the others.
MPA_API
mpa_status mpa_submit_recent_player_groups(mpa_client client,
                                           const mpa_recent_player_group *groups,
                                           uint32_t count,
                                           uint64_t user_data,
                                           uint64_t *operation,
                                           mpa_result *result);

/// Submits recent players of a user, as mpa_post_recent_players sends them, and returns at once: as
/// mpa_submit_invite.
MPA_API
mpa_status mpa_submit_recent_players(mpa_client client,
                                     const mpa_recent_player *players,
                                     uint32_t count,
                                     const mpa_authorization *authorization,
                                     uint64_t user_data,
                                     uint64_t *operation,
                                     mpa_result *result);

/// Submits recent players of many users, as mpa_post_server_recent_players sends them, and returns at once: as
/// mpa_submit_recent_player_groups, also in how they are held and combined.
MPA_API
mpa_status mpa_submit_server_recent_players(mpa_client client,
                                            const mpa_user_recent_players *users,
                                            uint32_t count,
                                            uint64_t user_data,
                                            uint64_t *operation,
                                            mpa_result *result);

/// Submits an activity, as mpa_set_activity sets it, and returns at once: as mpa_submit_invite.
MPA_API
mpa_status mpa_submit_set_activity(mpa_client client,
                                   uint64_t xuid,
                                   const mpa_activity *activity,
                                   uint64_t user_data,
                                   uint64_t *operation,
                                   mpa_result *result);

/// Submits the deletion of an activity, as mpa_delete_activity deletes it, and returns at once: as
/// mpa_submit_invite. Its time to live is 60,000 ms.
MPA_API
mpa_status mpa_submit_delete_activity(mpa_client client,
                                      uint64_t xuid,
                                      uint64_t sequence_number,
                                      const mpa_authorization *authorization,
                                      uint64_t user_data,
                                      uint64_t *operation,
                                      mpa_result *result);

/// Submits a query, as mpa_query_activities asks it, and returns at once: as mpa_submit_invite. What it has found is
/// read with mpa_read_activities when its event has been polled. Its time to live is 30,000 ms.
MPA_API
mpa_status mpa_submit_query_activities(mpa_client client,
                                       const uint64_t *xuids,
                                       uint32_t count,
                                       const mpa_authorization *authorization,
                                       uint64_t user_data,
                                       uint64_t *operation,
                                       mpa_result *result);

/// Submits a request for one user's activities, as mpa_get_activities sends it, and returns at once: as
/// mpa_submit_query_activities.
MPA_API
mpa_status mpa_submit_get_activities(mpa_client client,
                                     uint64_t xuid,
                                     const mpa_authorization *authorization,
                                     uint64_t user_data,
                                     uint64_t *operation,
                                     mpa_result *result);

/* Events -------------------------------------------------------------------------------------- */

/// The type of an event. Later versions may add some: ignore those that you do not know.
typedef int32_t mpa_event_type;

/// No event.
#define MPA_EVENT_NONE 0

/// An operation has completed: `operation` and `user_data` say which, the mpa_result how. Exactly one for
/// each operation.
#define MPA_EVENT_COMPLETED 1

/// Draining is complete: every operation has ended, and its event has been polled. The last event.
#define MPA_EVENT_DRAINED 2

/// Another authorization is needed; `reason` says why. Set one with mpa_client_set_authorization. Reported
/// again every 5 s while operations wait for it, else every 30 s.
#define MPA_EVENT_AUTHORIZATION_NEEDED 3

/// A log entry, up to the level of log_level: the text is the `message` of the mpa_result,
/// `user_data` is its level. Of an entry about how a call, an operation or an attempt ended, the
/// mpa_result has `status`, `cause`, `http_status`, `service_code`, `error_code` and `correlation_id` too;
/// of others they are 0 or empty. Repeated entries are combined into one with a count; at most 64 wait to be
/// polled, and an entry of its own counts those that were dropped.
#define MPA_EVENT_LOG 4

/// Why another authorization is needed. Later versions may add some.
typedef int32_t mpa_authorization_reason;

/// None was given yet.
#define MPA_AUTHORIZATION_MISSING 1

/// The service refused the one that was in use. Where another process obtained it, report it there: see
/// mpa_client_invalidate_authorization.
#define MPA_AUTHORIZATION_REFUSED 2

/// The one in use has expired.
#define MPA_AUTHORIZATION_EXPIRED 3

/// The one in use expires within authorization_lead_ms.
#define MPA_AUTHORIZATION_EXPIRES_SOON 4

/// An event. The mpa_result that is passed with it has the details.
typedef struct mpa_event {
    /// sizeof(mpa_event), as MPA_INIT sets it. Never written by the library.
    uint32_t struct_size;
    /// One of MPA_EVENT_.
    mpa_event_type type;
    /// The operation that has completed; else 0.
    uint64_t operation;
    /// The user_data of that operation; of MPA_EVENT_LOG, one of MPA_LOG_; else 0.
    uint64_t user_data;
    /// Of MPA_EVENT_AUTHORIZATION_NEEDED, one of MPA_AUTHORIZATION_; else 0.
    mpa_authorization_reason reason;
    /// 0.
    uint32_t reserved;
} mpa_event;

/// Polls the next event. Call it in a loop, in each frame, until it returns 0.
///
/// `event`: receives the event. `result`, or NULL: receives how the operation ended.
///
/// Returns 1 if there was an event; else 0, also for an invalid handle or pointer, which `result` reports.
/// Never blocks.
MPA_API
int32_t mpa_poll_event(mpa_client client,
                       mpa_event *event,
                       mpa_result *result);

/// Waits for the next event, for programs that have a thread for it.
///
/// Returns MPA_OK with an event; MPA_OK with MPA_EVENT_NONE after `timeout_ms`, after mpa_client_wake,
/// and when the client is closed meanwhile; MPA_ERROR_INVALID_HANDLE, so that a loop ends when the client is
/// closed; MPA_ERROR_INVALID_ARGUMENT or _INVALID_STRUCT. If there is an event, `result` says how the
/// operation ended; its status is then that of the operation, not of this call.
///
/// Blocks up to `timeout_ms`.
MPA_API
mpa_status mpa_wait_event(mpa_client client,
                          uint32_t timeout_ms,
                          mpa_event *event,
                          mpa_result *result);

/// Wakes a thread that is in mpa_wait_event. If there is none, nothing happens.
///
/// Returns MPA_OK or MPA_ERROR_INVALID_HANDLE. Never blocks.
MPA_API mpa_status mpa_client_wake(mpa_client client);

/// Cancels an operation. If it was not sent yet, it completes as MPA_ERROR_CANCELLED; a request that is
/// under way is not interrupted. Its event follows in any case.
///
/// Returns MPA_OK, also for an operation that has ended already; MPA_ERROR_INVALID_ARGUMENT for a number
/// that no operation has had; MPA_ERROR_INVALID_HANDLE. Never blocks.
MPA_API
mpa_status mpa_cancel(mpa_client client,
                      uint64_t operation,
                      mpa_result *result);

/* Matches ------------------------------------------------------------------------------------- */

/// The handle of an open match: a plain value, as mpa_client is. A handle that is zero, stale or made up gives
/// MPA_ERROR_INVALID_HANDLE.
typedef struct mpa_match {
    /// Do not set or change it. 0: no match.
    uint64_t id;
} mpa_match;

/// The most players that are in a match at the same time.
#define MPA_MAX_MATCH_PLAYERS 10000

/// What counts as having met.
typedef struct mpa_match_config {
    /// sizeof(mpa_match_config), as MPA_INIT sets it. Required.
    uint32_t struct_size;
    /// How long two players have to be in the match together to have met, in milliseconds. Default 0: any overlap
    /// counts. At most MPA_MAX_DURATION_MS.
    uint32_t minimum_together_ms;
    /// Comes back with the completion if the match is closed by mpa_client_drain or mpa_client_close. Default 0.
    uint64_t user_data;
} mpa_match_config;

/// Opens a match. Call mpa_match_join and mpa_match_leave as players come and go: every two who were in it at the same
/// time are reported as having met, and no others, with the fewest groups that say so.
///
/// A group is reported when a player leaves while two of those who are in the match have not been reported together
/// yet; it has all of them, and its time is that moment. A match may go on for as long as the server runs: it holds only the players who are in it.
/// Its reports are submitted as by mpa_submit_recent_player_groups, or by mpa_submit_server_recent_players where teams
/// require it: held, combined with others, retried, and expired as those are. They take part of queue_capacity_bytes; a
/// report that finds no room there is counted as not sent. The match itself takes one place of queue_capacity until its
/// completion has been polled.
///
/// `config`, or NULL for the defaults. `match`: receives the handle; 0 if it fails.
///
/// Returns MPA_OK; MPA_ERROR_QUEUE_FULL or MPA_ERROR_EVENTS_NOT_POLLED; MPA_ERROR_CLOSED;
/// MPA_ERROR_INVALID_ARGUMENT, MPA_ERROR_INVALID_STRUCT, MPA_ERROR_INVALID_HANDLE. Never blocks.
MPA_API
mpa_status mpa_match_open(mpa_client client,
                          const mpa_match_config *config,
                          mpa_match *match,
                          mpa_result *result);

/// A player joins a match.
///
/// `team`: any number that the players of one team have in common; 0: no team. Players of one team are reported as
/// MPA_ENCOUNTER_TEAMMATE, those of different teams as MPA_ENCOUNTER_OPPONENT, others as MPA_ENCOUNTER_DEFAULT. To
/// change the team, leave and join.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT if `xuid` is 0 or is in the match already, or the match has
/// MPA_MAX_MATCH_PLAYERS; MPA_ERROR_CLOSED if the client is being drained; MPA_ERROR_INVALID_HANDLE. Then nothing has
/// changed. Never blocks, from any thread.
MPA_API
mpa_status mpa_match_join(mpa_match match,
                          uint64_t xuid,
                          uint32_t team,
                          mpa_result *result);

/// A player leaves a match. Those who were in it together and have not been reported are reported now.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT if `xuid` is not in the match; MPA_ERROR_CLOSED if the client is being
/// drained; MPA_ERROR_INVALID_HANDLE. Then nothing has changed. MPA_ERROR_QUEUE_FULL, MPA_ERROR_EVENTS_NOT_POLLED: the
/// player has left, but the report found no room in the queue; the completion of the match counts it as not sent. Never
/// blocks, from any thread.
MPA_API
mpa_status mpa_match_leave(mpa_match match,
                           uint64_t xuid,
                           mpa_result *result);

/// Closes a match: all players leave. The handle is invalid from now on. One MPA_EVENT_COMPLETED follows, once all of
/// the match's reports have ended; its result counts over all of them: `acknowledged`, `uncertain` and `refused` are
/// groups, or users where teams require it, and `message` says how many there were; `attempts` is the sum of its
/// reports', `queued_ms` and `elapsed_ms` are the longest of them. If some failed, `status` and what else it says are those of the first failure; `retryable` is
/// 0, since the library does not return the groups.
///
/// `user_data` comes back with the event. `operation`, or NULL: receives the number of the operation, before its event
/// can be polled; mpa_cancel cancels those of its reports that were not sent.
///
/// Returns MPA_OK; MPA_ERROR_CLOSED if mpa_client_drain has closed the match: then its completion has the user_data of
/// the configuration; MPA_ERROR_INVALID_HANDLE; MPA_ERROR_INVALID_ARGUMENT if `operation` is misaligned. Never blocks,
/// from any thread.
MPA_API
mpa_status mpa_match_close(mpa_match match,
                           uint64_t user_data,
                           uint64_t *operation,
                           mpa_result *result);

/* Lifecycle: drain and flush ------------------------------------------------------------------ */

/// Starts draining: from now on submits return MPA_ERROR_CLOSED, and what was held is sent at once. Continue
/// to poll events; the last one is MPA_EVENT_DRAINED.
///
/// `deadline_ms`: after so many milliseconds, what was not sent completes as MPA_ERROR_ABANDONED, and
/// requests that are under way are aborted: an invite completes as MPA_ERROR_UNCERTAIN. This happens while
/// events are polled.
///
/// Returns MPA_OK; MPA_ERROR_CLOSED if it is draining already; MPA_ERROR_INVALID_HANDLE. Never
/// blocks.
MPA_API
mpa_status mpa_client_drain(mpa_client client,
                            uint32_t deadline_ms,
                            mpa_result *result);

/// Waits until all operations that were submitted before this call have ended; held ones are sent at once.
/// Their events remain to be polled.
///
/// Returns MPA_OK; MPA_ERROR_TIMED_OUT after `deadline_ms`, while they continue; MPA_ERROR_INVALID_HANDLE.
/// Blocks up to `deadline_ms`: do not call it on the game thread.
MPA_API
mpa_status mpa_client_flush(mpa_client client,
                            uint32_t deadline_ms,
                            mpa_result *result);

/* Statistics ---------------------------------------------------------------------------------- */

/// How many buckets a histogram has.
#define MPA_STATS_BUCKET_COUNT 16

/// How many counters `completed` of mpa_lane_stats has, those in reserve included.
#define MPA_COMPLETION_KINDS 96

/// The statistics of one lane: a kind of calls that do not wait for those of another. All but the gauges at the end
/// only grow. Those of several clients are added up field by field, and arrays element by element.
///
/// Buckets count what took up to 1, 5, 10, 25, 50, 100, 250, 500, 1,000, 2,500, 5,000, 10,000, 30,000,
/// 60,000 and 300,000 ms; the last one counts all. Each includes those before it.
typedef struct mpa_lane_stats {
    /// Operations that were submitted.
    uint64_t submitted;
    /// Blocking calls that began.
    uint64_t calls;
    /// Operations and blocking calls that have ended, by status and cause: mpa_completion_kind says which
    /// an element counts, mpa_lane_stats_completed adds up those of a status. All of them, operations
    /// that are queued or run, and blocking calls under way make up `submitted` and `calls`.
    uint64_t completed[96];
    /// Requests of which at least one byte was sent.
    uint64_t requests;
    /// Of those: sent again after another attempt.
    uint64_t retries;
    /// Of those: rejected by the service for their rate.
    uint64_t throttled;
    /// Users or groups in those requests. Divided by `requests` it says how well groups are gathered.
    uint64_t items;
    /// How long operations and blocking calls that have ended had waited in the library.
    uint64_t queue_wait_buckets[16];
    /// The sum of it, in milliseconds.
    uint64_t queue_wait_sum_ms;
    /// How long requests took, from their start (connecting included) to their response.
    uint64_t request_duration_buckets[16];
    /// The sum of it, in milliseconds.
    uint64_t request_duration_sum_ms;
    /// Now: operations that wait in the queue.
    uint64_t queued;
    /// Now: operations that a worker has taken up.
    uint64_t running;
    /// Now: how long the oldest of those in the queue has waited, in milliseconds; 0 where there is none.
    uint64_t oldest_queued_ms;
    /// 0.
    uint64_t reserved[5];
} mpa_lane_stats;

/// The statistics of a client, since it was opened.
typedef struct mpa_stats {
    /// sizeof(mpa_stats), as MPA_INIT sets it. Never written by the library.
    uint32_t struct_size;
    /// 1 where clock_offset_ms is known, else 0.
    uint32_t clock_offset_known;
    /// Invites and server invites.
    mpa_lane_stats invites;
    /// Recent players: of groups, of a user, and of many users.
    mpa_lane_stats recent_players;
    /// Activities that are set or deleted.
    mpa_lane_stats activities;
    /// Activities that are queried.
    mpa_lane_stats activity_queries;
    /// Now: places of queue_capacity that are taken, also by completions that were not polled yet.
    uint64_t held_operations;
    /// Now: bytes of queue_capacity_bytes that are taken.
    uint64_t held_bytes;
    /// Now: completions that were not polled yet.
    uint64_t completions_waiting;
    /// Milliseconds since events were last polled; -1: never. A poll that finds nothing is noticed
    /// with the next stats, so that this is too small by the time between two of them at most.
    int64_t since_last_poll_ms;
    /// Milliseconds since the service last acknowledged a request; -1: never.
    int64_t since_last_success_ms;
    /// When the authorization in use expires, in milliseconds since 1970-01-01 UTC. 0: unknown, or there
    /// is none.
    uint64_t authorization_expires_at_unix_ms;
    /// By how much the service's clock is ahead of this machine's, in milliseconds, learned from its
    /// responses, to the second; 0 where it is less than that, or not known (see clock_offset_known).
    int64_t clock_offset_ms;
    /// When the certificate expires that the client signs in with, in milliseconds since 1970-01-01 UTC. 0:
    /// it does not sign in by itself.
    uint64_t certificate_expires_at_unix_ms;
    /// When the client last signed in with success, in milliseconds since 1970-01-01 UTC. 0: never.
    uint64_t last_sign_in_at_unix_ms;
    /// How often it started to sign in, renewals included.
    uint64_t sign_in_attempts;
    /// How many of these failed.
    uint64_t sign_in_failures;
} mpa_stats;

/// Copies a client's statistics. Cheap enough for every frame: some hundred numbers under a lock that is
/// never held across I/O.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT, _INVALID_STRUCT or _INVALID_HANDLE. Never blocks.
MPA_API
mpa_status mpa_client_stats(mpa_client client,
                            mpa_stats *stats,
                            mpa_result *result);

/// What an element of `completed` in mpa_lane_stats counts: operations and blocking calls that ended
/// with this status and this cause.
///
/// `status`, `cause`, or NULL: where they go; a `cause` of MPA_OK stands for none. Elements are those of
/// the library that runs: ask for them, rather than keeping their numbers.
///
/// Returns 1; or 0 and nothing from the first index on that is not in use. Never blocks.
MPA_API
int32_t mpa_completion_kind(uint32_t index,
                            mpa_status *status,
                            mpa_status *cause);

/// How many operations and blocking calls of a lane ended with a status, whatever the cause; 0 for a status
/// that none ends with, and where `lane` is NULL. Never blocks.
MPA_API
uint64_t mpa_lane_stats_completed(const mpa_lane_stats *lane,
                                  mpa_status status);

/* Prometheus exposition ----------------------------------------------------------------------- */

/// A buffer of this size holds the text of mpa_stats_prometheus, whatever the numbers, with labels of up
/// to 64 bytes.
#define MPA_STATS_PROMETHEUS_SIZE 131072

/// Writes statistics in Prometheus' text-based exposition format (version 0.0.4), with names that begin
/// with "mpa_". Metrics whose value is unknown are left out; those in docs/operations.md are all of them.
///
/// Where a process has several clients, add their counters up in one mpa_stats first, or give each its
/// own labels and serve each text on its own: the format requires the lines of a metric to be together.
///
/// `stats`: just returned by mpa_client_stats, since times are written as time stamps. `labels`, or NULL: put
/// into each line, such as `region="eu"`, at most 256 bytes. `buffer`: receives the text, with a NUL, up to
/// `size` bytes. `length`, or NULL: receives the length of the text without the NUL, also if it did not fit.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT, also where the buffer is too small; MPA_ERROR_INVALID_STRUCT.
/// Then the buffer holds an empty text. Never blocks.
MPA_API
mpa_status mpa_stats_prometheus(const mpa_stats *stats,
                                const char *labels,
                                char *buffer,
                                uint32_t size,
                                uint32_t *length,
                                mpa_result *result);

#ifdef __cplusplus
}
#endif

#endif /* MPA_H */

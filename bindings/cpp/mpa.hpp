// mpa.hpp: mpa.h in C++17
//
// One header over the C interface: it closes what it opens, takes std::string, std::vector and
// std::chrono, and hides struct_size. It needs mpa.h, the library and the standard library, and
// compiles with -fno-exceptions -fno-rtti too. Licensed MIT or Apache-2.0.
//
//     mpa::ClientConfig config;
//     config.title_id = 1234567890;
//     config.authorization_header = token;             // "XBL3.0 x=-;<token>"
//
//     mpa::Result result;
//     std::optional<mpa::Client> client = mpa::Client::open(config, result);
//     if (!client) return fail(result.message());
//
//     mpa::ServerInvite invite;
//     invite.sender = host;
//     invite.invited_users = { friend_of_host };
//     invite.connection_string = "203.0.113.7:7777";
//     result = client->send_server_invite(invite);     // blocks: on a thread of your own
//     if (!result.ok()) log(result.message());
//
// Errors      Every call that can fail returns a Result, which says what happened, to how much of
//             the call, and whether to try again. Nothing here throws; only running out of memory
//             ends as the standard library has it.
// Defaults    Empty texts, zero durations and absent optionals mean the default at the field.
// Ownership   A Client closes itself when it is destroyed or assigned to. All that is passed in is
//             copied before the call returns.
// Threads     Const members of one Client may be called from any thread at the same time, close()
//             included. Moving, assigning and destroying it need it for themselves, as with any
//             object. Calls that say so block; the library never calls back.
// Meaning     What a field, a status or a limit means stands in mpa.h, under the same name. Messages
//             name the fields as mpa.h does: invite.invited_users[3].
// The C way   Client::handle() and Result::raw() lead to mpa.h, whose functions mix freely with these.

#ifndef MPA_HPP
#define MPA_HPP

#include "mpa.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpa {

// Numbers -----------------------------------------------------------------------------------------

/// The number by which Xbox knows a user. Never 0.
using Xuid = std::uint64_t;

using TimePoint = std::chrono::system_clock::time_point;

/// How a call ended: MPA_OK and the MPA_ERROR_ values. A newer library may return others.
enum class Status : std::int32_t {
    Ok = MPA_OK,
    InvalidArgument = MPA_ERROR_INVALID_ARGUMENT,
    InvalidStruct = MPA_ERROR_INVALID_STRUCT,
    InvalidHandle = MPA_ERROR_INVALID_HANDLE,
    Closed = MPA_ERROR_CLOSED,
    QueueFull = MPA_ERROR_QUEUE_FULL,
    EventsNotPolled = MPA_ERROR_EVENTS_NOT_POLLED,
    Cancelled = MPA_ERROR_CANCELLED,
    Expired = MPA_ERROR_EXPIRED,
    Abandoned = MPA_ERROR_ABANDONED,
    AuthorizationNeeded = MPA_ERROR_AUTHORIZATION_NEEDED,
    Unauthorized = MPA_ERROR_UNAUTHORIZED,
    Forbidden = MPA_ERROR_FORBIDDEN,
    SignInFailed = MPA_ERROR_SIGN_IN_FAILED,
    Rejected = MPA_ERROR_REJECTED,
    Throttled = MPA_ERROR_THROTTLED,
    ServiceUnavailable = MPA_ERROR_SERVICE_UNAVAILABLE,
    UnexpectedAnswer = MPA_ERROR_UNEXPECTED_ANSWER,
    ConnectionFailed = MPA_ERROR_CONNECTION_FAILED,
    TlsFailed = MPA_ERROR_TLS_FAILED,
    TimedOut = MPA_ERROR_TIMED_OUT,
    Uncertain = MPA_ERROR_UNCERTAIN,
    Internal = MPA_ERROR_INTERNAL,
};

/// The platform on which an invite can be accepted.
enum class Platform : mpa_platform {
    Any = MPA_PLATFORM_ANY,
    Android = MPA_PLATFORM_ANDROID,
    IOS = MPA_PLATFORM_IOS,
    Nintendo = MPA_PLATFORM_NINTENDO,
    PlayStation = MPA_PLATFORM_PLAYSTATION,
    Scarlett = MPA_PLATFORM_SCARLETT,
    Win32 = MPA_PLATFORM_WIN32,
    WindowsOneCore = MPA_PLATFORM_WINDOWS_ONE_CORE,
    XboxOne = MPA_PLATFORM_XBOX_ONE,
};

/// How the players of a group met.
enum class EncounterType : mpa_encounter_type {
    Default = MPA_ENCOUNTER_DEFAULT,
    Teammate = MPA_ENCOUNTER_TEAMMATE,
    Opponent = MPA_ENCOUNTER_OPPONENT,
};

/// What the certificates of ca_certificates_path are to those that the library carries.
enum class CaMode : mpa_ca_mode {
    Added = MPA_CA_ADDED,
    Only = MPA_CA_ONLY,
};

/// The name of a status as it stands in mpa.h, such as "MPA_ERROR_THROTTLED".
inline const char* status_name(Status status) noexcept
{
    return mpa_status_name(static_cast<mpa_status>(status));
}

/// What a status means in general. What happened to a certain call says its Result's message().
inline const char* status_description(Status status) noexcept
{
    return mpa_status_description(static_cast<mpa_status>(status));
}

// Version -----------------------------------------------------------------------------------------

/// The version of the library that is linked, such as "0.1.0".
inline const char* version_string() noexcept
{
    return mpa_version_string();
}

/// Whether the library that is linked has all that the header declares that this was compiled with.
inline bool compatible() noexcept
{
    const std::uint32_t version = mpa_version();
    const std::uint32_t major = version >> 16;
    const std::uint32_t minor = version >> 8 & 0xff;
    constexpr std::uint32_t wanted_major = MPA_VERSION_MAJOR;
    constexpr std::uint32_t wanted_minor = MPA_VERSION_MINOR;
    return major == wanted_major && (major == 0 ? minor == wanted_minor : minor >= wanted_minor);
}

// Results -----------------------------------------------------------------------------------------

/// What became of a call; each member is the field of mpa_result of that name. The texts end in NUL,
/// so that data() is good for printf, and live as long as the Result. One that no call has filled is
/// ok() and says nothing.
class [[nodiscard]] Result {
public:
    Result() noexcept : raw_(MPA_INIT(mpa_result)) {}

    bool ok() const noexcept { return raw_.status == MPA_OK; }
    Status status() const noexcept { return static_cast<Status>(raw_.status); }
    Status cause() const noexcept { return static_cast<Status>(raw_.cause); }
    const char* status_name() const noexcept { return mpa_status_name(raw_.status); }
    std::string_view message() const noexcept { return raw_.message; }

    std::uint32_t acknowledged() const noexcept { return raw_.acknowledged; }
    std::uint32_t uncertain() const noexcept { return raw_.uncertain; }
    std::uint32_t refused() const noexcept { return raw_.refused; }

    bool retryable() const noexcept { return raw_.retryable != 0; }
    std::chrono::milliseconds retry_after() const noexcept
    {
        return std::chrono::milliseconds(raw_.retry_after_ms);
    }

    std::uint32_t http_status() const noexcept { return raw_.http_status; }
    std::uint32_t attempts() const noexcept { return raw_.attempts; }
    std::chrono::milliseconds queued() const noexcept
    {
        return std::chrono::milliseconds(raw_.queued_ms);
    }
    std::chrono::milliseconds elapsed() const noexcept
    {
        return std::chrono::milliseconds(raw_.elapsed_ms);
    }

    std::uint32_t current_requests() const noexcept { return raw_.current_requests; }
    std::uint32_t max_requests() const noexcept { return raw_.max_requests; }
    std::chrono::seconds period() const noexcept { return std::chrono::seconds(raw_.period_s); }
    std::string_view limit_type() const noexcept { return raw_.limit_type; }

    std::uint32_t service_code() const noexcept { return raw_.service_code; }
    std::string_view error_code() const noexcept { return raw_.error_code; }
    std::string_view correlation_id() const noexcept { return raw_.correlation_id; }

    const mpa_result& raw() const noexcept { return raw_; }

private:
    friend class Client;

    mpa_result raw_;
};

// What is sent ------------------------------------------------------------------------------------

/// A token and how long it is good for.
struct Authorization {
    /// The whole value of the Authorization header: "XBL3.0 x=<user hash>;<token>".
    std::string header;
    /// Absent: unknown, used until the service refuses it.
    std::optional<TimePoint> expires_at;
};

/// An invite from a user, who is known by the token.
struct Invite {
    std::vector<Xuid> invited_users;
    /// What the invited user's game is started with.
    std::string connection_string;
    Platform platform = Platform::Any;
    /// The inviting user's own token, for this call only. Absent: the client's.
    std::optional<Authorization> authorization;
};

/// An invite that a server sends on behalf of a user who asked for it.
struct ServerInvite {
    /// The user on whose behalf the server invites.
    Xuid sender = 0;
    std::vector<Xuid> invited_users;
    /// What the invited user's game is started with.
    std::string connection_string;
    Platform platform = Platform::Any;
};

/// Players who met: everyone in a group met everyone else in it.
struct RecentPlayerGroup {
    std::vector<Xuid> players;
    EncounterType encounter_type = EncounterType::Default;
    /// When they met. Absent: the time of the call.
    std::optional<TimePoint> timestamp;
};

// Clients -----------------------------------------------------------------------------------------

/// How a client reaches the service.
struct ClientConfig {
    /// The decimal number of your title, from Partner Center. Required.
    std::uint32_t title_id = 0;
    /// Base URL of the service. Default: production.
    std::string endpoint;
    /// The token to begin with. Default: none yet, push one with Client::set_authorization.
    std::string authorization_header;
    /// A file of PEM certificates to trust. Default: only those that the library carries.
    std::string ca_certificates_path;
    /// Put before the library's own User-Agent, such as "MyGame/1.2".
    std::string user_agent;
    CaMode ca_mode = CaMode::Added;
    /// Lets plain http:// go to another machine too, with the token in the clear.
    bool allow_plain_http = false;
    /// For connecting. Default: 3 s.
    std::chrono::milliseconds connect_timeout{0};
    /// For one request with its answer. Default: 5 s.
    std::chrono::milliseconds request_timeout{0};
    /// For a whole call that blocks. Default: 15 s.
    std::chrono::milliseconds call_timeout{0};
    /// How often each request is tried at most. 0: 4. 1: never again. At most 10.
    uint32_t max_attempts = 0;
    /// How many invites may go out in limit_period; per user where the user's own token is sent. 0: no
    /// limit but what the service tells.
    uint32_t invite_limit = 0;
    /// How many requests with recent players may go out in limit_period. 0: the same.
    uint32_t recent_players_limit = 0;
    /// Of the two limits above, up to an hour. Required where one of them is set.
    std::chrono::milliseconds limit_period{0};
    /// How long the destructor waits, at most, for calls that other threads are in. Without such
    /// calls it does not wait at all.
    std::chrono::milliseconds close_deadline{5000};
};

/// How the calls of a client ended. `calls` is the sum of the others.
struct CloseReport {
    std::uint64_t calls = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t uncertain = 0;
    std::uint64_t failed = 0;
    std::uint64_t unfinished = 0;
};

namespace detail {

/// NULL, which means the default, where a text is empty.
inline const char* text(const std::string& text) noexcept
{
    return text.empty() ? nullptr : text.c_str();
}

/// A count that does not fit is far beyond what the library takes: it says so.
inline std::uint32_t count(std::size_t count) noexcept
{
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(count, UINT32_MAX));
}

/// A time limit that is negative or does not fit becomes one that the library refuses.
inline std::uint32_t milliseconds(std::chrono::milliseconds duration) noexcept
{
    const std::int64_t ms = duration.count();
    return ms < 0 || ms > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(ms);
}

/// 0, which means the default, only where there is no time.
inline std::uint64_t unix_ms(const std::optional<TimePoint>& time) noexcept
{
    if (!time) return 0;
    const auto since_1970 = std::chrono::floor<std::chrono::milliseconds>(time->time_since_epoch());
    return static_cast<std::uint64_t>(std::max<std::int64_t>(since_1970.count(), 1));
}

/// A NUL inside a text would cut it short in C: false, and a `result` that says so.
inline bool check_text(std::string_view text, const char* field, mpa_result& result) noexcept
{
    const std::size_t position = text.find('\0');
    if (position == std::string_view::npos) return true;
    result.status = MPA_ERROR_INVALID_ARGUMENT;
    std::snprintf(result.message, sizeof result.message,
                  "%s has a NUL at byte %zu, where C would end it. Nothing was sent.", field, position);
    return false;
}

} // namespace detail

/// A way to the service for one title. One that was moved from, or made without open(), is closed:
/// its calls end as Status::InvalidHandle.
class Client {
public:
    /// Empty on failure; `result` says why. Reads the files that the configuration names; no network,
    /// no thread.
    static std::optional<Client> open(const ClientConfig& config, Result& result) noexcept
    {
        result = Result();
        mpa_result& raw_result = result.raw_;
        const std::string& token = config.authorization_header;
        const std::string& ca_path = config.ca_certificates_path;
        if (!detail::check_text(config.endpoint, "config.endpoint", raw_result) ||
            !detail::check_text(token, "config.authorization_header", raw_result) ||
            !detail::check_text(ca_path, "config.ca_certificates_path", raw_result) ||
            !detail::check_text(config.user_agent, "config.user_agent", raw_result)) {
            return std::nullopt;
        }
        mpa_client_config raw = MPA_INIT(mpa_client_config);
        raw.title_id = config.title_id;
        raw.endpoint = detail::text(config.endpoint);
        raw.authorization_header = detail::text(token);
        raw.ca_certificates_path = detail::text(ca_path);
        raw.user_agent = detail::text(config.user_agent);
        raw.ca_mode = static_cast<mpa_ca_mode>(config.ca_mode);
        raw.allow_plain_http = config.allow_plain_http ? 1 : 0;
        raw.connect_timeout_ms = detail::milliseconds(config.connect_timeout);
        raw.request_timeout_ms = detail::milliseconds(config.request_timeout);
        raw.call_timeout_ms = detail::milliseconds(config.call_timeout);
        raw.max_attempts = config.max_attempts;
        raw.invite_limit = config.invite_limit;
        raw.recent_players_limit = config.recent_players_limit;
        raw.limit_period_ms = detail::milliseconds(config.limit_period);
        mpa_client handle = mpa_client();
        if (mpa_client_open(&raw, &handle, &raw_result) != MPA_OK) return std::nullopt;
        return Client(handle, config.close_deadline);
    }

    Client() noexcept = default;
    Client(Client&& other) noexcept
        : handle_(std::exchange(other.handle_, mpa_client())), close_deadline_(other.close_deadline_)
    {
    }
    Client& operator=(Client&& other) noexcept
    {
        if (this != &other) {
            close_in_time();
            handle_ = std::exchange(other.handle_, mpa_client());
            close_deadline_ = other.close_deadline_;
        }
        return *this;
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Closes the client, and waits for calls of other threads up to ClientConfig::close_deadline.
    ~Client() { close_in_time(); }

    /// Closes the client: calls of other threads may end until the deadline and are cut then. Empty
    /// where it was closed already. Blocks up to the deadline.
    std::optional<CloseReport> close(std::chrono::milliseconds deadline) const noexcept
    {
        mpa_close_report raw = MPA_INIT(mpa_close_report);
        if (mpa_client_close(handle_, deadline_ms(deadline), &raw) != MPA_OK) return std::nullopt;
        CloseReport report;
        report.calls = raw.calls;
        report.succeeded = raw.succeeded;
        report.uncertain = raw.uncertain;
        report.failed = raw.failed;
        report.unfinished = raw.unfinished;
        return report;
    }

    /// Gives the client another token, for all requests that begin from now on. Never blocks.
    Result set_authorization(const Authorization& authorization) const noexcept
    {
        Result result;
        mpa_authorization raw = raw_authorization(authorization);
        if (detail::check_text(authorization.header, "authorization.header", result.raw_)) {
            mpa_client_set_authorization(handle_, &raw, &result.raw_);
        }
        return result;
    }

    /// Invites users on behalf of the user whose token is sent. Blocks up to call_timeout.
    Result send_invite(const Invite& invite) const noexcept
    {
        Result result;
        mpa_authorization authorization = MPA_INIT(mpa_authorization);
        mpa_invite raw = MPA_INIT(mpa_invite);
        raw.platform = static_cast<mpa_platform>(invite.platform);
        raw.invited_users = invite.invited_users.data();
        raw.invited_user_count = detail::count(invite.invited_users.size());
        raw.connection_string = detail::text(invite.connection_string);
        const char* field = "invite.connection_string";
        if (!detail::check_text(invite.connection_string, field, result.raw_)) return result;
        if (invite.authorization) {
            field = "invite.authorization.header";
            if (!detail::check_text(invite.authorization->header, field, result.raw_)) return result;
            authorization = raw_authorization(*invite.authorization);
            raw.authorization = &authorization;
        }
        mpa_send_invite(handle_, &raw, &result.raw_);
        return result;
    }

    /// Invites users on behalf of invite.sender. Blocks up to call_timeout.
    Result send_server_invite(const ServerInvite& invite) const noexcept
    {
        Result result;
        mpa_server_invite raw = MPA_INIT(mpa_server_invite);
        raw.platform = static_cast<mpa_platform>(invite.platform);
        raw.sender = invite.sender;
        raw.invited_users = invite.invited_users.data();
        raw.invited_user_count = detail::count(invite.invited_users.size());
        raw.connection_string = detail::text(invite.connection_string);
        const char* field = "invite.connection_string";
        if (detail::check_text(invite.connection_string, field, result.raw_)) {
            mpa_send_server_invite(handle_, &raw, &result.raw_);
        }
        return result;
    }

    /// Tells the service who met whom. Blocks up to call_timeout.
    Result post_recent_player_groups(const std::vector<RecentPlayerGroup>& groups) const
    {
        Result result;
        std::vector<mpa_recent_player_group> raw;
        raw.reserve(groups.size());
        for (const RecentPlayerGroup& group : groups) {
            mpa_recent_player_group& added = raw.emplace_back(MPA_INIT(mpa_recent_player_group));
            added.encounter_type = static_cast<mpa_encounter_type>(group.encounter_type);
            added.timestamp_unix_ms = detail::unix_ms(group.timestamp);
            added.players = group.players.data();
            added.player_count = detail::count(group.players.size());
        }
        mpa_post_recent_player_groups(handle_, raw.data(), detail::count(raw.size()), &result.raw_);
        return result;
    }

    /// For the functions of mpa.h. It stays this object's to close.
    mpa_client handle() const noexcept { return handle_; }

private:
    Client(mpa_client handle, std::chrono::milliseconds close_deadline) noexcept
        : handle_(handle), close_deadline_(close_deadline)
    {
    }

    static mpa_authorization raw_authorization(const Authorization& authorization) noexcept
    {
        mpa_authorization raw = MPA_INIT(mpa_authorization);
        raw.header = authorization.header.c_str();
        raw.expires_at_unix_ms = detail::unix_ms(authorization.expires_at);
        return raw;
    }

    /// A deadline in the past is none to wait for.
    static std::uint32_t deadline_ms(std::chrono::milliseconds deadline) noexcept
    {
        return detail::milliseconds(std::max<std::chrono::milliseconds>(deadline, {}));
    }

    /// Harmless where it was closed already.
    void close_in_time() const noexcept
    {
        if (handle_.id != 0) mpa_client_close(handle_, deadline_ms(close_deadline_), nullptr);
    }

    mpa_client handle_ = mpa_client();
    std::chrono::milliseconds close_deadline_{0};
};

} // namespace mpa

#endif // MPA_HPP

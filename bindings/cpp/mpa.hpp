// mpa.hpp: mpa.h in C++17
//
// One header over the C interface: it closes what it opens, takes std::string, std::vector and
// std::chrono, and hides struct_size. It needs mpa.h, mpa_enums.hpp (the enumerations, beside this
// file), the library and the standard library, and compiles with -fno-exceptions -fno-rtti too.
// Licensed MIT or Apache-2.0.
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
// From a game loop, submit instead, and poll the results each frame:
//
//     client->submit_server_invite(invite, 42);        // returns at once
//     mpa::Event event;
//     while (client->poll_event(event)) ended(event.user_data, event.result);
//
// mpa_dispatcher.hpp makes callbacks and futures of that.
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
#include "mpa_enums.hpp"

#include <algorithm>
#include <array>
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

/// Not at all, where that is possible: ClientConfig::recent_players_hold and authorization_lead.
inline constexpr std::chrono::milliseconds none{MPA_NONE};

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

/// The users or groups of a call that were certainly never sent; each member is the field of mpa_unsent
/// of that name. Sending them again can make nothing happen twice.
struct Unsent {
    Resend resend = Resend::None;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::uint32_t refused_for_now = 0;
    std::chrono::milliseconds delay{0};

    /// What to send again of what was passed in, if `resend` says so: those that were refused for a
    /// reason that passes, and those that were never sent.
    template <typename Item> std::vector<Item> of(const std::vector<Item>& passed_in) const
    {
        const std::size_t end = std::min<std::size_t>(std::size_t{first} + count, passed_in.size());
        const std::size_t begin = std::min<std::size_t>(std::size_t{first} - refused_for_now, end);
        const auto at = [&passed_in](std::size_t index) {
            return passed_in.begin() + static_cast<std::ptrdiff_t>(index);
        };
        return std::vector<Item>(at(begin), at(end));
    }
};

/// The result of a call; each member is the field of mpa_result of that name. The texts end in NUL,
/// so that data() is good for printf, and live as long as the Result. One that no call has filled is
/// ok() and says nothing.
class [[nodiscard]] Result {
public:
    Result() noexcept : raw_(MPA_INIT(mpa_result)) {}
    /// What a C function filled, or what a test makes up.
    explicit Result(const mpa_result& raw) noexcept : raw_(raw) {}

    bool ok() const noexcept { return raw_.status == MPA_OK; }
    Status status() const noexcept { return static_cast<Status>(raw_.status); }
    Status cause() const noexcept { return static_cast<Status>(raw_.cause); }
    const char* status_name() const noexcept { return mpa_status_name(raw_.status); }
    std::string_view message() const noexcept { return raw_.message; }

    std::uint32_t acknowledged() const noexcept { return raw_.acknowledged; }
    std::uint32_t uncertain() const noexcept { return raw_.uncertain; }
    std::uint32_t refused() const noexcept { return raw_.refused; }

    /// What was never sent, and what to do with it. `count`: how many users or groups were passed in.
    /// Empty where the result accounts for more, since it is of another call then.
    Unsent unsent(std::size_t count) const noexcept
    {
        mpa_unsent raw = MPA_INIT(mpa_unsent);
        const auto passed_in = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, UINT32_MAX));
        mpa_result_unsent(&raw_, passed_in, &raw);
        Unsent unsent;
        unsent.resend = static_cast<Resend>(raw.resend);
        unsent.first = raw.first;
        unsent.count = raw.count;
        unsent.refused_for_now = raw.refused_for_now;
        unsent.delay = std::chrono::milliseconds(raw.delay_ms);
        return unsent;
    }

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
    friend class Stats;

    mpa_result raw_;
};

// What is sent ------------------------------------------------------------------------------------

/// A token and how long it is good for.
struct Authorization {
    /// The whole value of the Authorization header: "XBL3.0 x=<user hash>;<token>".
    std::string header;
    /// By the service's clock. Absent: unknown, used until the service refuses it.
    std::optional<TimePoint> expires_at;
    /// The P-256 private key that the token is bound to, in PEM: requests are signed with it. Empty: it
    /// is bound to none.
    std::string proof_key_pem = {};
    /// For how long it is still good, from the call on that it is given to. It decides, whatever
    /// expires_at and this machine's clock say. Absent: unknown.
    std::optional<std::chrono::milliseconds> expires_in = {};
};

/// An invite from a user, who is known by the token.
struct Invite {
    std::vector<Xuid> invited_users;
    /// What the invited user's game is started with.
    std::string connection_string;
    Platform platform = Platform::Any;
    /// How long it may take until it is sent, where it is submitted. Default: the configuration's.
    std::chrono::milliseconds time_to_live{0};
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
    /// As in Invite.
    std::chrono::milliseconds time_to_live{0};
};

/// Players who met: everyone in a group met everyone else in it.
struct RecentPlayerGroup {
    std::vector<Xuid> players;
    EncounterType encounter_type = EncounterType::Default;
    /// When they met. Absent: the time of the call.
    std::optional<TimePoint> timestamp;
};

// What is submitted -------------------------------------------------------------------------------

/// The result of submitting something: not of what was submitted, which comes as an Event.
struct Submitted {
    /// Where it is not ok(), nothing was submitted and no event follows.
    Result result;
    /// From 1, and never used again; 0 where nothing was submitted.
    std::uint64_t operation = 0;

    bool ok() const noexcept { return result.ok(); }
};

/// That something has happened, mostly that an operation has ended.
struct Event {
    EventType type = EventType::None;
    /// Which operation has ended, and what was submitted with it; else 0.
    std::uint64_t operation = 0;
    std::uint64_t user_data = 0;
    /// How the operation ended; of EventType::Log, the text in its message().
    Result result;

    /// Of EventType::Log.
    LogLevel log_level() const noexcept { return static_cast<LogLevel>(user_data); }

    /// Of EventType::AuthorizationNeeded.
    AuthorizationReason reason{};
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
    /// The same, with when it expires and the key that it is bound to. Not together with
    /// authorization_header.
    std::optional<Authorization> authorization;
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
    /// For a whole call that blocks. Default: 30 s.
    std::chrono::milliseconds call_timeout{0};
    /// How often each request is tried at most. 0: 4. 1: never again. At most 10.
    uint32_t max_attempts = 0;
    /// How many invites may go out in limit_period; per user where the user's own token is sent. 0: no
    /// limit but the service's.
    uint32_t invite_limit = 0;
    /// How many requests with recent players may go out in limit_period. 0: the same.
    uint32_t recent_players_limit = 0;
    /// Of the two limits above, up to an hour. Required where one of them is set.
    std::chrono::milliseconds limit_period{0};
    /// How long a submitted invite may take until it is sent. Default: 30 s.
    std::chrono::milliseconds invite_time_to_live{0};
    /// How long submitted recent players may take until they are sent. Default: 10 minutes.
    std::chrono::milliseconds recent_players_time_to_live{0};
    /// How long those are held, to be gathered into full requests. Default: 2 s. mpa::none: not at all.
    std::chrono::milliseconds recent_players_hold{0};
    /// How many threads send submitted invites. 0: 1. At most 64.
    std::uint32_t worker_count = 0;
    /// How many operations may be submitted and not polled yet. 0: 4,096. At most 1,000,000.
    std::uint32_t queue_capacity = 0;
    /// How much they may carry, in bytes: users, players, texts, tokens. 0: 16 MiB. In memory it takes up
    /// to a third more, and 2 KiB for each operation.
    std::uint32_t queue_capacity_bytes = 0;
    /// How long before the authorization expires EventType::AuthorizationNeeded comes. Default: 10
    /// minutes. mpa::none: not before operations wait for one. Of a client that signs in by itself: how
    /// long before its end a token is renewed; default: a quarter of its life, at most a day.
    std::chrono::milliseconds authorization_lead{0};
    /// Yours, for close_all: the owner of this client. 0: none.
    std::uint64_t owner_tag = 0;
    /// Up to which level EventType::Log comes.
    LogLevel log_level = LogLevel::Off;
    /// For a client that signs in by itself: the file of the publisher's certificate with its chain, in
    /// PEM, or a PKCS#12 file. Default: the client is given tokens.
    std::string certificate_path;
    /// The file with the private key. Default: it is in the file of the certificate.
    std::string private_key_path;
    /// The password of the PKCS#12 file. Default: none.
    std::string certificate_password;
    /// The certificate with its chain as PEM text, instead of certificate_path.
    std::string certificate_pem;
    /// The private key as PEM text. Default: it is in certificate_pem.
    std::string private_key_pem;
    /// The sandbox that tokens are for; case matters. Default: "RETAIL".
    std::string sandbox_id;
    /// Whom tokens are for. Default: "http://xboxlive.com".
    std::string relying_party;
    /// Base URLs of the services that take the certificate and give tokens. Default: production.
    std::string sign_in_endpoint;
    std::string token_endpoint;
    /// The HTTP proxy that https:// connections go through: "http://host:port" or
    /// "http://user:password@host:port", with the special characters of user and password percent-encoded.
    /// Default: none; the environment is not read.
    std::string proxy_url;
    /// How long the destructor waits, at most, for calls that other threads are in. Without such
    /// calls it does not wait at all.
    std::chrono::milliseconds close_deadline{5000};
};

/// How the calls and operations of a client ended. `calls`, those that block, is the sum of the four
/// counts behind it; `submitted`, those that do not, the sum of the five behind it.
struct CloseReport {
    std::uint64_t calls = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t uncertain = 0;
    std::uint64_t failed = 0;
    std::uint64_t unfinished = 0;
    std::uint64_t submitted = 0;
    std::uint64_t operations_succeeded = 0;
    std::uint64_t operations_uncertain = 0;
    std::uint64_t operations_failed = 0;
    std::uint64_t operations_abandoned = 0;
    std::uint64_t operations_unfinished = 0;
    std::uint64_t events_not_polled = 0;
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

/// Only none itself means not at all, and not what does not fit.
inline std::uint32_t milliseconds_or_none(std::chrono::milliseconds duration) noexcept
{
    return duration == none ? MPA_NONE : std::min<std::uint32_t>(milliseconds(duration), UINT32_MAX - 1);
}

/// 0, which means the default, only where there is no time.
inline std::uint64_t unix_ms(const std::optional<TimePoint>& time) noexcept
{
    if (!time) return 0;
    const auto since_1970 = std::chrono::floor<std::chrono::milliseconds>(time->time_since_epoch());
    return static_cast<std::uint64_t>(std::max<std::int64_t>(since_1970.count(), 1));
}

/// 0, which means unknown, only where there is no time; what is over is about to be.
inline std::uint64_t remaining_ms(const std::optional<std::chrono::milliseconds>& remaining) noexcept
{
    if (!remaining) return 0;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(remaining->count(), 1));
}

/// The other way round. Later than there is becomes the latest.
inline std::optional<TimePoint> time_point(std::uint64_t unix_ms) noexcept
{
    if (unix_ms == 0) return std::nullopt;
    constexpr auto latest = std::chrono::floor<std::chrono::milliseconds>((TimePoint::duration::max)());
    const auto ms = std::min<std::uint64_t>(unix_ms, static_cast<std::uint64_t>(latest.count()));
    return TimePoint(std::chrono::milliseconds(static_cast<std::int64_t>(ms)));
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

// Statistics --------------------------------------------------------------------------------------

/// The statistics of one lane: invites of both kinds, or recent players. Each member is the field of mpa_lane_stats of
/// that name; all but the last three only grow.
class LaneStats {
public:
    using Buckets = std::array<std::uint64_t, MPA_STATS_BUCKET_COUNT>;

    explicit LaneStats(const mpa_lane_stats& raw) noexcept : raw_(raw) {}

    std::uint64_t submitted() const noexcept { return raw_.submitted; }
    std::uint64_t calls() const noexcept { return raw_.calls; }

    /// How many operations and blocking calls ended with this status, whatever the cause; 0 for a status
    /// that none ends with.
    std::uint64_t completed(Status status) const noexcept
    {
        return mpa_lane_stats_completed(&raw_, static_cast<mpa_status>(status));
    }

    /// Those of them that had this cause; Status::Ok: none.
    std::uint64_t completed(Status status, Status cause) const noexcept
    {
        mpa_status of = MPA_OK;
        mpa_status because = MPA_OK;
        for (std::uint32_t i = 0; mpa_completion_kind(i, &of, &because) != 0; i++) {
            if (static_cast<Status>(of) == status && static_cast<Status>(because) == cause) {
                return raw_.completed[i];
            }
        }
        return 0;
    }

    std::uint64_t requests() const noexcept { return raw_.requests; }
    std::uint64_t retries() const noexcept { return raw_.retries; }
    std::uint64_t throttled() const noexcept { return raw_.throttled; }
    std::uint64_t items() const noexcept { return raw_.items; }

    Buckets queue_wait_buckets() const noexcept { return copy(raw_.queue_wait_buckets); }
    std::chrono::milliseconds queue_wait_sum() const noexcept { return duration(raw_.queue_wait_sum_ms); }
    Buckets request_duration_buckets() const noexcept { return copy(raw_.request_duration_buckets); }
    std::chrono::milliseconds request_duration_sum() const noexcept
    {
        return duration(raw_.request_duration_sum_ms);
    }

    std::uint64_t queued() const noexcept { return raw_.queued; }
    std::uint64_t running() const noexcept { return raw_.running; }
    std::chrono::milliseconds oldest_queued() const noexcept { return duration(raw_.oldest_queued_ms); }

private:
    static std::chrono::milliseconds duration(std::uint64_t ms) noexcept
    {
        return std::chrono::milliseconds(static_cast<std::int64_t>(ms));
    }

    static Buckets copy(const std::uint64_t (&raw)[MPA_STATS_BUCKET_COUNT]) noexcept
    {
        Buckets buckets{};
        std::copy(std::begin(raw), std::end(raw), buckets.begin());
        return buckets;
    }

    mpa_lane_stats raw_;
};

/// The statistics of a client, since it was opened; each member is the field of mpa_stats of that name.
/// Filled by Client::stats; before that, all are 0.
class Stats {
public:
    Stats() noexcept : raw_(MPA_INIT(mpa_stats)) {}

    /// Invites and server invites.
    LaneStats invites() const noexcept { return LaneStats(raw_.invites); }
    LaneStats recent_players() const noexcept { return LaneStats(raw_.recent_players); }

    std::uint64_t held_operations() const noexcept { return raw_.held_operations; }
    std::uint64_t held_bytes() const noexcept { return raw_.held_bytes; }
    std::uint64_t completions_waiting() const noexcept { return raw_.completions_waiting; }

    /// Absent: never.
    std::optional<std::chrono::milliseconds> since_last_poll() const noexcept
    {
        return since(raw_.since_last_poll_ms);
    }
    std::optional<std::chrono::milliseconds> since_last_success() const noexcept
    {
        return since(raw_.since_last_success_ms);
    }

    /// Absent: unknown, or there is none.
    std::optional<TimePoint> authorization_expires_at() const noexcept
    {
        return detail::time_point(raw_.authorization_expires_at_unix_ms);
    }
    /// Absent: the client does not sign in by itself.
    std::optional<TimePoint> certificate_expires_at() const noexcept
    {
        return detail::time_point(raw_.certificate_expires_at_unix_ms);
    }
    /// Absent: never.
    std::optional<TimePoint> last_sign_in_at() const noexcept
    {
        return detail::time_point(raw_.last_sign_in_at_unix_ms);
    }
    std::uint64_t sign_in_attempts() const noexcept { return raw_.sign_in_attempts; }
    std::uint64_t sign_in_failures() const noexcept { return raw_.sign_in_failures; }

    /// Absent: not known before the first response.
    std::optional<std::chrono::milliseconds> clock_offset() const noexcept
    {
        if (raw_.clock_offset_known == 0) return std::nullopt;
        return std::chrono::milliseconds(raw_.clock_offset_ms);
    }

    /// Writes them into `text` in Prometheus' exposition format; on failure it is empty. `labels` are
    /// put into each line, such as region="eu"; empty: none. Several clients of a process: see
    /// mpa_stats_prometheus.
    Result prometheus(const std::string& labels, std::string& text) const
    {
        Result result;
        text.clear();
        if (!detail::check_text(labels, "labels", result.raw_)) return result;
        std::uint32_t length = 0;
        text.resize(MPA_STATS_PROMETHEUS_SIZE);
        write(labels, text, length, result);
        if (length >= MPA_STATS_PROMETHEUS_SIZE) {
            // Time stamps may have grown by a few digits meanwhile.
            text.resize(length + std::size_t{1024});
            write(labels, text, length, result);
        }
        text.resize(result.ok() ? length : 0);
        return result;
    }

    const mpa_stats& raw() const noexcept { return raw_; }

private:
    friend class Client;

    void write(const std::string& labels, std::string& text, std::uint32_t& length,
               Result& result) const noexcept
    {
        mpa_stats_prometheus(&raw_, detail::text(labels), text.data(), detail::count(text.size()),
                             &length, &result.raw_);
    }

    static std::optional<std::chrono::milliseconds> since(std::int64_t ms) noexcept
    {
        if (ms < 0) return std::nullopt;
        return std::chrono::milliseconds(ms);
    }

    mpa_stats raw_;
};

// The client --------------------------------------------------------------------------------------

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
        if (!check_texts(config, raw_result)) return std::nullopt;
        mpa_client_config raw = raw_config(config);
        mpa_authorization authorization = MPA_INIT(mpa_authorization);
        if (config.authorization) {
            if (!check_texts(*config.authorization, "config.authorization", raw_result)) return std::nullopt;
            authorization = raw_authorization(*config.authorization);
            raw.authorization = &authorization;
        }
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
        report.submitted = raw.submitted;
        report.operations_succeeded = raw.operations_succeeded;
        report.operations_uncertain = raw.operations_uncertain;
        report.operations_failed = raw.operations_failed;
        report.operations_abandoned = raw.operations_abandoned;
        report.operations_unfinished = raw.operations_unfinished;
        report.events_not_polled = raw.events_not_polled;
        return report;
    }

    /// Gives the client another token, for all requests that begin from now on. Never blocks.
    Result set_authorization(const Authorization& authorization) const noexcept
    {
        Result result;
        if (check_texts(authorization, "authorization", result.raw_)) {
            const mpa_authorization raw = raw_authorization(authorization);
            mpa_client_set_authorization(handle_, &raw, &result.raw_);
        }
        return result;
    }

    /// Tells a client that signs in by itself that the service refused the token that it gave out. If that
    /// token is still the one in use, it is not given out again, and another is obtained at once in the
    /// background; with any other token nothing happens. Never blocks.
    Result invalidate_authorization(const Authorization& authorization) const noexcept
    {
        Result result;
        if (check_texts(authorization, "authorization", result.raw_)) {
            const mpa_authorization raw = raw_authorization(authorization);
            mpa_client_invalidate_authorization(handle_, &raw, &result.raw_);
        }
        return result;
    }

    /// Copies the authorization in use, with its proof key, so that one process can sign in for many.
    /// On failure it is empty. A client that signs in by itself begins to do so with the first call, and
    /// returns SignInPending until that has ended; ask again every second or so. Never blocks.
    Result get_authorization(Authorization& authorization) const
    {
        Result result;
        // Into the texts themselves, so that no copies of the secrets stay behind.
        std::string& header = authorization.header;
        std::string& key = authorization.proof_key_pem;
        header.assign(MPA_MAX_AUTHORIZATION_HEADER_LENGTH + std::size_t{1}, '\0');
        key.assign(512, '\0'); // Holds any, as the library writes them.
        mpa_authorization_buffers raw = MPA_INIT(mpa_authorization_buffers);
        raw.header = header.data();
        raw.header_size = detail::count(header.size());
        raw.proof_key_pem = key.data();
        raw.proof_key_pem_size = detail::count(key.size());
        mpa_client_get_authorization(handle_, &raw, &result.raw_);
        header.resize(result.ok() ? header.find('\0') : 0);
        key.resize(result.ok() ? key.find('\0') : 0);
        authorization.expires_at = detail::time_point(raw.expires_at_unix_ms);
        authorization.expires_in.reset();
        if (raw.expires_in_ms != 0) {
            const auto ms = static_cast<std::int64_t>(std::min<std::uint64_t>(raw.expires_in_ms, INT64_MAX));
            authorization.expires_in = std::chrono::milliseconds(ms);
        }
        return result;
    }

    /// Invites users on behalf of the user whose token is sent. Blocks up to call_timeout.
    Result send_invite(const Invite& invite) const noexcept
    {
        Result result;
        mpa_authorization authorization = MPA_INIT(mpa_authorization);
        mpa_invite raw = MPA_INIT(mpa_invite);
        if (fill(raw, authorization, invite, result)) mpa_send_invite(handle_, &raw, &result.raw_);
        return result;
    }

    /// Invites users on behalf of invite.sender. Blocks up to call_timeout.
    Result send_server_invite(const ServerInvite& invite) const noexcept
    {
        Result result;
        mpa_server_invite raw = MPA_INIT(mpa_server_invite);
        if (fill(raw, invite, result)) mpa_send_server_invite(handle_, &raw, &result.raw_);
        return result;
    }

    /// Reports to the service who met whom. Blocks up to call_timeout.
    Result post_recent_player_groups(const std::vector<RecentPlayerGroup>& groups) const
    {
        Result result;
        const std::vector<mpa_recent_player_group> raw = raw_groups(groups);
        mpa_post_recent_player_groups(handle_, raw.data(), detail::count(raw.size()), &result.raw_);
        return result;
    }

    /// Submits what send_invite sends, and returns at once. `user_data` comes back with the event that
    /// reports how it ended. Never blocks.
    [[nodiscard]] Submitted submit_invite(const Invite& invite, std::uint64_t user_data) const noexcept
    {
        Submitted submitted;
        mpa_authorization authorization = MPA_INIT(mpa_authorization);
        mpa_invite raw = MPA_INIT(mpa_invite);
        if (fill(raw, authorization, invite, submitted.result)) {
            mpa_submit_invite(handle_, &raw, user_data, &submitted.operation, &submitted.result.raw_);
        }
        return submitted;
    }

    /// Submits what send_server_invite sends: as submit_invite.
    [[nodiscard]] Submitted submit_server_invite(const ServerInvite& invite,
                                                 std::uint64_t user_data) const noexcept
    {
        Submitted submitted;
        mpa_server_invite raw = MPA_INIT(mpa_server_invite);
        if (fill(raw, invite, submitted.result)) {
            mpa_submit_server_invite(handle_, &raw, user_data, &submitted.operation,
                                     &submitted.result.raw_);
        }
        return submitted;
    }

    /// Submits what post_recent_player_groups sends: as submit_invite. They are held for
    /// recent_players_hold, and gathered with those of other operations into full requests.
    [[nodiscard]] Submitted submit_recent_player_groups(const std::vector<RecentPlayerGroup>& groups,
                                                        std::uint64_t user_data) const
    {
        Submitted submitted;
        const std::vector<mpa_recent_player_group> raw = raw_groups(groups);
        mpa_submit_recent_player_groups(handle_, raw.data(), detail::count(raw.size()), user_data,
                                        &submitted.operation, &submitted.result.raw_);
        return submitted;
    }

    /// Polls the next event; false where there is none. Call it each frame until then. Never blocks.
    bool poll_event(Event& event) const noexcept
    {
        event = Event();
        mpa_event raw = MPA_INIT(mpa_event);
        if (mpa_poll_event(handle_, &raw, &event.result.raw_) == 0) return false;
        take(event, raw);
        return true;
    }

    /// Waits for the next event. Ok with EventType::None: there was none in time, or wake() was called.
    /// InvalidHandle: there will be no more. Blocks up to the timeout.
    Status wait_event(Event& event, std::chrono::milliseconds timeout) const noexcept
    {
        event = Event();
        mpa_event raw = MPA_INIT(mpa_event);
        const mpa_status status =
            mpa_wait_event(handle_, deadline_ms(timeout), &raw, &event.result.raw_);
        take(event, raw);
        return static_cast<Status>(status);
    }

    /// Ends a wait of another thread early: the one that goes on, or nothing. Never blocks.
    Status wake() const noexcept { return static_cast<Status>(mpa_client_wake(handle_)); }

    /// Ends an operation that was not sent yet, as Status::Cancelled; either way its event follows.
    /// Never blocks.
    Result cancel(std::uint64_t operation) const noexcept
    {
        Result result;
        mpa_cancel(handle_, operation, &result.raw_);
        return result;
    }

    /// Ends the taking of operations. Go on pulling events until EventType::Drained, which comes after
    /// the deadline at the latest. Never blocks.
    Result drain(std::chrono::milliseconds deadline) const noexcept
    {
        Result result;
        mpa_client_drain(handle_, deadline_ms(deadline), &result.raw_);
        return result;
    }

    /// Waits until what was submitted before has ended, without holding any of it back. The events are
    /// still to be polled. Blocks up to the deadline.
    Result flush(std::chrono::milliseconds deadline) const noexcept
    {
        Result result;
        mpa_client_flush(handle_, deadline_ms(deadline), &result.raw_);
        return result;
    }

    /// Copies the client's numbers. Cheap enough for every frame. Never blocks.
    Result stats(Stats& stats) const noexcept
    {
        Result result;
        stats = Stats();
        mpa_client_stats(handle_, &stats.raw_, &result.raw_);
        return result;
    }

    /// How long the destructor waits at most.
    std::chrono::milliseconds close_deadline() const noexcept { return close_deadline_; }

    /// For the functions of mpa.h. It stays this object's to close.
    mpa_client handle() const noexcept { return handle_; }

private:
    Client(mpa_client handle, std::chrono::milliseconds close_deadline) noexcept
        : handle_(handle), close_deadline_(close_deadline)
    {
    }

    // <generated> Generated from src/ffi: cargo run -p mpa-tests --bin write-bindings. Do not edit.

    /// False where a text cannot be passed on as it is; `result` says which.
    static bool check_texts(const ClientConfig& config, mpa_result& result) noexcept
    {
        return detail::check_text(config.endpoint, "config.endpoint", result)
               && detail::check_text(config.authorization_header, "config.authorization_header", result)
               && detail::check_text(config.ca_certificates_path, "config.ca_certificates_path", result)
               && detail::check_text(config.user_agent, "config.user_agent", result)
               && detail::check_text(config.certificate_path, "config.certificate_path", result)
               && detail::check_text(config.private_key_path, "config.private_key_path", result)
               && detail::check_text(config.certificate_password, "config.certificate_password", result)
               && detail::check_text(config.certificate_pem, "config.certificate_pem", result)
               && detail::check_text(config.private_key_pem, "config.private_key_pem", result)
               && detail::check_text(config.sandbox_id, "config.sandbox_id", result)
               && detail::check_text(config.relying_party, "config.relying_party", result)
               && detail::check_text(config.sign_in_endpoint, "config.sign_in_endpoint", result)
               && detail::check_text(config.token_endpoint, "config.token_endpoint", result)
               && detail::check_text(config.proxy_url, "config.proxy_url", result);
    }

    /// All but the authorization. What is filled points into `config`.
    static mpa_client_config raw_config(const ClientConfig& config) noexcept
    {
        mpa_client_config raw = MPA_INIT(mpa_client_config);
        raw.title_id = config.title_id;
        raw.endpoint = detail::text(config.endpoint);
        raw.authorization_header = detail::text(config.authorization_header);
        raw.ca_certificates_path = detail::text(config.ca_certificates_path);
        raw.user_agent = detail::text(config.user_agent);
        raw.ca_mode = static_cast<mpa_ca_mode>(config.ca_mode);
        raw.allow_plain_http = config.allow_plain_http ? 1 : 0;
        raw.connect_timeout_ms = detail::milliseconds(config.connect_timeout);
        raw.request_timeout_ms = detail::milliseconds(config.request_timeout);
        raw.call_timeout_ms = detail::milliseconds(config.call_timeout);
        raw.max_attempts = config.max_attempts;
        raw.invite_limit = config.invite_limit;
        raw.recent_players_limit = config.recent_players_limit;
        raw.activity_write_limit = config.activity_write_limit;
        raw.activity_read_limit = config.activity_read_limit;
        raw.limit_period_ms = detail::milliseconds(config.limit_period);
        raw.invite_time_to_live_ms = detail::milliseconds(config.invite_time_to_live);
        raw.recent_players_time_to_live_ms = detail::milliseconds(config.recent_players_time_to_live);
        raw.recent_players_hold_ms = detail::milliseconds_or_none(config.recent_players_hold);
        raw.worker_count = config.worker_count;
        raw.queue_capacity = config.queue_capacity;
        raw.queue_capacity_bytes = config.queue_capacity_bytes;
        raw.authorization_lead_ms = detail::milliseconds_or_none(config.authorization_lead);
        raw.owner_tag = config.owner_tag;
        raw.log_level = static_cast<mpa_log_level>(config.log_level);
        raw.certificate_path = detail::text(config.certificate_path);
        raw.private_key_path = detail::text(config.private_key_path);
        raw.certificate_password = detail::text(config.certificate_password);
        raw.certificate_pem = detail::text(config.certificate_pem);
        raw.private_key_pem = detail::text(config.private_key_pem);
        raw.sandbox_id = detail::text(config.sandbox_id);
        raw.relying_party = detail::text(config.relying_party);
        raw.sign_in_endpoint = detail::text(config.sign_in_endpoint);
        raw.token_endpoint = detail::text(config.token_endpoint);
        raw.proxy_url = detail::text(config.proxy_url);
        return raw;
    }

    // </generated>

    /// What is filled points into `invite`. False where it cannot be sent; `result` says why.
    static bool fill(mpa_invite& raw, mpa_authorization& authorization, const Invite& invite,
                     Result& result) noexcept
    {
        if (!fill_common(raw, invite, result)) return false;
        if (!invite.authorization) return true;
        if (!check_texts(*invite.authorization, "invite.authorization", result.raw_)) return false;
        authorization = raw_authorization(*invite.authorization);
        raw.authorization = &authorization;
        return true;
    }

    static bool fill(mpa_server_invite& raw, const ServerInvite& invite, Result& result) noexcept
    {
        raw.sender = invite.sender;
        return fill_common(raw, invite, result);
    }

    /// The fields that both invites have.
    template <typename Raw, typename AnyInvite>
    static bool fill_common(Raw& raw, const AnyInvite& invite, Result& result) noexcept
    {
        raw.platform = static_cast<mpa_platform>(invite.platform);
        raw.invited_users = invite.invited_users.data();
        raw.invited_user_count = detail::count(invite.invited_users.size());
        raw.time_to_live_ms = detail::milliseconds(invite.time_to_live);
        raw.connection_string = detail::text(invite.connection_string);
        return detail::check_text(invite.connection_string, "invite.connection_string", result.raw_);
    }

    static std::vector<mpa_recent_player_group> raw_groups(const std::vector<RecentPlayerGroup>& groups)
    {
        std::vector<mpa_recent_player_group> raw;
        raw.reserve(groups.size());
        for (const RecentPlayerGroup& group : groups) {
            mpa_recent_player_group& added = raw.emplace_back(MPA_INIT(mpa_recent_player_group));
            added.encounter_type = static_cast<mpa_encounter_type>(group.encounter_type);
            added.timestamp_unix_ms = detail::unix_ms(group.timestamp);
            added.players = group.players.data();
            added.player_count = detail::count(group.players.size());
        }
        return raw;
    }

    static void take(Event& event, const mpa_event& raw) noexcept
    {
        event.type = static_cast<EventType>(raw.type);
        event.operation = raw.operation;
        event.user_data = raw.user_data;
        event.reason = static_cast<AuthorizationReason>(raw.reason);
    }

    /// False where a text cannot be passed on as it is; `result` says which. `name`: of the authorization.
    static bool check_texts(const Authorization& authorization, const char* name,
                            mpa_result& result) noexcept
    {
        std::array<char, 64> field{};
        std::snprintf(field.data(), field.size(), "%s.header", name);
        if (!detail::check_text(authorization.header, field.data(), result)) return false;
        std::snprintf(field.data(), field.size(), "%s.proof_key_pem", name);
        return detail::check_text(authorization.proof_key_pem, field.data(), result);
    }

    static mpa_authorization raw_authorization(const Authorization& authorization) noexcept
    {
        mpa_authorization raw = MPA_INIT(mpa_authorization);
        raw.header = authorization.header.c_str();
        raw.expires_at_unix_ms = detail::unix_ms(authorization.expires_at);
        raw.proof_key_pem = detail::text(authorization.proof_key_pem);
        raw.expires_in_ms = detail::remaining_ms(authorization.expires_in);
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

/// Closes all clients of this process that were opened with this ClientConfig::owner_tag, within one
/// deadline for all. InvalidArgument for 0. Blocks up to the deadline.
inline Status close_all(std::uint64_t owner_tag, std::chrono::milliseconds deadline) noexcept
{
    const auto not_past = std::max<std::chrono::milliseconds>(deadline, {});
    return static_cast<Status>(mpa_close_all(owner_tag, detail::milliseconds(not_past)));
}

} // namespace mpa

#endif // MPA_HPP

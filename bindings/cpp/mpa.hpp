// mpa.hpp: mpa.h in C++17
//
// One header over the C interface: it closes what it opens, takes std::string, std::vector and
// std::chrono, and hides struct_size. It needs mpa.h, the headers beside this file that it includes,
// the library and the standard library, and compiles with -fno-exceptions -fno-rtti too.
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

#include "mpa_calls.hpp"
#include "mpa_config.hpp"
#include "mpa_match.hpp"
#include "mpa_stats.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace mpa {

// Events ---------------------------------------------------------------------------------------

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

// The client --------------------------------------------------------------------------------------

/// A way to the service for one title. One that was moved from, or made without open(), is closed:
/// its calls end as Status::InvalidHandle.
class Client : public ServiceCalls {
public:
    /// Empty on failure; `result` says why. Reads the files that the configuration names; no network,
    /// no thread.
    static std::optional<Client> open(const ClientConfig& config, Result& result) noexcept
    {
        result = Result();
        mpa_result& raw_result = result.raw_;
        if (!detail::check_texts(config, raw_result)) return std::nullopt;
        mpa_client_config raw = detail::raw_config(config);
        mpa_authorization authorization = MPA_INIT(mpa_authorization);
        if (config.authorization) {
            const Authorization& first = *config.authorization;
            if (!detail::fill(authorization, first, "config.authorization", raw_result)) return std::nullopt;
            raw.authorization = &authorization;
        }
        mpa_client handle = mpa_client();
        if (mpa_client_open(&raw, &handle, &raw_result) != MPA_OK) return std::nullopt;
        return Client(handle, config.close_deadline);
    }

    Client() noexcept = default;
    Client(Client&& other) noexcept
        : ServiceCalls(std::exchange(other.handle_, mpa_client())), close_deadline_(other.close_deadline_)
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

    /// Closes the client: calls of other threads may finish until the deadline; then they are aborted. Empty
    /// if it was closed already. Blocks up to the deadline.
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
        mpa_authorization raw = MPA_INIT(mpa_authorization);
        if (detail::fill(raw, authorization, "authorization", result.raw_)) {
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
        mpa_authorization raw = MPA_INIT(mpa_authorization);
        if (detail::fill(raw, authorization, "authorization", result.raw_)) {
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
        key.assign(MPA_PROOF_KEY_PEM_SIZE, '\0');
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

    /// Opens a match. Empty on failure; `result` says why. It may outlive the client, which closes it when it is
    /// drained or closed. Never blocks.
    std::optional<Match> open_match(const MatchConfig& config, Result& result) const noexcept
    {
        result = Result();
        mpa_match_config raw = MPA_INIT(mpa_match_config);
        raw.minimum_together_ms = detail::milliseconds(config.minimum_together);
        raw.user_data = config.user_data;
        mpa_match handle = mpa_match();
        if (mpa_match_open(handle_, &raw, &handle, &result.raw_) != MPA_OK) return std::nullopt;
        return Match(handle, config.user_data);
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

    /// Reads what a submitted query has found, once its event was polled and before the next one is; it can be
    /// read again until then. Ok without records where the user or users play nothing. Never blocks.
    Result read_activities(std::uint64_t operation, std::vector<ActivityRecord>& records) const
    {
        Result result;
        records.clear();
        std::uint32_t total = 0;
        mpa_read_activities(handle_, operation, nullptr, 0, &total, &result.raw_);
        if (!result.ok() || total == 0) return result;
        detail::RawRecords raw(total);
        mpa_read_activities(handle_, operation, raw.data(), raw.capacity(), &total, &result.raw_);
        if (result.ok()) raw.copy_to(records, total);
        return result;
    }

    /// Starts draining: no more operations are accepted. Keep polling events until EventType::Drained, which
    /// comes at the latest after the deadline. Never blocks.
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
        : ServiceCalls(handle), close_deadline_(close_deadline)
    {
    }

    static void take(Event& event, const mpa_event& raw) noexcept
    {
        event.type = static_cast<EventType>(raw.type);
        event.operation = raw.operation;
        event.user_data = raw.user_data;
        event.reason = static_cast<AuthorizationReason>(raw.reason);
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

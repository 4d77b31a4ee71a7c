// mpa_dispatcher.hpp: callbacks and futures over mpa.hpp
//
//     mpa::Dispatcher dispatcher(std::move(*client));
//     dispatcher.submit_server_invite(invite, [](const mpa::Result& result) { ... });
//     for (;;) {                      // the game loop
//         dispatcher.poll();          // the callbacks run in here, and only on this thread
//         ...
//     }
//
// Threads     Submit from any thread. poll() and close() belong to one thread, and to one at a time.
//             No callback comes from the library: they are kept here, under a number.
// Exactly     Every operation that was submitted completes exactly once: by poll(), by close(), or by
// once        the destructor. What has no event by then ends as Status::Abandoned, with all of it
//             uncertain. What was refused on submitting is told at once, and its callback is never
//             called; a future of it is ready.
// Callbacks   may submit, cancel and poll. They may not destroy the dispatcher. What one throws leaves
//             poll() or close(), and the next poll() goes on behind it; out of the destructor it ends
//             the program.
// Futures     become ready inside poll(): never wait for one on the thread that polls.

#ifndef MPA_DISPATCHER_HPP
#define MPA_DISPATCHER_HPP

#include "mpa.hpp"

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace mpa {

class Dispatcher {
public:
    /// Called with how the operation ended.
    using Callback = std::function<void(const Result&)>;

    explicit Dispatcher(Client client) noexcept : client_(std::move(client)) {}

    /// As close(), with ClientConfig::close_deadline.
    ~Dispatcher() { close(client_.close_deadline()); }

    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    /// For all other calls. Pull no events past the dispatcher.
    const Client& client() const noexcept { return client_; }

    /// Called inside poll() when operations wait for an authorization, or the one in use expires within
    /// ClientConfig::authorization_lead; the message says which. Set it before the first poll().
    std::function<void(const Result&)> on_authorization_needed;

    /// Called inside poll() with an entry of the log, where ClientConfig::log_level asks for it. Set it
    /// before the first poll().
    std::function<void(LogLevel, std::string_view)> on_log;

    Submitted submit_invite(const Invite& invite, Callback callback)
    {
        return submit(invite.invited_users.size(), std::move(callback),
                      [&](std::uint64_t key) { return client_.submit_invite(invite, key); });
    }

    Submitted submit_server_invite(const ServerInvite& invite, Callback callback)
    {
        return submit(invite.invited_users.size(), std::move(callback),
                      [&](std::uint64_t key) { return client_.submit_server_invite(invite, key); });
    }

    Submitted submit_recent_player_groups(const std::vector<RecentPlayerGroup>& groups,
                                          Callback callback)
    {
        return submit(groups.size(), std::move(callback), [&](std::uint64_t key) {
            return client_.submit_recent_player_groups(groups, key);
        });
    }

    std::future<Result> submit_invite(const Invite& invite)
    {
        return as_future([&](Callback callback) { return submit_invite(invite, std::move(callback)); });
    }

    std::future<Result> submit_server_invite(const ServerInvite& invite)
    {
        return as_future(
            [&](Callback callback) { return submit_server_invite(invite, std::move(callback)); });
    }

    std::future<Result> submit_recent_player_groups(const std::vector<RecentPlayerGroup>& groups)
    {
        return as_future([&](Callback callback) {
            return submit_recent_player_groups(groups, std::move(callback));
        });
    }

    /// Ends an operation that was not sent yet; its callback follows either way. Never blocks.
    Result cancel(std::uint64_t operation) const noexcept { return client_.cancel(operation); }

    /// Completes what has ended; returns how many events there were. Blocks no longer than the
    /// callbacks do.
    std::size_t poll()
    {
        std::size_t events = 0;
        Event event;
        while (client_.poll_event(event)) {
            ++events;
            handle(event);
        }
        return events;
    }

    /// Ends the taking of operations. Go on polling until drained(). Never blocks.
    Result drain(std::chrono::milliseconds deadline) const noexcept { return client_.drain(deadline); }

    /// Whether every operation has ended and its callback has been called, after drain().
    bool drained() const noexcept { return drained_; }

    /// Drains, completing what ends until the deadline, and closes the client; what is left then ends
    /// as Status::Abandoned. Empty where it was closed already. Blocks up to the deadline, and a
    /// second more for what the deadline cuts.
    std::optional<CloseReport> close(std::chrono::milliseconds deadline)
    {
        using Clock = std::chrono::steady_clock;
        constexpr std::chrono::milliseconds longest{UINT32_MAX};
        deadline = std::clamp<std::chrono::milliseconds>(deadline, {}, longest);
        const Clock::time_point end = Clock::now() + deadline;
        const Clock::time_point latest = end + std::chrono::seconds(1);
        if (pending() > 0) {
            // It may be draining already, with a deadline of its own: then this one cuts it.
            static_cast<void>(client_.drain(deadline));
        }
        while (pending() > 0 && !drained_ && Clock::now() < latest) {
            Event event;
            if (client_.wait_event(event, std::chrono::milliseconds(50)) != Status::Ok) break;
            handle(event);
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
        const std::optional<CloseReport> report = client_.close(left);
        abandon();
        return report;
    }

private:
    struct Operation {
        Callback callback;
        std::size_t count;
    };

    /// The callback is kept before the operation is submitted: its event may come before that returns.
    template <typename Submit>
    Submitted submit(std::size_t count, Callback callback, Submit submit_with)
    {
        std::uint64_t key = 0;
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            key = ++last_key_;
            operations_.emplace(key, Operation{std::move(callback), count});
        }
        Submitted submitted = submit_with(key);
        if (!submitted.ok()) static_cast<void>(take(key));
        return submitted;
    }

    template <typename Submit>
    static std::future<Result> as_future(Submit submit_with)
    {
        // Shared, since a function has to be one that can be copied.
        const auto promise = std::make_shared<std::promise<Result>>();
        std::future<Result> future = promise->get_future();
        const Submitted submitted =
            submit_with([promise](const Result& result) { promise->set_value(result); });
        if (!submitted.ok()) promise->set_value(submitted.result);
        return future;
    }

    /// Empty where nobody knows the key: submitted past this dispatcher.
    std::optional<Operation> take(std::uint64_t key)
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = operations_.find(key);
        if (found == operations_.end()) return std::nullopt;
        std::optional<Operation> operation(std::move(found->second));
        operations_.erase(found);
        return operation;
    }

    std::size_t pending() const
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        return operations_.size();
    }

    void handle(const Event& event)
    {
        switch (event.type) {
        case EventType::None:
            break;
        case EventType::Completed:
            if (const std::optional<Operation> operation = take(event.user_data)) {
                if (operation->callback) operation->callback(event.result);
            }
            break;
        case EventType::Drained:
            drained_ = true;
            break;
        case EventType::AuthorizationNeeded:
            if (on_authorization_needed) on_authorization_needed(event.result);
            break;
        case EventType::Log:
            if (on_log) on_log(event.log_level(), event.result.message());
            break;
        default: // Of a newer library.
            break;
        }
    }

    void abandon()
    {
        std::unordered_map<std::uint64_t, Operation> left;
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            left.swap(operations_);
        }
        for (const auto& [key, operation] : left) {
            if (operation.callback) operation.callback(abandoned(operation.count));
        }
    }

    /// It may be on the wire: nobody can tell any more.
    static Result abandoned(std::size_t count)
    {
        Result result;
        result.raw_.status = MPA_ERROR_ABANDONED;
        result.raw_.uncertain = detail::count(count);
        std::snprintf(result.raw_.message, sizeof result.raw_.message,
                      "The client was closed before the end of this was known. Do not send it again.");
        return result;
    }

    Client client_;
    mutable std::mutex mutex_;
    std::unordered_map<std::uint64_t, Operation> operations_;
    std::uint64_t last_key_ = 0;
    bool drained_ = false;
};

} // namespace mpa

#endif // MPA_DISPATCHER_HPP

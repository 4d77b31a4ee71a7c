// mpa_dispatcher.hpp: callbacks and futures over mpa.hpp
//
//     mpa::Dispatcher dispatcher(std::move(*client));
//     dispatcher.submit_server_invite(invite, lifetime, [this](const mpa::Result& result) { ... });
//     for (;;) {                      // the game loop
//         dispatcher.poll();          // the callbacks run in here, and only on this thread
//         ...
//     }
//     dispatcher.close(5s);           // and in here, while what they refer to is still there
//
// Threads     Submit from any thread. poll() and close() belong to one thread, and to one at a time.
//             No callback comes from the library: they are kept here, under a number.
// Exactly     Every operation calls its callback exactly once: in poll() or close(). What has no event
// once        by then is uncertain: an invite ends as Status::Uncertain, everything else as
//             Status::Abandoned. What is refused on submitting is reported in the next poll(), unless
//             DispatcherOptions::refusals says otherwise. A callback whose owner is gone is dropped.
// The end     Call close() while what callbacks refer to is still there; then the order in which objects
//             are destroyed does not matter. The destructor closes too, but calls only what is tied to
//             a living owner (mpa_submitter.hpp) and completes futures: it drops other callbacks, since
//             their objects may be gone, and asserts in debug builds that there are none.
// Callbacks   may submit, cancel and poll. They may not destroy the dispatcher. What one throws leaves
//             poll() or close(), and the next poll() goes on behind it; out of the destructor it ends
//             the program.
// Futures     become ready inside poll(): never wait for one on the thread that polls.

#ifndef MPA_DISPATCHER_HPP
#define MPA_DISPATCHER_HPP

#include "mpa_renewer.hpp"
#include "mpa_submitter.hpp"

#include <deque>
#include <exception>
#include <type_traits>
#include <unordered_map>

/// Define it before including this to use an assertion of your own.
#ifndef MPA_ASSERT
#include <cassert>
#define MPA_ASSERT(condition) assert(condition)
#endif

namespace mpa {

/// Where a submit that is refused is reported.
enum class Refusals {
    /// In the Submitted that is returned, and to the callback, in the next poll(): as all other ends.
    ToCallback,
    /// In the Submitted only.
    Returned,
};

struct DispatcherOptions {
    Refusals refusals = Refusals::ToCallback;
    /// Called on a thread of the dispatcher when an authorization is needed, one call at a time; what it
    /// returns is set. close() and the destructor wait for it to return. Default: the host sets them
    /// with Client::set_authorization.
    AuthorizationSource authorization_source = {};
};

class Dispatcher final : public Submitter {
public:
    explicit Dispatcher(Client client, DispatcherOptions options = {})
        : client_(std::move(client)), refusals_(options.refusals),
          renewer_(client_, std::move(options.authorization_source))
    {
    }

    /// As close(), with ClientConfig::close_deadline; but callbacks that are tied to nothing are dropped.
    /// In debug builds there may be none: call close() first, or tie them to a Lifetime.
    ~Dispatcher() override
    {
        is_destroyed_ = true;
        // Where an exception is on its way, that is what should be seen.
        MPA_ASSERT((unbound() == 0 || std::uncaught_exceptions() > 0) &&
                   "mpa::Dispatcher: close() it before it is destroyed");
        static_cast<void>(close(client_.close_deadline()));
    }

    /// For all other calls. Poll no events past the dispatcher. What is submitted past it completes without a callback,
    /// and must have a user_data below 2^63: those above are the dispatcher's.
    const Client& client() const noexcept { return client_; }

    /// Called inside poll() when operations wait for an authorization, or the one in use expires within
    /// ClientConfig::authorization_lead: with the reason, and a message for a log. With a source of
    /// authorizations there is nothing to do then. Set it before the first poll().
    std::function<void(AuthorizationReason, const Result&)> on_authorization_needed;

    /// Called inside poll() when the source of authorizations has returned: with what the client said of
    /// what it gave, or AuthorizationNeeded where it gave nothing. Set it before the first poll().
    std::function<void(const Result&)> on_authorization_renewed;

    /// Called inside poll() with an entry of the log, where ClientConfig::log_level asks for it. Set it
    /// before the first poll().
    std::function<void(LogLevel, std::string_view)> on_log;

    /// Asks the source for an authorization now, such as for the first one. False where that is under
    /// way already, or there is no source. Never blocks.
    bool renew_authorization() { return renewer_.renew(); }

    /// Opens a match, and calls back once everything that it has reported has ended, whatever closes it: Match::close(),
    /// its destructor, or the client. Empty on failure; `result` says why, and nothing is called. The dispatcher chooses
    /// the user_data: `config.user_data`, and the one that Match::close() takes, are not used. Never blocks.
    std::optional<Match> open_match(MatchConfig config, const Owner& owner, Callback callback, Result& result)
    {
        const std::uint64_t key = keep(Operation{{owner, std::move(callback)}, 0, Kind::Match});
        config.user_data = key;
        std::optional<Match> match = client_.open_match(config, result);
        if (match) {
            match->keeps_user_data_ = true;
        } else {
            take(key);
        }
        return match;
    }

    Result cancel(std::uint64_t operation) noexcept override { return client_.cancel(operation); }

    /// Completes what has ended; returns how much that was, other events included. Blocks no longer than
    /// the callbacks do.
    std::size_t poll()
    {
        std::size_t completed = complete_refused();
        if (is_closed_) completed += abandon(); // What a callback that threw has left in close().
        if (const std::optional<Result> renewed = renewer_.take_result()) {
            ++completed;
            if (on_authorization_renewed && !is_destroyed_) on_authorization_renewed(*renewed);
        }
        Event event;
        while (client_.poll_event(event)) {
            ++completed;
            handle(event);
        }
        return completed;
    }

    /// Starts draining: no more operations are accepted. Keep polling until drained(). Never blocks.
    Result drain(std::chrono::milliseconds deadline) const noexcept { return client_.drain(deadline); }

    /// Whether every operation has ended and its callback has been called, after drain().
    bool drained() const { return drained_ && refused_count() == 0; }

    /// Drains, completing what ends until the deadline, and closes the client; what is left then is
    /// uncertain. Empty where it was closed already. Blocks up to the deadline, a second more for what
    /// the deadline aborts, and until the source of authorizations returns.
    std::optional<CloseReport> close(std::chrono::milliseconds deadline)
    {
        using Clock = std::chrono::steady_clock;
        constexpr std::chrono::milliseconds longest{UINT32_MAX};
        deadline = std::clamp<std::chrono::milliseconds>(deadline, {}, longest);
        const Clock::time_point end = Clock::now() + deadline;
        const Clock::time_point latest = end + std::chrono::seconds(1);
        if (pending() > 0) {
            // It may be draining already, with a deadline of its own: then this one ends it.
            static_cast<void>(client_.drain(deadline));
        }
        while (pending() > 0 && !drained_ && Clock::now() < latest) {
            Event event;
            if (client_.wait_event(event, std::chrono::milliseconds(50)) != Status::Ok) break;
            handle(event);
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
        const std::optional<CloseReport> report = client_.close(left);
        is_closed_ = true;
        renewer_.stop();
        abandon();
        complete_refused();
        return report;
    }

private:
    enum class Kind { Invite, Query, Match, Other };

    struct Operation {
        Completion completion;
        std::size_t count;
        Kind kind;
    };

    struct Refused {
        Operation operation;
        Result result;
    };

    Submitted submit(Work work, Completion completion) override
    {
        return std::visit([&](const auto& one) { return submit_with(std::move(completion), one); }, work);
    }

    // How much each is of what results count.

    template <typename AnyInvite> static std::size_t count_of(const AnyInvite& invite)
    {
        return invite.invited_users.size();
    }
    template <typename Item> static std::size_t count_of(const std::vector<Item>& items) { return items.size(); }
    static std::size_t count_of(const RecentPlayers& work) { return work.players.size(); }
    static std::size_t count_of(const ActivityQuery& work) { return work.xuids.size(); }
    static std::size_t count_of(const ActivitySetting&) { return 1; }
    static std::size_t count_of(const ActivityDeletion&) { return 1; }
    static std::size_t count_of(const UserActivityQuery&) { return 1; }

    Submitted submit_keyed(const Invite& invite, std::uint64_t key) { return client_.submit_invite(invite, key); }
    Submitted submit_keyed(const ServerInvite& invite, std::uint64_t key)
    {
        return client_.submit_server_invite(invite, key);
    }
    Submitted submit_keyed(const std::vector<RecentPlayerGroup>& groups, std::uint64_t key)
    {
        return client_.submit_recent_player_groups(groups, key);
    }
    Submitted submit_keyed(const RecentPlayers& work, std::uint64_t key)
    {
        return client_.submit_recent_players(work.players, key, work.authorization);
    }
    Submitted submit_keyed(const std::vector<UserRecentPlayers>& users, std::uint64_t key)
    {
        return client_.submit_server_recent_players(users, key);
    }
    Submitted submit_keyed(const ActivitySetting& work, std::uint64_t key)
    {
        return client_.submit_set_activity(work.xuid, work.activity, key);
    }
    Submitted submit_keyed(const ActivityDeletion& work, std::uint64_t key)
    {
        return client_.submit_delete_activity(work.xuid, work.sequence_number, key, work.authorization);
    }
    Submitted submit_keyed(const ActivityQuery& work, std::uint64_t key)
    {
        return client_.submit_query_activities(work.xuids, key, work.authorization);
    }
    Submitted submit_keyed(const UserActivityQuery& work, std::uint64_t key)
    {
        return client_.submit_get_activities(work.xuid, key, work.authorization);
    }

    bool completes_refusals() const noexcept override { return refusals_ == Refusals::ToCallback; }

    /// Under the key that it returns.
    std::uint64_t keep(Operation operation)
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        operations_.emplace(++last_key_, std::move(operation));
        return last_key_;
    }

    /// The callback is kept before the operation is submitted: its event may come before that returns.
    template <typename One> Submitted submit_with(Completion completion, const One& work)
    {
        constexpr bool is_invite = std::is_same_v<One, Invite> || std::is_same_v<One, ServerInvite>;
        constexpr bool is_query = std::is_same_v<One, ActivityQuery> || std::is_same_v<One, UserActivityQuery>;
        constexpr Kind kind = is_invite ? Kind::Invite : is_query ? Kind::Query : Kind::Other;
        const std::uint64_t key = keep(Operation{std::move(completion), count_of(work), kind});
        Submitted submitted = submit_keyed(work, key);
        if (submitted.ok()) return submitted;
        std::optional<Operation> refused = take(key);
        if (refused && completes_refusals()) {
            const std::lock_guard<std::mutex> lock(mutex_);
            refused_.push_back({std::move(*refused), submitted.result});
        }
        return submitted;
    }

    /// Empty if the key is unknown: submitted past this dispatcher.
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

    /// How many callbacks are left that are bound to no lifetime: what they refer to may be gone.
    std::size_t unbound() const
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto is_unbound = [](const auto& entry) {
            const Completion& completion = entry.second.completion;
            return !completion.is_bound() && !completion.is_empty();
        };
        return static_cast<std::size_t>(std::count_if(operations_.begin(), operations_.end(), is_unbound));
    }

    /// In the destructor, what a callback refers to may be gone.
    void complete(const Operation& operation, const Result& result,
                  const std::vector<ActivityRecord>& records = {}) const
    {
        if (operation.completion.is_bound() || !is_destroyed_) operation.completion(result, records);
    }

    /// Those that there are now: a callback may submit again, and be refused again.
    std::size_t complete_refused()
    {
        std::size_t completed = 0;
        for (std::size_t left = refused_count(); left > 0; --left) {
            const std::optional<Refused> next = take_refused();
            if (!next) break;
            ++completed;
            complete(next->operation, next->result);
        }
        return completed;
    }

    std::size_t refused_count() const
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        return refused_.size();
    }

    std::optional<Refused> take_refused()
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (refused_.empty()) return std::nullopt;
        std::optional<Refused> first(std::move(refused_.front()));
        refused_.pop_front();
        return first;
    }

    void handle(const Event& event)
    {
        switch (event.type) {
        case EventType::None:
            break;
        case EventType::Completed:
            if (const std::optional<Operation> operation = take(event.user_data)) {
                std::vector<ActivityRecord> records;
                // Before the callback, which may poll the next event.
                if (operation->kind == Kind::Query) static_cast<void>(client_.read_activities(event.operation, records));
                complete(*operation, event.result, records);
            }
            break;
        case EventType::Drained:
            drained_ = true;
            break;
        case EventType::AuthorizationNeeded:
            renewer_.renew(event.reason, event.result.message());
            if (on_authorization_needed && !is_destroyed_) {
                on_authorization_needed(event.reason, event.result);
            }
            break;
        case EventType::Log:
            if (on_log && !is_destroyed_) on_log(event.log_level(), event.result.message());
            break;
        default: // Of a newer library.
            break;
        }
    }

    /// Completes what no event will complete any more, one by one: a callback may throw.
    std::size_t abandon()
    {
        std::size_t completed = 0;
        while (const std::optional<Operation> operation = take_any()) {
            ++completed;
            complete(*operation, abandoned(*operation));
        }
        return completed;
    }

    std::optional<Operation> take_any()
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (operations_.empty()) return std::nullopt;
        std::optional<Operation> operation(std::move(operations_.begin()->second));
        operations_.erase(operations_.begin());
        return operation;
    }

    /// It may have been sent: that is not known any more.
    static Result abandoned(const Operation& operation)
    {
        const bool is_invite = operation.kind == Kind::Invite;
        const bool is_match = operation.kind == Kind::Match;
        mpa_result raw = MPA_INIT(mpa_result);
        raw.status = is_invite ? MPA_ERROR_UNCERTAIN : MPA_ERROR_ABANDONED;
        raw.cause = MPA_ERROR_CLOSED;
        raw.uncertain = detail::count(operation.count);
        raw.retryable = is_invite || is_match ? 0 : 1;
        std::snprintf(raw.message, sizeof raw.message, "The client was closed before %s",
                      is_invite  ? "it was known how this ended. Do not send it again."
                      : is_match ? "it was known how the reports of the match ended."
                                 : "it was known how this ended. Sending it again does no harm.");
        return Result(raw);
    }

    Client client_;
    const Refusals refusals_;
    mutable std::mutex mutex_;
    std::unordered_map<std::uint64_t, Operation> operations_;
    std::deque<Refused> refused_;
    // Apart from what is submitted past the dispatcher.
    std::uint64_t last_key_ = std::uint64_t{1} << 63;
    bool drained_ = false;
    bool is_closed_ = false;
    bool is_destroyed_ = false;
    // After the client: it gives it authorizations until it has stopped.
    AuthorizationRenewer renewer_;
};

} // namespace mpa

#endif // MPA_DISPATCHER_HPP

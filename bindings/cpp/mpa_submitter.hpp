// mpa_submitter.hpp: submitting with callbacks, as an interface
//
// What sends invites in a game takes an mpa::Submitter&: in the server, that is the mpa::Dispatcher of
// mpa_dispatcher.hpp; in a test, the mpa::testing::FakeSubmitter of mpa_testing.hpp.
//
// A callback that refers to an object is tied to it, so that it is dropped where the object is gone:
//
//     class Lobby {
//         void invite(const mpa::ServerInvite& invite)
//         {
//             mpa_.submit_server_invite(invite, lifetime_, [this](const mpa::Result& r) { ended(r); });
//         }
//         mpa::Submitter& mpa_;
//         mpa::Lifetime lifetime_; // The last member, so that it is the first to go.
//     };

#ifndef MPA_SUBMITTER_HPP
#define MPA_SUBMITTER_HPP

#include "mpa.hpp"

#include <functional>
#include <future>
#include <memory>
#include <variant>

namespace mpa {

/// Called with how an operation ended.
using Callback = std::function<void(const Result&)>;

/// Called with how a query ended, and what it has found.
using ActivitiesCallback = std::function<void(const Result&, const std::vector<ActivityRecord>&)>;

/// What the future of a query gives.
struct Activities {
    Result result;
    std::vector<ActivityRecord> records;
};

/// As long as it lives, callbacks that are tied to it are called. Make it the last member of the object
/// that they refer to. Destroy it on the thread that polls, or while none does.
class Lifetime {
public:
    Lifetime() : token_(std::make_shared<char>()) {}
    Lifetime(const Lifetime&) = delete;
    Lifetime& operator=(const Lifetime&) = delete;

private:
    friend class Owner;
    std::shared_ptr<const void> token_;
};

/// What a callback is tied to: a Lifetime, or an object in a std::shared_ptr, which lives on while the
/// callback runs.
class Owner {
public:
    /// Tied to nothing.
    Owner() noexcept = default;
    Owner(const Lifetime& lifetime) noexcept : token_(lifetime.token_), is_bound_(true) {}
    Owner(Lifetime&&) = delete;
    template <typename Object>
    Owner(const std::shared_ptr<Object>& object) noexcept : token_(object), is_bound_(true)
    {
    }
    template <typename Object>
    Owner(const std::weak_ptr<Object>& object) noexcept : token_(object), is_bound_(true)
    {
    }

    bool is_bound() const noexcept { return is_bound_; }

    /// Calls it unless the owner is gone.
    template <typename Function, typename... Arguments>
    void call(const Function& function, const Arguments&... arguments) const
    {
        const std::shared_ptr<const void> alive = token_.lock();
        if (function && (alive || !is_bound_)) function(arguments...);
    }

private:
    std::weak_ptr<const void> token_;
    bool is_bound_ = false;
};

/// A callback, and what it is tied to.
class Completion {
public:
    Completion(Owner owner, Callback callback) : owner_(std::move(owner)), callback_(std::move(callback)) {}
    Completion(Owner owner, ActivitiesCallback callback)
        : owner_(std::move(owner)), activities_callback_(std::move(callback))
    {
    }

    bool is_bound() const noexcept { return owner_.is_bound(); }
    bool is_empty() const noexcept { return !callback_ && !activities_callback_; }

    /// Calls it unless the owner is gone. `records`: of a query.
    void operator()(const Result& result, const std::vector<ActivityRecord>& records = {}) const
    {
        owner_.call(callback_, result);
        owner_.call(activities_callback_, result, records);
    }

private:
    Owner owner_;
    Callback callback_;
    ActivitiesCallback activities_callback_;
};

// What is submitted with more than one argument: the arguments.

struct RecentPlayers {
    std::vector<RecentPlayer> players;
    OwnAuthorization authorization = {};
};

struct ActivitySetting {
    Xuid xuid;
    Activity activity;
};

struct ActivityDeletion {
    Xuid xuid;
    std::uint64_t sequence_number = 0;
    OwnAuthorization authorization = {};
};

struct ActivityQuery {
    std::vector<Xuid> xuids;
    OwnAuthorization authorization = {};
};

/// For the activities of one user.
struct UserActivityQuery {
    Xuid xuid;
    OwnAuthorization authorization = {};
};

/// Anything that can be submitted.
using Work = std::variant<Invite, ServerInvite, std::vector<RecentPlayerGroup>, RecentPlayers,
                          std::vector<UserRecentPlayers>, ActivitySetting, ActivityDeletion, ActivityQuery,
                          UserActivityQuery>;

/// Takes operations, and calls back with how each ended: never from inside a submit.
class Submitter {
public:
    Submitter() = default;
    Submitter(const Submitter&) = delete;
    Submitter& operator=(const Submitter&) = delete;
    virtual ~Submitter() = default;

    /// The callback refers to nothing that may be gone before the submitter is closed.
    Submitted submit_invite(Invite invite, Callback callback)
    {
        return submit(std::move(invite), {Owner(), std::move(callback)});
    }
    /// The callback is dropped where the owner is gone.
    Submitted submit_invite(Invite invite, const Owner& owner, Callback callback)
    {
        return submit(std::move(invite), {owner, std::move(callback)});
    }
    /// The future becomes ready on the thread that polls: do not wait for it there.
    [[nodiscard]] std::future<Result> submit_invite(Invite invite)
    {
        return as_future(std::move(invite));
    }

    Submitted submit_server_invite(ServerInvite invite, Callback callback)
    {
        return submit(std::move(invite), {Owner(), std::move(callback)});
    }
    Submitted submit_server_invite(ServerInvite invite, const Owner& owner, Callback callback)
    {
        return submit(std::move(invite), {owner, std::move(callback)});
    }
    [[nodiscard]] std::future<Result> submit_server_invite(ServerInvite invite)
    {
        return as_future(std::move(invite));
    }

    Submitted submit_recent_player_groups(std::vector<RecentPlayerGroup> groups, Callback callback)
    {
        return submit(std::move(groups), {Owner(), std::move(callback)});
    }
    Submitted submit_recent_player_groups(std::vector<RecentPlayerGroup> groups, const Owner& owner,
                                          Callback callback)
    {
        return submit(std::move(groups), {owner, std::move(callback)});
    }
    [[nodiscard]] std::future<Result> submit_recent_player_groups(std::vector<RecentPlayerGroup> groups)
    {
        return as_future(std::move(groups));
    }

    Submitted submit_recent_players(RecentPlayers players, Callback callback)
    {
        return submit(std::move(players), {Owner(), std::move(callback)});
    }
    Submitted submit_recent_players(RecentPlayers players, const Owner& owner, Callback callback)
    {
        return submit(std::move(players), {owner, std::move(callback)});
    }
    [[nodiscard]] std::future<Result> submit_recent_players(RecentPlayers players)
    {
        return as_future(std::move(players));
    }

    Submitted submit_server_recent_players(std::vector<UserRecentPlayers> users, Callback callback)
    {
        return submit(std::move(users), {Owner(), std::move(callback)});
    }
    Submitted submit_server_recent_players(std::vector<UserRecentPlayers> users, const Owner& owner,
                                           Callback callback)
    {
        return submit(std::move(users), {owner, std::move(callback)});
    }
    [[nodiscard]] std::future<Result> submit_server_recent_players(std::vector<UserRecentPlayers> users)
    {
        return as_future(std::move(users));
    }

    Submitted submit_set_activity(Xuid xuid, Activity activity, Callback callback)
    {
        return submit(ActivitySetting{xuid, std::move(activity)}, {Owner(), std::move(callback)});
    }
    Submitted submit_set_activity(Xuid xuid, Activity activity, const Owner& owner, Callback callback)
    {
        return submit(ActivitySetting{xuid, std::move(activity)}, {owner, std::move(callback)});
    }
    [[nodiscard]] std::future<Result> submit_set_activity(Xuid xuid, Activity activity)
    {
        return as_future(ActivitySetting{xuid, std::move(activity)});
    }

    Submitted submit_delete_activity(ActivityDeletion deletion, Callback callback)
    {
        return submit(std::move(deletion), {Owner(), std::move(callback)});
    }
    Submitted submit_delete_activity(ActivityDeletion deletion, const Owner& owner, Callback callback)
    {
        return submit(std::move(deletion), {owner, std::move(callback)});
    }
    [[nodiscard]] std::future<Result> submit_delete_activity(ActivityDeletion deletion)
    {
        return as_future(std::move(deletion));
    }

    Submitted submit_query_activities(ActivityQuery query, ActivitiesCallback callback)
    {
        return submit(std::move(query), {Owner(), std::move(callback)});
    }
    Submitted submit_query_activities(ActivityQuery query, const Owner& owner, ActivitiesCallback callback)
    {
        return submit(std::move(query), {owner, std::move(callback)});
    }
    [[nodiscard]] std::future<Activities> submit_query_activities(ActivityQuery query)
    {
        return as_activities_future(std::move(query));
    }

    Submitted submit_get_activities(UserActivityQuery query, ActivitiesCallback callback)
    {
        return submit(std::move(query), {Owner(), std::move(callback)});
    }
    Submitted submit_get_activities(UserActivityQuery query, const Owner& owner,
                                    ActivitiesCallback callback)
    {
        return submit(std::move(query), {owner, std::move(callback)});
    }
    [[nodiscard]] std::future<Activities> submit_get_activities(UserActivityQuery query)
    {
        return as_activities_future(std::move(query));
    }

    /// Ends an operation that was not sent yet; its callback follows either way. Never blocks.
    virtual Result cancel(std::uint64_t operation) = 0;

private:
    virtual Submitted submit(Work work, Completion completion) = 0;
    /// Whether the callback of what is refused is called, too.
    virtual bool completes_refusals() const noexcept = 0;

    std::future<Result> as_future(Work work)
    {
        // Shared, since a function has to be one that can be copied; and its own owner.
        const auto promise = std::make_shared<std::promise<Result>>();
        std::future<Result> future = promise->get_future();
        const auto complete = [promise](const Result& result) { promise->set_value(result); };
        const Submitted submitted = submit(std::move(work), {promise, Callback(complete)});
        if (!submitted.ok() && !completes_refusals()) complete(submitted.result);
        return future;
    }

    std::future<Activities> as_activities_future(Work work)
    {
        const auto promise = std::make_shared<std::promise<Activities>>();
        std::future<Activities> future = promise->get_future();
        const auto complete = [promise](const Result& result, const std::vector<ActivityRecord>& records) {
            promise->set_value({result, records});
        };
        const Submitted submitted = submit(std::move(work), {promise, ActivitiesCallback(complete)});
        if (!submitted.ok() && !completes_refusals()) complete(submitted.result, {});
        return future;
    }
};

} // namespace mpa

#endif // MPA_SUBMITTER_HPP

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

namespace mpa {

/// Called with how an operation ended.
using Callback = std::function<void(const Result&)>;

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
    void call(const Callback& callback, const Result& result) const
    {
        const std::shared_ptr<const void> alive = token_.lock();
        if (callback && (alive || !is_bound_)) callback(result);
    }

private:
    std::weak_ptr<const void> token_;
    bool is_bound_ = false;
};

/// Takes operations, and calls back with how each ended: never from inside a submit.
class Submitter {
public:
    Submitter() = default;
    Submitter(const Submitter&) = delete;
    Submitter& operator=(const Submitter&) = delete;
    virtual ~Submitter() = default;

    /// The callback refers to nothing that may be gone before the submitter is closed.
    Submitted submit_invite(const Invite& invite, Callback callback)
    {
        return submit(invite, Owner(), std::move(callback));
    }
    /// The callback is dropped where the owner is gone.
    Submitted submit_invite(const Invite& invite, const Owner& owner, Callback callback)
    {
        return submit(invite, owner, std::move(callback));
    }
    /// The future becomes ready on the thread that polls: do not wait for it there.
    [[nodiscard]] std::future<Result> submit_invite(const Invite& invite) { return as_future(invite); }

    Submitted submit_server_invite(const ServerInvite& invite, Callback callback)
    {
        return submit(invite, Owner(), std::move(callback));
    }
    Submitted submit_server_invite(const ServerInvite& invite, const Owner& owner, Callback callback)
    {
        return submit(invite, owner, std::move(callback));
    }
    [[nodiscard]] std::future<Result> submit_server_invite(const ServerInvite& invite)
    {
        return as_future(invite);
    }

    Submitted submit_recent_player_groups(const std::vector<RecentPlayerGroup>& groups, Callback callback)
    {
        return submit(groups, Owner(), std::move(callback));
    }
    Submitted submit_recent_player_groups(const std::vector<RecentPlayerGroup>& groups,
                                          const Owner& owner, Callback callback)
    {
        return submit(groups, owner, std::move(callback));
    }
    [[nodiscard]] std::future<Result>
    submit_recent_player_groups(const std::vector<RecentPlayerGroup>& groups)
    {
        return as_future(groups);
    }

    /// Ends an operation that was not sent yet; its callback follows either way. Never blocks.
    virtual Result cancel(std::uint64_t operation) = 0;

private:
    virtual Submitted submit(const Invite& invite, const Owner& owner, Callback callback) = 0;
    virtual Submitted submit(const ServerInvite& invite, const Owner& owner, Callback callback) = 0;
    virtual Submitted submit(const std::vector<RecentPlayerGroup>& groups, const Owner& owner,
                             Callback callback) = 0;
    /// Whether the callback of what is refused is called, too.
    virtual bool completes_refusals() const noexcept = 0;

    template <typename Work> std::future<Result> as_future(const Work& work)
    {
        // Shared, since a function has to be one that can be copied; and its own owner.
        const auto promise = std::make_shared<std::promise<Result>>();
        std::future<Result> future = promise->get_future();
        const Submitted submitted =
            submit(work, promise, [promise](const Result& result) { promise->set_value(result); });
        if (!submitted.ok() && !completes_refusals()) promise->set_value(submitted.result);
        return future;
    }
};

} // namespace mpa

#endif // MPA_SUBMITTER_HPP

// mpa_renewer.hpp: obtaining authorizations on a thread of its own, one at a time
//
// mpa_dispatcher.hpp uses it; a host that polls events itself can, too.

#ifndef MPA_RENEWER_HPP
#define MPA_RENEWER_HPP

#include "mpa.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace mpa {

/// What an AuthorizationSource is asked.
struct AuthorizationRequest {
    /// Why. Absent where the host itself asks.
    std::optional<AuthorizationReason> reason;
    /// The same in words, for a log: the message of EventType::AuthorizationNeeded.
    std::string message;
    /// What the source gave last and the client took. With AuthorizationReason::Refused, it is this that
    /// the service refuses: report it to the process that signs in (Client::invalidate_authorization there).
    const std::optional<Authorization>& last;
    /// Becomes true when the result is no longer wanted: return soon then.
    const std::atomic<bool>& stopping;
};

/// Obtains an authorization, such as from a service of yours; may block, within a time limit of its own.
/// Empty: there is none now. It may not close or destroy what calls it.
using AuthorizationSource = std::function<std::optional<Authorization>(const AuthorizationRequest&)>;

/// Runs an AuthorizationSource and passes its authorizations to a client.
class AuthorizationRenewer {
public:
    /// The client outlives this.
    AuthorizationRenewer(const Client& client, AuthorizationSource source)
        : client_(client), source_(std::move(source))
    {
    }
    AuthorizationRenewer(const AuthorizationRenewer&) = delete;
    AuthorizationRenewer& operator=(const AuthorizationRenewer&) = delete;
    ~AuthorizationRenewer() { stop(); }

    /// Begins to obtain an authorization. False where nothing began: that is under way already, or
    /// was stopped. Never blocks; the first one starts the thread.
    bool renew(std::optional<AuthorizationReason> reason = {}, std::string_view message = {})
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (is_renewing_ || stopping_ || !source_) return false;
        if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
        reason_ = reason;
        message_ = message;
        is_renewing_ = true;
        begun_.notify_one();
        return true;
    }

    /// How the last one ended, once: what the client said of the authorization, or
    /// Status::AuthorizationNeeded where there was none.
    std::optional<Result> take_result()
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        return std::exchange(result_, std::nullopt);
    }

    /// Waits for the source to return, whose request says that this is wanted. Nothing begins after that.
    void stop()
    {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            stopping_ = true;
            begun_.notify_one();
        }
        if (thread_.joinable()) thread_.join();
    }

private:
    void run()
    {
        std::unique_lock<std::mutex> lock(mutex_);
        for (;;) {
            begun_.wait(lock, [this] { return is_renewing_ || stopping_; });
            if (stopping_) return;
            const AuthorizationRequest request{reason_, std::move(message_), last_, stopping_};
            lock.unlock();
            std::optional<Authorization> authorization = ask(request);
            const Result result = authorization ? client_.set_authorization(*authorization) : nothing();
            if (authorization && result.ok()) last_ = std::move(authorization);
            lock.lock();
            result_ = result;
            is_renewing_ = false;
        }
    }

    std::optional<Authorization> ask(const AuthorizationRequest& request)
    {
#if defined(__cpp_exceptions)
        try {
            return source_(request);
        } catch (...) {
            return std::nullopt;
        }
#else
        return source_(request);
#endif
    }

    static Result nothing() noexcept
    {
        mpa_result raw = MPA_INIT(mpa_result);
        raw.status = MPA_ERROR_AUTHORIZATION_NEEDED;
        std::snprintf(raw.message, sizeof raw.message,
                      "The source gave no authorization. It is asked again while one is needed.");
        return Result(raw);
    }

    const Client& client_;
    const AuthorizationSource source_;
    std::mutex mutex_;
    std::condition_variable begun_;
    bool is_renewing_ = false;
    std::optional<AuthorizationReason> reason_;
    std::string message_;
    std::optional<Authorization> last_; // Of the thread.
    std::optional<Result> result_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

} // namespace mpa

#endif // MPA_RENEWER_HPP

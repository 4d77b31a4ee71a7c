// mpa_match.hpp: matches, which report who met whom. Included by mpa.hpp.
//
//     mpa::Result result;
//     std::optional<mpa::Match> match = client.open_match({}, result);
//     match->join(alice, 1);                   // as players come and go; 1: the number of a team
//     match->join(bob, 2);
//     match->leave(alice);
//     match->close(42);                        // one event with user_data 42, once all is reported

#ifndef MPA_MATCH_HPP
#define MPA_MATCH_HPP

#include "mpa_calls.hpp"

#include <chrono>
#include <cstdint>
#include <utility>

namespace mpa {

/// What counts as having met.
struct MatchConfig {
    /// How long two players have to be in the match together. Default: any overlap counts.
    std::chrono::milliseconds minimum_together{0};
    /// Comes back with the completion if it is not Match::close that closes the match.
    std::uint64_t user_data = 0;
};

/// A match: every two players who were in it at the same time are reported as having met, and no others. Opened by
/// Client::open_match. One that was moved from, closed, or made without that is closed: its calls end as
/// Status::InvalidHandle. Its members never block, and may be called from any thread as those of a Client.
class Match {
public:
    Match() noexcept = default;
    Match(Match&& other) noexcept
        : handle_(std::exchange(other.handle_, mpa_match())), user_data_(other.user_data_),
          keeps_user_data_(other.keeps_user_data_)
    {
    }
    Match& operator=(Match&& other) noexcept
    {
        if (this != &other) {
            close_unheard();
            handle_ = std::exchange(other.handle_, mpa_match());
            user_data_ = other.user_data_;
            keeps_user_data_ = other.keeps_user_data_;
        }
        return *this;
    }
    Match(const Match&) = delete;
    Match& operator=(const Match&) = delete;

    /// Closes the match, with MatchConfig::user_data.
    ~Match() { close_unheard(); }

    /// A player joins. `team`: any number that the players of one team have in common; 0: none. InvalidArgument if the
    /// player is in the match already: nothing has changed then.
    Result join(Xuid xuid, std::uint32_t team = 0) const noexcept
    {
        Result result;
        mpa_match_join(handle_, xuid, team, &result.raw_);
        return result;
    }

    /// A player leaves. InvalidArgument if the player is not in the match: nothing has changed then. QueueFull or
    /// EventsNotPolled: the player has left, and the completion counts what could not be reported.
    Result leave(Xuid xuid) const noexcept
    {
        Result result;
        mpa_match_leave(handle_, xuid, &result.raw_);
        return result;
    }

    /// All players leave, and no more can join. One event follows, once everything has been reported, and counts over
    /// all of it. Closed: the client has closed the match, when it was drained; its event has MatchConfig::user_data. Of a match that a Dispatcher has opened, its callback
    /// is called, whatever the user_data.
    Submitted close(std::uint64_t user_data) const noexcept
    {
        Submitted closed;
        mpa_match_close(handle_, keeps_user_data_ ? user_data_ : user_data, &closed.operation, &closed.result.raw_);
        return closed;
    }

    /// The same, with MatchConfig::user_data.
    Submitted close() const noexcept { return close(user_data_); }

    /// For the functions of mpa.h. It stays this object's to close.
    mpa_match handle() const noexcept { return handle_; }

private:
    friend class Client;
    friend class Dispatcher;

    Match(mpa_match handle, std::uint64_t user_data) noexcept : handle_(handle), user_data_(user_data) {}

    /// Harmless where it was closed already.
    void close_unheard() const noexcept
    {
        if (handle_.id != 0) mpa_match_close(handle_, user_data_, nullptr, nullptr);
    }

    mpa_match handle_ = mpa_match();
    std::uint64_t user_data_ = 0;
    /// Where the callback is found by it.
    bool keeps_user_data_ = false;
};

} // namespace mpa

#endif // MPA_MATCH_HPP

// mpa_calls.hpp: the calls of the service, those that block and those that submit. Included by mpa.hpp.

#ifndef MPA_CALLS_HPP
#define MPA_CALLS_HPP

#include "mpa_requests.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <vector>

namespace mpa {

/// The result of submitting something: not of what was submitted, which comes as an Event.
struct Submitted {
    /// Where it is not ok(), nothing was submitted and no event follows.
    Result result;
    /// From 1, and never used again; 0 where nothing was submitted.
    std::uint64_t operation = 0;

    bool ok() const noexcept { return result.ok(); }
};

/// A user's own token, for one call. Absent: the client's.
using OwnAuthorization = std::optional<Authorization>;

/// What a Client calls of the service.
class ServiceCalls {
public:
    // These block up to ClientConfig::call_timeout: on a thread of your own.

    /// Invites users on behalf of the user whose token is sent.
    Result send_invite(const Invite& invite) const noexcept
    {
        Result result;
        mpa_authorization authorization = MPA_INIT(mpa_authorization);
        mpa_invite raw = MPA_INIT(mpa_invite);
        if (detail::fill(raw, authorization, invite, result.raw_)) mpa_send_invite(handle_, &raw, &result.raw_);
        return result;
    }

    /// Invites users on behalf of invite.sender.
    Result send_server_invite(const ServerInvite& invite) const noexcept
    {
        Result result;
        mpa_server_invite raw = MPA_INIT(mpa_server_invite);
        if (detail::fill(raw, invite, result.raw_)) mpa_send_server_invite(handle_, &raw, &result.raw_);
        return result;
    }

    /// Reports to the service who met whom.
    Result post_recent_player_groups(const std::vector<RecentPlayerGroup>& groups) const
    {
        Result result;
        const std::vector<mpa_recent_player_group> raw = detail::raw(groups);
        mpa_post_recent_player_groups(handle_, raw.data(), detail::count(raw.size()), &result.raw_);
        return result;
    }

    /// Reports whom the user met whose token is sent.
    Result post_recent_players(const std::vector<RecentPlayer>& players,
                               const OwnAuthorization& authorization = {}) const
    {
        Result result;
        const std::vector<mpa_recent_player> raw = detail::raw(players);
        detail::RawAuthorization own(authorization, result.raw_);
        if (own) {
            mpa_post_recent_players(handle_, raw.data(), detail::count(raw.size()), own.raw(), &result.raw_);
        }
        return result;
    }

    /// Reports for each of many users whom that user met. Use it where a type or a time differs from pair to pair;
    /// otherwise post_recent_player_groups says the same in less.
    Result post_server_recent_players(const std::vector<UserRecentPlayers>& users) const
    {
        Result result;
        const detail::RawUsers raw(users);
        mpa_post_server_recent_players(handle_, raw.data(), raw.size(), &result.raw_);
        return result;
    }

    /// Sets the activity of a user, in place of the one that the user has in this title.
    Result set_activity(Xuid xuid, const Activity& activity) const noexcept
    {
        Result result;
        mpa_authorization authorization = MPA_INIT(mpa_authorization);
        mpa_activity raw = MPA_INIT(mpa_activity);
        if (detail::fill(raw, authorization, activity, result.raw_)) {
            mpa_set_activity(handle_, xuid, &raw, &result.raw_);
        }
        return result;
    }

    /// Deletes the activity of a user. `sequence_number`: as in Activity; 0: the library's own.
    Result delete_activity(Xuid xuid, std::uint64_t sequence_number = 0,
                           const OwnAuthorization& authorization = {}) const noexcept
    {
        Result result;
        detail::RawAuthorization own(authorization, result.raw_);
        if (own) mpa_delete_activity(handle_, xuid, sequence_number, own.raw(), &result.raw_);
        return result;
    }

    /// Asks what users play: their activities in any title, those of one user together. If the service does not
    /// answer for all, those that it has answered for are there all the same. Of more than 8 activities of each user,
    /// and more than 256, the rest is dropped, and the status is UnexpectedAnswer; a submitted query keeps all.
    Result query_activities(const std::vector<Xuid>& xuids, std::vector<ActivityRecord>& records,
                            const OwnAuthorization& authorization = {}) const
    {
        const std::uint32_t count = detail::count(xuids.size());
        return find(records, count, authorization, [&](const mpa_authorization* own, auto... rest) {
            mpa_query_activities(handle_, xuids.data(), count, own, rest...);
        });
    }

    /// Asks what one user plays: as query_activities.
    Result get_activities(Xuid xuid, std::vector<ActivityRecord>& records,
                          const OwnAuthorization& authorization = {}) const
    {
        return find(records, 1, authorization, [&](const mpa_authorization* own, auto... rest) {
            mpa_get_activities(handle_, xuid, own, rest...);
        });
    }

    // These never block: they submit what the call of that name sends, and return at once. `user_data` comes back
    // with the event that reports how it ended.

    [[nodiscard]] Submitted submit_invite(const Invite& invite, std::uint64_t user_data) const noexcept
    {
        Submitted submitted;
        mpa_authorization authorization = MPA_INIT(mpa_authorization);
        mpa_invite raw = MPA_INIT(mpa_invite);
        if (detail::fill(raw, authorization, invite, submitted.result.raw_)) {
            mpa_submit_invite(handle_, &raw, user_data, &submitted.operation, &submitted.result.raw_);
        }
        return submitted;
    }

    [[nodiscard]] Submitted submit_server_invite(const ServerInvite& invite,
                                                 std::uint64_t user_data) const noexcept
    {
        Submitted submitted;
        mpa_server_invite raw = MPA_INIT(mpa_server_invite);
        if (detail::fill(raw, invite, submitted.result.raw_)) {
            mpa_submit_server_invite(handle_, &raw, user_data, &submitted.operation,
                                     &submitted.result.raw_);
        }
        return submitted;
    }

    /// They are held for recent_players_hold, and gathered with those of other operations into full requests.
    [[nodiscard]] Submitted submit_recent_player_groups(const std::vector<RecentPlayerGroup>& groups,
                                                        std::uint64_t user_data) const
    {
        Submitted submitted;
        const std::vector<mpa_recent_player_group> raw = detail::raw(groups);
        mpa_submit_recent_player_groups(handle_, raw.data(), detail::count(raw.size()), user_data,
                                        &submitted.operation, &submitted.result.raw_);
        return submitted;
    }

    [[nodiscard]] Submitted submit_recent_players(const std::vector<RecentPlayer>& players,
                                                  std::uint64_t user_data,
                                                  const OwnAuthorization& authorization = {}) const
    {
        Submitted submitted;
        const std::vector<mpa_recent_player> raw = detail::raw(players);
        detail::RawAuthorization own(authorization, submitted.result.raw_);
        if (own) {
            mpa_submit_recent_players(handle_, raw.data(), detail::count(raw.size()), own.raw(), user_data,
                                      &submitted.operation, &submitted.result.raw_);
        }
        return submitted;
    }

    /// Held and gathered as in submit_recent_player_groups.
    [[nodiscard]] Submitted submit_server_recent_players(const std::vector<UserRecentPlayers>& users,
                                                         std::uint64_t user_data) const
    {
        Submitted submitted;
        const detail::RawUsers raw(users);
        mpa_submit_server_recent_players(handle_, raw.data(), raw.size(), user_data, &submitted.operation,
                                         &submitted.result.raw_);
        return submitted;
    }

    [[nodiscard]] Submitted submit_set_activity(Xuid xuid, const Activity& activity,
                                                std::uint64_t user_data) const noexcept
    {
        Submitted submitted;
        mpa_authorization authorization = MPA_INIT(mpa_authorization);
        mpa_activity raw = MPA_INIT(mpa_activity);
        if (detail::fill(raw, authorization, activity, submitted.result.raw_)) {
            mpa_submit_set_activity(handle_, xuid, &raw, user_data, &submitted.operation,
                                    &submitted.result.raw_);
        }
        return submitted;
    }

    [[nodiscard]] Submitted submit_delete_activity(Xuid xuid, std::uint64_t sequence_number,
                                                   std::uint64_t user_data,
                                                   const OwnAuthorization& authorization = {}) const noexcept
    {
        Submitted submitted;
        detail::RawAuthorization own(authorization, submitted.result.raw_);
        if (own) {
            mpa_submit_delete_activity(handle_, xuid, sequence_number, own.raw(), user_data,
                                       &submitted.operation, &submitted.result.raw_);
        }
        return submitted;
    }

    /// What it has found is read with Client::read_activities when its event has been polled.
    [[nodiscard]] Submitted submit_query_activities(const std::vector<Xuid>& xuids, std::uint64_t user_data,
                                                    const OwnAuthorization& authorization = {}) const noexcept
    {
        Submitted submitted;
        detail::RawAuthorization own(authorization, submitted.result.raw_);
        if (own) {
            mpa_submit_query_activities(handle_, xuids.data(), detail::count(xuids.size()), own.raw(), user_data,
                                        &submitted.operation, &submitted.result.raw_);
        }
        return submitted;
    }

    /// As submit_query_activities.
    [[nodiscard]] Submitted submit_get_activities(Xuid xuid, std::uint64_t user_data,
                                                  const OwnAuthorization& authorization = {}) const noexcept
    {
        Submitted submitted;
        detail::RawAuthorization own(authorization, submitted.result.raw_);
        if (own) {
            mpa_submit_get_activities(handle_, xuid, own.raw(), user_data, &submitted.operation,
                                      &submitted.result.raw_);
        }
        return submitted;
    }

protected:
    ServiceCalls() noexcept = default;
    explicit ServiceCalls(mpa_client handle) noexcept : handle_(handle) {}
    ~ServiceCalls() = default;

    mpa_client handle_ = mpa_client();

private:
    /// For a query that blocks, whose records C writes once: room for a few activities of each user, of which only
    /// what is written is touched.
    template <typename Query>
    static Result find(std::vector<ActivityRecord>& records, std::uint32_t users,
                       const OwnAuthorization& authorization, Query query)
    {
        Result result;
        records.clear();
        detail::RawAuthorization own(authorization, result.raw_);
        if (!own) return result;
        constexpr std::uint32_t each = 8;
        constexpr std::uint32_t least = 256;
        const std::uint32_t asked = std::min<std::uint32_t>(users, MPA_MAX_QUERIED_USERS_PER_CALL);
        detail::RawRecords raw(std::max<std::uint32_t>(asked * each, least));
        std::uint32_t total = 0;
        query(own.raw(), raw.data(), raw.capacity(), &total, &result.raw_);
        raw.copy_to(records, total);
        if (result.ok() && total > raw.capacity()) {
            result.raw_.status = MPA_ERROR_UNEXPECTED_ANSWER;
            std::snprintf(result.raw_.message, sizeof result.raw_.message,
                          "The service lists %u activities of %u users, of which this call keeps %u. Submit the "
                          "query instead, which keeps all.",
                          static_cast<unsigned>(total), static_cast<unsigned>(users),
                          static_cast<unsigned>(raw.capacity()));
        }
        return result;
    }
};

} // namespace mpa

#endif // MPA_CALLS_HPP

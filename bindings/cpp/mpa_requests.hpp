// mpa_requests.hpp: what is sent to the service, and what it answers. Included by mpa.hpp.

#ifndef MPA_REQUESTS_HPP
#define MPA_REQUESTS_HPP

#include "mpa_result.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mpa {

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

/// A player whom a user met.
struct RecentPlayer {
    Xuid xuid = 0;
    EncounterType encounter_type = EncounterType::Default;
    /// When they met. Absent: the time of the call.
    std::optional<TimePoint> timestamp = {};
};

/// A user, and whom that user met, each with a type and a time.
struct UserRecentPlayers {
    Xuid xuid = 0;
    std::vector<RecentPlayer> recent_players;
};

/// What a user plays, and how others join.
struct Activity {
    /// What the game of a user who joins is started with.
    std::string connection_string;
    JoinRestriction join_restriction = JoinRestriction::Public;
    /// Names those who play together, so that they are shown as a group. Empty: none.
    std::string group_id;
    /// How many may play, and how many play now. 0: left out.
    std::uint32_t max_players = 0;
    std::uint32_t current_players = 0;
    /// Where it can be joined.
    Platform platform = Platform::Any;
    /// How long it may take until it is sent, where it is submitted. Default: 60 s.
    std::chrono::milliseconds time_to_live{0};
    /// Its place in the order of the user's activities: the service ignores one that is lower than the one
    /// that it has. 0: the library's own, which grows with every call.
    std::uint64_t sequence_number = 0;
    /// The user's own token, for this call only. Absent: the client's.
    std::optional<Authorization> authorization = {};
};

// What is answered --------------------------------------------------------------------------------

/// An activity of a user, of any title. What the service left out is 0, empty or Unknown.
struct ActivityRecord {
    Xuid xuid = 0;
    /// The number of the title that the user plays.
    std::uint32_t title_id = 0;
    std::uint64_t sequence_number = 0;
    JoinRestriction join_restriction = JoinRestriction::Unknown;
    Platform platform = Platform::Any;
    std::uint32_t max_players = 0;
    std::uint32_t current_players = 0;
    /// Empty too where the user who asks may not join.
    std::string connection_string;
    std::string group_id;
};

// What C has of it --------------------------------------------------------------------------------

namespace detail {

/// False where a text cannot be passed on as it is; `result` says which. `name`: of the authorization. What is
/// filled points into it, as everywhere here.
inline bool fill(mpa_authorization& raw, const Authorization& authorization, const char* name,
                 mpa_result& result) noexcept
{
    std::array<char, 64> field{};
    std::snprintf(field.data(), field.size(), "%s.header", name);
    if (!check_text(authorization.header, field.data(), result)) return false;
    std::snprintf(field.data(), field.size(), "%s.proof_key_pem", name);
    if (!check_text(authorization.proof_key_pem, field.data(), result)) return false;
    raw.header = authorization.header.c_str();
    raw.expires_at_unix_ms = unix_ms(authorization.expires_at);
    raw.proof_key_pem = text(authorization.proof_key_pem);
    raw.expires_in_ms = remaining_ms(authorization.expires_in);
    return true;
}

/// The authorization of one call, where there is one.
class RawAuthorization {
public:
    RawAuthorization(const std::optional<Authorization>& own, mpa_result& result) noexcept
        : is_absent_(!own), is_good_(!own || fill(raw_, *own, "authorization", result))
    {
    }

    explicit operator bool() const noexcept { return is_good_; }
    const mpa_authorization* raw() const noexcept { return is_absent_ ? nullptr : &raw_; }

private:
    mpa_authorization raw_ = MPA_INIT(mpa_authorization);
    bool is_absent_;
    bool is_good_;
};

/// The fields that both invites have.
template <typename Raw, typename AnyInvite>
bool fill_common(Raw& raw, const AnyInvite& invite, mpa_result& result) noexcept
{
    raw.platform = static_cast<mpa_platform>(invite.platform);
    raw.invited_users = invite.invited_users.data();
    raw.invited_user_count = count(invite.invited_users.size());
    raw.time_to_live_ms = milliseconds(invite.time_to_live);
    raw.connection_string = text(invite.connection_string);
    return check_text(invite.connection_string, "invite.connection_string", result);
}

inline bool fill(mpa_invite& raw, mpa_authorization& authorization, const Invite& invite,
                 mpa_result& result) noexcept
{
    if (!fill_common(raw, invite, result)) return false;
    if (!invite.authorization) return true;
    raw.authorization = &authorization;
    return fill(authorization, *invite.authorization, "invite.authorization", result);
}

inline bool fill(mpa_server_invite& raw, const ServerInvite& invite, mpa_result& result) noexcept
{
    raw.sender = invite.sender;
    return fill_common(raw, invite, result);
}

inline bool fill(mpa_activity& raw, mpa_authorization& authorization, const Activity& activity,
                 mpa_result& result) noexcept
{
    raw.join_restriction = static_cast<mpa_join_restriction>(activity.join_restriction);
    raw.connection_string = activity.connection_string.c_str(); // May be empty.
    raw.group_id = text(activity.group_id);
    raw.max_players = activity.max_players;
    raw.current_players = activity.current_players;
    raw.platform = static_cast<mpa_platform>(activity.platform);
    raw.time_to_live_ms = milliseconds(activity.time_to_live);
    raw.sequence_number = activity.sequence_number;
    if (!check_text(activity.connection_string, "activity.connection_string", result)) return false;
    if (!check_text(activity.group_id, "activity.group_id", result)) return false;
    if (!activity.authorization) return true;
    raw.authorization = &authorization;
    return fill(authorization, *activity.authorization, "activity.authorization", result);
}

inline std::vector<mpa_recent_player_group> raw(const std::vector<RecentPlayerGroup>& groups)
{
    std::vector<mpa_recent_player_group> raw;
    raw.reserve(groups.size());
    for (const RecentPlayerGroup& group : groups) {
        mpa_recent_player_group& added = raw.emplace_back(MPA_INIT(mpa_recent_player_group));
        added.encounter_type = static_cast<mpa_encounter_type>(group.encounter_type);
        added.timestamp_unix_ms = unix_ms(group.timestamp);
        added.players = group.players.data();
        added.player_count = count(group.players.size());
    }
    return raw;
}

inline void add(std::vector<mpa_recent_player>& raw, const std::vector<RecentPlayer>& players)
{
    for (const RecentPlayer& player : players) {
        mpa_recent_player& added = raw.emplace_back(MPA_INIT(mpa_recent_player));
        added.encounter_type = static_cast<mpa_encounter_type>(player.encounter_type);
        added.xuid = player.xuid;
        added.timestamp_unix_ms = unix_ms(player.timestamp);
    }
}

inline std::vector<mpa_recent_player> raw(const std::vector<RecentPlayer>& players)
{
    std::vector<mpa_recent_player> raw;
    raw.reserve(players.size());
    add(raw, players);
    return raw;
}

/// Users, and all their recent players in one array.
class RawUsers {
public:
    explicit RawUsers(const std::vector<UserRecentPlayers>& users)
    {
        std::size_t total = 0;
        for (const UserRecentPlayers& user : users) total += user.recent_players.size();
        players_.reserve(total); // So that it is not moved again.
        users_.reserve(users.size());
        for (const UserRecentPlayers& user : users) {
            mpa_user_recent_players& added = users_.emplace_back(MPA_INIT(mpa_user_recent_players));
            added.xuid = user.xuid;
            added.recent_players = players_.data() + players_.size();
            added.recent_player_count = count(user.recent_players.size());
            add(players_, user.recent_players);
        }
    }

    const mpa_user_recent_players* data() const noexcept { return users_.data(); }
    std::uint32_t size() const noexcept { return count(users_.size()); }

private:
    std::vector<mpa_user_recent_players> users_;
    std::vector<mpa_recent_player> players_;
};

/// Where the library writes records. Memory that it does not write is never touched.
class RawRecords {
public:
    explicit RawRecords(std::uint32_t capacity)
        : records_(capacity == 0 ? nullptr : new mpa_activity_record[capacity]), capacity_(capacity)
    {
        if (capacity > 0) records_[0].struct_size = sizeof(mpa_activity_record);
    }

    mpa_activity_record* data() noexcept { return records_.get(); }
    std::uint32_t capacity() const noexcept { return capacity_; }

    /// Copies those that are there, of so many that there were.
    void copy_to(std::vector<ActivityRecord>& records, std::uint32_t total) const
    {
        const std::uint32_t stored = std::min<std::uint32_t>(total, capacity_);
        records.reserve(stored);
        for (std::uint32_t i = 0; i < stored; i++) {
            const mpa_activity_record& raw = records_[i];
            ActivityRecord& record = records.emplace_back();
            record.xuid = raw.xuid;
            record.title_id = raw.title_id;
            record.sequence_number = raw.sequence_number;
            record.join_restriction = static_cast<JoinRestriction>(raw.join_restriction);
            record.platform = static_cast<Platform>(raw.platform);
            record.max_players = raw.max_players;
            record.current_players = raw.current_players;
            record.connection_string = raw.connection_string;
            record.group_id = raw.group_id;
        }
    }

private:
    std::unique_ptr<mpa_activity_record[]> records_;
    std::uint32_t capacity_;
};

} // namespace detail

} // namespace mpa

#endif // MPA_REQUESTS_HPP

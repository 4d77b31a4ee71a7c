// mpa_result.hpp: versions, and the results of calls. Included by mpa.hpp.

#ifndef MPA_RESULT_HPP
#define MPA_RESULT_HPP

#include "mpa.h"
#include "mpa_enums.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
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

/// A duration that is negative or does not fit becomes one that the library refuses.
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
    friend class Match;
    friend class ServiceCalls;
    friend class Stats;

    mpa_result raw_;
};

} // namespace mpa

#endif // MPA_RESULT_HPP

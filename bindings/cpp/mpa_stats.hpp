// mpa_stats.hpp: the statistics of a client. Included by mpa.hpp.

#ifndef MPA_STATS_HPP
#define MPA_STATS_HPP

#include "mpa_result.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace mpa {

// Statistics --------------------------------------------------------------------------------------

/// The statistics of one lane: the calls that share workers and limits. Each member is the field of mpa_lane_stats of
/// that name; all but the last three only grow.
class LaneStats {
public:
    using Buckets = std::array<std::uint64_t, MPA_STATS_BUCKET_COUNT>;

    explicit LaneStats(const mpa_lane_stats& raw) noexcept : raw_(raw) {}

    std::uint64_t submitted() const noexcept { return raw_.submitted; }
    std::uint64_t calls() const noexcept { return raw_.calls; }

    /// How many operations and blocking calls ended with this status, whatever the cause; 0 for a status
    /// that none ends with.
    std::uint64_t completed(Status status) const noexcept
    {
        return mpa_lane_stats_completed(&raw_, static_cast<mpa_status>(status));
    }

    /// Those of them that had this cause; Status::Ok: none.
    std::uint64_t completed(Status status, Status cause) const noexcept
    {
        mpa_status of = MPA_OK;
        mpa_status because = MPA_OK;
        for (std::uint32_t i = 0; mpa_completion_kind(i, &of, &because) != 0; i++) {
            if (static_cast<Status>(of) == status && static_cast<Status>(because) == cause) {
                return raw_.completed[i];
            }
        }
        return 0;
    }

    std::uint64_t requests() const noexcept { return raw_.requests; }
    std::uint64_t retries() const noexcept { return raw_.retries; }
    std::uint64_t throttled() const noexcept { return raw_.throttled; }
    std::uint64_t items() const noexcept { return raw_.items; }

    Buckets queue_wait_buckets() const noexcept { return copy(raw_.queue_wait_buckets); }
    std::chrono::milliseconds queue_wait_sum() const noexcept { return duration(raw_.queue_wait_sum_ms); }
    Buckets request_duration_buckets() const noexcept { return copy(raw_.request_duration_buckets); }
    std::chrono::milliseconds request_duration_sum() const noexcept
    {
        return duration(raw_.request_duration_sum_ms);
    }

    std::uint64_t queued() const noexcept { return raw_.queued; }
    std::uint64_t running() const noexcept { return raw_.running; }
    std::chrono::milliseconds oldest_queued() const noexcept { return duration(raw_.oldest_queued_ms); }

private:
    static std::chrono::milliseconds duration(std::uint64_t ms) noexcept
    {
        return std::chrono::milliseconds(static_cast<std::int64_t>(ms));
    }

    static Buckets copy(const std::uint64_t (&raw)[MPA_STATS_BUCKET_COUNT]) noexcept
    {
        Buckets buckets{};
        std::copy(std::begin(raw), std::end(raw), buckets.begin());
        return buckets;
    }

    mpa_lane_stats raw_;
};

/// The statistics of a client, since it was opened; each member is the field of mpa_stats of that name.
/// Filled by Client::stats; before that, all are 0.
class Stats {
public:
    Stats() noexcept : raw_(MPA_INIT(mpa_stats)) {}

    /// Invites and server invites.
    LaneStats invites() const noexcept { return LaneStats(raw_.invites); }
    /// All three calls with recent players.
    LaneStats recent_players() const noexcept { return LaneStats(raw_.recent_players); }
    /// Activities that are set and deleted.
    LaneStats activities() const noexcept { return LaneStats(raw_.activities); }
    /// Activities that are got and queried.
    LaneStats activity_queries() const noexcept { return LaneStats(raw_.activity_queries); }

    std::uint64_t held_operations() const noexcept { return raw_.held_operations; }
    std::uint64_t held_bytes() const noexcept { return raw_.held_bytes; }
    std::uint64_t completions_waiting() const noexcept { return raw_.completions_waiting; }

    /// Absent: never.
    std::optional<std::chrono::milliseconds> since_last_poll() const noexcept
    {
        return since(raw_.since_last_poll_ms);
    }
    std::optional<std::chrono::milliseconds> since_last_success() const noexcept
    {
        return since(raw_.since_last_success_ms);
    }

    /// Absent: unknown, or there is none.
    std::optional<TimePoint> authorization_expires_at() const noexcept
    {
        return detail::time_point(raw_.authorization_expires_at_unix_ms);
    }
    /// Absent: the client does not sign in by itself.
    std::optional<TimePoint> certificate_expires_at() const noexcept
    {
        return detail::time_point(raw_.certificate_expires_at_unix_ms);
    }
    /// Absent: never.
    std::optional<TimePoint> last_sign_in_at() const noexcept
    {
        return detail::time_point(raw_.last_sign_in_at_unix_ms);
    }
    std::uint64_t sign_in_attempts() const noexcept { return raw_.sign_in_attempts; }
    std::uint64_t sign_in_failures() const noexcept { return raw_.sign_in_failures; }

    /// Absent: not known before the first response.
    std::optional<std::chrono::milliseconds> clock_offset() const noexcept
    {
        if (raw_.clock_offset_known == 0) return std::nullopt;
        return std::chrono::milliseconds(raw_.clock_offset_ms);
    }

    /// Writes them into `text` in Prometheus' exposition format; on failure it is empty. `labels` are
    /// put into each line, such as region="eu"; empty: none. Several clients of a process: see
    /// mpa_stats_prometheus.
    Result prometheus(const std::string& labels, std::string& text) const
    {
        Result result;
        text.clear();
        if (!detail::check_text(labels, "labels", result.raw_)) return result;
        std::uint32_t length = 0;
        text.resize(MPA_STATS_PROMETHEUS_SIZE);
        write(labels, text, length, result);
        if (length >= MPA_STATS_PROMETHEUS_SIZE) {
            // Time stamps may have grown by a few digits meanwhile.
            text.resize(length + std::size_t{1024});
            write(labels, text, length, result);
        }
        text.resize(result.ok() ? length : 0);
        return result;
    }

    const mpa_stats& raw() const noexcept { return raw_; }

private:
    friend class Client;

    void write(const std::string& labels, std::string& text, std::uint32_t& length,
               Result& result) const noexcept
    {
        mpa_stats_prometheus(&raw_, detail::text(labels), text.data(), detail::count(text.size()),
                             &length, &result.raw_);
    }

    static std::optional<std::chrono::milliseconds> since(std::int64_t ms) noexcept
    {
        if (ms < 0) return std::nullopt;
        return std::chrono::milliseconds(ms);
    }

    mpa_stats raw_;
};

} // namespace mpa

#endif // MPA_STATS_HPP

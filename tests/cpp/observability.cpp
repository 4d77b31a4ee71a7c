// Numbers, the log and closing all of an owner, against an emulator: observability ENDPOINT TITLE_ID. The
// first request to the emulator fails with 503.

#include "mpa_dispatcher.hpp"
#include "support.hpp"

#include <cstring>
#include <thread>

using namespace std::chrono_literals;

namespace {

mpa::ClientConfig good_config;

bool has(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

/// Polls until the condition holds.
template <typename Condition> void poll_until(mpa::Dispatcher& dispatcher, Condition holds)
{
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!holds()) {
        CHECK(std::chrono::steady_clock::now() < end);
        dispatcher.poll();
        std::this_thread::sleep_for(1ms);
    }
}

void the_log_comes_through_the_dispatcher()
{
    mpa::ClientConfig config = good_config;
    config.log_level = mpa::LogLevel::Warning;
    mpa::Dispatcher dispatcher(open(config));
    std::string logged;
    dispatcher.on_log = [&](mpa::LogLevel level, std::string_view text) {
        CHECK(level == mpa::LogLevel::Warning);
        logged = text;
    };
    bool ended = false;
    mpa::RecentPlayerGroup group;
    group.players = { 5, 6 };
    CHECK(dispatcher.submit_recent_player_groups({ group }, [&](const mpa::Result& result) {
        CHECK(result.ok() && result.attempts() == 2);
        ended = true;
    }).ok());
    poll_until(dispatcher, [&] { return ended && !logged.empty(); });
    CHECK(has(logged, "503"));

    // No handler is required.
    config.log_level = mpa::LogLevel::Debug;
    mpa::Dispatcher deaf(open(config));
    std::future<mpa::Result> future = deaf.submit_server_invite(server_invite());
    poll_until(deaf, [&] { return future.wait_for(0s) == std::future_status::ready; });
    CHECK(future.get().ok());
}

void the_numbers_are_those_of_the_client()
{
    const mpa::Client client = open(good_config);
    mpa::Stats stats;
    CHECK(client.stats(stats).ok());
    CHECK(!stats.since_last_poll() && !stats.since_last_success() && !stats.authorization_expires_at());
    CHECK(client.send_server_invite(server_invite()).ok());
    CHECK(client.submit_server_invite(server_invite(), 1).ok() && client.flush(10s).ok());
    const mpa::TimePoint expires_at(std::chrono::milliseconds(4102444800123));
    CHECK(client.set_authorization({ "XBL3.0 x=-;newer", expires_at }).ok());
    CHECK(client.stats(stats).ok());
    const mpa::LaneStats invites = stats.invites();
    CHECK(invites.calls() == 1 && invites.submitted() == 1 && invites.completed(mpa::Status::Ok) == 2);
    CHECK(invites.requests() == 2 && invites.items() == 4 && invites.request_duration_buckets().back() == 2);
    CHECK(stats.recent_players().requests() == 0 && stats.since_last_success());
    CHECK(stats.completions_waiting() == 1 && stats.held_operations() == 1);
    CHECK(stats.authorization_expires_at() == expires_at);

    std::string text;
    CHECK(stats.prometheus("region=\"eu\"", text).ok());
    CHECK(has(text, "\nmpa_requests_total{region=\"eu\",lane=\"invites\"} 2\n") && text.back() == '\n');
    CHECK(stats.prometheus("", text).ok() && has(text, "\nmpa_held_operations 1\n"));
    const std::string labels = "a=\"" + std::string(250, 'b') + "\"";
    CHECK(stats.prometheus(labels, text).ok() && text.size() > MPA_STATS_PROMETHEUS_SIZE);
    CHECK(text.back() == '\n' && std::strlen(text.c_str()) == text.size());
    CHECK(stats.prometheus("nonsense", text).status() == mpa::Status::InvalidArgument && text.empty());
    CHECK(!stats.prometheus(std::string("a\0b", 3), text).ok());
    CHECK(client.close(0ms));
    CHECK(client.stats(stats).status() == mpa::Status::InvalidHandle && stats.invites().calls() == 0);
}

/// Each number of a struct is its place in it, which is then asked for by every name.
void every_number_is_in_its_place()
{
    constexpr std::size_t count = sizeof(mpa_lane_stats) / sizeof(std::uint64_t);
    std::uint64_t numbers[count];
    for (std::size_t i = 0; i < count; i++) numbers[i] = i;
    mpa_lane_stats raw;
    std::memcpy(&raw, numbers, sizeof raw);
    const mpa::LaneStats lane(raw);
    std::vector<std::uint64_t> reported = { lane.submitted(), lane.calls() };
    std::uint64_t of_uncertain = 0;
    mpa_status status = MPA_OK;
    mpa_status cause = MPA_OK;
    for (std::uint32_t i = 0; mpa_completion_kind(i, &status, &cause) != 0; i++) {
        reported.push_back(lane.completed(static_cast<mpa::Status>(status), static_cast<mpa::Status>(cause)));
        if (status == MPA_ERROR_UNCERTAIN) of_uncertain += reported.back();
    }
    CHECK(reported.size() > 20 && of_uncertain == lane.completed(mpa::Status::Uncertain));
    for (std::size_t unused = reported.size(); unused < 2 + MPA_COMPLETION_KINDS; unused++) reported.push_back(unused);
    for (std::uint64_t value : { lane.requests(), lane.retries(), lane.throttled(), lane.items() }) {
        reported.push_back(value);
    }
    for (std::uint64_t value : lane.queue_wait_buckets()) reported.push_back(value);
    reported.push_back(static_cast<std::uint64_t>(lane.queue_wait_sum().count()));
    for (std::uint64_t value : lane.request_duration_buckets()) reported.push_back(value);
    reported.push_back(static_cast<std::uint64_t>(lane.request_duration_sum().count()));
    reported.push_back(lane.queued());
    reported.push_back(lane.running());
    reported.push_back(static_cast<std::uint64_t>(lane.oldest_queued().count()));
    CHECK(reported.size() == count - 5);
    for (std::size_t i = 0; i < reported.size(); i++) CHECK(reported[i] == i);
    CHECK(lane.completed(mpa::Status::InvalidStruct) == 0 && lane.completed(mpa::Status::Ok, mpa::Status::TimedOut) == 0);
}

void an_authorization_that_expires_soon_is_reported_ahead()
{
    mpa::ClientConfig config = good_config;
    config.authorization_header.clear();
    config.authorization_lead = 60s;
    const auto reported = [&] {
        mpa::Dispatcher dispatcher(open(config));
        std::string message;
        dispatcher.on_authorization_needed = [&](mpa::AuthorizationReason, const mpa::Result& result) {
            message = result.message();
        };
        const mpa::TimePoint soon = std::chrono::system_clock::now() + 60300ms;
        CHECK(dispatcher.client().set_authorization({ "XBL3.0 x=-;brief", soon }).ok());
        for (int i = 0; i < 2000 && message.empty(); i++) {
            dispatcher.poll();
            std::this_thread::sleep_for(1ms);
        }
        return message;
    };
    CHECK(has(reported(), "expires soon"));
    config.authorization_lead = mpa::none;
    CHECK(reported().empty());
}

void all_of_an_owner_are_closed()
{
    mpa::ClientConfig config = good_config;
    config.owner_tag = 77;
    mpa::Dispatcher ours(open(config));
    const mpa::Client other = open(good_config);
    bool ended = false;
    CHECK(ours.submit_server_invite(server_invite(), [&](const mpa::Result&) { ended = true; }).ok());
    CHECK(mpa::close_all(77, 10s) == mpa::Status::Ok && mpa::close_all(77, -1s) == mpa::Status::Ok);
    CHECK(mpa::close_all(0, 0s) == mpa::Status::InvalidArgument);
    CHECK(ours.client().send_server_invite(server_invite()).status() == mpa::Status::InvalidHandle);
    CHECK(other.send_server_invite(server_invite()).ok());
    CHECK(!ours.close(10s) && ended);
}

} // namespace

int main(int argc, char** argv)
{
    CHECK(argc == 3);
    good_config.title_id = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    good_config.endpoint = argv[1];
    good_config.authorization_header = "XBL3.0 x=-;first";
    good_config.recent_players_hold = mpa::none;

    the_log_comes_through_the_dispatcher();
    the_numbers_are_those_of_the_client();
    every_number_is_in_its_place();
    an_authorization_that_expires_soon_is_reported_ahead();
    all_of_an_owner_are_closed();
    return EXIT_SUCCESS;
}

// A server that ticks 60 times a second and never waits for the service: it submits, is called back
// inside its own poll each frame, and on SIGTERM or SIGINT ends what was begun within its grace time.
//
// `cargo run --example quickstart cpp loop` runs this against a stand-in for the service. By hand:
//
//     c++ -std=c++17 server_loop.cpp -I../include -I../bindings/cpp -L<folder of libmpa.so> -lmpa
//     ./a.out ENDPOINT [TITLE_ID]

#include "mpa_dispatcher.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// How long whoever stops the server leaves it, and how much of that is for what was submitted.
constexpr auto grace = 5s;
constexpr auto drain_time = 4s;
constexpr auto frame_time = std::chrono::duration_cast<Clock::duration>(1s) / 60;

// Users are known by their XUIDs. These are made up.
constexpr mpa::Xuid host = 2535400000000001;
constexpr mpa::Xuid first_friend = 2535400000000002;

volatile std::sig_atomic_t stopping = 0;

extern "C" void stop(int)
{
    stopping = 1;
}

void report(unsigned frame, const mpa::Result& result)
{
    if (result.ok()) {
        std::printf("Frame %u: acknowledged\n", frame);
        std::fflush(stdout);
    } else {
        std::fprintf(stderr, "Frame %u: %s: %s\n", frame, result.status_name(), result.message().data());
    }
}

// Where something was refused at once, the callback is never called.
void check(unsigned frame, const mpa::Submitted& submitted)
{
    if (!submitted.ok()) {
        std::fprintf(stderr, "Frame %u: not submitted: %s\n", frame, submitted.result.message().data());
    }
}

// Once in a while, a player asks the server to invite a friend, and a match ends.
void play(mpa::Dispatcher& dispatcher, unsigned frame)
{
    const auto ended = [frame](const mpa::Result& result) { report(frame, result); };
    if (frame % 15 == 0) {
        mpa::ServerInvite invite;
        invite.sender = host;
        invite.invited_users = { first_friend };
        invite.connection_string = "203.0.113.7:7777";
        check(frame, dispatcher.submit_server_invite(invite, ended));
    }
    if (frame % 60 == 0) {
        mpa::RecentPlayerGroup group;
        group.players = { host, first_friend };
        check(frame, dispatcher.submit_recent_player_groups({ group }, ended));
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s ENDPOINT [TITLE_ID]\n", argv[0]);
        return EXIT_FAILURE;
    }
    std::signal(SIGTERM, stop);
    std::signal(SIGINT, stop);

    mpa::ClientConfig config;
    config.title_id = argc > 2 ? static_cast<std::uint32_t>(std::atoll(argv[2])) : 1234567890;
    config.endpoint = argv[1]; // In production: leave it empty.
    config.authorization_header = "XBL3.0 x=-;made-up-token-of-the-server";
    config.log_level = mpa::LogLevel::Warning;

    mpa::Result result;
    std::optional<mpa::Client> client = mpa::Client::open(config, result);
    if (!client) {
        std::fprintf(stderr, "Opening the client: %s\n", result.message().data());
        return EXIT_FAILURE;
    }
    mpa::Dispatcher dispatcher(std::move(*client));
    dispatcher.on_log = [](mpa::LogLevel, std::string_view text) {
        std::fprintf(stderr, "Log: %s\n", text.data());
    };
    dispatcher.on_authorization_needed = [](const mpa::Result& needed) {
        // Fetch a token elsewhere, and hand it over with Client::set_authorization.
        std::fprintf(stderr, "%s\n", needed.message().data());
    };

    for (unsigned frame = 0; stopping == 0; frame++) {
        play(dispatcher, frame);
        dispatcher.poll(); // The callbacks run in here.
        std::this_thread::sleep_for(frame_time);
    }

    // No more is taken, and what was held goes out. The frames go on until all have been called back.
    const Clock::time_point end = Clock::now() + grace;
    static_cast<void>(dispatcher.drain(drain_time));
    while (!dispatcher.drained() && Clock::now() < end) {
        dispatcher.poll();
        std::this_thread::sleep_for(frame_time);
    }
    const std::optional<mpa::CloseReport> closed = dispatcher.close(0s);
    if (closed) {
        std::printf("Closed: %u of %u operations succeeded, %u uncertain, %u events not pulled\n",
                    static_cast<unsigned>(closed->operations_succeeded),
                    static_cast<unsigned>(closed->submitted),
                    static_cast<unsigned>(closed->operations_uncertain),
                    static_cast<unsigned>(closed->events_not_pulled));
    }
    return EXIT_SUCCESS;
}

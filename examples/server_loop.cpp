// A server that ticks 60 times a second and never waits for the service: it submits, is called back
// inside its own poll each frame, tells players the results of their invites, sends again what was never
// sent, obtains authorizations on another thread, and on SIGTERM or SIGINT ends what was begun.
//
// `cargo run --example quickstart cpp loop` runs this against a stand-in for the service. By hand:
//
//     c++ -std=c++17 server_loop.cpp -I../include -I../bindings/cpp -L<folder of libmpa.so> -lmpa
//     ./a.out ENDPOINT [TITLE_ID]

#include "mpa_dispatcher.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Users are known by their XUIDs. These are made up.
constexpr mpa::Xuid host = 2535400000000001;
constexpr mpa::Xuid first_friend = 2535400000000002;

static volatile std::sig_atomic_t stopping = 0;

extern "C" void stop(int) { stopping = 1; }

// Runs on a thread of the dispatcher, so it may block. In production: ask the service that signs in; where
// request.reason is Refused, report request.last to it.
static std::optional<mpa::Authorization> obtain_authorization(const mpa::AuthorizationRequest&)
{
    mpa::Authorization authorization;
    authorization.header = "XBL3.0 x=-;made-up-token-of-the-server";
    authorization.expires_in = 8h;
    return authorization;
}

class Game {
public:
    explicit Game(mpa::Submitter& mpa) : mpa_(mpa) {}

    // Once in a while, a player asks the server to invite a friend, and a match ends.
    void tick(unsigned frame)
    {
        while (!delayed_.empty() && delayed_.begin()->first <= Clock::now()) {
            invite(frame, delayed_.extract(delayed_.begin()).mapped());
        }
        if (frame % 15 == 0) invite(frame, { first_friend });
        if (frame % 60 == 0) {
            mpa::RecentPlayerGroup group;
            group.players = { host, first_friend };
            mpa_.submit_recent_player_groups({ group }, lifetime_,
                                             [frame](const mpa::Result& result) { log(frame, result); });
        }
    }

private:
    void invite(unsigned frame, const std::vector<mpa::Xuid>& users)
    {
        mpa::ServerInvite invite;
        invite.sender = host;
        invite.invited_users = users;
        invite.connection_string = "203.0.113.7:7777";
        mpa_.submit_server_invite(invite, lifetime_, [this, frame, users](const mpa::Result& result) {
            log(frame, result);
            const mpa::Unsent unsent = result.unsent(users.size());
            std::fprintf(stderr, "To the player: %s\n", notice(result, unsent));
            if (unsent.resend != mpa::Resend::Later) return;
            delayed_.emplace(Clock::now() + unsent.delay, unsent.of(users));
        });
    }

    // docs/outcomes.md has all of it.
    static const char* notice(const mpa::Result& result, const mpa::Unsent& unsent)
    {
        if (result.ok()) return "Invite sent.";
        if (result.uncertain() > 0) return "The invite may not have arrived. Ask your friend.";
        if (unsent.resend == mpa::Resend::Later) return "Invites are slow right now. Yours is sent later.";
        if (unsent.resend == mpa::Resend::Elsewhere) return "This server is closing. Invite from the next one.";
        return "The invite could not be sent.";
    }

    static void log(unsigned frame, const mpa::Result& result)
    {
        if (result.ok()) std::printf("Frame %u: acknowledged\n", frame), std::fflush(stdout);
        else std::fprintf(stderr, "Frame %u: %s: %s\n", frame, result.status_name(), result.message().data());
    }

    mpa::Submitter& mpa_;
    std::multimap<Clock::time_point, std::vector<mpa::Xuid>> delayed_;
    mpa::Lifetime lifetime_; // The last member, so that it is the first to go.
};

int main(int argc, char** argv)
{
    if (argc < 2) return std::fprintf(stderr, "usage: %s ENDPOINT [TITLE_ID]\n", argv[0]), EXIT_FAILURE;
    std::signal(SIGTERM, stop);
    std::signal(SIGINT, stop);

    mpa::ClientConfig config;
    config.title_id = argc > 2 ? static_cast<std::uint32_t>(std::atoll(argv[2])) : 1234567890;
    config.endpoint = argv[1]; // In production: leave it empty.
    config.log_level = mpa::LogLevel::Warning;
    mpa::Result result;
    std::optional<mpa::Client> client = mpa::Client::open(config, result);
    if (!client) return std::fprintf(stderr, "Opening the client: %s\n", result.message().data()), EXIT_FAILURE;

    mpa::DispatcherOptions options;
    options.authorization_source = obtain_authorization;
    mpa::Dispatcher dispatcher(std::move(*client), options);
    dispatcher.on_log = [](mpa::LogLevel, std::string_view text) { std::fprintf(stderr, "Log: %s\n", text.data()); };
    dispatcher.renew_authorization(); // The first one, at once.

    Game game(dispatcher);
    for (unsigned frame = 0; stopping == 0; frame++) {
        game.tick(frame);
        dispatcher.poll(); // The callbacks run in here.
        std::this_thread::sleep_for(1s / 60.0);
    }

    // No more is taken, what was held goes out, and what ends until then is called back. It is 4 s of
    // the 5 s that the server may take to stop. Frames that go on meanwhile: drain(), and poll() until drained().
    if (const std::optional<mpa::CloseReport> closed = dispatcher.close(4s)) {
        std::printf("Closed: %llu of %llu operations succeeded, %llu uncertain, %llu events not polled\n",
                    0ULL + closed->operations_succeeded, 0ULL + closed->submitted,
                    0ULL + closed->operations_uncertain, 0ULL + closed->events_not_polled);
    }
    return EXIT_SUCCESS;
}

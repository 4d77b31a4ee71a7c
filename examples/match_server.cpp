// A match: the server says who joins and who leaves, and the library reports who met whom.
//
// `cargo run --example quickstart cpp match` runs this against a stand-in for the service, and then prints who met
// whom as the service lists it. By hand:
//
//     c++ -std=c++17 match_server.cpp -I../include -I../bindings/cpp -L<folder of libmpa.so> -lmpa
//     ./a.out ENDPOINT [TITLE_ID [SEED [SPEED]]]

#include "mpa_dispatcher.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

using namespace std::chrono_literals;

// A match of a minute, made up: each second, one of these players joins or leaves, or none does.
constexpr unsigned seconds = 60;
constexpr unsigned players = 8;

// Users are known by their XUIDs. These are made up.
constexpr mpa::Xuid first_player = 2535400000000001;

// A player joins or leaves. Neither waits, and what is wrong never stops the game: it is in the result.
static void happen(const mpa::Match& match, unsigned player, bool joins)
{
    const mpa::Xuid xuid = first_player + player;
    const std::uint32_t team = 1 + player % 2; // 0 would be none.
    const mpa::Result result = joins ? match.join(xuid, team) : match.leave(xuid);
    if (result.ok()) std::printf("Player %u %s\n", player + 1, joins ? "joins" : "leaves");
    else std::fprintf(stderr, "Player %u: %s\n", player + 1, result.message().data());
}

static void play(mpa::Dispatcher& dispatcher, const mpa::Match& match, unsigned seed, unsigned speed)
{
    std::minstd_rand random(seed);
    std::array<bool, players> present{};
    for (unsigned second = 0; second < seconds; second++) {
        const auto player = static_cast<unsigned>(random() % players);
        if (random() % 2 == 0) {
            present[player] = !present[player];
            happen(match, player, present[player]);
        }
        dispatcher.poll(); // As a game does each frame.
        std::this_thread::sleep_for(1s / static_cast<double>(speed));
    }
}

int main(int argc, char** argv)
{
    const auto number = [argc, argv](int index, unsigned otherwise) {
        return argc > index ? static_cast<unsigned>(std::strtoul(argv[index], nullptr, 10)) : otherwise;
    };
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s ENDPOINT [TITLE_ID [SEED [SPEED]]]\n", argv[0]);
        return EXIT_FAILURE;
    }
    mpa::ClientConfig config;
    config.title_id = number(2, 1234567890);
    config.endpoint = argv[1]; // In production: leave it empty.
    config.authorization_header = "XBL3.0 x=-;made-up-token-of-the-server";
    mpa::Result result;
    std::optional<mpa::Client> client = mpa::Client::open(config, result);
    if (!client) {
        std::fprintf(stderr, "Opening the client: %s\n", result.message().data());
        return EXIT_FAILURE;
    }
    std::optional<mpa::Result> end;
    mpa::Lifetime lifetime;
    mpa::Dispatcher dispatcher(std::move(*client));
    const auto ended = [&end](const mpa::Result& of_the_match) { end = of_the_match; };
    const std::optional<mpa::Match> match = dispatcher.open_match({}, lifetime, ended, result);
    if (!match) {
        std::fprintf(stderr, "Opening the match: %s\n", result.message().data());
        return EXIT_FAILURE;
    }
    play(dispatcher, *match, number(3, 1), std::max(number(4, 1), 1U));
    static_cast<void>(match->close()); // Those who are still there leave.
    while (!end) {
        dispatcher.poll(); // The callback runs in here.
        std::this_thread::sleep_for(16ms);
    }
    if (!end->ok()) {
        std::fprintf(stderr, "The match: %s: %s\n", end->status_name(), end->message().data());
        return EXIT_FAILURE;
    }
    std::printf("The match: %u groups and lists of players acknowledged\n", end->acknowledged());
    return EXIT_SUCCESS;
}

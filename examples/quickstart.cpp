// A first look at mpa in C++: two kinds of invites, and who met whom.
//
// `cargo run --example quickstart cpp` runs this against a stand-in for the service. By hand:
//
//     c++ -std=c++17 quickstart.cpp -I../include -I../bindings/cpp -L<folder of libmpa.so> -lmpa
//     ./a.out ENDPOINT [TITLE_ID]

#include "mpa.hpp"

#include <cstdio>
#include <cstdlib>

using namespace std::chrono_literals;

namespace {

// Users are known by their XUIDs. These are made up.
constexpr mpa::Xuid host = 2535400000000001;
constexpr mpa::Xuid first_friend = 2535400000000002;

// Your own text: with it, a friend's game finds this server.
constexpr char connection_string[] = "203.0.113.7:7777";

// Prints how a call ended. True: the service acknowledged all of it.
bool report(const char* call, const mpa::Result& result)
{
    if (!result.ok()) {
        // For programs: result.retryable() says whether to try again. For people: the message.
        std::fprintf(stderr, "%s: %s: %s\n", call, result.status_name(), result.message().data());
        return false;
    }
    std::printf("%s: acknowledged, %u request%s, %lld ms\n", call, result.attempts(),
                result.attempts() == 1 ? "" : "s", static_cast<long long>(result.elapsed().count()));
    return true;
}

// A player invites, with a token of that player's own. Your game client hands it to your server.
bool invite_as_player(const mpa::Client& client)
{
    mpa::Invite invite;
    invite.invited_users = { first_friend, first_friend + 1 };
    invite.connection_string = connection_string;
    invite.authorization.emplace().header = "XBL3.0 x=1234567890;made-up-token-of-a-player";
    return report("A player invites 2 friends", client.send_invite(invite));
}

// The server invites for a player who asked for it, with its own token.
bool invite_as_server(const mpa::Client& client)
{
    mpa::ServerInvite invite;
    invite.sender = host;
    // The service takes 16 at a time: these go as 16 and 4.
    for (mpa::Xuid i = 0; i < 20; i++) invite.invited_users.push_back(first_friend + i);
    invite.connection_string = connection_string;
    invite.platform = mpa::Platform::Scarlett;
    return report("The server invites 20 friends of a player", client.send_server_invite(invite));
}

// After a match: everyone in a group met everyone else in it.
bool post_recent_players(const mpa::Client& client)
{
    std::vector<mpa::RecentPlayerGroup> groups(2);
    groups[0].encounter_type = mpa::EncounterType::Teammate;
    groups[0].players = { host, first_friend, first_friend + 1 };
    groups[1].encounter_type = mpa::EncounterType::Opponent;
    groups[1].players = { host, first_friend + 2 };
    return report("The server reports 2 groups who met", client.post_recent_player_groups(groups));
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s ENDPOINT [TITLE_ID]\n", argv[0]);
        return EXIT_FAILURE;
    }
    mpa::ClientConfig config;
    config.title_id = argc > 2 ? static_cast<std::uint32_t>(std::atoll(argv[2])) : 1234567890;
    config.endpoint = argv[1]; // In production: leave it empty.
    config.authorization_header = "XBL3.0 x=-;made-up-token-of-the-server";

    mpa::Result result;
    std::optional<mpa::Client> client = mpa::Client::open(config, result);
    if (!client) {
        report("Opening the client", result);
        return EXIT_FAILURE;
    }

    // These block until the service has answered: in a game, call them on a thread of their own.
    bool ok = invite_as_player(*client) && invite_as_server(*client) && post_recent_players(*client);

    // A client closes itself when it is destroyed. Closing it by hand gives an account.
    std::optional<mpa::CloseReport> closed = client->close(1s);
    if (closed) {
        std::printf("Closed: %u of %u calls succeeded\n", static_cast<unsigned>(closed->succeeded),
                    static_cast<unsigned>(closed->calls));
    }
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

// One invite, over the endpoint and for the title of the command line.

#include <mpa.hpp>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv)
{
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s ENDPOINT TITLE_ID\n", argv[0]);
        return 2;
    }
    mpa::ClientConfig config;
    config.endpoint = argv[1];
    config.title_id = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    config.authorization_header = "XBL3.0 x=-;any";

    mpa::Result result;
    const std::optional<mpa::Client> client = mpa::Client::open(config, result);
    if (!client) {
        std::fprintf(stderr, "%s\n", result.message().data());
        return 1;
    }
    mpa::ServerInvite invite;
    invite.sender = 2535400000000001;
    invite.invited_users = { 2535400000000002 };
    invite.connection_string = "203.0.113.7:7777";
    result = client->send_server_invite(invite);
    std::printf("mpa %s: %s\n", mpa::version_string(), result.message().data());
    return result.ok() ? 0 : 1;
}

// Both libraries in C++, with exceptions that pass frames between their calls.

#include "mpa.hpp"

#include <stdexcept>
#include <string>

extern "C" {
int other_panics(void);
int other_digest(void);
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int use_both(const char *endpoint);
}

namespace {

int destroyed = 0;

struct Counted {
    ~Counted() { ++destroyed; }
};

void expect(bool condition, const char* step)
{
    if (!condition) throw std::runtime_error(step);
}

void use(const char* endpoint)
{
    const Counted counted;
    mpa::ClientConfig config;
    config.title_id = 1234567890;
    config.endpoint = endpoint;
    config.authorization_header = "XBL3.0 x=-;token";
    mpa::Result result;
    const auto client = mpa::Client::open(config, result);
    expect(client.has_value(), "2");
    expect(other_panics() == 0, "1");
    mpa::ServerInvite invite;
    invite.sender = 2535400000000002;
    invite.invited_users = { 2535400000000001 };
    expect(client->send_server_invite(invite).ok(), "3");
    expect(other_panics() == 0, "4");
    expect(other_digest() == 0xba, "5");
    throw std::runtime_error("0");
}

} // namespace

int use_both(const char* endpoint)
{
    try {
        use(endpoint);
    } catch (const std::exception& exception) {
        return destroyed == 1 ? std::stoi(exception.what()) : 7;
    }
    return 8;
}

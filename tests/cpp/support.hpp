// What the programs that test mpa.hpp share.

#ifndef MPA_TESTS_SUPPORT_HPP
#define MPA_TESTS_SUPPORT_HPP

#include "mpa.hpp"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            std::exit(EXIT_FAILURE);                                        \
        }                                                                   \
    } while (false)

inline mpa::Client open(const mpa::ClientConfig& config)
{
    mpa::Result result;
    std::optional<mpa::Client> client = mpa::Client::open(config, result);
    if (!client) std::fprintf(stderr, "%s\n", result.message().data());
    CHECK(client && result.ok());
    return std::move(*client);
}

inline mpa::ServerInvite server_invite()
{
    mpa::ServerInvite invite;
    invite.sender = 1;
    invite.invited_users = { 2, 3 };
    return invite;
}

#endif

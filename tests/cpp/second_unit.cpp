// Another translation unit of the program: nothing in mpa.hpp may be defined twice.

#include "mpa.hpp"

mpa::Result send_from_elsewhere(const mpa::Client& client, const mpa::ServerInvite& invite)
{
    return client.send_server_invite(invite);
}

// Both libraries in C.

#include "mpa.h"

#include <stddef.h>

int other_panics(void);
int other_digest(void);

int use_both(const char *endpoint)
{
    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.title_id = 1234567890;
    config.endpoint = endpoint;
    config.authorization_header = "XBL3.0 x=-;token";
    mpa_client client;
    if (other_panics() != 0) return 1;
    if (mpa_client_open(&config, &client, NULL) != MPA_OK) return 2;

    const uint64_t invited = 2535400000000001;
    mpa_server_invite invite = MPA_INIT(mpa_server_invite);
    invite.sender = 2535400000000002;
    invite.invited_users = &invited;
    invite.invited_user_count = 1;
    if (mpa_send_server_invite(client, &invite, NULL) != MPA_OK) return 3;
    if (other_panics() != 0) return 4;
    if (other_digest() != 0xba) return 5;
    return mpa_client_close(client, 1000, NULL) == MPA_OK ? 0 : 6;
}

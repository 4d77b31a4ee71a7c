/* One invite, over the endpoint and for the title of the command line. */

#include <mpa.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s ENDPOINT TITLE_ID\n", argv[0]);
        return 2;
    }
    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.endpoint = argv[1];
    config.title_id = (uint32_t)strtoul(argv[2], NULL, 10);
    config.authorization_header = "XBL3.0 x=-;any";

    mpa_client client;
    mpa_result result = MPA_INIT(mpa_result);
    if (mpa_client_open(&config, &client, &result) == MPA_OK) {
        uint64_t user = 2535400000000002;
        mpa_server_invite invite = MPA_INIT(mpa_server_invite);
        invite.sender = 2535400000000001;
        invite.invited_users = &user;
        invite.invited_user_count = 1;
        invite.connection_string = "203.0.113.7:7777";
        mpa_send_server_invite(client, &invite, &result);
        mpa_client_close(client, 0, NULL);
    }
    printf("mpa %s: %s\n", mpa_version_string(), result.message);
    return result.status == MPA_OK ? 0 : 1;
}

/* A server that signs in by itself, with the publisher's certificate, and invites.
 *
 * `cargo run --example quickstart -- c sign-in` runs this against a stand-in for the services. By hand:
 *
 *     cc sign_in.c -I../include -L<folder of libmpa.so> -lmpa -o sign_in
 *     ./sign_in ENDPOINT TITLE_ID SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY
 */

#include "mpa.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Until when the token is good; it is renewed long before. */
static void print_end_of_token(mpa_client client)
{
    mpa_stats stats = MPA_INIT(mpa_stats);
    char text[32];
    if (mpa_client_stats(client, &stats, NULL) != MPA_OK) return;
    time_t end = (time_t)(stats.authorization_expires_at_unix_ms / 1000);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", gmtime(&end));
    printf("Signed in until %s UTC\n", text);
}

int main(int argc, char **argv)
{
    if (argc != 8) {
        fprintf(stderr, "usage: %s ENDPOINT TITLE_ID SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY\n",
                argv[0]);
        return EXIT_FAILURE;
    }
    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.endpoint = argv[1]; /* In production: leave the endpoints and the authorities NULL. */
    config.title_id = (uint32_t)strtoul(argv[2], NULL, 10);
    config.sign_in_endpoint = argv[3];
    config.token_endpoint = argv[4];
    config.ca_certificates_path = argv[5];
    config.certificate_path = argv[6];
    config.private_key_path = argv[7];

    mpa_client client;
    mpa_result result = MPA_INIT(mpa_result);
    if (mpa_client_open(&config, &client, &result) != MPA_OK) {
        fprintf(stderr, "Opening the client: %s\n", result.message);
        return EXIT_FAILURE;
    }
    uint64_t friends[] = { 2535400000000002 };
    mpa_server_invite invite = MPA_INIT(mpa_server_invite);
    invite.sender = 2535400000000001;
    invite.invited_users = friends;
    invite.invited_user_count = 1;
    invite.connection_string = "203.0.113.7:7777";

    /* The first call signs in. */
    int ok = mpa_send_server_invite(client, &invite, &result) == MPA_OK;
    if (ok) {
        print_end_of_token(client);
        printf("The server invites a friend of a player: acknowledged\n");
    } else {
        fprintf(stderr, "The server invites a friend of a player: %s: %s\n", mpa_status_name(result.status),
                result.message);
    }
    mpa_client_close(client, 1000, NULL);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* One of the servers of a fleet: it reports who played, and a player invites a friend. That a relay (`mpa-relay`)
 * stands between it and the service shows in two lines of its configuration.
 *
 * `cargo run --example quickstart -- c fleet` runs three of them against a stand-in for the service, without a
 * relay and through one. By hand:
 *
 *     cc fleet_server.c -I../include -L<folder of libmpa.so> -lmpa -o fleet_server
 *     ./fleet_server URL_OF_THE_RELAY TITLE_ID KEY NUMBER
 */

#include "mpa.h"

#include <stdio.h>
#include <stdlib.h>

/* Prints how a call ended. 1: the service acknowledged all of it. */
static int report(unsigned number, const char *call, unsigned count, const mpa_result *result)
{
    if (result->status != MPA_OK) {
        fprintf(stderr, "Server %u %s: %s: %s", number, call, mpa_status_name(result->status), result->message);
        /* The service's, or that of the relay's log. */
        if (result->correlation_id[0] != '\0') fprintf(stderr, " (correlation id %s)", result->correlation_id);
        fprintf(stderr, "\n");
        return 0;
    }
    printf("Server %u %s: %s, %u of %u acknowledged, %u request%s, %.1f s\n", number, call,
           mpa_status_name(result->status), result->acknowledged, count, result->attempts,
           result->attempts == 1 ? "" : "s", result->elapsed_ms / 1000.0);
    return 1;
}

/* After a match. A relay puts the reports of many servers into one request, and each server gets its own answer. */
static int report_players(mpa_client client, unsigned number, uint64_t first_player)
{
    uint64_t players[] = { first_player, first_player + 1, first_player + 2 };

    mpa_recent_player_group group = MPA_INIT(mpa_recent_player_group);
    group.encounter_type = MPA_ENCOUNTER_TEAMMATE;
    group.players = players;
    group.player_count = 3;

    mpa_result result = MPA_INIT(mpa_result);
    mpa_post_recent_player_groups(client, &group, 1, &result);
    return report(number, "reports a group", 1, &result);
}

/* Where the limit is used up, the library waits as long as it is asked to, and tries again: by the service, or by
 * the relay, which then has sent nothing. */
static int invite(mpa_client client, unsigned number, uint64_t first_player)
{
    uint64_t friends[] = { first_player + 3 };

    mpa_server_invite invite = MPA_INIT(mpa_server_invite);
    invite.sender = first_player;
    invite.invited_users = friends;
    invite.invited_user_count = 1;
    invite.connection_string = "203.0.113.7:7777"; /* Your own text: with it, a friend's game finds this server. */

    mpa_result result = MPA_INIT(mpa_result);
    mpa_send_server_invite(client, &invite, &result);
    return report(number, "invites a friend", 1, &result);
}

int main(int argc, char **argv)
{
    char header[1100];
    if (argc != 5) {
        fprintf(stderr, "usage: %s URL_OF_THE_RELAY TITLE_ID KEY NUMBER\n", argv[0]);
        return EXIT_FAILURE;
    }
    int length = snprintf(header, sizeof header, "XBL3.0 x=-;%s", argv[3]);
    if (length < 0 || (size_t)length >= sizeof header) {
        fprintf(stderr, "The key is too long.\n");
        return EXIT_FAILURE;
    }
    unsigned number = (unsigned)strtoul(argv[4], NULL, 10);
    uint64_t first_player = 2535400000000001 + 10 * (uint64_t)number; /* XUIDs, made up. */

    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.title_id = (uint32_t)strtoul(argv[2], NULL, 10);
    config.endpoint = argv[1];            /* Without a relay: NULL. */
    config.authorization_header = header; /* Without a relay: the service's token in the place of the key. */

    mpa_client client;
    mpa_result result = MPA_INIT(mpa_result);
    if (mpa_client_open(&config, &client, &result) != MPA_OK) {
        report(number, "opens its client", 0, &result);
        return EXIT_FAILURE;
    }
    /* These block until it is known what happened: in a game, call them on a thread of their own, or submit them. */
    int ok = report_players(client, number, first_player) && invite(client, number, first_player);
    mpa_client_close(client, 1000, NULL);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A first look at mpa in C: two kinds of invites, and who met whom.
 *
 * `cargo run --example quickstart` runs this against a stand-in for the service. By hand:
 *
 *     cc quickstart.c -I../include -L<folder of libmpa.so> -lmpa -o quickstart
 *     ./quickstart ENDPOINT [TITLE_ID]
 */

#include "mpa.h"

#include <stdio.h>
#include <stdlib.h>

/* Users are known by their XUIDs. These are made up. */
static const uint64_t HOST = 2535400000000001;
static const uint64_t FRIEND = 2535400000000002;

/* Your own text: with it, a friend's game finds this server. */
static const char *CONNECTION_STRING = "203.0.113.7:7777";

/* Prints how a call ended. 1: the service acknowledged all of it. */
static int report(const char *call, const mpa_result *result)
{
    if (result->status != MPA_OK) {
        /* For programs: result->retryable says whether to try again. For people: the message. */
        fprintf(stderr, "%s: %s: %s\n", call, mpa_status_name(result->status), result->message);
        return 0;
    }
    printf("%s: acknowledged, %u request%s, %u ms\n", call, result->attempts,
           result->attempts == 1 ? "" : "s", result->elapsed_ms);
    return 1;
}

/* A player invites, with a token of that player's own. Your game client hands it to your server. */
static int invite_as_player(mpa_client client)
{
    mpa_authorization players = MPA_INIT(mpa_authorization);
    players.header = "XBL3.0 x=1234567890;made-up-token-of-a-player";

    uint64_t friends[] = { FRIEND, FRIEND + 1 };
    mpa_invite invite = MPA_INIT(mpa_invite);
    invite.invited_users = friends;
    invite.invited_user_count = 2;
    invite.connection_string = CONNECTION_STRING;
    invite.authorization = &players;

    mpa_result result = MPA_INIT(mpa_result);
    mpa_send_invite(client, &invite, &result);
    return report("A player invites 2 friends", &result);
}

/* The server invites for a player who asked for it, with its own token. */
static int invite_as_server(mpa_client client)
{
    uint64_t friends[20];
    for (uint64_t i = 0; i < 20; i++) friends[i] = FRIEND + i;

    mpa_server_invite invite = MPA_INIT(mpa_server_invite);
    invite.sender = HOST;
    invite.invited_users = friends;
    invite.invited_user_count = 20; /* The service takes 16 at a time: these go as 16 and 4. */
    invite.connection_string = CONNECTION_STRING;
    invite.platform = MPA_PLATFORM_SCARLETT;

    mpa_result result = MPA_INIT(mpa_result);
    mpa_send_server_invite(client, &invite, &result);
    return report("The server invites 20 friends of a player", &result);
}

/* After a match: everyone in a group met everyone else in it. */
static int post_recent_players(mpa_client client)
{
    uint64_t red[] = { HOST, FRIEND, FRIEND + 1 };
    uint64_t captains[] = { HOST, FRIEND + 2 };

    mpa_recent_player_group groups[2] = { MPA_INIT(mpa_recent_player_group),
                                          MPA_INIT(mpa_recent_player_group) };
    groups[0].encounter_type = MPA_ENCOUNTER_TEAMMATE;
    groups[0].players = red;
    groups[0].player_count = 3;
    groups[1].encounter_type = MPA_ENCOUNTER_OPPONENT;
    groups[1].players = captains;
    groups[1].player_count = 2;

    mpa_result result = MPA_INIT(mpa_result);
    mpa_post_recent_player_groups(client, groups, 2, &result);
    return report("The server reports 2 groups who met", &result);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s ENDPOINT [TITLE_ID]\n", argv[0]);
        return EXIT_FAILURE;
    }
    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.title_id = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1234567890;
    config.endpoint = argv[1]; /* In production: leave it NULL. */
    config.authorization_header = "XBL3.0 x=-;made-up-token-of-the-server";

    mpa_client client;
    mpa_result result = MPA_INIT(mpa_result);
    if (mpa_client_open(&config, &client, &result) != MPA_OK) {
        report("Opening the client", &result);
        return EXIT_FAILURE;
    }
    /* These block until the service has answered: in a game, call them on a thread of their own. */
    int ok = invite_as_player(client) && invite_as_server(client) && post_recent_players(client);

    mpa_close_report closed = MPA_INIT(mpa_close_report);
    mpa_client_close(client, 1000, &closed); /* Waits for calls of other threads, 1 s at most. */
    printf("Closed: %u of %u calls succeeded\n", (unsigned)closed.succeeded, (unsigned)closed.calls);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

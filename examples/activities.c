/* Activities: the server says what a player plays and how others join, asks what friends play, and says when it is over.
 *
 * `cargo run --example quickstart c activities` runs this against a stand-in for the service. By hand:
 *
 *     cc activities.c -I../include -L<folder of libmpa.so> -lmpa -o activities
 *     ./activities ENDPOINT [TITLE_ID]
 */

#include "mpa.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Users are known by their XUIDs. These are made up. */
static const uint64_t PLAYER = 2535400000000001;
static const uint64_t FRIEND = 2535400000000002;

/* Prints how a call ended. 1: the service acknowledged all of it. */
static int report(const char *call, const mpa_result *result)
{
    if (result->status != MPA_OK) {
        fprintf(stderr, "%s: %s: %s\n", call, mpa_status_name(result->status), result->message);
        return 0;
    }
    printf("%s: acknowledged\n", call);
    return 1;
}

/* When a player joins the server, or the number of players changes. */
static int set(mpa_client client)
{
    mpa_activity activity = MPA_INIT(mpa_activity);
    activity.join_restriction = MPA_JOIN_RESTRICTION_FOLLOWED;
    activity.connection_string = "203.0.113.7:7777"; /* With it, a friend's game finds this server. */
    activity.group_id = "red-team";
    activity.current_players = 3;
    activity.max_players = 8;

    mpa_result result = MPA_INIT(mpa_result);
    mpa_set_activity(client, PLAYER, &activity, &result);
    return report("Setting the player's activity", &result);
}

/* Who of these users plays what, in this title or another one? */
static int query(mpa_client client)
{
    enum { CAPACITY = 16 };
    static mpa_activity_record records[CAPACITY]; /* 2 KB each: not for the stack. */
    const uint64_t users[] = { PLAYER, FRIEND };
    uint32_t total = 0;
    records[0].struct_size = sizeof records[0];

    mpa_result result = MPA_INIT(mpa_result);
    mpa_query_activities(client, users, 2, NULL, records, CAPACITY, &total, &result);
    if (!report("Asking what 2 users play", &result)) return 0;
    for (uint32_t i = 0; i < total && i < CAPACITY; i++) {
        const mpa_activity_record *found = &records[i];
        printf("  user %" PRIu64 " plays title %" PRIu32 ", %" PRIu32 " of %" PRIu32 " players, group %s, join with %s\n",
               found->xuid, found->title_id, found->current_players, found->max_players, found->group_id,
               found->connection_string);
    }
    return 1;
}

/* When the player leaves. */
static int delete_it(mpa_client client)
{
    mpa_result result = MPA_INIT(mpa_result);
    mpa_delete_activity(client, PLAYER, 0, NULL, &result);
    return report("Deleting the player's activity", &result);
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
    /* These block until the service has answered. From a game loop, use mpa_submit_set_activity and the others. */
    const int ok = set(client) && query(client) && delete_it(client) && query(client);
    mpa_client_close(client, 0, NULL);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

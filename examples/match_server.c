/* A match: the server says who joins and who leaves, and the library reports who met whom.
 *
 * `cargo run --example quickstart c match` runs this against a stand-in for the service, and then prints who met whom
 * as the service lists it. By hand:
 *
 *     cc match_server.c -I../include -L<folder of libmpa.so> -lmpa -o match_server
 *     ./match_server ENDPOINT [TITLE_ID [SEED [SPEED]]]
 */

#define _POSIX_C_SOURCE 200809L

#include "mpa.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A match of a minute, made up: each second, one of these players joins or leaves, or none does. */
enum { SECONDS = 60, PLAYERS = 8 };

/* Users are known by their XUIDs. These are made up. */
static const uint64_t FIRST_PLAYER = 2535400000000001;

static const uint64_t OF_THE_MATCH = 1;

static uint32_t random_below(uint64_t *state, uint32_t limit)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % limit;
}

static void sleep_ms(unsigned milliseconds)
{
    const struct timespec time = { milliseconds / 1000, (long)(milliseconds % 1000) * 1000000 };
    nanosleep(&time, NULL);
}

/* A player joins or leaves. Neither waits, and what is wrong never stops the game: it is in the result. */
static void event(mpa_match match, unsigned player, int joins)
{
    mpa_result result = MPA_INIT(mpa_result);
    const uint64_t xuid = FIRST_PLAYER + player;
    const uint32_t team = 1 + player % 2; /* 0 would be none. */
    if (joins) mpa_match_join(match, xuid, team, &result);
    else mpa_match_leave(match, xuid, &result);
    if (result.status == MPA_OK) printf("Player %u %s\n", player + 1, joins ? "joins" : "leaves");
    else fprintf(stderr, "Player %u: %s\n", player + 1, result.message);
}

static void play(mpa_match match, uint64_t seed, unsigned speed)
{
    int present[PLAYERS] = { 0 };
    for (unsigned second = 0; second < SECONDS; second++) {
        const unsigned player = random_below(&seed, PLAYERS);
        if (random_below(&seed, 2) == 0) {
            present[player] = !present[player];
            event(match, player, present[player]);
        }
        sleep_ms(1000 / speed);
    }
}

/* Polls, as a game does each frame, until the match has ended. 1: all of it was acknowledged. */
static int wait_for_the_end(mpa_client client)
{
    mpa_event event = MPA_INIT(mpa_event);
    mpa_result result = MPA_INIT(mpa_result);
    for (;;) {
        while (mpa_poll_event(client, &event, &result)) {
            if (event.type != MPA_EVENT_COMPLETED || event.user_data != OF_THE_MATCH) continue;
            if (result.status != MPA_OK) {
                fprintf(stderr, "The match: %s: %s\n", mpa_status_name(result.status), result.message);
                return 0;
            }
            printf("The match: %" PRIu32 " groups and lists of players acknowledged\n", result.acknowledged);
            return 1;
        }
        sleep_ms(16);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s ENDPOINT [TITLE_ID [SEED [SPEED]]]\n", argv[0]);
        return EXIT_FAILURE;
    }
    const uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    unsigned speed = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 1;
    if (speed == 0) speed = 1;

    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.title_id = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1234567890;
    config.endpoint = argv[1]; /* In production: leave it NULL. */
    config.authorization_header = "XBL3.0 x=-;made-up-token-of-the-server";

    mpa_client client;
    mpa_match match;
    mpa_result result = MPA_INIT(mpa_result);
    if (mpa_client_open(&config, &client, &result) != MPA_OK || mpa_match_open(client, NULL, &match, &result) != MPA_OK) {
        fprintf(stderr, "Opening: %s\n", result.message);
        return EXIT_FAILURE;
    }
    play(match, seed, speed);
    mpa_match_close(match, OF_THE_MATCH, NULL, &result); /* Those who are still there leave. */
    const int ok = wait_for_the_end(client);
    mpa_client_close(client, 1000, NULL);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A server that ticks 60 times a second and never waits for the service: it submits, polls the
 * completions each frame, and on SIGTERM or SIGINT ends what was begun within its grace time. POSIX.
 *
 * `cargo run --example quickstart c loop` runs this against a stand-in for the service. By hand:
 *
 *     cc server_loop.c -I../include -L<folder of libmpa.so> -lmpa -o server_loop
 *     ./server_loop ENDPOINT [TITLE_ID]
 */

#define _POSIX_C_SOURCE 200809L

#include "mpa.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* How long the server may take to stop, and how much of that is for what was submitted. */
static const uint32_t GRACE_MS = 5000;
static const uint32_t DRAIN_MS = 4000;

/* Users are known by their XUIDs. These are made up. */
static const uint64_t HOST = 2535400000000001;
static const uint64_t FRIEND = 2535400000000002;

/* What user_data says beside the frame. */
static const uint64_t IS_INVITE = 1;

static volatile sig_atomic_t stopping;

static void stop(int signal_number)
{
    (void)signal_number;
    stopping = 1;
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* What the player learns whose invite this was. docs/outcomes.md has all of it. */
static void tell_player(const mpa_result *result, uint32_t invited_users)
{
    mpa_unsent unsent = MPA_INIT(mpa_unsent);
    const char *notice = "The invite could not be sent.";
    mpa_result_unsent(result, invited_users, &unsent);
    if (unsent.resend == MPA_RESEND_LATER) notice = "Invites are slow right now. Try again later.";
    if (unsent.resend == MPA_RESEND_ELSEWHERE) notice = "This server is closing. Invite from the next one.";
    if (result->uncertain > 0) notice = "The invite may not have arrived. Ask your friend.";
    if (result->status == MPA_OK) notice = "Invite sent.";
    fprintf(stderr, "To the player: %s\n", notice);
}

/* The one place for how an operation ended, or was refused when it was submitted. */
static void ended(uint64_t user_data, const mpa_result *result)
{
    const unsigned frame = (unsigned)(user_data / 2);
    if (result->status == MPA_OK) printf("Frame %u: acknowledged\n", frame);
    else fprintf(stderr, "Frame %u: %s: %s\n", frame, mpa_status_name(result->status), result->message);
    if (user_data % 2 == IS_INVITE) tell_player(result, 1);
}

/* Once in a while, a player asks the server to invite a friend, and a match ends. */
static void play(mpa_client client, uint64_t frame)
{
    mpa_result result = MPA_INIT(mpa_result);
    if (frame % 15 == 0) {
        mpa_server_invite invite = MPA_INIT(mpa_server_invite);
        invite.sender = HOST;
        invite.invited_users = &FRIEND; /* Copied before the call returns. */
        invite.invited_user_count = 1;
        invite.connection_string = "203.0.113.7:7777";
        /* user_data is your own: here the frame and what it was, in a game perhaps the number of a request. */
        if (mpa_submit_server_invite(client, &invite, 2 * frame + IS_INVITE, NULL, &result) != MPA_OK) {
            ended(2 * frame + IS_INVITE, &result); /* As in an event, of which there is none then. */
        }
    }
    if (frame % 60 == 0) {
        uint64_t players[] = { HOST, FRIEND };
        mpa_recent_player_group group = MPA_INIT(mpa_recent_player_group);
        group.players = players;
        group.player_count = 2;
        if (mpa_submit_recent_player_groups(client, &group, 1, 2 * frame, NULL, &result) != MPA_OK) {
            ended(2 * frame, &result);
        }
    }
}

/* Polls all events that there are. 1: it was the last, and draining is over. */
static int poll_events(mpa_client client)
{
    mpa_event event = MPA_INIT(mpa_event);
    mpa_result result = MPA_INIT(mpa_result);
    while (mpa_poll_event(client, &event, &result)) {
        switch (event.type) {
        case MPA_EVENT_COMPLETED:
            ended(event.user_data, &result);
            break;
        case MPA_EVENT_AUTHORIZATION_NEEDED:
            /* Fetch a token elsewhere, and hand it over with mpa_client_set_authorization. */
            fprintf(stderr, "A newer token is needed\n");
            break;
        case MPA_EVENT_DRAINED:
            return 1;
        default:
            break; /* Of a newer library. */
        }
    }
    fflush(stdout);
    return 0;
}

static void sleep_until_the_next_frame(void)
{
    const struct timespec frame = { 0, 1000000000 / 60 };
    nanosleep(&frame, NULL); /* A signal ends it early, which is just as well. */
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s ENDPOINT [TITLE_ID]\n", argv[0]);
        return EXIT_FAILURE;
    }
    struct sigaction action = { .sa_handler = stop };
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);

    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.title_id = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1234567890;
    config.endpoint = argv[1]; /* In production: leave it NULL. */
    config.authorization_header = "XBL3.0 x=-;made-up-token-of-the-server";

    mpa_client client;
    mpa_result result = MPA_INIT(mpa_result);
    if (mpa_client_open(&config, &client, &result) != MPA_OK) {
        fprintf(stderr, "Opening the client: %s\n", result.message);
        return EXIT_FAILURE;
    }

    for (uint64_t frame = 0; !stopping; frame++) {
        play(client, frame);
        poll_events(client);
        sleep_until_the_next_frame();
    }

    /* No more is taken, and what was held goes out. The frames go on until the last event. */
    const uint64_t end = now_ms() + GRACE_MS;
    mpa_client_drain(client, DRAIN_MS, NULL);
    while (!poll_events(client) && now_ms() < end) sleep_until_the_next_frame();

    mpa_close_report closed = MPA_INIT(mpa_close_report);
    mpa_client_close(client, 0, &closed);
    printf("Closed: %u of %u operations succeeded, %u uncertain, %u events not polled\n",
           (unsigned)closed.operations_succeeded, (unsigned)closed.submitted,
           (unsigned)closed.operations_uncertain, (unsigned)closed.events_not_polled);
    return EXIT_SUCCESS;
}

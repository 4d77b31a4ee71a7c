/* How many threads and file descriptors a client has.
 *
 * usage: footprint ENDPOINT. Prints a line for each state of a client: its name, threads and descriptors.
 * FOOTPRINT_CA: a file of authorities to trust. FOOTPRINT_SIGN_IN, _TOKENS, _CERTIFICATE and _KEY: the
 * client signs in by itself. */

#define _DEFAULT_SOURCE 1

#include "mpa.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static mpa_client client;
static mpa_client_config config;
static mpa_server_invite invite;
static mpa_recent_player_group group;
static const uint64_t users[] = { UINT64_C(2814630000000001), UINT64_C(2814630000000002) };

static void must(mpa_status status, const mpa_result *result)
{
    if (status != MPA_OK) {
        fprintf(stderr, "%s: %s\n", mpa_status_name(status), result->message);
        exit(3);
    }
}

static int entries(const char *folder)
{
    DIR *directory = opendir(folder);
    int count = 0;

    if (directory == NULL) {
        perror(folder);
        exit(2);
    }
    while (readdir(directory) != NULL) {
        count++;
    }
    closedir(directory);
    return count;
}

static int threads_before, descriptors_before, own_threads;

static int threads(void)
{
    return entries("/proc/self/task") - threads_before - own_threads;
}

static int descriptors(void)
{
    return entries("/proc/self/fd") - descriptors_before;
}

static void print_state(const char *state)
{
    printf("%s %d %d\n", state, threads(), descriptors());
}

/* A thread that has ended, and one that is about to, look the same for a moment. */
static void settle(void)
{
    usleep(200000);
}

static void call_once(void)
{
    mpa_result result = MPA_INIT(mpa_result);

    must(mpa_send_server_invite(client, &invite, &result), &result);
    must(mpa_post_recent_player_groups(client, &group, 1, &result), &result);
}

enum { CALLERS = 8 };

static void *call_some_times(void *unused)
{
    for (int i = 0; i < 10; i++) {
        call_once();
    }
    return unused;
}

/* The most of both while calls are made at the same time. */
static void print_calls(void)
{
    pthread_t callers[CALLERS];
    int most_threads = 0, most_descriptors = 0;

    own_threads = CALLERS;
    for (int i = 0; i < CALLERS; i++) {
        if (pthread_create(&callers[i], NULL, call_some_times, NULL) != 0) {
            exit(2);
        }
    }
    for (int i = 0; i < 200; i++) {
        const int now_threads = threads(), now_descriptors = descriptors();
        most_threads = now_threads > most_threads ? now_threads : most_threads;
        most_descriptors = now_descriptors > most_descriptors ? now_descriptors : most_descriptors;
        usleep(1000);
    }
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(callers[i], NULL);
    }
    own_threads = 0;
    printf("%d-calls %d %d\n", CALLERS, most_threads, most_descriptors);
}

static void submit(int count)
{
    mpa_result result = MPA_INIT(mpa_result);
    mpa_event event = MPA_INIT(mpa_event);

    for (int i = 0; i < count; i++) {
        must(mpa_submit_server_invite(client, &invite, 1, NULL, &result), &result);
        must(mpa_submit_recent_player_groups(client, &group, 1, 1, NULL, &result), &result);
    }
    must(mpa_client_flush(client, 30000, &result), &result);
    while (mpa_poll_event(client, &event, NULL)) {
    }
}

/* One of each other kind. */
static void submit_others(void)
{
    mpa_result result = MPA_INIT(mpa_result);
    const uint64_t xuid = 5;
    mpa_activity activity = MPA_INIT(mpa_activity);

    activity.connection_string = "";
    must(mpa_submit_set_activity(client, xuid, &activity, 1, NULL, &result), &result);
    must(mpa_submit_query_activities(client, &xuid, 1, NULL, 1, NULL, &result), &result);
}

static void measure(void)
{
    mpa_result result = MPA_INIT(mpa_result);

    threads_before = entries("/proc/self/task");
    descriptors_before = entries("/proc/self/fd");
    must(mpa_client_open(&config, &client, &result), &result);
    print_state("open");
    call_once();
    settle();
    print_state("called");
    print_calls();
    settle();
    print_state("idle");
    must(mpa_client_close(client, 1000, NULL), &result);
    settle();
    print_state("closed");

    config.worker_count = 4;
    must(mpa_client_open(&config, &client, &result), &result);
    submit(20);
    settle();
    print_state("4-workers");
    must(mpa_client_close(client, 1000, NULL), &result);

    config.worker_count = 0;
    must(mpa_client_open(&config, &client, &result), &result);
    submit(2);
    settle();
    print_state("submitted");
    submit_others();
    submit(1);
    settle();
    print_state("every-kind");
    must(mpa_client_close(client, 1000, NULL), &result);
    settle();
    print_state("closed");
}

int main(int count, char **arguments)
{
    if (count < 2) {
        return 2;
    }
    config = MPA_INIT(mpa_client_config);
    config.title_id = 7;
    config.endpoint = arguments[1];
    config.ca_certificates_path = getenv("FOOTPRINT_CA");
    config.certificate_path = getenv("FOOTPRINT_CERTIFICATE");
    if (config.certificate_path != NULL) {
        config.private_key_path = getenv("FOOTPRINT_KEY");
        config.sign_in_endpoint = getenv("FOOTPRINT_SIGN_IN");
        config.token_endpoint = getenv("FOOTPRINT_TOKENS");
    } else {
        config.authorization_header = "XBL3.0 x=-;token";
    }
    config.recent_players_hold_ms = MPA_NONE;
    invite = MPA_INIT(mpa_server_invite);
    invite.sender = 5;
    invite.invited_users = users;
    invite.invited_user_count = 2;
    group = MPA_INIT(mpa_recent_player_group);
    group.players = users;
    group.player_count = 2;
    measure();
    return 0;
}

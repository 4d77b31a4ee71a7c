/* How much stack one function of the library needs, on a thread of its own whose stack was painted.
 *
 * usage: stack FUNCTION: calls it and prints the bytes and how it ended. stack: lists the functions.
 *
 * The environment names the configuration: STACK_ENDPOINT, STACK_TOKEN (an authorization header),
 * STACK_CA, STACK_CERTIFICATE, STACK_KEY, STACK_PASSWORD, STACK_SIGN_IN, STACK_TOKENS. */

#define _DEFAULT_SOURCE 1

#include "largest.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { STACK_SIZE = 4 << 20, PAINT = 0xA5 };

/* As what largest.h has: none of it is on the stack that is measured. */
static mpa_invite invite;
static mpa_authorization authorization;
static mpa_event event;
static mpa_close_report report;
static mpa_authorization_buffers buffers;
static char header[MPA_MAX_AUTHORIZATION_HEADER_LENGTH + 1], key[512];

static const char PROOF_KEY[] = "-----BEGIN PRIVATE KEY-----\n"
                                "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1Dge+YjYmpuuCuEw\n"
                                "KPxV7vAxtNUKCgj6ZTZoRvcnjo6hRANCAATUFgkTasCt73waf6GREEtW+pcHoM5d\n"
                                "L97jhRAAr652H1UYOHt/xVpJqiXKOG0LAAMaGbIGWGtR3qArh9vL2YaP\n"
                                "-----END PRIVATE KEY-----\n";

static void prepare(void)
{
    prepare_largest(getenv("STACK_ENDPOINT"), getenv("STACK_TOKEN"), getenv("STACK_CA"), '"');
    config.owner_tag = 1;
    config.certificate_path = getenv("STACK_CERTIFICATE");
    config.private_key_path = getenv("STACK_KEY");
    config.certificate_password = getenv("STACK_PASSWORD");
    config.sign_in_endpoint = getenv("STACK_SIGN_IN");
    config.token_endpoint = getenv("STACK_TOKENS");
    config.log_level = MPA_LOG_DEBUG;
    memset(header, 'a', sizeof header - 1);
    memcpy(header, "XBL3.0 x=-;", 11);
    authorization = MPA_INIT(mpa_authorization);
    authorization.header = header;
    authorization.proof_key_pem = PROOF_KEY;
    invite = MPA_INIT(mpa_invite);
    invite.invited_users = users;
    invite.invited_user_count = 16;
    invite.connection_string = connection_string;
    event = MPA_INIT(mpa_event);
    report = MPA_INIT(mpa_close_report);
    buffers = MPA_INIT(mpa_authorization_buffers);
    buffers.header = header;
    buffers.header_size = sizeof header;
    buffers.proof_key_pem = key;
    buffers.proof_key_pem_size = sizeof key;
}

/* The functions ---------------------------------------------------------------------------------- */

static mpa_status open_client(void)
{
    return mpa_client_open(&config, &client, &result);
}

static mpa_status send_invite(void)
{
    return mpa_send_invite(client, &invite, &result);
}

static mpa_status send_server_invite(void)
{
    return mpa_send_server_invite(client, &server_invite, &result);
}

static mpa_status post_groups(void)
{
    return mpa_post_recent_player_groups(client, groups, sizeof groups / sizeof *groups, &result);
}

static uint64_t operation;

static mpa_status submit_invite(void)
{
    return mpa_submit_invite(client, &invite, 1, &operation, &result);
}

static mpa_status submit_server_invite(void)
{
    return mpa_submit_server_invite(client, &server_invite, 1, &operation, &result);
}

static mpa_status submit_groups(void)
{
    return mpa_submit_recent_player_groups(client, groups, sizeof groups / sizeof *groups, 1, &operation, &result);
}

static mpa_status set_activity(void)
{
    return mpa_set_activity(client, users[0], &activity, &result);
}

static mpa_status delete_activity(void)
{
    return mpa_delete_activity(client, users[0], 0, &authorization, &result);
}

static uint32_t total;

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof *(array))

static mpa_status get_activities(void)
{
    return mpa_get_activities(client, users[0], &authorization, records, COUNT(records), &total, &result);
}

static mpa_status query_activities(void)
{
    return mpa_query_activities(client, queried, COUNT(queried), &authorization, records, COUNT(records), &total,
                                &result);
}

static mpa_status read_activities(void)
{
    return mpa_read_activities(client, operation, records, COUNT(records), &total, &result);
}

static mpa_status post_players(void)
{
    return mpa_post_recent_players(client, players, COUNT(players), &authorization, &result);
}

static mpa_status post_users(void)
{
    return mpa_post_server_recent_players(client, of_users, COUNT(of_users), &result);
}

static mpa_status submit_activity(void)
{
    return mpa_submit_set_activity(client, users[0], &activity, 1, &operation, &result);
}

static mpa_status submit_deletion(void)
{
    return mpa_submit_delete_activity(client, users[0], 0, &authorization, 1, &operation, &result);
}

static mpa_status submit_get(void)
{
    return mpa_submit_get_activities(client, users[0], &authorization, 1, &operation, &result);
}

static mpa_status submit_query(void)
{
    return mpa_submit_query_activities(client, queried, COUNT(queried), NULL, 1, &operation, &result);
}

static mpa_status submit_players(void)
{
    return mpa_submit_recent_players(client, players, COUNT(players), &authorization, 1, &operation, &result);
}

static mpa_status submit_users(void)
{
    return mpa_submit_server_recent_players(client, of_users, COUNT(of_users), 1, &operation, &result);
}

/* Its completion is the event that was polled last. */
static void query_and_poll(void)
{
    submit_query();
    mpa_wait_event(client, 10000, &event, &result);
}

static void submit_all(void)
{
    submit_invite();
    submit_groups();
    submit_users();
    submit_activity();
    submit_query();
    submit_server_invite();
}

static void submit_and_finish(void)
{
    submit_all();
    mpa_client_flush(client, 10000, NULL);
}

static mpa_status poll_events(void)
{
    while (mpa_poll_event(client, &event, &result)) {
    }
    return MPA_OK;
}

static mpa_status wait_events(void)
{
    do {
        mpa_wait_event(client, 100, &event, &result);
    } while (event.type != MPA_EVENT_NONE);
    return MPA_OK;
}

static mpa_status wake(void)
{
    return mpa_client_wake(client);
}

static mpa_status cancel(void)
{
    return mpa_cancel(client, operation, &result);
}

static mpa_status drain(void)
{
    return mpa_client_drain(client, 0, &result);
}

static mpa_status flush(void)
{
    return mpa_client_flush(client, 10000, &result);
}

static mpa_status close_client(void)
{
    return mpa_client_close(client, 1000, &report);
}

static mpa_status close_all(void)
{
    return mpa_close_all(1, 1000);
}

static mpa_status set_authorization(void)
{
    return mpa_client_set_authorization(client, &authorization, &result);
}

static void set_it(void)
{
    set_authorization();
}

static mpa_status get_authorization(void)
{
    return mpa_client_get_authorization(client, &buffers, &result);
}

static mpa_status invalidate_authorization(void)
{
    return mpa_client_invalidate_authorization(client, &authorization, &result);
}

static mpa_status get_stats(void)
{
    return mpa_client_stats(client, &stats, &result);
}

static mpa_status to_prometheus(void)
{
    return mpa_stats_prometheus(&stats, "region=\"eu\"", page, sizeof page, NULL, &result);
}

static mpa_status unsent(void)
{
    mpa_unsent left = MPA_INIT(mpa_unsent);
    return mpa_result_unsent(&result, UINT32_MAX, &left);
}

static mpa_status completion_kind(void)
{
    mpa_status status, cause;
    return mpa_completion_kind(0, &status, &cause) == 1 ? MPA_OK : -1;
}

static mpa_status lane_stats_completed(void)
{
    return mpa_lane_stats_completed(&stats.invites, MPA_ERROR_UNCERTAIN) == 0 ? MPA_OK : -1;
}

static mpa_match match;

static mpa_status open_match(void)
{
    return mpa_match_open(client, NULL, &match, &result);
}

static mpa_status join_match(void)
{
    return mpa_match_join(match, users[0], 1, &result);
}

static mpa_status leave_match(void)
{
    return mpa_match_leave(match, 1, &result);
}

static mpa_status close_match(void)
{
    return mpa_match_close(match, 0, &operation, &result);
}

static void open_it(void)
{
    open_match();
}

/* With teams, so that what is reported has to be worked out. */
static void fill_match(void)
{
    open_match();
    for (uint32_t player = 1; player <= 100; player++) mpa_match_join(match, player, 1 + player / 99 * player, NULL);
}

static mpa_status version(void)
{
    return mpa_version() == 0 ? -1 : MPA_OK;
}

static mpa_status version_string(void)
{
    return mpa_version_string() == NULL ? -1 : MPA_OK;
}

static mpa_status status_name(void)
{
    return mpa_status_name(MPA_ERROR_INTERNAL) == NULL ? -1 : MPA_OK;
}

static mpa_status status_description(void)
{
    return mpa_status_description(MPA_ERROR_INTERNAL) == NULL ? -1 : MPA_OK;
}

static void nothing(void)
{
}

/* Each function of the header, what precedes it on a thread that is not measured, and how it is called.
 * Without a preparation there is no client either. */
static const struct function {
    const char *name;
    void (*before)(void);
    mpa_status (*call)(void);
} FUNCTIONS[] = {
    { "mpa_client_open", NULL, open_client },
    { "mpa_send_invite", nothing, send_invite },
    { "mpa_send_server_invite", nothing, send_server_invite },
    { "mpa_post_recent_player_groups", nothing, post_groups },
    { "mpa_post_recent_players", nothing, post_players },
    { "mpa_post_server_recent_players", nothing, post_users },
    { "mpa_set_activity", nothing, set_activity },
    { "mpa_delete_activity", nothing, delete_activity },
    { "mpa_get_activities", nothing, get_activities },
    { "mpa_query_activities", nothing, query_activities },
    { "mpa_submit_invite", nothing, submit_invite },
    { "mpa_submit_server_invite", nothing, submit_server_invite },
    { "mpa_submit_recent_player_groups", nothing, submit_groups },
    { "mpa_submit_recent_players", nothing, submit_players },
    { "mpa_submit_server_recent_players", nothing, submit_users },
    { "mpa_submit_set_activity", nothing, submit_activity },
    { "mpa_submit_delete_activity", nothing, submit_deletion },
    { "mpa_submit_get_activities", nothing, submit_get },
    { "mpa_submit_query_activities", nothing, submit_query },
    { "mpa_read_activities", query_and_poll, read_activities },
    { "mpa_poll_event", submit_and_finish, poll_events },
    { "mpa_wait_event", submit_and_finish, wait_events },
    { "mpa_client_wake", nothing, wake },
    { "mpa_cancel", submit_all, cancel },
    { "mpa_client_drain", submit_all, drain },
    { "mpa_client_flush", submit_all, flush },
    { "mpa_client_close", submit_all, close_client },
    { "mpa_close_all", submit_all, close_all },
    { "mpa_client_set_authorization", nothing, set_authorization },
    { "mpa_client_get_authorization", set_it, get_authorization },
    { "mpa_client_invalidate_authorization", set_it, invalidate_authorization },
    { "mpa_client_stats", submit_and_finish, get_stats },
    { "mpa_match_open", nothing, open_match },
    { "mpa_match_join", open_it, join_match },
    { "mpa_match_leave", fill_match, leave_match },
    { "mpa_match_close", fill_match, close_match },
    { "mpa_completion_kind", NULL, completion_kind },
    { "mpa_lane_stats_completed", NULL, lane_stats_completed },
    { "mpa_stats_prometheus", NULL, to_prometheus },
    { "mpa_result_unsent", NULL, unsent },
    { "mpa_version", NULL, version },
    { "mpa_version_string", NULL, version_string },
    { "mpa_status_name", NULL, status_name },
    { "mpa_status_description", NULL, status_description },
};

/* Measuring -------------------------------------------------------------------------------------- */

static mpa_status ended;
static const unsigned char *volatile top;

static void *run(void *function)
{
    unsigned char here;
    mpa_status (*call)(void) = ((const struct function *)function)->call;
    top = &here;
    ended = call();
    return NULL;
}

static long measure(const struct function *function)
{
    pthread_attr_t attributes;
    pthread_t thread;
    unsigned char *stack =
        mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

    if (stack == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    memset(stack, PAINT, STACK_SIZE);
    pthread_attr_init(&attributes);
    if (pthread_attr_setstack(&attributes, stack, STACK_SIZE) != 0 ||
        pthread_create(&thread, &attributes, run, (void *)(uintptr_t)function) != 0 ||
        pthread_join(thread, NULL) != 0) {
        fprintf(stderr, "a thread could not be run\n");
        exit(2);
    }
    const unsigned char *deepest = stack;
    while (*deepest == PAINT) {
        deepest++;
    }
    return (long)(top - deepest);
}

int main(int count, char **arguments)
{
    const struct function *end = FUNCTIONS + sizeof FUNCTIONS / sizeof *FUNCTIONS;
    for (const struct function *function = FUNCTIONS; function < end; function++) {
        if (count < 2) {
            printf("%s\n", function->name);
        } else if (strcmp(function->name, arguments[1]) == 0) {
            prepare();
            if (function->before != NULL) {
                if (open_client() != MPA_OK) {
                    fprintf(stderr, "%s\n", result.message);
                    return 2;
                }
                function->before();
            }
            const long bytes = measure(function);
            printf("%ld %s %s\n", bytes, mpa_status_name(ended), ended == MPA_OK ? "" : result.message);
            return 0;
        }
    }
    return count < 2 ? 0 : 2;
}

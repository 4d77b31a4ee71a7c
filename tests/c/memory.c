/* The library's memory: what it holds, and what becomes of an allocation that fails. The allocator is
 * the program's own, on top of glibc's.
 *
 * usage: memory ENDPOINT holds: prints what is held, in bytes. memory ENDPOINT fails: lets one allocation
 * after the other fail, each in a process of its own, and prints how those ended. MEMORY_CA: a file of
 * authorities to trust. */

#define _DEFAULT_SOURCE 1

#include "largest.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The allocator ---------------------------------------------------------------------------------- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *place, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *place);

static long held, most_held;
/* The number of the allocation that fails, from 1; 0: none. Only those of the thread that counts. */
static volatile long failing;
static volatile long allocations;
static __thread int counts;

static int fails(void)
{
    return counts && ++allocations == failing;
}

static void *taken(void *place)
{
    if (place != NULL) {
        const long now = __atomic_add_fetch(&held, (long)malloc_usable_size(place), __ATOMIC_RELAXED);
        long most = __atomic_load_n(&most_held, __ATOMIC_RELAXED);
        while (now > most &&
               !__atomic_compare_exchange_n(&most_held, &most, now, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        }
    }
    return place;
}

static void given_back(void *place)
{
    if (place != NULL) {
        __atomic_sub_fetch(&held, (long)malloc_usable_size(place), __ATOMIC_RELAXED);
    }
}

void *malloc(size_t size)
{
    return fails() ? NULL : taken(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : taken(__libc_calloc(count, size));
}

void *realloc(void *place, size_t size)
{
    if (fails()) {
        return NULL;
    }
    given_back(place);
    return taken(__libc_realloc(place, size));
}

int posix_memalign(void **place, size_t alignment, size_t size)
{
    *place = fails() ? NULL : taken(__libc_memalign(alignment, size));
    return *place == NULL ? ENOMEM : 0;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : taken(__libc_memalign(alignment, size));
}

void free(void *place)
{
    given_back(place);
    __libc_free(place);
}

/* Calls ------------------------------------------------------------------------------------------ */

static void prepare(const char *endpoint)
{
    prepare_largest(endpoint, "XBL3.0 x=-;token", getenv("MEMORY_CA"), 'a');
    config.call_timeout_ms = 60000;
    config.request_timeout_ms = 60000;
}

static void must(mpa_status status)
{
    if (status != MPA_OK) {
        fprintf(stderr, "%s: %s\n", mpa_status_name(status), result.message);
        exit(3);
    }
}

/* Every function that allocates; how each ends does not matter where an allocation fails. */
static void call_all(void)
{
    mpa_authorization authorization = MPA_INIT(mpa_authorization);
    mpa_event event = MPA_INIT(mpa_event);
    uint64_t operation;

    mpa_client_open(&config, &client, &result);
    mpa_send_server_invite(client, &server_invite, &result);
    mpa_post_recent_player_groups(client, groups, 20, &result);
    authorization.header = "XBL3.0 x=-;newer";
    mpa_client_set_authorization(client, &authorization, &result);
    mpa_submit_server_invite(client, &server_invite, 1, &operation, &result);
    mpa_submit_recent_player_groups(client, groups, 20, 1, &operation, &result);
    mpa_cancel(client, operation, &result);
    mpa_set_activity(client, 1, &activity, &result);
    mpa_query_activities(client, queried, 30, &authorization, records, 64, NULL, &result);
    mpa_post_server_recent_players(client, of_users, 20, &result);
    mpa_submit_query_activities(client, queried, 30, NULL, 1, &operation, &result);
    mpa_client_flush(client, 10000, &result);
    mpa_client_stats(client, &stats, &result);
    mpa_stats_prometheus(&stats, "region=\"eu\"", page, sizeof page, NULL, &result);
    while (mpa_poll_event(client, &event, &result)) {
    }
    mpa_client_close(client, 1000, NULL);
}

/* In a process of its own, the allocation of that number fails; what it wrote to stderr, and how it
 * ended. */
static int end_with_failure(long number, char *written, size_t size)
{
    int ends[2], status = -1;
    ssize_t length;
    size_t filled = 0;
    pid_t child;

    if (pipe(ends) != 0 || (child = fork()) < 0) {
        perror("fork");
        exit(2);
    }
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        alarm(60);
        failing = number;
        counts = 1;
        call_all();
        counts = 0;
        /* Whether it came so far. */
        _exit(allocations < number ? 10 : 0);
    }
    close(ends[1]);
    while (filled + 1 < size && (length = read(ends[0], written + filled, size - 1 - filled)) > 0) {
        filled += (size_t)length;
    }
    written[filled] = '\0';
    close(ends[0]);
    waitpid(child, &status, 0);
    return status;
}

static int fail_each(void)
{
    char written[512];
    int aborted = 0, survived = 0;

    for (long number = 1;; number += number < 50 ? 1 : 11) {
        const int status = end_with_failure(number, written, sizeof written);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 10) {
            break;
        }
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strlen(written) > 10) {
            aborted++;
        } else if (status == 0 && written[0] == '\0') {
            survived++;
        } else {
            fprintf(stderr, "allocation %ld: status %x, stderr \"%s\"\n", number, (unsigned)status, written);
            return 1;
        }
    }
    printf("aborted %d survived %d\n", aborted, survived);
    return 0;
}

/* What is held ----------------------------------------------------------------------------------- */

static long at_first;

static void begin(void)
{
    at_first = most_held = held;
}

enum { CALLERS = 8 };

static void *call_some_times(void *unused)
{
    for (int i = 0; i < 3; i++) {
        mpa_send_server_invite(client, &server_invite, NULL);
        mpa_post_recent_player_groups(client, groups, 20, NULL);
    }
    return unused;
}

static void call_at_the_same_time(void)
{
    pthread_t callers[CALLERS];

    begin();
    must(mpa_client_open(&config, &client, &result));
    printf("open %ld\n", held - at_first);
    for (int i = 0; i < CALLERS; i++) {
        must(pthread_create(&callers[i], NULL, call_some_times, NULL));
    }
    for (int i = 0; i < CALLERS; i++) {
        must(pthread_join(callers[i], NULL));
    }
    printf("calls %d %ld\nidle %ld\n", CALLERS, most_held - at_first, held - at_first);
    must(mpa_client_close(client, 1000, NULL));
}

/* One kind of operation, as many of them as the queue takes. Nothing is sent without a token; of those
 * that have their own, one in an hour. */
static void fill(const char *what, mpa_status (*submit)(uint64_t *operation))
{
    uint64_t operation = 0;
    mpa_status status;

    config.authorization_header = NULL;
    config.queue_capacity = 1000000;
    config.invite_limit = 1;
    config.limit_period_ms = 3600000;
    config.invite_time_to_live_ms = MPA_MAX_DURATION_MS;
    must(mpa_client_open(&config, &client, &result));
    begin();
    while ((status = submit(&operation)) == MPA_OK) {
    }
    must(status == MPA_ERROR_QUEUE_FULL ? MPA_OK : status);
    must(mpa_client_stats(client, &stats, &result));
    const unsigned long long count = stats.held_operations, bytes = stats.held_bytes;
    printf("queued %s %llu %llu %ld\n", what, count, bytes, most_held - at_first);
    for (; operation > 0; operation--) {
        must(mpa_cancel(client, operation, &result));
    }
    printf("ended %s %llu %llu %ld\n", what, count, bytes, most_held - at_first);
    must(mpa_client_close(client, 1000, NULL));
}

static mpa_status submit_small_invite(uint64_t *operation)
{
    mpa_server_invite small = server_invite;
    small.connection_string = NULL;
    small.invited_user_count = 1;
    return mpa_submit_server_invite(client, &small, 0, operation, &result);
}

static mpa_status submit_invite_with_token(uint64_t *operation)
{
    mpa_authorization own = MPA_INIT(mpa_authorization);
    mpa_invite by_user = MPA_INIT(mpa_invite);
    own.header = "XBL3.0 x=4711;token";
    by_user.invited_users = users;
    by_user.invited_user_count = 16;
    by_user.connection_string = connection_string;
    by_user.authorization = &own;
    return mpa_submit_invite(client, &by_user, 0, operation, &result);
}

static mpa_status submit_large_invite(uint64_t *operation)
{
    return mpa_submit_server_invite(client, &server_invite, 0, operation, &result);
}

static mpa_status submit_groups(uint32_t count, uint32_t players, uint64_t *operation)
{
    static mpa_recent_player_group many[MPA_MAX_GROUPS_PER_CALL];
    for (uint32_t i = 0; i < count; i++) {
        many[i] = groups[0];
        many[i].player_count = players;
    }
    return mpa_submit_recent_player_groups(client, many, count, 0, operation, &result);
}

static mpa_status submit_small_group(uint64_t *operation)
{
    return submit_groups(1, 2, operation);
}

static mpa_status submit_large_groups(uint64_t *operation)
{
    return submit_groups(20, 100, operation);
}

static mpa_status submit_many_groups(uint64_t *operation)
{
    return submit_groups(MPA_MAX_GROUPS_PER_CALL, 2, operation);
}

enum { PLAYERS = 10000 };

/* A match with as many players as it takes. */
static void fill_a_match(void)
{
    mpa_match match;

    must(mpa_client_open(&config, &client, &result));
    begin();
    must(mpa_match_open(client, NULL, &match, &result));
    for (uint64_t player = 1; player <= PLAYERS; player++) {
        must(mpa_match_join(match, player, 1, &result));
    }
    printf("players %d %ld\n", PLAYERS, held - at_first);
    must(mpa_client_close(client, 0, NULL));
}

/* Reports of two players each, as many as the queue takes. Nothing is sent without a token. */
static void fill_with_reports(void)
{
    mpa_status status;
    mpa_match match;
    uint64_t player = 1;

    config.authorization_header = NULL;
    must(mpa_client_open(&config, &client, &result));
    begin();
    must(mpa_match_open(client, NULL, &match, &result));
    do {
        must(mpa_match_join(match, player, 0, &result));
        must(mpa_match_join(match, player + 1, 0, &result));
        status = mpa_match_leave(match, player, &result);
        must(mpa_match_leave(match, player + 1, &result));
        player += 2;
    } while (status == MPA_OK);
    must(status == MPA_ERROR_QUEUE_FULL ? MPA_OK : status);
    must(mpa_client_stats(client, &stats, &result));
    printf("queued reports %llu %llu %ld\n", (unsigned long long)stats.held_operations,
           (unsigned long long)stats.held_bytes, most_held - at_first);
    must(mpa_client_close(client, 0, NULL));
}

/* Operations that have ended, and whose events are not polled. */
static void finish(void)
{
    uint64_t operation;

    config.worker_count = 16;
    must(mpa_client_open(&config, &client, &result));
    begin();
    for (int i = 0; i < 800; i++) {
        must(submit_small_invite(&operation));
    }
    must(mpa_client_flush(client, 60000, &result));
    must(mpa_client_stats(client, &stats, &result));
    printf("finished %u %llu %llu %ld\n", config.worker_count, (unsigned long long)stats.held_operations,
           (unsigned long long)stats.held_bytes, held - at_first);
    must(mpa_client_close(client, 1000, NULL));
}

/* What a query takes while it is under way, and what is held of it until the event after its own. */
static int query(void)
{
    mpa_event event = MPA_INIT(mpa_event);
    uint64_t operation;
    uint32_t total;

    must(mpa_client_open(&config, &client, &result));
    begin();
    must(mpa_query_activities(client, queried, 30, NULL, records, 64, &total, &result));
    printf("query %u %ld\n", total, most_held - at_first);
    begin();
    must(mpa_submit_query_activities(client, queried, 30, NULL, 0, &operation, &result));
    must(mpa_client_flush(client, 60000, &result));
    for (int polled = 0; polled < 2; polled++) {
        must(mpa_client_stats(client, &stats, &result));
        printf("found 1 %llu %ld\n", (unsigned long long)stats.held_bytes, held - at_first);
        mpa_poll_event(client, &event, &result);
    }
    must(mpa_read_activities(client, operation, records, 64, &total, &result));
    must(mpa_client_close(client, 1000, NULL));
    return 0;
}

static int measure(void)
{
    call_at_the_same_time();
    finish();
    fill("small-invites", submit_small_invite);
    fill("large-invites", submit_large_invite);
    fill("invites-with-token", submit_invite_with_token);
    fill("small-groups", submit_small_group);
    fill("large-groups", submit_large_groups);
    fill("many-groups", submit_many_groups);
    fill_a_match();
    fill_with_reports();
    return 0;
}

int main(int count, char **arguments)
{
    if (count < 3) {
        return 2;
    }
    prepare(arguments[1]);
    return strcmp(arguments[2], "fails") == 0 ? fail_each() : strcmp(arguments[2], "query") == 0 ? query() : measure();
}

/* Many threads call while the client is closed: every call ends sensibly, and the account adds up. */

#include "checks.h"

#include <pthread.h>

enum { CALLERS = 8 };

/* What one thread has seen. A thread that is refused for the handle has seen the last. */
struct caller {
    mpa_client client;
    int kind;
    long ok, closed, invalid_handle, uncertain, failed, unsound;
};

static mpa_status make_a_call(const struct caller *caller, mpa_result *result)
{
    uint64_t many[64];
    mpa_server_invite invite = a_server_invite();
    mpa_recent_player_group groups[3] = { a_group(), a_group(), a_group() };

    switch (caller->kind) {
    case 0:
        return mpa_send_server_invite(caller->client, &invite, result);
    case 1:
        for (int i = 0; i < 64; i++) {
            many[i] = XUID + 1;
        }
        invite.invited_users = many;
        invite.invited_user_count = 64;
        return mpa_send_server_invite(caller->client, &invite, result);
    default:
        return mpa_post_recent_player_groups(caller->client, groups, 3, result);
    }
}

static void *call(void *argument)
{
    struct caller *caller = argument;
    while (caller->invalid_handle == 0) {
        mpa_result result = MPA_INIT(mpa_result);
        mpa_status status = make_a_call(caller, &result);
        caller->unsound += result.status != status || strlen(result.message) < 10;
        if (status == MPA_ERROR_INVALID_HANDLE) {
            caller->invalid_handle++;
        } else if (status == MPA_ERROR_CLOSED) {
            caller->closed++;
            caller->unsound += result.attempts != 0;
        } else if (status == MPA_OK) {
            caller->ok++;
            caller->unsound += result.uncertain != 0 || result.cause != 0 || result.retryable != 0;
        } else if (status == MPA_ERROR_UNCERTAIN || status == MPA_ERROR_ABANDONED) {
            if (result.uncertain != 0) {
                caller->uncertain++;
            } else {
                caller->failed++;
                caller->unsound += status != MPA_ERROR_ABANDONED || result.retryable != 1;
            }
            caller->unsound += result.cause == 0;
        } else {
            fprintf(stderr, "a call ended with %s: %s\n", mpa_status_name(status), result.message);
            caller->unsound++;
        }
    }
    return NULL;
}

/* What the emulator has seen of it: at least, and at most. */
static long least, most;

static void close_under_load(uint32_t deadline_ms, useconds_t after_us)
{
    pthread_t threads[CALLERS];
    struct caller callers[CALLERS];
    struct caller sum = { { 0 }, 0, 0, 0, 0, 0, 0, 0 };
    mpa_close_report report = MPA_INIT(mpa_close_report);
    mpa_client client = open_client(SERVICE_TOKEN);

    memset(callers, 0, sizeof callers);
    for (int i = 0; i < CALLERS; i++) {
        callers[i].client = client;
        callers[i].kind = i % 3;
        CHECK_NUMBER(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    usleep(after_us);
    CHECK_STATUS(mpa_client_close(client, deadline_ms, &report), MPA_OK);
    CHECK_STATUS(mpa_client_close(client, deadline_ms, NULL), MPA_ERROR_INVALID_HANDLE);
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(threads[i], NULL);
        sum.ok += callers[i].ok;
        sum.uncertain += callers[i].uncertain;
        sum.failed += callers[i].failed;
        CHECK_NUMBER(callers[i].invalid_handle, 1);
        CHECK_NUMBER(callers[i].unsound, 0);
        /* The second kind sends four requests a call, so many of which may have gone out before. */
        long requests = callers[i].kind == 1 ? 4 : 1;
        least += callers[i].ok * requests;
        most += (callers[i].ok + callers[i].uncertain + callers[i].failed) * requests;
    }

    long long unfinished = (long long)report.unfinished;
    CHECK_NUMBER(report.calls, report.succeeded + report.uncertain + report.failed + report.unfinished);
    CHECK_NUMBER(report.calls, sum.ok + sum.uncertain + sum.failed);
    CHECK_RANGE(sum.ok, report.succeeded, (long long)report.succeeded + unfinished);
    CHECK_RANGE(sum.uncertain, report.uncertain, (long long)report.uncertain + unfinished);
    CHECK_RANGE(sum.failed, report.failed, (long long)report.failed + unfinished);
    CHECK_RANGE(unfinished, 0, CALLERS);
    if (deadline_ms > 0) {
        /* Time enough for all of them. */
        CHECK_NUMBER(unfinished, 0);
        CHECK_NUMBER(sum.uncertain + sum.failed, 0);
    }
}

/* Only one of those who close at the same time has closed. */
static void *close_it(void *client)
{
    return mpa_client_close(*(mpa_client *)client, 1000, NULL) == MPA_OK ? client : NULL;
}

static void close_together(void)
{
    pthread_t threads[CALLERS];
    mpa_client client = open_client(SERVICE_TOKEN);
    int closed = 0;
    for (int i = 0; i < CALLERS; i++) {
        CHECK_NUMBER(pthread_create(&threads[i], NULL, close_it, &client), 0);
    }
    for (int i = 0; i < CALLERS; i++) {
        void *has_closed = NULL;
        pthread_join(threads[i], &has_closed);
        closed += has_closed != NULL;
    }
    CHECK_NUMBER(closed, 1);
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    for (int i = 0; i < often(20, 2); i++) {
        close_under_load(60000, (useconds_t)(i * 1000));
        close_under_load(0, (useconds_t)(i * 1000));
        close_together();
    }
    close_under_load(0, (useconds_t)often(100000, 200000));
    printf("sent %ld %ld\n", least, most);
    return end();
}

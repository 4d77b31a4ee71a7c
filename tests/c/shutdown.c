/* Eight threads submit, poll, cancel, flush, drain and close at random moments: every call ends with a
 * status that is its own, and the account adds up. */

#include "checks.h"

#include <pthread.h>
#include <time.h>

enum { THREADS = 8, KINDS = 9 };

static uint64_t seed;

/* Splitmix, as Vigna made it. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static uint32_t below(uint64_t *state, uint32_t most)
{
    return (uint32_t)(next(state) % most);
}

/* What one thread has seen. A thread that is refused for the handle has seen the last. */
struct worker {
    mpa_client client;
    uint64_t random;
    uint32_t deadline_ms;
    int may_close, over;
    long submitted, polled, acknowledged_invites, drained, has_drained, closed, unsound;
    uint64_t last_operation;
    mpa_close_report report;
};

static const char *const NAMES[KINDS] = { "submit_invite", "submit_server_invite", "submit_groups", "poll", "wait",
                                          "cancel",        "flush",                "drain",         "close" };

static int is_defined(int kind, mpa_status status)
{
    switch (status) {
    case MPA_OK:
    case MPA_ERROR_INVALID_HANDLE:
        return 1;
    case MPA_ERROR_CLOSED:
        return kind <= 2 || kind == 7;
    case MPA_ERROR_QUEUE_FULL:
    case MPA_ERROR_EVENTS_NOT_POLLED:
        return kind <= 2;
    case MPA_ERROR_TIMED_OUT:
        return kind == 6;
    default:
        return 0;
    }
}

static void polled(struct worker *worker, const mpa_event *event, const mpa_result *result)
{
    if (event->type == MPA_EVENT_DRAINED) {
        worker->drained++;
        worker->unsound += event->operation != 0 || event->user_data != 0;
    } else if (event->type == MPA_EVENT_COMPLETED) {
        worker->polled++;
        worker->unsound += event->operation == 0 || event->user_data / 2 != 77 || strlen(result->message) < 5;
        worker->acknowledged_invites += event->user_data % 2 == 1 && result->status == MPA_OK;
    } else {
        worker->unsound += event->type != MPA_EVENT_NONE;
    }
}

static mpa_status make_a_call(struct worker *worker, int kind)
{
    const mpa_authorization of_the_user = an_authorization(USER_TOKEN);
    mpa_invite invite = an_invite();
    const mpa_server_invite by_server = a_server_invite();
    const mpa_recent_player_group group = a_group();
    mpa_result result = MPA_INIT(mpa_result);
    mpa_event event = MPA_INIT(mpa_event);
    uint64_t *operation = &worker->last_operation;
    mpa_status status;

    invite.authorization = &of_the_user;
    switch (kind) {
    case 0:
        status = mpa_submit_invite(worker->client, &invite, 2 * 77 + 1, operation, &result);
        break;
    case 1:
        status = mpa_submit_server_invite(worker->client, &by_server, 2 * 77 + 1, operation, &result);
        break;
    case 2:
        status = mpa_submit_recent_player_groups(worker->client, &group, 1, 2 * 77, operation, &result);
        break;
    case 3:
        if (mpa_poll_event(worker->client, &event, &result)) {
            polled(worker, &event, &result);
            return MPA_OK;
        }
        status = result.status;
        break;
    case 4:
        status = mpa_wait_event(worker->client, below(&worker->random, 4), &event, &result);
        if (status == MPA_OK) {
            polled(worker, &event, &result);
            return MPA_OK;
        }
        break;
    case 5:
        status = mpa_cancel(worker->client, *operation ? *operation : 1, &result);
        /* No number has been given out yet. */
        return status == MPA_ERROR_INVALID_ARGUMENT && *operation == 0 ? MPA_OK : status;
    case 6:
        status = mpa_client_flush(worker->client, below(&worker->random, 3), &result);
        break;
    case 7:
        status = mpa_client_drain(worker->client, worker->deadline_ms, &result);
        worker->has_drained += status == MPA_OK;
        break;
    default:
        if (!worker->may_close) {
            return mpa_client_wake(worker->client);
        }
        worker->report = MPA_INIT(mpa_close_report);
        status = mpa_client_close(worker->client, worker->deadline_ms, &worker->report);
        worker->closed += status == MPA_OK;
        return status;
    }
    worker->submitted += kind <= 2 && status == MPA_OK;
    worker->unsound += result.status != status || strlen(result.message) < 10;
    return status;
}

static void *work(void *argument)
{
    /* How often which; to drain and to close are rare. */
    static const int KIND[] = { 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 5, 6 };
    struct worker *worker = argument;

    while (!worker->over) {
        int kind = KIND[below(&worker->random, sizeof KIND / sizeof *KIND)];
        if (below(&worker->random, 2000) == 0) {
            kind = 7;
        } else if (below(&worker->random, 1000) == 0) {
            kind = 8;
        }
        mpa_status status = make_a_call(worker, kind);
        if (!is_defined(kind, status)) {
            fprintf(stderr, "%s gave %s\n", NAMES[kind], mpa_status_name(status));
            worker->unsound++;
        }
        worker->over = status == MPA_ERROR_INVALID_HANDLE || (kind == 8 && worker->closed);
    }
    return NULL;
}

/* What the emulator has seen of it: at least, and at most. */
static long least, most;

static void all_at_once(uint64_t *random)
{
    const uint32_t deadlines[] = { 0, 20, 60000 };
    pthread_t threads[THREADS];
    static struct worker workers[THREADS];
    struct worker sum = { { 0 }, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, MPA_INITIALIZER(mpa_close_report) };
    mpa_close_report report = MPA_INIT(mpa_close_report);
    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_client client = { 0 };

    config.recent_players_hold_ms = 1 + below(random, 20);
    config.worker_count = 1 + below(random, 4);
    config.queue_capacity = 10 + below(random, 1000);
    ENDED(mpa_client_open(&config, &client, fresh()), MPA_OK);
    memset(workers, 0, sizeof workers);
    for (int i = 0; i < THREADS; i++) {
        workers[i].client = client;
        workers[i].random = next(random);
        workers[i].deadline_ms = deadlines[below(random, 3)];
        workers[i].may_close = below(random, 2) == 0;
        CHECK_NUMBER(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    usleep(below(random, (uint32_t)often(100000, 1000000)));
    sum.closed = mpa_client_close(client, deadlines[below(random, 3)], &report) == MPA_OK;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum.submitted += workers[i].submitted;
        sum.polled += workers[i].polled;
        sum.acknowledged_invites += workers[i].acknowledged_invites;
        sum.drained += workers[i].drained;
        sum.has_drained += workers[i].has_drained;
        sum.closed += workers[i].closed;
        CHECK_NUMBER(workers[i].unsound, 0);
        if (workers[i].closed) {
            report = workers[i].report;
        }
    }
    CHECK_NUMBER(sum.closed, 1);
    CHECK_RANGE(sum.has_drained, 0, 1);
    CHECK_RANGE(sum.drained, 0, 1);
    check_operations(&report);
    CHECK_NUMBER(report.calls, 0);
    CHECK_NUMBER(report.submitted, sum.submitted);
    /* Each thread may have polled one more while another closed. */
    long ended = (long)(report.submitted - report.operations_unfinished);
    CHECK_RANGE(sum.polled, ended - (long)report.events_not_polled, ended - (long)report.events_not_polled + THREADS);
    least += sum.acknowledged_invites;
    most += sum.submitted;
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    const char *given = getenv("MPA_TEST_SEED");
    seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid();
    uint64_t random = seed;
    for (int i = 0; i < often(100, 3); i++) {
        all_at_once(&random);
    }
    if (test()->failures) {
        fprintf(stderr, "MPA_TEST_SEED=%llu\n", (unsigned long long)seed);
    }
    printf("sent %ld %ld\n", least, most);
    return end();
}

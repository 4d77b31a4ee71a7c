/* Polling events, and ending operations: what wrong calls cost (nothing), and what closing leaves. */

#include "checks.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Groups are held for as long as the test takes; a cancelled one is an event without a request. */
static mpa_client open_holding(void)
{
    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_client client = { 0 };
    config.recent_players_hold_ms = 3600000;
    config.recent_players_time_to_live_ms = 3600000;
    if (!ENDED(mpa_client_open(&config, &client, fresh()), MPA_OK)) {
        exit(1);
    }
    return client;
}

static uint64_t held(mpa_client client, uint64_t user_data)
{
    const mpa_recent_player_group group = a_group();
    uint64_t operation = 0;
    ENDED(mpa_submit_recent_player_groups(client, &group, 1, user_data, &operation, fresh()), MPA_OK);
    CHECK(operation != 0);
    return operation;
}

static uint64_t cancelled(mpa_client client, uint64_t user_data)
{
    uint64_t operation = held(client, user_data);
    ENDED(mpa_cancel(client, operation, fresh()), MPA_OK);
    return operation;
}

/* Room for more than an event, full of rubbish. */
static union place {
    mpa_event event;
    unsigned char all[256];
} place;

static mpa_event *rubbish(uint32_t size)
{
    memset(&place, 0x5A, sizeof place);
    place.event.struct_size = size;
    return &place.event;
}

static mpa_event *an_event(void)
{
    return rubbish(sizeof(mpa_event));
}

static void is_event(mpa_event_type type, uint64_t operation, uint64_t user_data, int line)
{
    if (!CHECK_NUMBER(place.event.struct_size, sizeof(mpa_event)) || !CHECK_NUMBER(place.event.type, type) ||
        !CHECK_NUMBER(place.event.operation, operation) || !CHECK_NUMBER(place.event.user_data, user_data)) {
        fprintf(stderr, "%s:%d: that was here\n", __FILE__, line);
    }
}

#define IS_EVENT(type, operation, user_data) is_event(type, operation, user_data, __LINE__)

/* The event that is there now; its result in `last()`. */
#define POLLED(client, how)                                              \
    do {                                                                 \
        CHECK_NUMBER(mpa_poll_event(client, an_event(), fresh()), 1);    \
        ENDED(last()->status, how);                                      \
    } while (0)

#define NO_EVENT(client)                                                 \
    do {                                                                 \
        CHECK_NUMBER(mpa_poll_event(client, an_event(), fresh()), 0);    \
        ENDED(last()->status, MPA_OK);                                   \
        IS_EVENT(MPA_EVENT_NONE, 0, 0);                                  \
    } while (0)

static void without_any(void)
{
    mpa_client client = open_holding();
    NO_EVENT(client);
    ENDED(mpa_wait_event(client, 0, an_event(), fresh()), MPA_OK);
    IS_EVENT(MPA_EVENT_NONE, 0, 0);
    CHECK_STATUS(mpa_client_wake(client), MPA_OK);
    ENDED(mpa_wait_event(client, 20, an_event(), fresh()), MPA_OK);
    IS_EVENT(MPA_EVENT_NONE, 0, 0);
    ENDED(mpa_client_flush(client, 0, fresh()), MPA_OK);
    WRONG(mpa_cancel(client, 0, fresh()), "operation");
    WRONG(mpa_cancel(client, 1, fresh()), "operation");
    WRONG(mpa_cancel(client, UINT64_MAX, fresh()), "operation");
    close_after(client, 0);
}

static void numbers_and_user_data(void)
{
    const uint64_t data[] = { 0, 1, UINT64_C(1) << 63, UINT64_MAX };
    mpa_client client = open_holding();
    const mpa_recent_player_group group = a_group();
    for (size_t i = 0; i < COUNT(data); i++) {
        CHECK_NUMBER(cancelled(client, data[i]), i + 1);
        POLLED(client, MPA_ERROR_CANCELLED);
        IS_EVENT(MPA_EVENT_COMPLETED, i + 1, data[i]);
        CHECK_NUMBER(last()->attempts + last()->acknowledged + last()->uncertain + last()->refused, 0);
        /* It has ended already, which does no harm; and there is no second event. */
        ENDED(mpa_cancel(client, i + 1, fresh()), MPA_OK);
        NO_EVENT(client);
    }
    /* Neither the number nor a result has to be taken. */
    CHECK_STATUS(mpa_submit_recent_player_groups(client, &group, 1, 7, NULL, NULL), MPA_OK);
    CHECK_STATUS(mpa_cancel(client, 5, NULL), MPA_OK);
    CHECK_NUMBER(mpa_poll_event(client, an_event(), NULL), 1);
    IS_EVENT(MPA_EVENT_COMPLETED, 5, 7);
    CHECK_NUMBER(cancelled(client, 8), 6);
    CHECK_STATUS(mpa_wait_event(client, 60000, an_event(), NULL), MPA_OK);
    IS_EVENT(MPA_EVENT_COMPLETED, 6, 8);
    CHECK_NUMBER(cancelled(client, 9), 7);
    CHECK_STATUS(mpa_wait_event(client, 60000, an_event(), fresh()), MPA_OK);
    CHECK_NUMBER(last()->status, MPA_ERROR_CANCELLED);
    close_after(client, 0);
}

/* Neither polling nor waiting with this gives anything but the status. */
static void no_event_into(mpa_client client, mpa_event *event, mpa_status status)
{
    union place before = place;
    CHECK_NUMBER(mpa_poll_event(client, event, fresh()), 0);
    REFUSED(last()->status, status, "event");
    REFUSED(mpa_wait_event(client, 60000, event, fresh()), status, "event");
    CHECK_NUMBER(mpa_poll_event(client, event, NULL), 0);
    CHECK_STATUS(mpa_wait_event(client, 60000, event, NULL), status);
    CHECK(memcmp(&before, &place, sizeof place) == 0);
}

/* The same for a wrong result, in which nothing is written. */
static void no_event_beside(mpa_client client, mpa_result *result, mpa_status status)
{
    const mpa_result before = *last();
    CHECK_NUMBER(mpa_poll_event(client, an_event(), result), 0);
    CHECK_STATUS(mpa_wait_event(client, 60000, &place.event, result), status);
    CHECK_NUMBER(place.event.operation, INT64_C(0x5A5A5A5A5A5A5A5A));
    CHECK(memcmp(&before, last(), sizeof before) == 0);
}

static void wrong_places(void)
{
    const uint32_t sizes[] = { 0, 1, 4, 8, 16, 20, 23, 8193, 65536, UINT32_MAX };
    const uint32_t of_results[] = { 0, 4, 12, sizeof(mpa_result) - 8, sizeof(mpa_result) - 1, 8193, UINT32_MAX };
    static union {
        uint64_t aligned;
        unsigned char bytes[sizeof(mpa_result) + 8];
    } odd;
    mpa_client client = open_holding();
    uint64_t operation = cancelled(client, 77);

    no_event_into(client, NULL, MPA_ERROR_INVALID_ARGUMENT);
    for (size_t offset = 1; offset < 8; offset++) {
        mpa_event right = MPA_INIT(mpa_event);
        an_event();
        memcpy(place.all + offset, &right, sizeof right);
        /* Through void, since the compiler would know of the address. */
        void *wrong = place.all + offset;
        no_event_into(client, wrong, MPA_ERROR_INVALID_ARGUMENT);
    }
    for (size_t i = 0; i < COUNT(sizes); i++) {
        no_event_into(client, rubbish(sizes[i]), MPA_ERROR_INVALID_STRUCT);
    }
    /* A size that could be, and a tail that is not zero. */
    no_event_into(client, rubbish(sizeof(mpa_event) + 8), MPA_ERROR_INVALID_STRUCT);

    for (size_t i = 0; i < COUNT(of_results); i++) {
        fresh()->struct_size = of_results[i];
        no_event_beside(client, last(), MPA_ERROR_INVALID_STRUCT);
    }
    mpa_result right = MPA_INIT(mpa_result);
    for (size_t offset = 1; offset < 4; offset++) {
        void *wrong = memcpy(odd.bytes + offset, &right, sizeof right);
        no_event_beside(client, wrong, MPA_ERROR_INVALID_ARGUMENT);
    }

    /* And still it is there: into the event of a newer caller, and not a byte beyond. */
    rubbish(sizeof(mpa_event) + 8);
    memset(place.all + sizeof(mpa_event), 0, 8);
    CHECK_NUMBER(mpa_poll_event(client, &place.event, fresh()), 1);
    ENDED(last()->status, MPA_ERROR_CANCELLED);
    CHECK_NUMBER(place.event.struct_size, sizeof(mpa_event) + 8);
    CHECK_NUMBER(place.event.type, MPA_EVENT_COMPLETED);
    CHECK_NUMBER(place.event.operation, operation);
    CHECK_NUMBER(place.event.user_data, 77);
    for (size_t at = sizeof(mpa_event); at < sizeof place.all; at++) {
        CHECK_NUMBER(place.all[at], at < sizeof(mpa_event) + 8 ? 0 : 0x5A);
    }
    NO_EVENT(client);
    close_after(client, 0);
}

/* A wrong result is found before anything is ended. */
static void wrong_results(void)
{
    const uint32_t sizes[] = { 0, 4, sizeof(mpa_result) - 8, 8193, UINT32_MAX };
    mpa_client client = open_holding();
    uint64_t operation = held(client, 1);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        fresh()->struct_size = sizes[i];
        CHECK_STATUS(mpa_cancel(client, operation, last()), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_client_flush(client, 60000, last()), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_client_drain(client, 0, last()), MPA_ERROR_INVALID_STRUCT);
    }
    NO_EVENT(client);
    ENDED(mpa_cancel(client, operation, fresh()), MPA_OK);
    POLLED(client, MPA_ERROR_CANCELLED);
    CHECK(cancelled(client, 2) != 0);
    close_after(client, 0);
}

static void flushing(void)
{
    mpa_client client = open_holding();
    for (uint64_t i = 1; i <= 2; i++) {
        CHECK_NUMBER(held(client, i), i);
        mpa_status status = mpa_client_flush(client, 0, fresh());
        if (status != MPA_OK) {
            ENDED(status, MPA_ERROR_TIMED_OUT);
            CHECK_NUMBER(last()->retryable, 1);
        }
        ENDED(mpa_client_flush(client, 120000, fresh()), MPA_OK);
        POLLED(client, MPA_OK);
        IS_EVENT(MPA_EVENT_COMPLETED, i, i);
        CHECK_NUMBER(last()->acknowledged, 1);
        CHECK_NUMBER(last()->http_status, 204);
        NO_EVENT(client);
    }
    close_after(client, 0);
}

/* At a deadline of no time, nothing is sent, and everything still ends. */
static void draining(void)
{
    /* Fewer than fill a request, which would be sent at once. */
    enum { MANY = 19 };
    mpa_client client = open_holding();
    const mpa_invite invite = an_invite();
    const mpa_server_invite by_server = a_server_invite();
    const mpa_recent_player_group group = a_group();
    uint64_t operation = 5;
    int seen[MANY + 1] = { 0 };

    for (uint64_t i = 1; i <= MANY; i++) {
        CHECK_NUMBER(held(client, i), i);
    }
    ENDED(mpa_client_drain(client, 0, fresh()), MPA_OK);
    REFUSED(mpa_client_drain(client, 60000, fresh()), MPA_ERROR_CLOSED, "drained");
    REFUSED(mpa_submit_invite(client, &invite, 1, &operation, fresh()), MPA_ERROR_CLOSED, "submitted");
    REFUSED(mpa_submit_server_invite(client, &by_server, 1, &operation, fresh()), MPA_ERROR_CLOSED, "submitted");
    REFUSED(mpa_submit_recent_player_groups(client, &group, 1, 1, &operation, fresh()), MPA_ERROR_CLOSED, "submitted");
    CHECK_NUMBER(operation, 5);
    for (int i = 0; i < MANY; i++) {
        CHECK_STATUS(mpa_wait_event(client, 60000, an_event(), fresh()), MPA_OK);
        ENDED(last()->status, MPA_ERROR_ABANDONED);
        if (CHECK_NUMBER(place.event.type, MPA_EVENT_COMPLETED) && CHECK_RANGE(place.event.operation, 1, MANY)) {
            CHECK_NUMBER(place.event.user_data, place.event.operation);
            CHECK_NUMBER(seen[place.event.operation]++, 0);
        }
        CHECK_NUMBER(last()->attempts, 0);
    }
    ENDED(mpa_wait_event(client, 60000, an_event(), fresh()), MPA_OK);
    IS_EVENT(MPA_EVENT_DRAINED, 0, 0);
    NO_EVENT(client);
    ENDED(mpa_wait_event(client, 10, an_event(), fresh()), MPA_OK);
    IS_EVENT(MPA_EVENT_NONE, 0, 0);
    ENDED(mpa_cancel(client, MANY, fresh()), MPA_OK);
    ENDED(mpa_client_flush(client, 0, fresh()), MPA_OK);
    CHECK_STATUS(mpa_client_wake(client), MPA_OK);

    mpa_close_report report = MPA_INIT(mpa_close_report);
    CHECK_STATUS(mpa_client_close(client, 0, &report), MPA_OK);
    check_operations(&report);
    CHECK_NUMBER(report.submitted, MANY);
    CHECK_NUMBER(report.operations_abandoned, MANY);
    CHECK_NUMBER(report.events_not_polled, 0);
}

static void takes_nothing(mpa_client client)
{
    CHECK_NUMBER(mpa_poll_event(client, an_event(), fresh()), 0);
    WRONG_HANDLE(last()->status);
    CHECK_NUMBER(mpa_poll_event(client, an_event(), NULL), 0);
    WRONG_HANDLE(mpa_wait_event(client, UINT32_MAX, an_event(), fresh()));
    CHECK_STATUS(mpa_wait_event(client, UINT32_MAX, an_event(), NULL), MPA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(mpa_client_wake(client), MPA_ERROR_INVALID_HANDLE);
    WRONG_HANDLE(mpa_cancel(client, 1, fresh()));
    WRONG_HANDLE(mpa_client_drain(client, UINT32_MAX, fresh()));
    WRONG_HANDLE(mpa_client_flush(client, UINT32_MAX, fresh()));
    CHECK_STATUS(mpa_client_flush(client, UINT32_MAX, NULL), MPA_ERROR_INVALID_HANDLE);
}

static void closing(void)
{
    mpa_close_report report = MPA_INIT(mpa_close_report);
    mpa_client client = open_holding();
    const uint64_t forged[] = { 0, 1, UINT64_MAX, client.id ^ 1, client.id ^ UINT64_C(1) << 63 };
    for (size_t i = 0; i < COUNT(forged); i++) {
        const mpa_client no_client = { forged[i] };
        takes_nothing(no_client);
    }
    for (uint64_t i = 1; i <= 3; i++) {
        cancelled(client, i);
    }
    POLLED(client, MPA_ERROR_CANCELLED);
    held(client, 4);
    held(client, 5);
    CHECK_STATUS(mpa_client_close(client, 0, &report), MPA_OK);
    check_operations(&report);
    CHECK_NUMBER(report.calls, 0);
    CHECK_NUMBER(report.submitted, 5);
    CHECK_NUMBER(report.operations_failed, 3);
    CHECK_NUMBER(report.operations_abandoned, 2);
    CHECK_NUMBER(report.events_not_polled, 4);
    takes_nothing(client);
    CHECK_STATUS(mpa_client_close(client, 60000, &report), MPA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(mpa_client_close(client, UINT32_MAX, NULL), MPA_ERROR_INVALID_HANDLE);
    takes_nothing(client);
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    without_any();
    numbers_and_user_data();
    wrong_places();
    wrong_results();
    flushing();
    draining();
    closing();
    return end();
}

/* What was set is found: records that are too few, too many or none, and how long the records of a submitted query can
 * be read. */

#include "checks.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { USERS = 40 };

static mpa_client client;
static uint64_t xuids[USERS];
static mpa_activity_record records[USERS + 1];

static void rubbish(void)
{
    memset(records, 0x5A, sizeof records);
    records[0].struct_size = sizeof *records;
}

/* So many records were written, and not a byte more. */
static void written(uint32_t count, int line)
{
    const unsigned char *rest = (const unsigned char *)(records + count);
    const int failures = test()->failures;
    for (uint32_t i = 0; i < count; i++) {
        CHECK_NUMBER(records[i].xuid, XUID + 1 + i);
        CHECK_NUMBER(records[i].title_id, test()->title_id);
        CHECK_NUMBER(records[i].sequence_number, 5);
        CHECK_NUMBER(records[i].max_players, 0);
        CHECK(strcmp(records[i].connection_string, "secret") == 0);
        CHECK(records[i].group_id[0] == '\0');
        CHECK_NUMBER(records[i].struct_size, i == 0 ? sizeof *records : 0x5A5A5A5A);
    }
    for (size_t i = count == 0 ? sizeof(uint32_t) : 0; i < sizeof *records * (COUNT(records) - count); i++) {
        if (!CHECK_NUMBER(rest[i], 0x5A)) {
            break;
        }
    }
    if (test()->failures > failures) {
        fprintf(stderr, "%s:%d: that was here\n", __FILE__, line);
    }
}

/* The capacity may say more than there is room for, as long as what is found fits. */
static void capacities(void)
{
    const uint32_t capacities[] = { 0, 1, USERS - 1, USERS, USERS + 1, INT32_MAX, UINT32_MAX };
    for (size_t i = 0; i < COUNT(capacities); i++) {
        const uint32_t capacity = capacities[i];
        uint32_t total = 0;
        rubbish();
        ENDED(mpa_query_activities(client, xuids, USERS, NULL, records, capacity, &total, fresh()), MPA_OK);
        CHECK_NUMBER(last()->acknowledged, USERS);
        CHECK_NUMBER(total, USERS);
        written(capacity < USERS ? capacity : USERS, __LINE__);
    }
    rubbish();
    ENDED(mpa_query_activities(client, xuids, USERS, NULL, NULL, UINT32_MAX, NULL, fresh()), MPA_OK);
    ENDED(mpa_get_activities(client, xuids[0], NULL, records, 2, NULL, fresh()), MPA_OK);
    written(1, __LINE__);
}

static uint64_t completed(uint64_t operation)
{
    mpa_event event = MPA_INIT(mpa_event);
    ENDED(mpa_wait_event(client, 60000, &event, fresh()), MPA_OK);
    CHECK_NUMBER(event.type, MPA_EVENT_COMPLETED);
    CHECK_NUMBER(event.operation, operation);
    return event.operation;
}

static void submitted(void)
{
    mpa_stats stats = MPA_INIT(mpa_stats);
    uint64_t first = 0, second = 0;
    uint32_t total = 77;

    ENDED(mpa_submit_query_activities(client, xuids, USERS, NULL, 1, &first, fresh()), MPA_OK);
    completed(first);
    ENDED(mpa_submit_get_activities(client, xuids[0], NULL, 2, &second, fresh()), MPA_OK);
    /* It is there until the next event is polled, and can be read as often as wanted. */
    for (int i = 0; i < 2; i++) {
        rubbish();
        ENDED(mpa_read_activities(client, first, records, 3, &total, fresh()), MPA_OK);
        CHECK_NUMBER(total, USERS);
        written(3, __LINE__);
    }
    CHECK_STATUS(mpa_client_stats(client, &stats, NULL), MPA_OK);
    CHECK_RANGE(stats.held_bytes, 1, 1 << 20);
    WRONG(mpa_read_activities(client, second, records, 3, &total, fresh()), "operation");
    CHECK_NUMBER(total, 0);
    completed(second);
    WRONG(mpa_read_activities(client, first, records, 3, &total, fresh()), "operation");
    rubbish();
    ENDED(mpa_read_activities(client, second, records, UINT32_MAX, &total, fresh()), MPA_OK);
    CHECK_NUMBER(total, 1);
    written(1, __LINE__);
    /* Polling in vain leaves it there. The next event does not. */
    mpa_event event = MPA_INIT(mpa_event);
    CHECK_NUMBER(mpa_poll_event(client, &event, fresh()), 0);
    ENDED(mpa_read_activities(client, second, records, 1, &total, fresh()), MPA_OK);
    ENDED(mpa_submit_delete_activity(client, xuids[0], 6, NULL, 3, &first, fresh()), MPA_OK);
    completed(first);
    CHECK_STATUS(mpa_client_stats(client, &stats, NULL), MPA_OK);
    CHECK_NUMBER(stats.held_bytes, 0);
    WRONG(mpa_read_activities(client, second, records, 3, &total, fresh()), "operation");
    ENDED(mpa_read_activities(client, first, records, 3, &total, fresh()), MPA_OK);
    CHECK_NUMBER(total, 0);
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    client = open_client(SERVICE_TOKEN);
    for (size_t i = 0; i < USERS; i++) {
        const mpa_activity activity = an_activity();
        xuids[i] = XUID + 1 + i;
        ENDED(mpa_set_activity(client, xuids[i], &activity, fresh()), MPA_OK);
    }
    capacities();
    submitted();
    close_after(client, USERS + 9);
    return end();
}

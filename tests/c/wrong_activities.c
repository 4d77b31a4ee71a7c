/* Activities and recent players of users, with wrong input of every kind: each function refuses it on the spot and
 * names the argument, nothing is sent, and nothing is written but the result and a total of 0. */

#include "checks.h"
#include "edge.h"
#include "misaligned.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define UNTOUCHED UINT64_C(0x1122334455667788)

/* What the functions take. Each test makes one thing wrong. */
static struct input {
    mpa_client client;
    uint64_t xuid;
    const mpa_activity *activity;
    const uint64_t *xuids;
    const mpa_recent_player *players;
    const mpa_user_recent_players *users;
    uint32_t count;
    const mpa_authorization *authorization;
    mpa_activity_record *records;
    uint32_t capacity;
    uint32_t *total;
    uint64_t *operation;
    mpa_result *result;
} in;

static mpa_client client;
static mpa_activity activity;
static mpa_recent_player players[3];
static mpa_user_recent_players users[3];
static mpa_authorization authorization;
static mpa_activity_record records[2];
static uint32_t total;
static uint64_t operation;

static void start_anew(void)
{
    activity = an_activity();
    for (size_t i = 0; i < COUNT(players); i++) {
        players[i] = a_player();
        users[i] = a_user_who_met(players, COUNT(players));
    }
    authorization = an_authorization(USER_TOKEN);
    memset(records, 0x5A, sizeof records);
    records[0].struct_size = sizeof *records;
    total = 77;
    operation = UNTOUCHED;
    in = (struct input){ client, XUID, &activity, SOME_USERS, players, users, 2, NULL, records, COUNT(records), &total,
                         &operation, fresh() };
}

/* The functions, and what each takes --------------------------------------------------------------- */

enum {
    A_XUID = 1,
    AN_ACTIVITY = 2,
    XUIDS = 4,
    PLAYERS = 8,
    USERS = 16,
    AN_AUTHORIZATION = 32,
    RECORDS = 64,
    A_NUMBER = 128,
    COUNTED = XUIDS | PLAYERS | USERS,
};

static mpa_status set(void)
{
    return mpa_set_activity(in.client, in.xuid, in.activity, in.result);
}

static mpa_status delete(void)
{
    return mpa_delete_activity(in.client, in.xuid, 1, in.authorization, in.result);
}

static mpa_status get(void)
{
    return mpa_get_activities(in.client, in.xuid, in.authorization, in.records, in.capacity, in.total, in.result);
}

static mpa_status query(void)
{
    return mpa_query_activities(in.client, in.xuids, in.count, in.authorization, in.records, in.capacity, in.total,
                                in.result);
}

static mpa_status post(void)
{
    return mpa_post_recent_players(in.client, in.players, in.count, in.authorization, in.result);
}

static mpa_status post_server(void)
{
    return mpa_post_server_recent_players(in.client, in.users, in.count, in.result);
}

static mpa_status submit_set(void)
{
    return mpa_submit_set_activity(in.client, in.xuid, in.activity, 5, in.operation, in.result);
}

static mpa_status submit_delete(void)
{
    return mpa_submit_delete_activity(in.client, in.xuid, 1, in.authorization, 5, in.operation, in.result);
}

static mpa_status submit_get(void)
{
    return mpa_submit_get_activities(in.client, in.xuid, in.authorization, 5, in.operation, in.result);
}

static mpa_status submit_query(void)
{
    return mpa_submit_query_activities(in.client, in.xuids, in.count, in.authorization, 5, in.operation, in.result);
}

static mpa_status submit_post(void)
{
    return mpa_submit_recent_players(in.client, in.players, in.count, in.authorization, 5, in.operation, in.result);
}

static mpa_status submit_post_server(void)
{
    return mpa_submit_server_recent_players(in.client, in.users, in.count, 5, in.operation, in.result);
}

static const struct function {
    const char *name;
    mpa_status (*call)(void);
    int takes;
} FUNCTIONS[] = {
    { "mpa_set_activity", set, A_XUID | AN_ACTIVITY },
    { "mpa_delete_activity", delete, A_XUID | AN_AUTHORIZATION },
    { "mpa_get_activities", get, A_XUID | AN_AUTHORIZATION | RECORDS },
    { "mpa_query_activities", query, XUIDS | AN_AUTHORIZATION | RECORDS },
    { "mpa_post_recent_players", post, PLAYERS | AN_AUTHORIZATION },
    { "mpa_post_server_recent_players", post_server, USERS },
    { "mpa_submit_set_activity", submit_set, A_XUID | AN_ACTIVITY | A_NUMBER },
    { "mpa_submit_delete_activity", submit_delete, A_XUID | AN_AUTHORIZATION | A_NUMBER },
    { "mpa_submit_get_activities", submit_get, A_XUID | AN_AUTHORIZATION | A_NUMBER },
    { "mpa_submit_query_activities", submit_query, XUIDS | AN_AUTHORIZATION | A_NUMBER },
    { "mpa_submit_recent_players", submit_post, PLAYERS | AN_AUTHORIZATION | A_NUMBER },
    { "mpa_submit_server_recent_players", submit_post_server, USERS | A_NUMBER },
};

/* What each function that takes this made of the input: with a result, and without one. */
static void refused_by_all_that_take(int what, mpa_status status, const char *name, int line)
{
    const int failures = test()->failures;
    mpa_event event = MPA_INIT(mpa_event);

    for (size_t i = 0; i < COUNT(FUNCTIONS); i++) {
        if (!(FUNCTIONS[i].takes & what)) {
            continue;
        }
        in.result = fresh();
        refused(FUNCTIONS[i].call(), status, name, FUNCTIONS[i].name, __FILE__, line);
        in.result = NULL;
        CHECK_STATUS(FUNCTIONS[i].call(), status);
        CHECK_NUMBER(operation, UNTOUCHED);
        CHECK(total == 77 || total == 0);
        CHECK_NUMBER(mpa_poll_event(client, &event, NULL), 0);
        if (test()->failures > failures) {
            fprintf(stderr, "%s:%d: that was %s\n", __FILE__, line, FUNCTIONS[i].name);
            break;
        }
    }
    for (size_t i = sizeof(uint32_t); i < sizeof *records; i++) {
        if (!CHECK_NUMBER(((unsigned char *)records)[i], 0x5A)) {
            break;
        }
    }
    start_anew();
}

#define ALL_REFUSE(what, name) refused_by_all_that_take(what, MPA_ERROR_INVALID_ARGUMENT, name, __LINE__)

/* The tests -------------------------------------------------------------------------------------- */

static void pointers_to_nothing(void)
{
    in.activity = NULL;
    ALL_REFUSE(AN_ACTIVITY, "activity");
    in.xuids = NULL;
    ALL_REFUSE(XUIDS, "xuids");
    in.players = NULL;
    ALL_REFUSE(PLAYERS, "players");
    in.users = NULL;
    ALL_REFUSE(USERS, "users");
    users[1].recent_players = NULL;
    ALL_REFUSE(USERS, "users[1].recent_players");
    activity.connection_string = NULL;
    ALL_REFUSE(AN_ACTIVITY, "activity.connection_string");
    authorization.header = NULL;
    in.authorization = &authorization;
    ALL_REFUSE(AN_AUTHORIZATION, "authorization.header");
    authorization.header = NULL;
    activity.authorization = &authorization;
    ALL_REFUSE(AN_ACTIVITY, "activity.authorization.header");
}

static void misaligned_pointers(void)
{
    FOR_EACH_OFFSET(i) {
        in.activity = misaligned(&activity, sizeof activity, OFFSETS[i]);
        ALL_REFUSE(AN_ACTIVITY, "activity");
        in.xuids = misaligned(SOME_USERS, sizeof SOME_USERS, OFFSETS[i]);
        ALL_REFUSE(XUIDS, "xuids");
        in.players = misaligned(players, sizeof players, OFFSETS[i]);
        ALL_REFUSE(PLAYERS, "players");
        in.users = misaligned(users, sizeof users, OFFSETS[i]);
        ALL_REFUSE(USERS, "users");
        users[1].recent_players = misaligned(players, sizeof players, OFFSETS[i]);
        ALL_REFUSE(USERS, "users[1].recent_players");
        in.authorization = misaligned(&authorization, sizeof authorization, OFFSETS[i]);
        ALL_REFUSE(AN_AUTHORIZATION, "authorization");
        activity.authorization = misaligned(&authorization, sizeof authorization, OFFSETS[i]);
        ALL_REFUSE(AN_ACTIVITY, "activity.authorization");
        in.records = misaligned(records, sizeof *records, OFFSETS[i]);
        in.capacity = 1;
        ALL_REFUSE(RECORDS, "records");
        in.operation = misaligned(&operation, sizeof operation, OFFSETS[i]);
        ALL_REFUSE(A_NUMBER, "operation");
    }
    for (size_t offset = 1; offset < 4; offset++) {
        in.total = misaligned(&total, sizeof total, offset);
        ALL_REFUSE(RECORDS, "total");
        /* There is no place for more than the status then. */
        mpa_result *wrong = misaligned(fresh(), sizeof(mpa_result), offset);
        for (size_t i = 0; i < COUNT(FUNCTIONS); i++) {
            in.result = wrong;
            CHECK_STATUS(FUNCTIONS[i].call(), MPA_ERROR_INVALID_ARGUMENT);
        }
        CHECK(memcmp(wrong, fresh(), sizeof(mpa_result)) == 0);
        start_anew();
    }
}

/* Refused by the count alone: the arrays are not as long as they claim. */
static void counts(void)
{
    const uint32_t wrong[] = { 0, 10001, INT32_MAX, UINT32_MAX };
    const uint32_t of_a_user[] = { 0, MPA_MAX_RECENT_PLAYERS_PER_USER + 1, INT32_MAX, UINT32_MAX };

    for (size_t i = 0; i < COUNT(wrong); i++) {
        in.count = wrong[i];
        ALL_REFUSE(COUNTED, "count");
        in.count = wrong[i];
        in.xuids = NULL;
        in.players = NULL;
        in.users = NULL;
        ALL_REFUSE(COUNTED, "count");
    }
    for (size_t i = 0; i < COUNT(of_a_user); i++) {
        users[1].recent_player_count = of_a_user[i];
        ALL_REFUSE(USERS, "users[1].recent_player_count");
    }
}

static void wrong_numbers(void)
{
    const int32_t restrictions[] = { -1, 3, 256, INT32_MAX, INT32_MIN };
    const int32_t platforms[] = { -1, 9, 65536, INT32_MAX, INT32_MIN };
    const int32_t encounters[] = { -1, 3, INT32_MAX, INT32_MIN };
    const uint64_t times[] = { UINT64_C(253402300800000), INT64_MAX, UINT64_MAX };
    const uint32_t too_many[] = { MPA_MAX_ACTIVITY_PLAYERS + 1, INT32_MAX, UINT32_MAX };
    const uint32_t too_long[] = { MPA_MAX_DURATION_MS + 1, INT32_MAX, UINT32_MAX };
    const uint64_t with_zero[] = { XUID, 0 };

    for (size_t i = 0; i < COUNT(restrictions); i++) {
        activity.join_restriction = restrictions[i];
        ALL_REFUSE(AN_ACTIVITY, "activity.join_restriction");
        activity.platform = platforms[i];
        ALL_REFUSE(AN_ACTIVITY, "activity.platform");
    }
    for (size_t i = 0; i < COUNT(too_many); i++) {
        activity.time_to_live_ms = too_long[i];
        ALL_REFUSE(AN_ACTIVITY, "activity.time_to_live_ms");
        activity.max_players = too_many[i];
        ALL_REFUSE(AN_ACTIVITY, "activity.max_players");
        activity.current_players = too_many[i];
        ALL_REFUSE(AN_ACTIVITY, "activity.current_players");
        players[1].timestamp_unix_ms = times[i];
        ALL_REFUSE(PLAYERS, "players[1].timestamp_unix_ms");
        players[2].timestamp_unix_ms = times[i];
        ALL_REFUSE(USERS, "users[0].recent_players[2].timestamp_unix_ms");
    }
    for (size_t i = 0; i < COUNT(encounters); i++) {
        players[1].encounter_type = encounters[i];
        ALL_REFUSE(PLAYERS, "players[1].encounter_type");
        players[2].encounter_type = encounters[i];
        ALL_REFUSE(USERS, "users[0].recent_players[2].encounter_type");
    }
    in.xuid = 0;
    ALL_REFUSE(A_XUID, "xuid");
    in.xuids = with_zero;
    ALL_REFUSE(XUIDS, "xuids[1]");
    players[1].xuid = 0;
    ALL_REFUSE(PLAYERS, "players[1].xuid");
    players[2].xuid = 0;
    ALL_REFUSE(USERS, "users[0].recent_players[2].xuid");
    users[1].xuid = 0;
    ALL_REFUSE(USERS, "users[1].xuid");
}

static void texts(void)
{
    const char *const not_utf_8[] = { "secret\xff", "secret\x80", "secret\xc3", "secret\xed\xa0\x80", "secret\xe4" };
    const char *const headers[] = { "", "secret", "XBL3.0 x=;secret", "XBL3.0 x=-;secret\r\nX-Evil: 1",
                                    "XBL3.0 x=-;secret\xff", text_without_end(12289, 's') };
    const char *const no_strings[] = { text_at_the_edge(513, 's'), text_without_end(3 * 512 + 1, 's') };
    const char *const no_groups[] = { text_at_the_edge(128, 's'), text_without_end(3 * 127 + 1, 's') };

    for (size_t i = 0; i < COUNT(not_utf_8); i++) {
        activity.connection_string = not_utf_8[i];
        ALL_REFUSE(AN_ACTIVITY, "activity.connection_string");
        activity.group_id = not_utf_8[i];
        ALL_REFUSE(AN_ACTIVITY, "activity.group_id");
    }
    for (size_t i = 0; i < COUNT(no_strings); i++) {
        activity.connection_string = no_strings[i];
        ALL_REFUSE(AN_ACTIVITY, "activity.connection_string");
        activity.group_id = no_groups[i];
        ALL_REFUSE(AN_ACTIVITY, "activity.group_id");
    }
    for (size_t i = 0; i < COUNT(headers); i++) {
        authorization.header = headers[i];
        in.authorization = &authorization;
        ALL_REFUSE(AN_AUTHORIZATION, "authorization.header");
        authorization.header = headers[i];
        activity.authorization = &authorization;
        ALL_REFUSE(AN_ACTIVITY, "activity.authorization.header");
    }
}

static void nothing_to_read(void)
{
    const uint64_t operations[] = { 0, 1, UINT64_C(1) << 63, UINT64_MAX };

    for (size_t i = 0; i < COUNT(operations); i++) {
        total = 77;
        WRONG(mpa_read_activities(client, operations[i], records, 2, &total, fresh()), "operation");
        CHECK_NUMBER(total, 0);
        WRONG(mpa_read_activities(client, operations[i], NULL, UINT32_MAX, NULL, fresh()), "operation");
        CHECK_STATUS(mpa_read_activities(client, operations[i], NULL, 0, NULL, NULL), MPA_ERROR_INVALID_ARGUMENT);
    }
    FOR_EACH_OFFSET(i) {
        void *wrong = misaligned(records, sizeof *records, OFFSETS[i]);
        WRONG(mpa_read_activities(client, 1, wrong, 1, &total, fresh()), "records");
    }
    WRONG(mpa_read_activities(client, 1, records, 1, misaligned(&total, sizeof total, 1), fresh()), "total");
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    client = open_client(SERVICE_TOKEN);
    start_anew();

    pointers_to_nothing();
    misaligned_pointers();
    counts();
    wrong_numbers();
    texts();
    nothing_to_read();

    close_after(client, 0);
    return end();
}

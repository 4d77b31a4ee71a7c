/* Zero, forged and stale handles, at every function that takes one. */

#include "checks.h"

static void no_function_takes(mpa_client client)
{
    mpa_authorization authorization = an_authorization(SERVICE_TOKEN);
    mpa_invite invite = an_invite();
    mpa_server_invite server_invite = a_server_invite();
    mpa_recent_player_group group = a_group();
    mpa_activity activity = an_activity();
    mpa_recent_player player = a_player();
    mpa_user_recent_players of_user = a_user_who_met(&player, 1);
    mpa_activity_record record = MPA_INIT(mpa_activity_record);
    uint64_t operation = 7;
    uint32_t total = 7;
    mpa_close_report report = MPA_INIT(mpa_close_report);

    memset(&report, 0x5A, sizeof report);
    report.struct_size = sizeof report;
    WRONG_HANDLE(mpa_client_set_authorization(client, &authorization, fresh()));
    WRONG_HANDLE(mpa_client_invalidate_authorization(client, &authorization, fresh()));
    WRONG_HANDLE(mpa_send_invite(client, &invite, fresh()));
    WRONG_HANDLE(mpa_send_server_invite(client, &server_invite, fresh()));
    WRONG_HANDLE(mpa_post_recent_player_groups(client, &group, 1, fresh()));
    WRONG_HANDLE(mpa_set_activity(client, XUID, &activity, fresh()));
    WRONG_HANDLE(mpa_delete_activity(client, XUID, 1, NULL, fresh()));
    WRONG_HANDLE(mpa_get_activities(client, XUID, NULL, &record, 1, &total, fresh()));
    WRONG_HANDLE(mpa_query_activities(client, SOME_USERS, 2, NULL, &record, 1, &total, fresh()));
    WRONG_HANDLE(mpa_read_activities(client, 1, &record, 1, &total, fresh()));
    CHECK_NUMBER(total, 0);
    WRONG_HANDLE(mpa_post_recent_players(client, &player, 1, NULL, fresh()));
    WRONG_HANDLE(mpa_post_server_recent_players(client, &of_user, 1, fresh()));
    WRONG_HANDLE(mpa_submit_set_activity(client, XUID, &activity, 1, &operation, fresh()));
    WRONG_HANDLE(mpa_submit_delete_activity(client, XUID, 1, NULL, 1, &operation, fresh()));
    WRONG_HANDLE(mpa_submit_get_activities(client, XUID, NULL, 1, &operation, fresh()));
    WRONG_HANDLE(mpa_submit_query_activities(client, SOME_USERS, 2, NULL, 1, &operation, fresh()));
    WRONG_HANDLE(mpa_submit_recent_players(client, &player, 1, NULL, 1, &operation, fresh()));
    WRONG_HANDLE(mpa_submit_server_recent_players(client, &of_user, 1, 1, &operation, fresh()));
    CHECK_NUMBER(operation, 7);
    CHECK_STATUS(mpa_send_invite(client, &invite, NULL), MPA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(mpa_client_close(client, 0, &report), MPA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(mpa_client_close(client, UINT32_MAX, NULL), MPA_ERROR_INVALID_HANDLE);
    CHECK_NUMBER(report.calls, INT64_C(0x5A5A5A5A5A5A5A5A));
}

static void no_function_takes_the_number(uint64_t id)
{
    mpa_client client = { 0 };
    client.id = id;
    no_function_takes(client);
}

static void numbers_that_name_no_client(void)
{
    const uint64_t numbers[] = { 0, 1, 2, 0xFFFF, UINT32_MAX, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        no_function_takes_the_number(numbers[i]);
    }
}

/* Each number that differs in one bit, or by one, from a handle that is good. */
static void forged(mpa_client good)
{
    for (int bit = 0; bit < 64; bit++) {
        no_function_takes_the_number(good.id ^ UINT64_C(1) << bit);
    }
    no_function_takes_the_number(good.id - 1);
    no_function_takes_the_number(good.id + 1);
    no_function_takes_the_number(~good.id);
}

/* A closed client's number is not given out again, though its place is. */
static void stale(void)
{
    enum { MANY = 200 };
    static uint64_t seen[MANY];
    const int rounds = often(MANY, 20);

    for (int i = 0; i < rounds; i++) {
        mpa_client client = open_client(SERVICE_TOKEN);
        for (int before = 0; before < i; before++) {
            CHECK(seen[before] != client.id);
        }
        seen[i] = client.id;
        close_after(client, 0);
        no_function_takes(client);
    }
    mpa_client client = open_client(SERVICE_TOKEN);
    for (int i = 0; i < rounds; i++) {
        no_function_takes_the_number(seen[i]);
    }
    close_after(client, 0);
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    numbers_that_name_no_client();
    mpa_client first = open_client(SERVICE_TOKEN);
    mpa_client second = open_client(SERVICE_TOKEN);
    CHECK(first.id != second.id);
    close_after(first, 0);
    no_function_takes(first);
    numbers_that_name_no_client();
    forged(second);
    stale();
    close_after(second, 0);
    no_function_takes(second);
    return end();
}

/* Submits with wrong input of every kind: each is refused on the spot, nothing is submitted or sent. */

#include "checks.h"
#include "edge.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define UNTOUCHED UINT64_C(0x1122334455667788)

static mpa_client client;
static uint64_t number = UNTOUCHED;

/* The three functions, each with a certain input. */
static mpa_status invite_of(const mpa_invite *invite)
{
    return mpa_submit_invite(client, invite, 5, &number, fresh());
}

static mpa_status server_invite_of(const mpa_server_invite *invite)
{
    return mpa_submit_server_invite(client, invite, 5, &number, fresh());
}

static mpa_status groups_of(const mpa_recent_player_group *groups, uint32_t count)
{
    return mpa_submit_recent_player_groups(client, groups, count, 5, &number, fresh());
}

/* No operation has got a number, and no event follows. */
static void nothing_was_submitted(int line)
{
    mpa_event event = MPA_INIT(mpa_event);
    if (!CHECK_NUMBER(number, UNTOUCHED) || !CHECK_NUMBER(mpa_poll_event(client, &event, fresh()), 0)) {
        fprintf(stderr, "%s:%d: that was here\n", __FILE__, line);
        number = UNTOUCHED;
    }
    check_result(MPA_OK, __FILE__, line);
    CHECK_NUMBER(event.type, MPA_EVENT_NONE);
}

#define NOT_SUBMITTED(call, status, input) \
    do {                                   \
        REFUSED(call, status, input);      \
        nothing_was_submitted(__LINE__);   \
    } while (0)
#define WRONG_SUBMIT(call, input) NOT_SUBMITTED(call, MPA_ERROR_INVALID_ARGUMENT, input)
#define WRONG_SIZE(call, input) NOT_SUBMITTED(call, MPA_ERROR_INVALID_STRUCT, input)

#define WRONG_IN_INVITES(field, value, input)             \
    do {                                                  \
        mpa_invite invite = an_invite();                  \
        mpa_server_invite by_server = a_server_invite();  \
        invite.field = value;                             \
        by_server.field = value;                          \
        WRONG_SUBMIT(invite_of(&invite), input);          \
        WRONG_SUBMIT(server_invite_of(&by_server), input); \
    } while (0)

#define WRONG_IN_GROUPS(field, value)                                                   \
    do {                                                                                \
        mpa_recent_player_group groups[3] = { a_group(), a_group(), a_group() };        \
        groups[2].field = value;                                                        \
        WRONG_SUBMIT(groups_of(groups, 3), "groups[2]." #field);                        \
    } while (0)

static void wrong_values(void)
{
    const int32_t platforms[] = { -1, 9, INT32_MAX, INT32_MIN };
    const int32_t encounters[] = { -1, 3, INT32_MAX, INT32_MIN };
    const uint32_t users[] = { 0, MPA_MAX_INVITED_USERS_PER_CALL + 1, UINT32_MAX };
    const uint32_t players[] = { 0, 1, MPA_MAX_PLAYERS_PER_GROUP + 1, UINT32_MAX };
    const uint32_t groups[] = { 0, MPA_MAX_GROUPS_PER_CALL + 1, UINT32_MAX };
    const uint64_t with_zero[2] = { XUID, 0 };
    char too_long[514];

    memset(too_long, 's', sizeof too_long);
    too_long[513] = '\0';
    for (size_t i = 0; i < COUNT(platforms); i++) {
        WRONG_IN_INVITES(platform, platforms[i], "invite.platform");
    }
    for (size_t i = 0; i < COUNT(encounters); i++) {
        WRONG_IN_GROUPS(encounter_type, encounters[i]);
    }
    for (size_t i = 0; i < COUNT(users); i++) {
        WRONG_IN_INVITES(invited_user_count, users[i], "invite.invited_user_count");
    }
    for (size_t i = 0; i < COUNT(players); i++) {
        WRONG_IN_GROUPS(player_count, players[i]);
    }
    for (size_t i = 0; i < COUNT(groups); i++) {
        mpa_recent_player_group group = a_group();
        WRONG_SUBMIT(groups_of(&group, groups[i]), "count");
        WRONG_SUBMIT(groups_of(NULL, groups[i]), "count");
    }
    WRONG_IN_INVITES(invited_users, NULL, "invite.invited_users");
    WRONG_IN_INVITES(invited_users, with_zero, "invite.invited_users[1]");
    WRONG_IN_INVITES(connection_string, too_long, "invite.connection_string");
    WRONG_IN_INVITES(connection_string, "secret\xff", "invite.connection_string");
    WRONG_IN_INVITES(connection_string, text_without_end(3 * 512 + 1, 's'), "invite.connection_string");
    WRONG_IN_GROUPS(players, NULL);
    WRONG_IN_GROUPS(players, with_zero);
    WRONG_IN_GROUPS(reserved, 1);
    WRONG_IN_GROUPS(timestamp_unix_ms, UINT64_C(253402300800000));

    mpa_server_invite no_sender = a_server_invite();
    no_sender.sender = 0;
    WRONG_SUBMIT(server_invite_of(&no_sender), "invite.sender");
}

static void wrong_authorizations(void)
{
    const char *const headers[] = { NULL, "", "secret", "XBL3.0 x=-;", "XBL3.0 x=-;secret\r\nX-Evil: 1" };
    for (size_t i = 0; i < COUNT(headers); i++) {
        mpa_authorization authorization = an_authorization(headers[i]);
        mpa_invite invite = an_invite();
        invite.authorization = &authorization;
        WRONG_SUBMIT(invite_of(&invite), "invite.authorization.header");
    }
    mpa_authorization authorization = an_authorization(USER_TOKEN);
    mpa_invite invite = an_invite();
    invite.authorization = &authorization;
    authorization.reserved = 1;
    WRONG_SUBMIT(invite_of(&invite), "invite.authorization.reserved");
    authorization = an_authorization(USER_TOKEN);
    authorization.struct_size = 12;
    WRONG_SIZE(invite_of(&invite), "invite.authorization.struct_size");
}

/* What is right but for its address. */
static void *misaligned(const void *right, size_t size, size_t offset)
{
    static union {
        uint64_t aligned;
        unsigned char bytes[4096];
    } place;
    memset(place.bytes, 0x5A, sizeof place.bytes);
    return memcpy(place.bytes + offset, right, size);
}

static void wrong_pointers(void)
{
    const mpa_invite invite = an_invite();
    const mpa_server_invite by_server = a_server_invite();
    const mpa_recent_player_group group = a_group();

    WRONG_SUBMIT(invite_of(NULL), "invite");
    WRONG_SUBMIT(server_invite_of(NULL), "invite");
    WRONG_SUBMIT(groups_of(NULL, 1), "groups");
    for (size_t offset = 1; offset < 8; offset++) {
        WRONG_SUBMIT(invite_of(misaligned(&invite, sizeof invite, offset)), "invite");
        WRONG_SUBMIT(server_invite_of(misaligned(&by_server, sizeof by_server, offset)), "invite");
        WRONG_SUBMIT(groups_of(misaligned(&group, sizeof group, offset), 1), "groups");
        WRONG_IN_INVITES(invited_users, misaligned(SOME_USERS, sizeof SOME_USERS, offset), "invite.invited_users");
        WRONG_IN_GROUPS(players, misaligned(SOME_USERS, sizeof SOME_USERS, offset));

        /* Where the number goes: refused, and nothing is written. */
        const uint64_t before = UNTOUCHED;
        uint64_t *wrong = misaligned(&before, sizeof before, offset);
        WRONG_SUBMIT(mpa_submit_invite(client, &invite, 5, wrong, fresh()), "operation");
        WRONG_SUBMIT(mpa_submit_server_invite(client, &by_server, 5, wrong, fresh()), "operation");
        WRONG_SUBMIT(mpa_submit_recent_player_groups(client, &group, 1, 5, wrong, fresh()), "operation");
        CHECK(memcmp(wrong, &before, sizeof before) == 0);
    }
}

static void wrong_sizes(void)
{
    const uint32_t sizes[] = { 0, 1, 4, 8, 12, 8193, 65536, UINT32_MAX };
    for (size_t i = 0; i < COUNT(sizes); i++) {
        mpa_invite invite = an_invite();
        mpa_server_invite by_server = a_server_invite();
        mpa_recent_player_group groups[2] = { a_group(), a_group() };
        invite.struct_size = sizes[i];
        by_server.struct_size = sizes[i];
        groups[1].struct_size = sizes[i];
        WRONG_SIZE(invite_of(&invite), "invite.struct_size");
        WRONG_SIZE(server_invite_of(&by_server), "invite.struct_size");
        WRONG_SIZE(groups_of(groups, 2), "groups[1].struct_size");
        groups[0].struct_size = sizes[i];
        WRONG_SIZE(groups_of(groups, 1), "groups[0].struct_size");
    }
}

static void all_with(mpa_result *result, mpa_status expected)
{
    const mpa_invite invite = an_invite();
    const mpa_server_invite by_server = a_server_invite();
    const mpa_recent_player_group group = a_group();
    CHECK_STATUS(mpa_submit_invite(client, &invite, 5, &number, result), expected);
    CHECK_STATUS(mpa_submit_server_invite(client, &by_server, 5, &number, result), expected);
    CHECK_STATUS(mpa_submit_recent_player_groups(client, &group, 1, 5, &number, result), expected);
    nothing_was_submitted(__LINE__);
}

/* A wrong result is found before anything is submitted, and nothing is written. */
static void wrong_results(void)
{
    const uint32_t sizes[] = { 0, 4, 12, sizeof(mpa_result) - 8, sizeof(mpa_result) - 1, 8193, UINT32_MAX };
    static mpa_result result, before;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        memset(&result, 0x5A, sizeof result);
        result.struct_size = sizes[i];
        before = result;
        all_with(&result, MPA_ERROR_INVALID_STRUCT);
        CHECK(memcmp(&result, &before, sizeof result) == 0);
    }
    result = MPA_INIT(mpa_result);
    for (size_t offset = 1; offset < 4; offset++) {
        all_with(misaligned(&result, sizeof result, offset), MPA_ERROR_INVALID_ARGUMENT);
    }
}

/* Without a result, the status alone tells. */
static void without_a_result(void)
{
    CHECK_STATUS(mpa_submit_invite(client, NULL, 5, &number, NULL), MPA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(mpa_submit_server_invite(client, NULL, 5, NULL, NULL), MPA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(mpa_submit_recent_player_groups(client, NULL, 1, 5, NULL, NULL), MPA_ERROR_INVALID_ARGUMENT);
    nothing_was_submitted(__LINE__);
}

static void no_submit_takes(uint64_t id)
{
    const mpa_client no_client = { id };
    const mpa_invite invite = an_invite();
    const mpa_server_invite by_server = a_server_invite();
    const mpa_recent_player_group group = a_group();

    WRONG_HANDLE(mpa_submit_invite(no_client, &invite, 5, &number, fresh()));
    WRONG_HANDLE(mpa_submit_server_invite(no_client, &by_server, 5, &number, fresh()));
    WRONG_HANDLE(mpa_submit_recent_player_groups(no_client, &group, 1, 5, &number, fresh()));
    CHECK_STATUS(mpa_submit_invite(no_client, &invite, 5, NULL, NULL), MPA_ERROR_INVALID_HANDLE);
    CHECK_NUMBER(number, UNTOUCHED);
}

static void wrong_handles(void)
{
    const uint64_t ids[] = { 0, 1, UINT32_MAX, UINT64_C(1) << 63, UINT64_MAX, client.id + 1, client.id - 1, ~client.id };
    for (size_t i = 0; i < COUNT(ids); i++) {
        no_submit_takes(ids[i]);
    }
    for (int bit = 0; bit < 64; bit++) {
        no_submit_takes(client.id ^ UINT64_C(1) << bit);
    }
    mpa_client stale = open_client(SERVICE_TOKEN);
    close_after(stale, 0);
    no_submit_takes(stale.id);
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    client = open_client(SERVICE_TOKEN);
    wrong_values();
    wrong_authorizations();
    wrong_pointers();
    wrong_sizes();
    wrong_results();
    without_a_result();
    wrong_handles();

    mpa_close_report report = MPA_INIT(mpa_close_report);
    CHECK_STATUS(mpa_client_close(client, 0, &report), MPA_OK);
    CHECK_NUMBER(report.submitted, 0);
    CHECK_NUMBER(report.events_not_polled, 0);
    CHECK_NUMBER(report.calls, 0);
    return end();
}

/* Values that no splitting can mend: refused before anything is sent, with the place of the value. */

#include "checks.h"
#include "edge.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static mpa_client user, server;

/* Each kind of invite with the same wrong value. */
#define WRONG_IN_INVITES(field, value, input)                        \
    do {                                                             \
        mpa_invite invite = an_invite();                             \
        mpa_server_invite by_server = a_server_invite();             \
        invite.field = value;                                        \
        by_server.field = value;                                     \
        WRONG(mpa_send_invite(user, &invite, fresh()), input);       \
        WRONG(mpa_send_server_invite(server, &by_server, fresh()), input); \
    } while (0)

static void numbers_of_no_enumeration(void)
{
    const int32_t platforms[] = { -1, 9, 10, 255, 65536, INT32_MAX, INT32_MIN };
    const int32_t encounters[] = { -1, 3, 4, 256, INT32_MAX, INT32_MIN };

    const uint32_t too_long[] = { MPA_MAX_DURATION_MS + 1, INT32_MAX, UINT32_MAX };

    for (size_t i = 0; i < COUNT(too_long); i++) {
        WRONG_IN_INVITES(time_to_live_ms, too_long[i], "invite.time_to_live_ms");
    }
    for (size_t i = 0; i < COUNT(platforms); i++) {
        WRONG_IN_INVITES(platform, platforms[i], "invite.platform");
    }
    for (size_t i = 0; i < COUNT(encounters); i++) {
        mpa_recent_player_group groups[3] = { a_group(), a_group(), a_group() };
        groups[2].encounter_type = encounters[i];
        WRONG(mpa_post_recent_player_groups(server, groups, 3, fresh()), "groups[2].encounter_type");
    }
}

/* Refused by the count alone: the arrays are not as long as they claim. */
static void counts(void)
{
    const uint32_t of_users[] = { 0, MPA_MAX_INVITED_USERS_PER_CALL + 1, INT32_MAX, UINT32_MAX };
    const uint32_t of_groups[] = { 0, MPA_MAX_GROUPS_PER_CALL + 1, INT32_MAX, UINT32_MAX };
    const uint32_t of_players[] = { 0, 1, MPA_MAX_PLAYERS_PER_GROUP + 1, INT32_MAX, UINT32_MAX };

    for (size_t i = 0; i < COUNT(of_users); i++) {
        WRONG_IN_INVITES(invited_user_count, of_users[i], "invite.invited_user_count");
    }
    for (size_t i = 0; i < COUNT(of_groups); i++) {
        mpa_recent_player_group group = a_group();
        WRONG(mpa_post_recent_player_groups(server, &group, of_groups[i], fresh()), "count");
        WRONG(mpa_post_recent_player_groups(server, NULL, of_groups[i], fresh()), "count");
    }
    for (size_t i = 0; i < COUNT(of_players); i++) {
        mpa_recent_player_group groups[2] = { a_group(), a_group() };
        groups[1].player_count = of_players[i];
        WRONG(mpa_post_recent_player_groups(server, groups, 2, fresh()), "groups[1].player_count");
        groups[1].players = NULL;
        WRONG(mpa_post_recent_player_groups(server, groups, 2, fresh()), "groups[1].player");
    }
    WRONG_IN_INVITES(invited_users, NULL, "invite.invited_users");
}

static void xuid_zero(void)
{
    static uint64_t users[40];
    for (size_t i = 0; i < COUNT(users); i++) {
        users[i] = XUID + i;
    }
    users[37] = 0;
    mpa_invite invite = an_invite();
    invite.invited_users = users;
    invite.invited_user_count = COUNT(users);
    WRONG(mpa_send_invite(user, &invite, fresh()), "invite.invited_users[37]");

    mpa_server_invite by_server = a_server_invite();
    by_server.invited_users = users;
    by_server.invited_user_count = COUNT(users);
    WRONG(mpa_send_server_invite(server, &by_server, fresh()), "invite.invited_users[37]");
    by_server = a_server_invite();
    by_server.sender = 0;
    WRONG(mpa_send_server_invite(server, &by_server, fresh()), "invite.sender");

    /* In the second request, and yet the first is not sent. */
    mpa_recent_player_group groups[30];
    for (size_t i = 0; i < COUNT(groups); i++) {
        groups[i] = a_group();
    }
    groups[29].players = users;
    groups[29].player_count = COUNT(users);
    WRONG(mpa_post_recent_player_groups(server, groups, COUNT(groups), fresh()), "groups[29].players[37]");
}

static void times_outside_the_calendar(void)
{
    const uint64_t times[] = { UINT64_C(253402300800000), UINT64_C(253402300800001), INT64_MAX, UINT64_MAX };

    for (size_t i = 0; i < COUNT(times); i++) {
        mpa_recent_player_group groups[2] = { a_group(), a_group() };
        groups[1].timestamp_unix_ms = times[i];
        WRONG(mpa_post_recent_player_groups(server, groups, 2, fresh()), "groups[1].timestamp_unix_ms");
    }
}

static void what_is_not_utf_8(void)
{
    const char *const texts[] = {
        "secret\xff",             /* no such byte */
        "secret\x80",             /* goes on with what has not begun */
        "secret\xc3",             /* ends in the middle */
        "secret\xe2\x82",         /* the same */
        "secret\xc0\x80",         /* a NUL in two bytes */
        "secret\xe0\x80\xaf",     /* longer than need be */
        "secret\xed\xa0\x80",     /* half of a surrogate pair */
        "secret\xf4\x90\x80\x80", /* beyond the last character */
        "secret\xe4",             /* Latin-1 */
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        WRONG_IN_INVITES(connection_string, texts[i], "invite.connection_string");
        CHECK_CONTAINS(last()->message, "at byte 6");
    }
}

static char *repeat(const char *part, int times, const char *rest)
{
    static char text[4096];
    text[0] = '\0';
    for (int i = 0; i < times; i++) {
        strcat(text, part);
    }
    return strcat(text, rest);
}

/* 512 UTF-16 units are the limit, however many bytes they take: see limits.c for what is taken. */
static void connection_strings_that_are_too_long(void)
{
    WRONG_IN_INVITES(connection_string, repeat("s", 513, ""), "invite.connection_string");
    WRONG_IN_INVITES(connection_string, repeat("\xc3\xa9", 513, ""), "invite.connection_string");
    WRONG_IN_INVITES(connection_string, repeat("\xe2\x82\xac", 513, ""), "invite.connection_string");
    WRONG_IN_INVITES(connection_string, repeat("\xe2\x82\xac", 512, "s"), "invite.connection_string");
    WRONG_IN_INVITES(connection_string, repeat("\xf0\x9f\x98\x80", 256, "s"), "invite.connection_string");
    WRONG_IN_INVITES(connection_string, repeat("\xf0\x9f\x98\x80", 257, ""), "invite.connection_string");
}

/* 64 MB of connection string are neither copied nor read; and one without an end is no trap. */
static void endless_texts(void)
{
    const size_t huge = (size_t)64 << 20;
    char *text = malloc(huge);
    if (text == NULL) {
        perror("malloc");
        exit(1);
    }
    memset(text, 's', huge);
    text[huge - 1] = '\0';
    long before = peak_kib();
    for (int i = 0; i < 100; i++) {
        WRONG_IN_INVITES(connection_string, text, "invite.connection_string");
    }
    CHECK_RANGE(peak_kib() - before, 0, 16 * 1024);
    free(text);

    /* So many bytes cannot be 512 units, and more need not be read. */
    WRONG_IN_INVITES(connection_string, text_without_end(3 * 512 + 1, 's'), "invite.connection_string");

    mpa_authorization authorization = an_authorization(text_without_end(12289, 's'));
    mpa_invite invite = an_invite();
    invite.authorization = &authorization;
    WRONG(mpa_client_set_authorization(server, &authorization, fresh()), "authorization.header");
    WRONG(mpa_send_invite(user, &invite, fresh()), "invite.authorization.header");
}

static void authorizations(void)
{
    char *too_long = text_at_the_edge(12289, 's');
    memcpy(too_long, "XBL3.0 x=-;", 11);
    const char *const headers[] = {
        "",
        "secret",
        "Bearer secret",
        "XBL3.0 x=",
        "XBL3.0 x=secret",
        "XBL3.0 x=;secret",
        "XBL3.0 x=-;",
        "XBL3.0 x=-; ",
        "xbl3.0 x=-;secret",
        "XBL3.0 x=-;secret\r\nX-Evil: 1",
        "XBL3.0 x=-;secret ",
        "XBL3.0 x=-;secret\t",
        " XBL3.0 x=-;secret",
        "\tXBL3.0 x=-;secret",
        "XBL3.0 x=-;secret\n",
        "XBL3.0 x=-;secret\r",
        "\r\nXBL3.0 x=-;secret",
        "XBL3.0 x=-;secret\x7f",
        "XBL3.0 x=-;sec\tret",
        "XBL3.0 x=-;secret\xc3\xa9",
        "XBL3.0 x=-;secret\xff",
        too_long,
    };
    for (size_t i = 0; i < COUNT(headers); i++) {
        mpa_authorization authorization = an_authorization(headers[i]);
        mpa_invite invite = an_invite();
        invite.authorization = &authorization;
        WRONG(mpa_client_set_authorization(server, &authorization, fresh()), "authorization.header");
        WRONG(mpa_send_invite(user, &invite, fresh()), "invite.authorization.header");
    }
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    user = open_client(USER_TOKEN);
    server = open_client(SERVICE_TOKEN);

    numbers_of_no_enumeration();
    counts();
    xuid_zero();
    times_outside_the_calendar();
    what_is_not_utf_8();
    connection_strings_that_are_too_long();
    endless_texts();
    authorizations();

    close_after(user, 0);
    close_after(server, 0);
    return end();
}

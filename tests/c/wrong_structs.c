/* Sizes that no version of a struct has, tails that this version does not know, reserved fields. */

#include "checks.h"

/* A struct as a newer header might have it: what is known, and a tail. */
#define NEWER(type)             \
    union {                     \
        type known;             \
        uint64_t aligned;       \
        unsigned char all[8200]; \
    }

/* A setter for each struct that goes in, so that one list of sizes serves all. */
struct subject {
    const char *name;
    size_t size;
    mpa_status (*call)(mpa_client client, const void *input);
};

static mpa_status open_from(mpa_client client, const void *input)
{
    mpa_client opened = { client.id };
    mpa_status status = mpa_client_open(input, &opened, fresh());
    CHECK_NUMBER(opened.id, 0);
    return status;
}

static mpa_status set_authorization(mpa_client client, const void *input)
{
    return mpa_client_set_authorization(client, input, fresh());
}

static mpa_status send_invite(mpa_client client, const void *input)
{
    return mpa_send_invite(client, input, fresh());
}

static mpa_status send_invite_authorized_by(mpa_client client, const void *input)
{
    mpa_invite invite = an_invite();
    invite.authorization = input;
    return mpa_send_invite(client, &invite, fresh());
}

static mpa_status send_server_invite(mpa_client client, const void *input)
{
    return mpa_send_server_invite(client, input, fresh());
}

static mpa_status post_group(mpa_client client, const void *input)
{
    return mpa_post_recent_player_groups(client, input, 1, fresh());
}

static mpa_status set_activity(mpa_client client, const void *input)
{
    return mpa_set_activity(client, XUID, input, fresh());
}

static mpa_status set_activity_authorized_by(mpa_client client, const void *input)
{
    mpa_activity activity = an_activity();
    activity.authorization = input;
    return mpa_set_activity(client, XUID, &activity, fresh());
}

static mpa_status delete_authorized_by(mpa_client client, const void *input)
{
    return mpa_delete_activity(client, XUID, 1, input, fresh());
}

static mpa_status get_authorized_by(mpa_client client, const void *input)
{
    return mpa_get_activities(client, XUID, input, NULL, 0, NULL, fresh());
}

static mpa_status query_authorized_by(mpa_client client, const void *input)
{
    return mpa_query_activities(client, SOME_USERS, 2, input, NULL, 0, NULL, fresh());
}

/* Records are written, so that what is made of the input is a copy. */
static NEWER(mpa_activity_record) records;

static mpa_activity_record *copied(const void *input)
{
    memcpy(&records, input, sizeof records);
    return &records.known;
}

static mpa_status query_into(mpa_client client, const void *input)
{
    return mpa_query_activities(client, SOME_USERS, 2, NULL, copied(input), 1, NULL, fresh());
}

static mpa_status get_into(mpa_client client, const void *input)
{
    return mpa_get_activities(client, XUID, NULL, copied(input), 1, NULL, fresh());
}

static mpa_status read_into(mpa_client client, const void *input)
{
    return mpa_read_activities(client, 1, copied(input), 1, NULL, fresh());
}

static mpa_status post_player(mpa_client client, const void *input)
{
    return mpa_post_recent_players(client, input, 1, NULL, fresh());
}

static mpa_status post_authorized_by(mpa_client client, const void *input)
{
    mpa_recent_player player = a_player();
    return mpa_post_recent_players(client, &player, 1, input, fresh());
}

static mpa_status post_user(mpa_client client, const void *input)
{
    return mpa_post_server_recent_players(client, input, 1, fresh());
}

static mpa_status post_player_of_user(mpa_client client, const void *input)
{
    mpa_user_recent_players user = a_user_who_met(input, 1);
    return mpa_post_server_recent_players(client, &user, 1, fresh());
}

static void wrong_sizes_and_tails(mpa_client client, const struct subject *subject, const void *right)
{
    static NEWER(unsigned char) place;
    const uint32_t known = (uint32_t)subject->size;
    const uint32_t wrong[] = { 0, 1, 3, 4, 8, known - 8, known - 4, known - 1, known + 4097, known + 4104, 65536,
                               INT32_MAX, UINT32_MAX };
    const size_t tails[] = { 0, 1, 7, 8, 100 };

    memset(&place, 0, sizeof place);
    memcpy(place.all, right, subject->size);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        memcpy(place.all, &wrong[i], sizeof *wrong);
        WRONG_STRUCT(subject->call(client, place.all), subject->name);
        CHECK_CONTAINS(last()->message, "struct_size");
    }
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        uint32_t size = known + 104;
        memcpy(place.all, &size, sizeof size);
        place.all[known + tails[i]] = 1;
        WRONG_STRUCT(subject->call(client, place.all), subject->name);
        place.all[known + tails[i]] = 0;
    }
    uint32_t largest = known + 4096;
    memcpy(place.all, &largest, sizeof largest);
    place.all[largest - 1] = 0x80;
    WRONG_STRUCT(subject->call(client, place.all), subject->name);
}

static void inputs(mpa_client user, mpa_client server)
{
    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_authorization authorization = an_authorization(SERVICE_TOKEN);
    mpa_authorization own = an_authorization(USER_TOKEN);
    mpa_invite invite = an_invite();
    mpa_server_invite server_invite = a_server_invite();
    mpa_recent_player_group group = a_group();
    mpa_activity activity = an_activity();
    mpa_activity_record record = MPA_INIT(mpa_activity_record);
    mpa_recent_player player = a_player();
    mpa_user_recent_players of_user = a_user_who_met(&player, 1);
    const struct {
        struct subject subject;
        mpa_client client;
        const void *right;
    } all[] = {
        { { "config", sizeof config, open_from }, server, &config },
        { { "authorization", sizeof authorization, set_authorization }, server, &authorization },
        { { "invite", sizeof invite, send_invite }, user, &invite },
        { { "invite.authorization", sizeof own, send_invite_authorized_by }, user, &own },
        { { "invite", sizeof server_invite, send_server_invite }, server, &server_invite },
        { { "groups[0]", sizeof group, post_group }, server, &group },
        { { "activity", sizeof activity, set_activity }, server, &activity },
        { { "activity.authorization", sizeof own, set_activity_authorized_by }, server, &own },
        { { "authorization", sizeof own, delete_authorized_by }, server, &own },
        { { "authorization", sizeof own, get_authorized_by }, server, &own },
        { { "authorization", sizeof own, query_authorized_by }, server, &own },
        { { "records[0]", sizeof record, query_into }, server, &record },
        { { "records[0]", sizeof record, get_into }, server, &record },
        { { "records[0]", sizeof record, read_into }, server, &record },
        { { "players[0]", sizeof player, post_player }, user, &player },
        { { "authorization", sizeof own, post_authorized_by }, user, &own },
        { { "users[0]", sizeof of_user, post_user }, server, &of_user },
        { { "users[0].recent_players[0]", sizeof player, post_player_of_user }, server, &player },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        wrong_sizes_and_tails(all[i].client, &all[i].subject, all[i].right);
    }
}

static void reserved_fields(mpa_client user, mpa_client server)
{
    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_authorization authorization = an_authorization(USER_TOKEN);
    mpa_invite invite = an_invite();
    mpa_recent_player_group groups[2] = { a_group(), a_group() };
    mpa_client client = { 5 };

    config.reserved = 1;
    WRONG(mpa_client_open(&config, &client, fresh()), "config.reserved");
    CHECK_NUMBER(client.id, 0);
    groups[1].reserved = 1;
    WRONG(mpa_post_recent_player_groups(server, groups, 2, fresh()), "groups[1].reserved");
    authorization.reserved = 1;
    WRONG(mpa_client_set_authorization(user, &authorization, fresh()), "authorization.reserved");
    invite = an_invite();
    invite.authorization = &authorization;
    WRONG(mpa_send_invite(user, &invite, fresh()), "invite.authorization.reserved");
}

/* All elements of an array have the size of the first, and an 8-byte multiple at that. */
static void arrays(mpa_client server)
{
    mpa_recent_player_group groups[5];
    for (int i = 0; i < 5; i++) {
        groups[i] = a_group();
    }
    groups[2].struct_size += 8;
    WRONG_STRUCT(mpa_post_recent_player_groups(server, groups, 5, fresh()), "groups[2].struct_size");
    groups[2].struct_size = 0;
    WRONG_STRUCT(mpa_post_recent_player_groups(server, groups, 5, fresh()), "groups[2].struct_size");
    groups[2] = a_group();
    groups[0].struct_size = 36;
    WRONG_STRUCT(mpa_post_recent_player_groups(server, groups, 1, fresh()), "groups[0].struct_size");

    mpa_recent_player players[3] = { a_player(), a_player(), a_player() };
    mpa_user_recent_players of_users[3] = { a_user_who_met(players, 3), a_user_who_met(players, 3),
                                            a_user_who_met(players, 3) };
    players[2].struct_size -= 8;
    WRONG_STRUCT(mpa_post_server_recent_players(server, of_users, 3, fresh()),
                 "users[0].recent_players[2].struct_size");
    players[2].struct_size += 8;
    of_users[1].struct_size = UINT32_MAX;
    WRONG_STRUCT(mpa_post_server_recent_players(server, of_users, 3, fresh()), "users[1].struct_size");

    struct newer {
        mpa_recent_player_group known;
        uint64_t unknown;
    } newer[3];
    for (int i = 0; i < 3; i++) {
        newer[i].known = a_group();
        newer[i].known.struct_size = sizeof *newer;
        newer[i].unknown = 0;
    }
    newer[2].unknown = UINT64_C(1) << 63;
    WRONG_STRUCT(mpa_post_recent_player_groups(server, &newer->known, 3, fresh()), "groups[2]");
}

/* A wrong size in the result: found before anything is sent, and nothing is written. */
static void results(mpa_client user, mpa_client server)
{
    static NEWER(mpa_result) place, before;
    const uint32_t known = sizeof(mpa_result);
    const uint32_t wrong[] = { 0, 1, 3, 4, 12, known - 512, known - 1, known + 4097, known + 4104, UINT32_MAX };
    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_authorization authorization = an_authorization("XBL3.0 x=-;another");
    mpa_invite invite = an_invite();
    mpa_server_invite server_invite = a_server_invite();
    mpa_recent_player_group group = a_group();
    mpa_activity activity = an_activity();
    mpa_recent_player player = a_player();
    mpa_user_recent_players of_user = a_user_who_met(&player, 1);

    for (size_t i = 0; i <= sizeof wrong / sizeof *wrong; i++) {
        mpa_client client = { 5 };
        mpa_result *result = &place.known;
        memset(&place, 0x5A, sizeof place);
        /* The last one: a size that could be, and a tail that is not zero. */
        result->struct_size = i < sizeof wrong / sizeof *wrong ? wrong[i] : known + 8;
        before = place;
        CHECK_STATUS(mpa_client_open(&config, &client, result), MPA_ERROR_INVALID_STRUCT);
        CHECK_NUMBER(client.id, 0);
        CHECK_STATUS(mpa_client_set_authorization(server, &authorization, result), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_send_invite(user, &invite, result), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_send_server_invite(server, &server_invite, result), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_post_recent_player_groups(server, &group, 1, result), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_set_activity(server, XUID, &activity, result), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_delete_activity(server, XUID, 1, NULL, result), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_get_activities(server, XUID, NULL, NULL, 0, NULL, result), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_query_activities(server, SOME_USERS, 2, NULL, NULL, 0, NULL, result),
                     MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_read_activities(server, 1, NULL, 0, NULL, result), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_post_recent_players(user, &player, 1, NULL, result), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_post_server_recent_players(server, &of_user, 1, result), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_submit_set_activity(server, XUID, &activity, 1, NULL, result), MPA_ERROR_INVALID_STRUCT);
        CHECK_STATUS(mpa_submit_query_activities(server, SOME_USERS, 2, NULL, 1, NULL, result),
                     MPA_ERROR_INVALID_STRUCT);
        CHECK(memcmp(&before, &place, sizeof place) == 0);
    }
}

/* The result of a newer caller is written as far as it is known, and not a byte beyond. */
static void larger_results(mpa_client user)
{
    const uint32_t sizes[] = { sizeof(mpa_result), sizeof(mpa_result) + 1, sizeof(mpa_result) + 8, sizeof(mpa_result) + 4096 };
    static NEWER(mpa_result) place;
    mpa_invite invite = MPA_INIT(mpa_invite);

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memset(&place, 0x5A, sizeof place);
        memset(place.all + sizeof(mpa_result), 0, sizes[i] - sizeof(mpa_result));
        place.known.struct_size = sizes[i];
        CHECK_STATUS(mpa_send_invite(user, &invite, &place.known), MPA_ERROR_INVALID_ARGUMENT);
        CHECK_NUMBER(place.known.struct_size, sizes[i]);
        CHECK_NUMBER(place.known.status, MPA_ERROR_INVALID_ARGUMENT);
        CHECK_NUMBER(place.known.attempts, 0);
        CHECK_CONTAINS(place.known.message, "invite.invited_user_count");
        CHECK_NUMBER(place.known.message[sizeof place.known.message - 1], 0);
        for (size_t at = sizeof(mpa_result); at < sizeof place.all; at++) {
            if (!CHECK_NUMBER(place.all[at], at < sizes[i] ? 0 : 0x5A)) {
                break;
            }
        }
    }
}

/* A wrong report prevents nothing but the account; a newer one is written as far as it is known. */
static void reports(void)
{
    static NEWER(mpa_close_report) place, before;
    const uint32_t known = sizeof(mpa_close_report);
    const uint32_t wrong[] = { 0, 4, known - 8, known - 1, known + 4097, UINT32_MAX, known + 8 };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        mpa_client client = open_client(SERVICE_TOKEN);
        memset(&place, 0x5A, sizeof place);
        place.known.struct_size = wrong[i];
        before = place;
        CHECK_STATUS(mpa_client_close(client, 0, &place.known), MPA_OK);
        CHECK(memcmp(&before, &place, sizeof place) == 0);
        CHECK_STATUS(mpa_client_close(client, 0, NULL), MPA_ERROR_INVALID_HANDLE);
    }

    mpa_client client = open_client(SERVICE_TOKEN);
    memset(&place, 0x5A, sizeof place);
    memset(place.all + known, 0, 8);
    place.known.struct_size = known + 8;
    CHECK_STATUS(mpa_client_close(client, 0, &place.known), MPA_OK);
    CHECK_NUMBER(place.known.struct_size, known + 8);
    CHECK_NUMBER(place.known.reserved, 0);
    CHECK_NUMBER(place.known.calls, 0);
    CHECK_NUMBER(place.known.unfinished, 0);
    CHECK_NUMBER(place.known.submitted, 0);
    CHECK_NUMBER(place.known.events_not_polled, 0);
    for (size_t at = known; at < sizeof place.all; at++) {
        if (!CHECK_NUMBER(place.all[at], at < known + 8 ? 0 : 0x5A)) {
            break;
        }
    }
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    mpa_client user = open_client(USER_TOKEN);
    mpa_client server = open_client(SERVICE_TOKEN);

    inputs(user, server);
    reserved_fields(user, server);
    arrays(server);
    results(user, server);
    larger_results(user);
    reports();

    close_after(user, 0);
    close_after(server, 0);
    return end();
}

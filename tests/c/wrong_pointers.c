/* NULL and misaligned pointers, wherever a pointer goes in: each is refused and nothing is sent. */

#include "checks.h"
#include "misaligned.h"

static void open_with_wrong_pointers(void)
{
    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_client client = { UINT64_C(0x1122334455667788) };

    WRONG(mpa_client_open(NULL, &client, fresh()), "config");
    CHECK_NUMBER(client.id, 0);
    CHECK_STATUS(mpa_client_open(NULL, &client, NULL), MPA_ERROR_INVALID_ARGUMENT);
    WRONG(mpa_client_open(&config, NULL, fresh()), "client");
    CHECK_STATUS(mpa_client_open(NULL, NULL, NULL), MPA_ERROR_INVALID_ARGUMENT);
    FOR_EACH_OFFSET(i) {
        client.id = 5;
        WRONG(mpa_client_open(misaligned(&config, sizeof config, OFFSETS[i]), &client, fresh()), "config");
        CHECK_NUMBER(client.id, 0);
        client.id = UINT64_MAX;
        mpa_client *wrong = misaligned(&client, sizeof client, OFFSETS[i]);
        WRONG(mpa_client_open(&config, wrong, fresh()), "client");
        CHECK(memcmp(wrong, &client, sizeof client) == 0);
    }
}

static void authorize_with_wrong_pointers(mpa_client client)
{
    mpa_authorization authorization = an_authorization(SERVICE_TOKEN);

    WRONG(mpa_client_set_authorization(client, NULL, fresh()), "authorization");
    CHECK_STATUS(mpa_client_set_authorization(client, NULL, NULL), MPA_ERROR_INVALID_ARGUMENT);
    FOR_EACH_OFFSET(i) {
        const void *wrong = misaligned(&authorization, sizeof authorization, OFFSETS[i]);
        WRONG(mpa_client_set_authorization(client, wrong, fresh()), "authorization");
    }
    authorization.header = NULL;
    WRONG(mpa_client_set_authorization(client, &authorization, fresh()), "authorization.header");
}

static void invite_with_wrong_pointers(mpa_client client)
{
    mpa_invite invite = an_invite();
    mpa_authorization authorization = an_authorization(USER_TOKEN);

    WRONG(mpa_send_invite(client, NULL, fresh()), "invite");
    CHECK_STATUS(mpa_send_invite(client, NULL, NULL), MPA_ERROR_INVALID_ARGUMENT);
    FOR_EACH_OFFSET(i) {
        WRONG(mpa_send_invite(client, misaligned(&invite, sizeof invite, OFFSETS[i]), fresh()), "invite");
    }

    invite.invited_users = NULL;
    WRONG(mpa_send_invite(client, &invite, fresh()), "invite.invited_users");
    FOR_EACH_OFFSET(i) {
        invite.invited_users = misaligned(SOME_USERS, sizeof SOME_USERS, OFFSETS[i]);
        WRONG(mpa_send_invite(client, &invite, fresh()), "invite.invited_users");
    }

    invite = an_invite();
    FOR_EACH_OFFSET(i) {
        invite.authorization = misaligned(&authorization, sizeof authorization, OFFSETS[i]);
        WRONG(mpa_send_invite(client, &invite, fresh()), "invite.authorization");
    }
    authorization.header = NULL;
    invite.authorization = &authorization;
    WRONG(mpa_send_invite(client, &invite, fresh()), "invite.authorization.header");
}

static void invite_by_server_with_wrong_pointers(mpa_client client)
{
    mpa_server_invite invite = a_server_invite();

    WRONG(mpa_send_server_invite(client, NULL, fresh()), "invite");
    CHECK_STATUS(mpa_send_server_invite(client, NULL, NULL), MPA_ERROR_INVALID_ARGUMENT);
    FOR_EACH_OFFSET(i) {
        WRONG(mpa_send_server_invite(client, misaligned(&invite, sizeof invite, OFFSETS[i]), fresh()), "invite");
    }
    invite.invited_users = NULL;
    WRONG(mpa_send_server_invite(client, &invite, fresh()), "invite.invited_users");
    FOR_EACH_OFFSET(i) {
        invite.invited_users = misaligned(SOME_USERS, sizeof SOME_USERS, OFFSETS[i]);
        WRONG(mpa_send_server_invite(client, &invite, fresh()), "invite.invited_users");
    }
}

static void post_with_wrong_pointers(mpa_client client)
{
    mpa_recent_player_group groups[3] = { a_group(), a_group(), a_group() };

    WRONG(mpa_post_recent_player_groups(client, NULL, 1, fresh()), "groups");
    WRONG(mpa_post_recent_player_groups(client, NULL, 10000, fresh()), "groups");
    CHECK_STATUS(mpa_post_recent_player_groups(client, NULL, 1, NULL), MPA_ERROR_INVALID_ARGUMENT);
    FOR_EACH_OFFSET(i) {
        const void *wrong = misaligned(groups, sizeof groups, OFFSETS[i]);
        WRONG(mpa_post_recent_player_groups(client, wrong, 3, fresh()), "groups");
    }
    groups[1].players = NULL;
    WRONG(mpa_post_recent_player_groups(client, groups, 3, fresh()), "groups[1].players");
    FOR_EACH_OFFSET(i) {
        groups[1].players = misaligned(SOME_USERS, sizeof SOME_USERS, OFFSETS[i]);
        WRONG(mpa_post_recent_player_groups(client, groups, 3, fresh()), "groups[1].players");
    }
}

/* There is no place for more than the status then, and nothing is written. A result has numbers of
 * 32 bits only. */
static void misaligned_results(mpa_client user, mpa_client server)
{
    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_authorization authorization = an_authorization(SERVICE_TOKEN);
    mpa_invite invite = an_invite();
    mpa_server_invite server_invite = a_server_invite();
    mpa_recent_player_group group = a_group();

    for (size_t offset = 1; offset < 4; offset++) {
        mpa_client client = { 5 };
        mpa_result *wrong = misaligned(fresh(), sizeof(mpa_result), offset);
        CHECK_STATUS(mpa_client_open(&config, &client, wrong), MPA_ERROR_INVALID_ARGUMENT);
        CHECK_NUMBER(client.id, 0);
        CHECK_STATUS(mpa_client_set_authorization(server, &authorization, wrong), MPA_ERROR_INVALID_ARGUMENT);
        CHECK_STATUS(mpa_send_invite(user, &invite, wrong), MPA_ERROR_INVALID_ARGUMENT);
        CHECK_STATUS(mpa_send_server_invite(server, &server_invite, wrong), MPA_ERROR_INVALID_ARGUMENT);
        CHECK_STATUS(mpa_post_recent_player_groups(server, &group, 1, wrong), MPA_ERROR_INVALID_ARGUMENT);
        CHECK(memcmp(wrong, fresh(), sizeof(mpa_result)) == 0);
    }
}

/* They prevent nothing but the account. */
static void misaligned_reports(void)
{
    mpa_close_report report = MPA_INIT(mpa_close_report);

    FOR_EACH_OFFSET(i) {
        mpa_client client = open_client(SERVICE_TOKEN);
        mpa_close_report *wrong = misaligned(&report, sizeof report, OFFSETS[i]);
        CHECK_STATUS(mpa_client_close(client, 0, wrong), MPA_OK);
        CHECK(memcmp(wrong, &report, sizeof report) == 0);
        CHECK_STATUS(mpa_client_close(client, 0, wrong), MPA_ERROR_INVALID_HANDLE);
    }
}

static void misaligned_rests(void)
{
    mpa_result result = MPA_INIT(mpa_result);
    mpa_unsent unsent = MPA_INIT(mpa_unsent);

    CHECK_STATUS(mpa_result_unsent(NULL, 1, &unsent), MPA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(mpa_result_unsent(&result, 1, NULL), MPA_ERROR_INVALID_ARGUMENT);
    for (size_t offset = 1; offset < 4; offset++) {
        const void *wrong_result = misaligned(&result, sizeof result, offset);
        CHECK_STATUS(mpa_result_unsent(wrong_result, 1, &unsent), MPA_ERROR_INVALID_ARGUMENT);
        mpa_unsent *wrong = misaligned(&unsent, sizeof unsent, offset);
        CHECK_STATUS(mpa_result_unsent(&result, 1, wrong), MPA_ERROR_INVALID_ARGUMENT);
        CHECK(memcmp(wrong, &unsent, sizeof unsent) == 0);
    }
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    mpa_client user = open_client(USER_TOKEN);
    mpa_client server = open_client(SERVICE_TOKEN);

    open_with_wrong_pointers();
    authorize_with_wrong_pointers(server);
    invite_with_wrong_pointers(user);
    invite_by_server_with_wrong_pointers(server);
    post_with_wrong_pointers(server);
    misaligned_results(user, server);
    misaligned_reports();
    misaligned_rests();

    close_after(user, 0);
    close_after(server, 0);
    return end();
}

/* What becomes of calls that are right: acknowledged, refused by the service, or without a way to it. */

#include "checks.h"

/* The one result of a call, whole. */
struct outcome {
    mpa_status status;
    uint32_t acknowledged, refused, retryable, http_status, attempts;
};

static void check_outcome(mpa_status found, struct outcome expected, const char *call, const char *file, int line)
{
    const mpa_result *r = last();
    ended(found, expected.status, call, file, line);
    check_number(r->acknowledged, expected.acknowledged, "acknowledged", file, line);
    check_number(r->uncertain, 0, "uncertain", file, line);
    check_number(r->refused, expected.refused, "refused", file, line);
    check_number(r->retryable, expected.retryable, "retryable", file, line);
    check_number(r->retry_after_ms, 0, "retry_after_ms", file, line);
    check_number(r->http_status, expected.http_status, "http_status", file, line);
    check_number(r->attempts, expected.attempts, "attempts", file, line);
    check_number(r->cause, 0, "cause", file, line);
    check_number(r->current_requests, 0, "current_requests", file, line);
    check_number(r->max_requests, 0, "max_requests", file, line);
    check_number(r->period_s, 0, "period_s", file, line);
    check_number((long long)strlen(r->limit_type), 0, "length of limit_type", file, line);
    check_range(r->elapsed_ms, 0, 120500, "elapsed_ms", file, line);
}

#define CHECK_OUTCOME(call, ...) check_outcome((call), (struct outcome){ __VA_ARGS__ }, #call, __FILE__, __LINE__)

/* What only an answer that refuses has. */
static void refused_by_the_service(const char *error_code)
{
    CHECK(strcmp(last()->error_code, error_code) == 0);
    CHECK_NUMBER(strlen(last()->correlation_id), 36);
    CHECK_CONTAINS(last()->message, error_code);
}

static uint64_t *users(uint32_t count)
{
    static uint64_t xuids[100];
    for (uint32_t i = 0; i < count; i++) {
        xuids[i] = XUID + 1000 + i;
    }
    return xuids;
}

static void acknowledged(mpa_client user, mpa_client server)
{
    mpa_invite invite = an_invite();
    invite.connection_string = "secret=203.0.113.7:7777";
    invite.platform = MPA_PLATFORM_SCARLETT;
    CHECK_OUTCOME(mpa_send_invite(user, &invite, fresh()), MPA_OK, 2, 0, 0, 204, 1);

    mpa_server_invite by_server = a_server_invite();
    by_server.invited_users = users(20);
    by_server.invited_user_count = 20;
    by_server.connection_string = "secret";
    CHECK_OUTCOME(mpa_send_server_invite(server, &by_server, fresh()), MPA_OK, 20, 0, 0, 204, 2);

    static mpa_recent_player_group groups[45];
    for (uint32_t i = 0; i < 45; i++) {
        groups[i] = a_group();
        groups[i].encounter_type = (mpa_encounter_type)(i % 3);
        groups[i].timestamp_unix_ms += 1000 * (uint64_t)i;
    }
    CHECK_OUTCOME(mpa_post_recent_player_groups(server, groups, 45, fresh()), MPA_OK, 45, 0, 0, 204, 3);

    for (mpa_platform platform = MPA_PLATFORM_ANY; platform <= MPA_PLATFORM_XBOX_ONE; platform++) {
        invite = an_invite();
        invite.platform = platform;
        CHECK_OUTCOME(mpa_send_invite(user, &invite, fresh()), MPA_OK, 2, 0, 0, 204, 1);
    }
}

static void with_the_users_own_authorization(mpa_client server)
{
    mpa_authorization own = an_authorization(USER_TOKEN "-own");
    mpa_invite invite = an_invite();
    invite.authorization = &own;
    CHECK_OUTCOME(mpa_send_invite(server, &invite, fresh()), MPA_OK, 2, 0, 0, 204, 1);

    /* Kept for a good while, then over. */
    own.expires_at_unix_ms = UINT64_MAX;
    CHECK_OUTCOME(mpa_send_invite(server, &invite, fresh()), MPA_OK, 2, 0, 0, 204, 1);
    own.expires_at_unix_ms = 1;
    CHECK_OUTCOME(mpa_send_invite(server, &invite, fresh()), MPA_ERROR_AUTHORIZATION_NEEDED, 0, 0, 1, 0, 0);
    CHECK_CONTAINS(last()->message, "expired");
}

/* Everything passed in is copied: it may be gone as soon as the call is back. */
static void with_what_is_gone_afterwards(void)
{
    char *token = strdup(SERVICE_TOKEN);
    char *endpoint = strdup(test()->endpoint);
    mpa_client_config *config = malloc(sizeof *config);
    mpa_client client = { 0 };
    if (token == NULL || endpoint == NULL || config == NULL) {
        exit(1);
    }
    *config = config_with(token);
    config->endpoint = endpoint;
    ENDED(mpa_client_open(config, &client, fresh()), MPA_OK);
    memset(token, 'x', strlen(token));
    memset(endpoint, 'x', strlen(endpoint));
    free(token);
    free(endpoint);
    free(config);
    mpa_server_invite invite = a_server_invite();
    CHECK_OUTCOME(mpa_send_server_invite(client, &invite, fresh()), MPA_OK, 2, 0, 0, 204, 1);
    close_after(client, 1);
}

static void without_a_result(mpa_client user, mpa_client server)
{
    mpa_authorization authorization = an_authorization(SERVICE_TOKEN);
    mpa_invite invite = an_invite();
    mpa_server_invite by_server = a_server_invite();
    mpa_recent_player_group group = a_group();
    mpa_client_config config = config_with(NULL);
    mpa_client client = { 0 };

    CHECK_STATUS(mpa_client_open(&config, &client, NULL), MPA_OK);
    CHECK_STATUS(mpa_client_set_authorization(client, &authorization, NULL), MPA_OK);
    CHECK_STATUS(mpa_client_close(client, 1000, NULL), MPA_OK);
    CHECK_STATUS(mpa_send_invite(user, &invite, NULL), MPA_OK);
    CHECK_STATUS(mpa_send_server_invite(server, &by_server, NULL), MPA_OK);
    CHECK_STATUS(mpa_post_recent_player_groups(server, &group, 1, NULL), MPA_OK);
}

/* The wrong kind of token: 400 with AuthorizationError. Nothing after it is sent. */
static void forbidden(mpa_client user, mpa_client server)
{
    mpa_invite invite = an_invite();
    mpa_server_invite by_server = a_server_invite();
    mpa_recent_player_group groups[21];

    CHECK_OUTCOME(mpa_send_invite(server, &invite, fresh()), MPA_ERROR_FORBIDDEN, 0, 2, 0, 400, 1);
    refused_by_the_service("AuthorizationError");
    by_server.invited_users = users(20);
    by_server.invited_user_count = 20;
    CHECK_OUTCOME(mpa_send_server_invite(user, &by_server, fresh()), MPA_ERROR_FORBIDDEN, 0, 16, 0, 400, 1);
    refused_by_the_service("AuthorizationError");
    CHECK_CONTAINS(last()->message, "0 to 15");
    mpa_unsent unsent = MPA_INIT(mpa_unsent);
    CHECK_STATUS(mpa_result_unsent(last(), 20, &unsent), MPA_OK);
    CHECK_NUMBER(unsent.first, 16);
    CHECK_NUMBER(unsent.count, 4);
    CHECK_NUMBER(unsent.resend, MPA_RESEND_AFTER_FIX);
    for (int i = 0; i < 21; i++) {
        groups[i] = a_group();
    }
    CHECK_OUTCOME(mpa_post_recent_player_groups(user, groups, 21, fresh()), MPA_ERROR_FORBIDDEN, 0, 20, 0, 400, 1);
    refused_by_the_service("AuthorizationError");
}

/* A token that the service refuses (it has a space inside) is not used again; another one is. */
static void unauthorized(void)
{
    mpa_client client = open_client(NULL);
    mpa_server_invite invite = a_server_invite();
    mpa_authorization refused_one = an_authorization("XBL3.0 x=-;refused token-of");
    mpa_authorization good = an_authorization(SERVICE_TOKEN);

    CHECK_OUTCOME(mpa_send_server_invite(client, &invite, fresh()), MPA_ERROR_AUTHORIZATION_NEEDED, 0, 0, 1, 0, 0);
    ENDED(mpa_client_set_authorization(client, &refused_one, fresh()), MPA_OK);
    CHECK_OUTCOME(mpa_send_server_invite(client, &invite, fresh()), MPA_ERROR_UNAUTHORIZED, 0, 2, 1, 401, 1);
    CHECK_CONTAINS(last()->message, "mpa_client_set_authorization");
    refused_by_the_service("AuthorizationError");
    CHECK_OUTCOME(mpa_send_server_invite(client, &invite, fresh()), MPA_ERROR_AUTHORIZATION_NEEDED, 0, 0, 1, 0, 0);
    ENDED(mpa_client_set_authorization(client, &refused_one, fresh()), MPA_ERROR_UNAUTHORIZED);
    CHECK_OUTCOME(mpa_send_server_invite(client, &invite, fresh()), MPA_ERROR_AUTHORIZATION_NEEDED, 0, 0, 1, 0, 0);

    good.expires_at_unix_ms = 1;
    /* The response to the refused one has shown the service's time. */
    ENDED(mpa_client_set_authorization(client, &good, fresh()), MPA_ERROR_AUTHORIZATION_NEEDED);
    CHECK_CONTAINS(last()->message, "by the service's clock");
    CHECK_OUTCOME(mpa_send_server_invite(client, &invite, fresh()), MPA_ERROR_AUTHORIZATION_NEEDED, 0, 0, 1, 0, 0);
    good.expires_at_unix_ms = 0;
    ENDED(mpa_client_set_authorization(client, &good, fresh()), MPA_OK);
    CHECK_OUTCOME(mpa_send_server_invite(client, &invite, fresh()), MPA_OK, 2, 0, 0, 204, 1);

    /* An invite's own token ends its call only. */
    mpa_invite own = an_invite();
    refused_one.header = "XBL3.0 x=4711;refused token-of";
    own.authorization = &refused_one;
    CHECK_OUTCOME(mpa_send_invite(client, &own, fresh()), MPA_ERROR_UNAUTHORIZED, 0, 2, 1, 401, 1);
    CHECK_OUTCOME(mpa_send_server_invite(client, &invite, fresh()), MPA_OK, 2, 0, 0, 204, 1);

    mpa_close_report report = MPA_INIT(mpa_close_report);
    CHECK_STATUS(mpa_client_close(client, 0, &report), MPA_OK);
    CHECK_NUMBER(report.calls, 8);
    CHECK_NUMBER(report.succeeded, 2);
    CHECK_NUMBER(report.failed, 6);
    CHECK_NUMBER(report.uncertain, 0);
    CHECK_NUMBER(report.unfinished, 0);
    CHECK_NUMBER(report.reserved, 0);
    CHECK_NUMBER(report.struct_size, sizeof report);
}

/* Port 1 of this machine: nothing listens. */
static void no_way_to_the_service(void)
{
    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_client client = { 0 };
    mpa_server_invite invite = a_server_invite();
    config.endpoint = "http://127.0.0.1:1";
    ENDED(mpa_client_open(&config, &client, fresh()), MPA_OK);
    CHECK_OUTCOME(mpa_send_server_invite(client, &invite, fresh()), MPA_ERROR_CONNECTION_FAILED, 0, 0, 1, 0, 0);
    close_after(client, 1);
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    mpa_client user = open_client(USER_TOKEN);
    mpa_client server = open_client(SERVICE_TOKEN);

    acknowledged(user, server);
    with_the_users_own_authorization(server);
    with_what_is_gone_afterwards();
    without_a_result(user, server);
    forbidden(user, server);
    unauthorized();
    no_way_to_the_service();

    close_after(user, 13);
    close_after(server, 8);
    return end();
}

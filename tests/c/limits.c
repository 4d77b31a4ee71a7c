/* What is just within the limits is taken: long texts, large structs, many users. */

#include "checks.h"
#include "edge.h"

static mpa_client user, server;

static void invited_with(const char *connection_string)
{
    mpa_invite invite = an_invite();
    invite.connection_string = connection_string;
    ENDED(mpa_send_invite(user, &invite, fresh()), MPA_OK);
}

static char *repeat(const char *part, int times, const char *rest)
{
    char *text = text_at_the_edge(strlen(part) * (size_t)times + strlen(rest), 0);
    text[0] = '\0';
    for (int i = 0; i < times; i++) {
        strcat(text, part);
    }
    return strcat(text, rest);
}

static void connection_strings(void)
{
    invited_with(NULL);
    invited_with("");
    invited_with("quote \" backslash \\ newline \n tab \t bell \a delete \x7f");
    invited_with(repeat("s", 512, ""));
    invited_with(repeat("\xc3\xa9", 512, ""));
    invited_with(repeat("\xe2\x82\xac", 512, ""));
    invited_with(repeat("\xf0\x9f\x98\x80", 256, ""));
    invited_with(repeat("\xf0\x9f\x98\x80", 255, "\xe2\x82\xac" "s"));
}

/* Structs as a newer header might have them, with nothing set that is not known here. */
#define NEWER(type)             \
    union {                     \
        type known;             \
        unsigned char all[4096]; \
    }

static void larger_structs(void)
{
    static NEWER(mpa_client_config) config;
    static NEWER(mpa_authorization) authorization;
    static NEWER(mpa_invite) invite;
    static NEWER(mpa_server_invite) server_invite;
    static struct {
        mpa_recent_player_group known;
        uint64_t unknown[3];
    } groups[3];
    mpa_client newer = { 0 };

    config.known = config_with(NULL);
    config.known.struct_size = sizeof config;
    ENDED(mpa_client_open(&config.known, &newer, fresh()), MPA_OK);

    authorization.known = an_authorization(SERVICE_TOKEN);
    authorization.known.struct_size = sizeof authorization;
    ENDED(mpa_client_set_authorization(newer, &authorization.known, fresh()), MPA_OK);

    server_invite.known = a_server_invite();
    server_invite.known.struct_size = sizeof server_invite;
    ENDED(mpa_send_server_invite(newer, &server_invite.known, fresh()), MPA_OK);

    authorization.known.header = USER_TOKEN;
    invite.known = an_invite();
    invite.known.struct_size = sizeof invite;
    invite.known.authorization = &authorization.known;
    ENDED(mpa_send_invite(newer, &invite.known, fresh()), MPA_OK);
    invite.known.struct_size = sizeof(mpa_invite) + 1;
    ENDED(mpa_send_invite(newer, &invite.known, fresh()), MPA_OK);

    for (int i = 0; i < 3; i++) {
        groups[i].known = a_group();
        groups[i].known.struct_size = sizeof *groups;
        groups[i].known.encounter_type = i;
    }
    ENDED(mpa_post_recent_player_groups(newer, &groups->known, 3, fresh()), MPA_OK);
    CHECK_NUMBER(last()->acknowledged, 3);
    close_after(newer, 4);
}

static void times(void)
{
    mpa_recent_player_group groups[3] = { a_group(), a_group(), a_group() };
    groups[0].timestamp_unix_ms = 1;
    groups[1].timestamp_unix_ms = UINT64_C(951782400999);
    groups[2].timestamp_unix_ms = UINT64_C(253402300799999);
    ENDED(mpa_post_recent_player_groups(server, groups, 3, fresh()), MPA_OK);
}

static void counts(void)
{
    static uint64_t players[MPA_MAX_PLAYERS_PER_GROUP];
    mpa_recent_player_group groups[2] = { a_group(), a_group() };
    for (uint64_t i = 0; i < MPA_MAX_PLAYERS_PER_GROUP; i++) {
        players[i] = UINT64_MAX - i;
    }
    groups[0].player_count = MPA_MIN_PLAYERS_PER_GROUP;
    groups[1].player_count = MPA_MAX_PLAYERS_PER_GROUP;
    groups[1].players = players;
    ENDED(mpa_post_recent_player_groups(server, groups, 2, fresh()), MPA_OK);

    mpa_invite invite = an_invite();
    invite.invited_users = players;
    invite.invited_user_count = 1;
    ENDED(mpa_send_invite(user, &invite, fresh()), MPA_OK);
    CHECK_NUMBER(last()->attempts, 1);
    invite.invited_user_count = MPA_MAX_INVITED_USERS_PER_REQUEST;
    ENDED(mpa_send_invite(user, &invite, fresh()), MPA_OK);
    CHECK_NUMBER(last()->attempts, 1);
}

/* The longest of each text of the configuration, and of each number. */
static void configurations(void)
{
    char *header = text_at_the_edge(MPA_MAX_AUTHORIZATION_HEADER_LENGTH, 't');
    memcpy(header, "XBL3.0 x=-;", 11);
    mpa_client_config config = config_with(header);
    mpa_client client = { 0 };
    mpa_server_invite invite = a_server_invite();
    config.user_agent = text_at_the_edge(256, 'u');
    char *proxy = text_at_the_edge(1024, 'p');
    memcpy(proxy, "http://u:", 9);
    memcpy(proxy + 1024 - 4, "@h:1", 4);
    config.proxy_url = proxy;
    config.connect_timeout_ms = MPA_MAX_TIMEOUT_MS;
    config.request_timeout_ms = MPA_MAX_TIMEOUT_MS;
    config.call_timeout_ms = MPA_MAX_TIMEOUT_MS;
    config.invite_time_to_live_ms = MPA_MAX_DURATION_MS;
    config.recent_players_time_to_live_ms = MPA_MAX_DURATION_MS;
    config.recent_players_hold_ms = MPA_MAX_DURATION_MS;
    config.authorization_lead_ms = MPA_MAX_DURATION_MS;
    config.allow_plain_http = 1;
    ENDED(mpa_client_open(&config, &client, fresh()), MPA_OK);
    ENDED(mpa_send_server_invite(client, &invite, fresh()), MPA_OK);
    close_after(client, 1);

    /* Opening goes nowhere: not even to a host that there is not. */
    config.endpoint = "https://no-such-host.invalid/";
    ENDED(mpa_client_open(&config, &client, fresh()), MPA_OK);
    close_after(client, 0);
    config.endpoint = NULL;
    ENDED(mpa_client_open(&config, &client, fresh()), MPA_OK);
    close_after(client, 0);
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    user = open_client(USER_TOKEN);
    server = open_client(SERVICE_TOKEN);

    connection_strings();
    larger_structs();
    times();
    counts();
    configurations();

    close_after(user, 10);
    close_after(server, 2);
    return end();
}

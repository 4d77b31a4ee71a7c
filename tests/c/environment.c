/*
 * No part of the library reads the environment, which another thread of the host may be changing.
 * getenv and secure_getenv are replaced by ones that note a caller within the library; another thread
 * changes variables all the time.
 *
 * environment ENDPOINT TITLE_ID SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA CERTIFICATE KEY
 */

#define _GNU_SOURCE 1

#include "mpa.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static atomic_int readings;
static atomic_int is_over;

static void note(const char *name, void *caller)
{
    Dl_info info;
    if (dladdr(caller, &info) && info.dli_fname && strstr(info.dli_fname, "libmpa")) {
        atomic_fetch_add(&readings, 1);
        printf("the library asked for %s\n", name);
    }
}

static char *find(const char *name)
{
    size_t length = strlen(name);
    for (char **entry = environ; entry && *entry; entry++) {
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') {
            return *entry + length + 1;
        }
    }
    return NULL;
}

char *getenv(const char *name)
{
    note(name, __builtin_return_address(0));
    return find(name);
}

char *secure_getenv(const char *name)
{
    note(name, __builtin_return_address(0));
    return find(name);
}

static void *change_variables(void *unused)
{
    char name[32];
    for (unsigned n = 0; !atomic_load(&is_over); n++) {
        snprintf(name, sizeof name, "VARIABLE_%u", n % 500);
        setenv(name, "value", 1);
        if (n % 7 == 0) {
            unsetenv(name);
        }
    }
    return unused;
}

static int failures;

#define CHECK_OK(call)                                                                                     \
    do {                                                                                                   \
        mpa_status status_ = (call);                                                                       \
        if (status_ != MPA_OK) {                                                                           \
            printf("%s: %s: %s\n", #call, mpa_status_name(status_), result.message);                       \
            failures++;                                                                                    \
        }                                                                                                  \
    } while (0)

int main(int count, char **arguments)
{
    if (count < 8) {
        fprintf(stderr, "usage: see the first lines of environment.c\n");
        return 2;
    }
    /* A library that used these would crash or get nowhere. */
    setenv("RUST_MIN_STACK", "1", 1);
    setenv("RUST_BACKTRACE", "full", 1);
    setenv("https_proxy", "http://127.0.0.1:9", 1);
    setenv("HTTPS_PROXY", "http://127.0.0.1:9", 1);
    setenv("HTTP_PROXY", "http://127.0.0.1:9", 1);
    setenv("ALL_PROXY", "socks5://127.0.0.1:9", 1);
    pthread_t changing;
    pthread_create(&changing, NULL, change_variables, NULL);

    {
        mpa_client_config config = MPA_INIT(mpa_client_config);
        config.endpoint = arguments[1];
        config.title_id = (uint32_t)strtoul(arguments[2], NULL, 10);
        config.sign_in_endpoint = arguments[3];
        config.token_endpoint = arguments[4];
        config.ca_certificates_path = arguments[5];
        config.ca_mode = MPA_CA_ONLY;
        config.certificate_path = arguments[6];
        config.private_key_path = arguments[7];
        config.log_level = MPA_LOG_DEBUG;
        config.recent_players_hold_ms = MPA_NONE;
        mpa_client client;
        mpa_result result = MPA_INIT(mpa_result);
        CHECK_OK(mpa_client_open(&config, &client, &result));

        uint64_t users[] = { 1, 2, 3 };
        mpa_server_invite invite = MPA_INIT(mpa_server_invite);
        invite.sender = 4;
        invite.invited_users = users;
        invite.invited_user_count = 3;
        invite.connection_string = "203.0.113.7:7777";
        CHECK_OK(mpa_send_server_invite(client, &invite, &result));

        mpa_recent_player_group group = MPA_INIT(mpa_recent_player_group);
        group.players = users;
        group.player_count = 3;
        CHECK_OK(mpa_submit_server_invite(client, &invite, 1, NULL, &result));
        CHECK_OK(mpa_submit_recent_player_groups(client, &group, 1, 2, NULL, &result));
        for (int ended = 0, waited = 0; ended < 2 && waited < 500; waited++) {
            mpa_event event = MPA_INIT(mpa_event);
            CHECK_OK(mpa_wait_event(client, 100, &event, &result));
            ended += event.type == MPA_EVENT_COMPLETED;
        }
        CHECK_OK(mpa_client_close(client, 5000, NULL));
    }

    /* A name that is not found. */
    {
        mpa_client_config config = MPA_INIT(mpa_client_config);
        config.endpoint = "https://nowhere.invalid";
        config.title_id = 1;
        config.authorization_header = "XBL3.0 x=-;not-a-real-token";
        config.max_attempts = 1;
        mpa_client client;
        mpa_result result = MPA_INIT(mpa_result);
        CHECK_OK(mpa_client_open(&config, &client, &result));
        mpa_server_invite invite = MPA_INIT(mpa_server_invite);
        uint64_t user = 1;
        invite.sender = 4;
        invite.invited_users = &user;
        invite.invited_user_count = 1;
        if (mpa_send_server_invite(client, &invite, &result) == MPA_OK) {
            failures++;
        }
        CHECK_OK(mpa_client_close(client, 0, NULL));
    }

    atomic_store(&is_over, 1);
    pthread_join(changing, NULL);
    /* That it would have been noticed: a call of our own goes through the same function. */
    if (getenv("RUST_MIN_STACK") == NULL) {
        failures++;
    }
    return failures || atomic_load(&readings) ? 1 : 0;
}

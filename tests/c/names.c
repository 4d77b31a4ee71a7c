/*
 * A resolver that hangs costs one thread a name, however many clients wait for it and are closed.
 * getaddrinfo is replaced by one that does not return.
 *
 * names ENDPOINT TITLE_ID
 */

#define _GNU_SOURCE 1

#include "checks.h"

#include <dirent.h>
#include <netdb.h>
#include <stdatomic.h>

static atomic_int look_ups;

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
    (void)node, (void)service, (void)hints, (void)result;
    atomic_fetch_add(&look_ups, 1);
    for (;;) {
        pause();
    }
}

static int threads(void)
{
    int entries = -2;
    DIR *directory = opendir("/proc/self/task");
    while (directory != NULL && readdir(directory) != NULL) {
        entries++;
    }
    closedir(directory);
    return entries;
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    const char *const endpoints[] = { "https://one.example", "https://two.example" };
    for (int i = 0; i < 60; i++) {
        mpa_client_config config = MPA_INIT(mpa_client_config);
        config.endpoint = endpoints[i % 2];
        config.title_id = test()->title_id;
        config.authorization_header = SERVICE_TOKEN;
        config.connect_timeout_ms = 20;
        config.max_attempts = 1;
        mpa_client client;
        mpa_result result = MPA_INIT(mpa_result);
        CHECK(mpa_client_open(&config, &client, &result) == MPA_OK);
        uint64_t user = XUID;
        mpa_server_invite invite = MPA_INIT(mpa_server_invite);
        invite.sender = XUID + 1;
        invite.invited_users = &user;
        invite.invited_user_count = 1;
        CHECK(mpa_send_server_invite(client, &invite, &result) == MPA_ERROR_TIMED_OUT);
        CHECK_CONTAINS(result.message, "looking up the name");
        CHECK(mpa_client_close(client, 0, NULL) == MPA_OK);
    }
    CHECK_NUMBER(atomic_load(&look_ups), 2);
    CHECK_NUMBER(threads(), 3);
    return end();
}

/*
 * The library keeps to itself: nothing printed, no proxy taken from the environment, no signal
 * handler, no thread that stays, nothing of the process changed.
 */

#include "checks.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>

extern char **environ;

/* A library that used these would get nowhere. */
static void set_a_dead_proxy(void)
{
    const char *const names[] = {
        "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv(names[i], i % 2 == 0 ? "http://127.0.0.1:9" : "socks5://127.0.0.1:9", 1);
    }
    setenv("SSL_CERT_FILE", "/missing.pem", 1);
    setenv("SSL_CERT_DIR", "/missing", 1);
    setenv("RUST_LOG", "trace", 1);
    setenv("RUST_BACKTRACE", "full", 1);
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
}

static long threads(void)
{
    long entries = -2;
    DIR *directory = opendir("/proc/self/task");
    if (directory == NULL) {
        perror("/proc/self/task");
        exit(1);
    }
    while (readdir(directory) != NULL) {
        entries++;
    }
    closedir(directory);
    return entries;
}

/* The thread of a look-up may need a moment to end. */
static void only_this_thread(void)
{
    for (int i = 0; i < 500 && threads() > 1; i++) {
        usleep(10000);
    }
    CHECK_NUMBER(threads(), 1);
}

/* What a process has one of. */
struct process {
    void (*handlers[65])(int);
    int flags[65];
    sigset_t blocked;
    mode_t mask;
    char folder[4096];
    size_t variables;
    char **environment;
};

static struct process process(void)
{
    struct process found;
    memset(&found, 0, sizeof found);
    for (int i = 1; i <= 64; i++) {
        struct sigaction action;
        if (sigaction(i, NULL, &action) == 0) {
            found.handlers[i] = action.sa_handler;
            found.flags[i] = action.sa_flags;
        }
    }
    sigprocmask(SIG_SETMASK, NULL, &found.blocked);
    found.mask = umask(0);
    umask(found.mask);
    CHECK(getcwd(found.folder, sizeof found.folder) != NULL);
    while (environ[found.variables] != NULL) {
        found.variables++;
    }
    found.environment = environ;
    return found;
}

static void some_of_everything(mpa_client user, mpa_client server)
{
    mpa_invite invite = an_invite();
    mpa_server_invite server_invite = a_server_invite();
    mpa_recent_player_group group = a_group();

    ENDED(mpa_send_invite(user, &invite, fresh()), MPA_OK);
    ENDED(mpa_send_server_invite(server, &server_invite, fresh()), MPA_OK);
    ENDED(mpa_post_recent_player_groups(server, &group, 1, fresh()), MPA_OK);
    only_this_thread();
    ENDED(mpa_send_invite(server, &invite, fresh()), MPA_ERROR_FORBIDDEN);
    WRONG(mpa_send_invite(user, NULL, fresh()), "invite");
    invite.platform = 9;
    WRONG(mpa_send_invite(user, &invite, fresh()), "invite.platform");
    CHECK_NUMBER(threads(), 1);
    for (mpa_status status = -200; status < 50; status++) {
        CHECK(strlen(mpa_status_name(status)) > 5 && strlen(mpa_status_description(status)) > 5);
    }
}

/* By a name, for which a thread is started. The emulator listens on IPv4 only. */
static void with_a_name(void)
{
    char endpoint[64];
    const char *port = strrchr(test()->endpoint, ':');
    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_server_invite invite = a_server_invite();
    mpa_client client = { 0 };

    snprintf(endpoint, sizeof endpoint, "http://localhost%s", port);
    config.endpoint = endpoint;
    ENDED(mpa_client_open(&config, &client, fresh()), MPA_OK);
    CHECK_NUMBER(threads(), 1);
    ENDED(mpa_send_server_invite(client, &invite, fresh()), MPA_OK);
    only_this_thread();
    close_after(client, 1);
}

static void nothing_there(const char *endpoint)
{
    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_server_invite invite = a_server_invite();
    mpa_client client = { 0 };

    config.endpoint = endpoint;
    ENDED(mpa_client_open(&config, &client, fresh()), MPA_OK);
    ENDED(mpa_send_server_invite(client, &invite, fresh()), MPA_ERROR_CONNECTION_FAILED);
    CHECK_NUMBER(last()->attempts, 0);
    only_this_thread();
    close_after(client, 1);
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    set_a_dead_proxy();
    const struct process before = process();

    mpa_client user = open_client(USER_TOKEN);
    mpa_client server = open_client(SERVICE_TOKEN);
    CHECK_NUMBER(threads(), 1);
    some_of_everything(user, server);
    with_a_name();
    nothing_there("http://127.0.0.1:1");
    nothing_there("https://127.0.0.1:1");
    close_after(user, 1);
    close_after(server, 3);
    CHECK_NUMBER(threads(), 1);

    const struct process after = process();
    CHECK(memcmp(before.handlers, after.handlers, sizeof before.handlers) == 0);
    CHECK(memcmp(before.flags, after.flags, sizeof before.flags) == 0);
    CHECK(memcmp(&before.blocked, &after.blocked, sizeof before.blocked) == 0);
    CHECK_NUMBER(before.mask, after.mask);
    CHECK(strcmp(before.folder, after.folder) == 0);
    CHECK_NUMBER(before.variables, after.variables);
    CHECK(before.environment == after.environment);
    return end();
}

/*
 * A signal of the process goes to a thread of the host. It blocks SIGTERM and waits for it; a thread of the
 * library that does not would be given it, and the process would end.
 *
 * signals ENDPOINT TITLE_ID
 */

#include "checks.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <time.h>

/* The mask of blocked signals of each thread, as the kernel shows it. */
static void every_other_thread_blocks(int signal)
{
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    int others = 0;
    for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) {
        long id = strtol(entry->d_name, NULL, 10);
        if (id == 0 || id == (long)getpid()) {
            continue;
        }
        char path[64];
        snprintf(path, sizeof path, "/proc/self/task/%ld/status", id);
        FILE *status = fopen(path, "r");
        if (status == NULL) {
            continue; /* It has ended. */
        }
        char line[256];
        unsigned long long blocked = 0;
        while (fgets(line, sizeof line, status) != NULL) {
            if (strncmp(line, "SigBlk:", 7) == 0) {
                blocked = strtoull(line + 7, NULL, 16);
            }
        }
        fclose(status);
        others++;
        CHECK(blocked >> (signal - 1) & 1);
    }
    closedir(tasks);
    CHECK(others > 0);
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.endpoint = test()->endpoint;
    config.title_id = test()->title_id;
    config.authorization_header = SERVICE_TOKEN;
    mpa_client client;
    mpa_result result = MPA_INIT(mpa_result);
    CHECK(mpa_client_open(&config, &client, &result) == MPA_OK);

    uint64_t users[] = { XUID, XUID + 1 };
    mpa_server_invite invite = MPA_INIT(mpa_server_invite);
    invite.sender = XUID + 2;
    invite.invited_users = users;
    invite.invited_user_count = 2;

    /* The host's own masks stay: of the thread that submits, and so starts a thread, nothing changes. */
    sigset_t before, after;
    CHECK(sigprocmask(SIG_SETMASK, NULL, &before) == 0);
    CHECK(mpa_submit_server_invite(client, &invite, 1, NULL, &result) == MPA_OK);
    CHECK(sigprocmask(SIG_SETMASK, NULL, &after) == 0);
    for (int signal = 1; signal < NSIG; signal++) {
        CHECK(sigismember(&before, signal) == sigismember(&after, signal));
    }

    const int asynchronous[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGALRM, SIGPROF, SIGPIPE };
    for (size_t i = 0; i < sizeof asynchronous / sizeof *asynchronous; i++) {
        every_other_thread_blocks(asynchronous[i]);
    }

    sigset_t termination;
    sigemptyset(&termination);
    sigaddset(&termination, SIGTERM);
    CHECK(sigprocmask(SIG_BLOCK, &termination, NULL) == 0);
    for (int i = 0; i < 20; i++) {
        CHECK(kill(getpid(), SIGTERM) == 0);
        struct timespec soon = { .tv_sec = 5, .tv_nsec = 0 };
        int received = sigtimedwait(&termination, NULL, &soon);
        CHECK(received == SIGTERM);
    }

    mpa_event event = MPA_INIT(mpa_event);
    CHECK(mpa_wait_event(client, 5000, &event, &result) == MPA_OK);
    CHECK(event.type == MPA_EVENT_COMPLETED && result.status == MPA_OK);
    CHECK(mpa_client_close(client, 5000, NULL) == MPA_OK);
    return end();
}

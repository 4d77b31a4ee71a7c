/* Children of a fork: the parent's clients are invalid there, their own work, the parent goes on. */

#include "checks.h"

#include <pthread.h>
#include <sys/wait.h>

static void send_one(mpa_client client)
{
    mpa_server_invite invite = a_server_invite();
    ENDED(mpa_send_server_invite(client, &invite, fresh()), MPA_OK);
}

static void no_function_takes(mpa_client client)
{
    mpa_authorization authorization = an_authorization(SERVICE_TOKEN);
    mpa_invite invite = an_invite();
    mpa_server_invite server_invite = a_server_invite();
    mpa_recent_player_group group = a_group();

    WRONG_HANDLE(mpa_client_set_authorization(client, &authorization, fresh()));
    WRONG_HANDLE(mpa_send_invite(client, &invite, fresh()));
    WRONG_HANDLE(mpa_send_server_invite(client, &server_invite, fresh()));
    WRONG_HANDLE(mpa_post_recent_player_groups(client, &group, 1, fresh()));
    CHECK_STATUS(mpa_client_close(client, 0, NULL), MPA_ERROR_INVALID_HANDLE);
}

/* In a child: the handles of those before are invalid, before and after it opens its own. */
static void start_anew(const mpa_client *inherited, int count)
{
    for (int i = 0; i < count; i++) {
        no_function_takes(inherited[i]);
    }
    mpa_client own = open_client(SERVICE_TOKEN);
    for (int i = 0; i < count; i++) {
        CHECK(own.id != inherited[i].id);
        no_function_takes(inherited[i]);
    }
    send_one(own);
    close_after(own, 1);
    no_function_takes(own);
}

/* Forks; gives 1 in the child, which must not hang. */
static int is_child(pid_t *child)
{
    *child = fork();
    if (*child < 0) {
        perror("fork");
        exit(1);
    }
    if (*child == 0) {
        alarm(120);
        test()->failures = 0;
    }
    return *child == 0;
}

static void wait_for(pid_t child)
{
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_NUMBER(status, 0);
}

static void from_a_quiet_parent(void)
{
    mpa_client clients[3] = { open_client(SERVICE_TOKEN), open_client(SERVICE_TOKEN), { 0 } };
    pid_t child, grandchild;

    send_one(clients[0]);
    if (is_child(&child)) {
        start_anew(clients, 2);
        clients[2] = open_client(SERVICE_TOKEN);
        send_one(clients[2]);
        if (is_child(&grandchild)) {
            start_anew(clients, 3);
            _exit(end());
        }
        wait_for(grandchild);
        send_one(clients[2]);
        close_after(clients[2], 2);
        _exit(end());
    }
    wait_for(child);
    send_one(clients[0]);
    send_one(clients[1]);
    close_after(clients[0], 2);
    close_after(clients[1], 1);
}

/* A child that ends without a word, as most do, leaves the parent's connections alone. */
static void and_a_child_that_only_ends(void)
{
    mpa_client client = open_client(SERVICE_TOKEN);
    pid_t child;
    send_one(client);
    if (is_child(&child)) {
        _exit(0);
    }
    wait_for(child);
    send_one(client);
    close_after(client, 2);
}

enum { CALLERS = 4 };

static mpa_client shared;
static volatile int stop;

/* Opens and closes as well, so that a fork meets the table of clients in use. */
static void *call(void *sent)
{
    mpa_server_invite invite = a_server_invite();
    mpa_client_config config = config_with(SERVICE_TOKEN);
    while (!stop) {
        mpa_client client = { 0 };
        if (mpa_send_server_invite(shared, &invite, NULL) == MPA_OK) {
            ++*(long *)sent;
        }
        if (mpa_client_open(&config, &client, NULL) != MPA_OK || mpa_client_close(client, 0, NULL) != MPA_OK) {
            *(long *)sent = -1000000;
        }
    }
    return NULL;
}

static long from_a_busy_parent(int children)
{
    pthread_t callers[CALLERS];
    long sent[CALLERS] = { 0 };
    long sum = 0;

    shared = open_client(SERVICE_TOKEN);
    for (int i = 0; i < CALLERS; i++) {
        CHECK_NUMBER(pthread_create(&callers[i], NULL, call, &sent[i]), 0);
    }
    for (int i = 0; i < children; i++) {
        pid_t child;
        usleep(3000);
        if (is_child(&child)) {
            start_anew(&shared, 1);
            _exit(end());
        }
        wait_for(child);
    }
    stop = 1;
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(callers[i], NULL);
        CHECK(sent[i] > 0);
        sum += sent[i];
    }
    close_after(shared, (uint64_t)sum);
    return sum;
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    const int children = often(30, 3);
    from_a_quiet_parent();
    and_a_child_that_only_ends();
    long sent = from_a_busy_parent(children);
    /* 3 in the parent, 3 in its child, 1 in its grandchild; 2 around a child that only ends. */
    sent += 7 + 2 + children;
    printf("sent %ld %ld\n", sent, sent);
    return end();
}

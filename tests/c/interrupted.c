/* A signal every half millisecond, as a host's profiler or garbage collector sends them. */

#include "checks.h"

#include <signal.h>
#include <sys/time.h>

static volatile sig_atomic_t signals;

static void count_signal(int signal)
{
    (void)signal;
    signals++;
}

static void every(suseconds_t us)
{
    const struct itimerval interval = { { 0, us }, { 0, us } };
    setitimer(ITIMER_REAL, &interval, NULL);
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    /* Without SA_RESTART: every system call that waits is interrupted. */
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = count_signal;
    sigaction(SIGALRM, &action, NULL);

    static uint64_t users[160];
    for (uint64_t i = 0; i < 160; i++) {
        users[i] = XUID + i;
    }
    mpa_server_invite invite = a_server_invite();
    invite.invited_users = users;
    invite.invited_user_count = 160;
    mpa_client client = open_client(SERVICE_TOKEN);
    every(often(500, 5000));
    const int rounds = often(50, 5);
    for (int i = 0; i < rounds; i++) {
        ENDED(mpa_send_server_invite(client, &invite, fresh()), MPA_OK);
        CHECK_NUMBER(last()->acknowledged, 160);
        CHECK_NUMBER(last()->attempts, 10);
    }
    every(0);
    CHECK(signals > 0);
    close_after(client, (uint64_t)rounds);
    return end();
}

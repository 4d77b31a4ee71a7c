/*
 * A peer that breaks off while we write, with SIGPIPE at its default: the process lives, and the
 * call tells what is known.
 *
 * That the peer really would kill a program that writes without care is shown first, with one.
 */

#include "checks.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* When and how the peer breaks off. */
enum manner {
    AT_ONCE,            /* as soon as the connection is there */
    IN_THE_MIDDLE,      /* when its window is full, so that the writer waits for room */
    AFTER_SOME_READING, /* when it has read a part */
    MANNERS
};

static struct {
    int listener;
    struct sockaddr_in address;
    enum manner manner;
} peer;

static void must(int succeeded, const char *what)
{
    if (!succeeded) {
        perror(what);
        exit(1);
    }
}

static void listen_with_a_small_window(void)
{
    socklen_t length = sizeof peer.address;
    const int window = 2048, segment = 536;

    memset(&peer.address, 0, sizeof peer.address);
    peer.address.sin_family = AF_INET;
    peer.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer.listener = socket(AF_INET, SOCK_STREAM, 0);
    must(peer.listener >= 0, "socket");
    must(setsockopt(peer.listener, SOL_SOCKET, SO_RCVBUF, &window, sizeof window) == 0, "SO_RCVBUF");
    /* With segments of the loopback's size the kernel would take more than a request has. */
    must(setsockopt(peer.listener, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment) == 0, "TCP_MAXSEG");
    must(bind(peer.listener, (struct sockaddr *)&peer.address, sizeof peer.address) == 0, "bind");
    must(listen(peer.listener, 16) == 0, "listen");
    must(getsockname(peer.listener, (struct sockaddr *)&peer.address, &length) == 0, "getsockname");
}

/* Ends our side first: a write into what is reset after that gets EPIPE, and SIGPIPE. */
static void break_off(int connection)
{
    const struct linger none = { 1, 0 };
    shutdown(connection, SHUT_WR);
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(connection);
}

static void *serve_one(void *unused)
{
    char some[600];
    int connection = accept(peer.listener, NULL, NULL);
    (void)unused;
    must(connection >= 0, "accept");
    if (peer.manner != AT_ONCE) {
        const int flags = peer.manner == IN_THE_MIDDLE ? MSG_PEEK : 0;
        must(recv(connection, some, sizeof some, flags) > 0, "recv");
        usleep(3000);
    }
    break_off(connection);
    return NULL;
}

/* A program that writes without care, such as the library must not be. */
static void write_without_care(void)
{
    static char rubbish[4096];
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(connection, (struct sockaddr *)&peer.address, sizeof peer.address) == 0, "connect");
    for (int i = 0; i < 100000; i++) {
        if (write(connection, rubbish, sizeof rubbish) < 0) {
            break;
        }
    }
    _exit(0);
}

static void the_peer_is_deadly(void)
{
    pthread_t server;
    int status = 0;
    peer.manner = IN_THE_MIDDLE;
    pid_t child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
        write_without_care();
    }
    must(pthread_create(&server, NULL, serve_one, NULL) == 0, "pthread_create");
    pthread_join(server, NULL);
    must(waitpid(child, &status, 0) == child, "waitpid");
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
}

enum { GROUPS = 20, PLAYERS = 100 };

/* A request of more than 100 KB, which does not fit into the window. */
static void post_a_lot(mpa_client client)
{
    static mpa_recent_player_group groups[GROUPS];
    static uint64_t players[PLAYERS];
    for (uint64_t i = 0; i < PLAYERS; i++) {
        players[i] = UINT64_MAX - i;
    }
    for (int i = 0; i < GROUPS; i++) {
        groups[i] = a_group();
        groups[i].players = players;
        groups[i].player_count = PLAYERS;
    }
    ENDED(mpa_post_recent_player_groups(client, groups, GROUPS, fresh()), MPA_ERROR_CONNECTION_FAILED);
    CHECK_NUMBER(last()->retryable, 1);
    CHECK_NUMBER(last()->acknowledged, 0);
    CHECK_NUMBER(last()->refused, 0);
    CHECK_NUMBER(last()->http_status, 0);
    CHECK_RANGE(last()->attempts, 0, 1);
    /* Not all of it can have been sent. */
    CHECK_NUMBER(last()->uncertain, 0);
    if (peer.manner != AT_ONCE) {
        CHECK_NUMBER(last()->attempts, 1);
    }
}

/* A small one, which may be gone before the peer is: then the error is not seen. */
static void invite_one(mpa_client client)
{
    mpa_server_invite invite = a_server_invite();
    mpa_status status = mpa_send_server_invite(client, &invite, fresh());
    if (status == MPA_ERROR_UNCERTAIN) {
        ENDED(status, MPA_ERROR_UNCERTAIN);
        CHECK_NUMBER(last()->cause, MPA_ERROR_CONNECTION_FAILED);
        CHECK_NUMBER(last()->uncertain, 2);
        CHECK_NUMBER(last()->retryable, 0);
        CHECK_NUMBER(last()->attempts, 1);
    } else {
        ENDED(status, MPA_ERROR_CONNECTION_FAILED);
        CHECK_NUMBER(last()->cause, 0);
        CHECK_NUMBER(last()->uncertain, 0);
        CHECK_NUMBER(last()->retryable, 1);
    }
}

static void a_call_is_survived(mpa_client client, int round)
{
    pthread_t server;
    peer.manner = (enum manner)(round % MANNERS);
    must(pthread_create(&server, NULL, serve_one, NULL) == 0, "pthread_create");
    if (round % 2 == 0) {
        post_a_lot(client);
    } else {
        invite_one(client);
    }
    pthread_join(server, NULL);
}

static volatile sig_atomic_t signals;

static void count_signal(int signal)
{
    (void)signal;
    signals++;
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    signal(SIGPIPE, SIG_DFL);
    listen_with_a_small_window();
    the_peer_is_deadly();

    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", ntohs(peer.address.sin_port));
    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_client client = { 0 };
    const int rounds = often(200, 24);
    config.endpoint = endpoint;
    ENDED(mpa_client_open(&config, &client, fresh()), MPA_OK);
    for (int i = 0; i < rounds; i++) {
        a_call_is_survived(client, i);
    }
    /* It was not only survived: it was not raised. */
    signal(SIGPIPE, count_signal);
    for (int i = 0; i < 2 * MANNERS; i++) {
        a_call_is_survived(client, i);
    }
    CHECK_NUMBER(signals, 0);
    close_after(client, (uint64_t)rounds + 2 * MANNERS);
    close(peer.listener);
    return end();
}

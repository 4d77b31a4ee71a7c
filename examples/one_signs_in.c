/* One process signs in, and hands its token to the servers, which need no certificate.
 *
 *     mkfifo reports
 *     one_signs_in token-service SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY < reports |
 *         one_signs_in server ENDPOINT TITLE_ID CA_FILE > reports
 *
 * The token service writes each new token to its standard output, where a server reads it. A server that
 * finds its token refused writes it back, and the token service obtains another. Between machines, put
 * your own authenticated and encrypted channel there: what goes through it are secrets. Both run until
 * SIGTERM or SIGINT.
 */

#define _POSIX_C_SOURCE 200809L

#include "mpa.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct token {
    char header[MPA_MAX_AUTHORIZATION_HEADER_LENGTH + 1];
    char key[MPA_PROOF_KEY_PEM_SIZE];
    uint64_t expires_in_ms;
};

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
    (void)signal;
    stopping = 1;
}

/* Waits for something to read, up to the time limit or a signal. */
static int can_read(int file, int limit_ms)
{
    struct pollfd readable = { file, POLLIN, 0 };
    return poll(&readable, 1, limit_ms) > 0;
}

/* A line without its end; 0 where there will be no more. */
static int read_line(char *line, size_t size)
{
    if (!fgets(line, (int)size, stdin)) return 0;
    line[strcspn(line, "\n")] = '\0';
    return 1;
}

static int open_client(const mpa_client_config *config, mpa_client *client)
{
    mpa_result result = MPA_INIT(mpa_result);
    if (mpa_client_open(config, client, &result) == MPA_OK) return 1;
    fprintf(stderr, "%s\n", result.message);
    return 0;
}

/* A token as three parts: the header, for how long it is good, the key in PEM. No time of day: the clock
 * of the other machine may be wrong. */
static int hand_on(const struct token *token)
{
    printf("%s\n%llu\n%s", token->header, (unsigned long long)token->expires_in_ms, token->key);
    return fflush(stdout) == 0;
}

static int receive(struct token *token)
{
    char line[MPA_PROOF_KEY_PEM_SIZE];
    if (!read_line(token->header, sizeof token->header) || !read_line(line, sizeof line)) return 0;
    token->expires_in_ms = strtoull(line, NULL, 10);
    token->key[0] = '\0';
    do {
        if (!fgets(line, sizeof line, stdin) || strlen(token->key) + strlen(line) >= MPA_PROOF_KEY_PEM_SIZE) return 0;
        strcat(token->key, line);
    } while (strncmp(line, "-----END", 8) != 0);
    return 1;
}

/* Asks for the token every second, and hands on what has changed. */
static int token_service(char **arguments)
{
    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.title_id = 1; /* Nothing is sent for it. */
    config.sign_in_endpoint = arguments[0];
    config.token_endpoint = arguments[1];
    config.ca_certificates_path = arguments[2];
    config.certificate_path = arguments[3];
    config.private_key_path = arguments[4];
    mpa_client client;
    if (!open_client(&config, &client)) return 1;

    static struct token token;
    static char last[sizeof token.header], refused[sizeof token.header];
    int reports = STDIN_FILENO;
    mpa_authorization_buffers buffers = MPA_INIT(mpa_authorization_buffers);
    buffers.header = token.header;
    buffers.header_size = sizeof token.header;
    buffers.proof_key_pem = token.key;
    buffers.proof_key_pem_size = sizeof token.key;
    while (!stopping) {
        mpa_result result = MPA_INIT(mpa_result);
        mpa_status status = mpa_client_get_authorization(client, &buffers, &result);
        if (status == MPA_OK && strcmp(token.header, last) != 0) {
            memcpy(last, token.header, sizeof last);
            token.expires_in_ms = buffers.expires_in_ms;
            if (!hand_on(&token)) break;
        } else if (status != MPA_OK && status != MPA_ERROR_SIGN_IN_PENDING) {
            fprintf(stderr, "token service: %s\n", result.message);
        }
        if (!can_read(reports, status == MPA_OK ? 1000 : 100)) continue;
        if (!read_line(refused, sizeof refused)) {
            reports = -1; /* No one is there to report anything. */
            continue;
        }
        mpa_authorization authorization = MPA_INIT(mpa_authorization);
        authorization.header = refused;
        mpa_client_invalidate_authorization(client, &authorization, &result);
        fprintf(stderr, "token service: %s\n", result.message);
    }
    mpa_client_close(client, 1000, NULL);
    return 0;
}

static void submit_an_invite(mpa_client client, uint64_t number)
{
    uint64_t friends[] = { 2535400000000002 };
    mpa_server_invite invite = MPA_INIT(mpa_server_invite);
    invite.sender = 2535400000000001;
    invite.invited_users = friends;
    invite.invited_user_count = 1;
    mpa_result result = MPA_INIT(mpa_result);
    if (mpa_submit_server_invite(client, &invite, number, NULL, &result) != MPA_OK) {
        fprintf(stderr, "server: %s\n", result.message);
    }
}

/* Takes each token into use as it comes, and sends an invite every second. */
static int server(char **arguments)
{
    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.endpoint = arguments[0];
    config.title_id = (uint32_t)strtoul(arguments[1], NULL, 10);
    config.ca_certificates_path = arguments[2];
    mpa_client client;
    if (!open_client(&config, &client)) return 1;

    static struct token token;
    int tokens = STDIN_FILENO, acknowledged = 0;
    for (uint64_t frame = 0; !stopping; frame++) {
        mpa_result result = MPA_INIT(mpa_result);
        if (frame % 10 == 0) submit_an_invite(client, frame / 10);
        if (can_read(tokens, 100)) {
            if (receive(&token)) {
                mpa_authorization authorization = MPA_INIT(mpa_authorization);
                authorization.header = token.header;
                authorization.expires_in_ms = token.expires_in_ms;
                authorization.proof_key_pem = token.key;
                mpa_client_set_authorization(client, &authorization, &result);
                fprintf(stderr, "server: %s\n", result.message);
            } else {
                tokens = -1; /* The token service has ended; the token is good until it expires. */
            }
        }
        mpa_event event = MPA_INIT(mpa_event);
        while (mpa_poll_event(client, &event, &result)) {
            fprintf(stderr, "server: %s\n", result.message);
            if (event.type == MPA_EVENT_COMPLETED && result.status == MPA_OK) acknowledged = 1;
            if (event.type == MPA_EVENT_AUTHORIZATION_NEEDED && event.reason == MPA_AUTHORIZATION_REFUSED) {
                printf("%s\n", token.header);
                fflush(stdout);
            }
        }
    }
    mpa_client_close(client, 1000, NULL);
    return acknowledged ? 0 : 1;
}

int main(int count, char **arguments)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = stop; /* Without SA_RESTART: what waits is interrupted. */
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdin, NULL, _IONBF, 0); /* So that poll knows what is there to be read. */
    if (count == 7 && strcmp(arguments[1], "token-service") == 0) return token_service(arguments + 2);
    if (count == 5 && strcmp(arguments[1], "server") == 0) return server(arguments + 2);
    fprintf(stderr, "usage: %s token-service SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY\n"
                    "       %s server ENDPOINT TITLE_ID CA_FILE\n", arguments[0], arguments[0]);
    return 2;
}

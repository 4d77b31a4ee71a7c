/* One process signs in, and hands its token to the servers, which need no certificate.
 *
 *     one_signs_in token-service SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY
 *     one_signs_in server ENDPOINT TITLE_ID CA_FILE
 *
 * The token service writes each new token to its standard output; a server reads them from its
 * standard input. Between machines, put your own authenticated and encrypted channel there: what goes
 * through it are secrets.
 */

#define _POSIX_C_SOURCE 200809L

#include "mpa.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEY_SIZE 512

struct token {
    char header[MPA_MAX_AUTHORIZATION_HEADER_LENGTH + 1];
    char key[KEY_SIZE];
    uint64_t expires_at_unix_ms;
};

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
    (void)signal;
    stopping = 1;
}

static void sleep_ms(long ms)
{
    struct timespec time = { ms / 1000, (ms % 1000) * 1000000L };
    nanosleep(&time, NULL);
}

static int open_client(const mpa_client_config *config, mpa_client *client)
{
    mpa_result result = MPA_INIT(mpa_result);
    if (mpa_client_open(config, client, &result) == MPA_OK) return 1;
    fprintf(stderr, "%s\n", result.message);
    return 0;
}

/* A token as three parts: the header, when it expires, the key in PEM. */
static int hand_on(const struct token *token)
{
    printf("%s\n%llu\n%s", token->header, (unsigned long long)token->expires_at_unix_ms, token->key);
    return fflush(stdout) == 0;
}

static int receive(struct token *token)
{
    char line[sizeof token->header];
    if (!fgets(token->header, sizeof token->header, stdin)) return 0;
    token->header[strcspn(token->header, "\n")] = '\0';
    if (!fgets(line, sizeof line, stdin)) return 0;
    token->expires_at_unix_ms = strtoull(line, NULL, 10);
    token->key[0] = '\0';
    do {
        if (!fgets(line, sizeof line, stdin) || strlen(token->key) + strlen(line) >= KEY_SIZE) return 0;
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
    static char last[sizeof token.header];
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
            token.expires_at_unix_ms = buffers.expires_at_unix_ms;
            if (!hand_on(&token)) break;
        } else if (status == MPA_ERROR_SIGN_IN_FAILED) {
            fprintf(stderr, "token service: %s\n", result.message);
        }
        sleep_ms(status == MPA_OK ? 1000 : 100);
    }
    mpa_client_close(client, 1000, NULL);
    return 0;
}

/* Takes each token into use as it comes; a game server would do so on a thread of its own. */
static int server(char **arguments)
{
    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.endpoint = arguments[0];
    config.title_id = (uint32_t)strtoul(arguments[1], NULL, 10);
    config.ca_certificates_path = arguments[2];
    mpa_client client;
    if (!open_client(&config, &client)) return 1;

    static struct token token;
    int acknowledged = 0;
    while (!acknowledged && receive(&token)) {
        mpa_authorization authorization = MPA_INIT(mpa_authorization);
        authorization.header = token.header;
        authorization.expires_at_unix_ms = token.expires_at_unix_ms;
        authorization.proof_key_pem = token.key;
        mpa_result result = MPA_INIT(mpa_result);
        if (mpa_client_set_authorization(client, &authorization, &result) != MPA_OK) {
            fprintf(stderr, "server: %s\n", result.message);
            continue;
        }
        uint64_t friends[] = { 2535400000000002 };
        mpa_server_invite invite = MPA_INIT(mpa_server_invite);
        invite.sender = 2535400000000001;
        invite.invited_users = friends;
        invite.invited_user_count = 1;
        acknowledged = mpa_send_server_invite(client, &invite, &result) == MPA_OK;
        printf("server: %s\n", result.message);
    }
    mpa_client_close(client, 1000, NULL);
    return acknowledged ? 0 : 1;
}

int main(int count, char **arguments)
{
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    signal(SIGPIPE, SIG_IGN);
    if (count == 7 && strcmp(arguments[1], "token-service") == 0) return token_service(arguments + 2);
    if (count == 5 && strcmp(arguments[1], "server") == 0) return server(arguments + 2);
    fprintf(stderr, "usage: %s token-service SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY\n"
                    "       %s server ENDPOINT TITLE_ID CA_FILE\n", arguments[0], arguments[0]);
    return 2;
}

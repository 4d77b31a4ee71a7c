/*
 * After a client is closed, neither its token nor the private key of its certificate nor the password of its proxy is
 * in the memory of the process, freed memory included. What is searched for is kept with some of its bits turned, so that it is not
 * found here.
 *
 * wiped ENDPOINT TITLE_ID SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA CERTIFICATE KEY PROXY
 *
 * PROXY is the host and port of one that takes any password.
 */

#include "mpa.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LENGTH = 32 };

struct secret {
    const char *name;
    unsigned char turned[LENGTH];
};

static void wipe(void *memory, size_t size)
{
    volatile unsigned char *bytes = memory;
    while (size-- > 0) {
        *bytes++ = 0;
    }
}

static void remember(struct secret *secret, const char *name, const unsigned char *bytes)
{
    secret->name = name;
    for (int i = 0; i < LENGTH; i++) {
        secret->turned[i] = (unsigned char)(bytes[i] ^ 0xa5u);
    }
}

static int occurrences(const struct secret *secret)
{
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        unsigned long begin, end;
        char access[8];
        if (sscanf(line, "%lx-%lx %7s", &begin, &end, access) != 3 || access[0] != 'r' || access[1] != 'w') {
            continue;
        }
        for (const volatile unsigned char *at = (void *)begin; (unsigned long)at + LENGTH <= end; at++) {
            int same = 0;
            while (same < LENGTH && at[same] == (unsigned char)(secret->turned[same] ^ 0xa5u)) {
                same++;
            }
            if (same == LENGTH) {
                char place[64] = "";
                sscanf(line, "%*s %*s %*s %*s %*s %63s", place);
                printf("%s is still in memory (%s)\n", secret->name, place);
                found++;
            }
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
    return found;
}

static unsigned value(char c)
{
    const char *const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return (unsigned)(strchr(digits, c) - digits);
}

/* The second line of the key's PEM as text, and the bytes that it stands for. */
static void remember_key(const char *path, struct secret *text, struct secret *bytes)
{
    char pem[4096];
    int file = open(path, O_RDONLY);
    ssize_t length = read(file, pem, sizeof pem - 1);
    close(file);
    pem[length > 0 ? length : 0] = 0;
    char *first = strchr(pem, '\n');
    char *second = first ? strchr(first + 1, '\n') : NULL;
    if (second == NULL || strlen(second) < 48) {
        printf("%s is no PEM with a second line\n", path);
        exit(1);
    }
    remember(text, "the text of the private key", (unsigned char *)second + 1);
    unsigned char decoded[LENGTH + 3];
    for (int i = 0, out = 0; out < LENGTH; i += 4, out += 3) {
        unsigned group = value(second[i + 1]) << 18 | value(second[i + 2]) << 12 | value(second[i + 3]) << 6 |
                         value(second[i + 4]);
        decoded[out] = (unsigned char)(group >> 16);
        decoded[out + 1] = (unsigned char)(group >> 8);
        decoded[out + 2] = (unsigned char)group;
    }
    remember(bytes, "the private key", decoded);
    wipe(decoded, sizeof decoded);
    wipe(pem, sizeof pem);
}

/* The text in base64 of three bytes for each four characters. */
static void remember_base64(const char *text, struct secret *secret)
{
    const char *const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char encoded[LENGTH];
    for (size_t i = 0; i < LENGTH; i += 4, text += 3) {
        const unsigned bits = (unsigned)text[0] << 16 | (unsigned)text[1] << 8 | (unsigned)text[2];
        for (size_t j = 0; j < 4; j++) encoded[i + j] = (unsigned char)digits[bits >> (18 - 6 * j) & 63];
    }
    remember(secret, "the password of the proxy, in base64", encoded);
    wipe(encoded, sizeof encoded);
}

static int failures;

static void check(mpa_status status, const mpa_result *result, const char *what)
{
    if (status != MPA_OK) {
        printf("%s: %s: %s\n", what, mpa_status_name(status), result->message);
        failures++;
    }
}

/* A blocking call, and one that is submitted, with their answers. */
static void use(const mpa_client_config *config)
{
    mpa_client client;
    mpa_result result = MPA_INIT(mpa_result);
    check(mpa_client_open(config, &client, &result), &result, "open");
    uint64_t users[] = { 1, 2 };
    mpa_server_invite invite = MPA_INIT(mpa_server_invite);
    invite.sender = 3;
    invite.invited_users = users;
    invite.invited_user_count = 2;
    mpa_status status = mpa_send_server_invite(client, &invite, &result);
    if (config->certificate_path != NULL) {
        check(status, &result, "send");
    }
    mpa_submit_server_invite(client, &invite, 1, NULL, &result);
    mpa_event event = MPA_INIT(mpa_event);
    for (int i = 0; i < 20 && event.type != MPA_EVENT_COMPLETED; i++) {
        check(mpa_wait_event(client, 1000, &event, NULL), &result, "wait");
    }
    check(mpa_client_close(client, 5000, NULL), &result, "close");
}

int main(int count, char **arguments)
{
    if (count < 9) {
        fprintf(stderr, "usage: see the first lines of wiped.c\n");
        return 2;
    }
    struct secret token, key_text, key_bytes, password, base64;
    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.endpoint = arguments[1];
    config.title_id = (uint32_t)strtoul(arguments[2], NULL, 10);
    config.ca_certificates_path = arguments[5];
    config.ca_mode = MPA_CA_ONLY;
    config.max_attempts = 1;

    char header[256] = "XBL3.0 x=-;";
    unsigned state = 12345;
    size_t start = strlen(header);
    for (size_t i = start; i < 200; i++) {
        state = state * 1103515245u + 12345u;
        header[i] = (char)('a' + (state >> 16) % 26);
    }
    remember(&token, "the token", (unsigned char *)header + start + 100);
    config.authorization_header = header;
    use(&config);
    config.authorization_header = NULL;
    wipe(header, sizeof header);

    remember_key(arguments[7], &key_text, &key_bytes);
    config.sign_in_endpoint = arguments[3];
    config.token_endpoint = arguments[4];
    config.certificate_path = arguments[6];
    config.private_key_path = arguments[7];
    use(&config);

    /* Three bytes come before the password. */
    char proxy[256] = "http://us:";
    start = strlen(proxy);
    for (size_t i = start; i < start + 99; i++) {
        state = state * 1103515245u + 12345u;
        proxy[i] = (char)('a' + (state >> 16) % 26);
    }
    remember(&password, "the password of the proxy", (unsigned char *)proxy + start + 30);
    remember_base64(proxy + start + 30, &base64);
    strcat(strcat(proxy, "@"), arguments[8]);
    config.proxy_url = proxy;
    use(&config);
    wipe(proxy, sizeof proxy);
    usleep(200000);

    int found = occurrences(&token) + occurrences(&key_text) + occurrences(&key_bytes)
        + occurrences(&password) + occurrences(&base64);

    /* That it would be found: */
    volatile unsigned char *planted = malloc(LENGTH);
    for (int i = 0; i < LENGTH; i++) {
        planted[i] = (unsigned char)(token.turned[i] ^ 0xa5u);
    }
    fclose(stdout);
    stdout = fopen("/dev/null", "w");
    if (occurrences(&token) == 0) {
        return 1;
    }
    return found || failures ? 1 : 0;
}

/*
 * The worker that a C program would be: libcurl's easy interface, and its JSON by cJSON. The same
 * request as the others send, which the benchmark checks byte by byte.
 *
 *     libcurl_cjson ENDPOINT CALLS TOKEN_LENGTH USER_AGENT
 *
 * One call to connect, and then CALLS more.
 */

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#if defined(__has_include)
#if !__has_include(<curl/curl.h>)
#error "libcurl's header is missing; on Debian: apt-get install libcurl4-openssl-dev"
#endif
#if !__has_include(<cjson/cJSON.h>)
#error "cJSON's header is missing; on Debian: apt-get install libcjson-dev"
#endif
#endif

#include <cjson/cJSON.h>
#include <curl/curl.h>

#define TITLE_ID "1234567890"
#define SENDER UINT64_C(2533274800000001)
#define FIRST_USER UINT64_C(2533274800000100)
#define USER_COUNT 16
#define CONNECTION_STRING "udp://203.0.113.7:7777/match-0123456789abcdef"
#define LONGEST_TOKEN 12000

/* What a program wants of an answer: its body, and the id that support asks for. */
struct answer {
    char correlation_id[64];
    char body[1024];
    size_t body_length;
};

static void fail(const char *what)
{
    fprintf(stderr, "libcurl_cjson: %s\n", what);
    exit(1);
}

static size_t on_header(char *line, size_t size, size_t count, void *user_data)
{
    static const char name[] = "x-xblcorrelationid:";
    struct answer *answer = user_data;
    size_t length = size * count;
    if (length >= sizeof name && strncasecmp(line, name, sizeof name - 1) == 0) {
        size_t begin = sizeof name - 1;
        while (begin < length && line[begin] == ' ') begin++;
        while (length > begin && (line[length - 1] == '\r' || line[length - 1] == '\n')) length--;
        size_t kept = length - begin;
        if (kept >= sizeof answer->correlation_id) kept = sizeof answer->correlation_id - 1;
        memcpy(answer->correlation_id, line + begin, kept);
        answer->correlation_id[kept] = '\0';
    }
    return size * count;
}

static size_t on_body(char *data, size_t size, size_t count, void *user_data)
{
    struct answer *answer = user_data;
    size_t length = size * count;
    size_t room = sizeof answer->body - answer->body_length;
    size_t kept = length < room ? length : room;
    memcpy(answer->body + answer->body_length, data, kept);
    answer->body_length += kept;
    return length;
}

static void add_xuid(cJSON *array, uint64_t xuid)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, xuid);
    if (!cJSON_AddItemToArray(array, cJSON_CreateString(text))) fail("out of memory");
}

/* To be freed with cJSON_free. */
static char *make_body(void)
{
    char sender[24];
    cJSON *root = cJSON_CreateObject();
    cJSON *users = cJSON_AddArrayToObject(root, "invitedUsers");
    if (!users) fail("out of memory");
    for (uint64_t index = 0; index < USER_COUNT; index++) add_xuid(users, FIRST_USER + index);
    snprintf(sender, sizeof sender, "%" PRIu64, SENDER);
    cJSON_AddStringToObject(root, "sender", sender);
    cJSON_AddStringToObject(root, "connectionString", CONNECTION_STRING);
    char *body = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    if (!body) fail("out of memory");
    return body;
}

static struct curl_slist *make_headers(long token_length, const char *user_agent)
{
    static const char scheme[] = "authorization: XBL3.0 x=-;";
    static char authorization[sizeof scheme + LONGEST_TOKEN];
    static char user_agent_header[256];
    memcpy(authorization, scheme, sizeof scheme - 1);
    memset(authorization + sizeof scheme - 1, 't', (size_t)token_length);
    snprintf(user_agent_header, sizeof user_agent_header, "user-agent: %s", user_agent);

    struct curl_slist *headers = NULL;
    headers = curl_slist_append(headers, authorization);
    headers = curl_slist_append(headers, "x-xbl-contract-version: 1");
    headers = curl_slist_append(headers, "content-type: application/json; charset=utf-8");
    headers = curl_slist_append(headers, "accept: application/json");
    headers = curl_slist_append(headers, "accept-encoding: identity");
    return curl_slist_append(headers, user_agent_header);
}

static void call(CURL *easy, struct answer *answer)
{
    long status = 0;
    char *body = make_body();
    memset(answer, 0, sizeof *answer);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    if (curl_easy_perform(easy) != CURLE_OK) fail("the peer did not answer");
    cJSON_free(body);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 204 || answer->correlation_id[0] == '\0') fail("the peer's answer is another one");
}

int main(int argc, char **argv)
{
    static struct answer answer;
    char url[256];
    if (argc != 5) fail("expected ENDPOINT CALLS TOKEN_LENGTH USER_AGENT");
    long calls = strtol(argv[2], NULL, 10);
    long token_length = strtol(argv[3], NULL, 10);
    if (token_length < 1 || token_length > LONGEST_TOKEN) fail("TOKEN_LENGTH is out of bounds");
    snprintf(url, sizeof url, "%s/titles/" TITLE_ID "/invites/server", argv[1]);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *easy = curl_easy_init();
    struct curl_slist *headers = make_headers(token_length, argv[4]);
    if (!easy || !headers) fail("out of memory");
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &answer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
    /* What the library does too: no signals, no proxy of the environment, limits, no delay. */
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 3000L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 5000L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);

    call(easy, &answer);
    for (long made = 0; made < calls; made++) call(easy, &answer);

    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    curl_global_cleanup();
    return 0;
}

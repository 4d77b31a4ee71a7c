/*
 * The worker that a C program would be: libcurl's easy interface, and its JSON by cJSON. The same
 * request as the others send, which the benchmark checks byte by byte.
 *
 *     libcurl_cjson ENDPOINT CALLS TOKEN_LENGTH USER_AGENT invite|query
 *
 * One call to connect, and then CALLS more: a server invite, or a query of activities, whose answer is read into
 * structs.
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
#define QUERIED_COUNT 30
#define CONNECTION_STRING "udp://203.0.113.7:7777/match-0123456789abcdef"
#define LONGEST_TOKEN 12000

/* What a program wants of an answer: its body, and the id that support asks for. */
struct answer {
    char correlation_id[64];
    char body[64 * 1024];
    size_t body_length;
};

/* An activity, as the program goes on using it when the JSON is freed. */
struct activity {
    uint64_t xuid, sequence_number;
    uint32_t title_id, max_players, current_players;
    int join_restriction, platform;
    char connection_string[1544];
    char group_id[384];
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

/* The body of a query. To be freed with cJSON_free. */
static char *make_query(void)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *users = cJSON_AddArrayToObject(root, "users");
    if (!users) fail("out of memory");
    for (uint64_t index = 0; index < QUERIED_COUNT; index++) add_xuid(users, FIRST_USER + index);
    char *body = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    if (!body) fail("out of memory");
    return body;
}

/* The number of a name in a list that ends in NULL; -1: none of them. */
static int number_of(const char *name, const char *const *names)
{
    for (int number = 0; names[number]; number++) {
        if (strcasecmp(name, names[number]) == 0) return number;
    }
    return -1;
}

static const char *text_of(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text ? text : "";
}

/* A number, or a string that holds one. */
static uint64_t number_in(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    if (cJSON_IsNumber(value)) return (uint64_t)value->valuedouble;
    return cJSON_IsString(value) ? strtoull(value->valuestring, NULL, 10) : 0;
}

static void copy_text(char *place, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length >= size) length = size - 1;
    memcpy(place, text, length);
    place[length] = '\0';
}

/* How many there are; those that fit are stored. */
static size_t read_activities(const struct answer *answer, struct activity *activities, size_t capacity)
{
    static const char *const restrictions[] = { "Public", "InviteOnly", "Followed", NULL };
    static const char *const platforms[] = { "Android", "IOS", "Nintendo", "PlayStation", "Scarlett", "Win32",
                                             "WindowsOneCore", "XboxOne", NULL };
    size_t count = 0;
    cJSON *root = cJSON_ParseWithLength(answer->body, answer->body_length);
    const cJSON *user, *item;
    cJSON_ArrayForEach(user, cJSON_GetObjectItemCaseSensitive(root, "userActivities")) {
        const uint64_t xuid = number_in(user, "userId");
        cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(user, "activities")) {
            if (count < capacity) {
                struct activity *activity = &activities[count];
                activity->xuid = xuid;
                activity->title_id = (uint32_t)number_in(item, "titleId");
                activity->sequence_number = number_in(item, "sequenceNumber");
                activity->max_players = (uint32_t)number_in(item, "maxPlayers");
                activity->current_players = (uint32_t)number_in(item, "currentPlayers");
                activity->join_restriction = number_of(text_of(item, "joinRestriction"), restrictions);
                activity->platform = number_of(text_of(item, "platform"), platforms);
                copy_text(activity->connection_string, sizeof activity->connection_string,
                          text_of(item, "connectionString"));
                copy_text(activity->group_id, sizeof activity->group_id, text_of(item, "groupId"));
            }
            count++;
        }
    }
    cJSON_Delete(root);
    return count;
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

static void call(CURL *easy, struct answer *answer, int queries)
{
    static struct activity activities[QUERIED_COUNT];
    long status = 0;
    char *body = queries ? make_query() : make_body();
    answer->correlation_id[0] = '\0';
    answer->body_length = 0;
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    if (curl_easy_perform(easy) != CURLE_OK) fail("the peer did not answer");
    cJSON_free(body);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != (queries ? 200 : 204) || answer->correlation_id[0] == '\0') fail("the peer's answer is another one");
    if (!queries) return;
    if (read_activities(answer, activities, QUERIED_COUNT) != QUERIED_COUNT ||
        activities[QUERIED_COUNT - 1].max_players != 16) {
        fail("the activities are other ones");
    }
}

int main(int argc, char **argv)
{
    static struct answer answer;
    char url[256];
    if (argc != 6) fail("expected ENDPOINT CALLS TOKEN_LENGTH USER_AGENT invite|query");
    const int queries = strcmp(argv[5], "query") == 0;
    long calls = strtol(argv[2], NULL, 10);
    long token_length = strtol(argv[3], NULL, 10);
    if (token_length < 1 || token_length > LONGEST_TOKEN) fail("TOKEN_LENGTH is out of bounds");
    snprintf(url, sizeof url, "%s/titles/" TITLE_ID "/%s", argv[1], queries ? "activities/query" : "invites/server");

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

    call(easy, &answer, queries);
    for (long made = 0; made < calls; made++) call(easy, &answer, queries);

    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    curl_global_cleanup();
    return 0;
}

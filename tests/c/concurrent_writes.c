/* Another thread writes to what a call is reading: texts, sizes, counts, pointers, arrays, reserved
 * fields. Every call must end as some state of its input deserves, and what is sent must be well-formed. */

#include "edge.h"

#include <pthread.h>
#include <time.h>

/* A place that the other thread writes to, with each value in turn. */
struct change {
    volatile void *place;
    size_t size;
    uint64_t values[2];
};

#define CHANGE(place, first, second) \
    { &(place), sizeof(place), { (uint64_t)(first), (uint64_t)(second) } }

struct changes {
    const struct change *list;
    size_t count;
    volatile int stop;
};

static void make(const struct change *change, uint64_t value)
{
    switch (change->size) {
    case 1:
        *(volatile uint8_t *)change->place = (uint8_t)value;
        break;
    case 4:
        *(volatile uint32_t *)change->place = (uint32_t)value;
        break;
    default:
        *(volatile uint64_t *)change->place = value;
    }
}

/* Leaves the first values behind. */
static void *write_until_stopped(void *argument)
{
    struct changes *changes = argument;
    uint64_t random = 1;
    while (!changes->stop) {
        for (size_t i = 0; i < changes->count; i++) {
            /* Xorshift, as Marsaglia made it: all combinations of old and new values occur. */
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            make(&changes->list[i], changes->list[i].values[random & 1]);
        }
    }
    for (size_t i = 0; i < changes->count; i++) {
        make(&changes->list[i], changes->list[i].values[0]);
    }
    return NULL;
}

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Each byte that follows a leading one is there: no more is asked, to be quick. */
static int is_utf8(const char *text)
{
    for (const unsigned char *byte = (const unsigned char *)text; *byte != 0; byte++) {
        int following = *byte < 0x80 ? 0 : *byte < 0xC2 ? -1 : *byte < 0xE0 ? 1 : *byte < 0xF0 ? 2 : *byte < 0xF5 ? 3 : -1;
        for (; following > 0; following--) {
            if ((*++byte & 0xC0) != 0x80) {
                return 0;
            }
        }
        if (following < 0) {
            return 0;
        }
    }
    return 1;
}

/* A result behind which there is room for the largest struct_size. */
static union {
    mpa_result known;
    unsigned char all[8192];
} results;

/* The two ways in which a call may end here: it was right, or what it was given was wrong. */
static long accepted;

static void call_while_written_to(const char *what, const struct change *list, size_t count,
                                  mpa_status (*call)(mpa_client client), mpa_client client)
{
    struct changes changes = { list, count, 0 };
    pthread_t thread;
    long calls = 0;
    const long before = accepted;
    const long most_calls = often(20000, 200);
    const long long begun_ms = now_ms();
    /* On a busy machine the other thread may rest for long on what is wrong. */
    const long long enough_ms = often(250, 100), most_ms = 20000;

    results.known = MPA_INIT(mpa_result);
    CHECK_NUMBER(pthread_create(&thread, NULL, write_until_stopped, &changes), 0);
    for (; calls < most_calls || accepted == before; calls++) {
        const long long took_ms = now_ms() - begun_ms;
        if (took_ms > most_ms || (took_ms > enough_ms && calls >= 20 && accepted > before)) {
            break;
        }
        mpa_status status = call(client);
        accepted += status == MPA_OK;
        if (status != MPA_OK && status != MPA_ERROR_INVALID_ARGUMENT && status != MPA_ERROR_INVALID_STRUCT) {
            fprintf(stderr, "%s: %s: %s\n", what, mpa_status_name(status), results.known.message);
            test()->failures++;
            break;
        }
        if (!CHECK(is_text(results.known.message, sizeof results.known.message)) ||
            !CHECK(is_utf8(results.known.message))) {
            fprintf(stderr, "%s\n", what);
            break;
        }
    }
    changes.stop = 1;
    pthread_join(thread, NULL);
    if (accepted == before) {
        fprintf(stderr, "%s: none of %ld calls was right\n", what, calls);
        test()->failures++;
    }
}

#define CALL_WHILE_WRITTEN_TO(what, list, call, client) \
    call_while_written_to(what, list, sizeof(list) / sizeof *(list), call, client)

/* Invites --------------------------------------------------------------------------------------- */

/* Room for the largest struct_size. */
static union {
    mpa_invite known;
    unsigned char all[8192];
} invite;

static mpa_status send_invite(mpa_client client)
{
    return mpa_send_invite(client, &invite.known, &results.known);
}

/* Submits, and takes back. */
static mpa_status submit_invite(mpa_client client)
{
    uint64_t operation = 0;
    mpa_event event = MPA_INIT(mpa_event);
    mpa_status status = mpa_submit_invite(client, &invite.known, 0, &operation, &results.known);

    if (status == MPA_OK) {
        CHECK_STATUS(mpa_cancel(client, operation, NULL), MPA_OK);
        while (mpa_poll_event(client, &event, NULL)) {
        }
    }
    return status;
}

static uint64_t *xuids_at_the_edge(size_t count)
{
    uint64_t *xuids = (uint64_t *)(void *)text_without_end(count * sizeof(uint64_t), 1);
    for (size_t i = 0; i < count; i++) {
        xuids[i] = XUID + i;
    }
    return xuids;
}

/* The least and the most requests that are sent. */
static long least, most;

static void texts_of_invites(mpa_client with_token, mpa_client without_token)
{
    char *text = text_at_the_edge(500, 'a');
    char *pieces = text_at_the_edge(3, 'a');
    /* Two bytes of three: what follows makes it a character, or not. */
    memcpy(text + 200, "\xE2\x82\xAC", 3);
    invite.known = an_invite();
    invite.known.connection_string = text;
    const struct change the_last[] = { CHANGE(text[499], 'a', 0xF0) };
    const struct change several[] = {
        CHANGE(text[0], 'a', 0xE2),    CHANGE(text[202], 0xAC, 0x41),     CHANGE(text[300], 'a', 0),
        CHANGE(text[499], 'a', 0xF0), CHANGE(invite.known.connection_string, (uintptr_t)text, (uintptr_t)pieces),
        CHANGE(pieces[1], 'a', 0xC3),
    };
    CALL_WHILE_WRITTEN_TO("the last byte of a text", the_last, submit_invite, without_token);
    CALL_WHILE_WRITTEN_TO("texts", several, submit_invite, without_token);
    const long before = accepted;
    CALL_WHILE_WRITTEN_TO("the last byte of a text that is sent", the_last, send_invite, with_token);
    CALL_WHILE_WRITTEN_TO("texts that are sent", several, send_invite, with_token);
    least = most = accepted - before;
}

static void numbers_of_invites(mpa_client client)
{
    uint64_t *few = xuids_at_the_edge(16);
    uint64_t *many = xuids_at_the_edge(100);
    mpa_authorization own = an_authorization(text_at_the_edge(12000, 'a'));

    memset(&invite, 0, sizeof invite);
    memcpy((char *)(uintptr_t)own.header, USER_TOKEN, strlen(USER_TOKEN));
    invite.known = an_invite();
    invite.known.invited_users = few;
    const struct change list[] = {
        CHANGE(invite.known.struct_size, sizeof invite.known, sizeof invite),
        CHANGE(invite.known.platform, MPA_PLATFORM_ANY, 99),
        CHANGE(invite.known.invited_users, (uintptr_t)few, (uintptr_t)many),
        CHANGE(invite.known.invited_user_count, 1, 16),
        CHANGE(invite.known.time_to_live_ms, 0, 1),
        CHANGE(invite.known.authorization, 0, (uintptr_t)&own),
        CHANGE(own.struct_size, sizeof own, 8),
        CHANGE(own.reserved, 0, 1),
        CHANGE(few[3], XUID, 0),
        CHANGE(many[15], XUID, 0),
        CHANGE(invite.all[sizeof invite.known], 0, 1),
        CHANGE(invite.all[4095], 0, 1),
        CHANGE(results.known.struct_size, sizeof results.known, sizeof results),
    };
    const long before = accepted;
    CALL_WHILE_WRITTEN_TO("numbers and pointers of an invite", list, submit_invite, client);
    /* With a token of their own, some were sent before they were cancelled. */
    most += accepted - before;
}

/* Recent players -------------------------------------------------------------------------------- */

enum { GROUPS = 3, LARGER_GROUP = 48 };

static union {
    mpa_recent_player_group known[GROUPS];
    uint64_t aligned;
    unsigned char all[GROUPS * LARGER_GROUP];
} groups;

static mpa_status submit_groups(mpa_client client)
{
    uint64_t operation = 0;
    mpa_event event = MPA_INIT(mpa_event);
    mpa_status status =
        mpa_submit_recent_player_groups(client, groups.known, GROUPS, 0, &operation, &results.known);

    if (status == MPA_OK) {
        CHECK_STATUS(mpa_cancel(client, operation, NULL), MPA_OK);
        while (mpa_poll_event(client, &event, NULL)) {
        }
    }
    return status;
}

static void recent_players(mpa_client client)
{
    uint64_t *few = xuids_at_the_edge(2);
    uint64_t *many = xuids_at_the_edge(100);

    memset(&groups, 0, sizeof groups);
    for (int i = 0; i < GROUPS; i++) {
        groups.known[i] = a_group();
        groups.known[i].players = many;
        groups.known[i].player_count = 100;
    }
    const struct change list[] = {
        CHANGE(groups.known[0].struct_size, sizeof groups.known[0], LARGER_GROUP),
        CHANGE(groups.known[2].struct_size, sizeof groups.known[0], 0),
        CHANGE(groups.known[1].player_count, 2, 100),
        CHANGE(groups.known[2].players, (uintptr_t)many, 0),
        CHANGE(groups.known[1].reserved, 0, 1),
        CHANGE(groups.known[1].encounter_type, 0, 77),
        CHANGE(groups.known[0].timestamp_unix_ms, 0, UINT64_MAX),
        CHANGE(few[1], XUID, 0),
        CHANGE(many[99], XUID, 0),
    };
    CALL_WHILE_WRITTEN_TO("groups", list, submit_groups, client);
    /* A pair that belongs together may come apart only towards what the memory holds. */
    const struct change in_step[] = {
        CHANGE(groups.known[0].player_count, 2, 2),
        CHANGE(groups.known[0].players, (uintptr_t)few, (uintptr_t)many),
    };
    groups.known[0] = groups.known[1] = groups.known[2] = a_group();
    CALL_WHILE_WRITTEN_TO("groups with other players", in_step, submit_groups, client);
}

/* Authorizations -------------------------------------------------------------------------------- */

static mpa_authorization authorization;

static mpa_status set_authorization(mpa_client client)
{
    return mpa_client_set_authorization(client, &authorization, &results.known);
}

static const char KEY[] = "-----BEGIN PRIVATE KEY-----\n"
                          "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1Dge+YjYmpuuCuEw\n"
                          "KPxV7vAxtNUKCgj6ZTZoRvcnjo6hRANCAATUFgkTasCt73waf6GREEtW+pcHoM5d\n"
                          "L97jhRAAr652H1UYOHt/xVpJqiXKOG0LAAMaGbIGWGtR3qArh9vL2YaP\n"
                          "-----END PRIVATE KEY-----\n";

static void authorizations(mpa_client client)
{
    char *longer = text_at_the_edge(12288, 'a');
    char *shorter = text_at_the_edge(sizeof SERVICE_TOKEN - 1, 'a');
    char *key = text_at_the_edge(sizeof KEY - 1, 'a');

    memcpy(longer, SERVICE_TOKEN, strlen(SERVICE_TOKEN));
    memcpy(shorter, SERVICE_TOKEN, strlen(SERVICE_TOKEN));
    memcpy(key, KEY, sizeof KEY);
    authorization = an_authorization(longer);
    const struct change list[] = {
        CHANGE(longer[12287], 'a', 0xF0),
        CHANGE(longer[6000], 'a', 0),
        CHANGE(longer[12000], 'a', '\n'),
        CHANGE(authorization.header, (uintptr_t)longer, (uintptr_t)shorter),
        CHANGE(authorization.proof_key_pem, 0, (uintptr_t)key),
        CHANGE(authorization.reserved, 0, 1),
        CHANGE(authorization.expires_at_unix_ms, 0, UINT64_MAX),
        CHANGE(authorization.expires_in_ms, 0, UINT64_MAX),
        CHANGE(key[100], KEY[100], 0xE2),
        CHANGE(key[sizeof KEY - 3], '-', 0xF0),
    };
    CALL_WHILE_WRITTEN_TO("authorizations", list, set_authorization, client);
}

static mpa_authorization_buffers buffers;

static mpa_status get_authorization(mpa_client client)
{
    return mpa_client_get_authorization(client, &buffers, &results.known);
}

static void authorizations_taken(mpa_client client)
{
    static char header[MPA_MAX_AUTHORIZATION_HEADER_LENGTH + 1], key[512];

    buffers = MPA_INIT(mpa_authorization_buffers);
    buffers.header = header;
    buffers.header_size = sizeof header;
    buffers.proof_key_pem = key;
    buffers.proof_key_pem_size = sizeof key;
    const struct change list[] = {
        CHANGE(buffers.struct_size, sizeof buffers, 8),
        CHANGE(buffers.header_size, sizeof header, 5),
        CHANGE(buffers.header, (uintptr_t)header, 0),
        CHANGE(buffers.proof_key_pem_size, sizeof key, 0),
        CHANGE(buffers.reserved, 0, 1),
    };
    CALL_WHILE_WRITTEN_TO("buffers for an authorization", list, get_authorization, client);
}

/* Clients --------------------------------------------------------------------------------------- */

static mpa_client_config config;

static mpa_status open_and_close(mpa_client unused)
{
    mpa_client client = unused;
    mpa_status status = mpa_client_open(&config, &client, &results.known);
    if (status == MPA_OK) {
        CHECK_STATUS(mpa_client_close(client, 0, NULL), MPA_OK);
    }
    return status;
}

static void configurations(void)
{
    char *token = text_at_the_edge(2000, 'a');
    char *agent = text_at_the_edge(200, 'a');
    char *sandbox = text_at_the_edge(200, 'a');
    char *certificate = text_at_the_edge(20000, 'a');
    char *endpoint = text_at_the_edge(strlen(test()->endpoint), 'a');
    const mpa_client none = { 0 };

    memcpy(token, SERVICE_TOKEN, strlen(SERVICE_TOKEN));
    memcpy(endpoint, test()->endpoint, strlen(test()->endpoint));
    config = config_with(token);
    config.user_agent = agent;
    config.endpoint = endpoint;
    const struct change list[] = {
        CHANGE(config.struct_size, sizeof config, sizeof config - 8),
        CHANGE(config.title_id, 7, 0),
        CHANGE(config.user_agent, (uintptr_t)agent, 0),
        CHANGE(config.reserved, 0, 1),
        CHANGE(agent[199], 'a', 0xF0),
        CHANGE(token[1999], 'a', 0xF0),
        CHANGE(token[1000], 'a', 0),
        CHANGE(endpoint[7], endpoint[7], 0xC3),
        CHANGE(config.sandbox_id, 0, (uintptr_t)sandbox),
        CHANGE(sandbox[199], 'a', 0xE2),
        CHANGE(config.certificate_pem, 0, (uintptr_t)certificate),
        CHANGE(certificate[19999], 'a', 0xF0),
    };
    CALL_WHILE_WRITTEN_TO("configurations", list, open_and_close, none);
}

/* Numbers --------------------------------------------------------------------------------------- */

static union {
    mpa_stats known;
    unsigned char all[8192];
} stats;

static mpa_status take_stats(mpa_client client)
{
    return mpa_client_stats(client, &stats.known, &results.known);
}

static char *labels;

static mpa_status to_prometheus(mpa_client client)
{
    static char page[4 * MPA_STATS_PROMETHEUS_SIZE];
    mpa_status status =
        mpa_stats_prometheus(&stats.known, labels, page, sizeof page, NULL, &results.known);
    CHECK(client.id != 0 && is_utf8(page));
    return status;
}

static void numbers(mpa_client client)
{
    stats.known = MPA_INIT(mpa_stats);
    labels = text_at_the_edge(250, 'a');
    memcpy(labels, "region=\"", 8);
    labels[249] = '"';
    const struct change list[] = {
        CHANGE(stats.known.struct_size, sizeof stats.known, sizeof stats),
        CHANGE(stats.all[sizeof stats - 1], 0, 1),
        CHANGE(stats.known.invites.calls, 0, UINT64_MAX),
        CHANGE(labels[248], 'a', 0xF0),
        CHANGE(labels[100], 'a', '\\'),
        CHANGE(labels[101], 'n', 0),
    };
    CALL_WHILE_WRITTEN_TO("where numbers go", list, take_stats, client);
    memset(&stats, 0, sizeof stats);
    stats.known = MPA_INIT(mpa_stats);
    CALL_WHILE_WRITTEN_TO("numbers and labels", list, to_prometheus, client);
}

/* What was not sent ----------------------------------------------------------------------------- */

static union {
    mpa_result known;
    unsigned char all[4096];
} ended_call;

static union {
    mpa_unsent known;
    unsigned char all[4096];
} left;

/* Whatever it reads, what it names lies within what was passed in. */
static mpa_status find_unsent(mpa_client client)
{
    mpa_unsent own = MPA_INIT(mpa_unsent);
    mpa_status status = mpa_result_unsent(&ended_call.known, 24, &own);
    CHECK(client.id != 0 && own.first + own.count <= 24 && own.refused_for_now <= own.first);
    return status != MPA_OK ? status : mpa_result_unsent(&ended_call.known, 24, &left.known);
}

static void rests(mpa_client client)
{
    ended_call.known = MPA_INIT(mpa_result);
    left.known = MPA_INIT(mpa_unsent);
    const struct change list[] = {
        CHANGE(ended_call.known.struct_size, sizeof ended_call.known, sizeof ended_call),
        CHANGE(ended_call.all[sizeof ended_call - 1], 0, 1),
        CHANGE(ended_call.known.status, MPA_ERROR_THROTTLED, 12345),
        CHANGE(ended_call.known.cause, 0, MPA_ERROR_EXPIRED),
        CHANGE(ended_call.known.acknowledged, 16, UINT32_MAX),
        CHANGE(ended_call.known.refused, 4, 8),
        CHANGE(left.known.struct_size, sizeof left.known, 1),
        CHANGE(left.known.first, 0, UINT32_MAX),
    };
    CALL_WHILE_WRITTEN_TO("results of calls", list, find_unsent, client);
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    mpa_client with_token = open_client(USER_TOKEN);
    mpa_client without_token = open_client(NULL);

    texts_of_invites(with_token, without_token);
    numbers_of_invites(without_token);
    recent_players(without_token);
    authorizations_taken(with_token);
    numbers(with_token);
    rests(with_token);
    authorizations(with_token);
    configurations();
    CHECK_STATUS(mpa_client_close(with_token, 0, NULL), MPA_OK);
    CHECK_STATUS(mpa_client_close(without_token, 0, NULL), MPA_OK);
    printf("sent %ld %ld\n", least, most);
    return end();
}

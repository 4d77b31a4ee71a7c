/*
 * checks.h: what the C tests share
 *
 * A test is started with the endpoint of a service, the number of a title of its own, and perhaps
 * "slow", where it should do less often what it does often. It prints what is not as it should be
 * and ends with the status 1 then; else it prints nothing, but, where it cannot say beforehand how
 * many requests it sends, "sent <least> <most>".
 */

#ifndef CHECKS_H
#define CHECKS_H

#define _DEFAULT_SOURCE 1

#include "mpa.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SERVICE_TOKEN "XBL3.0 x=-;token-of-the-service"
#define USER_TOKEN "XBL3.0 x=4711;token-of-the-user"

/* XUIDs that no message may show. */
#define XUID UINT64_C(2814630000000000)

struct test {
    const char *endpoint;
    uint32_t title_id;
    int slow;
    int failures;
};

static inline struct test *test(void)
{
    static struct test the_only;
    return &the_only;
}

static inline void begin(int count, char **arguments)
{
    if (count < 3) {
        fprintf(stderr, "usage: %s ENDPOINT TITLE_ID [slow]\n", arguments[0]);
        exit(2);
    }
    test()->endpoint = arguments[1];
    test()->title_id = (uint32_t)strtoul(arguments[2], NULL, 10);
    test()->slow = count > 3 && strcmp(arguments[3], "slow") == 0;
}

static inline int end(void)
{
    return test()->failures ? 1 : 0;
}

static inline int often(int normally, int when_slow)
{
    return test()->slow ? when_slow : normally;
}

/* Checks. Each gives 1 where it holds. ---------------------------------------------------------- */

static inline int check(int holds, const char *condition, const char *file, int line)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
        test()->failures++;
    }
    return holds;
}

static inline int check_number(long long found, long long expected, const char *what, const char *file, int line)
{
    if (found != expected) {
        fprintf(stderr, "%s:%d: %s is %lld, not %lld\n", file, line, what, found, expected);
        test()->failures++;
    }
    return found == expected;
}

static inline int check_range(long long found, long long least, long long most, const char *what, const char *file,
                              int line)
{
    if (found < least || found > most) {
        fprintf(stderr, "%s:%d: %s is %lld, not %lld to %lld\n", file, line, what, found, least, most);
        test()->failures++;
    }
    return found >= least && found <= most;
}

static inline int check_contains(const char *text, const char *part, const char *file, int line)
{
    int holds = strstr(text, part) != NULL;
    if (!holds) {
        fprintf(stderr, "%s:%d: does not name `%s`: \"%s\"\n", file, line, part, text);
        test()->failures++;
    }
    return holds;
}

static inline int check_status(mpa_status found, mpa_status expected, const mpa_result *result, const char *call,
                               const char *file, int line)
{
    if (found != expected) {
        fprintf(stderr, "%s:%d: %s gave %s, not %s: \"%s\"\n", file, line, call, mpa_status_name(found),
                mpa_status_name(expected), result ? result->message : "");
        test()->failures++;
    }
    return found == expected;
}

#define CHECK(condition) check((condition) != 0, #condition, __FILE__, __LINE__)
#define CHECK_NUMBER(found, expected) \
    check_number((long long)(found), (long long)(expected), #found, __FILE__, __LINE__)
#define CHECK_RANGE(found, least, most) \
    check_range((long long)(found), (long long)(least), (long long)(most), #found, __FILE__, __LINE__)
#define CHECK_CONTAINS(text, part) check_contains(text, part, __FILE__, __LINE__)
/* A call without a result; its status only. */
#define CHECK_STATUS(call, expected) check_status((call), expected, NULL, #call, __FILE__, __LINE__)

/* Results --------------------------------------------------------------------------------------- */

/* The result that the checks below look at: pass `fresh()` to the call. */
static inline mpa_result *last(void)
{
    static mpa_result result;
    return &result;
}

/* The same, with rubbish in all of it but its size: whatever is not written stays rubbish. */
static inline mpa_result *fresh(void)
{
    memset(last(), 0x5A, sizeof *last());
    last()->struct_size = (uint32_t)sizeof *last();
    return last();
}

static inline int is_text(const char *field, size_t size)
{
    return memchr(field, 0, size) != NULL;
}

/* What holds for every result that was written. */
static inline void check_result(mpa_status status, const char *file, int line)
{
    const mpa_result *r = last();
    check_number(r->struct_size, (long long)sizeof *r, "struct_size", file, line);
    check_number(r->status, status, "status", file, line);
    check_range(r->retryable, 0, 1, "retryable", file, line);
    check_range(r->retry_after_ms, 0, MPA_MAX_RETRY_AFTER_MS, "retry_after_ms", file, line);
    check_number(r->service_code, 0, "service_code", file, line);
    check(is_text(r->limit_type, sizeof r->limit_type), "limit_type ends in NUL", file, line);
    check(is_text(r->error_code, sizeof r->error_code), "error_code ends in NUL", file, line);
    check(is_text(r->correlation_id, sizeof r->correlation_id), "correlation_id ends in NUL", file, line);
    if (check(is_text(r->message, sizeof r->message), "message ends in NUL", file, line)) {
        check(strlen(r->message) >= 10, "message is a sentence", file, line);
        check(strstr(r->message, "28146300000") == NULL, "message shows no XUID", file, line);
        check(strstr(r->message, "token-of") == NULL, "message shows no token", file, line);
        check(strstr(r->message, "secret") == NULL, "message shows no connection string", file, line);
    }
}

/* How a call ended. Its result is in `last()`, for further checks. */
static inline int ended(mpa_status found, mpa_status expected, const char *call, const char *file, int line)
{
    check_result(found, file, line);
    return check_status(found, expected, last(), call, file, line);
}

/* The call was refused before anything was sent, and the message names the input. */
static inline void refused(mpa_status found, mpa_status expected, const char *input, const char *call, const char *file,
                           int line)
{
    const mpa_result *r = last();
    ended(found, expected, call, file, line);
    check_contains(r->message, input, file, line);
    check_number(r->cause, 0, "cause", file, line);
    check_number(r->acknowledged, 0, "acknowledged", file, line);
    check_number(r->uncertain, 0, "uncertain", file, line);
    check_number(r->refused, 0, "refused", file, line);
    check_number(r->retryable, 0, "retryable", file, line);
    check_number(r->retry_after_ms, 0, "retry_after_ms", file, line);
    check_number(r->http_status, 0, "http_status", file, line);
    check_number(r->attempts, 0, "attempts", file, line);
}

#define ENDED(call, expected) ended((call), expected, #call, __FILE__, __LINE__)
#define REFUSED(call, expected, input) refused((call), expected, input, #call, __FILE__, __LINE__)
#define WRONG(call, input) REFUSED(call, MPA_ERROR_INVALID_ARGUMENT, input)
#define WRONG_STRUCT(call, input) REFUSED(call, MPA_ERROR_INVALID_STRUCT, input)
#define WRONG_HANDLE(call) REFUSED(call, MPA_ERROR_INVALID_HANDLE, "client")

/* Clients and calls ----------------------------------------------------------------------------- */

/* Patient, for machines that do much else, and for Valgrind. Tries each request once: what is tried
 * again is the subject of tests/faults.rs. */
static inline mpa_client_config config_with(const char *token)
{
    mpa_client_config config = MPA_INIT(mpa_client_config);
    config.connect_timeout_ms = 60000;
    config.request_timeout_ms = 60000;
    config.call_timeout_ms = 120000;
    config.max_attempts = 1;
    config.title_id = test()->title_id;
    config.endpoint = test()->endpoint;
    config.authorization_header = token;
    return config;
}

/* A client, or the end of the test. */
static inline mpa_client open_client(const char *token)
{
    mpa_client_config config = config_with(token);
    mpa_client client = { 0 };
    if (!ENDED(mpa_client_open(&config, &client, fresh()), MPA_OK) || !CHECK(client.id != 0)) {
        exit(1);
    }
    return client;
}

/* The account of the operations adds up. */
static inline void check_operations(const mpa_close_report *report)
{
    CHECK_NUMBER(report->submitted, report->operations_succeeded + report->operations_uncertain +
                                        report->operations_failed + report->operations_abandoned +
                                        report->operations_unfinished);
    CHECK_RANGE(report->events_not_polled, 0, report->submitted - report->operations_unfinished);
}

/* Closes a client that nothing else uses and on which so many calls were made. */
static inline void close_after(mpa_client client, uint64_t calls)
{
    mpa_close_report report = MPA_INIT(mpa_close_report);
    CHECK_STATUS(mpa_client_close(client, 0, &report), MPA_OK);
    CHECK_NUMBER(report.calls, calls);
    CHECK_NUMBER(report.calls, report.succeeded + report.uncertain + report.failed + report.unfinished);
    CHECK_NUMBER(report.unfinished, 0);
    check_operations(&report);
    CHECK_NUMBER(report.operations_unfinished, 0);
}

static const uint64_t SOME_USERS[2] = { XUID + 1, XUID + 2 };

/* An invite that is right. */
static inline mpa_invite an_invite(void)
{
    mpa_invite invite = MPA_INIT(mpa_invite);
    invite.invited_users = SOME_USERS;
    invite.invited_user_count = 2;
    return invite;
}

static inline mpa_server_invite a_server_invite(void)
{
    mpa_server_invite invite = MPA_INIT(mpa_server_invite);
    invite.sender = XUID;
    invite.invited_users = SOME_USERS;
    invite.invited_user_count = 2;
    return invite;
}

static inline mpa_recent_player_group a_group(void)
{
    mpa_recent_player_group group = MPA_INIT(mpa_recent_player_group);
    group.timestamp_unix_ms = UINT64_C(1700000000000);
    group.players = SOME_USERS;
    group.player_count = 2;
    return group;
}

static inline mpa_activity an_activity(void)
{
    mpa_activity activity = MPA_INIT(mpa_activity);
    activity.connection_string = "secret";
    activity.sequence_number = 5;
    return activity;
}

static inline mpa_recent_player a_player(void)
{
    mpa_recent_player player = MPA_INIT(mpa_recent_player);
    player.xuid = XUID + 1;
    player.timestamp_unix_ms = UINT64_C(1700000000000);
    return player;
}

/* A user who met these players. */
static inline mpa_user_recent_players a_user_who_met(const mpa_recent_player *players, uint32_t count)
{
    mpa_user_recent_players user = MPA_INIT(mpa_user_recent_players);
    user.xuid = XUID;
    user.recent_players = players;
    user.recent_player_count = count;
    return user;
}

static inline mpa_authorization an_authorization(const char *header)
{
    mpa_authorization authorization = MPA_INIT(mpa_authorization);
    authorization.header = header;
    return authorization;
}

#endif /* CHECKS_H */

/* Every way in which C may initialise a struct: its size is right, and the rest is zero. */

#include "mpa.h"

#include <stdio.h>
#include <string.h>

#define STRUCTS(X)           \
    X(mpa_result)            \
    X(mpa_unsent)            \
    X(mpa_client_config)     \
    X(mpa_close_report)      \
    X(mpa_authorization)     \
    X(mpa_invite)            \
    X(mpa_server_invite)     \
    X(mpa_recent_player_group) \
    X(mpa_event)             \
    X(mpa_stats)             \
    X(mpa_authorization_buffers) \
    X(mpa_activity) \
    X(mpa_activity_record) \
    X(mpa_recent_player) \
    X(mpa_user_recent_players) \
    X(mpa_match_config)

#define AT_FILE_SCOPE(type)                              \
    static type static_##type = MPA_INITIALIZER(type);   \
    static const type const_##type = MPA_INITIALIZER(type);
STRUCTS(AT_FILE_SCOPE)

static mpa_invite several[2] = { MPA_INITIALIZER(mpa_invite), MPA_INITIALIZER(mpa_invite) };

static int failures;

static void check(const void *value, size_t size, const char *how)
{
    const unsigned char *bytes = value;
    uint32_t struct_size;
    memcpy(&struct_size, bytes, sizeof struct_size);
    if (struct_size != size) {
        fprintf(stderr, "%s: struct_size is %lu, not %lu\n", how, (unsigned long)struct_size, (unsigned long)size);
        failures++;
    }
    for (size_t at = sizeof struct_size; at < size; at++) {
        if (bytes[at] != 0) {
            fprintf(stderr, "%s: byte %lu is not zero\n", how, (unsigned long)at);
            failures++;
            return;
        }
    }
}

/* So that zeros on the stack are no accident. */
static void leave_rubbish(void)
{
    volatile unsigned char rubbish[8192];
    for (size_t i = 0; i < sizeof rubbish; i++) {
        rubbish[i] = 0x5A;
    }
}

#define EVERY_WAY(type)                                        \
    static void initialise_##type(void)                        \
    {                                                          \
        type by_macro = MPA_INIT(type);                        \
        type by_initialiser = MPA_INITIALIZER(type);           \
        type by_hand = { sizeof by_hand };                     \
        type later;                                            \
        memset(&later, 0x5A, sizeof later);                    \
        later = MPA_INIT(type);                                \
        check(&static_##type, sizeof(type), "static " #type);  \
        check(&const_##type, sizeof(type), "const " #type);    \
        check(&by_macro, sizeof(type), "MPA_INIT " #type);     \
        check(&by_initialiser, sizeof(type), "MPA_INITIALIZER " #type); \
        check(&by_hand, sizeof(type), "{ sizeof } " #type);    \
        check(&later, sizeof(type), "assigned " #type);        \
    }
STRUCTS(EVERY_WAY)

#define RUN(type)    \
    leave_rubbish(); \
    initialise_##type();

int main(void)
{
    STRUCTS(RUN)
    check(&several[0], sizeof *several, "several[0]");
    check(&several[1], sizeof *several, "several[1]");
    return failures != 0;
}

// Every way in which C++ may initialise a struct, with the header inside the user's own extern "C":
// its size is right, and the rest is zero.

extern "C" {
#include "mpa.h"
}
#include "mpa.h"

#include <cstdio>
#include <cstring>

#define STRUCTS(X)           \
    X(mpa_result)            \
    X(mpa_unsent)            \
    X(mpa_client_config)     \
    X(mpa_close_report)      \
    X(mpa_authorization)     \
    X(mpa_invite)            \
    X(mpa_server_invite)     \
    X(mpa_recent_player_group) \
    X(mpa_activity) \
    X(mpa_activity_record) \
    X(mpa_recent_player) \
    X(mpa_user_recent_players) \
    X(mpa_match_config)

#define AT_FILE_SCOPE(type)                            \
    static type static_##type = MPA_INITIALIZER(type); \
    static const type const_##type = MPA_INIT(type);
STRUCTS(AT_FILE_SCOPE)

static int failures;

static void check(const void *value, std::size_t size, const char *how)
{
    const unsigned char *bytes = static_cast<const unsigned char *>(value);
    uint32_t struct_size;
    std::memcpy(&struct_size, bytes, sizeof struct_size);
    if (struct_size != size) {
        std::fprintf(stderr, "%s: struct_size is %lu\n", how, static_cast<unsigned long>(struct_size));
        failures++;
    }
    for (std::size_t at = sizeof struct_size; at < size; at++) {
        if (bytes[at] != 0) {
            std::fprintf(stderr, "%s: byte %lu is not zero\n", how, static_cast<unsigned long>(at));
            failures++;
            return;
        }
    }
}

// So that zeros on the stack are no accident.
static void leave_rubbish()
{
    volatile unsigned char rubbish[8192];
    for (std::size_t i = 0; i < sizeof rubbish; i++) {
        rubbish[i] = 0x5A;
    }
}

// The same in a function of C++ and in one of C.
#define IN_A_FUNCTION(name, type)                                       \
    static void name(void)                                              \
    {                                                                   \
        type by_macro = MPA_INIT(type);                                 \
        type by_initialiser = MPA_INITIALIZER(type);                    \
        type by_hand = { sizeof by_hand };                              \
        const type constant = MPA_INIT(type);                           \
        type copied(MPA_INIT(type));                                    \
        type braced{ MPA_INIT(type) };                                  \
        check(&by_macro, sizeof(type), "MPA_INIT " #type);              \
        check(&by_initialiser, sizeof(type), "MPA_INITIALIZER " #type); \
        check(&by_hand, sizeof(type), "{ sizeof } " #type);             \
        check(&constant, sizeof(type), "const " #type);                 \
        check(&copied, sizeof(type), "copied " #type);                  \
        check(&braced, sizeof(type), "braced " #type);                  \
    }

#define IN_CPP(type) IN_A_FUNCTION(cpp_##type, type)
STRUCTS(IN_CPP)

extern "C" {
#define IN_C(type) IN_A_FUNCTION(c_##type, type)
STRUCTS(IN_C)
}

// As a member, and where nothing but an expression goes.
struct Member {
    mpa_invite invite = MPA_INIT(mpa_invite);
};

static mpa_invite returned()
{
    return MPA_INIT(mpa_invite);
}

#define RUN(type)                                                    \
    check(&static_##type, sizeof(type), "static " #type);            \
    check(&const_##type, sizeof(type), "static const " #type);       \
    leave_rubbish();                                                 \
    cpp_##type();                                                    \
    leave_rubbish();                                                 \
    c_##type();

int main()
{
    STRUCTS(RUN)
    const Member member;
    check(&member.invite, sizeof member.invite, "member");
    const mpa_invite result = returned();
    check(&result, sizeof result, "returned");
    return failures != 0;
}

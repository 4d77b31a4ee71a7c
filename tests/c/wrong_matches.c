/* Matches with wrong input of every kind: each function refuses it on the spot and names the argument, and nothing has
 * changed. */

#include "checks.h"
#include "misaligned.h"

#define UNTOUCHED UINT64_C(0x1122334455667788)

/* Handles ----------------------------------------------------------------------------------------- */

static void no_function_takes(uint64_t id)
{
    mpa_match match = { 0 };
    uint64_t operation = UNTOUCHED;
    match.id = id;
    REFUSED(mpa_match_join(match, XUID, 0, fresh()), MPA_ERROR_INVALID_HANDLE, "match");
    REFUSED(mpa_match_leave(match, XUID, fresh()), MPA_ERROR_INVALID_HANDLE, "match");
    REFUSED(mpa_match_close(match, 1, &operation, fresh()), MPA_ERROR_INVALID_HANDLE, "match");
    CHECK_NUMBER(operation, UNTOUCHED);
    CHECK_STATUS(mpa_match_join(match, XUID, 0, NULL), MPA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(mpa_match_close(match, 1, NULL, NULL), MPA_ERROR_INVALID_HANDLE);
}

static void wrong_handles(mpa_client client, mpa_match open)
{
    const uint64_t numbers[] = { 0, 1, 2, 0xFFFF, UINT32_MAX, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) no_function_takes(numbers[i]);
    for (int bit = 0; bit < 64; bit++) no_function_takes(open.id ^ UINT64_C(1) << bit);
    no_function_takes(open.id + 1);
    no_function_takes(~open.id);

    /* A closed match's number is not given out again, though its place is. */
    uint64_t closed = 0;
    for (int i = 0; i < 20; i++) {
        mpa_match match;
        CHECK_STATUS(mpa_match_open(client, NULL, &match, NULL), MPA_OK);
        CHECK(match.id != closed && match.id != open.id);
        CHECK_STATUS(mpa_match_close(match, 0, NULL, NULL), MPA_OK);
        no_function_takes(match.id);
        closed = match.id;
    }
}

/* With the client, its matches go. */
static void matches_of_a_closed_client(void)
{
    mpa_client client = open_client(SERVICE_TOKEN);
    mpa_match match;
    CHECK_STATUS(mpa_match_open(client, NULL, &match, NULL), MPA_OK);
    CHECK_STATUS(mpa_match_join(match, XUID, 0, NULL), MPA_OK);
    CHECK_STATUS(mpa_client_close(client, 0, NULL), MPA_OK);
    no_function_takes(match.id);
    WRONG_HANDLE(mpa_match_open(client, NULL, &match, fresh()));
    CHECK_NUMBER(match.id, 0);
}

/* Pointers ---------------------------------------------------------------------------------------- */

static void wrong_pointers(mpa_client client, mpa_match open)
{
    mpa_match_config config = MPA_INIT(mpa_match_config);
    mpa_match match = { UNTOUCHED };
    uint64_t operation = UNTOUCHED;

    WRONG(mpa_match_open(client, &config, NULL, fresh()), "match");
    FOR_EACH_OFFSET(i) {
        mpa_match *at = misaligned(&match, sizeof match, OFFSETS[i]);
        WRONG(mpa_match_open(client, &config, at, fresh()), "match");
        CHECK(memcmp(at, &match, sizeof match) == 0);
        WRONG(mpa_match_open(client, misaligned(&config, sizeof config, OFFSETS[i]), &match, fresh()), "config");
        CHECK_NUMBER(match.id, 0);
        match.id = UNTOUCHED;
        uint64_t *number = misaligned(&operation, sizeof operation, OFFSETS[i]);
        WRONG(mpa_match_close(open, 0, number, fresh()), "operation");
        CHECK(memcmp(number, &operation, sizeof operation) == 0);
    }
    /* The match is open still. */
    CHECK_STATUS(mpa_match_join(open, XUID, 0, NULL), MPA_OK);
    CHECK_STATUS(mpa_match_leave(open, XUID, NULL), MPA_OK);
}

static void structs_of_other_sizes(mpa_client client)
{
    const uint32_t wrong[] = { 0, 1, 3, 4, 8, 15, 16 + 4097, UINT32_MAX };
    mpa_match match = { UNTOUCHED };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        mpa_match_config config = MPA_INIT(mpa_match_config);
        config.struct_size = wrong[i];
        WRONG_STRUCT(mpa_match_open(client, &config, &match, fresh()), "config");
        CHECK_NUMBER(match.id, 0);
    }
    struct {
        mpa_match_config config;
        uint64_t newer;
    } longer = { MPA_INIT(mpa_match_config), 0 };
    longer.config.struct_size = sizeof longer;
    CHECK_STATUS(mpa_match_open(client, &longer.config, &match, NULL), MPA_OK);
    CHECK_STATUS(mpa_match_close(match, 0, NULL, NULL), MPA_OK);
    longer.newer = 1;
    WRONG_STRUCT(mpa_match_open(client, &longer.config, &match, fresh()), "config");
}

/* Events ------------------------------------------------------------------------------------------ */

static void wrong_players(mpa_match open)
{
    WRONG(mpa_match_join(open, 0, 0, fresh()), "xuid");
    WRONG(mpa_match_leave(open, 0, fresh()), "xuid");
    WRONG(mpa_match_leave(open, XUID, fresh()), "xuid");
    CHECK_STATUS(mpa_match_join(open, XUID, UINT32_MAX, NULL), MPA_OK);
    WRONG(mpa_match_join(open, XUID, UINT32_MAX, fresh()), "xuid");
    WRONG(mpa_match_join(open, XUID, 0, fresh()), "xuid");
    CHECK_STATUS(mpa_match_leave(open, XUID, NULL), MPA_OK);
    WRONG(mpa_match_leave(open, XUID, fresh()), "xuid");
    CHECK_STATUS(mpa_match_join(open, UINT64_MAX, 0, NULL), MPA_OK);
    CHECK_STATUS(mpa_match_leave(open, UINT64_MAX, NULL), MPA_OK);
}

static void the_largest_configuration(mpa_client client)
{
    mpa_match_config config = MPA_INIT(mpa_match_config);
    mpa_match match;
    config.minimum_together_ms = MPA_MAX_DURATION_MS + 1;
    WRONG(mpa_match_open(client, &config, &match, fresh()), "config.minimum_together_ms");
    config.minimum_together_ms = MPA_MAX_DURATION_MS;
    config.user_data = UINT64_MAX;
    CHECK_STATUS(mpa_match_open(client, &config, &match, NULL), MPA_OK);
    CHECK_STATUS(mpa_match_join(match, XUID, 0, NULL), MPA_OK);
    CHECK_STATUS(mpa_match_join(match, XUID + 1, 0, NULL), MPA_OK);
    CHECK_STATUS(mpa_match_close(match, 0, NULL, NULL), MPA_OK);
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    mpa_client client = open_client(SERVICE_TOKEN);
    mpa_match open;
    CHECK_STATUS(mpa_match_open(client, NULL, &open, NULL), MPA_OK);
    wrong_handles(client, open);
    wrong_pointers(client, open);
    structs_of_other_sizes(client);
    wrong_players(open);
    the_largest_configuration(client);
    matches_of_a_closed_client();
    /* No two players were in it at the same time, so nothing is sent. */
    CHECK_STATUS(mpa_match_close(open, 0, NULL, NULL), MPA_OK);
    CHECK_STATUS(mpa_client_close(client, 1000, NULL), MPA_OK);
    return end();
}

// Uses two static libraries that are written in Rust. Exits with 0 if both work.
#include "mpa.h"
#include <stdio.h>
#include <string.h>

_Bool other_catches_a_panic(void);

int main(void)
{
    mpa_client_config config = MPA_INIT(mpa_client_config);
    mpa_result result = MPA_INIT(mpa_result);
    mpa_client client;
    // Nothing is configured: the library says so.
    if (mpa_client_open(&config, &client, &result) == MPA_OK || strlen(result.message) == 0) {
        puts("mpa does not work");
        return 1;
    }
    if (!other_catches_a_panic()) {
        puts("the other library does not work");
        return 1;
    }
    return 0;
}

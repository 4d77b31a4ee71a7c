/* Header and library are of one version; and a program so small links, opens, and closes. */

#include "mpa.h"

#include <stdio.h>
#include <string.h>

int main(void)
{
    char text[64];
    mpa_client_config config = MPA_INIT(mpa_client_config);
    mpa_result result = MPA_INIT(mpa_result);
    mpa_client client = { 0 };

    if (mpa_version() != MPA_VERSION_MAJOR * 65536 + MPA_VERSION_MINOR * 256 + MPA_VERSION_PATCH) {
        fprintf(stderr, "mpa_version() is %lx\n", (unsigned long)mpa_version());
        return 1;
    }
    snprintf(text, sizeof text, "%d.%d.%d", MPA_VERSION_MAJOR, MPA_VERSION_MINOR, MPA_VERSION_PATCH);
    if (strcmp(mpa_version_string(), text) != 0) {
        fprintf(stderr, "mpa_version_string() is %s, not %s\n", mpa_version_string(), text);
        return 1;
    }
    config.title_id = 1;
    if (mpa_client_open(&config, &client, &result) != MPA_OK || mpa_client_close(client, 0, NULL) != MPA_OK) {
        fprintf(stderr, "%s\n", result.message);
        return 1;
    }
    return 0;
}

/* A client opened and closed a thousand times leaves nothing: no file, no thread, no memory. */

#include "system.h"

/* Opens, perhaps makes a call, closes. */
static void once(int with_a_call)
{
    mpa_client client = open_client(SERVICE_TOKEN);
    if (with_a_call) {
        mpa_server_invite invite = a_server_invite();
        ENDED(mpa_send_server_invite(client, &invite, fresh()), MPA_OK);
    }
    close_after(client, with_a_call ? 1 : 0);
}

static void in_a_row(int times)
{
    for (int i = 0; i < times; i++) {
        once(i % 10 == 0);
    }
}

static void all_at_once(int times)
{
    static mpa_client clients[1000];
    for (int i = 0; i < times; i++) {
        clients[i] = open_client(SERVICE_TOKEN);
    }
    for (int i = 0; i < times; i++) {
        close_after(clients[i], 0);
    }
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    const int times = often(1000, 50);
    in_a_row(often(200, 10));
    all_at_once(times);

    const long files = open_files();
    const long memory = resident_kib();
    in_a_row(times);
    all_at_once(times);
    CHECK_NUMBER(open_files(), files);
    CHECK_NUMBER(threads_of_the_process(), 1);
    if (!test()->slow) {
        /* A client of 1 KB that were not freed would cost 2 MB. */
        CHECK_RANGE(resident_kib() - memory, -100000, 1024);
    }
    return end();
}

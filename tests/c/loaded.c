/* Loaded while the program runs, as engines and scripts do it, and unloaded; LIBRARY is its path. */

#include "system.h"

#include <pthread.h>
#ifndef _WIN32
#include <sys/wait.h>
#endif

typedef mpa_status (*open_function)(const mpa_client_config *, mpa_client *, mpa_result *);
typedef mpa_status (*close_function)(mpa_client, uint32_t, mpa_close_report *);
typedef mpa_status (*send_function)(mpa_client, const mpa_server_invite *, mpa_result *);

/* C knows no cast from an object's address to a function's. */
static void find(void *library, const char *name, void *function)
{
    void *symbol = find_function(library, name);
    CHECK(symbol != NULL);
    memcpy(function, &symbol, sizeof symbol);
}

static void use(void *library)
{
    open_function open_it = NULL;
    close_function close_it = NULL;
    send_function send_it = NULL;
    find(library, "mpa_client_open", &open_it);
    find(library, "mpa_client_close", &close_it);
    find(library, "mpa_send_server_invite", &send_it);

    mpa_client_config config = config_with(SERVICE_TOKEN);
    mpa_server_invite invite = a_server_invite();
    mpa_client client = { 0 };
    CHECK_NUMBER(open_it(&config, &client, NULL), MPA_OK);
    CHECK_NUMBER(send_it(client, &invite, fresh()), MPA_OK);
    CHECK_NUMBER(last()->acknowledged, 2);
    CHECK_NUMBER(close_it(client, 0, NULL), MPA_OK);
}

/* Met when a thread has used the library, and again when the library was unloaded. */
static pthread_barrier_t meeting;

static void *use_and_outlive(void *library)
{
    use(library);
    pthread_barrier_wait(&meeting);
    pthread_barrier_wait(&meeting);
    return NULL;
}

int main(int count, char **arguments)
{
    begin(count, arguments);
    pthread_barrier_init(&meeting, NULL, 2);
    for (int i = 0; i < 3; i++) {
        void *library = load_library(LIBRARY);
        pthread_t thread;
        if (!CHECK(library != NULL)) {
            return end();
        }
        use(library);
        /* What the library left in a thread is run when the thread ends, and in a fork. */
        CHECK_NUMBER(pthread_create(&thread, NULL, use_and_outlive, library), 0);
        pthread_barrier_wait(&meeting);
        CHECK(unload_library(library));
        pthread_barrier_wait(&meeting);
        pthread_join(thread, NULL);
#ifndef _WIN32
        int status = -1;
        pid_t child = fork();
        if (child == 0) {
            _exit(0);
        }
        CHECK(waitpid(child, &status, 0) == child);
        CHECK_NUMBER(status, 0);
#endif
    }
    return end();
}

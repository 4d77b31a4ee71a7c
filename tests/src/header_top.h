/*
 * mpa.h: the Multiplayer Activity client for dedicated game servers
 *
 * Invites Xbox players and reports who met whom, through Microsoft's Multiplayer Activity service,
 * from a server that has no Xbox libraries. Licensed MIT or Apache-2.0.
 *
 * FIVE STEPS, which every server takes in this order
 *
 *     #include <mpa.h>   // 1. Link the library: cc server.c -Iinclude -Llib -lmpa
 *     #include <stdio.h>
 *
 *     extern void wait_for_next_frame(void);   // yours
 *     static mpa_client client;
 *
 *     // 2. Open a client when the server starts. This uses no network and starts no thread.
 *     int start_invites(const char *token)
 *     {
 *         mpa_client_config config = MPA_INIT(mpa_client_config);
 *         mpa_result result = MPA_INIT(mpa_result);
 *         config.title_id = 1234567890;
 *         config.authorization_header = token;
 *         if (mpa_client_open(&config, &client, &result) == MPA_OK) return 1;
 *         fprintf(stderr, "%s\n", result.message);
 *         return 0;
 *     }
 *
 *     // 3. Submit an invite when a player asks for one. This never blocks.
 *     void invite_player(uint64_t sender, uint64_t invited, uint64_t request_number)
 *     {
 *         mpa_server_invite invite = MPA_INIT(mpa_server_invite);
 *         mpa_result result = MPA_INIT(mpa_result);
 *         invite.sender = sender;
 *         invite.invited_users = &invited;
 *         invite.invited_user_count = 1;
 *         invite.connection_string = "203.0.113.7:7777";
 *         if (mpa_submit_server_invite(client, &invite, request_number, NULL, &result) != MPA_OK) {
 *             fprintf(stderr, "%s\n", result.message);   // refused: no event follows
 *         }
 *     }
 *
 *     // 4. Poll events in each frame. Each operation completes exactly once. Returns 0 after the last one.
 *     int update_invites(void)
 *     {
 *         mpa_event event = MPA_INIT(mpa_event);
 *         mpa_result result = MPA_INIT(mpa_result);
 *         while (mpa_poll_event(client, &event, &result)) {
 *             if (event.type == MPA_EVENT_DRAINED) return 0;
 *             if (event.type == MPA_EVENT_COMPLETED) {
 *                 printf("request %u: %s\n", (unsigned)event.user_data, result.message);
 *             }
 *         }
 *         return 1;
 *     }
 *
 *     // 5. Drain and close when the server shuts down: at most 4 s here.
 *     void stop_invites(void)
 *     {
 *         mpa_client_drain(client, 4000, NULL);
 *         while (update_invites()) wait_for_next_frame();
 *         mpa_client_close(client, 0, NULL);
 *     }
 *
 * CONVENTIONS, which hold for everything below
 *
 * Structs       Initialize every struct before use. This sets its size, and everything else to zero:
 *
 *                   mpa_invite invite = MPA_INIT(mpa_invite);                  C and C++
 *                   static mpa_invite invite = MPA_INITIALIZER(mpa_invite);    C, also at file scope
 *                   mpa_invite invite = { sizeof invite };                     also correct
 *
 *               In a field that you pass in, zero means the default, which is documented at the field.
 *               A program and a library of different versions work together: a field that the program
 *               does not know has its default; a field that the library does not know must be zero,
 *               otherwise the call fails with MPA_ERROR_INVALID_STRUCT.
 * Ownership     The library copies everything that is passed in before the call returns. You may then
 *               free or change it. If another thread changes it during the call, the call uses a mix of
 *               old and new values or fails. Nothing that is returned has to be freed. Handles are
 *               plain values.
 * Threads       Every function may be called from any thread at any time, also while another thread
 *               closes the client. Each function documents whether it blocks. The library never calls
 *               back into your program.
 * Text          NUL-terminated UTF-8. The library reads at most the maximum length of each text. Text in
 *               results is truncated at a character boundary and always ends in NUL.
 * NULL          is allowed where it is documented, and for every `result`. Elsewhere NULL and misaligned
 *               pointers give MPA_ERROR_INVALID_ARGUMENT. Other invalid pointers cannot be detected.
 * Numbers       Enumerations are int32_t; an undefined value is refused. Times have their unit in the
 *               name. XUIDs are uint64_t and never 0.
 * Errors        Every function that can fail returns an mpa_status. Where `result` is not NULL, it also
 *               describes what happened, to how much of the call, and whether to try again. The
 *               struct_size of `result` is checked before anything is sent; if it is wrong, nothing is
 *               written.
 * Responses     MPA_OK means that the service answered this very request with success. A connection is
 *               used again only if nothing of an earlier response is left on it. HTTP/1.1 leaves one
 *               case that cannot be detected: a server sends two responses to one request, and the
 *               second arrives just after the next request was sent.
 * The process   The library prints nothing (except: see Memory), installs no signal handlers, raises no
 *               SIGPIPE, reads no environment variables (libc's resolver may), and lets no panic out. It
 *               starts no threads before the first submit, except one while a host name is resolved and
 *               one while changed certificate files are read again. Then there is one for each kind of
 *               submitted operation that is used (invites, recent players, activities, queries of
 *               activities; more for invites if configured), and one to sign in. These threads block all
 *               signals except those of faults, such as SIGSEGV, so that signals to the process are
 *               delivered to your own threads. In the child of a fork, clients of the parent are invalid
 *               and new ones can be opened.
 * Stack         The most stack that a function needs of the thread that calls it. A debug build of the
 *               library needs up to four times as much (measured by tests/resources.rs, with a quarter
 *               in reserve):
 *
 *                   mpa_send_*, mpa_post_*                  64 KiB
 *                   mpa_set_*, mpa_delete_*                 64 KiB
 *                   mpa_get_*, mpa_query_*                  64 KiB
 *                   mpa_client_open, mpa_client_stats       32 KiB
 *                   mpa_stats_prometheus                    32 KiB
 *                   all others                              16 KiB
 *
 * Memory        If an allocation fails, the process is aborted after a message on stderr. The
 *               configuration limits how much is held (measured by tests/resources.rs):
 *
 *                   a client                              1024 KiB
 *                   each call and worker under way        1024 KiB, and a copy of its input
 *                   each query under way                 32768 KiB, for the longest response
 *                   each of queue_capacity                   2 KiB
 *                   8 players in an open match               1 KiB
 *                   what these carry                         queue_capacity_bytes, and a third of that
 *
 * Secrets       No message contains tokens, connection strings or XUIDs. Tokens, keys and passwords are
 *               wiped from memory when they are no longer needed. Two copies that the TLS library makes
 *               are not: of a response while it is decrypted, and of a key in the form that its
 *               arithmetic needs.
 *
 * Linking       64-bit only. On Windows, define MPA_SHARED before including this header to import from a
 *               DLL; it changes nothing elsewhere.
 */

#ifndef MPA_H
#define MPA_H

#include <stdint.h>

#if defined(MPA_SHARED) && defined(_WIN32)
#define MPA_API extern __declspec(dllimport)
#else
#define MPA_API extern
#endif

/* MPA_INIT(type): a value of that struct with its size set and everything else zero.
 * MPA_INITIALIZER(type): the same as an initialiser, which C allows at file scope too. */
#ifdef __cplusplus
extern "C++" {
template <typename Struct> inline Struct mpa_init_struct()
{
    Struct value = Struct();
    value.struct_size = static_cast<uint32_t>(sizeof(Struct));
    return value;
}
}
#define MPA_INIT(type) mpa_init_struct<type>()
#define MPA_INITIALIZER(type) mpa_init_struct<type>()
#else
#define MPA_INIT(type) ((type)MPA_INITIALIZER(type))
#define MPA_INITIALIZER(type) { .struct_size = (uint32_t)sizeof(type) }
#endif

#ifdef __cplusplus
extern "C" {
#endif

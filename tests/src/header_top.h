/*
 * mpa.h: the Multiplayer Activity client for dedicated game servers
 *
 * Invites Xbox players and reports who met whom, through Microsoft's Multiplayer Activity service,
 * from a server that has no Xbox libraries. Licensed MIT or Apache-2.0.
 *
 * THE CONVENTIONS, which hold for everything below
 *
 * Structs       Initialise every struct before use, so that it says its size and the rest is zero:
 *
 *                   mpa_invite invite = MPA_INIT(mpa_invite);                  C and C++
 *                   static mpa_invite invite = MPA_INITIALIZER(mpa_invite);    C, also at file scope
 *                   mpa_invite invite = { sizeof invite };                     right too
 *
 *               In fields that you pass in, zero means the default that stands at the field. A
 *               program and a library of different versions understand each other: fields that the
 *               older does not know have their defaults, or are refused where they are set.
 * Ownership     Everything passed in is copied before the call returns: free it or change it then. A
 *               call whose input another thread changes meanwhile works with old and new values mixed,
 *               or refuses them. Nothing that is returned needs freeing. Handles are plain values.
 * Threads       Every function may be called from any thread at any time, also while another thread
 *               closes the client. Whether a function blocks stands at the function. The library
 *               never calls back into your program.
 * Text          NUL-terminated UTF-8. It is read only up to the longest length allowed. Text in
 *               results is cut at a character, and always ends in NUL.
 * NULL          is allowed where it says so, and for every `result`. Elsewhere NULL and misaligned
 *               pointers give MPA_ERROR_INVALID_ARGUMENT. Other wrong pointers cannot be found out.
 * Numbers       Enumerations are int32_t; a number that is none of theirs is refused. Times carry
 *               their unit in the name. XUIDs are uint64_t and never 0.
 * Errors        Every function that can fail returns an mpa_status and, where `result` is not NULL,
 *               says there what happened, to how much of the call, and whether to try again. A wrong
 *               struct_size in `result` is found before anything is sent, and nothing is written.
 * Answers       MPA_OK means that the service answered this very request with success. A connection
 *               is used again only where nothing of an answer is left on it. One case remains that
 *               HTTP/1.1 cannot tell apart: a server that sends two answers to one request, the
 *               second of which arrives just after the next request was sent.
 * The process   The library prints nothing (but see Memory), sets no signal handlers and raises no
 *               SIGPIPE, reads no environment variable (libc's resolver may), and lets no panic out. It
 *               starts no threads before the first submit (but one while a name is looked up, and one
 *               while the files of a certificate are read again); then one for invites, more if so
 *               configured, one for recent players, and one to sign in. On its threads all signals are
 *               blocked but those of faults, such as SIGSEGV, so that signals of the process go to
 *               threads of yours. In the child of a fork, clients of the parent are invalid and new
 *               ones can be opened.
 * Stack         What a function needs of its thread's stack at most; a debug build of the library needs
 *               up to four times as much (measured by tests/resources.rs, a quarter is kept in reserve):
 *
 *                   mpa_send_*, mpa_post_*                  64 KiB
 *                   mpa_client_open                         32 KiB
 *                   all others                              16 KiB
 *
 * Memory        Where an allocation fails, the process is aborted, after a message on stderr. What is held
 *               is bounded by the configuration (measured by tests/resources.rs):
 *
 *                   a client                              1024 KiB
 *                   each call and worker under way        1024 KiB, and a copy of its input
 *                   each of queue_capacity                   2 KiB
 *                   what these carry                         queue_capacity_bytes, and a third of that
 *
 * Secrets       Tokens, connection strings and XUIDs appear in no message. Tokens, keys and passwords
 *               are wiped when they are no longer needed; not so the copies that the TLS library
 *               below makes: of an answer while it is decrypted, and of a key in the form that its
 *               arithmetic needs.
 *
 * Linking       64-bit only. Define MPA_SHARED before including this header to import from a DLL on
 *               Windows; it changes nothing elsewhere.
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

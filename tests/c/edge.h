/* edge.h: texts that end where memory ends, so that a reader that goes beyond is killed. */

#ifndef EDGE_H
#define EDGE_H

#include "checks.h"

#include <sys/mman.h>

/* `length` times `letter`, then nothing: no NUL, no memory. For the test's whole life. */
static inline char *text_without_end(size_t length, char letter)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t size = (length / page + 1) * page;
    char *all = mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (all == MAP_FAILED || mprotect(all + size, page, PROT_NONE) != 0) {
        perror("mmap");
        exit(1);
    }
    memset(all, letter, size);
    return all + size - length;
}

/* The same with a NUL as its last byte. */
static inline char *text_at_the_edge(size_t length, char letter)
{
    char *text = text_without_end(length + 1, letter);
    text[length] = '\0';
    return text;
}

#endif /* EDGE_H */

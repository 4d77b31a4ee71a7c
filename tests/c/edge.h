/* edge.h: texts that end where memory ends, so that a reader that goes beyond is killed. */

#ifndef EDGE_H
#define EDGE_H

#include "system.h"

/* `length` times `letter`, then nothing: no NUL, no memory. For the test's whole life. */
static inline char *text_without_end(size_t length, char letter)
{
    size_t size = length;
    char *all = memory_with_an_end(&size);
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

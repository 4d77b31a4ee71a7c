/* misaligned.h: what is right but for its address. */

#ifndef MISALIGNED_H
#define MISALIGNED_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const size_t OFFSETS[] = { 1, 2, 4 };
#define FOR_EACH_OFFSET(i) for (size_t i = 0; i < sizeof OFFSETS / sizeof *OFFSETS; i++)

static union {
    uint64_t aligned;
    unsigned char bytes[8192];
} place;

static inline void *misaligned(const void *right, size_t size, size_t offset)
{
    memset(place.bytes, 0, sizeof place.bytes);
    return memcpy(place.bytes + offset, right, size);
}

#endif /* MISALIGNED_H */

/* For Wine 8, which lacks the library of Windows that Rust's standard library takes random numbers from. Only for checks:
 * it is in no package. */

#include <windows.h>

/* Exported by advapi32.dll under this name. */
BOOLEAN WINAPI SystemFunction036(void *buffer, ULONG size);

__declspec(dllexport) BOOL WINAPI ProcessPrng(unsigned char *buffer, SIZE_T size)
{
    while (size > 0) {
        ULONG part = size < 0x10000 ? (ULONG)size : 0x10000;
        if (!SystemFunction036(buffer, part)) return FALSE;
        buffer += part;
        size -= part;
    }
    return TRUE;
}

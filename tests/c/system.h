/* system.h: what the C tests ask of the system, on Unix and on Windows */

#ifndef SYSTEM_H
#define SYSTEM_H

#include "checks.h"

static inline void fail(const char *what)
{
    perror(what);
    exit(1);
}

#ifdef _WIN32

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <psapi.h>
#include <tlhelp32.h>

/* Memory of at least `size` bytes at whose end memory ends: no more can be read. Sets `size` to what there is. */
static inline char *memory_with_an_end(size_t *size)
{
    const size_t page = 4096;
    DWORD before;
    *size = (*size / page + 1) * page;
    char *all = VirtualAlloc(NULL, *size + page, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    if (all == NULL || !VirtualProtect(all + *size, page, PAGE_NOACCESS, &before)) {
        fail("VirtualAlloc");
    }
    return all;
}

static inline PROCESS_MEMORY_COUNTERS memory_of_the_process(void)
{
    PROCESS_MEMORY_COUNTERS counters;
    if (!GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters)) {
        fail("GetProcessMemoryInfo");
    }
    return counters;
}

static inline long peak_kib(void)
{
    return (long)(memory_of_the_process().PeakWorkingSetSize / 1024);
}

static inline long resident_kib(void)
{
    return (long)(memory_of_the_process().WorkingSetSize / 1024);
}

static inline long open_files(void)
{
    DWORD handles = 0;
    if (!GetProcessHandleCount(GetCurrentProcess(), &handles)) {
        fail("GetProcessHandleCount");
    }
    return (long)handles;
}

static inline long threads_of_the_process(void)
{
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 thread = { .dwSize = sizeof thread };
    long count = 0;
    for (BOOL there = Thread32First(all, &thread); there; there = Thread32Next(all, &thread)) {
        count += thread.th32OwnerProcessID == GetCurrentProcessId();
    }
    CloseHandle(all);
    return count;
}

/* A new file with this content. */
static inline void temporary_file(char path[512], const char *content, size_t size)
{
    char folder[MAX_PATH];
    if (GetTempPathA(sizeof folder, folder) == 0 || GetTempFileNameA(folder, "mpa", 0, path) == 0) {
        fail("GetTempFileName");
    }
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(content, 1, size, file) != size || fclose(file) != 0) {
        fail(path);
    }
}

#define EMPTY_DEVICE "NUL"

static inline void *load_library(const char *path)
{
    return (void *)LoadLibraryA(path);
}

static inline void *find_function(void *library, const char *name)
{
    FARPROC function = GetProcAddress((HMODULE)library, name);
    void *address = NULL;
    memcpy(&address, &function, sizeof address);
    return address;
}

static inline int unload_library(void *library)
{
    return FreeLibrary((HMODULE)library) != 0;
}

#else

#include <dirent.h>
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* Memory of at least `size` bytes at whose end memory ends: no more can be read. Sets `size` to what there is. */
static inline char *memory_with_an_end(size_t *size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *size = (*size / page + 1) * page;
    char *all = mmap(NULL, *size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED || mprotect(all + *size, page, PROT_NONE) != 0) {
        fail("mmap");
    }
    return all;
}

static inline long peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static inline long resident_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1) {
        fail("/proc/self/statm");
    }
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* But for "." and "..". */
static inline long entries_of(const char *folder)
{
    long entries = -2;
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        fail(folder);
    }
    while (readdir(directory) != NULL) {
        entries++;
    }
    closedir(directory);
    return entries;
}

static inline long open_files(void)
{
    return entries_of("/proc/self/fd");
}

static inline long threads_of_the_process(void)
{
    return entries_of("/proc/self/task");
}

/* A new file with this content. */
static inline void temporary_file(char path[512], const char *content, size_t size)
{
    strcpy(path, "/tmp/mpa-XXXXXX");
    int file = mkstemp(path);
    if (file < 0 || write(file, content, size) != (ssize_t)size || close(file) != 0) {
        fail(path);
    }
}

#define EMPTY_DEVICE "/dev/null"

static inline void *load_library(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
    }
    return library;
}

static inline void *find_function(void *library, const char *name)
{
    return dlsym(library, name);
}

static inline int unload_library(void *library)
{
    return dlclose(library) == 0;
}

#endif /* _WIN32 */

#endif /* SYSTEM_H */

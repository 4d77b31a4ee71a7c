// The program: what it does is in use.c or use.cpp, which may be in a shared library.

#include <stdio.h>

int use_both(const char *endpoint);

int main(int count, char **arguments)
{
    const int failed = count == 2 ? use_both(arguments[1]) : 2;
    if (failed) printf("step %d failed\n", failed);
    else printf("ok\n");
    return failed;
}

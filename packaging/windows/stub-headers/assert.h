// For building ring's C code without Microsoft's headers.
#pragma once
#define assert(condition) ((void)0)

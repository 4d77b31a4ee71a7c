// Numbers, characters, and the macros of the platform.

#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

using int8 = std::int8_t;
using int16 = std::int16_t;
using int32 = std::int32_t;
using uint8 = std::uint8_t;
using uint16 = std::uint16_t;
using uint32 = std::uint32_t;
// As in the engine: `long long` on each platform.
using int64 = signed long long;
using uint64 = unsigned long long;
using ANSICHAR = char;

#if defined(_WIN32)
using TCHAR = wchar_t;
#define TEXT(Literal) L##Literal
#define PLATFORM_WINDOWS 1
#else
using TCHAR = char16_t;
#define TEXT(Literal) u##Literal
#define PLATFORM_WINDOWS 0
#endif

#define MAX_uint32 (static_cast<uint32>(0xffffffff))
#define MAX_uint64 (static_cast<uint64>(0xffffffffffffffff))
#define INDEX_NONE (-1)

#define THIRD_PARTY_INCLUDES_START
#define THIRD_PARTY_INCLUDES_END
#define FORCEINLINE inline
#define CORE_API
#define ENGINE_API

// Function-like macros of the engine that collide with careless names.
#define check(Expression) ((Expression) ? static_cast<void>(0) : (static_cast<void>(std::fprintf(stderr, "check: %s\n", #Expression)), std::abort()))
#define verify(Expression) check(Expression)

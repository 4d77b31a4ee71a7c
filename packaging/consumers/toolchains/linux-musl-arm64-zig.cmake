set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER "$ENV{MPA_ZIG}" cc -target aarch64-linux-musl)
# Zig does not link the unwinder to C, and the static library needs it.
set(CMAKE_C_STANDARD_LIBRARIES_INIT -lunwind)

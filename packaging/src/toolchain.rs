//! What compiles the library: Rust with the standard library of the target, and a linker and C compiler for it.

pub mod clang_cl;
pub mod compilers;
pub mod macos_stubs;
pub mod mingw;
pub mod pip;
pub mod rust;
pub mod zig;

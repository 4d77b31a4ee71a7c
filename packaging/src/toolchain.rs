//! What compiles the library: Rust with the standard library of the target, and a linker for it.

pub mod rust;
pub mod zig;

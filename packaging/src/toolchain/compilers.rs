//! The compilers and linkers for C++ that packages are checked with.

use crate::tools::Tool;

pub const CLANG: Tool =
    Tool { names: &["clang++", "clang++-14"], package: "clang", elsewhere: "LLVM from releases.llvm.org" };
pub const LLD: Tool =
    Tool { names: &["ld.lld", "ld.lld-14"], package: "lld", elsewhere: "LLVM from releases.llvm.org" };
/// Its libraries are also those of clang for arm64.
pub const ARM64_GCC: Tool = Tool {
    names: &["aarch64-linux-gnu-g++"],
    package: "g++-aarch64-linux-gnu",
    elsewhere: "a cross compiler for aarch64-linux-gnu of your distribution",
};
pub const MINGW: Tool = Tool {
    // Elsewhere than on Windows, `g++` is that of the machine.
    names: if cfg!(windows) { &["x86_64-w64-mingw32-g++", "g++"] } else { &["x86_64-w64-mingw32-g++-posix"] },
    package: "g++-mingw-w64-x86-64-posix",
    elsewhere: "MinGW-w64 from mingw-w64.org",
};

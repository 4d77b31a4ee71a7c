//! MinGW-w64: the C compiler, linker and binutils for Windows with the GNU ABI.

use std::ffi::OsString;
use std::process::Command;

use anyhow::Result;

use crate::tools::Tool;

const GCC: Tool = Tool {
    names: &["x86_64-w64-mingw32-gcc", "gcc"],
    package: "gcc-mingw-w64-x86-64-win32",
    elsewhere: "any MinGW-w64",
};
const LD: Tool = Tool { names: &["x86_64-w64-mingw32-ld", "ld"], ..GCC };
const OBJCOPY: Tool = Tool { names: &["x86_64-w64-mingw32-objcopy", "objcopy"], ..GCC };
const WINDRES: Tool = Tool { names: &["x86_64-w64-mingw32-windres", "windres"], ..GCC };

pub fn gcc() -> Result<Command> {
    Ok(Command::new(GCC.path()?))
}

pub fn ld() -> Result<Command> {
    Ok(Command::new(LD.path()?))
}

pub fn objcopy() -> Result<Command> {
    Ok(Command::new(OBJCOPY.path()?))
}

pub fn windres() -> Result<Command> {
    Ok(Command::new(WINDRES.path()?))
}

/// What makes the build scripts of crates use it.
pub fn environment() -> Result<Vec<(String, OsString)>> {
    Ok(vec![("CC_x86_64_pc_windows_gnu".to_owned(), GCC.path()?.into())])
}

/// The libraries of a DLL that imports the Universal C Runtime, which is part of Windows, in the place of the older
/// `msvcrt.dll` that MinGW takes by itself. They need each other.
pub const LIBRARIES: &[&str] = &[
    "-nodefaultlibs",
    "-Wl,--start-group",
    "-lmingw32",
    "-lmingwex",
    "-lgcc",
    "-lgcc_eh",
    "-lucrt",
    "-lkernel32",
    "-Wl,--end-group",
    "-ladvapi32",
    "-lbcrypt",
    "-lntdll",
    "-luserenv",
    "-lws2_32",
];

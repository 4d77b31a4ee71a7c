//! Versions: of the header that a program was compiled with, and of the library that it runs with.

use std::ffi::c_char;

/// The major version of this header.
pub const MPA_VERSION_MAJOR: u32 = number(env!("CARGO_PKG_VERSION_MAJOR"));
/// The minor version of this header.
pub const MPA_VERSION_MINOR: u32 = number(env!("CARGO_PKG_VERSION_MINOR"));
/// The patch version of this header.
pub const MPA_VERSION_PATCH: u32 = number(env!("CARGO_PKG_VERSION_PATCH"));

const fn number(digits: &str) -> u32 {
    let (mut value, mut index) = (0, 0);
    while index < digits.len() {
        value = value * 10 + (digits.as_bytes()[index] - b'0') as u32;
        index += 1;
    }
    value
}

/// The version of the library that is linked: major * 65536 + minor * 256 + patch.
///
/// A library with the same major version and a minor version that is not lower than the header's
/// has all that the header declares; while the major version is 0, both have to be equal. Never
/// blocks.
#[unsafe(no_mangle)]
pub extern "C" fn mpa_version() -> u32 {
    MPA_VERSION_MAJOR << 16 | MPA_VERSION_MINOR << 8 | MPA_VERSION_PATCH
}

/// The same as text, such as "0.1.0". Static: do not free it. Never blocks.
#[unsafe(no_mangle)]
pub extern "C" fn mpa_version_string() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

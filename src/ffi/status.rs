//! Statuses: what a call reports, and what the caller can do about it.

use std::ffi::{CStr, c_char};

use crate::status::{Status, statuses};

/// How a call ended: MPA_OK, or one of the negative MPA_ERROR_ values below. Numbers are never
/// reused, and later versions may add some: treat an unknown one by `retryable` in mpa_result.
pub type mpa_status = i32;

macro_rules! constants {
    ($(
        $(#[doc = $line:literal])+
        $variant:ident = $number:literal, $constant:ident, $kind:ident $($causes:ident)?, $description:literal;
    )+) => {
        $($(#[doc = $line])+ pub const $constant: mpa_status = $number;)+
    };
}

// cbindgen does not see these: the program that writes the header takes them from the same table.
statuses!(constants);

/// The name of a status as it stands in this header, such as "MPA_ERROR_THROTTLED".
///
/// Any integer is accepted; an unknown one gives "MPA_ERROR_UNKNOWN". The text is static: do not
/// free it. Never blocks.
#[unsafe(no_mangle)]
pub extern "C" fn mpa_status_name(status: mpa_status) -> *const c_char {
    Status::from_number(status).map_or(c"MPA_ERROR_UNKNOWN", |status| status.texts().0).as_ptr()
}

/// What a status means in general, in a sentence or two. For what happened to one call, see `message` in
/// its mpa_result.
///
/// Any integer is accepted. The text is static: do not free it. Never blocks.
#[unsafe(no_mangle)]
pub extern "C" fn mpa_status_description(status: mpa_status) -> *const c_char {
    const UNKNOWN: &CStr = c"A status that this version of the library does not know.";
    Status::from_number(status).map_or(UNKNOWN, |status| status.texts().1).as_ptr()
}

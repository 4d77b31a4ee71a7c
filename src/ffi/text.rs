//! Text across the boundary: NUL-terminated UTF-8, read with a bound, written with one.

use std::ffi::c_char;

use crate::outcome::{Outcome, Result};

/// Copies a text of the caller; `None` for NULL. `most` is in bytes, without the NUL.
///
/// # Safety
/// `source` is NULL or points to readable bytes up to a NUL, or to more than `most` of them.
pub unsafe fn read(source: *const c_char, most: usize, field: &str) -> Result<Option<String>> {
    if source.is_null() {
        return Ok(None);
    }
    // SAFETY: `strnlen` stops at the NUL or after `most + 1` bytes.
    let length = unsafe { libc::strnlen(source, most + 1) };
    if length > most {
        return Err(Outcome::invalid(format!("{field} is longer than {most} bytes. Nothing was sent.")));
    }
    // SAFETY: so many bytes are there.
    let bytes = unsafe { std::slice::from_raw_parts(source.cast::<u8>(), length) };
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(error) => {
            Err(Outcome::invalid(format!("{field} is not UTF-8 at byte {}. Nothing was sent.", error.valid_up_to())))
        }
    }
}

/// As much of `text` as fits, cut where a character ends, and NUL in the rest.
pub fn to_array<const N: usize>(text: &str) -> [c_char; N] {
    let mut array = [0; N];
    let end = text.floor_char_boundary(N - 1);
    for (target, byte) in array.iter_mut().zip(text[..end].bytes()) {
        *target = byte as c_char;
    }
    array
}

/// A buffer of the caller for a text, which is empty until it is written.
pub struct Buffer {
    place: *mut c_char,
    size: usize,
    length: *mut u32,
    name: &'static str,
}

impl Buffer {
    /// `length`, or NULL, gets the text's length, without its NUL, whether it fits or not.
    ///
    /// # Safety
    /// `place` is NULL or points to `size` writable bytes, `length` is NULL or points to a number; nobody
    /// else uses them while this lives.
    pub unsafe fn new(place: *mut c_char, size: u32, length: *mut u32, name: &'static str) -> Result<Self> {
        if !place.is_null() && size > 0 {
            // SAFETY: there is at least one byte.
            unsafe { place.write(0) };
        }
        if !length.is_aligned() {
            return Err(Outcome::invalid(format!(
                "{name}'s length does not point to a uint32_t: the address is not a multiple of 4."
            )));
        }
        Ok(Buffer { place, size: size as usize, length, name })
    }

    /// Makes it empty again.
    pub fn clear(&self) {
        if !self.place.is_null() && self.size > 0 {
            // SAFETY: there is at least one byte, as promised to `new`; what follows the NUL was a secret.
            unsafe { std::ptr::write_bytes(self.place, 0, self.size) };
        }
    }

    /// Writes the text and its NUL; where they do not fit, only the length.
    pub fn write(&self, text: &str) -> Result<()> {
        if !self.length.is_null() {
            // SAFETY: not NULL, aligned, and the caller's to write, as promised to `new`.
            unsafe { self.length.write(u32::try_from(text.len()).unwrap_or(u32::MAX)) };
        }
        if self.place.is_null() || text.len() >= self.size {
            let (name, size, needed) = (self.name, self.size, text.len() + 1);
            return Err(Outcome::invalid(format!("{name} is NULL or has {size} bytes; {needed} are needed.")));
        }
        // SAFETY: the text and its NUL are not longer than the buffer, which is the caller's and so
        // cannot overlap with ours.
        unsafe {
            std::ptr::copy_nonoverlapping(text.as_ptr().cast(), self.place, text.len());
            self.place.add(text.len()).write(0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<const N: usize>(text: &str) -> String {
        to_array::<N>(text).iter().take_while(|c| **c != 0).map(|c| *c as u8 as char).collect()
    }

    #[test]
    fn text_is_cut_where_a_character_ends() {
        assert_eq!(shown::<8>("short"), "short");
        assert_eq!(shown::<4>("short"), "sho");
        assert_eq!(to_array::<4>("aa\u{e9}"), [b'a' as c_char, b'a' as c_char, 0, 0]);
        assert_eq!(to_array::<4>("\u{1f600}"), [0; 4]);
        assert_eq!(to_array::<4>("\u{20ac}").map(|c| c as u8), [0xe2, 0x82, 0xac, 0]);
    }

    #[test]
    fn text_is_read_up_to_its_bound() {
        let read = |bytes: &std::ffi::CStr, most| {
            // SAFETY: a `CStr` ends in NUL.
            unsafe { read(bytes.as_ptr(), most, "field") }
        };
        assert_eq!(read(c"abc", 3).unwrap().unwrap(), "abc");
        assert!(read(c"abcd", 3).unwrap_err().message.starts_with("field is longer than 3 bytes"));
        assert!(read(c"ab\xff", 9).unwrap_err().message.starts_with("field is not UTF-8 at byte 2"));
    }
}

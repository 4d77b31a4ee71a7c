//! Text across the boundary: NUL-terminated UTF-8, read with a bound, written with one.

use std::ffi::c_char;
use std::mem;

use zeroize::Zeroizing;

use super::caller::{self, Memory, Slot};
use crate::outcome::{Outcome, Result};

/// Copies a text of the caller; `None` for NULL. `most` is in bytes, without the NUL.
///
/// # Safety
/// `source` is NULL or points to readable bytes up to a NUL, or to more than `most` of them.
pub unsafe fn read(source: *const c_char, most: usize, field: &str) -> Result<Option<String>> {
    // SAFETY: passed on from the caller.
    let text = unsafe { read_secret(source, most, field) }?;
    Ok(text.map(|mut text| mem::take(&mut *text)))
}

/// The same for a secret: every copy that is made of it is wiped when it is dropped.
///
/// # Safety
/// As `read`.
pub unsafe fn read_secret(source: *const c_char, most: usize, field: &str) -> Result<Option<Zeroizing<String>>> {
    if source.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL; the rest is passed on from the caller.
    let Some(mut copy) = (unsafe { caller::read_text(source, most) }) else {
        return Err(Outcome::invalid(format!("{field} is longer than {most} bytes. Nothing was sent.")));
    };
    String::from_utf8(mem::take(&mut *copy)).map(|text| Some(Zeroizing::new(text))).map_err(|error| {
        let valid_up_to = error.utf8_error().valid_up_to();
        drop(Zeroizing::new(error.into_bytes()));
        Outcome::invalid(format!("{field} is not UTF-8 at byte {valid_up_to}. Nothing was sent."))
    })
}

/// As much of `text` as fits, cut where a character ends, and NUL in the rest.
pub fn to_array<const N: usize>(text: &str) -> [c_char; N] {
    let mut array = [0; N];
    fill(&mut array, text);
    array
}

/// The same, in an array that is there.
pub fn fill(array: &mut [c_char], text: &str) {
    let end = text.floor_char_boundary(array.len() - 1);
    let (before, after) = array.split_at_mut(end);
    for (target, byte) in before.iter_mut().zip(text.bytes()) {
        *target = byte as c_char;
    }
    after.fill(0);
}

/// A buffer of the caller for a text, which is empty until it is written.
pub struct Buffer {
    /// Of size 0 where the caller gave none.
    memory: Memory,
    length: Slot<u32>,
    name: &'static str,
}

impl Buffer {
    /// `length`, or NULL, gets the text's length, without its NUL, whether it fits or not.
    ///
    /// # Safety
    /// `place` is NULL or points to `size` bytes, `length` is NULL or points to a number, which may be
    /// written while this lives.
    pub unsafe fn new(place: *mut c_char, size: u32, length: *mut u32, name: &'static str) -> Result<Self> {
        let size = if place.is_null() { 0 } else { size as usize };
        // SAFETY: so many bytes are there.
        let memory = unsafe { Memory::new(place, size) };
        if size > 0 {
            memory.write(0, &[0]);
        }
        // SAFETY: passed on from the caller.
        let length = unsafe { Slot::new(length) }.ok_or_else(|| {
            Outcome::invalid(format!(
                "{name}'s length does not point to a uint32_t: the address is not a multiple of 4."
            ))
        })?;
        Ok(Buffer { memory, length, name })
    }

    /// Makes it empty again; what it held was a secret.
    pub fn clear(&self) {
        self.memory.clear();
    }

    /// Writes the text and its NUL; where they do not fit, only the length.
    pub fn write(&self, text: &str) -> Result<()> {
        self.length.store(u32::try_from(text.len()).unwrap_or(u32::MAX));
        let (name, size, needed) = (self.name, self.memory.size(), text.len() + 1);
        if needed > size {
            return Err(Outcome::invalid(format!("{name} is NULL or has {size} bytes; {needed} are needed.")));
        }
        self.memory.write(0, text.as_bytes());
        self.memory.write(text.len(), &[0]);
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

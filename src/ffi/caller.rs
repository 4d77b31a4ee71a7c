//! The caller's memory, which no other file of the library reads or writes.
//!
//! A host may write to an argument while the call still reads it: a buffer that is used again too
//! early, a struct that two threads share. That is its mistake, and must not become ours. So every
//! byte is read once, into memory of ours, and all checks are made on the copy: at worst, the call
//! works with a mixture of old and new values, which is valid or is refused.
//!
//! Reads are volatile. The compiler takes memory that is read in the ordinary way for unchanging, and
//! may read it again in place of the copy that was checked; a volatile read is made exactly once, and
//! yields what the memory holds, also in a race (LLVM's memory model leaves it to the target; of an
//! ordinary or atomic read that meets a plain write it says that the value is undefined). Rust calls a
//! race undefined for every kind of access; but this memory is outside of all Rust allocations, for
//! which volatile accesses are meant. What is aligned is read in pieces of 8 or 4 bytes: a number or a
//! pointer is never put together from an old and a new half.
//!
//! Nothing that is written is read again, so writes are ordinary.

use std::ffi::c_char;
use std::mem::{self, MaybeUninit};
use std::{ptr, slice};

use zeroize::Zeroizing;

use super::structs::Struct;

/// Bytes of the caller, as many as it promised. Others may write to them at any time.
#[derive(Clone, Copy)]
pub struct Memory {
    start: *mut u8,
    size: usize,
}

impl Memory {
    /// # Safety
    /// `start` points to `size` bytes that stay readable, and for `write` and `clear` writable, as long
    /// as this is used. They are no memory of the library.
    pub unsafe fn new<T>(start: *const T, size: usize) -> Self {
        Memory { start: start.cast_mut().cast(), size }
    }

    pub fn size(self) -> usize {
        self.size
    }

    /// Reads each byte of `target` once, from `offset` on.
    #[inline(never)]
    pub fn read(self, offset: usize, target: &mut [u8]) {
        let mut done = 0;
        let start = self.place(offset, target.len());
        while done < target.len() {
            // SAFETY: `place` has checked that so many bytes are there.
            let from = unsafe { start.add(done) };
            let rest = &mut target[done..];
            if from.cast::<u64>().is_aligned() && rest.len() >= 8 {
                for (index, word) in rest.chunks_exact_mut(8).enumerate() {
                    // SAFETY: aligned, and within what `place` has checked.
                    let value = unsafe { from.cast::<u64>().add(index).read_volatile() };
                    word.copy_from_slice(&value.to_ne_bytes());
                    done += 8;
                }
            } else if from.cast::<u32>().is_aligned() && rest.len() >= 4 {
                // SAFETY: the same.
                let value = unsafe { from.cast::<u32>().read_volatile() };
                rest[..4].copy_from_slice(&value.to_ne_bytes());
                done += 4;
            } else {
                // SAFETY: the same.
                rest[0] = unsafe { from.read_volatile() };
                done += 1;
            }
        }
    }

    /// Reads a number, which is aligned as in C.
    pub fn read_u32(self, offset: usize) -> u32 {
        let place = self.place(offset, 4).cast::<u32>();
        assert!(place.is_aligned(), "a number that is not aligned");
        // SAFETY: aligned, and `place` has checked that it is there.
        unsafe { place.read_volatile() }
    }

    /// Writes from `offset` on.
    pub fn write(self, offset: usize, bytes: &[u8]) {
        let place = self.place(offset, bytes.len());
        // SAFETY: `place` has checked that so many bytes are there; those of `bytes` are ours, so that they
        // cannot overlap.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), place, bytes.len()) };
    }

    /// Makes all of it zero.
    pub fn clear(self) {
        // SAFETY: so many bytes are there and writable, as promised to `new`.
        unsafe { ptr::write_bytes(self.start, 0, self.size) };
    }

    /// The same from `offset` on, `size` bytes.
    pub fn part(self, offset: usize, size: usize) -> Self {
        Memory { start: self.place(offset, size), size }
    }

    /// The address of `size` bytes from `offset` on; a panic where they are not all there.
    fn place(self, offset: usize, size: usize) -> *mut u8 {
        assert!(offset.checked_add(size).is_some_and(|end| end <= self.size), "beyond the caller's memory");
        // SAFETY: within the memory that was promised to `new`, or just at its end.
        unsafe { self.start.add(offset) }
    }
}

/// Reads a text up to its NUL; `None` where that is not among the first `most + 1` bytes. The copy may
/// hold a secret.
///
/// # Safety
/// `source` points to readable bytes up to a NUL, or to more than `most` of them.
#[inline(never)]
pub unsafe fn read_text(source: *const c_char, most: usize) -> Option<Zeroizing<Vec<u8>>> {
    let length = |text: *const c_char, most: usize| {
        // SAFETY: `strnlen` reads no more than `most` bytes, and nothing behind a NUL.
        unsafe { libc::strnlen(text, most) }
    };
    // All that is learned by this look is how much may be read.
    let readable = length(source, most + 1);
    if readable > most {
        return None;
    }
    let mut copy = Zeroizing::new(vec![0; readable]);
    // SAFETY: `strnlen` has found so many bytes there.
    unsafe { Memory::new(source, readable) }.read(0, &mut copy);
    // By now, the text may be shorter.
    let end = length(copy.as_ptr().cast(), readable);
    copy.truncate(end);
    Some(copy)
}

/// Reads an array of numbers.
///
/// # Safety
/// `source` is aligned and points to `count` readable numbers.
pub unsafe fn read_numbers(source: *const u64, count: usize) -> Vec<u64> {
    // SAFETY: within the array, as promised.
    (0..count).map(|index| unsafe { source.add(index).read_volatile() }).collect()
}

/// Reads a struct, from `offset` on, as far as the memory goes; the rest of it is zero.
pub fn read_struct<T: Struct>(memory: Memory, offset: usize) -> T {
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: `value` is ours, and all of it is initialised.
    let bytes = unsafe { slice::from_raw_parts_mut(value.as_mut_ptr().cast::<u8>(), mem::size_of::<T>()) };
    let end = bytes.len().min(memory.size);
    memory.read(offset, &mut bytes[offset..end]);
    // SAFETY: a `Struct` is valid with any bits.
    unsafe { value.assume_init() }
}

/// The bytes of a struct of ours.
pub fn bytes_of<T: Struct>(value: &T) -> &[u8] {
    // SAFETY: a `Struct` has no padding, so that all of it is initialised.
    unsafe { slice::from_raw_parts(ptr::from_ref(value).cast(), mem::size_of::<T>()) }
}

/// Where a single value goes, or nowhere.
pub struct Slot<T>(*mut T);

impl<T: Copy> Slot<T> {
    /// `None` where the address is not aligned.
    ///
    /// # Safety
    /// `place` is NULL or points to a value that may be written as long as this lives.
    pub unsafe fn new(place: *mut T) -> Option<Self> {
        place.is_aligned().then_some(Slot(place))
    }

    pub fn is_nowhere(&self) -> bool {
        self.0.is_null()
    }

    pub fn store(&self, value: T) {
        if !self.0.is_null() {
            // SAFETY: not NULL, aligned, and the caller's to write, as promised to `new`.
            unsafe { self.0.write(value) };
        }
    }
}

#[cfg(test)]
#[path = "caller_tests.rs"]
mod tests;

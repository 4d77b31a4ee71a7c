//! Structs of callers that were built with another version of the header.
//!
//! Every struct begins with its size. Fields that an older caller did not know are zero, their
//! default; what a newer caller has beyond them must be zero, since it cannot be honoured.

use std::fmt::Display;
use std::mem::{self, MaybeUninit};
use std::ptr;

use crate::outcome::{Outcome, Result, Status};

/// No struct will ever be larger; a size beyond is a mistake.
const LARGEST: usize = 4_096;

/// A struct that crosses the boundary.
///
/// # Safety
/// `#[repr(C)]`, without padding, valid with any bits, and beginning with `struct_size: u32`.
pub unsafe trait Struct: Copy {
    /// Its name in C.
    const NAME: &'static str;
    /// Its size in the first version that had it.
    const FIRST_SIZE: usize;
}

/// Copies a struct of the caller. `name` is the caller's parameter.
///
/// # Safety
/// `source` is NULL or points to as many readable bytes as the size there says, at least 4.
pub unsafe fn read<T: Struct>(source: *const T, name: &str) -> Result<T> {
    // SAFETY: passed on from the caller.
    let size = unsafe { size_of_struct(source, name) }?;
    // SAFETY: `size` is what the caller's struct says of itself, and has been checked.
    unsafe { copy(source, size, name) }
}

/// Copies an array of structs, all of the size of the first. `check_count` has refused what is too
/// many or none.
///
/// # Safety
/// `source` is NULL or points to `count` such structs.
pub unsafe fn read_array<T: Struct>(source: *const T, count: usize, name: &str) -> Result<Vec<T>> {
    let first = format!("{name}[0]");
    // SAFETY: passed on from the caller; there is at least one element.
    let stride = unsafe { size_of_struct(source, &first) }?;
    if !stride.is_multiple_of(mem::align_of::<T>()) {
        return Err(invalid_struct::<T>(&first, stride));
    }
    let mut elements = Vec::with_capacity(count);
    for index in 0..count {
        // SAFETY: within the caller's array, whose elements are `stride` apart.
        let element = unsafe { source.byte_add(index * stride) };
        // SAFETY: the same.
        let size = unsafe { element.cast::<u32>().read() } as usize;
        if size != stride {
            return Err(Box::new(Outcome::new(
                Status::InvalidStruct,
                format!(
                    "{name}[{index}].struct_size is {size}, but {name}[0].struct_size is {stride}; all elements \
                     of an array have the size of the first. Nothing was sent."
                ),
            )));
        }
        // SAFETY: the element has `stride` bytes.
        elements.push(unsafe { copy(element, stride, format_args!("{name}[{index}]")) }?);
    }
    Ok(elements)
}

/// Where a struct is written to. `None` where the caller did not want it.
pub struct Target<T> {
    place: *mut T,
    size: usize,
}

impl<T: Struct> Target<T> {
    /// # Safety
    /// `place` is NULL or points to a struct, of the size that it says, which nobody else uses
    /// while this lives.
    pub unsafe fn new(place: *mut T, name: &str) -> Result<Option<Self>> {
        if place.is_null() {
            return Ok(None);
        }
        // SAFETY: passed on from the caller.
        let size = unsafe { size_of_struct(place, name) }?;
        // SAFETY: the same; the tail will not be written.
        unsafe { check_tail(place.cast_const(), size, name) }?;
        Ok(Some(Target { place, size }))
    }

    /// Writes all but the size, as far as the caller's struct goes.
    pub fn write(&self, value: &T) {
        let skip = mem::size_of::<u32>();
        let amount = self.size.min(mem::size_of::<T>()) - skip;
        // SAFETY: the caller's struct has `size` bytes, `value` has `size_of::<T>()`; both have no
        // padding, and they cannot overlap, since `value` is ours.
        unsafe {
            let from = ptr::from_ref(value).cast::<u8>().add(skip);
            ptr::copy_nonoverlapping(from, self.place.cast::<u8>().add(skip), amount);
        }
    }
}

/// What a struct of the caller says its size is, checked.
///
/// # Safety
/// As `read`.
unsafe fn size_of_struct<T: Struct>(source: *const T, name: &str) -> Result<usize> {
    if source.is_null() {
        return Err(Outcome::invalid(format!("{name} is NULL; it must point to an {}. Nothing was sent.", T::NAME)));
    }
    if !source.is_aligned() {
        return Err(Outcome::invalid(format!(
            "{name} does not point to an {}: the address is not a multiple of {}. Nothing was sent.",
            T::NAME,
            mem::align_of::<T>()
        )));
    }
    // SAFETY: not NULL and aligned; the caller promises that a struct is there.
    let size = unsafe { source.cast::<u32>().read() } as usize;
    if (T::FIRST_SIZE..=LARGEST).contains(&size) { Ok(size) } else { Err(invalid_struct::<T>(name, size)) }
}

fn invalid_struct<T: Struct>(name: &str, size: usize) -> Box<Outcome> {
    Box::new(Outcome::new(
        Status::InvalidStruct,
        format!(
            "{name}.struct_size is {size}, which is no size of {0}; initialise it with MPA_INIT({0}). Nothing was \
             sent.",
            T::NAME
        ),
    ))
}

/// # Safety
/// `source` points to `size` readable bytes.
unsafe fn copy<T: Struct>(source: *const T, size: usize, name: impl Display) -> Result<T> {
    let known = mem::size_of::<T>();
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: both have at least as many bytes, and they cannot overlap, since `value` is ours.
    unsafe {
        ptr::copy_nonoverlapping(source.cast::<u8>(), value.as_mut_ptr().cast::<u8>(), size.min(known));
    }
    // SAFETY: passed on from the caller.
    unsafe { check_tail(source, size, name) }?;
    // SAFETY: a `Struct` is valid with any bits.
    Ok(unsafe { value.assume_init() })
}

/// Refuses what the caller sets behind the fields that this version knows.
///
/// # Safety
/// `source` points to `size` readable bytes.
unsafe fn check_tail<T: Struct>(source: *const T, size: usize, name: impl Display) -> Result<()> {
    for offset in mem::size_of::<T>()..size {
        // SAFETY: within the caller's struct.
        if unsafe { source.cast::<u8>().add(offset).read() } != 0 {
            return Err(Box::new(Outcome::new(
                Status::InvalidStruct,
                format!(
                    "{name} sets a field, at byte {offset}, that this version of the library ({}) does not know; \
                     leave it zero or use a newer library. Nothing was sent.",
                    env!("CARGO_PKG_VERSION")
                ),
            )));
        }
    }
    Ok(())
}

/// Refuses a reserved field that is set: it may get a meaning that this version does not know.
pub fn check_reserved(value: u32, field: impl Display) -> Result<()> {
    if value == 0 {
        return Ok(());
    }
    Err(Outcome::invalid(format!("{field} is {value}; reserved fields must be 0. Nothing was sent.")))
}

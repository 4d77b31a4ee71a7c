//! Structs of callers that were built with another version of the header.
//!
//! Every struct begins with its size. Fields that an older caller did not know are zero, their
//! default; what a newer caller has beyond them must be zero, since it cannot be honoured.

use std::fmt::Display;
use std::marker::PhantomData;
use std::mem;

use super::caller::{self, Memory};
use crate::outcome::{Outcome, Result, Status};

/// No struct will ever grow by more; a size beyond is a mistake.
const LARGEST_GROWTH: usize = 4_096;

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
    copy(unsafe { sized(source, name) }?, name)
}

/// Copies an array of structs, all of the size of the first. `check_count` has refused what is too
/// many or none.
///
/// # Safety
/// `source` is NULL or points to `count` such structs.
pub unsafe fn read_array<T: Struct>(source: *const T, count: usize, name: &str) -> Result<Vec<T>> {
    let first = format!("{name}[0]");
    // SAFETY: passed on from the caller; there is at least one element.
    let stride = unsafe { sized(source, &first) }?.size();
    if !stride.is_multiple_of(mem::align_of::<T>()) {
        return Err(invalid_struct::<T>(&first, stride));
    }
    // SAFETY: passed on from the caller.
    let array = unsafe { Memory::new(source, count * stride) };
    let element = |index: usize| {
        let memory = array.part(index * stride, stride);
        if index > 0 {
            check_size_of_element(memory.read_u32(0), index, stride, name)?;
        }
        copy(memory, format_args!("{name}[{index}]"))
    };
    (0..count).map(element).collect()
}

fn check_size_of_element(size: u32, index: usize, stride: usize, name: &str) -> Result<()> {
    if size as usize == stride {
        return Ok(());
    }
    Err(Box::new(Outcome::new(
        Status::InvalidStruct,
        format!(
            "{name}[{index}].struct_size is {size}, but {name}[0].struct_size is {stride}; all elements of an array \
             have the size of the first. Nothing was sent."
        ),
    )))
}

/// Where a struct is written to. `None` where the caller did not want it.
pub struct Target<T> {
    memory: Memory,
    written: PhantomData<T>,
}

impl<T: Struct> Target<T> {
    /// # Safety
    /// `place` is NULL or points to a struct, of the size that it says, which may be written while this
    /// lives.
    pub unsafe fn new(place: *mut T, name: &str) -> Result<Option<Self>> {
        if place.is_null() {
            return Ok(None);
        }
        // SAFETY: passed on from the caller.
        let memory = unsafe { sized(place.cast_const(), name) }?;
        // It will not be written.
        check_tail::<T>(memory, name)?;
        Ok(Some(Target { memory, written: PhantomData }))
    }

    /// A struct of which some fields are read, and others are written.
    ///
    /// # Safety
    /// As `new`, and that struct can be read.
    pub unsafe fn read(place: *mut T, name: &str) -> Result<(T, Self)> {
        // SAFETY: passed on from the caller.
        let memory = unsafe { sized(place.cast_const(), name) }?;
        Ok((copy(memory, name)?, Target { memory, written: PhantomData }))
    }

    /// Writes all but the size, as far as the caller's struct goes.
    pub fn write(&self, value: &T) {
        self.write_from(SIZE_OF_SIZE, value);
    }

    /// Writes the fields from `offset` on.
    pub fn write_from(&self, offset: usize, value: &T) {
        let bytes = caller::bytes_of(value);
        let end = bytes.len().min(self.memory.size());
        self.memory.write(offset, &bytes[offset..end]);
    }
}

/// Where an array of structs is written to, all of the size of the first. Empty where the caller gave none.
pub struct Targets<T> {
    memory: Option<Memory>,
    stride: usize,
    count: usize,
    written: PhantomData<T>,
}

impl<T: Struct> Targets<T> {
    /// # Safety
    /// `place` is NULL or points to `count` structs, of the size that the first says, which may be written while this
    /// lives.
    pub unsafe fn new(place: *mut T, count: usize, name: &str) -> Result<Self> {
        if place.is_null() || count == 0 {
            return Ok(Targets { memory: None, stride: 0, count: 0, written: PhantomData });
        }
        let first = format!("{name}[0]");
        // SAFETY: passed on from the caller; there is at least one element.
        let memory = unsafe { sized(place.cast_const(), &first) }?;
        let stride = memory.size();
        if !stride.is_multiple_of(mem::align_of::<T>()) {
            return Err(invalid_struct::<T>(&first, stride));
        }
        // It will not be written.
        check_tail::<T>(memory, &first)?;
        let Some(size) = count.checked_mul(stride) else {
            return Err(Outcome::invalid(format!("{name} cannot have {count} elements. Nothing was sent.")));
        };
        // SAFETY: passed on from the caller.
        let memory = Some(unsafe { Memory::new(place.cast_const(), size) });
        Ok(Targets { memory, stride, count, written: PhantomData })
    }

    pub fn len(&self) -> usize {
        self.count
    }

    /// Writes all of an element but its size, as far as the caller's struct goes.
    pub fn write(&self, index: usize, value: &T) {
        let Some(memory) = self.memory.filter(|_| index < self.count) else { return };
        let bytes = caller::bytes_of(value);
        let end = bytes.len().min(self.stride);
        let element = memory.part(index * self.stride, self.stride);
        element.write(SIZE_OF_SIZE, &bytes[SIZE_OF_SIZE..end]);
    }
}

const SIZE_OF_SIZE: usize = mem::size_of::<u32>();

/// The struct that the caller points to, of the size that it says, which is read only here.
///
/// # Safety
/// As `read`.
unsafe fn sized<T: Struct>(source: *const T, name: &str) -> Result<Memory> {
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
    // SAFETY: not NULL; the caller promises that a struct is there.
    let size = unsafe { Memory::new(source, SIZE_OF_SIZE) }.read_u32(0) as usize;
    if !(T::FIRST_SIZE..=mem::size_of::<T>() + LARGEST_GROWTH).contains(&size) {
        return Err(invalid_struct::<T>(name, size));
    }
    // SAFETY: `size` is what the caller's struct says of itself, and has been checked.
    Ok(unsafe { Memory::new(source, size) })
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

/// What this version knows of a struct, but for its size, which has been read before.
fn copy<T: Struct>(memory: Memory, name: impl Display) -> Result<T> {
    let value = caller::read_struct(memory, SIZE_OF_SIZE);
    check_tail::<T>(memory, name)?;
    Ok(value)
}

/// Refuses what the caller sets behind the fields that this version knows.
fn check_tail<T: Struct>(memory: Memory, name: impl Display) -> Result<()> {
    if memory.size() <= mem::size_of::<T>() {
        return Ok(());
    }
    let mut tail = [0; 64];
    for start in (mem::size_of::<T>()..memory.size()).step_by(tail.len()) {
        let tail = &mut tail[..(memory.size() - start).min(64)];
        memory.read(start, tail);
        if let Some(place) = tail.iter().position(|byte| *byte != 0) {
            let offset = start + place;
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

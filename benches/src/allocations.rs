//! Counts what a thread allocates. It costs an addition for each, which the library pays and
//! libcurl, which asks the C library, does not.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What this thread has allocated and freed so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allocations {
    pub count: u64,
    /// Less what it has freed, which another thread may have allocated.
    pub bytes: i64,
}

impl Allocations {
    pub fn so_far() -> Self {
        SO_FAR.get()
    }

    pub fn since(self, before: Self) -> Self {
        Allocations { count: self.count - before.count, bytes: self.bytes - before.bytes }
    }
}

thread_local! {
    static SO_FAR: Cell<Allocations> = const { Cell::new(Allocations { count: 0, bytes: 0 }) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: the system's, which is asked for exactly what was asked here. Counting allocates nothing: the
// cell has a constant to begin with and nothing to drop.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        // SAFETY: passed on from the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        // SAFETY: passed on from the caller.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(0, -(layout.size() as i64));
        // SAFETY: passed on from the caller.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size as i64 - layout.size() as i64);
        // SAFETY: passed on from the caller.
        unsafe { System.realloc(place, layout, size) }
    }
}

fn count(allocations: u64, bytes: i64) {
    let before = SO_FAR.get();
    SO_FAR.set(Allocations { count: before.count + allocations, bytes: before.bytes + bytes });
}

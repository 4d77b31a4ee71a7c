//! Which process this is, without a system call: how many forks lie behind it.

use std::sync::atomic::{AtomicU32, Ordering};

static FORKS: AtomicU32 = AtomicU32::new(0);

/// Grows by one in every child of a fork, from the first call of `watch` on.
pub fn forks() -> u32 {
    FORKS.load(Ordering::Acquire)
}

/// Has forks counted. Where there is no fork there is nothing to do.
#[cfg(unix)]
pub fn watch() {
    static WATCHING: std::sync::Once = std::sync::Once::new();
    WATCHING.call_once(|| {
        extern "C" fn in_the_child() {
            FORKS.fetch_add(1, Ordering::AcqRel);
        }
        // SAFETY: the handler lives as long as the process (the library is never unloaded) and does
        // one atomic addition, which is safe in the child of a process with threads.
        let watching = unsafe { libc::pthread_atfork(None, None, Some(in_the_child)) };
        // It fails only where there is no memory; then a child is taken for its parent.
        debug_assert_eq!(watching, 0);
    });
}

#[cfg(not(unix))]
pub fn watch() {}

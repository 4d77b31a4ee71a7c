//! Locks.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Each change under a lock leaves what the next can begin with, so a panic of another thread does no harm.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

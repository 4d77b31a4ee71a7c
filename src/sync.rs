//! Locks, atomics and threads: the standard library's, or, for the tests in `src/queue/model.rs`, those
//! of a checker that tries other orders of events.

#[cfg(not(shuttle))]
pub use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, atomic};

#[cfg(shuttle)]
mod checked;
#[cfg(shuttle)]
pub use checked::{Condvar, Mutex, MutexGuard};
#[cfg(shuttle)]
pub use shuttle::sync::atomic;
#[cfg(shuttle)]
pub use std::sync::PoisonError;

mod thread;
pub use thread::spawn;

//! Locks, atomics and threads: the standard library's, or, for the tests in `src/client/model.rs`, those
//! of a checker that tries other orders of events.

#[cfg(not(shuttle))]
pub use std::sync::{MutexGuard, atomic};

#[cfg(shuttle)]
mod checked;
#[cfg(shuttle)]
pub use checked::{Condvar, Mutex, MutexGuard};
#[cfg(shuttle)]
pub use shuttle::sync::atomic;

/// What the checker leaves alone: the transport and the table of handles use these directly.
pub mod lock;
#[cfg(not(shuttle))]
pub use lock::{Condvar, Mutex};

mod slot;
pub use slot::Slot;

mod thread;
pub use thread::spawn;

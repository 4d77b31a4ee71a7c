//! The checker's locks, with the waits that it leaves out: by themselves its waits end only when they
//! are meant to, but ours may also end early for no reason, and those with a limit once it is over.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::PoisonError;
use std::time::Duration;

use shuttle::rand::Rng;
use shuttle::sync;

/// In the model no time passes. What takes less than this may be over at any moment, and is over before
/// all threads wait for each other; what takes longer is never over, so that a thread that only time
/// would wake is found.
const SOON: Duration = Duration::from_secs(1);

/// One in so many waits that could go on ends early.
const SELDOM: u32 = 8;

#[derive(Debug, Default)]
pub struct Mutex<T>(sync::Mutex<T>);

pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    guard: sync::MutexGuard<'a, T>,
}

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Mutex(sync::Mutex::new(value))
    }

    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, guard: self.0.lock().unwrap_or_else(PoisonError::into_inner) }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T: fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.guard.fmt(f)
    }
}

#[derive(Debug, Default)]
pub struct Condvar(sync::Condvar);

impl Condvar {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        let MutexGuard { mutex, guard } = guard;
        if shuttle::rand::thread_rng().gen_range(0..SELDOM) == 0 {
            return let_others_go_first(mutex, guard);
        }
        MutexGuard { mutex, guard: self.0.wait(guard).unwrap_or_else(PoisonError::into_inner) }
    }

    pub fn wait_timeout<'a, T>(&self, guard: MutexGuard<'a, T>, limit: Duration) -> MutexGuard<'a, T> {
        if limit < SOON { let_others_go_first(guard.mutex, guard.guard) } else { self.wait(guard) }
    }

    pub fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        limit: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'a, T> {
        while condition(&mut guard) {
            guard = self.wait_timeout(guard, limit);
            if limit < SOON {
                break;
            }
        }
        guard
    }

    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// A wait that ended without a wake-up: any of the others may have run meanwhile, or none.
fn let_others_go_first<'a, T>(mutex: &'a Mutex<T>, guard: sync::MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    drop(guard);
    shuttle::thread::yield_now();
    mutex.lock()
}

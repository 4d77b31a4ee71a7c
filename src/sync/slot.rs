//! What one thread makes and others wait for.

use std::time::{Duration, Instant};

use super::{Condvar, Mutex, MutexGuard};

/// How often a thread that waits checks whether the value is still wanted.
const CHECK_INTERVAL: Duration = Duration::from_millis(20);

/// A place for a value that another thread puts there.
#[derive(Debug)]
pub struct Slot<T> {
    value: Mutex<Option<T>>,
    filled: Condvar,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Slot { value: Mutex::new(None), filled: Condvar::new() }
    }
}

impl<T> Slot<T> {
    pub fn fill(&self, value: T) {
        *self.value.lock() = Some(value);
        self.filled.notify_all();
    }

    /// The value, if it is there.
    pub fn get(&self) -> MutexGuard<'_, Option<T>> {
        self.value.lock()
    }

    /// Waits for the value until `deadline`, or until soon after it `is_over`.
    pub fn wait(&self, deadline: Instant, is_over: impl Fn() -> bool) -> MutexGuard<'_, Option<T>> {
        let mut value = self.value.lock();
        while value.is_none() && !is_over() {
            let remaining = deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                break;
            }
            value = self.filled.wait_timeout(value, remaining.min(CHECK_INTERVAL));
        }
        value
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn a_wait_ends_with_the_value_at_the_deadline_or_when_it_is_over() {
        let slot = Slot::default();
        let (started, far) = (Instant::now(), Instant::now() + Duration::from_secs(60));
        assert_eq!(*slot.wait(started + Duration::from_millis(50), || false), None);
        assert!(started.elapsed() >= Duration::from_millis(50));
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| *slot.wait(far, || over.load(Ordering::SeqCst)));
            over.store(true, Ordering::SeqCst);
            assert_eq!(waiting.join().unwrap(), None);
            let waiting = scope.spawn(|| *slot.wait(far, || false));
            slot.fill(7);
            assert_eq!(waiting.join().unwrap(), Some(7));
        });
        assert_eq!(slot.get().take(), Some(7));
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}

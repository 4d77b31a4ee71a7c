//! The end of everything that is under way, of which those who wait learn.

use std::time::Duration;

use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Condvar, Mutex};

#[derive(Debug, Default)]
pub struct Abort {
    is_set: AtomicBool,
    sleepers: Mutex<()>,
    changed: Condvar,
}

impl Abort {
    pub fn set(&self) {
        // With the lock: a thread that is about to sleep has checked before, or will be woken.
        let _sleepers = self.sleepers.lock();
        self.is_set.store(true, Ordering::Release);
        self.changed.notify_all();
    }

    pub fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Acquire)
    }

    /// Waits, or until it is set.
    pub fn sleep(&self, wait: Duration) {
        drop(self.changed.wait_timeout_while(self.sleepers.lock(), wait, |()| !self.is_set()));
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn it_ends_a_sleep() {
        let abort = Abort::default();
        let started = Instant::now();
        abort.sleep(Duration::from_millis(50));
        assert!(started.elapsed() >= Duration::from_millis(49) && !abort.is_set());
        std::thread::scope(|scope| {
            let started = Instant::now();
            let sleeper = scope.spawn(|| abort.sleep(Duration::from_secs(60)));
            std::thread::sleep(Duration::from_millis(50));
            abort.set();
            sleeper.join().unwrap();
            assert!(started.elapsed() < Duration::from_secs(30));
        });
        assert!(abort.is_set());
    }
}

//! Work on a thread that can be left behind: a file system that hangs, or a key derivation that takes long,
//! costs a thread and not the time limit of a call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sync::{Condvar, Mutex, spawn};

/// How often whoever waits looks whether the result is still wanted.
const CHECK_INTERVAL: Duration = Duration::from_millis(20);

/// A value that is worked on by one thread at a time, here or in the background.
#[derive(Debug)]
pub struct Background<T, R> {
    /// `None` while a thread has it.
    idle: Option<T>,
    under_way: Option<Arc<Slot<T, R>>>,
}

/// Where a thread puts the value back, with the result.
#[derive(Debug)]
struct Slot<T, R> {
    done: Mutex<Option<(T, R)>>,
    changed: Condvar,
}

/// What came of a request for work.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress<R> {
    Done(R),
    /// Not this work, but the one before, which took too long, has ended now.
    Late(R),
    /// Not in time.
    UnderWay,
}

impl<T: Send + 'static, R: Send + 'static> Background<T, R> {
    pub fn new(value: T) -> Self {
        Background { idle: Some(value), under_way: None }
    }

    /// Has `work` done, and waits for it until the deadline, or until it is not wanted any more.
    pub fn run(
        &mut self,
        deadline: Instant,
        is_over: impl Fn() -> bool,
        work: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Progress<R> {
        let is_late = self.under_way.is_some();
        if !is_late {
            self.start(work);
        }
        match self.wait(deadline, is_over) {
            Some(result) if is_late => Progress::Late(result),
            Some(result) => Progress::Done(result),
            None => Progress::UnderWay,
        }
    }

    fn start(&mut self, work: impl FnOnce(&mut T) -> R + Send + 'static) {
        let Some(value) = self.idle.take() else { return };
        let slot = Arc::new(Slot { done: Mutex::new(None), changed: Condvar::new() });
        // Kept where both can get at it, so that it is not lost where no thread can be started.
        let place = Arc::new(Mutex::new(Some(value)));
        let (given, result) = (place.clone(), slot.clone());
        let run = move || {
            let Some(mut value) = given.lock().take() else { return };
            let answer = work(&mut value);
            *result.done.lock() = Some((value, answer));
            result.changed.notify_all();
        };
        match spawn("mpa-files", run) {
            Ok(()) => self.under_way = Some(slot),
            Err(_) => self.idle = place.lock().take(),
        }
    }

    fn wait(&mut self, deadline: Instant, is_over: impl Fn() -> bool) -> Option<R> {
        let slot = self.under_way.clone()?;
        let mut done = slot.done.lock();
        while done.is_none() && !is_over() {
            let remaining = deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                break;
            }
            let slice = remaining.min(CHECK_INTERVAL);
            done = slot.changed.wait_timeout(done, slice);
        }
        let (value, result) = done.take()?;
        self.idle = Some(value);
        self.under_way = None;
        Some(result)
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(50)
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    fn add(amount: u32) -> impl FnOnce(&mut u32) -> u32 + Send + 'static {
        move |value| {
            *value += amount;
            *value
        }
    }

    #[test]
    fn work_is_done_on_the_value() {
        let mut background = Background::new(1);
        assert_eq!(background.run(later(), || false, add(2)), Progress::Done(3));
        assert_eq!(background.run(later(), || false, add(4)), Progress::Done(7));
    }

    #[test]
    fn work_that_hangs_is_left_behind_and_nothing_else_is_begun() {
        let (release, released) = mpsc::channel::<()>();
        let mut background = Background::new(1);
        let hang = move |value: &mut u32| {
            let _ = released.recv();
            *value += 1;
            *value
        };
        let started = Instant::now();
        assert_eq!(background.run(soon(), || false, hang), Progress::UnderWay);
        assert_eq!(background.run(soon(), || false, add(10)), Progress::UnderWay);
        assert_eq!(background.run(later(), || true, add(10)), Progress::UnderWay);
        assert!(started.elapsed() < Duration::from_secs(2));
        drop(release);
        // What was asked for meanwhile was not begun.
        assert_eq!(background.run(later(), || false, add(10)), Progress::Late(2));
        assert_eq!(background.run(later(), || false, add(10)), Progress::Done(12));
    }
}

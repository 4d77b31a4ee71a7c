//! Work on a thread that can be left behind: a file system that hangs, or a key derivation that takes long,
//! costs a thread and not the time limit of a call.

use std::sync::Arc;
use std::time::Instant;

use crate::sync::{Mutex, Slot, spawn};

/// A value that is worked on by one thread at a time, here or in the background.
#[derive(Debug)]
pub struct Background<T, R> {
    /// `None` while a thread has it.
    idle: Option<T>,
    /// Where a thread puts the value back, with the result.
    under_way: Option<Arc<Slot<(T, R)>>>,
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
        let slot = Arc::new(Slot::default());
        // Kept where both can get at it, so that it is not lost where no thread can be started.
        let place = Arc::new(Mutex::new(Some(value)));
        let (given, result) = (place.clone(), slot.clone());
        let run = move || {
            let Some(mut value) = given.lock().take() else { return };
            let answer = work(&mut value);
            result.fill((value, answer));
        };
        match spawn("mpa-files", run) {
            Ok(()) => self.under_way = Some(slot),
            Err(_) => self.idle = place.lock().take(),
        }
    }

    fn wait(&mut self, deadline: Instant, is_over: impl Fn() -> bool) -> Option<R> {
        let slot = self.under_way.clone()?;
        let (value, result) = slot.wait(deadline, is_over).take()?;
        self.idle = Some(value);
        self.under_way = None;
        Some(result)
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

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

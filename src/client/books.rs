//! The books of a client: which calls run, how the others ended, and whether it still takes any.

use std::time::{Duration, Instant};

use crate::outcome::{Outcome, Status};
use crate::sync::{Condvar, Mutex};

/// How the calls of a client ended. `calls` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CloseReport {
    pub calls: u64,
    pub succeeded: u64,
    pub uncertain: u64,
    pub failed: u64,
    /// Had not returned when closing did.
    pub unfinished: u64,
}

#[derive(Debug, Default)]
pub struct Books {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    stage: Stage,
    report: CloseReport,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    #[default]
    Open,
    /// Calls under way may end, new ones are refused.
    Closing,
    /// Calls under way are cut.
    Cut,
}

impl Books {
    /// Enters a call; `None` once the client is being closed.
    pub fn begin(&self) -> Option<Running<'_>> {
        let mut state = self.state.lock();
        if state.stage != Stage::Open {
            return None;
        }
        state.report.calls += 1;
        state.report.unfinished += 1;
        Some(Running { books: self, ended_as: End::Failed })
    }

    pub fn is_closed(&self) -> bool {
        self.state.lock().stage >= Stage::Closing
    }

    pub fn is_cut(&self) -> bool {
        self.state.lock().stage >= Stage::Cut
    }

    /// Refuses further calls and has those under way cut.
    pub fn cut(&self) {
        self.state.lock().stage = Stage::Cut;
        self.changed.notify_all();
    }

    /// Waits, or until the calls under way are cut.
    pub fn sleep(&self, wait: Duration) {
        let waited = self.changed.wait_timeout_while(self.state.lock(), wait, |state| state.stage < Stage::Cut);
        drop(waited);
    }

    /// Refuses further calls, waits for those under way, then has the rest cut.
    pub fn close(&self, wait: Duration, cut: impl FnOnce()) -> CloseReport {
        let deadline = Instant::now() + wait;
        let mut state = self.state.lock();
        state.stage = state.stage.max(Stage::Closing);
        while state.report.unfinished > 0 {
            let remaining = deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                break;
            }
            state = self.changed.wait_timeout(state, remaining);
        }
        state.stage = Stage::Cut;
        let report = state.report;
        drop(state);
        self.changed.notify_all();
        cut();
        report
    }
}

#[derive(Clone, Copy, Debug)]
enum End {
    Succeeded,
    Uncertain,
    Failed,
}

/// A call under way. One that is dropped without an outcome has failed.
#[derive(Debug)]
pub struct Running<'a> {
    books: &'a Books,
    ended_as: End,
}

impl Running<'_> {
    pub fn end(mut self, outcome: &Outcome) {
        self.ended_as = match outcome {
            Outcome { status: Status::Ok, .. } => End::Succeeded,
            Outcome { uncertain: 1.., .. } => End::Uncertain,
            _ => End::Failed,
        };
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut state = self.books.state.lock();
        state.report.unfinished -= 1;
        match self.ended_as {
            End::Succeeded => state.report.succeeded += 1,
            End::Uncertain => state.report.uncertain += 1,
            End::Failed => state.report.failed += 1,
        }
        // Only `close` waits for this; a system call for nobody would be the dearest part of this.
        if state.stage != Stage::Open {
            self.books.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_counted_once() {
        let books = Books::default();
        let outcome = |status| Outcome::new(status, "");
        books.begin().unwrap().end(&outcome(Status::Ok));
        books.begin().unwrap().end(&outcome(Status::Rejected));
        books.begin().unwrap().end(&Outcome { uncertain: 3, ..outcome(Status::Uncertain) });
        drop(books.begin().unwrap());
        let _running = books.begin().unwrap();
        let report = books.close(Duration::ZERO, || {});
        assert_eq!(report, CloseReport { calls: 5, succeeded: 1, uncertain: 1, failed: 2, unfinished: 1 });
        assert!(books.begin().is_none());
    }

    #[test]
    fn closing_waits_for_a_call_and_then_cuts() {
        let books = Books::default();
        let running = books.begin().unwrap();
        std::thread::scope(|scope| {
            let closing = scope
                .spawn(|| books.close(Duration::from_secs(60), || assert!(books.is_cut(), "cut before it was said")));
            while !books.is_closed() {
                std::thread::yield_now();
            }
            assert!(!books.is_cut());
            running.end(&Outcome::new(Status::Ok, ""));
            assert_eq!(closing.join().unwrap().unfinished, 0);
        });
    }
}

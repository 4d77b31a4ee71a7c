//! What was received, kept in order and apart by title id, for whoever asks or waits.

mod shelves;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::received::Received;
use shelves::{Limits, Shelves};

/// Some of a title's requests, and a count of what is missing.
#[derive(Debug, Default)]
pub(crate) struct Excerpt {
    pub requests: Vec<Arc<Received>>,
    /// How many of the title's requests were dropped to bound memory.
    pub forgotten: u64,
    /// How many titles were dropped altogether; what was counted for them is lost too.
    pub titles_forgotten: u64,
}

/// Written by the emulator's own thread, read by that thread and by those of tests.
pub(crate) struct Journal {
    shelves: Mutex<Shelves>,
    started: Instant,
    /// For threads that wait.
    arrived: Condvar,
    /// For tasks that wait.
    arrivals: watch::Sender<()>,
}

impl Journal {
    pub fn new() -> Self {
        Self {
            shelves: Mutex::new(Shelves::new(Limits::DEFAULT)),
            started: Instant::now(),
            arrived: Condvar::new(),
            arrivals: watch::Sender::new(()),
        }
    }

    /// The time, as requests are stamped with it.
    pub fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Keeps a request under the title's next index.
    pub fn record(&self, title_id: u32, received: Received) {
        self.shelves().add(title_id, received);
        self.arrived.notify_all();
        self.arrivals.send_replace(());
    }

    /// The requests of a title with an index greater than `after`.
    pub fn requests(&self, title_id: u32, after: u64) -> Excerpt {
        self.shelves().excerpt(title_id, after)
    }

    /// The same, but if there are none, waits for one, for at most `limit`.
    pub async fn wait(&self, title_id: u32, after: u64, limit: Duration) -> Excerpt {
        // Subscribed before the first look, so that nothing can arrive unseen in between.
        let mut arrivals = self.arrivals.subscribe();
        let first_arrival = async {
            while self.requests(title_id, after).requests.is_empty() {
                // Fails only if the sender is gone, and that is in `self`.
                if arrivals.changed().await.is_err() {
                    return;
                }
            }
        };
        // At the limit the answer is what there is: nothing.
        let _ = tokio::time::timeout(limit, first_arrival).await;
        self.requests(title_id, after)
    }

    /// The same for a thread that may be blocked. Not for the emulator's own.
    pub fn wait_blocking(&self, title_id: u32, after: u64, limit: Duration) -> Excerpt {
        let nothing_yet = |shelves: &mut Shelves| !shelves.has_any(title_id, after);
        let shelves = self.shelves();
        let (shelves, _) =
            self.arrived.wait_timeout_while(shelves, limit, nothing_yet).unwrap_or_else(PoisonError::into_inner);
        shelves.excerpt(title_id, after)
    }

    /// Forgets a title: its requests, their count, and what was dropped of it.
    pub fn forget(&self, title_id: u32) {
        self.shelves().clear(title_id);
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        // Nothing is left half done by a panic that would matter to a journal.
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The log of all requests, by title id, for callers that ask or wait.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::logged_request::LoggedRequest;

/// Some of a title's requests, and a count of what is missing.
#[derive(Debug, Default)]
pub(crate) struct Excerpt {
    pub requests: Vec<Arc<LoggedRequest>>,
    /// How many of the title's requests were dropped to bound memory.
    pub forgotten: u64,
    /// How many titles were dropped altogether; what was counted for them is lost too.
    pub titles_forgotten: u64,
}

/// Written by the emulator's own thread, read by that thread and by those of tests.
pub(crate) struct RequestLog {
    logs: Mutex<TitleLogs>,
    started: Instant,
    /// For threads that wait.
    arrived: Condvar,
    /// For tasks that wait.
    arrivals: watch::Sender<()>,
}

impl RequestLog {
    pub fn new() -> Self {
        Self {
            logs: Mutex::new(TitleLogs::new(MemoryLimits::DEFAULT)),
            started: Instant::now(),
            arrived: Condvar::new(),
            arrivals: watch::Sender::new(()),
        }
    }

    /// The time, as requests are stamped with it.
    pub fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Adds a request under the title's next index.
    pub fn record(&self, title_id: u32, received: LoggedRequest) {
        self.logs().add(title_id, received);
        self.arrived.notify_all();
        self.arrivals.send_replace(());
    }

    /// The requests of a title with an index greater than `after`.
    pub fn requests(&self, title_id: u32, after: u64) -> Excerpt {
        self.logs().excerpt(title_id, after)
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
        // After the limit, the list is empty.
        let _ = tokio::time::timeout(limit, first_arrival).await;
        self.requests(title_id, after)
    }

    /// The same for a thread that may be blocked. Not for the emulator's own.
    pub fn wait_blocking(&self, title_id: u32, after: u64, limit: Duration) -> Excerpt {
        let nothing_yet = |logs: &mut TitleLogs| !logs.has_any(title_id, after);
        let logs = self.logs();
        let (logs, _) =
            self.arrived.wait_timeout_while(logs, limit, nothing_yet).unwrap_or_else(PoisonError::into_inner);
        logs.excerpt(title_id, after)
    }

    /// Clears a title: its requests, their count, and the count of those dropped.
    pub fn forget(&self, title_id: u32) {
        self.logs().clear(title_id);
    }

    fn logs(&self) -> MutexGuard<'_, TitleLogs> {
        // Nothing is left half done by a panic that would matter to a log.
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much is kept. Beyond it the oldest request is dropped.
struct MemoryLimits {
    /// Requests of one title.
    pub requests: usize,
    /// Titles.
    pub titles: usize,
    /// Bytes of all requests of all titles, roughly.
    pub bytes: usize,
}

impl MemoryLimits {
    pub const DEFAULT: Self = Self { requests: 10_000, titles: 1_000, bytes: 256 * 1024 * 1024 };
}

struct TitleLogs {
    limits: MemoryLimits,
    by_title: HashMap<u32, TitleLog>,
    bytes: usize,
    /// Counts additions, to know which title was written to longest ago.
    additions: u64,
    titles_forgotten: u64,
}

#[derive(Default)]
struct TitleLog {
    requests: VecDeque<Arc<LoggedRequest>>,
    last_index: u64,
    last_addition: u64,
    forgotten: u64,
}

impl TitleLogs {
    pub fn new(limits: MemoryLimits) -> Self {
        Self { limits, by_title: HashMap::new(), bytes: 0, additions: 0, titles_forgotten: 0 }
    }

    /// Adds a request under the title's next index.
    pub fn add(&mut self, title_id: u32, mut received: LoggedRequest) {
        if !self.by_title.contains_key(&title_id) && self.by_title.len() >= self.limits.titles {
            self.forget_stalest_title();
        }
        let log = self.by_title.entry(title_id).or_default();
        self.additions += 1;
        log.last_addition = self.additions;
        log.last_index += 1;
        received.index = log.last_index;
        self.bytes += received.size();
        log.requests.push_back(Arc::new(received));
        if log.requests.len() > self.limits.requests {
            self.bytes -= log.forget_oldest();
        }
        while self.bytes > self.limits.bytes && self.forget_from_stalest_title() {}
    }

    pub fn has_any(&self, title_id: u32, after: u64) -> bool {
        let newest = self.by_title.get(&title_id).and_then(|log| log.requests.back());
        newest.is_some_and(|newest| newest.index > after)
    }

    pub fn excerpt(&self, title_id: u32, after: u64) -> Excerpt {
        let titles_forgotten = self.titles_forgotten;
        let Some(log) = self.by_title.get(&title_id) else {
            return Excerpt { titles_forgotten, ..Excerpt::default() };
        };
        let first = log.requests.partition_point(|request| request.index <= after);
        Excerpt { requests: log.requests.range(first..).cloned().collect(), forgotten: log.forgotten, titles_forgotten }
    }

    pub fn clear(&mut self, title_id: u32) {
        if let Some(log) = self.by_title.remove(&title_id) {
            self.bytes -= log.bytes();
        }
    }

    fn forget_stalest_title(&mut self) {
        if let Some(title_id) = self.stalest_title(|_| true) {
            self.clear(title_id);
            self.titles_forgotten += 1;
        }
    }

    /// Drops one request. False if there was none.
    fn forget_from_stalest_title(&mut self) -> bool {
        let stalest = self.stalest_title(|log| !log.requests.is_empty());
        let Some(log) = stalest.and_then(|title_id| self.by_title.get_mut(&title_id)) else {
            return false;
        };
        self.bytes -= log.forget_oldest();
        true
    }

    /// The title that was written to longest ago.
    fn stalest_title(&self, among: impl Fn(&TitleLog) -> bool) -> Option<u32> {
        let candidates = self.by_title.iter().filter(|(_, log)| among(log));
        candidates.min_by_key(|(_, log)| log.last_addition).map(|(title_id, _)| *title_id)
    }
}

impl TitleLog {
    /// Returns how many bytes that made free.
    fn forget_oldest(&mut self) -> usize {
        let Some(oldest) = self.requests.pop_front() else {
            return 0;
        };
        self.forgotten += 1;
        oldest.size()
    }

    fn bytes(&self) -> usize {
        self.requests.iter().map(|request| request.size()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::ServiceKind;

    const ROOMY: MemoryLimits = MemoryLimits { requests: 100, titles: 100, bytes: 1_000_000 };

    fn request(body_length: usize) -> LoggedRequest {
        LoggedRequest {
            index: 0,
            at_ms: 0,
            connection: 1,
            service: ServiceKind::Service,
            method: String::new(),
            path: String::new(),
            headers: Vec::new(),
            body: vec![b'x'; body_length],
            status: 204,
            correlation_id: String::new(),
            acted: true,
            fault: None,
        }
    }

    fn indices(logs: &TitleLogs, title_id: u32, after: u64) -> Vec<u64> {
        let excerpt = logs.excerpt(title_id, after);
        excerpt.requests.iter().map(|request| request.index).collect()
    }

    #[test]
    fn titles_are_counted_apart() {
        let mut logs = TitleLogs::new(ROOMY);
        for title_id in [7, 8, 7, 7] {
            logs.add(title_id, request(0));
        }
        assert_eq!(indices(&logs, 7, 0), [1, 2, 3]);
        assert_eq!(indices(&logs, 8, 0), [1]);
        assert_eq!(indices(&logs, 9, 0), [0; 0]);
    }

    #[test]
    fn an_excerpt_starts_after_an_index() {
        let mut logs = TitleLogs::new(ROOMY);
        for _ in 0..3 {
            logs.add(7, request(0));
        }
        assert_eq!(indices(&logs, 7, 1), [2, 3]);
        assert!(logs.has_any(7, 2));
        assert_eq!(indices(&logs, 7, 3), [0; 0]);
        assert!(!logs.has_any(7, 3));
        assert_eq!(indices(&logs, 7, u64::MAX), [0; 0]);
    }

    #[test]
    fn the_oldest_requests_of_a_full_title_go_and_are_counted() {
        let mut logs = TitleLogs::new(MemoryLimits { requests: 2, ..ROOMY });
        for _ in 0..5 {
            logs.add(7, request(0));
        }
        logs.add(8, request(0));
        assert_eq!(indices(&logs, 7, 0), [4, 5]);
        assert_eq!(indices(&logs, 7, 1), [4, 5]);
        assert_eq!(logs.excerpt(7, 0).forgotten, 3);
        assert_eq!(logs.excerpt(8, 0).forgotten, 0);
    }

    #[test]
    fn the_title_written_to_longest_ago_makes_room_for_another() {
        let mut logs = TitleLogs::new(MemoryLimits { titles: 2, ..ROOMY });
        for title_id in [7, 8, 7, 9] {
            logs.add(title_id, request(0));
        }
        assert_eq!(indices(&logs, 7, 0), [1, 2]);
        assert_eq!(indices(&logs, 8, 0), [0; 0]);
        assert_eq!(indices(&logs, 9, 0), [1]);
        assert_eq!(logs.excerpt(8, 0).titles_forgotten, 1);
    }

    #[test]
    fn the_bytes_of_all_titles_are_bounded() {
        let one = request(1_000).size();
        let mut logs = TitleLogs::new(MemoryLimits { bytes: 3 * one, ..ROOMY });
        for title_id in [7, 7, 8, 8, 8] {
            logs.add(title_id, request(1_000));
        }
        assert_eq!(indices(&logs, 7, 0), [0; 0], "the stale title goes first");
        assert_eq!(logs.excerpt(7, 0).forgotten, 2);
        assert_eq!(indices(&logs, 8, 0), [1, 2, 3]);
        logs.add(8, request(1_000));
        assert_eq!(indices(&logs, 8, 0), [2, 3, 4]);
        logs.add(7, request(1_000));
        assert_eq!(indices(&logs, 7, 0), [3], "an emptied title goes on counting");
    }

    #[test]
    fn a_cleared_title_starts_anew_and_frees_its_bytes() {
        let mut logs = TitleLogs::new(MemoryLimits { requests: 2, ..ROOMY });
        for _ in 0..3 {
            logs.add(7, request(10));
        }
        logs.clear(7);
        assert_eq!((logs.bytes, logs.excerpt(7, 0).forgotten), (0, 0));
        logs.add(7, request(10));
        assert_eq!(indices(&logs, 7, 0), [1]);
        assert_eq!(logs.bytes, request(10).size());
        logs.clear(404);
    }
}

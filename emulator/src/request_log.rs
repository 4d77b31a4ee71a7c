//! The log of all requests, by title id, for callers that ask or wait.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::expectations::{ExpectationResult, Expectations};
use crate::logged_request::LoggedRequest;
use crate::service::random_guid;

/// Some of a title's requests, and a count of what is missing.
#[derive(Debug, Default)]
pub(crate) struct Excerpt {
    pub requests: Vec<Arc<LoggedRequest>>,
    /// How many of the title's requests were dropped to bound memory.
    pub forgotten: u64,
    /// How many titles were dropped altogether; what was counted for them is lost too.
    pub titles_forgotten: u64,
}

/// The next requests of all titles.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// In the order of their sequence numbers.
    pub requests: Vec<Arc<LoggedRequest>>,
    /// The sequence number that all this reaches to.
    pub last: u64,
}

impl Batch {
    /// How many requests after a sequence number the batch should have and the log does not.
    pub fn missing_after(&self, after: u64) -> u64 {
        let found = self.requests.iter().filter(|request| request.sequence_number > after).count();
        self.last.saturating_sub(after).saturating_sub(found as u64)
    }
}

/// How much one batch has at most. It has one request in any case.
#[derive(Clone, Copy)]
pub(crate) struct BatchLimits {
    pub requests: usize,
    pub bytes: usize,
}

/// Written by the emulator's own thread, read by that thread and by those of tests.
pub(crate) struct RequestLog {
    logs: Mutex<TitleLogs>,
    started: Instant,
    /// Tells the sequence numbers of this log from those of another run.
    run: String,
    expectations: Expectations,
    /// For threads that wait.
    arrived: Condvar,
    /// For tasks that wait.
    arrivals: watch::Sender<()>,
}

impl RequestLog {
    pub fn new(expectations: Expectations) -> Self {
        Self {
            expectations,
            logs: Mutex::new(TitleLogs::new(MemoryLimits::DEFAULT)),
            started: Instant::now(),
            run: random_guid(),
            arrived: Condvar::new(),
            arrivals: watch::Sender::new(()),
        }
    }

    /// The time, as requests are stamped with it.
    pub fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub fn run(&self) -> &str {
        &self.run
    }

    /// Adds a request under its title's next index.
    pub fn record(&self, received: LoggedRequest) {
        let received = self.logs().add(received);
        self.expectations.count(&received);
        self.arrived.notify_all();
        self.arrivals.send_replace(());
    }

    /// The requests of a title with an index greater than `after`.
    pub fn requests(&self, title_id: u32, after: u64) -> Excerpt {
        self.logs().excerpt(title_id, after)
    }

    pub fn expectation_results(&self) -> Vec<ExpectationResult> {
        self.expectations.results()
    }

    /// The greatest sequence number so far.
    pub fn newest(&self) -> u64 {
        self.logs().additions
    }

    /// The requests of all titles after a sequence number.
    pub fn batch(&self, after: u64, limits: BatchLimits) -> Batch {
        self.logs().batch(after, limits)
    }

    /// Changes with each request.
    pub fn arrivals(&self) -> watch::Receiver<()> {
        self.arrivals.subscribe()
    }

    /// The requests of a title, but if there are none, waits for one, for at most `limit`.
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

    /// Adds a request under its title's next index.
    pub fn add(&mut self, mut received: LoggedRequest) -> Arc<LoggedRequest> {
        let title_id = received.title_id;
        if !self.by_title.contains_key(&title_id) && self.by_title.len() >= self.limits.titles {
            self.forget_stalest_title();
        }
        let log = self.by_title.entry(title_id).or_default();
        self.additions += 1;
        log.last_addition = self.additions;
        log.last_index += 1;
        received.index = log.last_index;
        received.sequence_number = self.additions;
        self.bytes += received.size();
        let received = Arc::new(received);
        log.requests.push_back(received.clone());
        if log.requests.len() > self.limits.requests {
            self.bytes -= log.forget_oldest();
        }
        while self.bytes > self.limits.bytes && self.forget_from_stalest_title() {}
        received
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

    pub fn batch(&self, after: u64, limits: BatchLimits) -> Batch {
        // Each title's are in the order of their numbers, so the first ones of each are enough. One more says that
        // there are more.
        let mut found: Vec<_> =
            self.by_title.values().flat_map(|log| log.after(after).take(limits.requests + 1)).collect();
        found.sort_unstable_by_key(|request| request.sequence_number);
        let total = found.len();
        let mut bytes = 0;
        let fits = |request: &&&Arc<LoggedRequest>| {
            let is_first = bytes == 0;
            bytes += request.size();
            is_first || bytes <= limits.bytes
        };
        let requests: Vec<_> =
            found.iter().take(limits.requests).take_while(fits).map(|found| Arc::clone(found)).collect();
        let last = match requests.last() {
            Some(request) if requests.len() < total => request.sequence_number,
            _ => self.additions,
        };
        Batch { requests, last }
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
    /// Those after a sequence number.
    fn after(&self, sequence_number: u64) -> impl Iterator<Item = &Arc<LoggedRequest>> {
        let first = self.requests.partition_point(|request| request.sequence_number <= sequence_number);
        self.requests.range(first..)
    }

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
#[path = "request_log_tests.rs"]
mod tests;

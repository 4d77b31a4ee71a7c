//! The log: a few entries that wait to be polled as events, if the configuration asks for them.
//!
//! Its size is bounded: an entry that repeats is counted, entries beyond the limits are dropped and counted, and
//! entries that are not polled take no more memory than the ring has places.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::outcome::{Advice, Outcome, Status, shorten};
use crate::sync::Mutex;
use crate::sync::atomic::{AtomicBool, Ordering};

/// Entries that wait at most.
const PLACES: usize = 64;

/// A token bucket: entries that are taken at once, and how long it takes until one more is.
const BURST: u32 = 32;
const TOKEN_INTERVAL: Duration = Duration::from_millis(200);

/// An entry is a repetition of one that was written so long ago at most.
const REMEMBERED: Duration = Duration::from_secs(10);
const REMEMBERED_ENTRIES: usize = 16;

/// How much an entry matters. The numbers are those of `mpa_log_level` in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i32)]
pub enum Level {
    Off = 0,
    Error = 1,
    Warning = 2,
    Info = 3,
    Debug = 4,
}

impl Level {
    /// How much it matters that a call ended so.
    fn of(status: Status) -> Self {
        match status {
            Status::AuthorizationNeeded
            | Status::Unauthorized
            | Status::Forbidden
            | Status::SignInFailed
            | Status::Rejected
            | Status::UnexpectedAnswer
            | Status::TlsFailed
            | Status::Internal => Level::Error,
            Status::Ok | Status::Cancelled => Level::Debug,
            _ => Level::Warning,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub level: Level,
    pub text: Cow<'static, str>,
    pub outcome: Fields,
    /// How often it came.
    pub times: u64,
}

/// What an entry says about an outcome, apart from its text; nothing in entries about anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    pub status: Status,
    pub cause: Status,
    pub http_status: u16,
    pub service_code: u32,
    pub error_code: String,
    pub correlation_id: String,
    /// What follows the text.
    pub advice: Option<Advice>,
}

impl Default for Fields {
    fn default() -> Self {
        Fields {
            status: Status::Ok,
            cause: Status::Ok,
            http_status: 0,
            service_code: 0,
            error_code: String::new(),
            correlation_id: String::new(),
            advice: None,
        }
    }
}

impl From<&Outcome> for Fields {
    fn from(outcome: &Outcome) -> Self {
        Fields {
            status: outcome.status,
            cause: outcome.cause,
            http_status: outcome.http_status,
            service_code: outcome.service_code,
            error_code: outcome.error_code.clone(),
            correlation_id: outcome.correlation_id.clone(),
            advice: outcome.advice,
        }
    }
}

/// The log of a client. Its lock is taken with others in hand, and no other with it.
#[derive(Debug)]
pub struct Log {
    level: Level,
    ring: Mutex<Ring>,
    /// Whether a poll would find anything, known without the lock.
    has_entries: AtomicBool,
}

impl Log {
    pub fn new(level: Level) -> Self {
        Log { level, ring: Mutex::new(Ring::new(Instant::now())), has_entries: AtomicBool::new(false) }
    }

    pub fn is_on(&self) -> bool {
        self.level > Level::Off
    }

    /// `text` is made only if the level asks for it. No secret may be in it, and no XUID.
    pub fn write<T: Into<Cow<'static, str>>>(&self, level: Level, text: impl FnOnce() -> T) {
        self.write_about(level, Fields::default, text);
    }

    /// Writes how a call or an operation ended.
    pub fn write_outcome(&self, outcome: &Outcome) {
        if outcome.status != Status::Ok {
            self.write_about(Level::of(outcome.status), || outcome.into(), || outcome.message.clone());
        }
    }

    /// `write` with what is known of an outcome.
    pub fn write_about<T: Into<Cow<'static, str>>>(
        &self,
        level: Level,
        outcome: impl FnOnce() -> Fields,
        text: impl FnOnce() -> T,
    ) {
        if level <= self.level {
            let mut text = text().into();
            shorten(&mut text);
            self.ring.lock().push(level, text, outcome(), Instant::now());
            self.has_entries.store(true, Ordering::Release);
        }
    }

    pub fn has_entries(&self) -> bool {
        self.has_entries.load(Ordering::Acquire)
    }

    pub fn poll(&self) -> Option<Entry> {
        if !self.has_entries() {
            return None;
        }
        let mut ring = self.ring.lock();
        let entry = ring.poll(Instant::now());
        self.has_entries.store(!ring.is_empty(), Ordering::Release);
        entry
    }
}

/// The entries that wait, on a clock that is passed in.
#[derive(Debug)]
struct Ring {
    waiting: VecDeque<Waiting>,
    recent: VecDeque<Recent>,
    dropped: u64,
    tokens: u32,
    tokens_since: Instant,
}

#[derive(Debug)]
struct Waiting {
    level: Level,
    text: Cow<'static, str>,
    outcome: Fields,
    times: u64,
}

/// An entry that was polled, or is waiting, not long ago.
#[derive(Debug)]
struct Recent {
    level: Level,
    text: Cow<'static, str>,
    outcome: Fields,
    at: Instant,
    /// How often it came since then.
    again: u64,
}

impl Ring {
    fn new(now: Instant) -> Self {
        Ring { waiting: VecDeque::new(), recent: VecDeque::new(), dropped: 0, tokens: BURST, tokens_since: now }
    }

    fn push(&mut self, level: Level, text: Cow<'static, str>, outcome: Fields, now: Instant) {
        if let Some(same) = self.waiting.iter_mut().find(|waiting| waiting.text == text) {
            same.times += 1;
            same.outcome = outcome;
            return;
        }
        let mut times = 1;
        if let Some(place) = self.recent.iter().position(|recent| recent.text == text) {
            if now.saturating_duration_since(self.recent[place].at) < REMEMBERED {
                self.recent[place].again += 1;
                self.recent[place].outcome = outcome;
                return;
            }
            times += self.recent.remove(place).map_or(0, |recent| recent.again);
        }
        if self.waiting.len() >= PLACES || !self.take_token(now) {
            self.dropped += 1;
            return;
        }
        self.remember(level, text.clone(), outcome.clone(), now);
        self.wait(Waiting { level, text, outcome, times });
    }

    fn wait(&mut self, entry: Waiting) {
        match self.waiting.len() < PLACES {
            true => self.waiting.push_back(entry),
            false => self.dropped += entry.times,
        }
    }

    fn take_token(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.tokens_since).as_millis() / TOKEN_INTERVAL.as_millis();
        if passed > 0 {
            self.tokens = self.tokens.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX)).min(BURST);
            self.tokens_since = now;
        }
        let is_there = self.tokens > 0;
        self.tokens = self.tokens.saturating_sub(1);
        is_there
    }

    /// Forgets the oldest for it; its repetitions that were not reported become an entry.
    fn remember(&mut self, level: Level, text: Cow<'static, str>, outcome: Fields, now: Instant) {
        if self.recent.len() >= REMEMBERED_ENTRIES
            && let Some(oldest) = self.recent.pop_front()
            && oldest.again > 0
        {
            let Recent { level, text, outcome, again, .. } = oldest;
            self.wait(Waiting { level, text, outcome, times: again });
        }
        self.recent.push_back(Recent { level, text, outcome, at: now, again: 0 });
    }

    fn poll(&mut self, now: Instant) -> Option<Entry> {
        self.report_repetitions(now);
        if let Some(Waiting { level, text, outcome, times }) = self.waiting.pop_front() {
            return Some(Entry { level, text, outcome, times });
        }
        match std::mem::take(&mut self.dropped) {
            0 => None,
            dropped => Some(Entry {
                level: Level::Warning,
                text: format!(
                    "{dropped} log entries were dropped: more than {PLACES} waited to be polled, or too many came."
                )
                .into(),
                outcome: Fields::default(),
                times: 1,
            }),
        }
    }

    /// Those that have come to an end: what was repeated is no longer remembered.
    fn report_repetitions(&mut self, now: Instant) {
        while let Some(oldest) = self.recent.front()
            && now.saturating_duration_since(oldest.at) >= REMEMBERED
            && let Some(Recent { level, text, outcome, again, .. }) = self.recent.pop_front()
        {
            if again > 0 {
                self.wait(Waiting { level, text, outcome, times: again });
            }
        }
    }

    /// Whether no entry waits, nor any will without a further one.
    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.dropped == 0 && self.recent.iter().all(|recent| recent.again == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ring: &mut Ring, now: Instant) -> Vec<String> {
        let shown = |entry: Entry| match entry.times {
            1 => entry.text.into_owned(),
            times => format!("{} ({times} times)", entry.text),
        };
        std::iter::from_fn(|| ring.poll(now)).map(shown).collect()
    }

    #[test]
    fn only_what_was_asked_for_is_kept() {
        let log = Log::new(Level::Warning);
        log.write(Level::Info, || -> &str { unreachable!("below the level") });
        assert!(!log.has_entries());
        log.write(Level::Error, || "broken");
        assert!(log.has_entries());
        let entry = Entry { level: Level::Error, text: "broken".into(), outcome: Fields::default(), times: 1 };
        assert_eq!(log.poll(), Some(entry));
        assert_eq!((log.poll(), log.has_entries()), (None, false));
    }

    #[test]
    fn repetitions_are_counted() {
        let start = Instant::now();
        let mut ring = Ring::new(start);
        for _ in 0..3 {
            ring.push(Level::Info, "the same".into(), Fields::default(), start);
        }
        ring.push(Level::Info, "another".into(), Fields::default(), start);
        assert_eq!(texts(&mut ring, start), ["the same (3 times)", "another"]);
        // Reported just now: counted, and reported with the first one that comes later.
        assert!(ring.is_empty());
        ring.push(Level::Info, "the same".into(), Fields::default(), start + Duration::from_secs(1));
        ring.push(Level::Info, "the same".into(), Fields::default(), start + Duration::from_secs(2));
        assert!(!ring.is_empty());
        ring.push(Level::Info, "the same".into(), Fields::default(), start + Duration::from_secs(11));
        assert_eq!(texts(&mut ring, start + Duration::from_secs(11)), ["the same (3 times)"]);
    }

    #[test]
    fn repetitions_that_end_are_reported() {
        let start = Instant::now();
        let mut ring = Ring::new(start);
        ring.push(Level::Info, "the same".into(), Fields::default(), start);
        assert_eq!(texts(&mut ring, start), ["the same"]);
        for _ in 0..5 {
            ring.push(Level::Info, "the same".into(), Fields::default(), start + Duration::from_secs(9));
        }
        assert_eq!(texts(&mut ring, start + Duration::from_millis(9_999)), [""; 0]);
        assert!(!ring.is_empty());
        assert_eq!(texts(&mut ring, start + Duration::from_secs(10)), ["the same (5 times)"]);
        assert!(ring.is_empty() && ring.recent.is_empty());
    }

    #[test]
    fn too_many_are_dropped_and_counted() {
        let start = Instant::now();
        let mut ring = Ring::new(start);
        for number in 0..100 {
            ring.push(Level::Info, format!("entry {number}").into(), Fields::default(), start);
        }
        let polled = texts(&mut ring, start);
        assert_eq!(polled.len(), BURST as usize + 1);
        assert!(polled[BURST as usize].starts_with("68 log entries were dropped"), "{polled:?}");
        ring.push(Level::Info, "later".into(), Fields::default(), start + TOKEN_INTERVAL);
        assert_eq!(texts(&mut ring, start), ["later"]);
    }

    #[test]
    fn entries_that_are_not_polled_take_no_more_than_their_places() {
        let start = Instant::now();
        let mut ring = Ring::new(start);
        for number in 0..1_000 {
            ring.push(
                Level::Info,
                format!("entry {number}").into(),
                Fields::default(),
                start + TOKEN_INTERVAL * number,
            );
        }
        assert_eq!(ring.waiting.len(), PLACES);
        assert!(texts(&mut ring, start).last().unwrap().starts_with("936 log entries"));
    }
}

//! The log: one line an event, to stderr, as text or as JSON. No secret and no XUID is in it.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use mpa::log::Level;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::settings::LogSettings;
use crate::sync::lock;

#[derive(Clone, Copy, Debug)]
pub struct Logger {
    settings: LogSettings,
}

/// What a line says beside its text.
pub type Field<'a> = (&'a str, &'a dyn fmt::Display);

impl Logger {
    pub fn new(settings: LogSettings) -> Self {
        Logger { settings }
    }

    pub fn writes(&self, level: Level) -> bool {
        level <= self.settings.level
    }

    pub fn write(&self, level: Level, text: &str, fields: &[Field<'_>]) {
        if self.writes(level) {
            let time = OffsetDateTime::now_utc();
            let line =
                if self.settings.is_json { json(time, level, text, fields) } else { plain(time, level, text, fields) };
            // Where it cannot be written, there is no other place for it.
            let _ = std::io::stderr().lock().write_all(line.as_bytes());
        }
    }
}

/// So many entries a second; for what anyone who reaches the relay can cause.
#[derive(Debug)]
pub struct Quota {
    most: u32,
    period: Mutex<Option<Period>>,
}

#[derive(Debug)]
struct Period {
    began: Instant,
    entries: u32,
    omitted: u64,
}

impl Quota {
    pub fn new(most: u32) -> Self {
        Quota { most, period: Mutex::default() }
    }

    /// Whether one more may be written: how many were not, since the last one that was.
    pub fn take(&self, now: Instant) -> Option<u64> {
        let mut period = lock(&self.period);
        let current = period.take().unwrap_or(Period { began: now, entries: 0, omitted: 0 });
        let is_over = now.saturating_duration_since(current.began) >= Duration::from_secs(1);
        let mut current = if is_over { Period { began: now, entries: 0, ..current } } else { current };
        let is_taken = current.entries < self.most;
        let omitted = is_taken.then(|| std::mem::take(&mut current.omitted));
        match is_taken {
            true => current.entries += 1,
            false => current.omitted += 1,
        }
        *period = Some(current);
        omitted
    }
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Off => "off",
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "info",
        Level::Debug => "debug",
    }
}

fn timestamp(time: OffsetDateTime) -> String {
    // With all three digits of the milliseconds, so that lines can be compared.
    let (date, milliseconds) = (time.replace_nanosecond(0).unwrap_or(time), time.millisecond());
    let text = date.format(&Rfc3339).unwrap_or_default();
    format!("{}.{milliseconds:03}Z", text.trim_end_matches('Z'))
}

fn plain(time: OffsetDateTime, level: Level, text: &str, fields: &[Field<'_>]) -> String {
    let mut line = format!("{} {:7} {}", timestamp(time), name(level), one_line(text));
    for (name, value) in fields {
        // Writing to memory does not fail.
        let _ = write!(line, " {name}={}", one_line(&value.to_string()));
    }
    line.push('\n');
    line
}

fn json(time: OffsetDateTime, level: Level, text: &str, fields: &[Field<'_>]) -> String {
    let own = [("time", timestamp(time)), ("level", name(level).to_owned()), ("message", text.to_owned())];
    let fields = fields.iter().map(|(name, value)| (*name, value.to_string()));
    let all: Map<String, Value> =
        own.into_iter().chain(fields).map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    format!("{}\n", Value::Object(all))
}

/// What comes from outside must not look like a line of its own.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_event() {
        let time = OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_123_456_789).unwrap();
        let fields: &[Field<'_>] = &[("request", &"relay-1"), ("status", &"time\nd out")];
        assert_eq!(
            plain(time, Level::Warning, "Something\r\nfailed.", fields),
            "2023-11-14T22:13:20.123Z warning Something  failed. request=relay-1 status=time d out\n"
        );
        let line = json(time, Level::Error, "Some \"thing\"\nfailed.", fields);
        let value: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["message"], "Some \"thing\"\nfailed.");
        assert_eq!((&value["level"], &value["request"]), (&"error".into(), &"relay-1".into()));
        assert_eq!((line.lines().count(), &value["time"]), (1, &"2023-11-14T22:13:20.123Z".into()));
    }

    #[test]
    fn a_quota_is_for_a_second() {
        let quota = Quota::new(2);
        let begun = Instant::now();
        let take = |milliseconds| quota.take(begun + Duration::from_millis(milliseconds));
        let taken = [0, 1, 2, 999, 1_000, 1_001, 1_002, 5_000].map(take);
        assert_eq!(taken, [Some(0), Some(0), None, None, Some(2), Some(0), None, Some(1)]);
    }

    #[test]
    fn what_is_below_the_level_is_not_written() {
        let log = Logger::new(LogSettings { is_json: false, level: Level::Warning });
        assert_eq!((log.writes(Level::Error), log.writes(Level::Info)), (true, false));
    }
}

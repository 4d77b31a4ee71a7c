//! The emulator's clock: the machine's, with an offset that a test sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::time::OffsetDateTime;
use axum::http::HeaderValue;
use serde::Deserialize;
use serde_json::Value;
use tokio_rustls::rustls::pki_types::UnixTime;
use tokio_rustls::rustls::time_provider::TimeProvider;

use crate::json::Parsed;
use crate::settings::{self, Whole};

/// Ten years. No test needs more, and every time stays one that all formats can hold.
pub(crate) const MAX_OFFSET_MS: i128 = 10 * 365 * 86_400_000;

/// Decides what `Date` says, whether a signature's time is near, and what has expired.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_ms: AtomicI64,
}

impl Clock {
    pub fn now(&self) -> SystemTime {
        let offset_ms = self.offset_ms();
        let (now, offset) = (SystemTime::now(), Duration::from_millis(offset_ms.unsigned_abs()));
        let shifted = if offset_ms < 0 { now.checked_sub(offset) } else { now.checked_add(offset) };
        shifted.unwrap_or(now)
    }

    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }

    /// Sets how far it is ahead of the machine's; less than 0 for behind. At most ten years.
    pub fn set_offset(&self, offset_ms: i64) {
        let most = MAX_OFFSET_MS as i64;
        self.offset_ms.store(offset_ms.clamp(-most, most), Ordering::Relaxed);
    }

    /// The value of `Date`, if it is another one than HTTP's library puts there by itself.
    pub fn date(&self) -> Option<HeaderValue> {
        if self.offset_ms() == 0 {
            return None;
        }
        HeaderValue::try_from(httpdate::fmt_http_date(self.now())).ok()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockSettings {
    offset_ms: Whole<{ -MAX_OFFSET_MS }, MAX_OFFSET_MS>,
}

/// Reads `{"offset_ms": ...}`.
pub(crate) fn read_offset(value: &Value) -> Parsed<i64> {
    settings::read(value).map(|clock: ClockSettings| clock.offset_ms.get())
}

/// The same clock for TLS, which looks at it when a client shows a certificate.
#[derive(Debug)]
pub(crate) struct TlsClock(pub Arc<Clock>);

impl TimeProvider for TlsClock {
    fn current_time(&self) -> Option<UnixTime> {
        self.0.now().duration_since(UNIX_EPOCH).ok().map(UnixTime::since_unix_epoch)
    }
}

/// In units of 100 ns, as .NET has them: seven digits, whatever they are.
pub(crate) fn date_time(time: SystemTime) -> String {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX);
    // The year 9999 is the last one that can be written. No lifetime reaches it.
    let date = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        date.hour(),
        date.minute(),
        date.second(),
        since_1970.subsec_nanos() / 100
    )
}

#[cfg(test)]
mod clock_tests {
    use super::*;

    fn hours_ahead(clock: &Clock) -> i64 {
        let now = SystemTime::now();
        let (ahead, seconds) = match clock.now().duration_since(now) {
            Ok(ahead) => (1, ahead.as_secs()),
            Err(behind) => (-1, behind.duration().as_secs()),
        };
        ahead * ((seconds as i64 + 1_800) / 3_600)
    }

    #[test]
    fn it_is_as_far_off_as_it_was_put() {
        let clock = Clock::default();
        assert_eq!((hours_ahead(&clock), clock.date()), (0, None));
        for hours in [5, -5] {
            clock.set_offset(hours * 3_600_000);
            assert_eq!(hours_ahead(&clock), hours);
            let date = clock.date().unwrap();
            let shown = httpdate::parse_http_date(date.to_str().unwrap()).unwrap();
            assert!(clock.now().duration_since(shown).unwrap() < Duration::from_secs(5));
        }
        clock.set_offset(i64::MIN);
        assert_eq!(clock.offset_ms(), -MAX_OFFSET_MS as i64);
        assert!(clock.date().is_some());
    }
}

#[cfg(test)]
mod settings_tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_offset_is_a_whole_number_of_either_sign() {
        assert_eq!(read_offset(&json!({"offset_ms": -360_000})), Ok(-360_000));
        assert_eq!(read_offset(&json!({"offset_ms": 315_360_000_000_i64})), Ok(315_360_000_000));
        let said = |value| read_offset(&value).unwrap_err().to_string();
        let range = "offset_ms must be a whole number from -315360000000 to 315360000000";
        assert_eq!(said(json!({"offset_ms": -315_360_000_001_i64})), format!("{range}, not -315360000001"));
        assert_eq!(said(json!({"offset_ms": i64::MIN})), format!("{range}, not {}", i64::MIN));
        assert_eq!(said(json!({"offset_ms": "1"})), format!("{range}, not a string"));
        assert_eq!(said(json!({})), "offset_ms is required");
    }
}

#[cfg(test)]
mod time_tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn there_are_always_seven_digits() {
        let at = |seconds, nanos| date_time(UNIX_EPOCH + Duration::new(seconds, nanos));
        assert_eq!(at(0, 0), "1970-01-01T00:00:00.0000000Z");
        assert_eq!(at(1_795_428_000, 123_456_789), "2026-11-23T10:00:00.1234567Z");
        assert_eq!(at(1_709_164_800, 100), "2024-02-29T00:00:00.0000001Z");
        assert_eq!(at(253_402_300_799, 999_999_999), "9999-12-31T23:59:59.9999999Z");
    }
}

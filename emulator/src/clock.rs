//! What time it is for the emulator: what the machine says, put off as far as a test wants.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::HeaderValue;
use tokio_rustls::rustls::pki_types::UnixTime;
use tokio_rustls::rustls::time_provider::TimeProvider;

/// Ten years. No test needs more, and every time stays one that all formats can hold.
pub(crate) const MOST_OFFSET_MS: u64 = 10 * 365 * 86_400_000;

/// Decides what `Date` says, whether a signature's time is near, and what has expired.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_ms: AtomicI64,
}

impl Clock {
    pub fn now(&self) -> SystemTime {
        let offset_ms = self.offset_ms();
        let (now, offset) = (SystemTime::now(), Duration::from_millis(offset_ms.unsigned_abs()));
        let put_off = if offset_ms < 0 { now.checked_sub(offset) } else { now.checked_add(offset) };
        put_off.unwrap_or(now)
    }

    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }

    /// How far it is ahead of the machine's; less than 0 for behind. Beyond ten years, ten years.
    pub fn put_off(&self, offset_ms: i64) {
        let most = MOST_OFFSET_MS.cast_signed();
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

/// The same clock for TLS, which looks at it when a client shows a certificate.
#[derive(Debug)]
pub(crate) struct ClockOfTls(pub Arc<Clock>);

impl TimeProvider for ClockOfTls {
    fn current_time(&self) -> Option<UnixTime> {
        self.0.now().duration_since(UNIX_EPOCH).ok().map(UnixTime::since_unix_epoch)
    }
}

#[cfg(test)]
mod tests {
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
            clock.put_off(hours * 3_600_000);
            assert_eq!(hours_ahead(&clock), hours);
            let date = clock.date().unwrap();
            let told = httpdate::parse_http_date(date.to_str().unwrap()).unwrap();
            assert!(clock.now().duration_since(told).unwrap() < Duration::from_secs(5));
        }
        clock.put_off(i64::MIN);
        assert_eq!(clock.offset_ms(), -MOST_OFFSET_MS.cast_signed());
        assert!(clock.date().is_some());
    }
}

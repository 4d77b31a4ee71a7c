//! The service's clock, as far as its responses show it. A machine whose clock is off would make
//! signatures that are refused, and mistake when a token ends.
//!
//! Once learned, it goes on with the monotonic clock: setting the machine's clock does not move it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::date::parse_http_date;

/// A `Date` has whole seconds and the answer was on its way: less than this is no difference.
const LEAST_OFFSET_MS: i64 = 2_000;

/// After a longer exchange the `Date` says too little about now.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(30);

/// 2020-01-01, and 2100-01-01: a service that says another time does not know it.
const EARLIEST: Duration = Duration::from_secs(1_577_836_800);
const LATEST: Duration = Duration::from_secs(4_102_444_800);

/// No response has shown the service's time yet.
const UNKNOWN: i64 = i64::MIN;

/// The time by every clock there is, at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    pub local: SystemTime,
    /// By the service's clock; `None` until a response has shown it.
    pub service: Option<SystemTime>,
    pub monotonic: Instant,
}

#[derive(Debug)]
pub struct ServiceClock {
    /// The zero of the monotonic clock.
    beginning: Instant,
    /// What the service's clock showed then, in milliseconds since 1970.
    service_at_beginning_ms: AtomicI64,
}

impl Default for ServiceClock {
    fn default() -> Self {
        ServiceClock { beginning: Instant::now(), service_at_beginning_ms: AtomicI64::new(UNKNOWN) }
    }
}

impl ServiceClock {
    /// Takes in the `Date` of an answer that has just come. `before` and `after`: our clock around the
    /// exchange. What makes no sense is passed over. Returns by how many milliseconds that changes what
    /// was taken for the service's time.
    pub fn observe(&self, before: SystemTime, after: SystemTime, date: &str) -> i64 {
        self.observe_at(before, after, self.beginning.elapsed(), date)
    }

    /// What the service's clock shows when ours, as it is set now, shows `local`.
    pub fn at(&self, local: SystemTime) -> SystemTime {
        let Some(offset_ms) = self.exact_offset_ms(SystemTime::now(), self.beginning.elapsed()) else { return local };
        let offset = Duration::from_millis(offset_ms.unsigned_abs());
        let shifted = if offset_ms < 0 { local.checked_sub(offset) } else { local.checked_add(offset) };
        shifted.unwrap_or(local)
    }

    /// The time now, by all clocks.
    pub fn now(&self) -> Now {
        let (local, monotonic) = (SystemTime::now(), Instant::now());
        Now { local, service: self.service_at(monotonic.saturating_duration_since(self.beginning)), monotonic }
    }

    /// How far the service's clock is ahead of ours, in milliseconds; 0 also while it is unknown.
    pub fn offset_ms(&self) -> i64 {
        let offset_ms = self.exact_offset_ms(SystemTime::now(), self.beginning.elapsed()).unwrap_or_default();
        if offset_ms.abs() < LEAST_OFFSET_MS { 0 } else { offset_ms }
    }

    fn observe_at(&self, before: SystemTime, after: SystemTime, elapsed: Duration, date: &str) -> i64 {
        let Some(offset_ms) = offset_ms(before, after, date) else { return 0 };
        let Some(local_ms) = unix_ms(after) else { return 0 };
        let learned = local_ms.saturating_add(offset_ms).saturating_sub(whole_ms(elapsed));
        match self.service_at_beginning_ms.swap(learned, Ordering::Relaxed) {
            UNKNOWN => offset_ms,
            known => learned.saturating_sub(known),
        }
    }

    fn service_ms_at(&self, elapsed: Duration) -> Option<i64> {
        match self.service_at_beginning_ms.load(Ordering::Relaxed) {
            UNKNOWN => None,
            beginning_ms => Some(beginning_ms.saturating_add(whole_ms(elapsed))),
        }
    }

    fn service_at(&self, elapsed: Duration) -> Option<SystemTime> {
        let unix_ms = u64::try_from(self.service_ms_at(elapsed)?).ok()?;
        UNIX_EPOCH.checked_add(Duration::from_millis(unix_ms))
    }

    fn exact_offset_ms(&self, local: SystemTime, elapsed: Duration) -> Option<i64> {
        Some(self.service_ms_at(elapsed)?.saturating_sub(unix_ms(local)?))
    }
}

/// The answer was dated at some moment of the second that `Date` names, and that was between
/// `before` and `after`: the offset lies halfway between the two extremes.
fn offset_ms(before: SystemTime, after: SystemTime, date: &str) -> Option<i64> {
    // Our clock was set back while the exchange was under way.
    let exchange = after.duration_since(before).ok()?;
    if exchange > LONGEST_EXCHANGE {
        return None;
    }
    let date = parse_http_date(date)?.duration_since(UNIX_EPOCH).ok()?;
    if !(EARLIEST..LATEST).contains(&date) {
        return None;
    }
    let theirs = date + Duration::from_millis(500);
    let offset_ms = unix_ms(UNIX_EPOCH + theirs)? - unix_ms(before + exchange / 2)?;
    Some(if offset_ms.abs() < LEAST_OFFSET_MS { 0 } else { offset_ms })
}

fn unix_ms(time: SystemTime) -> Option<i64> {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).ok(),
        Err(earlier) => i64::try_from(earlier.duration().as_millis()).ok().map(|ms| -ms),
    }
}

fn whole_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 06 Nov 2050 08:49:37 GMT.
    const DATE: &str = "Sun, 06 Nov 2050 08:49:37 GMT";

    fn date() -> SystemTime {
        parse_http_date(DATE).unwrap()
    }

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// How far the service is ahead of a clock that shows `local`, `elapsed` after the beginning.
    fn offset(clock: &ServiceClock, local: SystemTime, elapsed: Duration) -> i64 {
        clock.exact_offset_ms(local, elapsed).unwrap()
    }

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn it_is_unknown_until_an_answer_tells_it() {
        let clock = ServiceClock::default();
        let now = clock.now();
        assert_eq!((now.service, clock.offset_ms()), (None, 0));
        assert_eq!(clock.at(date()), date());
        assert_eq!(clock.observe(SystemTime::now(), SystemTime::now(), "soon"), 0);
        assert_eq!(clock.now().service, None);
    }

    #[test]
    fn a_clock_that_is_right_is_the_services() {
        for error in [0, 700, 1_400] {
            let clock = ServiceClock::default();
            let local = date() - ms(error) + ms(80);
            assert_eq!(clock.observe_at(date() - ms(error), local, HOUR, DATE), 0);
            assert_eq!(clock.service_at(HOUR), Some(local));
            assert_eq!(offset(&clock, local, HOUR), 0);
        }
    }

    #[test]
    fn the_offset_is_learned_to_the_second_and_the_last_one_kept() {
        let clock = ServiceClock::default();
        let slow = date() - HOUR;
        assert_eq!(clock.observe_at(slow, slow + ms(200), HOUR, DATE), 3_600_400);
        assert_eq!(clock.service_at(HOUR), Some(date() + ms(600)));
        // Another answer, five minutes after: nothing new.
        let later = "Sun, 06 Nov 2050 08:54:37 GMT";
        let slow = slow + Duration::from_secs(300);
        assert_eq!(clock.observe_at(slow, slow + ms(200), HOUR + Duration::from_secs(300), later), 0);
        let fast = date() + Duration::from_secs(600);
        let elapsed = HOUR + Duration::from_secs(300);
        assert_eq!(clock.observe_at(fast, fast + ms(200), elapsed, later), 0);
        assert_eq!(offset(&clock, fast + ms(200), elapsed), -299_600);
    }

    #[test]
    fn setting_our_clock_does_not_move_the_services() {
        let clock = ServiceClock::default();
        clock.observe_at(date(), date(), HOUR, DATE);
        let later = HOUR + ms(10_000);
        let right = date() + ms(10_000);
        assert_eq!(clock.service_at(later), Some(right));
        assert_eq!(offset(&clock, right, later), 0);
        assert_eq!(offset(&clock, right + HOUR * 24, later), -86_400_000);
        assert_eq!(offset(&clock, right - HOUR, later), 3_600_000);
    }

    #[test]
    fn a_machine_that_woke_up_in_1970_is_helped() {
        let clock = ServiceClock::default();
        clock.observe_at(UNIX_EPOCH, UNIX_EPOCH + ms(1), HOUR, DATE);
        assert_eq!(clock.service_at(HOUR), Some(date() + ms(501)));
    }

    #[test]
    fn an_invalid_date_changes_nothing() {
        let clock = ServiceClock::default();
        let slow = date() - Duration::from_secs(60);
        assert_eq!(clock.observe_at(slow, slow, HOUR, DATE), 60_500);
        let learned = clock.service_at(HOUR);
        for invalid in ["", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2200 00:00:00 GMT"] {
            assert_eq!(clock.observe_at(date(), date(), HOUR, invalid), 0, "{invalid}");
        }
        clock.observe_at(date(), date() - ms(1), HOUR, DATE);
        clock.observe_at(date(), date() + ms(30_001), HOUR, DATE);
        assert_eq!(clock.service_at(HOUR), learned);
    }
}

//! The service's clock, as far as its answers tell it. A machine whose clock is off would make
//! signatures that are refused, and mistake when a token ends.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::date::parse_http_date;

/// A `Date` has whole seconds and the answer was on its way: less than this is no difference.
const LEAST_OFFSET_MS: i64 = 2_000;

/// After a longer exchange the `Date` tells too little about now.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(30);

/// 2020-01-01, and 2100-01-01: a service that says another time does not know it.
const EARLIEST: Duration = Duration::from_secs(1_577_836_800);
const LATEST: Duration = Duration::from_secs(4_102_444_800);

/// How far the service's clock is ahead of ours, in milliseconds.
#[derive(Debug, Default)]
pub struct ServiceClock {
    offset_ms: AtomicI64,
}

impl ServiceClock {
    /// Takes in the `Date` of an answer. `before` and `after`: our clock around the exchange.
    /// What makes no sense is passed over.
    pub fn learn(&self, before: SystemTime, after: SystemTime, date: &str) {
        if let Some(offset_ms) = offset_ms(before, after, date) {
            self.offset_ms.store(offset_ms, Ordering::Relaxed);
        }
    }

    /// What the service's clock shows when ours shows `local`.
    pub fn at(&self, local: SystemTime) -> SystemTime {
        let offset_ms = self.offset_ms();
        let offset = Duration::from_millis(offset_ms.unsigned_abs());
        let shifted = if offset_ms < 0 { local.checked_sub(offset) } else { local.checked_add(offset) };
        shifted.unwrap_or(local)
    }

    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
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
    let magnitude = |distance: Duration| i64::try_from(distance.as_millis()).ok();
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => magnitude(since),
        Err(earlier) => magnitude(earlier.duration()).map(|ms| -ms),
    }
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

    #[test]
    fn a_clock_that_is_right_stays_untouched() {
        let clock = ServiceClock::default();
        for error in [0, 700, 1_400] {
            clock.learn(date() - ms(error), date() - ms(error) + ms(80), DATE);
            assert_eq!(clock.offset_ms(), 0);
        }
        assert_eq!(clock.at(date()), date());
    }

    #[test]
    fn the_offset_is_learned_to_the_second_and_the_last_one_kept() {
        let clock = ServiceClock::default();
        let slow = date() - Duration::from_secs(3_600);
        clock.learn(slow, slow + ms(200), DATE);
        assert_eq!(clock.offset_ms(), 3_600_400);
        assert_eq!(clock.at(slow), date() + ms(400));
        let fast = date() + Duration::from_secs(300);
        clock.learn(fast, fast + ms(200), DATE);
        assert_eq!(clock.offset_ms(), -299_600);
        assert_eq!(clock.at(fast), date() + ms(400));
        // Set right by its owner.
        clock.learn(date(), date() + ms(200), DATE);
        assert_eq!(clock.offset_ms(), 0);
    }

    #[test]
    fn a_machine_that_woke_up_in_1970_is_helped() {
        let clock = ServiceClock::default();
        clock.learn(UNIX_EPOCH, UNIX_EPOCH + ms(1), DATE);
        assert_eq!(clock.at(UNIX_EPOCH), date() + ms(500));
    }

    #[test]
    fn nonsense_changes_nothing() {
        let clock = ServiceClock::default();
        let slow = date() - Duration::from_secs(60);
        clock.learn(slow, slow, DATE);
        let learned = clock.offset_ms();
        assert_eq!(learned, 60_500);
        for nonsense in ["", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2200 00:00:00 GMT"] {
            clock.learn(date(), date(), nonsense);
            assert_eq!(clock.offset_ms(), learned, "{nonsense}");
        }
        clock.learn(date(), date() - ms(1), DATE);
        clock.learn(date(), date() + ms(30_001), DATE);
        assert_eq!(clock.offset_ms(), learned);
    }
}

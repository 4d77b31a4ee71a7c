//! How long to wait before the next attempt. `random` is drawn by the caller, from 0 up to 1.

use std::time::Duration;

/// The longest wait after the first failure; it doubles with every further one.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);

/// Exponential back-off with full jitter: anything from nothing to twice the last bound, so that the
/// servers of a fleet do not come back in step.
pub fn full_jitter(failures: u32, random: f64) -> Duration {
    full_jitter_between(FIRST, LONGEST, failures, random)
}

/// The same with other bounds after the first failure and after many.
pub fn full_jitter_between(first: Duration, longest: Duration, failures: u32, random: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    first.saturating_mul(1 << doublings).min(longest).mul_f64(random)
}

/// A time that the service named, up to 1.2 of it, for the same reason.
pub fn spread(wait: Duration, random: f64) -> Duration {
    wait.mul_f64(1.0 + 0.2 * random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_doubles_up_to_its_limit() {
        let bounds = [1, 2, 3, 6, 7, 1_000, u32::MAX].map(|failures| full_jitter(failures, 1.0).as_millis());
        assert_eq!(bounds, [250, 500, 1_000, 8_000, 10_000, 10_000, 10_000]);
        assert_eq!(full_jitter(7, 0.0), Duration::ZERO);
        assert_eq!(full_jitter(2, 0.5), Duration::from_millis(250));
    }

    #[test]
    fn a_named_time_is_never_cut_short() {
        assert_eq!(spread(Duration::from_secs(10), 0.0), Duration::from_secs(10));
        assert_eq!(spread(Duration::from_secs(10), 0.999_999).as_millis(), 11_999);
    }
}

//! The time as the service has it. Signatures and the expiry of tokens use its clock.

use std::time::SystemTime;

use crate::auth::{Now, ServiceClock};
use crate::http::Response;
use crate::log::{Level, Log};
use crate::sync::atomic::{AtomicBool, Ordering};

/// A difference that makes signatures fail, or will soon.
const WORTH_REPORTING_MS: i64 = 30_000;

#[derive(Debug, Default)]
pub struct Time {
    clock: ServiceClock,
    was_reported: AtomicBool,
}

impl Time {
    /// By the service's clock, or by ours until that is known.
    pub fn now(&self) -> SystemTime {
        let now = self.clock.now();
        now.service.unwrap_or(now.local)
    }

    /// By all clocks.
    pub fn by_all_clocks(&self) -> Now {
        self.clock.now()
    }

    pub fn offset_ms(&self) -> i64 {
        self.clock.offset_ms()
    }

    /// Learns from the `Date` of an answer to a request that began at `before`. Tells whether that
    /// changed so much that a signature made before would be refused.
    pub fn observe(&self, before: SystemTime, answer: &Response, log: &Log) -> bool {
        let Some(date) = answer.header("Date") else { return false };
        let correction = self.clock.observe(before, SystemTime::now(), date);
        let offset = self.offset_ms();
        if offset.abs() >= WORTH_REPORTING_MS && !self.was_reported.swap(true, Ordering::Relaxed) {
            log.write(Level::Warning, || {
                let (seconds, direction) = (offset.abs() / 1_000, if offset > 0 { "behind" } else { "ahead of" });
                format!(
                    "This machine's clock is {seconds} s {direction} the service's; its time is used. Set the clock."
                )
            });
        }
        correction.abs() >= WORTH_REPORTING_MS
    }
}

//! When to get a newer token: well before the one in use ends, and not in step with the other
//! servers of a fleet; after a failure again, soon if the failure may pass, seldom if only people can fix it.
//!
//! There is one `Renewal` for each token, the service's and the one of the sandbox, and one rate limit for
//! the requests of both.

use std::time::Duration;

use super::backoff::{full_jitter_between, spread};
use super::sliding_window::{Limit, MonotonicTime, SlidingWindow};

/// What the service allows for signing in, in any period of these lengths.
const LIMITS: [Limit; 2] =
    [Limit { max: 15, period: Duration::from_secs(15) }, Limit { max: 50, period: Duration::from_secs(300) }];

/// The lead where the configuration names none is this part of a token's life, and at most a day: an
/// outage of the service that is shorter is not noticed.
const PART_OF_A_LIFE: u32 = 4;
const LONGEST_LEAD: Duration = Duration::from_secs(24 * 3_600);

/// The longest wait after the first failure.
const FIRST: Duration = Duration::from_secs(1);
/// After many, while the token in use is good for longer than that.
const LONGEST: Duration = Duration::from_secs(60);
/// After many, without a token: what the limits leave room for.
const LONGEST_IN_NEED: Duration = Duration::from_secs(20);

/// The wait after a failure that only people can fix.
const PERMANENT_FAILURE_WAIT: Duration = Duration::from_secs(600);

/// A token that is refused sooner than this is refused for another reason than its age.
const TOO_SOON: Duration = Duration::from_secs(60);

/// A rate limit that keeps the limits of signing in.
pub fn authentication_window() -> SlidingWindow {
    SlidingWindow::imposing(LIMITS)
}

/// Whether a failure to get a token can pass by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// It may pass with time, or with another token to ask with.
    Transient,
    /// People have to fix it: a sandbox that is denied, a certificate that has expired.
    Permanent,
}

/// When to get the next token of a kind.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// As configured.
    lead: Option<Duration>,
    due: MonotonicTime,
    /// In a row.
    failures: u32,
    /// When the token in use came, and when it ends; `None` without one.
    life: Option<(MonotonicTime, MonotonicTime)>,
    /// Tokens in a row that were refused as soon as they came.
    early_refusals: u32,
}

impl Renewal {
    /// At first there is no token, and one is due at once. `lead`: how long before its end a token is
    /// renewed.
    pub fn new(lead: Option<Duration>) -> Self {
        Renewal { lead, due: MonotonicTime::ZERO, failures: 0, life: None, early_refusals: 0 }
    }

    /// Not before this; when exactly is for the rate limit to say.
    pub fn due(&self) -> MonotonicTime {
        self.due
    }

    /// Whether there is a token that is still good.
    pub fn has_token(&self, now: MonotonicTime) -> bool {
        self.left(now) > Duration::ZERO
    }

    /// A token came that was made for a `life`, of which so much is `left`.
    pub fn succeeded(&mut self, now: MonotonicTime, life: Duration, left: Duration, random: f64) {
        if left.is_zero() {
            // Useless, as no token would be.
            return self.failed(now, Prospect::Transient, None, random);
        }
        self.failures = 0;
        self.life = Some((now, now + left));
        self.due = now + (left - self.lead(life, left, random));
    }

    /// None came. `retry_after`: as the service asked.
    pub fn failed(&mut self, now: MonotonicTime, prospect: Prospect, retry_after: Option<Duration>, random: f64) {
        self.failures = self.failures.saturating_add(1);
        let asked = retry_after.map(|wait| spread(wait, random));
        let wait = match prospect {
            Prospect::Permanent => spread(PERMANENT_FAILURE_WAIT, random).max(asked.unwrap_or_default()),
            Prospect::Transient => asked.unwrap_or_else(|| self.back_off(now, random)),
        };
        self.due = now + wait;
    }

    /// The service refused the token in use. `retry_after`: as it asked.
    pub fn refused(&mut self, now: MonotonicTime, retry_after: Option<Duration>, random: f64) {
        let came = self.life.take().map(|(came, _)| came);
        if came.is_some_and(|came| now.saturating_sub(came) < TOO_SOON) {
            self.early_refusals = self.early_refusals.saturating_add(1);
            self.failures = self.early_refusals - 1;
            self.failed(now, Prospect::Transient, retry_after, random);
        } else {
            self.early_refusals = 0;
            self.refresh_now(now);
        }
    }

    /// The token is gone; when to get another one stays.
    pub fn forget(&mut self) {
        self.life = None;
    }

    /// The token cannot be used although it should last: one is due at once. Tells whether there was one.
    pub fn invalidate(&mut self, now: MonotonicTime) -> bool {
        let had_one = self.life.take().is_some();
        if had_one {
            self.due = self.due.min(now);
        }
        had_one
    }

    /// Something that stood in the way has changed, such as the certificate.
    pub fn refresh_now(&mut self, now: MonotonicTime) {
        self.failures = 0;
        self.due = self.due.min(now);
    }

    /// Up to half longer than asked, so that the servers of a fleet that were started together do not
    /// renew together, and never so long that a token would be renewed as soon as it came.
    fn lead(&self, life: Duration, left: Duration, random: f64) -> Duration {
        let lead = self.lead.unwrap_or_else(|| (life / PART_OF_A_LIFE).min(LONGEST_LEAD));
        lead.min(left / 2).mul_f64(1.0 + 0.5 * random)
    }

    fn back_off(&self, now: MonotonicTime, random: f64) -> Duration {
        let longest = if self.left(now) > 2 * LONGEST { LONGEST } else { LONGEST_IN_NEED };
        full_jitter_between(FIRST, longest, self.failures, random)
    }

    fn left(&self, now: MonotonicTime) -> Duration {
        self.life.map_or(Duration::ZERO, |(_, ends)| ends.saturating_sub(now))
    }
}

#[cfg(test)]
#[path = "renewal_tests.rs"]
mod tests;

//! What to make of what happened, and when to go on: pure decisions over data, on a clock and with
//! random numbers that are passed in.

mod backoff;
mod classify;
mod renewal;
mod retry;
mod retry_budget;
mod sliding_window;

pub use backoff::spread;
pub use classify::{Batch, classify_error, classify_response};
pub use renewal::{Prospect, Renewal, authentication_window};
pub use retry::{Next, next};
pub use retry_budget::RetryBudget;
pub use sliding_window::{
    GOOD_FOR, LONGEST_PERIOD, Limit, MARGIN, MOST_LIMITS, MOST_REQUESTS, MonotonicTime, SlidingWindow,
};

#[cfg(test)]
mod classify_tests;

//! What to make of what happened, and when to go on: pure decisions over data, on a clock and with
//! random numbers that are passed in.

mod backoff;
mod budget;
mod judge;
mod pace;
mod renewal;
mod retry;

pub use budget::Budget;
pub use judge::{Batch, DECODE, classify_error, classify_response, in_an_encoding};
pub use pace::{Limit, Moment, Pace};
pub use renewal::{Prospect, Renewal, authentication_pace};
pub use retry::{Next, next};

#[cfg(test)]
mod judge_tests;

//! What to make of what happened: pure decisions over data, without I/O and without a clock of
//! their own.

mod judge;

pub use judge::{Part, judge_answer, judge_failure};

#[cfg(test)]
mod judge_tests;

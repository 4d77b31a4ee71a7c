//! Submitted operations: where each of them is, and the threads that do them.
//!
//! - `state`: all operations and where each of them is, under one lock that is never held across I/O
//! - `worker`: the threads that do them, one a lane (more for invites, if so configured)
//! - `lane`: the operations of one lane
//! - `match_tally`: what the reports of a match ended with
//! - `expiry`: when the next of those that are queued expires
//! - `gather`: recent players of several operations in one request
//! - `prompt`: whether the host is to be asked for an authorization

mod expiry;
mod gather;
mod lane;
mod match_tally;
mod operation;
mod prompt;
mod state;
pub mod worker;

pub use lane::LaneGauges;
pub use operation::{Operation, Work};
pub use state::{Event, Held, Stage, State};

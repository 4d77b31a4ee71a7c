//! Matches: players join and leave, and from that follows what is to be reported of who met whom.
//!
//! - `tracker`: who was present at the same time
//! - `relation`: how two players met
//! - `split`: groups of a size that the service takes
//! - `encounters`: what is reported of those who were present at the same time
//! - `report`: the same as a call
//!
//! Pure: times come in, groups go out.

mod encounters;
mod relation;
mod report;
mod split;
mod tracker;

pub use report::Report;
pub use tracker::{Clique, MAX_PLAYERS_PRESENT, Player, Refused, Tracker};

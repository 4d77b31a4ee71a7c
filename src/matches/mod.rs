//! Matches: players join and leave, and what is to be reported of who met whom follows.
//!
//! - `tracker`: who was present at the same time
//! - `split`: groups of a size that the service takes
//! - `teams`: by which call they are reported
//!
//! Pure: times come in, groups go out.

mod split;
mod teams;
mod tracker;

pub use split::MAX_PLAYERS;
pub use teams::Relation;
pub use tracker::{Clique, Player, Refused, Tracker};

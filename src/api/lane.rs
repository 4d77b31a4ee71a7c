//! The lanes: kinds of calls that do not wait for each other.

/// A lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Invites,
    RecentPlayers,
}

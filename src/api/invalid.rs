//! What of a call cannot be sent, as data: each edge words it in its own names.

/// Found before anything was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidCall {
    /// A number that stands for no platform.
    Platform(i32),
    /// An invite has so many users.
    UserCount(usize),
    /// The XUID of the user at this index is 0.
    User(usize),
    /// The connection string has so many UTF-16 units.
    ConnectionString(usize),
    /// The XUID of the user on whose behalf a server invites is 0.
    Sender,
    /// So many groups.
    GroupCount(usize),
    /// The group at this index.
    Group(usize, InvalidGroup),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidGroup {
    /// A number that stands for no type of encounter.
    EncounterType(i32),
    /// So many milliseconds since 1970, after the year 9999.
    Timestamp(u64),
    PlayerCount(usize),
    /// The XUID of the player at this index is 0.
    Player(usize),
}

/// Of what checks a call.
pub type Result<T> = std::result::Result<T, InvalidCall>;

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
    /// So many recent players, of the user at this index or of the one whose token is sent.
    RecentPlayerCount(Option<usize>, usize),
    /// The recent player at this index, of the user at that one or of the one whose token is sent.
    RecentPlayer(Option<usize>, usize, InvalidRecentPlayer),
    /// So many users with recent players.
    PlayerCount(usize),
    /// The XUID of the user at this index, of those with recent players, is 0.
    Player(usize),
    /// The XUID of the user whose activity it is is 0.
    Xuid,
    /// A number that stands for no restriction.
    JoinRestriction(i32),
    /// The group id has so many UTF-16 units.
    GroupId(usize),
    MaxPlayers(u32),
    CurrentPlayers(u32),
    /// So many users are queried.
    QueriedUserCount(usize),
    /// The XUID of the queried user at this index is 0.
    QueriedUser(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidGroup {
    Encounter(InvalidEncounter),
    PlayerCount(usize),
    /// The XUID of the player at this index is 0.
    Player(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidRecentPlayer {
    Encounter(InvalidEncounter),
    /// The XUID is 0.
    Xuid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidEncounter {
    /// A number that stands for no type of encounter.
    Type(i32),
    /// So many milliseconds since 1970, after the year 9999.
    Timestamp(u64),
}

/// Of what checks a call.
pub type Result<T> = std::result::Result<T, InvalidCall>;

//! What activities have in common: what a user plays, and whether others may join.

use serde::Serialize;

/// Who may join, as the service spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[repr(i32)]
pub enum JoinRestriction {
    Public = 0,
    InviteOnly = 1,
    Followed = 2,
}

impl JoinRestriction {
    pub const ALL: [(Self, &str); 3] =
        [(Self::Public, "Public"), (Self::InviteOnly, "InviteOnly"), (Self::Followed, "Followed")];

    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.iter().map(|(restriction, _)| *restriction).find(|restriction| *restriction as i32 == number)
    }
}

/// The longest group id, in UTF-16 units, as for connection strings.
pub const MAX_GROUP_ID_UTF16: usize = 127;

/// The most players of an activity.
pub const MAX_ACTIVITY_PLAYERS: u32 = 100;

/// The order of a user's activities: the service ignores what is older than what it has.
///
/// The documentation calls it a string. It is sent as a number, as Microsoft's own client library does, which shows
/// that the service takes one; the .NET serializers read either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SequenceNumber(pub u64);

impl SequenceNumber {
    /// The one after `last` of the library's own: the time in milliseconds since 1970, so that they go on growing after a
    /// restart, and on another server.
    pub fn after(last: Self, unix_ms: u64) -> Self {
        Self(unix_ms.max(last.0.saturating_add(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restrictions_are_spelled_as_the_service_does() {
        for (restriction, name) in JoinRestriction::ALL {
            assert_eq!(serde_json::to_string(&restriction).unwrap(), format!("\"{name}\""));
            assert_eq!(JoinRestriction::from_number(restriction as i32), Some(restriction));
        }
        assert_eq!((JoinRestriction::from_number(-1), JoinRestriction::from_number(3)), (None, None));
    }

    #[test]
    fn sequence_numbers_grow_also_when_the_clock_goes_back() {
        for (last, now, next) in
            [(0, 1_000, 1_000), (1_000, 1_000, 1_001), (1_001, 5_000, 5_000), (5_000, 2_000, 5_001)]
        {
            assert_eq!(SequenceNumber::after(SequenceNumber(last), now), SequenceNumber(next));
        }
    }
}

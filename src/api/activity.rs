//! What activities have in common: what a user plays, and whether others may join.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

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
    /// 0: the next of the library's own. They grow with every call of this process, and are milliseconds since 1970,
    /// so that they go on growing after a restart, and on another server.
    pub fn or_next(number: u64) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        if number != 0 {
            return Self(number);
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::next_after(&LAST, u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
    }

    fn next_after(last: &AtomicU64, now: u64) -> Self {
        let next = |last: u64| now.max(last.saturating_add(1));
        let before = last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        Self(next(before.unwrap_or_default()))
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
        let last = AtomicU64::new(0);
        let numbers = [1_000, 1_000, 5_000, 2_000].map(|now| SequenceNumber::next_after(&last, now).0);
        assert_eq!(numbers, [1_000, 1_001, 5_000, 5_001]);
        assert_eq!(SequenceNumber::or_next(7), SequenceNumber(7));
        let (first, second) = (SequenceNumber::or_next(0).0, SequenceNumber::or_next(0).0);
        assert!(first > 1_700_000_000_000 && second > first);
    }
}

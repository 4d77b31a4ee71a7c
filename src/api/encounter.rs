//! How and when players met.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};

use super::invalid::InvalidEncounter;
use crate::date;

/// The one documented value of `network`. Whether it is required is not documented, so it is sent, which is right either
/// way.
pub const NETWORK: &str = "XboxLive";

/// 9999-12-31T23:59:59.999Z, the last moment that the service's form of a time can name.
const LAST_UNIX_MS: u64 = 253_402_300_799_999;

/// How players met, as the service spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[repr(i32)]
pub enum EncounterType {
    Teammate = 1,
    Opponent = 2,
}

impl EncounterType {
    /// 0 is the service's default, which is the same said or unsaid.
    pub fn from_number(number: i32) -> Result<Option<Self>, InvalidEncounter> {
        match number {
            0 => Ok(None),
            1 => Ok(Some(EncounterType::Teammate)),
            2 => Ok(Some(EncounterType::Opponent)),
            _ => Err(InvalidEncounter::Type(number)),
        }
    }
}

/// When players met, to the second, in the calendar's first 9,999 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp(SystemTime);

impl Timestamp {
    pub fn new(time: SystemTime) -> Self {
        Timestamp(time)
    }

    /// 0 is the time of the call, `now`.
    pub fn from_unix_ms(unix_ms: u64, now: SystemTime) -> Result<Self, InvalidEncounter> {
        match unix_ms {
            0 => Ok(Timestamp(now)),
            1..=LAST_UNIX_MS => Ok(Timestamp(UNIX_EPOCH + Duration::from_millis(unix_ms))),
            _ => Err(InvalidEncounter::Timestamp(unix_ms)),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(date::Timestamp::new(self.0).as_str())
    }
}

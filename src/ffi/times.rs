//! Times as they cross the boundary: in milliseconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::client::{MPA_MAX_DURATION_MS, MPA_MAX_TIMEOUT_MS};
use crate::outcome::{Outcome, Result};

pub fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Since 1970-01-01 UTC; 0, which stands for "unknown", before.
pub fn unix_milliseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, milliseconds)
}

/// A time limit of the configuration; 0: the default.
pub fn timeout(ms: u32, default: Duration, field: &str) -> Result<Duration> {
    Ok(at_most(MPA_MAX_TIMEOUT_MS, ms, field)?.unwrap_or(default))
}

/// Any other duration of the caller; `None` for 0, which stands for the default.
pub fn duration(ms: u32, field: &str) -> Result<Option<Duration>> {
    at_most(MPA_MAX_DURATION_MS, ms, field)
}

/// Refuses a negative number that was converted, too: it is a large one then.
fn at_most(most: u32, ms: u32, field: &str) -> Result<Option<Duration>> {
    match ms {
        0 => Ok(None),
        _ if ms <= most => Ok(Some(Duration::from_millis(ms.into()))),
        _ => Err(Outcome::invalid(format!("{field} is {ms}; it must be at most {most}. Nothing was sent."))),
    }
}

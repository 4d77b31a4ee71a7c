//! Times as they cross the boundary: in milliseconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Since 1970-01-01 UTC; 0, which stands for "unknown", before.
pub fn unix_milliseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, milliseconds)
}

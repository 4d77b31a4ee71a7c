//! Points in time as the sign-in services write them: 2026-11-23T10:00:00.1234567Z.

use std::time::{SystemTime, UNIX_EPOCH};

use ::time::OffsetDateTime;

/// In units of 100 ns, as .NET has them: seven digits, whatever they are.
pub(super) fn written(time: SystemTime) -> String {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX);
    // The year 9999 is the last one that can be written. No lifetime reaches it.
    let date = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        date.hour(),
        date.minute(),
        date.second(),
        since_1970.subsec_nanos() / 100
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn there_are_always_seven_digits() {
        let at = |seconds, nanos| written(UNIX_EPOCH + Duration::new(seconds, nanos));
        assert_eq!(at(0, 0), "1970-01-01T00:00:00.0000000Z");
        assert_eq!(at(1_795_428_000, 123_456_789), "2026-11-23T10:00:00.1234567Z");
        assert_eq!(at(1_709_164_800, 100), "2024-02-29T00:00:00.0000001Z");
        assert_eq!(at(253_402_300_799, 999_999_999), "9999-12-31T23:59:59.9999999Z");
    }
}

//! `Retry-After`: how long the service asks to wait.

use std::time::{Duration, SystemTime};

use crate::date::parse_http_date;

/// The longest wait that is taken from a response: far beyond the service's longest period (300 s),
/// and short enough that a wrong value cannot silence a server for a day.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3_600);

/// Seconds in the units that are written behind a number.
const UNITS: [(&str, f64); 14] = [
    ("s", 1.0),
    ("sec", 1.0),
    ("secs", 1.0),
    ("second", 1.0),
    ("seconds", 1.0),
    ("ms", 0.001),
    ("msec", 0.001),
    ("milliseconds", 0.001),
    ("m", 60.0),
    ("min", 60.0),
    ("minute", 60.0),
    ("minutes", 60.0),
    ("h", 3_600.0),
    ("hours", 3_600.0),
];

/// The longest wait that the header's values name, in whole milliseconds; `None` where none names one.
///
/// RFC 9110 (section 10.2.3) has one value, whole seconds or a date. What is close to that is read as
/// well, since passing it over would mean calling again sooner than asked.
pub fn parse_retry_after<'a>(values: impl Iterator<Item = &'a str>, now: SystemTime) -> Option<Duration> {
    // A date falls into its weekday, which is nothing, and the rest.
    let waits = values.flat_map(|value| value.split([',', ';'])).filter_map(|part| {
        let part = part.trim_matches(|c: char| !c.is_ascii_graphic() || matches!(c, '"' | '\''));
        parse_seconds(part).or_else(|| Some(parse_http_date(part)?.duration_since(now).unwrap_or_default()))
    });
    waits.max().map(|wait| round_up(wait.min(LONGEST_RETRY_AFTER)))
}

/// A number of seconds, or of the unit behind it, or `hh:mm:ss`.
fn parse_seconds(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('+').unwrap_or(text);
    // `f64` reads "inf" and "nan" too.
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let seconds = if let [hours, minutes, seconds] = text.split(':').collect::<Vec<_>>()[..] {
        (number(hours)? * 60.0 + number(minutes)?) * 60.0 + number(seconds)?
    } else if let Some(seconds) = number(text) {
        seconds
    } else {
        let (value, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic() || c.is_whitespace())?);
        let unit = unit.trim_start();
        number(value)? * UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.1
    };
    // To the millisecond above. The quotient is the number itself where that has whole milliseconds.
    let seconds = seconds.min(LONGEST_RETRY_AFTER.as_secs_f64());
    let mut milliseconds = (seconds * 1_000.0).ceil();
    if (milliseconds - 1.0) / 1_000.0 >= seconds {
        milliseconds -= 1.0;
    }
    Some(Duration::from_millis(milliseconds as u64))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number| *number >= 0.0)
}

fn round_up(wait: Duration) -> Duration {
    let milliseconds = wait.as_nanos().div_ceil(1_000_000);
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    /// Milliseconds; in 1970.
    #[track_caller]
    fn wait(values: &[&str]) -> Option<u128> {
        parse_retry_after(values.iter().copied(), UNIX_EPOCH).map(|wait| wait.as_millis())
    }

    #[test]
    fn seconds_are_read_however_they_are_written() {
        for (value, milliseconds) in [
            ("7", 7_000),
            (" 7 ", 7_000),
            ("\u{a0}7\t", 7_000),
            ("7\u{fffd}", 7_000),
            ("007", 7_000),
            ("+7", 7_000),
            ("\"7\"", 7_000),
            ("'7'", 7_000),
            ("7.", 7_000),
            ("7.0", 7_000),
            (".5", 500),
            ("0.5", 500),
            ("2.0", 2_000),
            ("2.5", 2_500),
            ("299.997", 299_997),
            ("0.0001", 1),
            ("1.0000001", 1_001),
            ("1e1", 10_000),
            ("5E-1", 500),
            ("7s", 7_000),
            ("7 s", 7_000),
            ("7 seconds", 7_000),
            ("7 Seconds", 7_000),
            ("1.5sec", 1_500),
            ("250ms", 250),
            ("0.5ms", 1),
            ("2m", 120_000),
            ("2 minutes", 120_000),
            ("1h", 3_600_000),
            ("00:00:07", 7_000),
            ("00:02:07.5000000", 127_500),
            ("1.00:00:00", 3_600_000),
            ("0", 0),
            ("0.0", 0),
        ] {
            assert_eq!(wait(&[value]), Some(milliseconds), "{value:?}");
        }
    }

    #[test]
    fn whole_milliseconds_are_read_exactly() {
        for milliseconds in (0..=3_600_000).step_by(17) {
            let text = format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000);
            assert_eq!(wait(&[&text]), Some(milliseconds), "{text}");
        }
    }

    #[test]
    fn dates_are_read_and_the_past_is_no_wait() {
        for (value, milliseconds) in [
            ("Thu, 01 Jan 1970 00:00:09 GMT", 9_000),
            ("Mon, 01 Jan 1970 00:00:09 GMT", 9_000),
            ("01 Jan 1970 00:00:09 GMT", 9_000),
            ("Thu, 01 Jan 1970 02:00:09 +0200", 9_000),
            ("Wed, 31 Dec 1969 16:00:09 PST", 9_000),
            ("Thursday, 01-Jan-70 00:00:09 GMT", 9_000),
            ("Thu Jan  1 00:00:09 1970", 9_000),
            ("\"Thu, 01 Jan 1970 00:00:09 GMT\"", 9_000),
            ("Wed, 31 Dec 1969 23:59:59 GMT", 0),
        ] {
            assert_eq!(wait(&[value]), Some(milliseconds), "{value:?}");
        }
        let now = UNIX_EPOCH + Duration::from_nanos(8_000_000_100);
        let wait = parse_retry_after(["Thu, 01 Jan 1970 00:00:09 GMT"].into_iter(), now);
        assert_eq!(wait, Some(Duration::from_secs(1)), "rounded up");
    }

    #[test]
    fn of_several_the_longest_counts() {
        assert_eq!(wait(&["5, 5"]), Some(5_000));
        assert_eq!(wait(&["5,7"]), Some(7_000));
        assert_eq!(wait(&["0,5"]), Some(5_000), "also where it is half a second in some countries");
        assert_eq!(wait(&["5; 7"]), Some(7_000));
        assert_eq!(wait(&["7", "5"]), Some(7_000));
        assert_eq!(wait(&["soon", "5"]), Some(5_000));
        assert_eq!(wait(&["5, soon"]), Some(5_000));
        assert_eq!(wait(&["5, Thu, 01 Jan 1970 00:00:09 GMT"]), Some(9_000));
        assert_eq!(wait(&["Thu, 01 Jan 1970 00:00:09 GMT, 12"]), Some(12_000));
        assert_eq!(wait(&["Thu, 01 Jan 1970 00:00:09 GMT, Thu, 01 Jan 1970 00:00:19 GMT"]), Some(19_000));
    }

    #[test]
    fn huge_values_have_a_cap_and_invalid_ones_are_none() {
        for huge in [
            "3601",
            "999999999",
            "99999999999999999999999999",
            "1e99999",
            &"9".repeat(5_000),
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "99999999999:00:00",
            "48h",
        ] {
            assert_eq!(wait(&[huge]), Some(3_600_000), "{huge}");
        }
        for invalid in [
            "",
            " ",
            ",",
            "soon",
            "-2",
            "-0.5",
            "NaN",
            "inf",
            "+inf",
            "infinity",
            "+",
            ".",
            "..5",
            "0x10",
            "5x",
            "5 apples",
            "1.2.3",
            "--5",
            "+-5",
            "1:2",
            "1:2:3:4",
            "1:-2:3",
            "1:nan:3",
            "\u{ff15}",
            "5\u{e4}s",
            "Thu, 99 Jan 1970 00:00:09 GMT",
        ] {
            assert_eq!(wait(&[invalid]), None, "{invalid}");
        }
        assert_eq!(wait(&[]), None);
    }
}

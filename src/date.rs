//! Dates as other programs write them. The calendar is that of the `time` crate; what is read here
//! are the fields, leniently.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The zones that RFC 5322 (section 4.3) names, in hours from UTC.
const ZONES: [(&str, i8); 12] = [
    ("GMT", 0),
    ("UTC", 0),
    ("UT", 0),
    ("Z", 0),
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
];

/// A date of an HTTP header, in any of the three forms of RFC 9110 (section 5.6.7) and in what is close
/// to them: the weekday may be wrong or missing, the zone another one. Without a zone, and with a name of
/// one that RFC 5322 does not have, it is UTC.
pub fn parse_http_date(text: &str) -> Option<SystemTime> {
    let mut fields = Fields::default();
    // JavaScript adds the zone's name in parentheses.
    let text = text.split('(').next()?;
    for word in text.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
        fields.add(word)?;
    }
    fields.system_time()
}

/// The fields of a date, in whatever order they stood.
#[derive(Default)]
struct Fields {
    day: Option<u8>,
    month: Option<Month>,
    year: Option<i32>,
    time: Option<(u8, u8, f64)>,
    offset: Option<UtcOffset>,
}

impl Fields {
    fn add(&mut self, word: &str) -> Option<()> {
        match word.bytes().next()? {
            b'+' | b'-' => set(&mut self.offset, parse_offset(word)?),
            b'0'..=b'9' if word.contains(':') => set(&mut self.time, parse_time(word)?),
            // 06-Nov-94
            b'0'..=b'9' if word.contains('-') => word.split('-').try_for_each(|part| self.add(part)),
            b'0'..=b'9' => self.add_number(word),
            _ => self.add_name(word),
        }
    }

    /// The day comes before the year in every form.
    fn add_number(&mut self, digits: &str) -> Option<()> {
        let number: i32 = digits.parse().ok()?;
        match (digits.len(), self.day) {
            (1 | 2, None) => set(&mut self.day, u8::try_from(number).ok()?),
            (2, Some(_)) => set(&mut self.year, if number < 70 { 2000 + number } else { 1900 + number }),
            (4, _) => set(&mut self.year, number),
            _ => None,
        }
    }

    fn add_name(&mut self, word: &str) -> Option<()> {
        let beginning = word.get(..3).unwrap_or(word).to_ascii_lowercase();
        if let (None, Some(index)) = (self.month, MONTHS.iter().position(|month| *month == beginning)) {
            self.month = Month::try_from(u8::try_from(index + 1).ok()?).ok();
            return Some(());
        }
        if WEEKDAYS.contains(&beginning.as_str()) {
            return Some(());
        }
        // GMT+0200
        let (name, offset) = word.split_at(word.find(['+', '-']).unwrap_or(word.len()));
        let zone = ZONES.iter().find(|(zone, _)| zone.eq_ignore_ascii_case(name));
        match (zone, offset.is_empty()) {
            (Some((_, hours)), true) => set(&mut self.offset, UtcOffset::from_hms(*hours, 0, 0).ok()?),
            (Some((_, 0)), false) => set(&mut self.offset, parse_offset(offset)?),
            (None, true) if (3..=5).contains(&name.len()) => set(&mut self.offset, UtcOffset::UTC),
            _ => None,
        }
    }

    fn system_time(self) -> Option<SystemTime> {
        let date = Date::from_calendar_date(self.year?, self.month?, self.day?).ok()?;
        let (hour, minute, second) = self.time?;
        let time = Time::from_hms(hour, minute, 0).ok()?;
        let at = PrimitiveDateTime::new(date, time).assume_offset(self.offset.unwrap_or(UtcOffset::UTC));
        // 60 is a leap second.
        if !(0.0..61.0).contains(&second) {
            return None;
        }
        system_time(at)?.checked_add(Duration::try_from_secs_f64(second).ok()?)
    }
}

/// A field that comes twice is none of a date's.
fn set<T>(field: &mut Option<T>, value: T) -> Option<()> {
    field.replace(value).is_none().then_some(())
}

/// `08:49:37`, also without seconds or with a fraction of one.
fn parse_time(text: &str) -> Option<(u8, u8, f64)> {
    let mut parts = text.split(':');
    let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let second = parts.next().unwrap_or("0").parse().ok()?;
    parts.next().is_none().then_some((hour, minute, second))
}

/// `+02:00`, `+0200` or `+02`.
fn parse_offset(text: &str) -> Option<UtcOffset> {
    let (sign, digits) = text.split_at_checked(1)?;
    let digits = digits.replace(':', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i8, i8) = match digits.len() {
        1 | 2 => (digits.parse().ok()?, 0),
        4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
        _ => return None,
    };
    let sign = if sign == "-" { -1 } else { 1 };
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

fn system_time(at: OffsetDateTime) -> Option<SystemTime> {
    let since_1970 = at.unix_timestamp_nanos();
    let magnitude = since_1970.unsigned_abs();
    let (seconds, nanoseconds) = (u64::try_from(magnitude / 1_000_000_000).ok()?, magnitude % 1_000_000_000);
    let distance = Duration::new(seconds, u32::try_from(nanoseconds).ok()?);
    if since_1970 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http_date(text: &str) -> Option<f64> {
        parse_http_date(text).map(|time| match time.duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_secs_f64(),
            Err(before) => -before.duration().as_secs_f64(),
        })
    }

    #[test]
    fn all_forms_of_http_are_read() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            " Sun, 06 Nov 1994 08:49:37 GMT ",
        ] {
            assert_eq!(http_date(text), Some(784_111_777.0), "{text}");
        }
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0.0));
        assert_eq!(http_date("Wed, 31 Dec 1969 23:59:59 GMT"), Some(-1.0));
        assert_eq!(http_date("Sat, 29 Feb 2020 12:00:00 GMT"), Some(1_582_977_600.0));
        assert_eq!(http_date("Fri, 31 Dec 9999 23:59:59 GMT"), Some(253_402_300_799.0));
    }

    #[test]
    fn what_is_close_to_them_is_read_too() {
        for text in [
            // The weekday is wrong, or is not there.
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "06 Nov 1994 08:49:37 GMT",
            "6 Nov 1994 08:49:37 GMT",
            "Sunday, 06 November 1994 08:49:37 GMT",
            "sun, 06 nov 1994 08:49:37 gmt",
            "Sun 06 Nov 1994 08:49:37 GMT",
            "Nov 6, 1994 08:49:37 GMT",
            "06-Nov-1994 08:49:37 GMT",
            // Another zone, or none.
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 UT",
            "Sun, 06 Nov 1994 08:49:37 Z",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 10:49:37 +0200",
            "Sun, 06 Nov 1994 10:49:37 +02:00",
            "Sun, 06 Nov 1994 10:49:37 +02",
            "Sun, 06 Nov 1994 08:19:37 -0030",
            "Sun, 06 Nov 1994 00:49:37 PST",
            "Sun, 06 Nov 1994 01:49:37 PDT",
            "Sun, 06 Nov 1994 03:49:37 EST",
            "Sun Nov 06 1994 09:49:37 GMT+0100 (Central European Standard Time)",
            "Sun, 06 Nov 1994 08:49:37.000 GMT",
        ] {
            assert_eq!(http_date(text), Some(784_111_777.0), "{text}");
        }
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 CET"), Some(784_111_777.0), "no zone of RFC 5322: UTC");
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37.5 GMT"), Some(784_111_777.5));
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49 GMT"), Some(784_111_740.0));
        assert_eq!(http_date("Sat, 31 Dec 2016 23:59:60 GMT"), Some(1_483_228_800.0), "a leap second");
        assert_eq!(http_date("Friday, 01-Jan-69 00:00:00 GMT"), Some(3_124_224_000.0), "2069");
        assert_eq!(http_date("Friday, 01-Jan-71 00:00:00 GMT"), Some(31_536_000.0), "1971");
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            "soon",
            "5",
            "Thu, 99 Jan 1970 00:00:09 GMT",
            "Tue, 30 Feb 2021 00:00:09 GMT",
            "Thu, 01 Jan 1970 24:00:09 GMT",
            "Thu, 01 Jan 1970 00:60:09 GMT",
            "Thu, 01 Jan 1970 00:00:61 GMT",
            "Thu, 01 Jan 1970 00:00:nan GMT",
            "Thu, 01 Jan 1970 00:00:-1 GMT",
            "Thu, 01 Jan 1970 00:00:09 PM",
            "Thu, 01 Jan 1970 00:00:09 +99999",
            "Thu, 01 Jan 1970 00:00:09 +25:99",
            "Thu, 01 Jan 1970 GMT",
            "01 Jan 00:00:09 GMT",
            "Thu, 01 Jan 1970 1971 00:00:09 GMT",
            "Thu, 01 Jan 1970 00:00:09 GMT Thu, 01 Jan 1970 00:00:09 GMT",
            "01/31/1970 00:00:09 GMT",
            "Thu, 01 J\u{e4}n 1970 00:00:09 GMT",
            "Thu, 01 Jan 99999 00:00:09 GMT",
            "00:00:00:00 - + , : ( )",
        ] {
            assert_eq!(parse_http_date(text), None, "{text}");
        }
    }
}

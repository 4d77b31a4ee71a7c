//! Dates as other programs write them, and as we do. The calendar is that of the `time` crate; the forms
//! are read leniently.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z, since 1970.
const FIRST_SECOND: i64 = -62_167_219_200;
const LAST_SECOND: i64 = 253_402_300_799;

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

/// A time as RFC 3339 has it, or as .NET writes it: a fraction of any length, an offset with or without
/// its colon or its minutes, `/Date(1234567890000+0200)/`, or an HTTP date. Without an offset it is UTC,
/// as .NET services mean it.
pub fn parse_timestamp(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("/Date(") {
        // The offset says how to show it; the milliseconds are of UTC.
        let end = rest.char_indices().skip(1).find(|(_, c)| !c.is_ascii_digit()).map_or(rest.len(), |(end, _)| end);
        let milliseconds: i128 = rest[..end].parse().ok()?;
        return rest.ends_with(")/").then(|| from_unix_nanos(milliseconds.checked_mul(1_000_000)?))?;
    }
    let Some((date, rest)) = text.split_at_checked("2026-01-31".len()) else { return parse_http_date(text) };
    let (clock, offset) = rest.split_at(rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len()));
    let offset = match (offset.len(), offset.split_at_checked(3)) {
        (0, _) => "Z".to_owned(),
        (3, _) => format!("{offset}:00"),
        (5, Some((hours, minutes))) => format!("{hours}:{minutes}"),
        _ => offset.to_owned(),
    };
    let strict = format!("{date}{}{offset}", clock.trim_end().replace(',', "."));
    match OffsetDateTime::parse(&strict, &Rfc3339) {
        Ok(at) => from_unix_nanos(at.unix_timestamp_nanos()),
        Err(_) => parse_http_date(text),
    }
}

/// A time to the second, in UTC and in the form of RFC 3339; a text without memory of its own.
pub struct Timestamp([u8; 20]);

impl Timestamp {
    /// The nearest time that the form can name, years 0 to 9999.
    pub fn new(time: SystemTime) -> Self {
        let seconds = match time.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_nanos().div_ceil(1_000_000_000)).map_or(i64::MIN, |s| -s),
        };
        let seconds = seconds.clamp(FIRST_SECOND, LAST_SECOND);
        let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let mut text = *b"0000-00-00T00:00:00Z";
        let fields = [
            (0..4, time.year().unsigned_abs()),
            (5..7, u8::from(time.month()).into()),
            (8..10, time.day().into()),
            (11..13, time.hour().into()),
            (14..16, time.minute().into()),
            (17..19, time.second().into()),
        ];
        for (place, mut value) in fields {
            for digit in text[place].iter_mut().rev() {
                *digit += (value % 10) as u8;
                value /= 10;
            }
        }
        Timestamp(text)
    }

    pub fn as_str(&self) -> &str {
        // Of ASCII alone.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The day alone.
    pub fn day(&self) -> &str {
        &self.as_str()[..10]
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

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
        from_unix_nanos(at.unix_timestamp_nanos())?.checked_add(Duration::try_from_secs_f64(second).ok()?)
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

fn from_unix_nanos(since_1970: i128) -> Option<SystemTime> {
    let magnitude = since_1970.unsigned_abs();
    let (seconds, nanoseconds) = (u64::try_from(magnitude / 1_000_000_000).ok()?, magnitude % 1_000_000_000);
    let distance = Duration::new(seconds, u32::try_from(nanoseconds).ok()?);
    if since_1970 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
}

#[cfg(test)]
#[path = "date_tests.rs"]
mod tests;

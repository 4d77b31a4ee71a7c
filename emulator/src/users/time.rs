//! Times as the service writes them.

use std::fmt;

/// A second of the calendar in UTC, as the digits of its date and time: 20200512101112. It is ordered as the seconds
/// are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Time(pub u64);

impl Time {
    /// The time, if `text` has exactly this form and is a second of the calendar.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let in_form = bytes.len() == FORM.len()
            && bytes.iter().zip(FORM).all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                separator => byte == separator,
            });
        if !in_form {
            return None;
        }
        let number = |from: usize, to: usize| {
            bytes[from..to].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
        };
        let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
        let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));
        let exists = year >= 1
            && (1..=12).contains(&month)
            && (1..=days_of(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        let digits = [(month, 2), (day, 2), (hour, 2), (minute, 2), (second, 2)];
        let all =
            digits.iter().fold(u64::from(year), |all, (part, length)| all * 10_u64.pow(*length) + u64::from(*part));
        exists.then_some(Self(all))
    }
}

const FORM: &[u8; 20] = b"0000-00-00T00:00:00Z";

fn days_of(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = |from: u32, length: u32| self.0 / 10_u64.pow(from) % 10_u64.pow(length);
        let (year, month, day) = (digits(10, 4), digits(8, 2), digits(6, 2));
        let (hour, minute, second) = (digits(4, 2), digits(2, 2), digits(0, 2));
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_of_the_calendar_is_accepted() {
        let valid = [
            "2020-05-12T10:11:12Z",
            "2020-02-29T00:00:00Z",
            "2000-02-29T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2026-04-30T23:59:59Z",
        ];
        for text in valid {
            assert_eq!(Time::parse(text).map(|time| time.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn another_form_is_refused() {
        let wrong = [
            "",
            "2020-05-12",
            "2020-05-12T10:11:12",
            "2020-05-12T10:11:12z",
            "2020-05-12t10:11:12Z",
            "2020-05-12 10:11:12Z",
            "2020-05-12T10:11:12.000Z",
            "2020-05-12T10:11:12+00:00",
            "2020-5-12T10:11:12Z",
            "20200512T101112Z",
            " 2020-05-12T10:11:12Z",
            "2020-05-12T10:11:12Z ",
            "+020-05-12T10:11:12Z",
            "2020-05-12T1€:12Z",
        ];
        for text in wrong {
            assert_eq!(Time::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_time_that_does_not_exist_is_refused() {
        let wrong = [
            "0000-01-01T00:00:00Z",
            "2021-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2020-02-30T00:00:00Z",
            "2020-04-31T00:00:00Z",
            "2020-01-32T00:00:00Z",
            "2020-01-00T00:00:00Z",
            "2020-00-01T00:00:00Z",
            "2020-13-01T00:00:00Z",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:60:00Z",
            "2016-12-31T23:59:60Z",
        ];
        for text in wrong {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_written_as_they_are_sent() {
        assert_eq!(Time(20_200_512_101_112).to_string(), "2020-05-12T10:11:12Z");
        assert_eq!(Time(10_101_000_000).to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(Time(99_991_231_235_959).to_string(), "9999-12-31T23:59:59Z");
    }
}

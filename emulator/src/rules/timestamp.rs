//! `YYYY-MM-DDTHH:MM:SSZ`, and nothing else that ISO 8601 would allow.

/// Whether `text` has exactly this form and is a second of the calendar.
pub(crate) fn is_valid(text: &str) -> bool {
    let bytes = text.as_bytes();
    let in_form = bytes.len() == FORM.len()
        && bytes.iter().zip(FORM).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            separator => byte == separator,
        });
    if !in_form {
        return false;
    }
    let number =
        |from: usize, to: usize| bytes[from..to].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));
    year >= 1
        && (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
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

#[cfg(test)]
mod tests {
    use super::is_valid;

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
            assert!(is_valid(text), "{text}");
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
            assert!(!is_valid(text), "{text:?}");
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
            assert!(!is_valid(text), "{text}");
        }
    }
}

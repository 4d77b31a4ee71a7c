//! What a value means. What is wrong with one is the end of a sentence: what was expected.

use std::net::SocketAddr;
use std::time::Duration;

use mpa::policy::Limit;

use super::table::Kind;

pub type Result<T> = std::result::Result<T, String>;

const MOST_LIMITS: usize = 4;
const MOST_REQUESTS: u32 = 1_000;
const LONGEST_PERIOD_S: u64 = 3_600;

/// Whether a value is one of an option of this kind.
pub fn check(kind: Kind, text: &str) -> Result<()> {
    match kind {
        Kind::Switch => switch(text).map(drop),
        Kind::Number { least, most, .. } => number(text, least, most).map(drop),
        Kind::Choice(words) => choice(text, words).map(drop),
        Kind::Address => address(text).map(drop),
        Kind::Limits => limits(text).map(drop),
        Kind::Text(_) | Kind::SecretUrl(_) | Kind::Action => Ok(()),
    }
}

pub fn switch(text: &str) -> Result<bool> {
    text.parse().map_err(|_| "expected true or false".to_owned())
}

pub fn number(text: &str, least: u64, most: u64) -> Result<u64> {
    // `parse` takes a plus sign, too.
    let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("expected a number from {least} to {most}"))
}

pub fn choice(text: &str, words: &[&'static str]) -> Result<&'static str> {
    words.iter().copied().find(|word| *word == text).ok_or_else(|| format!("expected {}", words.join(" or ")))
}

pub fn address(text: &str) -> Result<SocketAddr> {
    text.parse().map_err(|_| "expected an IP address and a port, such as 0.0.0.0:8080 or [::]:8080".to_owned())
}

/// Reads `7/15s,50/300s`.
pub fn limits(text: &str) -> Result<Vec<Limit>> {
    let expected = || {
        format!(
            "expected 1 to {MOST_LIMITS} limits such as 7/15s,50/300s: 1 to {MOST_REQUESTS} requests in 1s to \
             {LONGEST_PERIOD_S}s (or 1h), each with a period of its own"
        )
    };
    let mut limits = Vec::<Limit>::new();
    for part in text.split(',') {
        let limit = limit(part.trim()).ok_or_else(expected)?;
        if limits.len() == MOST_LIMITS || limits.iter().any(|other| other.period == limit.period) {
            return Err(expected());
        }
        limits.push(limit);
    }
    Ok(limits)
}

fn limit(text: &str) -> Option<Limit> {
    let (max, period) = text.split_once('/')?;
    let max = number(max, 1, MOST_REQUESTS.into()).ok()?;
    let (period, seconds) = match period.char_indices().last()? {
        (end, 's') => (&period[..end], 1),
        (end, 'm') => (&period[..end], 60),
        (end, 'h') => (&period[..end], 3_600),
        _ => return None,
    };
    let period = number(period, 1, LONGEST_PERIOD_S / seconds).ok()? * seconds;
    Some(Limit { max: u32::try_from(max).ok()?, period: Duration::from_secs(period) })
}

/// Limits as the option takes them.
pub fn limits_text(limits: &[Limit]) -> String {
    let texts: Vec<_> = limits.iter().map(|limit| format!("{}/{}s", limit.max, limit.period.as_secs())).collect();
    texts.join(",")
}

/// A value in a sentence.
pub fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let quoted = format!("{text:?}");
    match quoted.char_indices().nth(MOST) {
        None => quoted,
        Some((end, _)) => format!("{}...\"", &quoted[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read() {
        for (text, limits) in [
            ("7/15s", vec![(7, 15)]),
            ("7/15s,50/300s", vec![(7, 15), (50, 300)]),
            ("1/1s, 1000/1h", vec![(1, 1), (1_000, 3_600)]),
            ("1/60m,2/59m,3/3599s,4/2s", vec![(1, 3_600), (2, 3_540), (3, 3_599), (4, 2)]),
        ] {
            let found: Vec<_> =
                super::limits(text).unwrap().iter().map(|limit| (limit.max, limit.period.as_secs())).collect();
            assert_eq!(found, limits, "{text}");
        }
        assert_eq!(limits_text(&super::limits("7/15s,50/5m").unwrap()), "7/15s,50/300s");
    }

    #[test]
    fn other_limits_are_refused() {
        for wrong in [
            "",
            "7",
            "7/",
            "/15s",
            "7/15",
            "7/s",
            "0/15s",
            "1001/15s",
            "7/0s",
            "7/3601s",
            "7/61m",
            "7/2h",
            "7/15s,",
            ",7/15s",
            "7/15s,8/15s",
            "1/1m,1/60s",
            "1/1s,1/2s,1/3s,1/4s,1/5s",
            "+7/15s",
            "7/+15s",
            "-7/15s",
            "7/1.5s",
            "7/15ms",
            "7/15é",
            "7/15s 50/300s",
            "99999999999999999999/1s",
        ] {
            assert!(limits(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_within_their_range() {
        for (text, number) in [("1", Some(1)), ("10", Some(10)), ("007", Some(7))] {
            assert_eq!(super::number(text, 1, 10).ok(), number, "{text}");
        }
        for wrong in ["", "0", "11", "+1", "-1", "1.0", " 1", "1 ", "1e1", "0x1", "99999999999999999999"] {
            assert_eq!(super::number(wrong, 1, 10), Err("expected a number from 1 to 10".to_owned()), "{wrong}");
        }
    }

    #[test]
    fn each_kind_is_checked() {
        for (kind, good, wrong) in [
            (Kind::Switch, "true", "yes"),
            (Kind::Switch, "false", "1"),
            (Kind::Number { unit: "N", least: 1, most: 2 }, "2", "3"),
            (Kind::Choice(&["a", "b"]), "b", "c"),
            (Kind::Address, "[::1]:0", ":8080"),
            (Kind::Address, "127.0.0.1:1", "localhost:1"),
            (Kind::Limits, "7/15s", "7"),
        ] {
            assert_eq!(check(kind, good), Ok(()), "{kind:?} {good}");
            assert!(check(kind, wrong).unwrap_err().starts_with("expected "), "{kind:?} {wrong}");
        }
    }

    #[test]
    fn what_is_shown_is_short_and_printable() {
        assert_eq!(shown("a\u{1b}b"), "\"a\\u{1b}b\"");
        let long = shown(&"é".repeat(200));
        assert!(long.ends_with("...\"") && long.chars().count() == 64, "{long}");
    }
}

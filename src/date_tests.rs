use super::*;

/// Seconds and nanoseconds since 1970.
fn timestamp(text: &str) -> Option<(i64, u32)> {
    let time = parse_timestamp(text)?;
    let (Ok(distance) | Err(distance)) = time.duration_since(UNIX_EPOCH).map_err(|before| before.duration());
    let seconds = i64::try_from(distance.as_secs()).unwrap();
    Some((if time < UNIX_EPOCH { -seconds } else { seconds }, distance.subsec_nanos()))
}

#[test]
fn all_of_rfc_3339_is_read() {
    for (text, seconds, nanoseconds) in [
        ("2020-01-01T00:00:00Z", 1_577_836_800, 0),
        ("2020-01-01T00:00:00.5Z", 1_577_836_800, 500_000_000),
        ("2020-01-01T00:00:00.1234567Z", 1_577_836_800, 123_456_700),
        ("2020-01-01T00:00:00.123456789123456789123456789Z", 1_577_836_800, 123_456_789),
        ("2020-01-01T02:00:00+02:00", 1_577_836_800, 0),
        ("2020-01-01T02:00:00.5+02:00", 1_577_836_800, 500_000_000),
        ("2019-12-31T17:00:00-07:00", 1_577_836_800, 0),
        ("2019-12-31T17:00:00.1234567-07:00", 1_577_836_800, 123_456_700),
        ("2020-01-01T05:45:00+05:45", 1_577_836_800, 0),
        ("2019-12-31T23:30:00-00:30", 1_577_836_800, 0),
        ("2020-01-01T00:00:00+00:00", 1_577_836_800, 0),
        ("2020-01-01T00:00:00-00:00", 1_577_836_800, 0),
        ("2020-01-01t00:00:00z", 1_577_836_800, 0),
        ("2020-01-01 00:00:00Z", 1_577_836_800, 0),
        ("2016-12-31T23:59:60Z", 1_483_228_799, 999_999_999),
        ("2017-01-01T01:59:60.9+02:00", 1_483_228_799, 999_999_999),
        ("1969-12-31T23:59:59Z", -1, 0),
        ("0001-01-01T00:00:00", -62_135_596_800, 0),
        ("9999-12-31T23:59:59.9999999Z", 253_402_300_799, 999_999_900),
    ] {
        if cfg!(windows) && seconds < FIRST_ON_WINDOWS {
            assert_eq!(timestamp(text), None, "{text}");
            continue;
        }
        assert_eq!(timestamp(text), Some((seconds, as_the_system_holds(nanoseconds))), "{text}");
    }
}

/// `SystemTime` counts 100 ns from 1601 on there.
const FIRST_ON_WINDOWS: i64 = -11_644_473_600;

fn as_the_system_holds(nanoseconds: u32) -> u32 {
    if cfg!(windows) { nanoseconds / 100 * 100 } else { nanoseconds }
}

#[test]
fn what_net_writes_is_read_too() {
    for text in [
        "2020-01-01T00:00:00",
        "2020-01-01T00:00:00.0000000",
        "2020-01-01 00:00:00",
        " 2020-01-01T00:00:00Z ",
        "2020-01-01T02:00:00+0200",
        "2020-01-01T02:00:00+02",
        "2020-01-01 02:00:00 +02:00",
        "2020-01-01T00:00:00,000Z",
        "Wed, 01 Jan 2020 00:00:00 GMT",
        "/Date(1577836800000)/",
        "/Date(1577836800000+0200)/",
        "/Date(1577836800000-0700)/",
    ] {
        assert_eq!(timestamp(text), Some((1_577_836_800, 0)), "{text}");
    }
    assert_eq!(timestamp("/Date(-1000)/"), Some((-1, 0)));
    assert_eq!(timestamp("/Date(1577836800123)/"), Some((1_577_836_800, 123_000_000)));
}

#[test]
fn other_texts_are_no_timestamps() {
    for text in [
        "",
        "soon",
        "5",
        "1577836800",
        "2020-13-01T00:00:00Z",
        "2020-02-30T00:00:00Z",
        "2020-01-01T24:00:00Z",
        "2020-01-01T00:00:60Z",
        "2020-01-01T00:00:00+99:00",
        "2020-01-01T00:00:00+02:99",
        "2020-01-01T00:00:00+\u{e9}0",
        "2020-01-01T00:00:00+\u{e9}\u{e9}",
        "2020-01-01T00:00:00ZZ",
        "2020-01-01T00:00:00.Z",
        "2020-01-01T\u{661}0:00:00Z",
        "2020-01-01\u{e9}00:00:00Z",
        "2020-01-0\u{e9}",
        "2020-01-01",
        "/Date()/",
        "/Date(x)/",
        "/Date(-)/",
        "/Date(\u{e9})/",
        "/Date(5",
        "/Date(99999999999999999999999999999999999999999)/",
        "/Date(999999999999999999999999999999999999)/",
        "/Date(-999999999999999999999999999999999999)/",
    ] {
        assert_eq!(parse_timestamp(text), None, "{text}");
    }
    assert!(parse_timestamp("/Date(9999999999999999999999)/").is_none_or(|time| time > UNIX_EPOCH));
}

#[test]
fn a_timestamp_is_written_as_it_is_read() {
    // `SystemTime` begins there on Windows.
    let first = if cfg!(windows) { "1601-01-01T00:00:00Z" } else { "0000-01-01T00:00:00Z" };
    for text in [first, "1969-12-31T23:59:59Z", "2024-02-29T09:08:07Z", "9999-12-31T23:59:59Z"] {
        assert_eq!(Timestamp::new(parse_timestamp(text).unwrap()).as_str(), text);
    }
    let before = UNIX_EPOCH - Duration::from_millis(1);
    assert_eq!(Timestamp::new(before).to_string(), "1969-12-31T23:59:59Z");
    assert_eq!(Timestamp::new(UNIX_EPOCH + Duration::from_millis(1_999)).to_string(), "1970-01-01T00:00:01Z");
    assert_eq!(Timestamp::new(UNIX_EPOCH + Duration::from_secs(1 << 39)).day(), "9999-12-31");
    // Windows has no such time.
    if let Some(far_ahead) = UNIX_EPOCH.checked_add(Duration::from_secs(1 << 60)) {
        assert_eq!(Timestamp::new(far_ahead).day(), "9999-12-31");
    }
    if let Some(long_ago) = UNIX_EPOCH.checked_sub(Duration::from_secs(1 << 40)) {
        assert_eq!(Timestamp::new(long_ago).day(), "0000-01-01");
    }
}

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

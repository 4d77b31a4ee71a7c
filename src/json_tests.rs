use std::time::{Duration, Instant};

use serde_json::{Map, json};

use super::*;

const NAMES: [&str; 4] = ["a", "b", "c", "last"];

/// What the members a, b, c and last say; `-` where nothing.
fn read(json: impl AsRef<[u8]>) -> String {
    let texts = members(json.as_ref(), NAMES).map(|value| match value {
        None => "-".to_owned(),
        Some(value) => value.text().map_or_else(|| "(nested)".to_owned(), Cow::into_owned),
    });
    texts.join(" ")
}

#[test]
fn what_is_odd_loses_at_most_its_field() {
    for (json, expected) in [
        (&br#"{"a": "x", "b": 10, "last": "y"}"#[..], "x 10 - y"),
        (b"", "- - - -"),
        (b"{", "- - - -"),
        (b"null", "- - - -"),
        (b"[{\"a\": \"x\"}]", "- - - -"),
        (b"\"{a: 1}\"", "- - - -"),
        (b"<html><style>{a: 1}", "- - - -"),
        (b"a long sentence, and {\"a\": 1}", "- - - -"),
        // Before the object and behind it.
        (b"\xef\xbb\xbf{\"a\": \"x\"}", "x - - -"),
        (b"\xef\xbb\xbf\xef\xbb\xbf \x00\n{\"a\": \"x\"}", "x - - -"),
        (b"\xff{\"a\": \"x\"}", "x - - -"),
        (b")]}',\n{\"a\": \"x\"}", "x - - -"),
        (b"/* a comment */ // and another\n{\"a\": \"x\"}", "x - - -"),
        (b"{\"a\": \"x\"} and more, \"b\": 1}", "x - - -"),
        // Numbers.
        (br#"{"a": 10.0, "b": 1e99999, "c": -0, "last": +5}"#, "10.0 1e99999 -0 +5"),
        (br#"{"a": NaN, "b": Infinity, "c": -Infinity, "last": 1}"#, "- - - 1"),
        (br#"{"a": undefined, "b": nan, "c": inf, "last": 1}"#, "- - - 1"),
        (br#"{"a": 0x10, "b": 1_000, "c": 1.2.3, "last": 1}"#, "- - - 1"),
        (br#"{"a": 1 000, "b": 1,000, "c": 1/2, "last": 1}"#, "- - - 1"),
        (b"{\"a\": 1\xc2\xa0000, \"last\": 1}", "- - - 1"),
        (br#"{"a": 10"#, "- - - -"),
        (br#"{"a": 10 "#, "- - - -"),
        (br#"{"a": 10,"#, "10 - - -"),
        // Strings.
        (b"{\"a\": \"x\xffy\", \"b\xff\": 1, \"last\": 1}", "x\u{fffd}y - - 1"),
        (b"{\"a\": \"x\ny\tz\x00\", \"last\": 1}", "x\ny\tz\u{0} - - 1"),
        (br#"{"a": "\ud800", "b": "\udc00x", "c": "\ud800\n", "last": 1}"#, "\u{fffd} \u{fffd}x \u{fffd}\n 1"),
        (br#"{"a": "\ud800\ud83d\ude00", "b": "\ud83d\u0041", "last": 1}"#, "\u{fffd}\u{1f600} \u{fffd}A - 1"),
        (br#"{"a": "\x41\'", "b": "\u12", "c": "\u", "last": 1}"#, "x41' \u{fffd}12 \u{fffd} 1"),
        (b"{\"a\": \"\\\xc3\xa9\", \"last\": 1}", "\u{fffd}\u{fffd} - - 1"),
        (br#"{"a": "not "right" here", "b": "5" pipe", "last": 1}"#, "not \"right\" here 5\" pipe - 1"),
        (br#"{"a": "not "right"", "b": "", "c": "" , "last": 1}"#, "not \"right\"   1"),
        (br#"{"a": 'x', 'b': "it's", 'c': 'isn't', 'last': 1}"#, "x it's isn't 1"),
        (br#"{"a": "x", "b": "y"#, "x - - -"),
        (br#"{"a": "x", "b": "y\"#, "x - - -"),
        (br#"{"a": "x", "b": "y\u00"#, "x - - -"),
        (br#"{"a": "x", "b"#, "x - - -"),
        (br#"{"a": "x", "b":"#, "x - - -"),
        // What is between them.
        (br#"{"a": "x" "b": 1 "last": 1}"#, "x 1 - 1"),
        (br#"{,,"a": "x",, "b": , "c" "d", "last": 1,}"#, "x - - 1"),
        (br#"{a: "x", b : 1, last: 1}"#, "x 1 - 1"),
        (br#"{"a": it's, "b": 1, "last": 1}"#, "- 1 - 1"),
        (b"{\"a\": \"x\" // comment, \"b\": 1\n, /* \"c\": 1 */ \"last\": 1}", "x - - 1"),
        (b"{\"a\": 1/* comment */, \"last\"/**/:/**/1}", "1 - - 1"),
        (b"{\"a\": 1 // cut", "- - - -"),
        (b"{\"a\": 1, /* cut", "1 - - -"),
        (b"{\"a\": 1, /", "1 - - -"),
        (br#"{"a": null, "b": true, "c": false, "last": 1}"#, "- - - 1"),
        (br#"{"a": {}, "b": [], "c": [{"last": 0}, "}"], "last": 1}"#, "(nested) (nested) (nested) 1"),
        (br#"{"a": [}, "b": {], "last": 1}"#, "(nested) (nested) - 1"),
        (br#"{"a": {"b": 1"#, "(nested) - - -"),
        (br#"{{"b": 1}, ["c"], ], "a": "x", "last": 1}"#, "x - - 1"),
        // Names.
        (br#"{"A": "x", "LAST": 1}"#, "x - - 1"),
        (br#"{"a": "x", "A": "y"}"#, "x - - -"),
        (br#"{"A": "y", "a": "x"}"#, "x - - -"),
        (br#"{"A": "y", "A": "x"}"#, "x - - -"),
        (br#"{"a": "x", "a": "y"}"#, "y - - -"),
        (br#"{"a": "x", "a": null}"#, "x - - -"),
        (br#"{"\u0061": "x", "la\u0073t": 1}"#, "x - - 1"),
    ] {
        assert_eq!(read(json), expected, "{}", String::from_utf8_lossy(json));
    }
}

#[test]
fn numbers_are_never_smaller_than_written() {
    let number = |json: &str| members(json.as_bytes(), ["a"])[0].and_then(Value::number);
    for (json, expected) in [
        (r#"{"a": 10}"#, 10.0),
        (r#"{"a": 10.0}"#, 10.0),
        (r#"{"a": "10"}"#, 10.0),
        (r#"{"a": " 10.0 "}"#, 10.0),
        (r#"{"a": 1e1}"#, 10.0),
        (r#"{"a": 1E+1}"#, 10.0),
        (r#"{"a": -10}"#, -10.0),
        (r#"{"a": .5}"#, 0.5),
        (r#"{"a": 4294967296}"#, 4_294_967_296.0),
        (r#"{"a": 1e99999}"#, f64::INFINITY),
        (r#"{"a": "-1e99999"}"#, f64::NEG_INFINITY),
    ] {
        assert_eq!(number(json), Some(expected), "{json}");
    }
    for none in ["ten", "10x", "1 0", "", "inf", "+infinity", "nan", "-nan", "0x10", "--"] {
        assert_eq!(number(&format!(r#"{{"a": "{none}"}}"#)), None, "{none}");
    }
}

#[test]
fn what_is_nested_is_read_where_it_is_wanted() {
    let json = br#"{"a": {"b": {"c": 1}}, "b": [{"c": 2}, 3], "c": []}"#;
    let [a, b, c] = members(json, ["a", "b", "c"]).map(Option::unwrap);
    assert_eq!(a.members(["b"])[0].unwrap().members(["c"]), [Some(Value::Number("1"))]);
    assert_eq!(b.first().unwrap().members(["c"]), [Some(Value::Number("2"))]);
    assert_eq!((c.first(), a.first(), b.members(["c"])), (None, None, [None]));
    assert_eq!(a.text(), None);
    // Cut short, the fields that are there still count.
    let [error] = members(br#"{"error": {"code": "x", "mess"#, ["error"]).map(Option::unwrap);
    assert_eq!(error.members(["code", "message"]), [Some(Value::String(b"x")), None]);
}

/// A value that JSON can hold.
fn random_value(random: &mut fastrand::Rng, depth: u32) -> serde_json::Value {
    match random.u32(..if depth == 0 { 6 } else { 8 }) {
        0 => json!(null),
        1 => json!(random.bool()),
        2 => json!(random.i64(..)),
        3 => json!(random.f64() * 10_f64.powi(random.i32(-30..30))),
        4 | 5 => json!(random_text(random)),
        6 => json!([(); 3].map(|()| random_value(random, depth - 1))),
        _ => serde_json::Value::Object(random_object(random, depth - 1)),
    }
}

fn random_text(random: &mut fastrand::Rng) -> String {
    const PIECES: [&str; 20] = [
        "a",
        "B",
        "\"",
        "\\",
        "/",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "'",
        "//",
        "/*",
        "\u{e9}",
        "\u{1f600}",
        "\u{0}",
        "\n",
        "\u{feff}",
        " ",
    ];
    (0..random.usize(..12)).map(|_| *random.choice(&PIECES[..]).unwrap()).collect()
}

fn random_object(random: &mut fastrand::Rng, depth: u32) -> Map<String, serde_json::Value> {
    let members = random.usize(..6);
    let name = |random: &mut fastrand::Rng| match random.u32(..3) {
        0 => random_text(random),
        _ => (*random.choice(&NAMES[..]).unwrap()).to_owned(),
    };
    (0..members).map(|_| (name(random), random_value(random, depth))).collect()
}

#[track_caller]
fn check_same(ours: Option<Value<'_>>, theirs: Option<&serde_json::Value>, json: &str) {
    use serde_json::Value as Theirs;
    match (ours, theirs) {
        (None, None | Some(Theirs::Null | Theirs::Bool(_))) => {}
        (Some(value @ Value::String(_)), Some(Theirs::String(text))) => assert_eq!(value.text().unwrap(), *text),
        (Some(value @ Value::Number(_)), Some(Theirs::Number(number))) => {
            assert_eq!(value.number(), number.as_f64(), "{json}");
        }
        (Some(value @ Value::Object(_)), Some(Theirs::Object(object))) => {
            for (name, found) in NAMES.iter().zip(value.members(NAMES)) {
                check_same(found, wanted(object, name), json);
            }
        }
        (Some(value @ Value::Array(_)), Some(Theirs::Array(array))) => check_same(value.first(), array.first(), json),
        (ours, theirs) => panic!("{ours:?} is not {theirs:?} in {json}"),
    }
}

/// The member of that name, else that of the name in another case, which means something.
fn wanted<'a>(object: &'a Map<String, serde_json::Value>, name: &str) -> Option<&'a serde_json::Value> {
    let means_something = |value: &&serde_json::Value| !value.is_null() && !value.is_boolean();
    let other_case = || object.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    object.get(name).filter(means_something).or_else(|| other_case().find(means_something))
}

#[test]
fn valid_json_is_read_as_others_read_it() {
    let mut random = fastrand::Rng::with_seed(20_261_125);
    for _ in 0..20_000 {
        let object = serde_json::Value::Object(random_object(&mut random, 3));
        let json = if random.bool() { object.to_string() } else { serde_json::to_string_pretty(&object).unwrap() };
        check_same(Some(Value::Object(&json.as_bytes()[1..])), Some(&object), &json);
    }
}

/// Random damage to a body loses no more than fields.
#[test]
fn any_bytes_are_survived() {
    let mut random = fastrand::Rng::with_seed(20_261_126);
    for _ in 0..20_000 {
        let object = serde_json::Value::Object(random_object(&mut random, 3));
        let mut json = object.to_string().into_bytes();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(..json.len());
            match random.u32(..4) {
                0 => json[at] = random.u8(..),
                1 => json.insert(at, *random.choice(&b"\"'\\{}[],:/*\xff\0u"[..]).unwrap()),
                2 if json.len() > 1 => drop(json.remove(at)),
                _ => json.truncate(at.max(1)),
            }
        }
        let mut unread = members(&json, NAMES).to_vec();
        while let Some(value) = unread.pop() {
            let Some(value) = value else { continue };
            assert!(value.text().is_none_or(|text| text.len() <= 3 * json.len()));
            unread.extend(value.members(NAMES));
            unread.push(value.first());
        }
    }
}

#[test]
fn the_time_that_it_takes_grows_with_the_length_alone() {
    let pieces: [&[u8]; 19] = [
        b"[",
        b"{",
        b"{\"a\":",
        b"[[\"",
        b"\"",
        b"\" ",
        b"\"a",
        b"'",
        b"\\",
        b"\\u",
        b"/*",
        b"//",
        b"//\n",
        b"/",
        b"a ",
        b",",
        b"\"a\":1",
        b"\"a\":\"\" ",
        b"\xff",
    ];
    for piece in pieces {
        let json = [b"{\"a\":", &piece.repeat(512 * 1024 / piece.len())[..]].concat();
        let started = Instant::now();
        let value = members(&json, NAMES)[0];
        let read = value.and_then(|value| value.first().or(value.members(NAMES)[0]).and_then(Value::text));
        let took = started.elapsed();
        assert!(took < Duration::from_secs(2), "{took:?} for {}: {read:?}", String::from_utf8_lossy(piece));
    }
}

//! JSON read strictly, and settings that are written in it.

use std::fmt;
use std::ops::RangeInclusive;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::fields::{Problem, expected, string};

/// Reads one JSON value and nothing after it.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = StrictValue.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

struct StrictValue;

impl<'de> DeserializeSeed<'de> for StrictValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StrictValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(StrictValue)? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key {key:?} comes twice")));
            }
            let value = entries.next_value_seed(StrictValue)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

/// A setting that could not be read: one sentence, with the field at fault.
#[derive(Debug, PartialEq, Eq)]
pub struct BadSetting(pub(crate) String);

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadSetting {}

impl From<Problem> for BadSetting {
    fn from(problem: Problem) -> Self {
        Self(problem.to_string())
    }
}

pub(crate) type Read<T> = Result<T, Problem>;

/// The value that a text in JSON stands for.
pub(crate) fn parse_setting(text: &str) -> Result<Value, BadSetting> {
    parse(text.as_bytes()).map_err(|error| BadSetting(format!("it is not JSON: {error}")))
}

pub(crate) fn whole(value: &Value, range: RangeInclusive<u64>) -> Read<u64> {
    if let Some(number) = value.as_u64().filter(|number| range.contains(number)) {
        return Ok(number);
    }
    let kind = format!("a whole number from {} to {}", range.start(), range.end());
    Err(unlike(&kind, value))
}

/// A whole number that is at most so far from 0.
pub(crate) fn whole_of_either_sign(value: &Value, most: u64) -> Read<i64> {
    if let Some(number) = value.as_i64().filter(|number| number.unsigned_abs() <= most) {
        return Ok(number);
    }
    Err(unlike(&format!("a whole number from -{most} to {most}"), value))
}

/// A share of all cases, none excluded: a rule that never applies is a mistake.
pub(crate) fn share(value: &Value) -> Read<f64> {
    let share = value.as_f64().filter(|share| *share > 0.0 && *share <= 1.0);
    share.ok_or_else(|| unlike("a number above 0 and up to 1", value))
}

pub(crate) fn flag(value: &Value) -> Read<bool> {
    value.as_bool().ok_or_else(|| expected("true or false", value))
}

/// What one of some words stands for.
pub(crate) fn word<T: Copy>(value: &Value, words: &[(&str, T)]) -> Read<T> {
    let text = string(value)?;
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        Problem::here(format!("must be one of {}, not {text:?}", words.join(", ")))
    })
}

/// How a value is written that is one of some words.
pub(crate) fn spelling<T: PartialEq>(value: &T, words: &[(&'static str, T)]) -> &'static str {
    let found = words.iter().find(|(_, meaning)| meaning == value);
    found.map_or("", |(word, _)| word)
}

/// Of numbers, the number itself is told.
fn unlike(kind: &str, value: &Value) -> Problem {
    match value {
        Value::Number(number) => Problem::here(format!("must be {kind}, not {number}")),
        _ => expected(kind, value),
    }
}

#[cfg(test)]
mod json_tests {
    use super::*;

    #[test]
    fn reads_what_serde_json_reads() {
        let text = r#"{"a":[1,-2,2.5,"x",null,true,{}],"b":{"a":18446744073709551615}}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(parse(text.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn a_key_that_comes_twice_is_an_error_at_any_depth() {
        let error = parse(br#"{"list":[{"id":"1","id":"2"}]}"#).unwrap_err().to_string();
        assert!(error.contains(r#"the key "id" comes twice"#), "{error}");
        let escaped = parse(br#"{"id":"1","\u0069d":"2"}"#);
        assert!(escaped.is_err(), "the same key, written differently");
    }

    #[test]
    fn what_is_not_one_json_value_is_an_error() {
        let deep = "[".repeat(100_000);
        let wrong: [&[u8]; 8] =
            [b"", b"{", b"{} {}", b"{'a':1}", b"{\"a\":1,}", b"\xef\xbb\xbf{}", b"{\"a\":\"\xff\"}", deep.as_bytes()];
        for bytes in wrong {
            assert!(parse(bytes).is_err(), "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}

#[cfg(test)]
mod setting_tests {
    use super::*;
    use serde_json::json;

    fn said<T: fmt::Debug>(read: Read<T>) -> String {
        read.unwrap_err().in_field("x").to_string()
    }

    #[test]
    fn a_whole_number_is_in_its_range() {
        assert_eq!(whole(&json!(1), 1..=9), Ok(1));
        assert_eq!(whole(&json!(9), 1..=9), Ok(9));
        for (wrong, expected) in [
            (json!(0), "x must be a whole number from 1 to 9, not 0"),
            (json!(10), "x must be a whole number from 1 to 9, not 10"),
            (json!(-1), "x must be a whole number from 1 to 9, not -1"),
            (json!(1.5), "x must be a whole number from 1 to 9, not 1.5"),
            (json!("1"), "x must be a whole number from 1 to 9, not a string"),
        ] {
            assert_eq!(said(whole(&wrong, 1..=9)), expected);
        }
    }

    #[test]
    fn a_share_is_more_than_none_and_at_most_all() {
        assert_eq!(share(&json!(1)), Ok(1.0));
        assert_eq!(share(&json!(0.001)), Ok(0.001));
        for wrong in [json!(0), json!(-0.5), json!(1.01), json!(100), json!("1")] {
            let said = said(share(&wrong));
            assert!(said.starts_with("x must be a number above 0"), "{said}");
        }
    }

    #[test]
    fn a_word_is_spelled_exactly() {
        let words = [("one", 1), ("two", 2)];
        assert_eq!(word(&json!("two"), &words), Ok(2));
        assert_eq!(spelling(&2, &words), "two");
        assert_eq!(said(word(&json!("Two"), &words)), "x must be one of one, two, not \"Two\"");
        assert_eq!(said(word(&json!(2), &words)), "x must be a string, not a number");
        assert_eq!(said(flag(&json!(1))), "x must be true or false, not a number");
    }
}

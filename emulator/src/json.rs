//! JSON bodies: read strictly, so that a key that comes twice in one object is an error; the kinds of field that they are
//! made of; and what is wrong with a body and where in it.
//!
//! What a service makes of a repeated key depends on its JSON library, so no client may send one.

use std::fmt;
use std::ops::RangeInclusive;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

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

/// What is wrong with a value, and where it is. The place is put together on the way out of nested checks, so that the
/// checks themselves carry none.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ValidationError {
    /// Such as `recentPlayerGroups[3].recentPlayers[0].id`; empty for the body as a whole.
    place: String,
    what: String,
}

impl ValidationError {
    /// An error in the value at hand. `what` completes a sentence that starts with its place.
    pub fn new(what: impl Into<String>) -> Self {
        Self { place: String::new(), what: what.into() }
    }

    /// An object has a field that it must not have. Its name is added by [`ValidationError::in_field`].
    pub fn unknown_among(known: &[&str]) -> Self {
        Self::new(format!("is not a known field (known here: {})", known.join(", ")))
    }

    /// The same error, seen from the object that has the value in a field.
    pub fn in_field(self, name: &str) -> Self {
        let joint = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        Self { place: format!("{name}{joint}{}", self.place), ..self }
    }

    /// The same error, seen from the list that has the value as an element.
    pub fn in_element(self, index: usize) -> Self {
        self.in_field(&format!("[{index}]"))
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() { "the body" } else { &self.place };
        write!(f, "{place} {}", self.what)
    }
}

pub(crate) type Parsed<T> = Result<T, ValidationError>;

/// The result of a check that yields no value.
pub(crate) type Checked = Result<(), ValidationError>;

/// An object whose fields are all known ones.
pub(crate) struct Object<'a> {
    fields: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    /// Reads `value` as an object with no other fields than `known`. Names are compared exactly.
    pub fn read(value: &'a Value, known: &[&str]) -> Result<Self, ValidationError> {
        let fields = value.as_object().ok_or_else(|| expected("an object", value))?;
        match fields.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(ValidationError::unknown_among(known).in_field(unknown)),
            None => Ok(Self { fields }),
        }
    }

    /// What `read` makes of a field: nothing where it only checks, else the value.
    pub fn required<T>(
        &self,
        name: &str,
        read: impl FnOnce(&'a Value) -> Result<T, ValidationError>,
    ) -> Result<T, ValidationError> {
        match self.fields.get(name) {
            Some(value) => read(value).map_err(|error| error.in_field(name)),
            None => Err(ValidationError::new("is required").in_field(name)),
        }
    }

    /// A field that may be absent. `null` is a value like any other, so it is not absent.
    pub fn optional(&self, name: &str, check: impl FnOnce(&Value) -> Checked) -> Checked {
        self.given(name, check).map(Option::unwrap_or_default)
    }

    /// The same, for a value that is to be read.
    pub fn given<T>(
        &self,
        name: &str,
        read: impl FnOnce(&'a Value) -> Result<T, ValidationError>,
    ) -> Result<Option<T>, ValidationError> {
        match self.fields.get(name) {
            Some(_) => self.required(name, read).map(Some),
            None => Ok(None),
        }
    }
}

/// A list of so many elements, each of which passes `check`.
pub(crate) fn list(value: &Value, count: RangeInclusive<usize>, check: impl Fn(&Value) -> Checked) -> Checked {
    list_of(value, count, check).map(drop)
}

/// What `read` makes of the elements of a list of so many.
pub(crate) fn list_of<'a, T>(
    value: &'a Value,
    count: RangeInclusive<usize>,
    read: impl Fn(&'a Value) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    let elements = value.as_array().ok_or_else(|| expected("a list", value))?;
    if !count.contains(&elements.len()) {
        let (least, most) = (count.start(), count.end());
        let what = format!("must have {least} to {most} elements, not {}", elements.len());
        return Err(ValidationError::new(what));
    }
    let numbered = elements.iter().enumerate();
    numbered.map(|(index, element)| read(element).map_err(|error| error.in_element(index))).collect()
}

/// A XUID: a string with a decimal number of 64 bits that is not zero, and no other characters.
pub(crate) fn xuid(value: &Value) -> Checked {
    read_xuid(value).map(drop)
}

pub(crate) fn read_xuid(value: &Value) -> Parsed<u64> {
    parse_positive(string(value)?).ok_or_else(|| {
        ValidationError::new("must be a XUID: decimal digits, from 1 to 18446744073709551615, no leading zero")
    })
}

/// A decimal number of 64 bits that is not zero, written the one way that a number is written.
pub(crate) fn parse_positive(text: &str) -> Option<u64> {
    // Rust's reading also takes "+7" and "007".
    let canonical = !text.starts_with(['+', '0']);
    text.parse().ok().filter(|_| canonical)
}

/// A whole number in a range.
pub(crate) fn whole(value: &Value, range: RangeInclusive<u64>) -> Parsed<u64> {
    let (least, most) = (range.start(), range.end());
    let number = value.as_number().ok_or_else(|| expected("a number", value))?;
    number
        .as_u64()
        .filter(|number| range.contains(number))
        .ok_or_else(|| ValidationError::new(format!("must be a whole number from {least} to {most}, not {number}")))
}

/// A string of at most so many UTF-16 code units, which is how the service (.NET) counts.
pub(crate) fn text(value: &Value, most: usize) -> Checked {
    let length = string(value)?.encode_utf16().count();
    if length <= most {
        return Ok(());
    }
    let what = format!("must be at most {most} UTF-16 code units long, not {length}");
    Err(ValidationError::new(what))
}

/// One of the names of an enumeration, spelled exactly.
pub(crate) fn one_of(value: &Value, names: &[&'static str]) -> Checked {
    name_of(value, names).map(drop)
}

/// The same, for a name that is kept.
pub(crate) fn name_of(value: &Value, names: &[&'static str]) -> Parsed<&'static str> {
    let found = string(value)?;
    let name = names.iter().find(|name| **name == found);
    name.copied().ok_or_else(|| ValidationError::new(format!("must be one of {}", names.join(", "))))
}

/// A text that is always the same.
pub(crate) fn exactly(value: &Value, expected: &str) -> Checked {
    let text = string(value)?;
    if text == expected {
        return Ok(());
    }
    Err(ValidationError::new(format!("must be {expected:?}, not {text:?}")))
}

pub(crate) fn string(value: &Value) -> Result<&str, ValidationError> {
    value.as_str().ok_or_else(|| expected("a string", value))
}

pub(crate) fn expected(kind: &str, value: &Value) -> ValidationError {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    ValidationError::new(format!("must be {kind}, not {found}"))
}

#[cfg(test)]
mod parse_tests {
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
mod error_tests {
    use super::*;

    #[test]
    fn the_place_reads_like_an_expression() {
        let error = ValidationError::new("must be a string")
            .in_field("id")
            .in_element(0)
            .in_field("recentPlayers")
            .in_element(3)
            .in_field("recentPlayerGroups");
        let expected = "recentPlayerGroups[3].recentPlayers[0].id must be a string";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_list_in_a_list_has_two_indices() {
        let error = ValidationError::new("is wrong").in_element(1).in_element(2).in_field("rows");
        assert_eq!(error.to_string(), "rows[2][1] is wrong");
    }

    #[test]
    fn a_problem_of_the_whole_body_says_so() {
        assert_eq!(ValidationError::new("is wrong").to_string(), "the body is wrong");
    }
}

#[cfg(test)]
mod fields_tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_xuid_is_a_string_of_digits_from_1_to_the_greatest_64_bit_number() {
        for right in ["1", "2535465515082324", "18446744073709551615"] {
            assert_eq!(xuid(&json!(right)), Ok(()), "{right}");
        }
        let wrong = ["", "0", "00", "01", "+1", "-1", " 1", "1 ", "1.0", "1e3", "0x1", "٣"];
        for wrong in wrong.into_iter().chain(["18446744073709551616", "99999999999999999999"]) {
            assert!(xuid(&json!(wrong)).is_err(), "{wrong:?}");
        }
        let number = xuid(&json!(2535465515082324_u64)).unwrap_err().to_string();
        assert_eq!(number, "the body must be a string, not a number");
        assert!(xuid(&Value::Null).is_err());
    }

    #[test]
    fn a_whole_number_is_in_its_range() {
        assert_eq!((whole(&json!(1), 1..=100), whole(&json!(100), 1..=100)), (Ok(1), Ok(100)));
        for (wrong, what) in [
            (json!(0), "must be a whole number from 1 to 100, not 0"),
            (json!(101), "must be a whole number from 1 to 100, not 101"),
            (json!(-1), "must be a whole number from 1 to 100, not -1"),
            (json!(1.5), "must be a whole number from 1 to 100, not 1.5"),
            (json!("1"), "must be a number, not a string"),
            (Value::Null, "must be a number, not null"),
        ] {
            assert_eq!(whole(&wrong, 1..=100).unwrap_err().to_string(), format!("the body {what}"));
        }
    }

    #[test]
    fn text_is_counted_in_utf_16_units() {
        assert_eq!(text(&json!(""), 4), Ok(()));
        assert_eq!(text(&json!("äöü€"), 4), Ok(()));
        assert_eq!(text(&json!("😀😀"), 4), Ok(()), "two units each");
        assert!(text(&json!("😀😀a"), 4).is_err());
        assert!(text(&json!(["a"]), 4).is_err());
    }

    #[test]
    fn a_name_is_compared_exactly() {
        assert_eq!(one_of(&json!("IOS"), &["Android", "IOS"]), Ok(()));
        for wrong in [json!("iOS"), json!("IOS "), json!(""), json!(1), Value::Null] {
            assert!(one_of(&wrong, &["Android", "IOS"]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_list_names_the_element_at_fault() {
        assert_eq!(list(&json!(["1", "2"]), 1..=2, xuid), Ok(()));
        let error = list(&json!(["1", "x"]), 1..=2, xuid).unwrap_err().to_string();
        assert!(error.starts_with("[1] must be a XUID"), "{error}");
        for wrong in [json!([]), json!(["1", "2", "3"]), json!("1"), json!({})] {
            assert!(list(&wrong, 1..=2, xuid).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_object_has_its_required_fields_and_no_unknown_ones() {
        let value = json!({"id": "1", "extra": null});
        assert!(Object::read(&value, &["id"]).is_err());
        let object = Object::read(&value, &["id", "extra", "more"]).ok().unwrap();
        assert_eq!(object.required("id", xuid), Ok(()));
        assert_eq!(object.optional("more", xuid), Ok(()));
        let missing = object.required("more", xuid).unwrap_err().to_string();
        assert_eq!(missing, "more is required");
        let null = object.optional("extra", xuid).unwrap_err().to_string();
        assert_eq!(null, "extra must be a string, not null");
        for wrong in [json!([]), json!("id"), Value::Null] {
            assert!(Object::read(&wrong, &["id"]).is_err(), "{wrong}");
        }
    }
}

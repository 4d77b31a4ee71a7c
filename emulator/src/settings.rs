//! Settings in JSON, read by what serde derives: a deserializer whose errors say which field is wrong, what was found
//! and what is expected, and the kinds of value that settings have.

use std::error::Error;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::{Deserialize, Serialize, forward_to_deserialize_any};
use serde_json::Value;

use crate::json::{self, Parsed, ValidationError, expected};

/// A setting that could not be read: one sentence that names the field.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidSetting(pub(crate) String);

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for InvalidSetting {}

impl From<ValidationError> for InvalidSetting {
    fn from(error: ValidationError) -> Self {
        Self(error.to_string())
    }
}

/// The value that a text in JSON stands for.
pub(crate) fn parse(text: &str) -> Result<Value, InvalidSetting> {
    json::parse(text.as_bytes()).map_err(|error| InvalidSetting(format!("it is not JSON: {error}")))
}

/// Reads settings from a JSON value. `null` is a value like any other: only [`Nullable`] takes it.
pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Parsed<T> {
    T::deserialize(Setting(value))
}

/// The messages about invalid settings. Serde's own name neither the field nor, in words, what was found.
impl de::Error for ValidationError {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self::new(what.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Unit | Unexpected::Option => "null",
            Unexpected::Bool(_) => "a boolean",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
            Unexpected::Str(_) | Unexpected::Char(_) => "a string",
            Unexpected::Seq => "a list",
            _ => "an object",
        };
        Self::new(format!("must be {expected}, not {found}"))
    }

    /// Of numbers, the number itself is shown.
    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match found {
            Unexpected::Unsigned(number) => Self::new(format!("must be {expected}, not {number}")),
            Unexpected::Signed(number) => Self::new(format!("must be {expected}, not {number}")),
            Unexpected::Float(number) => Self::new(format!("must be {expected}, not {number:?}")),
            found => Self::invalid_type(found, expected),
        }
    }

    fn unknown_variant(found: &str, names: &'static [&'static str]) -> Self {
        Self::new(format!("must be one of {}, not {found:?}", names.join(", ")))
    }

    fn unknown_field(_: &str, known: &'static [&'static str]) -> Self {
        Self::unknown_among(known)
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new("is required").in_field(name)
    }
}

impl Error for ValidationError {}

/// A JSON value as serde's derive reads it.
struct Setting<'de>(&'de Value);

impl<'de> Deserializer<'de> for Setting<'de> {
    type Error = ValidationError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Parsed<V::Value> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (None, Some(number), _) => visitor.visit_i64(number),
                (None, None, number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Parsed<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Parsed<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Parsed<V::Value> {
        visitor.visit_bool(self.0.as_bool().ok_or_else(|| expected("true or false", self.0))?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Parsed<V::Value> {
        visitor.visit_borrowed_str(self.0.as_str().ok_or_else(|| expected("a string", self.0))?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Parsed<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Parsed<V::Value> {
        let name = self.0.as_str().ok_or_else(|| expected("a string", self.0))?;
        visitor.visit_enum(StrDeserializer::new(name))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Parsed<V::Value> {
        let elements = self.0.as_array().ok_or_else(|| expected("a list", self.0))?;
        visitor.visit_seq(Elements(elements.iter().enumerate()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Parsed<V::Value> {
        let fields = self.0.as_object().ok_or_else(|| expected("an object", self.0))?;
        visitor.visit_map(Fields::new(fields.iter().map(|(name, value)| (name.as_str(), value))))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Parsed<V::Value> {
        self.deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
        identifier ignored_any
    }
}

struct Elements<'de>(std::iter::Enumerate<std::slice::Iter<'de, Value>>);

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = ValidationError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Parsed<Option<T::Value>> {
        let Some((index, element)) = self.0.next() else {
            return Ok(None);
        };
        seed.deserialize(Setting(element)).map(Some).map_err(|error| error.in_element(index))
    }
}

/// The fields of an object, each of which is named in what is said of its value.
pub(crate) struct Fields<'de, I> {
    fields: I,
    current: Option<(&'de str, &'de Value)>,
}

impl<'de, I: Iterator<Item = (&'de str, &'de Value)>> Fields<'de, I> {
    pub fn new(fields: I) -> Self {
        Self { fields, current: None }
    }

    /// Reads a struct from them.
    pub fn read<T: Deserialize<'de>>(self) -> Parsed<T> {
        T::deserialize(MapAccessDeserializer::new(self))
    }
}

impl<'de, I: Iterator<Item = (&'de str, &'de Value)>> MapAccess<'de> for Fields<'de, I> {
    type Error = ValidationError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Parsed<Option<K::Value>> {
        self.current = self.fields.next();
        let Some((name, _)) = self.current else {
            return Ok(None);
        };
        seed.deserialize(name.into_deserializer()).map(Some).map_err(|error: ValidationError| error.in_field(name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Parsed<V::Value> {
        let (name, value) = self.current.take().ok_or_else(|| ValidationError::new("has a value without a field"))?;
        seed.deserialize(Setting(value)).map_err(|error| error.in_field(name))
    }
}

/// An object whose tag, one of its fields, names the variant of an enumeration, and whose other fields are those of
/// the variant. This is serde's internal tagging, which by itself does not report where a wrong value is.
pub(crate) struct Tagged<'de, 'a> {
    pub tag: &'static str,
    /// As it stands in the tag.
    pub name: &'de str,
    /// The part of the name that names the variant, and what may stand beside it, for the sentence about an unknown one.
    pub variant: &'de str,
    pub hint: &'a str,
    /// The fields beside the tag and beside those that do not depend on the variant.
    pub fields: Vec<(&'de str, &'de Value)>,
    /// The names of those that do not depend on the variant, for the sentence about an unknown field.
    pub common: &'a [&'a str],
}

impl<'de> Tagged<'de, '_> {
    pub fn read<T: Deserialize<'de>>(self) -> Parsed<T> {
        T::deserialize(self)
    }
}

impl<'de> Deserializer<'de> for Tagged<'de, '_> {
    type Error = ValidationError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Parsed<V::Value> {
        visitor.visit_enum(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Parsed<V::Value> {
        if !variants.contains(&self.variant) {
            let what = format!("must be one of {}{}, not {:?}", variants.join(", "), self.hint, self.name);
            return Err(ValidationError::new(what).in_field(self.tag));
        }
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Tagged<'de, '_> {
    type Error = ValidationError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Parsed<(V::Value, Self)> {
        let tag = self.tag;
        let variant = seed.deserialize(self.variant.into_deserializer());
        Ok((variant.map_err(|error: ValidationError| error.in_field(tag))?, self))
    }
}

impl<'de> VariantAccess<'de> for Tagged<'de, '_> {
    type Error = ValidationError;

    fn struct_variant<V: Visitor<'de>>(self, own: &'static [&'static str], visitor: V) -> Parsed<V::Value> {
        match self.fields.iter().find(|(name, _)| !own.contains(name)) {
            Some((name, _)) => Err(ValidationError::unknown_among(&[self.common, own].concat()).in_field(name)),
            None => visitor.visit_map(Fields::new(self.fields.into_iter())),
        }
    }

    // Variants without fields are written `Name {}`, so that unknown fields are rejected there too.

    fn unit_variant(self) -> Parsed<()> {
        Err(ValidationError::new("has no fields"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Parsed<T::Value> {
        Err(ValidationError::new("has no fields"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Parsed<V::Value> {
        Err(ValidationError::new("has no fields"))
    }
}

/// A whole number in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Whole<const MIN: i128, const MAX: i128>(pub i128);

impl<const MIN: i128, const MAX: i128> Whole<MIN, MAX> {
    /// In a type that has room for the range.
    pub fn get<T: TryFrom<i128> + Default>(self) -> T {
        T::try_from(self.0).unwrap_or_default()
    }
}

impl<'de, const MIN: i128, const MAX: i128> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Range<const MIN: i128, const MAX: i128>;
        impl<const MIN: i128, const MAX: i128> Range<MIN, MAX> {
            fn check<E: de::Error>(self, number: i128, found: Unexpected<'_>) -> Result<i128, E> {
                let in_range = (MIN..=MAX).contains(&number);
                in_range.then_some(number).ok_or_else(|| E::invalid_value(found, &self))
            }
        }
        impl<const MIN: i128, const MAX: i128> Visitor<'_> for Range<MIN, MAX> {
            type Value = i128;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number from {MIN} to {MAX}")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<i128, E> {
                self.check(number.into(), Unexpected::Unsigned(number))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<i128, E> {
                self.check(number.into(), Unexpected::Signed(number))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<i128, E> {
                Err(E::invalid_value(Unexpected::Float(number), &self))
            }
        }
        deserializer.deserialize_any(Range::<MIN, MAX>).map(Self)
    }
}

/// A share of all cases, none excluded: a rule that never applies is a mistake.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share(pub f64);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Range;
        impl Range {
            fn check<E: de::Error>(self, share: f64, found: Unexpected<'_>) -> Result<f64, E> {
                let in_range = share > 0.0 && share <= 1.0;
                in_range.then_some(share).ok_or_else(|| E::invalid_value(found, &self))
            }
        }
        impl Visitor<'_> for Range {
            type Value = f64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number above 0 and up to 1")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<f64, E> {
                self.check(number as f64, Unexpected::Unsigned(number))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<f64, E> {
                self.check(number as f64, Unexpected::Signed(number))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<f64, E> {
                self.check(number, Unexpected::Float(number))
            }
        }
        deserializer.deserialize_any(Range).map(Self)
    }
}

/// An object, or `null` where there is to be none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nullable<T>(pub Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NullOr<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for NullOr<T> {
            type Value = Option<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_unit<E>(self) -> Result<Option<T>, E> {
                Ok(None)
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Option<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(fields)).map(Some)
            }
        }
        deserializer.deserialize_any(NullOr(std::marker::PhantomData)).map(Self)
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;

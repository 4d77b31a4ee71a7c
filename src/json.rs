//! Fields of JSON objects, read leniently: what is odd in one place loses at most the field that it
//! stands in. The text may hold invalid UTF-8, a byte-order mark, comments, words that JSON does not
//! have, unescaped quotes, or break off. Of valid JSON it reads what any other reader does.
//!
//! In one pass, without recursion, and without memory of its own: what is nested is passed over and read
//! from its beginning where it is wanted.

use std::borrow::Cow;

/// So many odd bytes are passed over before an object.
const LONGEST_PREFIX: usize = 16;

/// A value that means something; `null`, `true`, `false` and words that JSON does not have are as good as
/// missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// What stands between the quotes, with its escapes.
    String(&'a [u8]),
    /// A number as it is written.
    Number(&'a str),
    /// What follows the opening bracket, at least up to the closing one.
    Object(&'a [u8]),
    Array(&'a [u8]),
}

/// The values of these members of the object that `json` holds.
///
/// A name in another case counts where there is none in the right one. Of members of the same name the last
/// counts, as most readers have it.
pub fn members<'a, const N: usize>(json: &'a [u8], names: [&str; N]) -> [Option<Value<'a>>; N] {
    match beginning(json) {
        Some(object) => Value::Object(object).members(names),
        None => [None; N],
    }
}

/// What follows the bracket that opens the object; `None` where it is something else.
fn beginning(json: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader { rest: json };
    for _ in 0..LONGEST_PREFIX {
        reader.skip_blanks();
        match reader.next()? {
            b'{' => return Some(reader.rest),
            b'<' | b'[' | b'"' => return None,
            _ => {}
        }
    }
    None
}

impl<'a> Value<'a> {
    /// The members of an object that have these names, as in [`members`].
    pub fn members<const N: usize>(self, names: [&str; N]) -> [Option<Value<'a>>; N] {
        let mut found = [None; N];
        let mut is_exact = [false; N];
        let Value::Object(rest) = self else { return found };
        let mut reader = Reader { rest };
        while let Some((name, value)) = reader.member() {
            for (index, wanted) in names.iter().enumerate() {
                let is_same = name == *wanted;
                if is_same || !is_exact[index] && name.eq_ignore_ascii_case(wanted) {
                    found[index] = Some(value);
                    is_exact[index] = is_same;
                }
            }
        }
        found
    }

    /// The first element of an array.
    pub fn first(self) -> Option<Value<'a>> {
        let Value::Array(rest) = self else { return None };
        let mut reader = Reader { rest };
        reader.skip_blanks();
        reader.value()
    }

    /// A string, or a number as it is written.
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Value::String(raw) => Some(unescape(raw)),
            Value::Number(number) => Some(Cow::Borrowed(number)),
            Value::Object(_) | Value::Array(_) => None,
        }
    }

    /// A number, or a string that holds one; infinite where it is too large.
    pub fn number(self) -> Option<f64> {
        parse_number(self.text()?.trim())
    }
}

fn parse_number(text: &str) -> Option<f64> {
    // `f64` reads "inf" and "nan" too.
    let is_number = text.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if is_number { text.parse().ok() } else { None }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The next member that has a value; `None` at the object's end.
    fn member(&mut self) -> Option<(Cow<'a, str>, Value<'a>)> {
        loop {
            self.skip_blanks();
            let name = match self.peek()? {
                b'}' => return None,
                b'"' | b'\'' => unescape(self.string()?),
                b'{' | b'[' => {
                    self.skip_nested();
                    continue;
                }
                b',' | b':' | b']' => {
                    self.next();
                    continue;
                }
                _ => String::from_utf8_lossy(self.word()),
            };
            self.skip_blanks();
            // Without a colon it was none, and what follows is looked at by itself.
            if self.peek()? == b':' {
                self.next();
                self.skip_blanks();
                match self.value() {
                    // 1 of 1,000 would be another number.
                    Some(Value::Number(_)) if self.goes_on_with_digits() => {}
                    Some(value) => return Some((name, value)),
                    None => {}
                }
            }
        }
    }

    /// The value that begins here; it is passed over also where it means nothing.
    fn value(&mut self) -> Option<Value<'a>> {
        match self.peek()? {
            b'"' | b'\'' => self.string().map(Value::String),
            bracket @ (b'{' | b'[') => {
                let inner = &self.rest[1..];
                self.skip_nested();
                Some(if bracket == b'{' { Value::Object(inner) } else { Value::Array(inner) })
            }
            b',' | b':' | b'}' | b']' => None,
            _ => {
                let number = std::str::from_utf8(self.word()).ok()?;
                self.skip_blanks();
                // So are 10 of a text that breaks off there, and 1 of 1 000.
                let is_whole = matches!(self.peek()?, b',' | b'}' | b']' | b'"' | b'\'');
                (is_whole && parse_number(number).is_some()).then_some(Value::Number(number))
            }
        }
    }

    fn goes_on_with_digits(&self) -> bool {
        let [b',', rest @ ..] = self.rest else { return false };
        let mut ahead = Reader { rest };
        ahead.skip_blanks();
        ahead.peek().is_some_and(|byte| byte.is_ascii_digit())
    }

    /// What stands between the quotes that begin here; `None` where the text breaks off.
    ///
    /// A quote ends it only where JSON could go on behind: others were not escaped.
    fn string(&mut self) -> Option<&'a [u8]> {
        let quote = self.next()?;
        let text = self.rest;
        loop {
            let byte = self.next()?;
            if byte == b'\\' {
                self.next();
            } else if byte == quote && self.is_behind_string() {
                return Some(&text[..text.len() - self.rest.len() - 1]);
            }
        }
    }

    fn is_behind_string(&self) -> bool {
        let rest = self.rest.trim_ascii_start();
        match rest {
            [] | [b',' | b':' | b'}' | b']', ..] | [b'/', b'/' | b'*', ..] => true,
            // The next member, behind a comma that is missing.
            [b'"' | b'\'', ..] => rest.len() < self.rest.len(),
            _ => false,
        }
    }

    /// A number or another word; at least one byte.
    fn word(&mut self) -> &'a [u8] {
        let text = self.rest;
        while self.next().is_some() {
            match self.rest {
                [b',' | b':' | b'{' | b'}' | b'[' | b']' | b'"', ..] | [b'/', b'/' | b'*', ..] => break,
                [byte, ..] if is_blank(*byte) => break,
                _ => {}
            }
        }
        &text[..text.len() - self.rest.len()]
    }

    /// Passes over an object or an array with all that is in it.
    fn skip_nested(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' | b'\'' => drop(self.string()),
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                b',' | b':' => {}
                _ => drop(self.word()),
            }
            if matches!(byte, b'{' | b'[' | b'}' | b']' | b',' | b':') {
                self.next();
            }
            if depth == 0 {
                return;
            }
            self.skip_blanks();
        }
    }

    /// Passes over white space and comments, and over what has no meaning outside of strings: control
    /// characters, and all that is not ASCII.
    fn skip_blanks(&mut self) {
        loop {
            let blanks = self.rest.iter().take_while(|byte| is_blank(**byte)).count();
            self.rest = &self.rest[blanks..];
            let end = match self.rest {
                [b'/', b'/', ..] => self.rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')),
                [b'/', b'*', rest @ ..] => rest.windows(2).position(|pair| pair == b"*/").map(|end| end + 4),
                _ => return,
            };
            self.rest = &self.rest[end.unwrap_or(self.rest.len())..];
        }
    }

    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn next(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }
}

fn is_blank(byte: u8) -> bool {
    byte <= b' ' || byte >= 0x7f
}

/// A string's text. What is no character becomes U+FFFD.
fn unescape(raw: &[u8]) -> Cow<'_, str> {
    if !raw.contains(&b'\\') {
        return String::from_utf8_lossy(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        text.push_str(&String::from_utf8_lossy(&rest[..at]));
        let Some((escape, behind)) = rest[at + 1..].split_first() else { return Cow::Owned(text) };
        rest = behind;
        text.push(match escape {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => unescape_unicode(&mut rest),
            byte if byte.is_ascii() => char::from(*byte),
            _ => char::REPLACEMENT_CHARACTER,
        });
    }
    text.push_str(&String::from_utf8_lossy(rest));
    Cow::Owned(text)
}

/// The character whose digits begin here, in two escapes where it needs a surrogate pair.
fn unescape_unicode(rest: &mut &[u8]) -> char {
    let Some((first, behind)) = unit(rest) else { return char::REPLACEMENT_CHARACTER };
    *rest = behind;
    if let Some(character) = char::from_u32(first.into()) {
        return character;
    }
    let second = behind.strip_prefix(b"\\u").and_then(unit);
    let pair = second.and_then(|(second, behind)| {
        let character = char::decode_utf16([first, second]).next()?.ok()?;
        Some((character, behind))
    });
    let Some((character, behind)) = pair else { return char::REPLACEMENT_CHARACTER };
    *rest = behind;
    character
}

/// Four digits, and what follows them.
fn unit(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, behind) = bytes.split_at_checked(4)?;
    let value = digits.iter().try_fold(0, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)?))?;
    Some((u16::try_from(value).ok()?, behind))
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;

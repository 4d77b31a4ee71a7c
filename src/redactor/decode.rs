//! Decoded forms of a text. Nothing says how a part of it is encoded, so all that could be an encoding is
//! decoded: what was none becomes something random, which resembles nothing.

/// Base64 and hexadecimal are decoded wherever they begin, so words before them do not matter; a text that
/// is worth decoding again has so many letters in a row.
const READABLE: usize = 8;

/// What escapes begin with.
const ESCAPES: [char; 3] = ['\\', '%', '&'];

/// The text without one level of escapes: those of JSON and of programming languages, of URLs, of HTML.
/// `None` where it has none.
pub fn unescape(text: &str) -> Option<String> {
    if !text.contains(ESCAPES) {
        return None;
    }
    // As bytes, since escapes of URLs are of bytes.
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(ESCAPES) {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at..];
        let introducer = rest.as_bytes()[0];
        let read = match introducer {
            b'\\' => backslash(rest, &mut bytes),
            b'%' => percent(rest, &mut bytes),
            _ => entity(rest, &mut bytes),
        };
        if read == 0 {
            bytes.push(introducer);
        }
        rest = &rest[read.max(1)..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    let unescaped = String::from_utf8_lossy(&bytes).into_owned();
    (unescaped != text).then_some(unescaped)
}

/// Appends what an escape stands for. How long the escape is; 0: it is none.
///
/// Any number of backslashes counts as one, since each level of escapes doubles them.
fn backslash(text: &str, bytes: &mut Vec<u8>) -> usize {
    let escape = text.trim_start_matches('\\');
    let backslashes = text.len() - escape.len();
    let digits = |count: usize| escape.get(1..1 + count).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match escape.bytes().next() {
        Some(b'u') => match digits(4) {
            // A surrogate comes with another one, and makes a letter of no script that matters here.
            Some(unit) => {
                push(char::from_u32(unit).unwrap_or(' '), bytes);
                backslashes + 5
            }
            None => backslashes,
        },
        Some(b'x') => match digits(2) {
            Some(byte) => {
                bytes.push(byte as u8);
                backslashes + 3
            }
            None => backslashes,
        },
        Some(b'b' | b'f' | b'n' | b'r' | b't') => {
            bytes.push(b' ');
            backslashes + 1
        }
        _ => backslashes,
    }
}

fn percent(text: &str, bytes: &mut Vec<u8>) -> usize {
    let digits =
        |range: std::ops::Range<usize>| text.get(range).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    if let Some(byte) = digits(1..3) {
        bytes.push(byte as u8);
        return 3;
    }
    match digits(2..6).filter(|_| text[1..].starts_with(['u', 'U'])).and_then(char::from_u32) {
        Some(character) => {
            push(character, bytes);
            6
        }
        None => 0,
    }
}

/// The names of letters with accents are passed over as those of punctuation are: no value has long parts
/// without other letters.
fn entity(text: &str, bytes: &mut Vec<u8>) -> usize {
    let Some(reference) = text.strip_prefix('&') else { return 0 };
    if let Some(number) = reference.strip_prefix('#') {
        let (radix, digits) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (16, digits),
            None => (10, number),
        };
        let length = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let Some(character) = u32::from_str_radix(&digits[..length], radix).ok().and_then(char::from_u32) else {
            return 0;
        };
        push(character, bytes);
        return text.len() - digits[length..].strip_prefix(';').unwrap_or(&digits[length..]).len();
    }
    let length = reference.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(reference.len());
    let (name, behind) = reference.split_at(length);
    if name.is_empty() || !behind.starts_with(';') {
        return 0;
    }
    bytes.push(if name.eq_ignore_ascii_case("amp") { b'&' } else { b' ' });
    length + 2
}

fn push(character: char, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// What the text is if it is base64 (of both alphabets), hexadecimal, or a list of the numbers of letters,
/// with whatever stands between the digits; and its escapes without the blanks in them.
pub fn unpack(text: &str) -> Vec<String> {
    let base64: Vec<u8> = text.bytes().filter_map(base64_digit).collect();
    let without_dashes: Vec<u8> = text.bytes().filter(|byte| !b"-_".contains(byte)).filter_map(base64_digit).collect();
    // The digit of 0x is none.
    let hex = text.replace("0x", "").replace("0X", "");
    let hex: Vec<u8> = hex.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    let mut unpacked = Vec::with_capacity(12);
    for start in 0..4 {
        unpacked.push(join::<6>(base64.get(start..).unwrap_or_default()));
        if without_dashes.len() < base64.len() {
            unpacked.push(join::<6>(without_dashes.get(start..).unwrap_or_default()));
        }
    }
    for start in 0..2 {
        unpacked.push(join::<4>(hex.get(start..).unwrap_or_default()));
    }
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    unpacked.push(numbers.filter_map(char::from_u32).collect());
    if text.contains(ESCAPES) && text.contains(char::is_whitespace) {
        unpacked.push(text.replace(char::is_whitespace, ""));
    }
    unpacked
}

fn base64_digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// The bytes of digits of so many bits each, as text.
fn join<const BITS: u32>(digits: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(digits.len());
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits {
        bits = bits << BITS | u32::from(*digit);
        count += BITS;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    // UTF-16 has zeros between the letters, which are passed over as all that is no letter.
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a decoded text can be one that was encoded.
pub fn is_readable(text: &str) -> bool {
    let is_other = |byte: u8| !matches!(byte, b' '..=b'~');
    text.as_bytes().split(|byte| is_other(*byte)).any(|run| run.len() >= READABLE)
}

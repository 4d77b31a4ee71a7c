//! BER, the encoding of which DER is the strict form: NSS (Firefox, `pk12util`) and older programs write
//! PKCS#12 files in it. Rewritten as DER, so that everything else reads DER only.

use zeroize::Zeroizing;

const INDEFINITE: u8 = 0x80;
const END_OF_CONTENTS: &[u8] = &[0, 0];
const CONSTRUCTED: u8 = 0x20;
const OCTET_STRING: u8 = 0x04;
/// In the first byte of a tag: its number is in those that follow.
const LONG_TAG: u8 = 0x1f;

/// A tag of one byte, how many bytes the length has, and those.
const LONGEST_HEADER: usize = 2 + size_of::<usize>();

/// Real files have about ten levels. Each costs a pass over its content.
const MAX_DEPTH: u32 = 32;

/// Why bytes are no BER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BerError {
    /// They end too early.
    Truncated,
    Malformed,
}

/// How an element begins.
pub struct Header<'a> {
    /// The first byte of its tag.
    pub tag: u8,
    tag_bytes: &'a [u8],
    /// `None`: its end is marked.
    pub length: Option<usize>,
    /// Its content and all that follows.
    pub rest: &'a [u8],
}

impl<'a> Header<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self, BerError> {
        let (&tag, mut rest) = bytes.split_first().ok_or(BerError::Truncated)?;
        if tag & LONG_TAG == LONG_TAG {
            let end = rest.iter().position(|byte| byte & 0x80 == 0).ok_or(BerError::Truncated)?;
            rest = &rest[end + 1..];
        }
        let tag_bytes = &bytes[..bytes.len() - rest.len()];
        let (&first, rest) = rest.split_first().ok_or(BerError::Truncated)?;
        let (length, rest) = match first {
            0..=0x7f => (Some(usize::from(first)), rest),
            INDEFINITE => (None, rest),
            _ => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f)).ok_or(BerError::Truncated)?;
                (Some(big_endian(digits)?), rest)
            }
        };
        Ok(Header { tag, tag_bytes, length, rest })
    }

    fn is_constructed(&self) -> bool {
        self.tag & CONSTRUCTED != 0
    }
}

fn big_endian(digits: &[u8]) -> Result<usize, BerError> {
    digits.iter().try_fold(0_usize, |number, digit| {
        // Also where its length is that of the reserved 0xff, or more than memory holds.
        number.checked_mul(256).map(|number| number | usize::from(*digit)).ok_or(BerError::Malformed)
    })
}

/// The first element as DER, and what follows it. Strings of octets in parts are joined; other
/// strings in parts are left so.
pub fn to_der(ber: &[u8]) -> Result<(Zeroizing<Vec<u8>>, &[u8]), BerError> {
    // A buffer that grew would leave copies behind. At most a length becomes longer, by a few bytes.
    let mut der = Zeroizing::new(Vec::with_capacity(ber.len() + ber.len() / 2 + 16));
    let rest = rewrite(ber, 0, &mut der)?;
    Ok((der, rest))
}

/// An element in DER.
pub fn element(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut output = Zeroizing::new(Vec::with_capacity(length + LONGEST_HEADER));
    for part in parts {
        output.extend_from_slice(part);
    }
    put_before(&mut output, 0, &[tag]);
    output
}

/// Appends one element, and returns what follows it.
fn rewrite<'a>(input: &'a [u8], depth: u32, output: &mut Vec<u8>) -> Result<&'a [u8], BerError> {
    let header = Header::read(input)?;
    let start = output.len();
    let rest = if header.is_constructed() {
        children(&header, depth, output, if header.tag == OCTET_STRING | CONSTRUCTED { part } else { rewrite })?
    } else {
        primitive(&header, output)?
    };
    let mut tag = header.tag_bytes;
    if header.tag == OCTET_STRING | CONSTRUCTED {
        tag = &[OCTET_STRING];
    }
    put_before(output, start, tag);
    Ok(rest)
}

/// Appends the content alone of a string of octets.
fn part<'a>(input: &'a [u8], depth: u32, output: &mut Vec<u8>) -> Result<&'a [u8], BerError> {
    let header = Header::read(input)?;
    match header.tag {
        OCTET_STRING => primitive(&header, output),
        _ if header.tag == OCTET_STRING | CONSTRUCTED => children(&header, depth, output, part),
        _ => Err(BerError::Malformed),
    }
}

fn primitive<'a>(header: &Header<'a>, output: &mut Vec<u8>) -> Result<&'a [u8], BerError> {
    // A tag of 0 is that of an end where none is due.
    let length = header.length.filter(|_| header.tag != 0).ok_or(BerError::Malformed)?;
    let (content, rest) = header.rest.split_at_checked(length).ok_or(BerError::Truncated)?;
    output.extend_from_slice(content);
    Ok(rest)
}

type Append = for<'a> fn(&'a [u8], u32, &mut Vec<u8>) -> Result<&'a [u8], BerError>;

fn children<'a>(header: &Header<'a>, depth: u32, output: &mut Vec<u8>, append: Append) -> Result<&'a [u8], BerError> {
    if depth == MAX_DEPTH {
        return Err(BerError::Malformed);
    }
    let Some(length) = header.length else {
        let mut input = header.rest;
        while !input.starts_with(END_OF_CONTENTS) {
            input = append(input, depth + 1, output)?;
        }
        return Ok(&input[END_OF_CONTENTS.len()..]);
    };
    let (mut input, rest) = header.rest.split_at_checked(length).ok_or(BerError::Truncated)?;
    while !input.is_empty() {
        // What ends too early here does so within an element that is complete.
        input = append(input, depth + 1, output).map_err(|_| BerError::Malformed)?;
    }
    Ok(rest)
}

/// Puts a tag and a length before the content that begins at `start`.
fn put_before(output: &mut Vec<u8>, start: usize, tag: &[u8]) {
    let length = output.len() - start;
    let end = output.len();
    output.extend_from_slice(tag);
    let digits = length.to_be_bytes();
    let digits = &digits[length.leading_zeros() as usize / 8..];
    if length < 0x80 {
        output.push(length as u8);
    } else {
        output.push(0x80 | digits.len() as u8);
        output.extend_from_slice(digits);
    }
    let added = output.len() - end;
    output[start..].rotate_right(added);
}

#[cfg(test)]
#[path = "ber_tests.rs"]
mod tests;

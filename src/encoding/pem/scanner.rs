//! Finds where blocks begin and end. Each byte is looked at a fixed number of times.

use super::label::{self, MAX_LENGTH};

const BEGIN: &[u8] = b"-----BEGIN";
const END: &[u8] = b"-----END";
const DASHES: &[u8] = b"-----";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary<'a> {
    /// With its label.
    Begin(&'a [u8]),
    End(&'a [u8]),
    /// What was meant as the beginning of a block, as in `----begin certificate----`.
    AlmostBegin,
    AlmostEnd,
}

pub struct Scanner<'a> {
    text: &'a [u8],
    position: usize,
    /// Where the last boundary began.
    last: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Scanner { text, position: 0, last: 0 }
    }

    /// Behind the last boundary.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The text from a position up to the last boundary.
    pub fn since(&self, start: usize) -> &'a [u8] {
        &self.text[start..self.last]
    }

    /// The next boundary, which may stand anywhere in a line. Between blocks, a line that begins with
    /// `#` is a remark.
    pub fn next(&mut self, in_block: bool) -> Option<Boundary<'a>> {
        while self.position < self.text.len() {
            if !in_block && self.is_at_remark() {
                self.skip_line();
                continue;
            }
            let rest = &self.text[self.position..];
            let (piece, boundary) = piece(rest);
            self.last = self.position + piece.len();
            if let Some(almost) = almost(piece) {
                self.last = self.position;
                self.position += piece.len();
                return Some(almost);
            }
            if let Some((boundary, length)) = boundary {
                self.position = self.last + length;
                return Some(boundary);
            }
            // Behind the end of the line.
            self.position = self.last + 1;
        }
        None
    }

    fn is_at_remark(&self) -> bool {
        let (before, rest) = self.text.split_at(self.position);
        let is_line_start = before.last().is_none_or(is_line_end);
        let rest = rest.strip_prefix(BYTE_ORDER_MARK).unwrap_or(rest);
        is_line_start && rest.iter().find(|byte| !matches!(byte, b' ' | b'\t')) == Some(&b'#')
    }

    fn skip_line(&mut self) {
        let rest = &self.text[self.position..];
        self.position += rest.iter().position(is_line_end).map_or(rest.len(), |end| end + 1);
    }
}

fn is_line_end(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The text up to the end of its line or a boundary in it, and that boundary with its length.
fn piece(text: &[u8]) -> (&[u8], Option<(Boundary<'_>, usize)>) {
    for (index, byte) in text.iter().enumerate() {
        if is_line_end(byte) {
            return (&text[..index], None);
        }
        if let Some(boundary) = boundary(&text[index..]) {
            return (&text[..index], Some(boundary));
        }
    }
    (text, None)
}

fn boundary(text: &[u8]) -> Option<(Boundary<'_>, usize)> {
    let (word, is_begin) = match text {
        _ if text.starts_with(BEGIN) => (BEGIN, true),
        _ if text.starts_with(END) => (END, false),
        _ => return None,
    };
    let rest = &text[word.len()..];
    if rest.first().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let most = &rest[..rest.len().min(MAX_LENGTH + DASHES.len())];
    let line = most.split(is_line_end).next().unwrap_or_default();
    let end = line.windows(DASHES.len()).position(|window| window == DASHES);
    let label = end.map(|end| line[..end].trim_ascii()).filter(|label| !label.is_empty());
    Some(match (label, end, is_begin) {
        (Some(label), Some(end), true) => (Boundary::Begin(label), word.len() + end + DASHES.len()),
        (Some(label), Some(end), false) => (Boundary::End(label), word.len() + end + DASHES.len()),
        (_, _, true) => (Boundary::AlmostBegin, word.len()),
        (_, _, false) => (Boundary::AlmostEnd, word.len()),
    })
}

/// Whether nothing but a boundary with a known label can be meant: with other dashes than five, in
/// small letters, with blanks where none belong.
fn almost(piece: &[u8]) -> Option<Boundary<'static>> {
    let start = piece.iter().position(u8::is_ascii_alphanumeric)?;
    let end = piece.iter().rposition(u8::is_ascii_alphanumeric)?;
    let words = &piece[start..=end];
    let (label, boundary) = match words {
        [b'B' | b'b', rest @ ..] if starts_with_letters(rest, b"EGIN") => (&rest[4..], Boundary::AlmostBegin),
        [b'E' | b'e', rest @ ..] if starts_with_letters(rest, b"ND") => (&rest[2..], Boundary::AlmostEnd),
        _ => return None,
    };
    label::is_almost_known(label).then_some(boundary)
}

fn starts_with_letters(text: &[u8], capitals: &[u8]) -> bool {
    text.get(..capitals.len()).is_some_and(|start| start.eq_ignore_ascii_case(capitals))
}

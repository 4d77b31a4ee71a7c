//! The head of a response: its status line, which decides, and its headers, as far as they can be read.

use std::ops::Range;

/// A head that has arrived, whole or cut at its largest size.
pub struct Head {
    pub status: u16,
    /// Whether the connection may be used for another request, as far as the head says.
    pub keeps_alive: bool,
    pub text: String,
    /// Where names and values are in `text`.
    pub fields: Vec<(Range<usize>, Range<usize>)>,
}

impl Head {
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let status = status_of(bytes)?;
        let text = clean(bytes);
        let mut headers = vec![httparse::EMPTY_HEADER; text.bytes().filter(|byte| *byte == b'\n').count()];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = httparse::ParserConfig::default()
            .allow_multiple_spaces_in_response_status_delimiters(true)
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .parse_response(&mut response, text.as_bytes());
        let is_whole = parsed.is_ok_and(|status| status.is_complete());
        let fields: Vec<_> = if is_whole {
            let place = |part: &[u8]| {
                let start = part.as_ptr() as usize - text.as_ptr() as usize;
                start..start + part.len()
            };
            response.headers.iter().map(|header| (place(header.name.as_bytes()), place(header.value))).collect()
        } else {
            Vec::new()
        };
        let is_persistent = is_whole && response.version == Some(1);
        let mut head = Head { status, keeps_alive: is_persistent, text, fields };
        head.keeps_alive &= !head.says_close();
        Some(head)
    }

    fn says_close(&self) -> bool {
        let values = self.fields.iter().filter(|(name, _)| self.text[name.clone()].eq_ignore_ascii_case("connection"));
        values
            .flat_map(|(_, value)| self.text[value.clone()].split(','))
            .any(|option| option.trim().eq_ignore_ascii_case("close"))
    }
}

/// 101 is not interim: what follows it would be another protocol.
pub fn is_interim(status: u16) -> bool {
    (100..200).contains(&status) && status != 101
}

/// Whether what came can be, or become, a response of HTTP/1.
pub fn may_be_http(bytes: &[u8]) -> bool {
    let start = skip_newlines(bytes);
    let known = b"HTTP/1.";
    let amount = start.len().min(known.len());
    start[..amount] == known[..amount]
}

/// Empty lines before the status line are passed over.
fn skip_newlines(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
    &bytes[start..]
}

/// The status of a status line, even where its reason is damaged.
fn status_of(bytes: &[u8]) -> Option<u16> {
    let rest = skip_newlines(bytes).strip_prefix(b"HTTP/1.")?;
    let rest = rest.strip_prefix(rest.first().filter(|digit| digit.is_ascii_digit()).map(std::slice::from_ref)?)?;
    let code = rest.trim_ascii_start();
    if code.len() == rest.len() || code.len() < 4 || code[3].is_ascii_digit() {
        return None;
    }
    std::str::from_utf8(&code[..3]).ok()?.parse().ok()
}

/// The end of the head: behind the first empty line.
pub fn end_of_head(bytes: &[u8], searched: usize) -> Option<usize> {
    // An end may be split: its first bytes were searched before.
    let blank = bytes.len() - skip_newlines(bytes).len();
    let mut from = searched.saturating_sub(3).max(blank);
    while let Some(newline) = bytes.get(from..)?.iter().position(|byte| *byte == b'\n') {
        let next = from + newline + 1;
        match bytes.get(next..)? {
            [b'\n', ..] => return Some(next + 1),
            [b'\r', b'\n', ..] => return Some(next + 2),
            _ => from = next,
        }
    }
    None
}

/// A head that a parser can read: folded lines are joined (RFC 9112, section 5.2), what is no text
/// is replaced, and a line that was cut off at the end is left out.
fn clean(bytes: &[u8]) -> String {
    let bytes = skip_newlines(bytes);
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let mut clean = Vec::with_capacity(end + 2);
    for (index, byte) in bytes[..end].iter().enumerate() {
        let next = bytes.get(index + 1).copied();
        clean.push(match byte {
            b'\r' if next == Some(b'\n') => continue,
            b'\n' if matches!(next, Some(b' ' | b'\t')) => b' ',
            b'\n' | b'\t' => *byte,
            byte if byte.is_ascii_control() => b'?',
            byte => *byte,
        });
    }
    if !clean.ends_with(b"\n\n") {
        clean.push(b'\n');
    }
    String::from_utf8_lossy(&clean).into_owned()
}

//! One HTTP/1.1 response, read as its bytes arrive (RFC 9112). No I/O.
//!
//! The status line decides what a response says: whatever follows it may be damaged, too long or cut
//! off, and costs at most itself. The price is paid by the connection, which is used again only where
//! the response ended exactly as HTTP says and nothing came after it.

use std::io::Read as _;
use std::mem;
use std::ops::Range;

use zeroize::{Zeroize, Zeroizing};

use super::head::{Head, end_of_head, is_interim, may_be_http};

/// The largest head that is read; the service's have less than 1 KiB.
pub const MAX_HEAD: usize = 16 * 1024;

/// How much of a body is read that carries nothing but an acknowledgement, an error or a token. One of the service has a
/// few hundred bytes.
pub const MAX_SHORT_RESPONSE: usize = 64 * 1024;

/// So much memory is reserved for a body because a server says that it will send as much.
const MAX_RESERVED: usize = 64 * 1024;

/// The longest line with the size of a chunk; extensions are passed over.
const MAX_CHUNK_LINE: usize = 4 * 1024;

/// Status, headers, and the body as far as it came.
pub struct Response {
    pub status: u16,
    pub body: Zeroizing<Vec<u8>>,
    /// The head was larger than `MAX_HEAD`; the headers beyond are not known.
    pub has_oversized_head: bool,
    head: String,
    /// Where names and values are in `head`.
    fields: Vec<(Range<usize>, Range<usize>)>,
}

/// What arrived is not an HTTP/1 response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    NotHttp,
    /// Interim responses (1xx) without an end.
    EndlessInterim,
}

pub struct ResponseReader {
    /// How much of the body is read.
    max_body: usize,
    /// What has arrived and is not read yet.
    pending: Vec<u8>,
    /// How much of it has been searched for the end of the head.
    searched: usize,
    interim_length: usize,
    state: State,
    answer: Option<Response>,
    is_reusable: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Head,
    /// So many bytes of the body are to come.
    Length(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailers,
    UntilClose,
    Complete,
}

impl ResponseReader {
    pub fn new(max_body: usize) -> Self {
        ResponseReader {
            max_body,
            pending: Vec::new(),
            searched: 0,
            interim_length: 0,
            state: State::default(),
            answer: None,
            is_reusable: false,
        }
    }

    /// Takes bytes that have arrived; returns whether the response is complete with them.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<bool, Malformed> {
        if self.pending.is_empty() {
            // Most responses need no copy in `pending`, which would have to be wiped.
            bytes = &bytes[self.take_directly(bytes)?..];
        }
        self.append(bytes);
        while self.state != State::Complete {
            if !self.advance()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the response ended as HTTP says, nothing came after it, and the connection may stay.
    pub fn is_reusable(&self) -> bool {
        self.state == State::Complete && self.is_reusable && self.pending.is_empty()
    }

    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref().map(|answer| answer.status)
    }

    /// For how long the server said that it keeps the connection.
    pub fn keep_alive_s(&self) -> Option<u64> {
        let values = self.answer.as_ref()?.headers_named("keep-alive");
        values
            .flat_map(|value| value.split(','))
            .filter_map(|part| part.trim().to_ascii_lowercase().strip_prefix("timeout=")?.trim().parse().ok())
            .min()
    }

    /// The response as far as it came; `None` where its head did not.
    pub fn finish(mut self) -> Option<Response> {
        let mut answer = self.answer.take()?;
        answer.decompress(self.max_body);
        Some(answer)
    }

    /// Grows by copies of its own: growing in place may leave an unwiped copy of a token behind.
    fn append(&mut self, bytes: &[u8]) {
        let needed = self.pending.len() + bytes.len();
        if needed > self.pending.capacity() {
            let mut larger = Vec::with_capacity(needed.next_power_of_two().max(1024));
            larger.extend_from_slice(&self.pending);
            self.pending.zeroize();
            self.pending = larger;
        }
        self.pending.extend_from_slice(bytes);
    }

    fn consume(&mut self, amount: usize) {
        let length = self.pending.len();
        self.pending.copy_within(amount.., 0);
        self.pending[length - amount..].zeroize();
        self.pending.truncate(length - amount);
    }

    /// Takes the head, and a body of known length, of bytes that are not in `pending`; returns how many it took.
    fn take_directly(&mut self, bytes: &[u8]) -> Result<usize, Malformed> {
        let mut taken = 0;
        while self.state == State::Head {
            match self.read_head(&bytes[taken..])? {
                Some(length) => taken += length,
                None => break,
            }
        }
        if let (State::Length(left), Some(answer)) = (&self.state, &mut self.answer) {
            let left = *left;
            let amount = answer.add_to_body(&bytes[taken..], left, self.max_body);
            self.has_taken(amount, left);
            taken += amount;
        }
        Ok(taken)
    }

    /// One step; `false` where more bytes are needed for it.
    fn advance(&mut self) -> Result<bool, Malformed> {
        match self.state {
            State::Head => {
                let pending = mem::take(&mut self.pending);
                let read = self.read_head(&pending);
                self.pending = pending;
                let Some(length) = read? else { return Ok(false) };
                self.consume(length);
                return Ok(true);
            }
            State::Length(left) => {
                let amount = self.take_body(left);
                self.has_taken(amount, left);
            }
            State::UntilClose => {
                self.take_body(u64::MAX);
                if self.has_full_body() {
                    self.give_up();
                }
            }
            State::Chunk(left) => {
                let left = left - self.take_body(left) as u64;
                self.state = if left == 0 { State::ChunkEnd } else { State::Chunk(left) };
                if self.has_full_body() && left > 0 {
                    self.give_up();
                }
            }
            State::ChunkSize => match httparse::parse_chunk_size(self.line()) {
                Ok(httparse::Status::Complete((length, size))) => {
                    self.consume(length);
                    self.state = if size == 0 { State::Trailers } else { State::Chunk(size) };
                    return Ok(true);
                }
                Ok(httparse::Status::Partial) if self.pending.len() < MAX_CHUNK_LINE => return Ok(false),
                _ => self.give_up(),
            },
            State::ChunkEnd => match self.pending.as_slice() {
                [b'\r', b'\n', ..] => {
                    self.consume(2);
                    self.state = State::ChunkSize;
                    return Ok(true);
                }
                [] | [b'\r'] => return Ok(false),
                _ => self.give_up(),
            },
            State::Trailers => {
                let Some(end) = self.line().iter().position(|byte| *byte == b'\n') else {
                    if self.pending.len() < MAX_CHUNK_LINE {
                        return Ok(false);
                    }
                    self.give_up();
                    return Ok(true);
                };
                let is_last = matches!(&self.pending[..end], [] | [b'\r']);
                self.consume(end + 1);
                if is_last {
                    self.state = State::Complete;
                }
                return Ok(true);
            }
            State::Complete => {}
        }
        Ok(self.state == State::Complete || !self.pending.is_empty())
    }

    /// What is pending, as far as a line may go.
    fn line(&self) -> &[u8] {
        &self.pending[..self.pending.len().min(MAX_CHUNK_LINE)]
    }

    /// Moves at most `most` bytes into the body; more than it can hold stays.
    fn take_body(&mut self, most: u64) -> usize {
        let Some(answer) = &mut self.answer else { return 0 };
        let amount = answer.add_to_body(&self.pending, most, self.max_body);
        self.consume(amount);
        amount
    }

    /// So much of a body was taken of which `left` bytes were to come.
    fn has_taken(&mut self, amount: usize, left: u64) {
        let left = left - amount as u64;
        self.state = if left == 0 { State::Complete } else { State::Length(left) };
        if self.has_full_body() && left > 0 {
            self.give_up();
        }
    }

    fn has_full_body(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.body.len() == self.max_body)
    }

    /// What is there is taken as the whole; the connection cannot be used again.
    fn give_up(&mut self) {
        self.is_reusable = false;
        self.state = State::Complete;
    }

    /// Reads a head at the beginning of `bytes`; returns its length, or `None` where more bytes are needed.
    fn read_head(&mut self, bytes: &[u8]) -> Result<Option<usize>, Malformed> {
        if !may_be_http(bytes) {
            return Err(Malformed::NotHttp);
        }
        let end = end_of_head(bytes, self.searched);
        let length = end.unwrap_or(bytes.len());
        if end.is_none() && length <= MAX_HEAD {
            self.searched = length;
            return Ok(None);
        }
        let is_oversized = length > MAX_HEAD;
        let head = &bytes[..length.min(MAX_HEAD)];
        let Some(head) = Head::parse(head) else { return Err(Malformed::NotHttp) };
        if is_interim(head.status) && !is_oversized {
            self.interim_length += length;
            if self.interim_length > MAX_HEAD {
                return Err(Malformed::EndlessInterim);
            }
            self.searched = 0;
            return Ok(Some(length));
        }
        self.is_reusable = head.keeps_alive && !is_oversized;
        let answer = Response {
            status: head.status,
            body: Zeroizing::default(),
            has_oversized_head: is_oversized,
            head: head.text,
            fields: head.fields,
        };
        if is_oversized {
            // Where the body begins is not known.
            self.state = State::Complete;
        } else {
            let (state, is_clear) = framing(&answer);
            self.state = state;
            self.is_reusable &= is_clear;
        }
        self.answer = Some(answer);
        Ok(Some(length))
    }
}

impl Drop for ResponseReader {
    fn drop(&mut self) {
        self.pending.zeroize();
    }
}

impl Response {
    /// One that did not come over a connection.
    pub fn new(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let mut head = String::new();
        let mut fields = Vec::new();
        for (name, value) in headers {
            let start = head.len();
            head.push_str(name);
            let middle = head.len();
            head.push_str(value);
            fields.push((start..middle, middle..head.len()));
        }
        let body = Zeroizing::new(body.to_vec());
        Response { status, body, has_oversized_head: false, head, fields }
    }

    /// Adds at most `most` of these bytes to the body, as far as it can hold them; returns how many.
    fn add_to_body(&mut self, bytes: &[u8], most: u64, max_body: usize) -> usize {
        let room = max_body - self.body.len();
        let amount = bytes.len().min(room).min(usize::try_from(most).unwrap_or(usize::MAX));
        let needed = self.body.len() + amount;
        if needed > self.body.capacity() {
            let capacity = match usize::try_from(most) {
                // Once for all of it, so that nothing is copied and wiped.
                Ok(most) if most <= MAX_RESERVED => self.body.len() + most.min(room),
                _ => needed.next_power_of_two(),
            };
            let mut larger = Zeroizing::new(Vec::with_capacity(capacity));
            larger.extend_from_slice(&self.body);
            self.body = larger;
        }
        self.body.extend_from_slice(&bytes[..amount]);
        amount
    }

    /// Undoes gzip, which was not asked for and is sent now and then all the same. A body that is not
    /// what its header says stays as it is, with the header; of a large one the beginning is taken.
    fn decompress(&mut self, max_body: usize) {
        const CONTENT_ENCODING: &str = "content-encoding";
        let is_gzip = |value: &str| value.eq_ignore_ascii_case("gzip") || value.eq_ignore_ascii_case("x-gzip");
        let mut encodings = self.headers_named(CONTENT_ENCODING);
        if !encodings.next().is_some_and(is_gzip) || encodings.next().is_some() {
            return;
        }
        drop(encodings);
        let mut plain = Zeroizing::new(vec![0; max_body]);
        let mut length = 0;
        let mut decoder = flate2::read::GzDecoder::new(&self.body[..]);
        loop {
            match decoder.read(&mut plain[length..]) {
                Ok(0) => break,
                Ok(amount) => length += amount,
                // Without its checksum, what came may be anything.
                Err(_) => return,
            }
        }
        plain.truncate(length);
        self.body = plain;
        let Response { head, fields, .. } = self;
        fields.retain(|(name, _)| !head[name.clone()].eq_ignore_ascii_case(CONTENT_ENCODING));
    }

    /// The value of the first header of this name, whatever its case.
    pub fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.headers_named(name).next()
    }

    /// The values of all headers of this name, in their order.
    pub fn headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |(field, _)| self.head[field.clone()].eq_ignore_ascii_case(name))
            .map(|(_, value)| &self.head[value.clone()])
    }
}

// What bodies and headers hold does not belong into a log.
impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}

/// How the body of this response ends (RFC 9112, section 6.3), and whether that is beyond doubt.
fn framing(answer: &Response) -> (State, bool) {
    let codings: Vec<&str> = answer.headers_named("transfer-encoding").flat_map(list).collect();
    let lengths: Vec<&str> = answer.headers_named("content-length").flat_map(list).collect();
    let length = length(&lengths);
    if matches!(answer.status, 204 | 304) {
        // One that announces a body may send it all the same.
        let announces_none = codings.is_empty() && matches!(length, Ok(None | Some(0)));
        return (State::Complete, announces_none);
    }
    match (codings.as_slice(), length) {
        ([only], length) if only.eq_ignore_ascii_case("chunked") => (State::ChunkSize, matches!(length, Ok(None))),
        ([], Ok(Some(0))) => (State::Complete, true),
        ([], Ok(Some(length))) => (State::Length(length), true),
        _ => (State::UntilClose, false),
    }
}

/// The members of a list (RFC 9110, section 5.6.1).
fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|member| !member.is_empty())
}

/// Repeated lengths have to be the same.
fn length(values: &[&str]) -> Result<Option<u64>, ()> {
    let Some(first) = values.first() else { return Ok(None) };
    let is_number = first.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || values.iter().any(|value| value != first) {
        return Err(());
    }
    first.parse().map(Some).map_err(|_| ())
}

#[cfg(test)]
#[path = "response_tests.rs"]
mod tests;

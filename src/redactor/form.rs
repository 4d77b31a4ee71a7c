//! The letters and digits of texts, which are what two spellings of one value have in common, and a look-up
//! of values by any long part of theirs.

use std::ops::Range;

use zeroize::Zeroizing;

/// A part of a connection string or a token that is not shown has this length, with a digit or a letter of
/// another script in it, or `WORDS`, of letters alone: words of a connection string may stand in any sentence.
const TEXT: usize = 6;
const WORDS: usize = 8;

/// The same for XUIDs, which can be very many in a call: shorter numbers are found by chance.
const ID: usize = 7;

/// The letters and digits of a text in lower case, with their places in it.
pub struct Form {
    bytes: Zeroizing<Vec<u8>>,
    /// For each byte, where its character begins and ends.
    places: Vec<(usize, usize)>,
}

impl Form {
    pub fn of(text: &str) -> Self {
        // With room for all of it: growing would leave copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(2 * text.len()));
        let mut places = Vec::with_capacity(2 * text.len());
        for (start, character) in text.char_indices() {
            let end = start + character.len_utf8();
            for letter in narrow(character).to_lowercase().filter(|letter| letter.is_alphanumeric()) {
                let mut buffer = [0; 4];
                for byte in letter.encode_utf8(&mut buffer).bytes() {
                    bytes.push(byte);
                    places.push((start, end));
                }
            }
        }
        Form { bytes, places }
    }

    /// The bytes of what stands in this part of the text.
    pub fn part(&self, part: Range<usize>) -> Range<usize> {
        let first_from = |place| self.places.partition_point(|(start, _)| *start < place);
        first_from(part.start)..first_from(part.end)
    }

    /// The text with all that was found replaced, and what stands in between of a value with it.
    pub fn replace(&self, text: &str, found: &Found, mask: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut copied = 0;
        for part in found.parts() {
            // A letter can be several of the form's bytes.
            let start = self.places[part.start].0.max(copied);
            replaced.push_str(&text[copied..start]);
            replaced.push_str(mask);
            copied = self.places[part.end - 1].1;
        }
        replaced.push_str(&text[copied..]);
        replaced
    }

    /// Whether something of its own can begin here, or end before.
    fn is_boundary(&self, at: usize) -> bool {
        if at == 0 || at == self.bytes.len() {
            return true;
        }
        let is_apart = self.places[at].0 > self.places[at - 1].1;
        is_apart || self.bytes[at].is_ascii_digit() != self.bytes[at - 1].is_ascii_digit()
    }
}

/// The letter that is meant by a full-width one.
fn narrow(character: char) -> char {
    match u32::from(character) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(character),
        _ => character,
    }
}

/// Which bytes of a form are of a value that must not be shown.
pub struct Found(Vec<Byte>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    Harmless,
    /// Of a value, the first that is shown of it, and the others.
    First,
    Other,
}

impl Found {
    pub fn add(&mut self, part: Range<usize>) {
        if let [first, others @ ..] = &mut self.0[part] {
            if *first == Byte::Harmless {
                *first = Byte::First;
            }
            others.fill(Byte::Other);
        }
    }

    /// How many bytes.
    pub fn count(&self) -> usize {
        self.0.iter().filter(|byte| **byte != Byte::Harmless).count()
    }

    fn parts(&self) -> impl Iterator<Item = Range<usize>> {
        let starts = self.0.iter().enumerate().filter(|(_, byte)| **byte == Byte::First);
        starts.map(|(start, _)| {
            let others = self.0[start + 1..].iter().take_while(|byte| **byte == Byte::Other).count();
            start..start + 1 + others
        })
    }
}

/// All that must not be shown, by its parts.
#[derive(Default)]
pub struct Index {
    texts: Parts<TEXT>,
    ids: Parts<ID>,
    /// What is too short to have parts: found where it stands alone. Sorted.
    shorts: Zeroizing<Vec<u64>>,
    /// Texts without a letter or a digit.
    symbols: Vec<Zeroizing<String>>,
}

impl Index {
    /// For texts of so many bytes in all.
    pub fn new(length: usize) -> Self {
        let mut index = Index::default();
        // Growing would leave copies behind.
        index.texts.0.reserve(length);
        index
    }

    pub fn add_text(&mut self, text: &str) {
        let form = Form::of(text);
        if form.bytes.is_empty() && !text.trim().is_empty() {
            self.symbols.push(Zeroizing::new(text.to_owned()));
        }
        self.texts.add(&form.bytes);
        if form.bytes.len() < WORDS {
            self.shorts.push(whole(&form.bytes));
        }
    }

    /// `digits` have no separators.
    pub fn add_id(&mut self, digits: &str) {
        self.ids.add(digits.as_bytes());
        if digits.len() < ID && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.shorts.push(whole(digits.as_bytes()));
        }
    }

    /// To be called once all has been added.
    pub fn finish(&mut self) {
        self.texts.finish();
        self.ids.finish();
        self.shorts.sort_unstable();
    }

    pub fn replace_symbols(&self, text: String, mask: &str) -> String {
        self.symbols.iter().fold(text, |text, symbols| text.replace(symbols.as_str(), mask))
    }

    /// How many bytes of values are in a text. Of values that stand alone only those that are at least so long.
    pub fn count(&self, text: &str, shortest: usize) -> usize {
        let symbols = self.symbols.iter().filter(|symbols| symbols.len() >= shortest);
        let in_symbols = symbols.map(|symbols| text.matches(symbols.as_str()).count() * symbols.len());
        in_symbols.sum::<usize>() + self.find(&Form::of(text), shortest).count()
    }

    /// Which bytes of the form are of such a value. Of those that stand alone only what is at least so long.
    pub fn find(&self, form: &Form, shortest: usize) -> Found {
        let mut found = Found(vec![Byte::Harmless; form.bytes.len()]);
        self.ids.find(&form.bytes, &mut found, |_| true);
        let is_telling = |part: &[u8]| part.len() >= WORDS || !part.iter().all(u8::is_ascii_lowercase);
        self.texts.find(&form.bytes, &mut found, is_telling);
        if self.shorts.is_empty() {
            return found;
        }
        for start in (0..form.bytes.len()).filter(|at| form.is_boundary(*at)) {
            let longest = form.bytes.len().min(start + WORDS - 1);
            for end in (start + shortest..=longest).filter(|at| form.is_boundary(*at)) {
                if self.shorts.binary_search(&whole(&form.bytes[start..end])).is_ok() {
                    found.add(start..end);
                }
            }
        }
        found
    }
}

/// Parts of one length, as numbers.
#[derive(Default)]
struct Parts<const LENGTH: usize>(Zeroizing<Vec<u64>>);

impl<const LENGTH: usize> Parts<LENGTH> {
    fn add(&mut self, bytes: &[u8]) {
        let parts = bytes.windows(LENGTH).map(number);
        // Zeros are in many numbers, and reveal nothing.
        self.0.extend(parts.filter(|part| *part != number(&[b'0'; LENGTH])));
    }

    fn finish(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
    }

    /// Marks all that consists of parts one after the other, where it `counts`.
    fn find(&self, bytes: &[u8], found: &mut Found, counts: impl Fn(&[u8]) -> bool) {
        let mut start = None;
        for (at, part) in bytes.windows(LENGTH).enumerate() {
            if self.0.binary_search(&number(part)).is_err() {
                start = None;
                continue;
            }
            let run = *start.get_or_insert(at)..at + LENGTH;
            if counts(&bytes[run.clone()]) {
                found.add(run);
            }
        }
    }
}

/// At most eight bytes as one number.
fn number(part: &[u8]) -> u64 {
    part.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Fewer than eight bytes and how many they are, as one number.
fn whole(bytes: &[u8]) -> u64 {
    bytes.iter().fold(1, |number, byte| number << 8 | u64::from(*byte))
}

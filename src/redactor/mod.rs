//! Keeps tokens, connection strings and XUIDs out of text that the service sends back, in whatever form
//! it repeats them: cut short, in other case, grouped, in hexadecimal, or encoded, also several times.
//!
//! A value is found by its letters and digits alone (`form`). What is found in the text as it stands is
//! masked. Where a decoded form of the text (`decode`) shows more than that, the whole text is masked.

mod decode;
mod form;

use std::fmt;
use std::sync::OnceLock;

use zeroize::Zeroizing;

use decode::{unescape, unpack};
use form::{Form, Found, Index};

use crate::outcome::Throttle;

const MASKED: &str = "***";

/// Longer texts are cut: a result has room for 511 bytes, and what to do comes behind.
const LONGEST: usize = 256;

/// XUIDs have 16 digits; a run this long is one, or near enough not to be shown.
const DIGITS_OF_AN_ID: usize = 15;

/// Tokens and keys are far longer, GUIDs (36) and words shorter.
const LENGTH_OF_A_TOKEN: usize = 40;

/// Levels of escapes, such as `%2525`, and of packings, such as base64, that are taken off. A text with more
/// escapes is masked; fewer levels of base64 bring any text of the longest length down to nothing.
const MOST_ESCAPES: usize = 8;
const MOST_PACKINGS: usize = 3;

/// Bounds the work for a text that was made to decode to many others.
const MOST_FORMS: usize = 200;

/// Texts that the documentation names, and that repeat nothing.
const KNOWN: [&str; 10] = [
    "RequestValidationError",
    "InvalidRequest",
    "AuthorizationError",
    "TooManyRequests",
    "Too many requests.",
    "Rate",
    "rate",
    "burst",
    "sustained",
    "concurrency",
];

/// Text of the service. The only way out of it is [`Redactor::redact`].
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ServiceText(String);

impl ServiceText {
    pub fn new(text: impl Into<String>) -> Self {
        ServiceText(text.into())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn eq_ignore_ascii_case(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text)
    }

    /// Whether these letters are in it, whatever is between them. They are in lower case.
    pub fn has_letters(&self, letters: &str) -> bool {
        let own: String = self.0.chars().filter(char::is_ascii_alphanumeric).collect();
        own.to_ascii_lowercase().contains(letters)
    }
}

impl fmt::Debug for ServiceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceText({} bytes)", self.0.len())
    }
}

/// The values of one call that must not be shown.
#[derive(Default)]
pub struct Redactor {
    xuids: Vec<u64>,
    texts: Vec<Zeroizing<String>>,
    /// Made when the first text is to be shown.
    index: OnceLock<Index>,
}

impl Redactor {
    pub fn add_xuids(&mut self, xuids: impl IntoIterator<Item = u64>) {
        self.xuids.extend(xuids);
        self.index.take();
    }

    pub fn add_text(&mut self, text: &str) {
        self.texts.push(Zeroizing::new(text.to_owned()));
        self.index.take();
    }

    /// The text with all of that masked, on one line, and not longer than is worth showing.
    pub fn redact(&self, text: &ServiceText) -> String {
        let text = text.0.trim();
        if text.is_empty() || KNOWN.contains(&text) {
            return text.to_owned();
        }
        let end = text.floor_char_boundary(LONGEST);
        // Digits of other scripts than ours would not be recognised as a number.
        let one_line = text[..end].replace(char::is_control, " ");
        let text = one_line.replace(|c: char| c.is_numeric() && !c.is_ascii(), "*");
        self.mask(&text).unwrap_or_else(|| MASKED.to_owned())
    }

    pub fn redact_throttle(&self, throttle: Throttle<ServiceText>) -> Throttle {
        let Throttle { current_requests, max_requests, period_s, limit_type } = throttle;
        Throttle { current_requests, max_requests, period_s, limit_type: self.redact(&limit_type) }
    }

    /// `None` where not all of it could be masked.
    fn mask(&self, text: &str) -> Option<String> {
        let index = self.index.get_or_init(|| self.index());
        let form = Form::of(text);
        let mut found = index.find(&form, 1);
        mark_runs(text, &form, &mut found);
        let shown = index.replace_symbols(form.replace(text, &found, MASKED), MASKED);
        let is_all = !index.is_in_forms_of(text, index.count(text, 1)) && !index.is_in_forms_of(&shown, 0);
        is_all.then_some(shown)
    }

    fn index(&self) -> Index {
        let mut index = Index::new(self.texts.iter().map(|text| text.len()).sum());
        for xuid in &self.xuids {
            index.add_id(&xuid.to_string());
            index.add_id(&format!("{xuid:x}"));
            // As it stands in memory, where most machines begin with the last byte.
            index.add_id(&format!("{:016x}", xuid.swap_bytes()));
        }
        for text in &self.texts {
            // What is in it can be escaped by itself, and would be unescaped with the text.
            let mut level = Some(text.clone());
            for _ in 0..=MOST_ESCAPES {
                let Some(text) = level else { break };
                index.add_text(&text);
                level = unescape(&text).map(Zeroizing::new);
            }
        }
        index.finish();
        index
    }
}

impl Index {
    /// Whether any decoded form of the text holds more than so many bytes of values.
    fn is_in_forms_of(&self, text: &str, most: usize) -> bool {
        let mut forms = 0;
        let mut unread = vec![(text.to_owned(), 0)];
        while let Some((text, packings)) = unread.pop() {
            let mut level = Some(text);
            let mut levels = 0;
            while let Some(text) = level {
                (forms, levels) = (forms + 1, levels + 1);
                if forms > MOST_FORMS || levels > MOST_ESCAPES + 1 {
                    return true;
                }
                // What is decoded by mistake is random, and could be anything that is short.
                let shortest = if packings == 0 { 1 } else { 4 };
                if self.count(&text, shortest) > most {
                    return true;
                }
                for unpacked in unpack(&text) {
                    if self.count(&unpacked, 4) > most {
                        return true;
                    }
                    if packings < MOST_PACKINGS && decode::is_readable(&unpacked) {
                        unread.push((unpacked, packings + 1));
                    }
                }
                level = unescape(&text);
            }
        }
        false
    }
}

/// Marks whatever looks like an id or a token, of any user.
fn mark_runs(text: &str, form: &Form, found: &mut Found) {
    let mut mark = |is_part: fn(char) -> bool, length: usize| {
        for run in text.split(|c| !is_part(c)).filter(|run| run.len() >= length) {
            let start = run.as_ptr() as usize - text.as_ptr() as usize;
            found.add(form.part(start..start + run.len()));
        }
    };
    mark(|c| c.is_ascii_digit(), DIGITS_OF_AN_ID);
    mark(|c| c.is_ascii_alphanumeric() || "-_.~+/=".contains(c), LENGTH_OF_A_TOKEN);
}

#[cfg(test)]
mod tests;

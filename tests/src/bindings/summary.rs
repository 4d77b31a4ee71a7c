//! The header's documentation as that of C#: names become references to their counterparts.

use std::fmt::Write;

use super::{names, wrapped};
use crate::interface::{Enumeration, Interface};

/// What is different in C#, and therefore said anew.
const DIFFERENT: [(&str, &str); 12] = [
    (
        "mpa_status",
        "How a call ended. A newer library may return others than these: treat an unknown one by `retryable`.",
    ),
    ("MPA_VERSION_MAJOR", "The major version of the native library that this assembly was written for."),
    ("MPA_VERSION_MINOR", "The minor version of the native library that this assembly was written for."),
    ("MPA_VERSION_PATCH", "The patch version of the native library that this assembly was written for."),
    (
        "MPA_ERROR_INVALID_STRUCT",
        "This assembly is newer than the library, and a field is set that the library does not know. Nothing was sent.",
    ),
    (
        "MPA_ERROR_EVENTS_NOT_POLLED",
        "The queue is full of completions that have not been polled. Nothing was submitted: call mpa_poll_event, each frame.",
    ),
    ("MPA_EVENT_COMPLETED", "An operation has ended: its task completes."),
    ("MPA_EVENT_DRAINED", "Draining is over: the task of mpa_client_drain completes."),
    ("MPA_EVENT_AUTHORIZATION_NEEDED", "Another authorization is needed: the client's event of that name."),
    ("MPA_EVENT_LOG", "An entry of the log."),
    (
        "MPA_NONE",
        "What the C header has for \"not at all\". Here it is the zero of a nullable time: see recent_players_hold_ms and \
         authorization_lead_ms.",
    ),
    ("MPA_COMPLETION_KINDS", "How many pairs of status and cause the library can count, those in reserve included."),
];

/// Names in the table must not outlive what they name.
pub fn check(interface: &Interface) {
    for (name, _) in DIFFERENT {
        assert!(interface.declares(name), "bindings/summary.rs has {name}, which the header does not declare");
    }
}

/// The lines of a `<summary>` at this indentation; nothing where there is no documentation.
pub fn lines(interface: &Interface, indent: &str, name: &str, text: &str, near: Option<&Enumeration>) -> String {
    let different = DIFFERENT.iter().find(|(of, _)| *of == name).map(|(_, text)| *text);
    let text = different.unwrap_or(text);
    if text.is_empty() {
        return String::new();
    }
    // A blank line parts paragraphs, which are few: a summary is one.
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let summary = format!("<summary>{}</summary>", with_references(interface, name, &words, near));
    // A reference is not broken.
    let summary = summary.replace("<see cref", "<see\u{a0}cref");
    wrapped(&summary, &format!("{indent}/// ")).replace('\u{a0}', " ")
}

fn with_references(interface: &Interface, of: &str, text: &str, near: Option<&Enumeration>) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut written = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (is_quoted, word) = match rest.strip_prefix('`').and_then(|quoted| quoted.split_once('`')) {
            Some((quoted, _)) => (true, quoted),
            None => (false, &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())]),
        };
        let length = if word.is_empty() { next.len_utf8() } else { word.len() + if is_quoted { 2 } else { 0 } };
        rest = &rest[length..];
        if word.is_empty() {
            written.push_str(&escaped(&next.to_string()));
        } else if word == "NULL" {
            written.push_str("null");
        } else if !is_quoted && !word.contains('_') {
            written.push_str(word);
        } else {
            match names::in_csharp(interface, word, near) {
                Some(found) => _ = write!(written, "<see cref=\"{found}\"/>"),
                None => panic!("the documentation of {of} names {word}: say in bindings/names.rs what it is in C#"),
            }
        }
    }
    written
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

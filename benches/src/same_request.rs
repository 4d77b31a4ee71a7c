//! All clients have to send the same request, or the comparison means nothing.

use std::process::Command;

use crate::children::{Child, Job, Programs};
use crate::peer;
use crate::tools::{self, Result};

/// A request in a form in which two can be compared: the order of headers and the case of their
/// names mean nothing, and each is sent to a port of its own.
#[derive(Debug, PartialEq)]
struct Request {
    line: String,
    headers: Vec<String>,
    body: String,
}

/// How many bytes the request has. The first child is the library.
pub fn check(programs: &Programs, children: &[Child], token_length: usize) -> Result<usize> {
    let (first, others) = children.split_first().ok_or("there is nothing to compare")?;
    let (expected, length) = sent(programs, *first, token_length)?;
    for child in others.iter().copied() {
        // What cannot be built is not compared, and said so elsewhere.
        let Ok((request, _)) = sent(programs, child, token_length) else { continue };
        if request != expected {
            return Err(format!("{} sends another request than mpa: {request:?} and {expected:?}", child.name()));
        }
    }
    Ok(length)
}

fn sent(programs: &Programs, child: Child, token_length: usize) -> Result<(Request, usize)> {
    let bytes = peer::first_request(|endpoint| {
        let line = programs.command_line(child, Job { endpoint, calls: 0, token_length })?;
        tools::output(Command::new(&line[0]).args(&line[1..]), "").map(drop)
    })?;
    let text = String::from_utf8(bytes).map_err(|_| "a request is not text".to_owned())?;
    let parsed = parse(&text).ok_or_else(|| format!("{} sends no HTTP request", child.name()))?;
    Ok((parsed, text.len()))
}

fn parse(text: &str) -> Option<Request> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let line = lines.next()?.to_owned();
    let mut headers = Vec::new();
    for header in lines {
        let (name, value) = header.split_once(": ")?;
        let name = name.to_ascii_lowercase();
        headers.push(if name == "host" { name } else { format!("{name}: {value}") });
    }
    headers.sort();
    Some(Request { line, headers, body: body.to_owned() })
}

//! A tunnel through an HTTP proxy (CONNECT, RFC 9110, section 9.3.6): what is asked, what the answer means, and
//! its sentences. Nothing of a request to the service is sent here.

use std::io;
use std::time::Instant;

use http::HeaderValue;
use zeroize::Zeroizing;

use super::error::{ErrorKind, Source, io_source};
use super::head::{Head, end_of_head, is_interim, may_be_http};
use super::proxy::Proxy;
use super::response::MAX_HEAD;
use super::socket::Socket;
use super::tls_error::TlsReason;
use crate::outcome::Advice;

/// The head of an answer fits in it.
const READ_SIZE: usize = 1_024;

/// Has the proxy connect to `target`, a host and its port. What goes over the socket then comes from there.
pub fn open(
    socket: &mut Socket,
    proxy: &Proxy,
    target: (&str, u16),
    user_agent: &HeaderValue,
    deadline: Instant,
) -> Result<(), Source> {
    let request = request(proxy, target, user_agent);
    socket.write_all(&request, deadline, &mut 0).map_err(|error| unanswered(proxy, &error))?;
    drop(request);
    let mut arrived = Vec::new();
    let mut buffer = [0; READ_SIZE];
    loop {
        match socket.read(&mut buffer, deadline) {
            Err(error) => return Err(unanswered(proxy, &error)),
            Ok(0) => return Err(unanswered(proxy, &io::ErrorKind::UnexpectedEof.into())),
            Ok(amount) => arrived.extend_from_slice(&buffer[..amount]),
        }
        if let Some(answer) = read_answer(&arrived) {
            return judge(&answer, proxy, target);
        }
    }
}

fn request(proxy: &Proxy, (host, port): (&str, u16), user_agent: &HeaderValue) -> Zeroizing<Vec<u8>> {
    let target = format!("{host}:{port}");
    let head = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: ");
    let (name, authorization) = match proxy.authorization() {
        Some(value) => ("\r\nProxy-Authorization: ", value),
        None => ("", &[][..]),
    };
    let parts: [&[u8]; 5] = [head.as_bytes(), user_agent.as_bytes(), name.as_bytes(), authorization, b"\r\n\r\n"];
    // Large enough from the start: growing would leave an unwiped copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

/// What a proxy answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Status {
        status: u16,
        /// Something follows the head, though the service speaks only when it is spoken to.
        has_page: bool,
        /// Of a 407: a user name and a password would do.
        takes_basic: bool,
    },
    NotHttp,
    Oversized,
}

/// The answer in what has arrived so far; `None` where more is needed for it.
fn read_answer(arrived: &[u8]) -> Option<Answer> {
    let mut rest = arrived;
    loop {
        if !may_be_http(rest) {
            return Some(Answer::NotHttp);
        }
        let Some(end) = end_of_head(rest, 0) else {
            return (arrived.len() > MAX_HEAD).then_some(Answer::Oversized);
        };
        let Some(head) = Head::parse(&rest[..end]) else { return Some(Answer::NotHttp) };
        rest = &rest[end..];
        if arrived.len() - rest.len() > MAX_HEAD {
            return Some(Answer::Oversized);
        }
        if !is_interim(head.status) {
            let takes_basic = takes_basic(&head);
            return Some(Answer::Status { status: head.status, has_page: !rest.is_empty(), takes_basic });
        }
    }
}

/// Whether the scheme Basic is among its challenges (RFC 9110, section 11.7.1), or it has none.
fn takes_basic(head: &Head) -> bool {
    let is_challenge = |name: &str| name.eq_ignore_ascii_case("proxy-authenticate");
    let mut challenges = head.fields.iter().filter(|(name, _)| is_challenge(&head.text[name.clone()])).peekable();
    challenges.peek().is_none()
        || challenges
            .flat_map(|(_, value)| head.text[value.clone()].split([',', ' ', '\t']))
            .any(|word| word.eq_ignore_ascii_case("basic"))
}

fn judge(answer: &Answer, proxy: &Proxy, (host, port): (&str, u16)) -> Result<(), Source> {
    let refused = |detail: String, advice| {
        Err(Source {
            advice: Some(advice),
            ..Source::new(ErrorKind::ProxyRefused, format!("the proxy {proxy} {detail}"))
        })
    };
    let Answer::Status { status, has_page, takes_basic } = *answer else {
        let what = match answer {
            Answer::Oversized => format!("answered with a head of more than {MAX_HEAD} bytes"),
            _ => "does not speak HTTP".to_owned(),
        };
        return refused(what, Advice::CheckProxy);
    };
    match (status, proxy.authorization()) {
        (200..=299, _) if !has_page => Ok(()),
        (200..=399, _) => Err(login_page(proxy, status)),
        (401 | 407, _) if !takes_basic => refused(
            format!("does not offer Basic authentication, the only kind that is supported (HTTP {status})"),
            Advice::AllowInProxy,
        ),
        (401 | 407, None) => {
            refused(format!("asks for a user name and a password (HTTP {status})"), Advice::GiveProxyPassword)
        }
        (401 | 407, Some(_)) => refused(
            format!("did not accept the user name and the password (HTTP {status})"),
            Advice::CheckProxyPassword,
        ),
        (408 | 425 | 429 | 500.., _) => {
            let detail = format!("the proxy {proxy} could not connect to {host}:{port} (HTTP {status})");
            Err(Source { advice: Some(Advice::CheckProxy), ..Source::new(ErrorKind::Connection, detail) })
        }
        _ => refused(format!("does not allow a connection to {host}:{port} (HTTP {status})"), Advice::AllowInProxy),
    }
}

/// A page came, where a connection was asked for.
fn login_page(proxy: &Proxy, status: u16) -> Source {
    let detail = format!("the proxy {proxy} answered with a page, such as one for logging in (HTTP {status})");
    Source { advice: Some(Advice::AllowInProxy), ..Source::new(ErrorKind::ProxyRefused, detail) }
}

/// No connection to the proxy could be made.
pub fn unreached(proxy: &Proxy, source: Source) -> Source {
    let detail = format!("the proxy {proxy} cannot be reached: {}", source.detail);
    Source { advice: Some(Advice::CheckProxy), ..Source::new(source.kind, detail) }
}

fn unanswered(proxy: &Proxy, error: &io::Error) -> Source {
    let Source { kind, detail, .. } = io_source(error);
    let detail = format!("the proxy {proxy} gave no answer: {detail}");
    Source { advice: Some(Advice::CheckProxy), ..Source::new(kind, detail) }
}

/// TLS failed through the tunnel.
pub fn failed_behind(proxy: &Proxy, source: Source) -> Source {
    if source.tls_reason == Some(TlsReason::NotTls) {
        return login_page(proxy, 200);
    }
    let may_intercept = if source.kind == ErrorKind::Tls { ", which may intercept TLS" } else { "" };
    let detail = format!("{} (through the proxy {proxy}{may_intercept})", source.detail);
    Source { detail, ..source }
}

#[cfg(test)]
#[path = "tunnel_tests.rs"]
mod tests;

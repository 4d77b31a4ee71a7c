//! The base URL that a configuration names.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

use crate::outcome::{Outcome, Result};

/// A scheme, a host and perhaps a port; nothing else.
#[derive(Clone, Debug)]
pub struct BaseUrl {
    text: String,
}

/// What is wrong with a base URL. Displayed, it follows the name of the field or option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    NotAscii,
    NotUrl,
    NoSchemeOrHost,
    OtherScheme,
    UserName,
    NoHostOrPort,
    NoNameOrAddress,
    /// Or a query, or a fragment.
    Path,
    /// Plain HTTP to another machine, which was not allowed.
    PlainHttp,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            UrlError::NotAscii => {
                "has a character outside ASCII; write an international name in its ASCII form (`xn--...`)"
            }
            UrlError::NotUrl => "is no URL",
            UrlError::NoSchemeOrHost => "has no scheme or no host",
            UrlError::OtherScheme => "has a scheme other than https",
            UrlError::UserName => "has a user name before an @",
            UrlError::NoHostOrPort => "has no host or no usable port",
            UrlError::NoNameOrAddress => {
                "has a host that is neither a name nor an IP address (one in brackets is IPv6, without a zone)"
            }
            UrlError::Path => "has a path, a query or a fragment",
            UrlError::PlainHttp => {
                return f.write_str("sends the token in the clear to another machine; use https://");
            }
        };
        write!(f, "{what}; expected https://host or https://host:port, without anything behind it")
    }
}

impl BaseUrl {
    pub fn parse(text: &str, allow_plain_http: bool) -> std::result::Result<Self, UrlError> {
        if !text.is_ascii() {
            return Err(UrlError::NotAscii);
        }
        let uri = text.parse::<Uri>().map_err(|_| UrlError::NotUrl)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(UrlError::NoSchemeOrHost);
        };
        if !matches!(scheme, "https" | "http") {
            return Err(UrlError::OtherScheme);
        }
        if authority.as_str().contains('@') {
            return Err(UrlError::UserName);
        }
        if authority.host().is_empty() || bad_port(authority) {
            return Err(UrlError::NoHostOrPort);
        }
        if is_bad_host(authority.host()) {
            return Err(UrlError::NoNameOrAddress);
        }
        if uri.path() != "/" && !uri.path().is_empty() || uri.query().is_some() || text.contains('#') {
            return Err(UrlError::Path);
        }
        if scheme == "http" && !allow_plain_http && ip_literal(authority.host()).is_some_and(|ip| !is_loopback(ip)) {
            return Err(UrlError::PlainHttp);
        }
        Ok(BaseUrl { text: format!("{scheme}://{authority}") })
    }

    /// The URI of a path below.
    pub fn join(&self, path: &str) -> Result<Uri> {
        format!("{}{path}", self.text)
            .parse()
            .map_err(|_| Outcome::internal("A request's address could not be formed. Please report this."))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A colon with something behind it that is no port, or with nothing.
fn bad_port(authority: &http::uri::Authority) -> bool {
    let after_host = authority.as_str().get(authority.host().len()..).unwrap_or_default();
    match after_host.strip_prefix(':') {
        None => !after_host.is_empty(),
        // The parser of numbers would also take a plus.
        Some(port) => port.starts_with('+') || !port.parse::<u16>().is_ok_and(|port| port > 0),
    }
}

/// A host is an address, or a name of letters, digits, hyphens, dots and (in private networks) underscores.
/// What TLS could not verify is found out here, not at the first call.
pub fn is_bad_host(host: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let is_literal = if host.starts_with('[') {
        host.trim_matches(['[', ']']).parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        host.bytes().all(is_name) && host.len() <= 253 && !host.split('.').rev().skip(1).any(str::is_empty)
    };
    !is_literal
}

/// The host as an address, where it is written as one.
pub fn ip_literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether packets to this address stay on this machine.
pub fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_a_scheme_and_an_authority() {
        for (text, joined) in [
            ("https://multiplayeractivity.xboxlive.com", "https://multiplayeractivity.xboxlive.com/p"),
            ("https://example.com/", "https://example.com/p"),
            ("http://127.0.0.1:8787", "http://127.0.0.1:8787/p"),
            ("http://[::1]:8787", "http://[::1]:8787/p"),
            ("https://[::1]", "https://[::1]/p"),
            ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example/p"),
            ("https://host.example.", "https://host.example./p"),
            ("https://my_host:00443", "https://my_host:00443/p"),
            ("http://127.0.0.1.evil.example", "http://127.0.0.1.evil.example/p"),
        ] {
            let base = BaseUrl::parse(text, false).unwrap();
            assert_eq!(base.join("/p").unwrap().to_string(), joined);
        }
    }

    #[test]
    fn everything_else_is_refused_with_a_sentence() {
        for text in [
            "",
            "nonsense",
            "example.com",
            "/path",
            "ftp://example.com",
            "https://",
            "https://localhost@host",
            "http://user:pw@127.0.0.1",
            "https://host/path",
            "https://host?query",
            "https://host#f",
            "https://host:0",
            "https://host:99999",
            "https://host:",
            "https://ho st",
            "http://192.0.2.1",
            "http://[2001:db8::1]:80",
            "http://[::ffff:192.0.2.1]",
            "https://host:+443",
            "https://host:-1",
            "https://host:4 43",
            "https://[fe80::1%25eth0]",
            "https://[fe80::1%eth0]:443",
            "https://[192.0.2.1]",
            "https://[nonsense]",
            "https://[]",
            "https://m\u{fc}nchen.example",
            "https://\u{ff41}.example",
            "https://a%20b.example",
            "https://a..example",
            "https://.",
            "https://a,b.example",
            "https://a;b",
        ] {
            let sentence = BaseUrl::parse(text, false).unwrap_err().to_string();
            assert!(sentence.contains("https://") && !sentence.ends_with('.'), "{text}: {sentence}");
        }
    }

    #[test]
    fn plain_http_to_another_machine_has_to_be_allowed() {
        assert!(BaseUrl::parse("http://192.0.2.1", true).is_ok());
        assert!(BaseUrl::parse("http://[::ffff:127.0.0.1]:1", false).is_ok());
        assert_eq!(BaseUrl::parse("http://192.0.2.1", false).unwrap_err(), UrlError::PlainHttp);
    }
}

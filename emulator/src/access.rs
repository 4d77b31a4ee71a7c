//! Which requests the control interface answers. The request log contains tokens, so a web page that a developer
//! visits must not reach it, neither from its own site nor by a host name that resolves to this machine (DNS
//! rebinding). A browser sends what a page cannot change: the host of the URL in `Host`, and the page's origin in
//! `Origin` and `Sec-Fetch-Site`.

use std::fmt;
use std::fmt::Write;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;

use crate::error_response::ErrorResponse;
use crate::settings::InvalidSetting;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Address(IpAddr),
    /// In lower case, without the dot that a fully qualified name may end with.
    Name(String),
}

/// A host, and a port where one is written: `localhost:8787`, `[::1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPort {
    pub host: Host,
    pub port: Option<u16>,
}

impl HostPort {
    /// `None` for what is not a host. Of addresses this takes the forms that HTTP has; browsers turn
    /// others, such as `127.1`, into these.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, port) = rest.split_once(']')?;
                (Host::Address(IpAddr::from(address.parse::<Ipv6Addr>().ok()?).to_canonical()), port)
            }
            None => {
                let end = text.find(':').unwrap_or(text.len());
                let (name, port) = text.split_at(end);
                (Host::parse_name(name)?, port)
            }
        };
        let port = match port.strip_prefix(':') {
            // The port may be empty, which means the same as none.
            Some("") => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
            Some(_) => return None,
            None if port.is_empty() => None,
            None => return None,
        };
        Some(Self { host, port })
    }
}

impl Host {
    fn parse_name(text: &str) -> Option<Self> {
        let name = text.strip_suffix('.').unwrap_or(text);
        if let Ok(address) = name.parse::<IpAddr>() {
            return Some(Self::Address(address));
        }
        let is_label = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        name.split('.').all(is_label).then(|| Self::Name(name.to_ascii_lowercase()))
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
            Host::Address(address) => write!(f, "{address}")?,
            Host::Name(name) => f.write_str(name)?,
        }
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// A host that the control interface is called by, beside those that it allows anyway: a name or an IP
/// address, with a port or, for any port, without.
///
/// ```
/// let options = mpa_emulator::Options { allowed_hosts: vec!["emulator".parse()?], ..Default::default() };
/// # Ok::<(), mpa_emulator::InvalidSetting>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost(pub(crate) HostPort);

impl FromStr for AllowedHost {
    type Err = InvalidSetting;

    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        HostPort::parse(text).map(Self).ok_or_else(|| {
            InvalidSetting(format!(
                "a host must be a name or an IP address (IPv6 in brackets), with a port or without, such as emulator \
                 or emulator:8787, not {text:?}"
            ))
        })
    }
}

impl fmt::Display for AllowedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// So much of a wrong value is repeated.
const MAX_QUOTE: usize = 100;

const BROWSERS: &str = "/emulator answers programs, and in browsers only its own pages and addresses that are \
                        typed in; no option allows more";

/// Which hosts and origins the control interface answers.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// Where the emulator listens.
    pub address: SocketAddr,
    pub https: bool,
    pub allowed_hosts: Vec<AllowedHost>,
}

/// Around everything under `/emulator`.
pub(crate) async fn check_access(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Result<Response, ErrorResponse> {
    access.check(request.uri(), request.headers())?;
    Ok(next.run(request).await)
}

impl Access {
    /// Decides by the target of a request and its headers.
    pub fn check(&self, target: &Uri, headers: &HeaderMap) -> Result<(), ErrorResponse> {
        let host = self.check_host(target, headers)?;
        self.check_origin(&host, headers)?;
        check_site(headers)
    }

    /// The host that the request is for. A target with a host of its own takes precedence over `Host`,
    /// which is checked all the same.
    fn check_host(&self, target: &Uri, headers: &HeaderMap) -> Result<HostPort, ErrorResponse> {
        let wrong = |what: &str| ErrorResponse::invalid_request(StatusCode::BAD_REQUEST, what);
        let mut fields = headers.get_all(HOST).iter();
        let field = match (fields.next(), fields.next()) {
            (Some(field), None) => field,
            (None, _) => return Err(wrong("The header Host is missing; /emulator needs it, in HTTP/1.0 too.")),
            (Some(_), Some(_)) => return Err(wrong("The header Host must be there once, not more often.")),
        };
        let field = field.to_str().ok().and_then(HostPort::parse).ok_or_else(|| {
            wrong(&format!(
                "The header Host is {}, not a name or an IP address (IPv6 in brackets) with a port or without.",
                quote_value(field)
            ))
        })?;
        let of_target = match target.authority() {
            Some(authority) => Some(
                HostPort::parse(authority.as_str())
                    .ok_or_else(|| wrong("The target of the request must have a host, and no user name."))?,
            ),
            None => None,
        };
        let foreign = of_target.iter().chain([&field]).find(|host| !self.allows(host));
        if let Some(host) = foreign {
            return Err(self.misdirected(host));
        }
        Ok(of_target.unwrap_or(field))
    }

    fn allows(&self, host: &HostPort) -> bool {
        // A host without a port contradicts none. That happens behind a proxy.
        let has_port = |port: u16| host.port.is_none_or(|found| found == port);
        let is_own = match &host.host {
            // An address is not looked up, so no name of a page is behind it. One that stands for all
            // addresses may be any, behind address translation too.
            Host::Address(_) if self.address.ip().is_unspecified() => true,
            Host::Address(address) => address.is_loopback() || *address == self.address.ip().to_canonical(),
            Host::Name(name) => name == "localhost",
        };
        let is_allowed =
            |AllowedHost(allowed): &AllowedHost| allowed.host == host.host && allowed.port.is_none_or(has_port);
        (is_own && has_port(self.address.port())) || self.allowed_hosts.iter().any(is_allowed)
    }

    /// The host is another one, or one that has to be allowed first.
    fn misdirected(&self, host: &HostPort) -> ErrorResponse {
        let (ip, port) = (self.address.ip(), self.address.port());
        let mut own = "localhost".to_owned();
        // Writing to a string does not fail.
        let _ = match ip {
            _ if ip.is_unspecified() => write!(own, " and IP addresses"),
            _ if ip.is_loopback() => write!(own, " and loopback addresses"),
            _ => write!(own, ", loopback addresses and {ip}"),
        };
        let _ = write!(own, " with port {port} or none");
        if !self.allowed_hosts.is_empty() {
            let allowed: Vec<_> = self.allowed_hosts.iter().map(AllowedHost::to_string).collect();
            let _ = write!(own, ", and for {}", allowed.join(", "));
        }
        let found = quote(&host.to_string());
        let what = format!(
            "The request is for the host {found}, and /emulator answers for {own}; --allow-host HOST (in Rust \
             Options::allowed_hosts) allows more."
        );
        ErrorResponse::invalid_request(StatusCode::MISDIRECTED_REQUEST, what)
    }

    /// A page that asks must have come from the host that it asks, by the same scheme.
    fn check_origin(&self, host: &HostPort, headers: &HeaderMap) -> Result<(), ErrorResponse> {
        let (scheme, default_port) = if self.https { ("https://", 443) } else { ("http://", 80) };
        let with_port = |host: HostPort| (host.host, host.port.unwrap_or(default_port));
        let own = with_port(host.clone());
        let is_own = |origin: &HeaderValue| {
            let origin = origin.to_str().ok().and_then(|origin| origin.strip_prefix(scheme));
            origin.and_then(HostPort::parse).map(with_port).as_ref() == Some(&own)
        };
        match headers.get_all(ORIGIN).iter().find(|origin| !is_own(origin)) {
            None => Ok(()),
            Some(origin) => Err(forbidden("Origin", origin, &format!("{scheme}{host} or nothing"))),
        }
    }
}

/// `none` is what the user has typed, or has as a bookmark.
fn check_site(headers: &HeaderMap) -> Result<(), ErrorResponse> {
    let is_own = |site: &HeaderValue| matches!(site.as_bytes(), b"same-origin" | b"none");
    match headers.get_all(SEC_FETCH_SITE).iter().find(|site| !is_own(site)) {
        None => Ok(()),
        Some(site) => Err(forbidden("Sec-Fetch-Site", site, "same-origin, none or nothing")),
    }
}

fn forbidden(name: &str, found: &HeaderValue, expected: &str) -> ErrorResponse {
    let found = quote_value(found);
    let what = format!("The header {name} is {found}, not {expected}: {BROWSERS}.");
    ErrorResponse::invalid_request(StatusCode::FORBIDDEN, what)
}

fn quote_value(value: &HeaderValue) -> String {
    quote(&String::from_utf8_lossy(value.as_bytes()))
}

fn quote(text: &str) -> String {
    let shown: String = text.chars().take(MAX_QUOTE).collect();
    let more = if shown.len() < text.len() { "..." } else { "" };
    format!("{:?}", shown + more)
}

#[cfg(test)]
mod host_tests {
    use super::*;

    #[test]
    fn a_host_is_read_in_all_its_spellings() {
        for (text, expected) in [
            ("localhost", "localhost"),
            ("LocalHost.:8787", "localhost:8787"),
            ("localhost:", "localhost"),
            ("localhost:080", "localhost:80"),
            ("my_emulator-1.internal", "my_emulator-1.internal"),
            ("127.0.0.1:8787", "127.0.0.1:8787"),
            ("127.0.0.1.", "127.0.0.1"),
            ("[::1]:65535", "[::1]:65535"),
            ("[0:0:0:0:0:0:0:1]", "[::1]"),
            ("[::ffff:127.0.0.1]:1", "127.0.0.1:1"),
            // Names, whatever some programs make of them.
            ("127.1", "127.1"),
            ("0x7f000001", "0x7f000001"),
        ] {
            assert_eq!(HostPort::parse(text).unwrap_or_else(|| panic!("{text}")).to_string(), expected);
        }
        let is_address = |text| matches!(HostPort::parse(text).unwrap().host, Host::Address(_));
        assert!(is_address("127.0.0.1.") && is_address("[::1]") && !is_address("127.1"));
    }

    #[test]
    fn what_is_no_host_is_not_read() {
        for text in [
            "",
            ".",
            "..",
            "localhost..",
            ".localhost",
            "a..b",
            ":8787",
            "localhost:65536",
            "localhost:-1",
            "localhost:+1",
            "localhost:x",
            "localhost:1:1",
            "localhost 1",
            " localhost",
            "localhost,localhost",
            "http://localhost",
            "localhost/",
            "user@localhost",
            "localhost#",
            "localh\u{f6}st",
            "%6cocalhost",
            "*",
            "::1",
            "[::1",
            "::1]",
            "[]",
            "[127.0.0.1]",
            "[::1]8787",
            "[::1]:x",
            "[::1%25eth0]",
            "[localhost]",
        ] {
            assert_eq!(HostPort::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_allowed_host_is_read_from_the_same_text() {
        assert_eq!("Emulator:8787".parse::<AllowedHost>().unwrap().to_string(), "emulator:8787");
        let said = "http://emulator".parse::<AllowedHost>().unwrap_err().to_string();
        assert!(
            said.starts_with("a host must be a name or an IP address") && said.ends_with("not \"http://emulator\"")
        );
    }
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;

//! Which requests the control interface answers. The journal holds tokens, so a web page that a developer
//! visits must not get at it, neither from its own site nor by a name of it that leads here (DNS
//! rebinding). A browser tells what a page cannot change: the host of the URL in `Host`, and who is
//! asking in `Origin` and `Sec-Fetch-Site`.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;

use crate::host::{AllowedHost, Host, HostPort};
use crate::refusal::Refusal;

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// So much of a wrong value is repeated.
const LONGEST_QUOTE: usize = 100;

const BROWSERS: &str = "/emulator answers programs, and in browsers only its own pages and addresses that are \
                        typed in; no option allows more";

/// Whom the control interface answers.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// Where the emulator listens.
    pub address: SocketAddr,
    pub https: bool,
    pub allowed_hosts: Vec<AllowedHost>,
}

/// Around everything under `/emulator`.
pub(super) async fn admit(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    access.check(request.uri(), request.headers())?;
    Ok(next.run(request).await)
}

impl Access {
    /// Decides by the target of a request and its headers.
    pub fn check(&self, target: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
        let host = self.check_host(target, headers)?;
        self.check_origin(&host, headers)?;
        check_site(headers)
    }

    /// The host that the request is for. A target with a host of its own takes precedence over `Host`,
    /// which is checked all the same.
    fn check_host(&self, target: &Uri, headers: &HeaderMap) -> Result<HostPort, Refusal> {
        let wrong = |what: &str| Refusal::invalid_request(StatusCode::BAD_REQUEST, what);
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

    /// The host is that of somebody else, or one that has to be allowed first.
    fn misdirected(&self, host: &HostPort) -> Refusal {
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
        Refusal::invalid_request(StatusCode::MISDIRECTED_REQUEST, what)
    }

    /// A page that asks must have come from the host that it asks, by the same scheme.
    fn check_origin(&self, host: &HostPort, headers: &HeaderMap) -> Result<(), Refusal> {
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
fn check_site(headers: &HeaderMap) -> Result<(), Refusal> {
    let is_own = |site: &HeaderValue| matches!(site.as_bytes(), b"same-origin" | b"none");
    match headers.get_all(SEC_FETCH_SITE).iter().find(|site| !is_own(site)) {
        None => Ok(()),
        Some(site) => Err(forbidden("Sec-Fetch-Site", site, "same-origin, none or nothing")),
    }
}

fn forbidden(name: &str, found: &HeaderValue, expected: &str) -> Refusal {
    let found = quote_value(found);
    let what = format!("The header {name} is {found}, not {expected}: {BROWSERS}.");
    Refusal::invalid_request(StatusCode::FORBIDDEN, what)
}

fn quote_value(value: &HeaderValue) -> String {
    quote(&String::from_utf8_lossy(value.as_bytes()))
}

fn quote(text: &str) -> String {
    let shown: String = text.chars().take(LONGEST_QUOTE).collect();
    let more = if shown.len() < text.len() { "..." } else { "" };
    format!("{:?}", shown + more)
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;

//! The proxy that a configuration names. The environment is not read.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::base_url::is_bad_host;

/// The longest URL of a proxy, in bytes.
pub const MAX_PROXY_URL_LENGTH: usize = 1_024;

/// An HTTP proxy, and the credentials that it is shown. Displayed, it is its host and port.
pub struct Proxy {
    host: String,
    port: u16,
    /// The value of the header Proxy-Authorization.
    authorization: Option<Zeroizing<Vec<u8>>>,
}

/// What is wrong with the URL of a proxy. Displayed, it follows the name of the field or option; it has nothing
/// of the URL, where a password may be anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyUrlError {
    Empty,
    TooLong,
    /// Or a control character.
    Blank,
    NotAscii,
    NoScheme,
    /// The proxy itself would be reached through TLS.
    Https,
    Socks,
    OtherScheme,
    NoHost,
    NoNameOrAddress,
    NoPort,
    BadPort,
    /// Or a query, or a fragment.
    Path,
    /// More than one.
    At,
    NoUserName,
    /// One % without two hexadecimal digits behind it.
    Percent,
    /// A control character, or a colon in the user name.
    Credentials,
}

impl fmt::Display for ProxyUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            ProxyUrlError::Empty => "is empty",
            ProxyUrlError::TooLong => return write!(f, "is longer than {MAX_PROXY_URL_LENGTH} bytes"),
            ProxyUrlError::Blank => "has a blank or a control character",
            ProxyUrlError::NotAscii => "has a character outside ASCII, which has to be percent-encoded",
            ProxyUrlError::NoScheme => "has no scheme",
            ProxyUrlError::Https => "has the scheme https, but proxies that are reached through TLS are not supported",
            ProxyUrlError::Socks => "has a scheme of SOCKS, but SOCKS is not supported: use a proxy for HTTP CONNECT",
            ProxyUrlError::OtherScheme => "has a scheme other than http",
            ProxyUrlError::NoHost => "has no host",
            ProxyUrlError::NoNameOrAddress => {
                "has a host that is neither a name nor an IP address (one in brackets is IPv6, without a zone)"
            }
            ProxyUrlError::NoPort => "has no port",
            ProxyUrlError::BadPort => "has a port that is not a number from 1 to 65535",
            ProxyUrlError::Path => "has a path, a query or a fragment, or a special character that is not encoded",
            ProxyUrlError::At => "has more than one @",
            ProxyUrlError::NoUserName => "has no user name before the @",
            ProxyUrlError::Percent => "has a % without two hexadecimal digits behind it",
            ProxyUrlError::Credentials => "has a control character in its credentials, or a colon in the user name",
        };
        write!(
            f,
            "{what}; expected http://host:port or http://user:password@host:port, with the special characters of user and \
             password percent-encoded"
        )
    }
}

impl Proxy {
    /// Reads `http://host:port` or `http://user:password@host:port`.
    pub fn parse(text: &str) -> Result<Self, ProxyUrlError> {
        let authority = authority(text)?;
        let (credentials, address) = match authority.rsplit_once('@') {
            None => (None, authority),
            Some((credentials, _)) if credentials.contains('@') => return Err(ProxyUrlError::At),
            Some((credentials, address)) => (Some(credentials), address),
        };
        let (host, port) = address_of(address)?;
        Ok(Proxy { host: host.to_owned(), port, authorization: credentials.map(authorization).transpose()? })
    }

    /// A name, or an IP address, in brackets where it is IPv6.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn authorization(&self) -> Option<&[u8]> {
        self.authorization.as_ref().map(|value| value.as_slice())
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

// Without the credentials.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// What stands between the scheme and a slash at the end.
fn authority(text: &str) -> Result<&str, ProxyUrlError> {
    if text.is_empty() {
        return Err(ProxyUrlError::Empty);
    }
    if text.len() > MAX_PROXY_URL_LENGTH {
        return Err(ProxyUrlError::TooLong);
    }
    if !text.is_ascii() {
        return Err(ProxyUrlError::NotAscii);
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ProxyUrlError::Blank);
    }
    let (scheme, rest) = text.split_once("://").ok_or(ProxyUrlError::NoScheme)?;
    match scheme.to_ascii_lowercase().as_str() {
        "http" => {}
        "https" => return Err(ProxyUrlError::Https),
        scheme if scheme.starts_with("socks") => return Err(ProxyUrlError::Socks),
        _ => return Err(ProxyUrlError::OtherScheme),
    }
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#']) { Err(ProxyUrlError::Path) } else { Ok(authority) }
}

fn address_of(address: &str) -> Result<(&str, u16), ProxyUrlError> {
    let end_of_host = if address.starts_with('[') {
        address.find(']').ok_or(ProxyUrlError::NoNameOrAddress)? + 1
    } else {
        address.find(':').unwrap_or(address.len())
    };
    let (host, rest) = address.split_at(end_of_host);
    if host.is_empty() {
        return Err(ProxyUrlError::NoHost);
    }
    if is_bad_host(host) {
        return Err(ProxyUrlError::NoNameOrAddress);
    }
    let port = match rest.strip_prefix(':') {
        None if rest.is_empty() => return Err(ProxyUrlError::NoPort),
        Some("") => return Err(ProxyUrlError::NoPort),
        None => return Err(ProxyUrlError::NoNameOrAddress),
        Some(port) => port,
    };
    // The parser of numbers would also take a plus.
    let port =
        Some(port).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit())).and_then(|port| port.parse().ok());
    port.filter(|port| *port > 0).map(|port| (host, port)).ok_or(ProxyUrlError::BadPort)
}

/// `user` or `user:password`, percent-encoded, as the value of a header (RFC 7617).
fn authorization(encoded: &str) -> Result<Zeroizing<Vec<u8>>, ProxyUrlError> {
    const SCHEME: &[u8] = b"Basic ";
    let (user, password) = encoded.split_once(':').unwrap_or((encoded, ""));
    if user.is_empty() {
        return Err(ProxyUrlError::NoUserName);
    }
    // Large enough from the start: growing would leave unwiped copies behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(encoded.len() + 1));
    decode(user, &mut plain)?;
    if plain.contains(&b':') {
        return Err(ProxyUrlError::Credentials);
    }
    plain.push(b':');
    decode(password, &mut plain)?;
    if plain.iter().any(u8::is_ascii_control) {
        return Err(ProxyUrlError::Credentials);
    }
    let mut value = Zeroizing::new(vec![0; SCHEME.len() + 4 * plain.len().div_ceil(3)]);
    let (scheme, encoded) = value.split_at_mut(SCHEME.len());
    scheme.copy_from_slice(SCHEME);
    // It has exactly the length that it takes.
    STANDARD.encode_slice(&*plain, encoded).map_err(|_| ProxyUrlError::Credentials)?;
    Ok(value)
}

fn decode(encoded: &str, plain: &mut Vec<u8>) -> Result<(), ProxyUrlError> {
    let mut rest = encoded.as_bytes();
    while let [first, behind @ ..] = rest {
        rest = behind;
        if *first != b'%' {
            plain.push(*first);
            continue;
        }
        let [high, low, behind @ ..] = rest else { return Err(ProxyUrlError::Percent) };
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let (Some(high), Some(low)) = (digit(*high), digit(*low)) else { return Err(ProxyUrlError::Percent) };
        plain.push((high * 16 + low) as u8);
        rest = behind;
    }
    Ok(())
}

#[cfg(test)]
#[path = "proxy_tests.rs"]
mod tests;

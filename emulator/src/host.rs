//! The host that a request is for, as `Host`, `Origin` and the target of a request write it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use crate::setting::BadSetting;

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
/// # Ok::<(), mpa_emulator::BadSetting>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost(pub(crate) HostPort);

impl FromStr for AllowedHost {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        HostPort::parse(text).map(Self).ok_or_else(|| {
            BadSetting(format!(
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

#[cfg(test)]
mod tests {
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

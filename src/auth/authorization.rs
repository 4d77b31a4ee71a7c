//! One authorization: the value of the `Authorization` header and how long it is good for.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroizing;

use super::ProofKey;
use crate::outcome::{Outcome, Result};

/// Tokens of the service have 2 to 4 KiB; the bound keeps a request head within one buffer.
pub const MAX_HEADER_LENGTH: usize = 12_288;

const SCHEME: &str = "XBL3.0 x=";

/// A header value that wipes its memory when its last user lets go of it.
#[derive(Clone)]
pub struct Authorization {
    header: HeaderValue,
    expires_at: Option<SystemTime>,
    /// The key that the token is bound to: requests with it are signed.
    proof_key: Option<ProofKey>,
}

impl Authorization {
    /// `field` names the caller's field in a refusal; the value itself is never shown.
    pub fn new(header: &str, expires_at_unix_ms: u64, field: &str) -> Result<Self> {
        check_form(header, field)?;
        let owned = Bytes::from_owner(Wiped(Zeroizing::new(header.as_bytes().to_vec())));
        let mut header = HeaderValue::from_maybe_shared(owned)
            .map_err(|_| Outcome::invalid(format!("{field} is no valid header value. Nothing was sent.")))?;
        header.set_sensitive(true);
        let expires_at = match expires_at_unix_ms {
            0 => None,
            // A time beyond the clock's range never comes.
            unix_ms => UNIX_EPOCH.checked_add(Duration::from_millis(unix_ms)),
        };
        Ok(Authorization { header, expires_at, proof_key: None })
    }

    /// The same, bound to this key.
    pub fn bound_to(self, proof_key: ProofKey) -> Self {
        Authorization { proof_key: Some(proof_key), ..self }
    }

    pub fn proof_key(&self) -> Option<&ProofKey> {
        self.proof_key.as_ref()
    }

    pub fn header(&self) -> &HeaderValue {
        &self.header
    }

    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    pub fn is_expired(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }

    /// Whether both are the same bytes, which is what "newer" is measured by.
    pub fn same_token(&self, other: &Authorization) -> bool {
        self.header == other.header
    }

    /// What tells it from others, and tells nothing about it.
    pub fn digest(&self) -> [u8; 32] {
        let digest = ring::digest::digest(&ring::digest::SHA256, self.header.as_bytes());
        digest.as_ref().try_into().unwrap_or_default()
    }

    /// Whom the token stands for; `-` for a service.
    pub fn user_hash(&self) -> &str {
        let value = self.header.to_str().unwrap_or_default();
        value.trim_start_matches(SCHEME).split(';').next().unwrap_or_default()
    }

    /// The part of the header that is secret, to be masked where it is sent back.
    pub fn token(&self) -> &str {
        let value = self.header.to_str().unwrap_or_default();
        value.split_once(';').map_or(value, |(_, token)| token)
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

struct Wiped(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn check_form(header: &str, field: &str) -> Result<()> {
    let refuse = |what: &str| {
        Err(Outcome::invalid(format!(
            "{field} {what}; expected the whole value of the Authorization header, \
             `XBL3.0 x=<user hash>;<token>` (a service's own token: `XBL3.0 x=-;<token>`). Nothing was sent."
        )))
    };
    if header.len() > MAX_HEADER_LENGTH {
        return refuse(&format!("is longer than {MAX_HEADER_LENGTH} bytes"));
    }
    // HTTP would take it off, so that what is sent is not what was signed.
    for (end, is_blank) in [
        ("begins", header.starts_with(|c: char| c.is_ascii_whitespace())),
        ("ends", header.ends_with(|c: char| c.is_ascii_whitespace())),
    ] {
        if is_blank {
            return refuse(&format!("{end} with white space, which is to be removed"));
        }
    }
    if let Some(position) = header.bytes().position(|byte| !matches!(byte, b' '..=b'~')) {
        return refuse(&format!("has a byte at position {position} that is not visible ASCII"));
    }
    let Some((hash, token)) = header.strip_prefix(SCHEME).and_then(|rest| rest.split_once(';')) else {
        return refuse("has another form");
    };
    if hash.is_empty() || token.trim().is_empty() {
        return refuse("has no user hash or no token");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_header_value_is_taken() {
        let authorization = Authorization::new("XBL3.0 x=-;token", 5, "header").unwrap();
        assert_eq!(authorization.header(), "XBL3.0 x=-;token");
        assert_eq!((authorization.user_hash(), authorization.token()), ("-", "token"));
        assert!(authorization.is_expired(UNIX_EPOCH + Duration::from_millis(5)));
        assert!(!authorization.is_expired(UNIX_EPOCH + Duration::from_millis(4)));
        assert!(!Authorization::new("XBL3.0 x=-;t", 0, "header").unwrap().is_expired(SystemTime::now()));
    }

    #[test]
    fn other_forms_are_refused_without_showing_them() {
        let long = format!("XBL3.0 x=-;{}", "t".repeat(MAX_HEADER_LENGTH));
        for wrong in ["", "secret", "Bearer secret", "XBL3.0 x=secret", "XBL3.0 x=;secret", "XBL3.0 x=-;", &long] {
            let refusal = Authorization::new(wrong, 0, "header").unwrap_err();
            assert!(refusal.message.starts_with("header "), "{}", refusal.message);
            assert!(!refusal.message.contains("secret"), "{}", refusal.message);
        }
    }

    #[test]
    fn white_space_at_the_ends_is_refused() {
        for (wrong, words) in [
            ("XBL3.0 x=-;secret ", "ends with white space"),
            ("XBL3.0 x=-;secret\t", "ends with white space"),
            ("XBL3.0 x=-;secret \t  ", "ends with white space"),
            ("XBL3.0 x=-;secret\n", "ends with white space"),
            ("XBL3.0 x=-;secret\r\n", "ends with white space"),
            (" XBL3.0 x=-;secret", "begins with white space"),
            ("\tXBL3.0 x=-;secret", "begins with white space"),
            ("\r\nXBL3.0 x=-;secret", "begins with white space"),
        ] {
            let refusal = Authorization::new(wrong, 0, "header").unwrap_err();
            assert!(refusal.message.starts_with(&format!("header {words}")), "{}", refusal.message);
            assert!(!refusal.message.contains("secret"), "{}", refusal.message);
        }
    }

    #[test]
    fn a_header_cannot_be_split() {
        for wrong in ["XBL3.0 x=-;t\r\nX-Evil: 1", "XBL3.0 x=-;t\tt", "XBL3.0 x=-;t\u{7f}", "XBL3.0 x=-;\u{e9}"] {
            let refusal = Authorization::new(wrong, 0, "header").unwrap_err();
            assert!(refusal.message.contains("not visible ASCII"), "{}", refusal.message);
        }
    }

    #[test]
    fn nothing_printed_for_debugging_shows_the_token() {
        let authorization = Authorization::new("XBL3.0 x=-;verysecret", 0, "header").unwrap();
        assert!(!format!("{authorization:?}").contains("verysecret"));
        assert!(!format!("{:?}", authorization.header()).contains("verysecret"));
    }
}

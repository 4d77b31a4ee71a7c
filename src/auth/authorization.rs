//! One authorization: the value of the `Authorization` header and how long it is good for.

use std::fmt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroizing;

use super::{Now, ProofKey};

/// Tokens of the service have 2 to 4 KiB; the bound keeps a request head within one buffer.
pub const MAX_HEADER_LENGTH: usize = 12_288;

const SCHEME: &str = "XBL3.0 x=";

/// A header value that wipes its memory when its last user drops it.
#[derive(Clone)]
pub struct Authorization {
    header: HeaderValue,
    expires_at: Option<SystemTime>,
    /// When it expires, by the monotonic clock: where it is known, it decides.
    expires_by: Option<Instant>,
    /// The key that the token is bound to: requests with it are signed.
    proof_key: Option<ProofKey>,
    /// The signature of the one request that it is for, made by who has the key. Boxed: few have one, and operations
    /// in the queue have room for it.
    signature: Option<Box<HeaderValue>>,
}

/// How good a token is, as far as it can be known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Good,
    /// Expired so long ago by this machine's clock, which may be wrong: the service's is not known yet.
    ExpiredByLocalClock(Duration),
    /// Expired so long ago by the service's clock, and not by this machine's, so that it may be one wrong
    /// answer that says so.
    ExpiredByServiceClock(Duration),
    /// Expired so long ago by all clocks that are known.
    Expired(Duration),
}

impl Authorization {
    pub fn new(header: &str, expires_at_unix_ms: u64) -> Result<Self, HeaderError> {
        check_form(header)?;
        let owned = Bytes::from_owner(Wiped(Zeroizing::new(header.as_bytes().to_vec())));
        let mut header = HeaderValue::from_maybe_shared(owned).map_err(|_| HeaderError::OtherForm)?;
        header.set_sensitive(true);
        let expires_at = match expires_at_unix_ms {
            0 => None,
            // A time beyond the clock's range never comes.
            unix_ms => UNIX_EPOCH.checked_add(Duration::from_millis(unix_ms)),
        };
        Ok(Authorization { header, expires_at, expires_by: None, proof_key: None, signature: None })
    }

    /// The same, bound to this key.
    pub fn bound_to(self, proof_key: ProofKey) -> Self {
        Authorization { proof_key: Some(proof_key), ..self }
    }

    /// The same, for one request that another process has signed.
    pub fn signed(self, mut signature: HeaderValue) -> Self {
        signature.set_sensitive(true);
        Authorization { signature: Some(Box::new(signature)), ..self }
    }

    /// The same, good for as long as this, from now on. What cannot be counted never ends.
    pub fn expiring_in(self, remaining: Duration) -> Self {
        Authorization { expires_by: Instant::now().checked_add(remaining), ..self }
    }

    pub fn proof_key(&self) -> Option<&ProofKey> {
        self.proof_key.as_ref()
    }

    /// The signature that came with it.
    pub fn signature(&self) -> Option<&HeaderValue> {
        self.signature.as_deref()
    }

    pub fn header(&self) -> &HeaderValue {
        &self.header
    }

    /// When it expires, by the service's clock, or by this machine's until that is known.
    pub fn expires_at(&self, now: &Now) -> Option<SystemTime> {
        match (self.expires_at, self.expires_by) {
            (Some(expires_at), _) => Some(expires_at),
            (None, None) => None,
            (None, Some(expires_by)) => {
                let remaining = expires_by.saturating_duration_since(now.monotonic);
                now.service.unwrap_or(now.local).checked_add(remaining)
            }
        }
    }

    /// What is left of its life, as far as that can be known: not by this machine's clock, which may be
    /// wrong.
    pub fn remaining(&self, now: &Now) -> Option<Duration> {
        match self.expires_by {
            Some(expires_by) => Some(expires_by.saturating_duration_since(now.monotonic)),
            None => Some(self.expires_at?.duration_since(now.service?).unwrap_or_default()),
        }
    }

    /// The same; by this machine's clock, where nothing better is known.
    pub fn estimated_remaining(&self, now: &Now) -> Option<Duration> {
        let by_local_clock = || Some(self.expires_at?.duration_since(now.local).unwrap_or_default());
        self.remaining(now).or_else(by_local_clock)
    }

    /// It is held to be expired only if both clocks say so: if one wrong `Date` were enough, the service would never be
    /// asked again, and so never correct it.
    pub fn standing(&self, now: &Now) -> Standing {
        if let Some(expires_by) = self.expires_by {
            return match now.monotonic.checked_duration_since(expires_by) {
                None => Standing::Good,
                Some(ago) => Standing::Expired(ago),
            };
        }
        let ago = |time: SystemTime| time.duration_since(self.expires_at?).ok();
        match (now.service.map(ago), ago(now.local)) {
            (None, Some(by_local)) => Standing::ExpiredByLocalClock(by_local),
            (Some(Some(by_service)), Some(_)) => Standing::Expired(by_service),
            (Some(Some(by_service)), None) => Standing::ExpiredByServiceClock(by_service),
            (Some(None), _) | (None, None) => Standing::Good,
        }
    }

    /// Whether it is certain that it has expired.
    pub fn is_expired(&self, now: &Now) -> bool {
        matches!(self.standing(now), Standing::Expired(_))
    }

    /// Whether both are the same bytes, which is what "newer" is measured by.
    pub fn same_token(&self, other: &Authorization) -> bool {
        self.header == other.header
    }

    /// What distinguishes it from others and reveals nothing about it.
    pub fn digest(&self) -> [u8; 32] {
        let digest = ring::digest::digest(&ring::digest::SHA256, self.header.as_bytes());
        digest.as_ref().try_into().unwrap_or_default()
    }

    /// The user hash of a service's own tokens.
    pub const SERVICE_USER_HASH: &'static str = "-";

    /// Whom the token stands for; `-` for a service.
    pub fn user_hash(&self) -> &str {
        // The token, which is much longer, is not looked at.
        let value = self.header.as_bytes();
        let rest = value.strip_prefix(SCHEME.as_bytes()).unwrap_or(value);
        let hash = rest.split(|byte| *byte == b';').next().unwrap_or_default();
        std::str::from_utf8(hash).unwrap_or_default()
    }

    /// The part of the header that is secret, to be masked where it is sent back.
    pub fn token(&self) -> &str {
        let value = self.header.to_str().unwrap_or_default();
        value.split_once(';').map_or(value, |(_, token)| token)
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("expires_at", &self.expires_at)
            .field("expires_by", &self.expires_by)
            .finish_non_exhaustive()
    }
}

struct Wiped(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// What is wrong with the value of an `Authorization` header, which is never shown. Displayed, it follows the
/// name of the field or option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderError {
    TooLong,
    BeginsWithWhiteSpace,
    EndsWithWhiteSpace,
    /// The byte at this position.
    NotVisibleAscii(usize),
    OtherForm,
    NoUserHashOrToken,
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeaderError::TooLong => write!(f, "is longer than {MAX_HEADER_LENGTH} bytes"),
            HeaderError::BeginsWithWhiteSpace => f.write_str("begins with white space, which is to be removed"),
            HeaderError::EndsWithWhiteSpace => f.write_str("ends with white space, which is to be removed"),
            HeaderError::NotVisibleAscii(position) => {
                write!(f, "has a byte at position {position} that is not visible ASCII")
            }
            HeaderError::OtherForm => f.write_str("has another form"),
            HeaderError::NoUserHashOrToken => f.write_str("has no user hash or no token"),
        }?;
        f.write_str(
            "; expected the whole value of the Authorization header, `XBL3.0 x=<user hash>;<token>` (a service's own \
             token: `XBL3.0 x=-;<token>`)",
        )
    }
}

fn check_form(header: &str) -> Result<(), HeaderError> {
    if header.len() > MAX_HEADER_LENGTH {
        return Err(HeaderError::TooLong);
    }
    // HTTP would take it off, so that what is sent is not what was signed.
    if header.starts_with(|c: char| c.is_ascii_whitespace()) {
        return Err(HeaderError::BeginsWithWhiteSpace);
    }
    if header.ends_with(|c: char| c.is_ascii_whitespace()) {
        return Err(HeaderError::EndsWithWhiteSpace);
    }
    if let Some(position) = header.bytes().position(|byte| !matches!(byte, b' '..=b'~')) {
        return Err(HeaderError::NotVisibleAscii(position));
    }
    let rest = header.strip_prefix(SCHEME).and_then(|rest| rest.split_once(';'));
    let (hash, token) = rest.ok_or(HeaderError::OtherForm)?;
    if hash.is_empty() || token.trim().is_empty() {
        return Err(HeaderError::NoUserHashOrToken);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_header_value_is_taken() {
        let authorization = Authorization::new("XBL3.0 x=-;token", 5).unwrap();
        assert_eq!(authorization.header(), "XBL3.0 x=-;token");
        assert_eq!((authorization.user_hash(), authorization.token()), ("-", "token"));
        assert_eq!(authorization.expires_at(&at(0, None)), Some(UNIX_EPOCH + Duration::from_millis(5)));
    }

    /// The time by our clock and by the service's, in seconds since 1970.
    fn at(local: u64, service: Option<u64>) -> Now {
        let time = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        Now { local: time(local), service: service.map(time), monotonic: Instant::now() }
    }

    #[test]
    fn only_what_is_certain_makes_a_token_expired() {
        let seconds = Duration::from_secs;
        let token = Authorization::new("XBL3.0 x=-;t", 1_000_000).unwrap();
        for (local, service, standing, remaining, estimated) in [
            (900, None, Standing::Good, None, 100),
            (1_060, None, Standing::ExpiredByLocalClock(seconds(60)), None, 0),
            (900, Some(900), Standing::Good, Some(100), 100),
            (999_999, Some(900), Standing::Good, Some(100), 100),
            (900, Some(1_060), Standing::ExpiredByServiceClock(seconds(60)), Some(0), 0),
            (1_090, Some(1_060), Standing::Expired(seconds(60)), Some(0), 0),
            (1_000, Some(1_000), Standing::Expired(seconds(0)), Some(0), 0),
        ] {
            let now = at(local, service);
            assert_eq!(token.standing(&now), standing, "{now:?}");
            assert_eq!(token.remaining(&now), remaining.map(seconds), "{now:?}");
            assert_eq!(token.estimated_remaining(&now), Some(seconds(estimated)), "{now:?}");
            assert_eq!(token.is_expired(&now), matches!(standing, Standing::Expired(_)), "{now:?}");
        }
        let endless = Authorization::new("XBL3.0 x=-;t", 0).unwrap();
        assert_eq!(endless.standing(&at(u64::from(u32::MAX), Some(u64::from(u32::MAX)))), Standing::Good);
        assert_eq!((endless.remaining(&at(0, Some(0))), endless.expires_at(&at(0, Some(0)))), (None, None));
    }

    #[test]
    fn the_monotonic_clock_decides_where_the_remaining_time_is_given() {
        let minute = Duration::from_secs(60);
        // Expired long ago by both clocks.
        let token = Authorization::new("XBL3.0 x=-;t", 1).unwrap().expiring_in(minute);
        let now = at(1_000, Some(2_000));
        assert_eq!(token.standing(&now), Standing::Good);
        let remaining = token.remaining(&now).unwrap();
        assert!(remaining <= minute && remaining > minute / 2, "{remaining:?}");
        let later = Now { monotonic: now.monotonic + 2 * minute, ..now };
        assert!(matches!(token.standing(&later), Standing::Expired(ago) if ago >= minute));
        assert_eq!(token.remaining(&later), Some(Duration::ZERO));
        // And where nothing else is known, it gives the time of expiry.
        let token = Authorization::new("XBL3.0 x=-;t", 0).unwrap().expiring_in(minute);
        let now = at(1_000, Some(2_000));
        let service = now.service.unwrap();
        let expires_at = token.expires_at(&now).unwrap();
        assert!(expires_at > service && expires_at <= service + minute);
        let endless = Authorization::new("XBL3.0 x=-;t", 0).unwrap().expiring_in(Duration::MAX);
        assert_eq!(endless.standing(&now), Standing::Good);
    }

    #[test]
    fn other_forms_are_refused_without_showing_them() {
        let long = format!("XBL3.0 x=-;{}", "t".repeat(MAX_HEADER_LENGTH));
        for wrong in ["", "secret", "Bearer secret", "XBL3.0 x=secret", "XBL3.0 x=;secret", "XBL3.0 x=-;", &long] {
            let sentence = Authorization::new(wrong, 0).unwrap_err().to_string();
            assert!(sentence.contains("; expected the whole value") && !sentence.contains("secret"), "{sentence}");
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
            let sentence = Authorization::new(wrong, 0).unwrap_err().to_string();
            assert!(sentence.starts_with(words) && !sentence.contains("secret"), "{sentence}");
        }
    }

    #[test]
    fn a_header_cannot_be_split() {
        for wrong in ["XBL3.0 x=-;t\r\nX-Evil: 1", "XBL3.0 x=-;t\tt", "XBL3.0 x=-;t\u{7f}", "XBL3.0 x=-;\u{e9}"] {
            let error = Authorization::new(wrong, 0).unwrap_err();
            assert!(matches!(error, HeaderError::NotVisibleAscii(10..)), "{error:?}");
        }
    }

    #[test]
    fn nothing_printed_for_debugging_shows_the_token() {
        let authorization = Authorization::new("XBL3.0 x=-;verysecret", 0).unwrap();
        assert!(!format!("{authorization:?}").contains("verysecret"));
        assert!(!format!("{:?}", authorization.header()).contains("verysecret"));
    }
}

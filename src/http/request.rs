//! A request as it goes on the wire.

use std::fmt;
use std::io::Write;

use http::{HeaderValue, Uri};
use zeroize::Zeroizing;

/// Room for the headers but the token.
const HEADERS_LENGTH: usize = 512;

/// A `POST` of JSON.
pub struct Request<'a> {
    pub uri: &'a Uri,
    pub authorization: Option<&'a HeaderValue>,
    /// Where the token is bound to a key: made anew for each time that it is sent.
    pub signature: Option<&'a HeaderValue>,
    pub body: &'a [u8],
}

impl Request<'_> {
    /// Head and body in one piece, so that they go out in one write.
    pub fn to_bytes(&self, user_agent: &HeaderValue) -> Zeroizing<Vec<u8>> {
        let secrets = [("Authorization", self.authorization), ("Signature", self.signature)];
        let secrets_length: usize = secrets.iter().filter_map(|(_, value)| *value).map(HeaderValue::len).sum();
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let host = self.uri.authority().map_or("", |authority| authority.as_str());
        let length = HEADERS_LENGTH + path.len() + host.len() + user_agent.len() + secrets_length + self.body.len();
        // Large enough from the start: growing would leave an unwiped copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        let out: &mut Vec<u8> = &mut bytes;
        out.extend([b"POST ", path.as_bytes(), b" HTTP/1.1\r\nHost: ", host.as_bytes(), b"\r\n"].concat());
        for (name, value) in secrets {
            if let Some(value) = value {
                header(out, name, value.as_bytes());
            }
        }
        header(out, "x-xbl-contract-version", b"1");
        header(out, "Content-Type", b"application/json; charset=utf-8");
        header(out, "Accept", b"application/json");
        // Bodies are small, and a decompressor is one more thing that an attacker could talk to.
        header(out, "Accept-Encoding", b"identity");
        header(out, "User-Agent", user_agent.as_bytes());
        // Writing to memory does not fail.
        let _ = write!(out, "Content-Length: {}\r\n\r\n", self.body.len());
        out.extend_from_slice(self.body);
        debug_assert!(bytes.len() <= length);
        bytes
    }
}

fn header(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

// What bodies and headers hold does not belong into a log.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("uri", &self.uri).finish_non_exhaustive()
    }
}

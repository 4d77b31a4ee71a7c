//! A request as it goes on the wire.

use std::fmt;
use std::io::Write;

use http::{HeaderValue, Method, Uri};
use zeroize::Zeroizing;

/// Room for the headers but the token.
const HEADERS_LENGTH: usize = 512;

/// A request, with JSON for a body.
pub struct Request<'a> {
    pub method: &'a Method,
    pub uri: &'a Uri,
    pub authorization: Option<&'a HeaderValue>,
    /// Where the token is bound to a key: computed again each time that it is sent.
    pub signature: Option<&'a HeaderValue>,
    pub body: &'a [u8],
    /// How many bytes of the response's body are read.
    pub max_response: usize,
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
        let method = self.method.as_str();
        for part in [method, " ", path, " HTTP/1.1\r\nHost: ", host, "\r\n"] {
            out.extend_from_slice(part.as_bytes());
        }
        for (name, value) in secrets {
            if let Some(value) = value {
                header(out, name, value.as_bytes());
            }
        }
        header(out, "x-xbl-contract-version", b"1");
        if self.has_content() {
            header(out, "Content-Type", b"application/json; charset=utf-8");
        }
        header(out, "Accept", b"application/json");
        // Bodies are small, and a decompressor is one more thing that an attacker could talk to.
        header(out, "Accept-Encoding", b"identity");
        header(out, "User-Agent", user_agent.as_bytes());
        if self.has_content() {
            // Writing to memory does not fail.
            let _ = write!(out, "Content-Length: {}\r\n", self.body.len());
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(self.body);
        debug_assert!(bytes.len() <= length);
        bytes
    }

    /// Whether it says how long its body is: also where an empty one could have been longer (RFC 9110,
    /// section 8.6).
    fn has_content(&self) -> bool {
        !self.body.is_empty() || [Method::POST, Method::PUT].contains(self.method)
    }
}

fn header(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

// What paths, bodies and headers hold does not belong into a log.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", self.method).field("host", &self.uri.host()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(method: &Method, body: &[u8]) -> String {
        let uri = Uri::from_static("https://service.invalid/titles/7/users/9/activities");
        let request = Request { method, uri: &uri, authorization: None, signature: None, body, max_response: 0 };
        String::from_utf8(request.to_bytes(&HeaderValue::from_static("test")).to_vec()).unwrap()
    }

    #[test]
    fn a_request_begins_with_its_method_and_says_how_long_its_body_is() {
        for (method, body, length) in [
            (Method::POST, "{}", Some(2)),
            (Method::PUT, "{}", Some(2)),
            (Method::DELETE, "{}", Some(2)),
            (Method::POST, "", Some(0)),
            (Method::PUT, "", Some(0)),
            (Method::DELETE, "", None),
            (Method::GET, "", None),
        ] {
            let text = text(&method, body.as_bytes());
            let first = format!("{method} /titles/7/users/9/activities HTTP/1.1\r\nHost: service.invalid\r\n");
            assert!(text.starts_with(&first), "{text}");
            let length = length.map(|length| format!("\r\nContent-Length: {length}\r\n"));
            assert_eq!(text.contains("Content-"), length.is_some(), "{text}");
            assert!(length.is_none_or(|length| text.contains(&length)), "{text}");
            assert!(text.ends_with(&format!("\r\n\r\n{body}")), "{text}");
        }
    }

    #[test]
    fn what_is_printed_does_not_show_the_path() {
        let uri = Uri::from_static("https://service.invalid/titles/7/users/2533274790395904/activities");
        let request = Request {
            method: &Method::PUT,
            uri: &uri,
            authorization: None,
            signature: None,
            body: b"",
            max_response: 0,
        };
        assert!(!format!("{request:?}").contains("2533274790395904"));
    }
}

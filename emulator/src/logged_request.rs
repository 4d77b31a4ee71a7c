//! One request, as it arrived.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::call::parse_authorization;
use crate::service::ServiceKind;

/// A request that the emulator received, and the status it answered with.
#[derive(Clone)]
pub struct LoggedRequest {
    /// The title it is for; 0 where its path names no valid title.
    pub title_id: u32,
    /// Counts the requests of a title, from 1, in the order in which they were answered.
    pub index: u64,
    /// Counts the requests of all titles, likewise.
    pub sequence_number: u64,
    /// Milliseconds from the start of the emulator to the arrival of the request's head.
    pub at_ms: u64,
    /// Microseconds from there to its response, delays of faults before that included.
    pub duration_us: u64,
    /// The number of the TCP connection it came on. They count from 1 for each emulator.
    pub connection: u64,
    /// The service that it came to. Those for tokens are about no title, whatever their path.
    pub service: ServiceKind,
    pub method: String,
    /// Path and query as they were sent.
    pub path: String,
    /// In the order of their arrival, names in lower case. `Authorization` is not masked.
    pub headers: Vec<(String, String)>,
    /// Byte for byte. Empty where the body was too long or did not arrive in full.
    pub body: Vec<u8>,
    /// The status of its response, whether or not a fault kept it from the client; 0 where a fault
    /// was injected before there was one.
    pub status: u16,
    /// The body of that response, if it has at most 64 KiB.
    pub response: Vec<u8>,
    /// The `X-XblCorrelationId` it was answered with.
    pub correlation_id: String,
    /// Whether the service carried the request out, whatever response the client got.
    pub acted: bool,
    /// The name of the fault that was injected, such as `reset_after_acting`; `throttle` for a
    /// throttled call.
    pub fault: Option<String>,
}

impl LoggedRequest {
    /// The value of a header, by its name in any case. Where it came more than once, the first.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON; `null` where it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// About how much memory it takes.
    pub(crate) fn size(&self) -> usize {
        let of_headers: usize = self.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        size_of::<Self>() + self.path.len() + of_headers + self.body.len() + self.response.len()
    }

    /// Whose token it came with: a user's hash, or `-` for a service.
    fn caller(&self) -> Option<&str> {
        self.header("authorization").and_then(parse_authorization).map(|authorization| authorization.holder)
    }

    fn bodies_hold_tokens(&self) -> bool {
        self.service != ServiceKind::Service
    }

    fn write<M: SerializeMap>(&self, map: &mut M, secrets: Secrets) -> Result<(), M::Error> {
        map.serialize_entry("index", &self.index)?;
        map.serialize_entry("at_ms", &self.at_ms)?;
        map.serialize_entry("duration_us", &self.duration_us)?;
        map.serialize_entry("connection", &self.connection)?;
        map.serialize_entry("part", &self.service)?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry("path", &self.path)?;
        map.serialize_entry("headers", &self.headers_by_name(secrets))?;
        let hidden = secrets == Secrets::Masked && self.bodies_hold_tokens();
        write_body(map, ["body", "body_text"], &self.body, hidden)?;
        map.serialize_entry("status", &self.status)?;
        write_body(map, ["response", "response_text"], &self.response, hidden)?;
        map.serialize_entry("correlation_id", &self.correlation_id)?;
        map.serialize_entry("acted", &self.acted)?;
        map.serialize_entry("fault", &self.fault)
    }
}

/// The names under which it is shown. The two texts are there only for what is not JSON.
pub(crate) const FIELDS: [&str; 16] = [
    "index",
    "at_ms",
    "duration_us",
    "connection",
    "part",
    "method",
    "path",
    "headers",
    "body",
    "body_text",
    "status",
    "response",
    "response_text",
    "correlation_id",
    "acted",
    "fault",
];

/// Whether tokens, signatures and the bodies of requests for tokens are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrets {
    Shown,
    Masked,
}

const MASK: &str = "***";

/// Headers whose values are secrets.
const SECRET_HEADERS: [&str; 4] = ["authorization", "proxy-authorization", "signature", "cookie"];

/// Of a token, whose it is stays: the caller is no secret.
fn mask(value: &str) -> Cow<'static, str> {
    match parse_authorization(value) {
        Some(authorization) => format!("XBL3.0 x={};{MASK}", authorization.holder).into(),
        None => MASK.into(),
    }
}

/// As it was written, if it is JSON that any reader can take; else as text, if there is any.
fn write_body<M: SerializeMap>(map: &mut M, names: [&str; 2], body: &[u8], hidden: bool) -> Result<(), M::Error> {
    let [name, text_name] = names;
    let json = if hidden { None } else { raw_json(body) };
    map.serialize_entry(name, &json)?;
    if json.is_some() || body.is_empty() {
        return Ok(());
    }
    let text = if hidden { MASK.into() } else { String::from_utf8_lossy(body) };
    map.serialize_entry(text_name, &text)
}

fn raw_json(body: &[u8]) -> Option<&RawValue> {
    // A raw value may hold what is not a value: numbers out of range, broken escapes, too deep.
    serde_json::from_slice::<Value>(body).ok()?;
    serde_json::from_slice(body).ok()
}

/// Failed assertions print this where others read along, so the tokens stay out: the headers, and
/// the body of a request that has one there.
impl fmt::Debug for LoggedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoggedRequest")
            .field("index", &self.index)
            .field("at_ms", &self.at_ms)
            .field("connection", &self.connection)
            .field("service", &self.service)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("body", &self.body_without_tokens())
            .field("status", &self.status)
            .field("correlation_id", &self.correlation_id)
            .field("acted", &self.acted)
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}

/// The shape in which the control interface shows it.
impl Serialize for LoggedRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write(&mut map, Secrets::Shown)?;
        map.end()
    }
}

/// The shape in which the page gets it: with its place among all titles' and the caller, without secrets.
pub(crate) struct Masked<'a>(pub &'a LoggedRequest);

impl Serialize for Masked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("seq", &self.0.sequence_number)?;
        map.serialize_entry("title_id", &self.0.title_id)?;
        map.serialize_entry("caller", &self.0.caller())?;
        self.0.write(&mut map, Secrets::Masked)?;
        map.end()
    }
}

impl LoggedRequest {
    fn body_without_tokens(&self) -> Cow<'_, str> {
        match self.service {
            ServiceKind::Service | ServiceKind::SignIn => String::from_utf8_lossy(&self.body),
            ServiceKind::Token => format!("{} bytes", self.body.len()).into(),
        }
    }

    /// Values of a name that came more than once are joined, as HTTP allows.
    fn headers_by_name(&self, secrets: Secrets) -> BTreeMap<&str, String> {
        let mut by_name = BTreeMap::<&str, String>::new();
        for (name, value) in &self.headers {
            let value = match secrets {
                Secrets::Masked if SECRET_HEADERS.contains(&name.as_str()) => mask(value),
                _ => Cow::Borrowed(value.as_str()),
            };
            by_name
                .entry(name)
                .and_modify(|values| {
                    values.push_str(", ");
                    values.push_str(&value);
                })
                .or_insert_with(|| value.clone().into_owned());
        }
        by_name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn received(body: &[u8]) -> LoggedRequest {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        LoggedRequest {
            title_id: 7,
            index: 3,
            sequence_number: 9,
            at_ms: 12,
            duration_us: 345,
            connection: 2,
            service: ServiceKind::Service,
            method: "POST".to_owned(),
            path: "/titles/7/invites".to_owned(),
            headers: vec![header("authorization", "XBL3.0 x=-;secret"), header("accept", "a"), header("accept", "b")],
            body: body.to_vec(),
            status: 204,
            response: Vec::new(),
            correlation_id: "c".to_owned(),
            acted: true,
            fault: Some("delay".to_owned()),
        }
    }

    #[test]
    fn is_shown_with_every_fact() {
        let shown = serde_json::to_value(received(br#"{"id":"1"}"#)).unwrap();
        let expected = json!({
            "index": 3, "at_ms": 12, "duration_us": 345, "connection": 2, "part": "service",
            "method": "POST", "path": "/titles/7/invites",
            "headers": {"authorization": "XBL3.0 x=-;secret", "accept": "a, b"},
            "body": {"id": "1"}, "status": 204, "response": null, "correlation_id": "c",
            "acted": true, "fault": "delay",
        });
        assert_eq!(shown, expected);
        let with_texts = LoggedRequest { response: b"no".to_vec(), ..received(b"no") };
        let shown = serde_json::to_value(with_texts).unwrap();
        let mut fields = FIELDS;
        fields.sort_unstable();
        assert!(shown.as_object().unwrap().keys().eq(fields), "{shown}");
    }

    #[test]
    fn the_page_gets_no_secret() {
        let shown = serde_json::to_value(Masked(&received(br#"{"id":"1"}"#))).unwrap();
        assert_eq!((&shown["seq"], &shown["title_id"], &shown["caller"]), (&json!(9), &json!(7), &json!("-")));
        assert_eq!(shown["headers"], json!({"authorization": "XBL3.0 x=-;***", "accept": "a, b"}));
        assert_eq!(shown["body"], json!({"id": "1"}));
        for service in [ServiceKind::SignIn, ServiceKind::Token] {
            let response = br#"{"Token":"secret"}"#.to_vec();
            let for_token = LoggedRequest { service, response, ..received(br#"{"ServiceToken":"secret"}"#) };
            let shown = serde_json::to_value(Masked(&for_token)).unwrap();
            assert_eq!((&shown["body"], &shown["body_text"]), (&Value::Null, &json!("***")));
            assert_eq!((&shown["response"], &shown["response_text"]), (&Value::Null, &json!("***")));
            assert!(!shown.to_string().contains("secret"), "{shown}");
        }
    }

    #[test]
    fn json_is_shown_as_it_was_written() {
        let body = r#"{"z": 1.0, "a": 123456789012345678901234567890, "z": 2}"#;
        let shown = serde_json::to_string(&received(body.as_bytes())).unwrap();
        assert!(shown.contains(body), "{shown}");
    }

    #[test]
    fn what_is_not_json_is_shown_as_text() {
        for text in ["no", "{", "1e999", r#""\ud800""#] {
            let shown = serde_json::to_value(received(text.as_bytes())).unwrap();
            assert_eq!((&shown["body"], &shown["body_text"]), (&Value::Null, &json!(text)));
        }
        let shown = serde_json::to_value(received(b"\xff")).unwrap();
        assert_eq!(shown["body_text"], json!("\u{fffd}"));
        let shown = serde_json::to_value(received(b"")).unwrap();
        assert_eq!((&shown["body"], shown.get("body_text")), (&Value::Null, None));
    }

    #[test]
    fn a_header_is_found_by_its_name_in_any_case() {
        let received = received(b"");
        assert_eq!(received.header("Authorization"), Some("XBL3.0 x=-;secret"));
        assert_eq!(received.header("accept"), Some("a"));
        assert_eq!(received.header("signature"), None);
    }

    #[test]
    fn debug_output_holds_no_token() {
        let debug = format!("{:?}", received(b"{}"));
        assert!(!debug.contains("secret") && debug.contains("/titles/7/invites"), "{debug}");
        let for_token = LoggedRequest { service: ServiceKind::Token, ..received(br#"{"ServiceToken":"secret"}"#) };
        let debug = format!("{for_token:?}");
        assert!(!debug.contains("secret") && debug.contains("Token"), "{debug}");
    }
}

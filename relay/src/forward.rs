//! A request of a server as a call of the library. Its body is passed on as it came; of what is in it, only as much is
//! read as pacing and gathering take.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use mpa::api::{Array, Call, Endpoint};
use mpa::http::Response;
use mpa::outcome::Result;
use mpa::redactor::Redactor;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::routes::ServiceRoute;
use crate::sync::lock;

/// What is wrong with a request's body. Displayed, it is a sentence for the server's log.
#[derive(Debug, PartialEq, Eq)]
pub enum InvalidBody {
    NotJson,
    NotObject,
    NoArray(&'static str),
    Count {
        array: &'static str,
        count: usize,
        most: usize,
    },
    Item {
        array: &'static str,
        index: usize,
    },
    /// The endpoint takes none.
    Unexpected,
}

/// A request of a server.
pub struct ForwardedCall {
    route: ServiceRoute,
    body: Vec<u8>,
    /// Those of the endpoint's array; empty where it has none.
    items: Vec<Box<RawValue>>,
    said: Arc<Mutex<Said>>,
}

/// What the service responded last.
#[derive(Clone, Default)]
pub struct Said {
    pub status: u16,
    pub body: Vec<u8>,
    pub www_authenticate: Option<String>,
}

impl ForwardedCall {
    pub fn new(route: ServiceRoute, body: Vec<u8>) -> std::result::Result<Self, InvalidBody> {
        let items = items(route.endpoint, &body)?;
        Ok(ForwardedCall { route, body, items, said: Arc::default() })
    }

    /// What the service will have responded last.
    pub fn said(&self) -> Arc<Mutex<Said>> {
        self.said.clone()
    }

    fn set_said(&self, said: Said) {
        *lock(&self.said) = said;
    }
}

/// Reads the items of the endpoint's array.
fn items(endpoint: &'static Endpoint, body: &[u8]) -> std::result::Result<Vec<Box<RawValue>>, InvalidBody> {
    if endpoint.method == http::Method::GET {
        return if body.is_empty() { Ok(Vec::new()) } else { Err(InvalidBody::Unexpected) };
    }
    if body.trim_ascii_start().first() != Some(&b'{') {
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
        return Err(if is_json { InvalidBody::NotObject } else { InvalidBody::NotJson });
    }
    let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(body).map_err(|_| InvalidBody::NotJson)?;
    let Some(array) = endpoint.items_array else { return Ok(Vec::new()) };
    let items: Vec<Box<RawValue>> = members
        .get(array)
        .and_then(|value| serde_json::from_str(value.get()).ok())
        .ok_or(InvalidBody::NoArray(array))?;
    let most = endpoint.items_per_request;
    if !(1..=most).contains(&items.len()) {
        return Err(InvalidBody::Count { array, count: items.len(), most });
    }
    // Users are text, all other items objects.
    match items.iter().position(|item| !item.get().starts_with(['{', '"'])) {
        Some(index) => Err(InvalidBody::Item { array, index }),
        None => Ok(items),
    }
}

impl Call for ForwardedCall {
    fn endpoint(&self) -> &'static Endpoint {
        self.route.endpoint
    }

    fn count(&self) -> usize {
        self.items.len().max(1)
    }

    fn body(&self, _: Range<usize>) -> Result<Vec<u8>> {
        // It is never more than one request.
        Ok(self.body.clone())
    }

    fn path_argument(&self, name: &str) -> Option<u64> {
        (name == "xuid" && self.route.xuid != 0).then_some(self.route.xuid)
    }

    fn bytes(&self) -> usize {
        2 * self.body.len() + size_of_val(&self.items[..])
    }

    fn add_secrets(&self, _: Range<usize>, redactor: &mut Redactor) {
        if self.route.xuid != 0 {
            redactor.add_xuids([self.route.xuid]);
        }
        if let Ok(value) = serde_json::from_slice(&self.body) {
            add_texts(&value, redactor);
        }
    }

    fn write_items(&self, items: Range<usize>, array: &mut Array) -> Result<()> {
        let items = self.items.get(items).unwrap_or_default();
        array.reserve(items.iter().map(|item| item.get().len() + 1).sum());
        items.iter().for_each(|item| array.push_json(item.get()));
        Ok(())
    }

    fn take_payload(&self, _: Range<usize>, status: u16, body: &[u8]) -> std::result::Result<(), &'static str> {
        self.set_said(Said { status, body: body.to_vec(), www_authenticate: None });
        Ok(())
    }

    fn see_refusal(&self, response: &Response) {
        self.set_said(Said {
            status: response.status,
            body: response.body.to_vec(),
            www_authenticate: response.header("WWW-Authenticate").map(str::to_owned),
        });
    }
}

/// What is shorter is in many texts by chance, such as correlation ids.
const SHORTEST_SECRET: usize = 6;

/// Every text of a request may be an identifier, or the connection string.
fn add_texts(value: &Value, redactor: &mut Redactor) {
    let mut add = |text: &str| {
        if text.len() >= SHORTEST_SECRET {
            redactor.add_text(text);
        }
    };
    match value {
        Value::String(text) => add(text),
        Value::Number(number) => add(&number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| add_texts(item, redactor)),
        Value::Object(members) => members.values().for_each(|member| add_texts(member, redactor)),
        Value::Null | Value::Bool(_) => {}
    }
}

impl fmt::Debug for ForwardedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwardedCall").field("endpoint", &self.route.endpoint.name).finish_non_exhaustive()
    }
}

impl fmt::Display for InvalidBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidBody::NotJson => f.write_str("The body is not JSON."),
            InvalidBody::NotObject => f.write_str("The body is not a JSON object."),
            InvalidBody::NoArray(array) => write!(f, "{array} is missing or not an array."),
            InvalidBody::Count { array, count, most } => {
                write!(f, "{array} has {count} items; 1 to {most} are allowed.")
            }
            InvalidBody::Item { array, index } => write!(f, "{array}[{index}] is neither an object nor a string."),
            InvalidBody::Unexpected => f.write_str("The request has a body, which it must not have."),
        }
    }
}

#[cfg(test)]
mod tests {
    use mpa::api::{
        DELETE_ACTIVITY, GET_ACTIVITIES, POST_RECENT_PLAYER_GROUPS, SEND_SERVER_INVITE, SET_ACTIVITY, array_body,
    };
    use mpa::redactor::ServiceText;

    use super::*;

    fn call(endpoint: &'static Endpoint, body: &str) -> std::result::Result<ForwardedCall, InvalidBody> {
        ForwardedCall::new(ServiceRoute { endpoint, title_id: 7, xuid: 9 }, body.as_bytes().to_vec())
    }

    #[test]
    fn a_body_is_passed_on_as_it_came() {
        let body = "{ \"sender\" : \"1\",\r\n\"invitedUsers\":[\"2\", \"3\"], \"unknown\": {\"a\": 1.50}}";
        let call = call(&SEND_SERVER_INVITE, body).unwrap();
        assert_eq!((call.count(), call.body(0..2).unwrap()), (2, body.as_bytes().to_vec()));
        assert_eq!((call.path_argument("xuid"), call.path_argument("other")), (Some(9), None));
    }

    #[test]
    fn items_are_passed_on_as_they_came() {
        let call = call(&POST_RECENT_PLAYER_GROUPS, "{\"recentPlayerGroups\":[{\"x\": 1e2 },{\"y\":\"\\u0041\"}]}");
        let call = call.unwrap();
        let gathered = |items| array_body("g", |array| call.write_items(items, array)).unwrap();
        assert_eq!(gathered(0..2), b"{\"g\":[{\"x\": 1e2 },{\"y\":\"\\u0041\"}]}");
        assert_eq!(gathered(1..2), b"{\"g\":[{\"y\":\"\\u0041\"}]}");
    }

    #[test]
    fn what_the_service_would_refuse_is_not_sent() {
        let array = "recentPlayerGroups";
        let full = format!("{{\"{array}\":[{}]}}", vec!["{}"; 20].join(","));
        let too_many = format!("{{\"{array}\":[{}]}}", vec!["{}"; 21].join(","));
        for (body, problem) in [
            (full.as_str(), None),
            (" \n{\"recentPlayerGroups\":[{}]} ", None),
            (too_many.as_str(), Some(InvalidBody::Count { array, count: 21, most: 20 })),
            ("{\"recentPlayerGroups\":[]}", Some(InvalidBody::Count { array, count: 0, most: 20 })),
            ("{\"recentPlayerGroups\":[{},7]}", Some(InvalidBody::Item { array, index: 1 })),
            ("{\"recentPlayerGroups\":{}}", Some(InvalidBody::NoArray(array))),
            ("{}", Some(InvalidBody::NoArray(array))),
            ("[]", Some(InvalidBody::NotObject)),
            ("", Some(InvalidBody::NotJson)),
            ("{\"recentPlayerGroups\":[{}]", Some(InvalidBody::NotJson)),
            ("{\"recentPlayerGroups\":[{}]}x", Some(InvalidBody::NotJson)),
        ] {
            assert_eq!(call(&POST_RECENT_PLAYER_GROUPS, body).err(), problem, "{body}");
        }
        assert_eq!(call(&SET_ACTIVITY, "{}").err(), None);
        assert_eq!(call(&DELETE_ACTIVITY, "{\"sequenceNumber\":\"1\"}").unwrap().count(), 1);
        assert_eq!(call(&GET_ACTIVITIES, "").err(), None);
        assert_eq!(call(&GET_ACTIVITIES, "{}").err(), Some(InvalidBody::Unexpected));
    }

    #[test]
    fn what_a_request_holds_is_not_shown() {
        let body = b"{\"invitedUsers\":[\"2533274790395904\"],\"sender\":\"0\",\"x\":[2,\"af\"]}".to_vec();
        let route = ServiceRoute { endpoint: &SEND_SERVER_INVITE, title_id: 7, xuid: 0 };
        let call = ForwardedCall::new(route, body).unwrap();
        assert_eq!(format!("{call:?}"), "ForwardedCall { endpoint: \"Send Server Invite\", .. }");
        let mut redactor = Redactor::default();
        call.add_secrets(0..1, &mut redactor);
        let shown = |text: &str| redactor.redact(&ServiceText::new(text));
        assert!(!shown("no user 2533274790395904").contains("2533274790395904"));
        assert_eq!(shown("92caced2-baa9-4669-91eb-35e5af2bc0a2"), "92caced2-baa9-4669-91eb-35e5af2bc0a2");
    }
}

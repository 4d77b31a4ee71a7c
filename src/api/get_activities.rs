//! Get Activity: what one user plays.
//!
//! `GET /titles/{titleId}/users/{xuid}/activities`, with a user's token or a service's.

use std::ops::Range;

use http::Method;

use super::activity_records::{ActivityRecord, Found, read_of_user};
use super::invalid::{self, InvalidCall};
use super::{Call, Caller, ConfiguredLimit, Endpoint, Lane};
use crate::outcome::Result;
use crate::redactor::Redactor;

pub static GET_ACTIVITIES: Endpoint = Endpoint {
    name: "Get Activity",
    method: Method::GET,
    path: "/titles/{titleId}/users/{xuid}/activities",
    lane: Lane::ActivityQueries,
    items: "users",
    items_per_request: 1,
    items_array: None,
    is_gathered: false,
    // It changes nothing.
    is_idempotent: true,
    // 204: the user has none.
    success: &[200, 204],
    max_response_bytes: super::MAX_ACTIVITIES_RESPONSE,
    caller: Caller::Both,
    configured_limit: Some(ConfiguredLimit::ActivityReads),
};

/// A question about a user, and what came of it.
#[derive(Debug)]
pub struct GetActivities {
    xuid: u64,
    found: Found,
}

impl GetActivities {
    pub fn new(xuid: u64) -> invalid::Result<Self> {
        if xuid == 0 {
            return Err(InvalidCall::Xuid);
        }
        Ok(Self { xuid, found: Found::default() })
    }
}

impl Call for GetActivities {
    fn endpoint(&self) -> &'static Endpoint {
        &GET_ACTIVITIES
    }

    fn count(&self) -> usize {
        1
    }

    fn body(&self, _: Range<usize>) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn path_argument(&self, name: &str) -> Option<u64> {
        (name == "xuid").then_some(self.xuid)
    }

    fn bytes(&self) -> usize {
        0
    }

    fn add_secrets(&self, _: Range<usize>, redactor: &mut Redactor) {
        redactor.add_xuids([self.xuid]);
    }

    fn take_payload(&self, _: Range<usize>, http_status: u16, body: &[u8]) -> std::result::Result<(), &'static str> {
        self.found.add(if http_status == 204 { Vec::new() } else { read_of_user(self.xuid, body)? })
    }

    fn take_found(&self) -> Vec<ActivityRecord> {
        self.found.take()
    }
}

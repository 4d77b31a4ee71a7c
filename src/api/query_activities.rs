//! Query Activities: what many users play.
//!
//! `POST /titles/{titleId}/activities/query`, with a user's token or a service's.

use std::ops::Range;

use http::Method;
use serde::Serialize;

use super::activity_records::{ActivityRecord, Found, read_query};
use super::body::json_body;
use super::invalid::{self, InvalidCall};
use super::xuid::{self, Xuids};
use super::{Call, Caller, ConfiguredLimit, Endpoint, Lane, MAX_ITEMS_PER_CALL};
use crate::outcome::Result;
use crate::redactor::Redactor;

pub static QUERY_ACTIVITIES: Endpoint = Endpoint {
    name: "Query Activities",
    method: Method::POST,
    path: "/titles/{titleId}/activities/query",
    lane: Lane::ActivityQueries,
    items: "users",
    items_per_request: MAX_QUERIED_USERS_PER_REQUEST,
    items_array: Some("users"),
    is_gathered: false,
    // It changes nothing.
    is_idempotent: true,
    success: &[200, 204],
    max_response_bytes: super::MAX_ACTIVITIES_RESPONSE,
    caller: Caller::Both,
    configured_limit: Some(ConfiguredLimit::ActivityReads),
};

pub const MAX_QUERIED_USERS_PER_REQUEST: usize = 30;

/// A question about users, and what came of it.
#[derive(Debug)]
pub struct QueryActivities {
    users: Vec<u64>,
    found: Found,
}

impl QueryActivities {
    pub fn new(users: Vec<u64>) -> invalid::Result<Self> {
        Self::check_count(users.len())?;
        xuid::check(&users).map_err(InvalidCall::QueriedUser)?;
        Ok(Self { users, found: Found::default() })
    }

    pub fn check_count(count: usize) -> invalid::Result<()> {
        if (1..=MAX_ITEMS_PER_CALL).contains(&count) {
            return Ok(());
        }
        Err(InvalidCall::QueriedUserCount(count))
    }
}

impl Call for QueryActivities {
    fn endpoint(&self) -> &'static Endpoint {
        &QUERY_ACTIVITIES
    }

    fn count(&self) -> usize {
        self.users.len()
    }

    fn body(&self, users: Range<usize>) -> Result<Vec<u8>> {
        #[derive(Serialize)]
        struct Body<'a> {
            users: Xuids<'a>,
        }
        let body = Body { users: Xuids(&self.users[users]) };
        json_body(&body, 16 + 23 * body.users.0.len())
    }

    fn bytes(&self) -> usize {
        size_of_val(&self.users[..])
    }

    fn add_secrets(&self, users: Range<usize>, redactor: &mut Redactor) {
        redactor.add_xuids(self.users[users].iter().copied());
    }

    fn take_payload(&self, _: Range<usize>, http_status: u16, body: &[u8]) -> std::result::Result<(), &'static str> {
        self.found.add(if http_status == 204 { Vec::new() } else { read_query(body)? })
    }

    fn take_found(&self) -> Vec<ActivityRecord> {
        self.found.take()
    }
}

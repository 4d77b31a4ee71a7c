//! Delete Activity: a user does not play any more.
//!
//! `DELETE /titles/{titleId}/users/{xuid}/activities`, with a body, and with the user's token or a service's.

use std::ops::Range;

use http::Method;
use serde::Serialize;

use super::activity::SequenceNumber;
use super::body::json_body;
use super::invalid::{self, InvalidCall};
use super::{Call, Caller, ConfiguredLimit, Endpoint, Lane};
use crate::http::MAX_SHORT_RESPONSE;
use crate::outcome::Result;
use crate::redactor::Redactor;

pub static DELETE_ACTIVITY: Endpoint = Endpoint {
    name: "Delete Activity",
    method: Method::DELETE,
    path: "/titles/{titleId}/users/{xuid}/activities",
    lane: Lane::Activities,
    items: "activities",
    items_per_request: 1,
    items_array: None,
    is_gathered: false,
    // Deleted twice is deleted, and a newer activity has a higher sequence number.
    is_idempotent: true,
    success: &[204],
    max_response_bytes: MAX_SHORT_RESPONSE,
    caller: Caller::Both,
    configured_limit: Some(ConfiguredLimit::ActivityWrites),
};

/// The end of a user's activity.
#[derive(Debug)]
pub struct DeleteActivity {
    xuid: u64,
    sequence_number: SequenceNumber,
}

impl DeleteActivity {
    pub fn new(xuid: u64, sequence_number: SequenceNumber) -> invalid::Result<Self> {
        if xuid == 0 {
            return Err(InvalidCall::Xuid);
        }
        Ok(Self { xuid, sequence_number })
    }
}

impl Call for DeleteActivity {
    fn endpoint(&self) -> &'static Endpoint {
        &DELETE_ACTIVITY
    }

    fn count(&self) -> usize {
        1
    }

    fn body(&self, _: Range<usize>) -> Result<Vec<u8>> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            sequence_number: SequenceNumber,
        }
        json_body(&Body { sequence_number: self.sequence_number }, 64)
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
}

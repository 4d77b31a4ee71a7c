//! Set Activity: what a user plays, how others join, and who may.
//!
//! `PUT /titles/{titleId}/users/{xuid}/activities`, with the user's token or a service's.

use std::ops::Range;

use http::Method;
use serde::Serialize;

use super::activity::{JoinRestriction, MAX_ACTIVITY_PLAYERS, MAX_GROUP_ID_UTF16, SequenceNumber};
use super::body::json_body;
use super::invalid::{self, InvalidCall};
use super::{Call, Caller, ConfiguredLimit, Endpoint, Lane, MAX_CONNECTION_STRING_UTF16, Platform};
use crate::http::MAX_SHORT_RESPONSE;
use crate::outcome::Result;
use crate::redactor::Redactor;

pub static SET_ACTIVITY: Endpoint = Endpoint {
    name: "Set Activity",
    method: Method::PUT,
    path: "/titles/{titleId}/users/{xuid}/activities",
    lane: Lane::Activities,
    items: "activities",
    items_per_request: 1,
    items_array: None,
    is_gathered: false,
    // The same activity with the same sequence number: the service has it, or takes it.
    is_idempotent: true,
    success: &[204],
    max_response_bytes: MAX_SHORT_RESPONSE,
    caller: Caller::Both,
    configured_limit: Some(ConfiguredLimit::ActivityWrites),
};

/// The activity of a user.
#[derive(Debug)]
pub struct SetActivity {
    pub xuid: u64,
    pub join_restriction: JoinRestriction,
    pub connection_string: String,
    pub group_id: Option<String>,
    /// 0: not said.
    pub max_players: u32,
    /// 0: not said.
    pub current_players: u32,
    pub platform: Option<Platform>,
    pub sequence_number: SequenceNumber,
}

impl SetActivity {
    pub fn checked(self) -> invalid::Result<Self> {
        let units = |text: &str| text.encode_utf16().count();
        let (string, group) = (units(&self.connection_string), self.group_id.as_deref().map_or(0, units));
        if self.xuid == 0 {
            Err(InvalidCall::Xuid)
        } else if string > MAX_CONNECTION_STRING_UTF16 {
            Err(InvalidCall::ConnectionString(string))
        } else if group > MAX_GROUP_ID_UTF16 {
            Err(InvalidCall::GroupId(group))
        } else if self.max_players > MAX_ACTIVITY_PLAYERS {
            Err(InvalidCall::MaxPlayers(self.max_players))
        } else if self.current_players > MAX_ACTIVITY_PLAYERS {
            Err(InvalidCall::CurrentPlayers(self.current_players))
        } else {
            Ok(self)
        }
    }
}

impl Call for SetActivity {
    fn endpoint(&self) -> &'static Endpoint {
        &SET_ACTIVITY
    }

    fn count(&self) -> usize {
        1
    }

    fn body(&self, _: Range<usize>) -> Result<Vec<u8>> {
        fn is_zero(number: &u32) -> bool {
            *number == 0
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            connection_string: &'a str,
            join_restriction: JoinRestriction,
            sequence_number: SequenceNumber,
            #[serde(skip_serializing_if = "is_zero")]
            current_players: u32,
            #[serde(skip_serializing_if = "is_zero")]
            max_players: u32,
            #[serde(skip_serializing_if = "Option::is_none")]
            group_id: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            platform: Option<Platform>,
        }
        let body = Body {
            connection_string: &self.connection_string,
            join_restriction: self.join_restriction,
            sequence_number: self.sequence_number,
            current_players: self.current_players,
            max_players: self.max_players,
            group_id: self.group_id.as_deref(),
            platform: self.platform,
        };
        json_body(&body, 256 + self.bytes())
    }

    fn path_argument(&self, name: &str) -> Option<u64> {
        (name == "xuid").then_some(self.xuid)
    }

    fn bytes(&self) -> usize {
        self.connection_string.len() + self.group_id.as_ref().map_or(0, String::len)
    }

    fn add_secrets(&self, _: Range<usize>, redactor: &mut Redactor) {
        redactor.add_xuids([self.xuid]);
        redactor.add_text(&self.connection_string);
    }
}

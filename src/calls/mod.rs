//! The endpoints of the service, one file each: fields, limits and JSON of a call. No I/O.

mod answer;
mod batches;
mod invite;
mod recent_players;
mod retry_after;
mod server_invite;
mod xuid;

use std::ops::Range;

pub use answer::{ParsedResponse, ResponseClass, content_encoding, parse_response};
pub use batches::batches;
pub use invite::{Invite, MAX_CONNECTION_STRING_UTF16, MAX_INVITED_USERS_PER_REQUEST, Platform};
pub use recent_players::{
    EncounterType, MAX_GROUPS_PER_REQUEST, MAX_PLAYERS_PER_GROUP, MIN_PLAYERS_PER_GROUP, RecentPlayerGroup,
    RecentPlayerGroups, Timestamp,
};
pub use retry_after::LONGEST_RETRY_AFTER;
pub use server_invite::ServerInvite;

use crate::outcome::Result;
use crate::redactor::Redactor;

/// How many users or groups one call takes. A bound on what a wrong count can make the library
/// read; far above what the service's limits let through.
pub const MAX_ITEMS_PER_CALL: usize = 10_000;

/// Where a call goes, and what is fixed about every call that goes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    /// `POST /titles/{titleId}/invites`
    Invites,
    /// `POST /titles/{titleId}/invites/server`
    ServerInvites,
    /// `POST /titles/{titleId}/recentplayergroups/server`
    RecentPlayerGroups,
}

/// The two kinds of calls, which do not wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Invites,
    RecentPlayers,
}

impl Endpoint {
    pub const ALL: [Endpoint; 3] = [Endpoint::Invites, Endpoint::ServerInvites, Endpoint::RecentPlayerGroups];

    /// Where all of them are, unless the configuration names another place.
    pub const PRODUCTION: &str = "https://multiplayeractivity.xboxlive.com";

    pub fn path(self, title_id: u32) -> String {
        let suffix = match self {
            Endpoint::Invites => "invites",
            Endpoint::ServerInvites => "invites/server",
            Endpoint::RecentPlayerGroups => "recentplayergroups/server",
        };
        format!("/titles/{title_id}/{suffix}")
    }

    pub fn lane(self) -> Lane {
        match self {
            Endpoint::Invites | Endpoint::ServerInvites => Lane::Invites,
            Endpoint::RecentPlayerGroups => Lane::RecentPlayers,
        }
    }

    /// How many users or groups the service takes in one request.
    pub fn batch_limit(self) -> usize {
        match self {
            Endpoint::Invites | Endpoint::ServerInvites => MAX_INVITED_USERS_PER_REQUEST,
            Endpoint::RecentPlayerGroups => MAX_GROUPS_PER_REQUEST,
        }
    }

    /// Whether sending the same request twice does no harm: the service appends or updates recent
    /// players, but an invite that arrives twice may be shown twice.
    pub fn repeatable(self) -> bool {
        self == Endpoint::RecentPlayerGroups
    }

    /// What a call to this endpoint counts, in the plural.
    pub fn items(self) -> &'static str {
        match self {
            Endpoint::Invites | Endpoint::ServerInvites => "invited users",
            Endpoint::RecentPlayerGroups => "groups",
        }
    }
}

/// One call, validated: nothing about it can be refused any more except by the service.
pub trait Call: Send + Sync {
    fn endpoint(&self) -> Endpoint;

    /// How many users or groups it carries; at least one.
    fn count(&self) -> usize;

    /// The request body for some of its users or groups.
    fn body(&self, items: Range<usize>) -> Result<Vec<u8>>;

    /// How much memory it holds beside itself, about.
    fn bytes(&self) -> usize;

    /// What of some of its users or groups must not be repeated in a message or a log.
    fn redactor(&self, items: Range<usize>) -> Redactor;
}

#[cfg(test)]
mod request_tests;

fn json_body(value: &impl serde::Serialize, capacity: usize) -> Result<Vec<u8>> {
    let mut body = Vec::with_capacity(capacity);
    match serde_json::to_writer(&mut body, value) {
        Ok(()) => Ok(body),
        Err(error) => Err(crate::outcome::Outcome::internal(format!(
            "The request could not be written as JSON ({error}); nothing was sent. Please report this."
        ))),
    }
}

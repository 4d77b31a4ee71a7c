//! The endpoints of the service, one file each: fields, limits and JSON of a call. No I/O.

mod activity;
mod activity_records;
mod body;
mod delete_activity;
mod encounter;
mod endpoint;
mod get_activities;
mod invalid;
mod invite;
mod lane;
mod query_activities;
mod recent_player_groups;
mod recent_players;
mod server_invite;
mod server_recent_players;
mod set_activity;
mod xuid;

use std::ops::Range;

pub use activity::{JoinRestriction, MAX_ACTIVITY_PLAYERS, MAX_GROUP_ID_UTF16, SequenceNumber};
pub use activity_records::{ActivityRecord, RecordPlatform};
pub use body::{Array, array_body};
pub use delete_activity::{DELETE_ACTIVITY, DeleteActivity};
pub use encounter::{EncounterType, Timestamp};
pub use endpoint::{Caller, ConfiguredLimit, Endpoint};
pub use get_activities::{GET_ACTIVITIES, GetActivities};
pub use invalid::{InvalidCall, InvalidEncounter, InvalidGroup, InvalidRecentPlayer};
pub use invite::{
    Invitation, Invite, MAX_CONNECTION_STRING_UTF16, MAX_INVITED_USERS_PER_REQUEST, Platform, SEND_INVITE,
};
pub use lane::{ByLane, Lane};
pub use query_activities::{MAX_QUERIED_USERS_PER_REQUEST, QUERY_ACTIVITIES, QueryActivities};
pub use recent_player_groups::{
    MAX_GROUPS_PER_REQUEST, MAX_PLAYERS_PER_GROUP, MIN_PLAYERS_PER_GROUP, POST_RECENT_PLAYER_GROUPS, RecentPlayerGroup,
    RecentPlayerGroups,
};
pub use recent_players::{MAX_RECENT_PLAYERS_PER_REQUEST, POST_RECENT_PLAYERS, RecentPlayer, RecentPlayers};
pub use server_invite::{SEND_SERVER_INVITE, ServerInvite};
pub use server_recent_players::{
    MAX_RECENT_PLAYERS_PER_USER, MAX_USERS_PER_REQUEST, POST_SERVER_RECENT_PLAYERS, ServerRecentPlayers,
    UserRecentPlayers,
};
pub use set_activity::{SET_ACTIVITY, SetActivity};

use crate::http::Response;
use crate::outcome::{Outcome, Result};
use crate::redactor::Redactor;

/// How many users or groups one call takes. A bound on what a wrong count can make the library
/// read; far above what the service's limits let through.
pub const MAX_ITEMS_PER_CALL: usize = 10_000;

/// Every endpoint that the library calls.
pub static ENDPOINTS: &[&Endpoint] = &[
    &SEND_INVITE,
    &SEND_SERVER_INVITE,
    &POST_RECENT_PLAYER_GROUPS,
    &POST_RECENT_PLAYERS,
    &POST_SERVER_RECENT_PLAYERS,
    &SET_ACTIVITY,
    &DELETE_ACTIVITY,
    &GET_ACTIVITIES,
    &QUERY_ACTIVITIES,
];

/// How much of a response is read that lists activities: thousands with the longest connection strings.
const MAX_ACTIVITIES_RESPONSE: usize = 4 * 1024 * 1024;

/// One call, validated: nothing about it can be refused any more except by the service.
pub trait Call: Send + Sync {
    fn endpoint(&self) -> &'static Endpoint;

    /// How many users or groups it carries; at least one.
    fn count(&self) -> usize;

    /// The request body for some of its users or groups.
    fn body(&self, items: Range<usize>) -> Result<Vec<u8>>;

    /// The value of a parameter of the endpoint's path other than the title's. Must be known for each that
    /// the path has.
    fn path_argument(&self, _name: &str) -> Option<u64> {
        None
    }

    /// How much memory it holds beside itself, about.
    fn bytes(&self) -> usize;

    /// Adds what of some of its users or groups must not be repeated in a message or a log.
    fn add_secrets(&self, items: Range<usize>, redactor: &mut Redactor);

    /// Appends some of its users or groups to an array that takes those of several calls: where the endpoint
    /// `is_gathered`.
    fn write_items(&self, _items: Range<usize>, _array: &mut Array) -> Result<()> {
        Err(Outcome::internal("These calls do not go out in one request; nothing was sent. Please report this."))
    }

    /// Takes what a response carries that acknowledges a request with these items; an error says what is wrong
    /// with it, and then the response does not count as an acknowledgement. The call keeps what it takes.
    fn take_payload(
        &self,
        _items: Range<usize>,
        _http_status: u16,
        _body: &[u8],
    ) -> std::result::Result<(), &'static str> {
        Ok(())
    }

    /// Sees each response that does not acknowledge a request, for calls that pass it on. One to a request with
    /// several calls is none of theirs: it may name what another of them carries.
    fn see_refusal(&self, _response: &Response) {}

    /// What `take_payload` has kept, for calls that ask for activities.
    fn take_found(&self) -> Vec<ActivityRecord> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests;

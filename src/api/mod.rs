//! The endpoints of the service, one file each: fields, limits and JSON of a call. No I/O.

mod body;
mod endpoint;
mod invalid;
mod invite;
mod lane;
mod recent_players;
mod server_invite;
mod xuid;

use std::ops::Range;

pub use body::{Array, array_body};
pub use endpoint::{Caller, ConfiguredLimit, Endpoint};
pub use invalid::{InvalidCall, InvalidGroup};
pub use invite::{
    Invitation, Invite, MAX_CONNECTION_STRING_UTF16, MAX_INVITED_USERS_PER_REQUEST, Platform, SEND_INVITE,
};
pub use lane::{ByLane, Lane};
pub use recent_players::{
    EncounterType, MAX_GROUPS_PER_REQUEST, MAX_PLAYERS_PER_GROUP, MIN_PLAYERS_PER_GROUP, POST_RECENT_PLAYER_GROUPS,
    RecentPlayerGroup, RecentPlayerGroups, Timestamp,
};
pub use server_invite::{SEND_SERVER_INVITE, ServerInvite};

use crate::outcome::{Outcome, Result};
use crate::redactor::Redactor;

/// How many users or groups one call takes. A bound on what a wrong count can make the library
/// read; far above what the service's limits let through.
pub const MAX_ITEMS_PER_CALL: usize = 10_000;

/// Every endpoint that the library calls.
pub static ENDPOINTS: &[&Endpoint] = &[&SEND_INVITE, &SEND_SERVER_INVITE, &POST_RECENT_PLAYER_GROUPS];

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
    /// has `gathered_in`.
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
}

#[cfg(test)]
mod tests;

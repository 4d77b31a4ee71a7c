//! Post Recent Players: whom a user met.
//!
//! `POST /titles/{titleId}/recentplayers`, with that user's token.

use std::ops::Range;

use http::Method;
use serde::Serialize;

use super::body::{Array, array_body};
use super::encounter::{EncounterType, NETWORK, Timestamp};
use super::invalid::{self, InvalidCall, InvalidRecentPlayer};
use super::xuid::Xuid;
use super::{Call, Caller, ConfiguredLimit, Endpoint, Lane, MAX_ITEMS_PER_CALL};
use crate::http::MAX_SHORT_RESPONSE;
use crate::outcome::Result;
use crate::redactor::Redactor;

/// The array of a request's players.
const PLAYERS: &str = "recentPlayers";

pub static POST_RECENT_PLAYERS: Endpoint = Endpoint {
    name: "Post Recent Players",
    method: Method::POST,
    path: "/titles/{titleId}/recentplayers",
    lane: Lane::RecentPlayers,
    items: "recent players",
    items_per_request: MAX_RECENT_PLAYERS_PER_REQUEST,
    // Each call has a token of its own.
    items_array: Some(PLAYERS),
    is_gathered: false,
    // The service appends or updates.
    is_idempotent: true,
    success: &[204],
    max_response_bytes: MAX_SHORT_RESPONSE,
    caller: Caller::User,
    configured_limit: Some(ConfiguredLimit::RecentPlayers),
};

pub const MAX_RECENT_PLAYERS_PER_REQUEST: usize = 100;

/// A player whom a user met.
#[derive(Clone, Copy, Debug)]
pub struct RecentPlayer {
    xuid: u64,
    encounter_type: Option<EncounterType>,
    timestamp: Timestamp,
}

impl RecentPlayer {
    pub fn new(
        xuid: u64,
        encounter_type: Option<EncounterType>,
        timestamp: Timestamp,
    ) -> std::result::Result<Self, InvalidRecentPlayer> {
        if xuid == 0 {
            return Err(InvalidRecentPlayer::Xuid);
        }
        Ok(Self { xuid, encounter_type, timestamp })
    }

    pub fn xuid(&self) -> u64 {
        self.xuid
    }
}

impl Serialize for RecentPlayer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Fields {
            id: Xuid,
            timestamp: Timestamp,
            #[serde(skip_serializing_if = "Option::is_none")]
            encounter_type: Option<EncounterType>,
            network: &'static str,
        }
        let Self { xuid, encounter_type, timestamp } = *self;
        Fields { id: Xuid(xuid), timestamp, encounter_type, network: NETWORK }.serialize(serializer)
    }
}

/// Whom the user met whose token is sent.
#[derive(Debug)]
pub struct RecentPlayers {
    players: Vec<RecentPlayer>,
}

impl RecentPlayers {
    pub fn new(players: Vec<RecentPlayer>) -> invalid::Result<Self> {
        Self::check_count(players.len())?;
        Ok(Self { players })
    }

    pub fn check_count(count: usize) -> invalid::Result<()> {
        if (1..=MAX_ITEMS_PER_CALL).contains(&count) {
            return Ok(());
        }
        Err(InvalidCall::RecentPlayerCount(None, count))
    }
}

impl Call for RecentPlayers {
    fn endpoint(&self) -> &'static Endpoint {
        &POST_RECENT_PLAYERS
    }

    fn count(&self) -> usize {
        self.players.len()
    }

    fn body(&self, players: Range<usize>) -> Result<Vec<u8>> {
        array_body(PLAYERS, |array| self.write_items(players, array))
    }

    fn write_items(&self, players: Range<usize>, array: &mut Array) -> Result<()> {
        array.reserve(128 * players.len());
        self.players[players].iter().try_for_each(|player| array.push(player))
    }

    fn bytes(&self) -> usize {
        size_of_val(&self.players[..])
    }

    fn add_secrets(&self, players: Range<usize>, redactor: &mut Redactor) {
        redactor.add_xuids(self.players[players].iter().map(RecentPlayer::xuid));
    }
}

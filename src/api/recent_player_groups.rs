//! Post Recent Player Groups: who met whom, and how.
//!
//! `POST /titles/{titleId}/recentplayergroups/server`, with a service's token.

use std::ops::Range;

use http::Method;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::body::{Array, array_body};
use super::encounter::{EncounterType, NETWORK, Timestamp};
use super::invalid::{self, InvalidCall, InvalidGroup};
use super::xuid::{self, Xuid};
use super::{Call, Caller, ConfiguredLimit, Endpoint, Lane, MAX_ITEMS_PER_CALL};
use crate::http::MAX_SHORT_RESPONSE;
use crate::outcome::Result;
use crate::redactor::Redactor;

/// The array of a request's groups.
const GROUPS: &str = "recentPlayerGroups";

pub static POST_RECENT_PLAYER_GROUPS: Endpoint = Endpoint {
    name: "Post Server Recent Player Groups",
    method: Method::POST,
    path: "/titles/{titleId}/recentplayergroups/server",
    lane: Lane::RecentPlayers,
    items: "groups",
    items_per_request: MAX_GROUPS_PER_REQUEST,
    items_array: Some(GROUPS),
    is_gathered: true,
    // The service appends or updates.
    is_idempotent: true,
    success: &[204],
    max_response_bytes: MAX_SHORT_RESPONSE,
    caller: Caller::Service,
    configured_limit: Some(ConfiguredLimit::RecentPlayers),
};

pub const MAX_GROUPS_PER_REQUEST: usize = 20;
pub const MIN_PLAYERS_PER_GROUP: usize = 2;
pub const MAX_PLAYERS_PER_GROUP: usize = 100;

/// Everyone in a group met everyone else in it.
pub struct RecentPlayerGroup {
    encounter_type: Option<EncounterType>,
    timestamp: Timestamp,
    players: Vec<u64>,
}

impl RecentPlayerGroup {
    pub fn new(
        encounter_type: Option<EncounterType>,
        timestamp: Timestamp,
        players: Vec<u64>,
        group: usize,
    ) -> invalid::Result<Self> {
        Self::check_player_count(players.len(), group)?;
        xuid::check(&players).map_err(|index| InvalidCall::Group(group, InvalidGroup::Player(index)))?;
        Ok(RecentPlayerGroup { encounter_type, timestamp, players })
    }

    pub fn check_player_count(count: usize, group: usize) -> invalid::Result<()> {
        if (MIN_PLAYERS_PER_GROUP..=MAX_PLAYERS_PER_GROUP).contains(&count) {
            return Ok(());
        }
        Err(InvalidCall::Group(group, InvalidGroup::PlayerCount(count)))
    }
}

impl Serialize for RecentPlayerGroup {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Fields<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            encounter_type: Option<EncounterType>,
            timestamp: Timestamp,
            recent_players: Players<'a>,
        }
        Fields {
            encounter_type: self.encounter_type,
            timestamp: self.timestamp,
            recent_players: Players(&self.players),
        }
        .serialize(serializer)
    }
}

struct Players<'a>(&'a [u64]);

impl Serialize for Players<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Player {
            id: Xuid,
            network: &'static str,
        }
        let mut sequence = serializer.serialize_seq(Some(self.0.len()))?;
        for xuid in self.0 {
            sequence.serialize_element(&Player { id: Xuid(*xuid), network: NETWORK })?;
        }
        sequence.end()
    }
}

/// All the groups of one call.
pub struct RecentPlayerGroups {
    groups: Vec<RecentPlayerGroup>,
}

impl RecentPlayerGroups {
    pub fn new(groups: Vec<RecentPlayerGroup>) -> invalid::Result<Self> {
        Self::check_count(groups.len())?;
        Ok(RecentPlayerGroups { groups })
    }

    pub fn check_count(count: usize) -> invalid::Result<()> {
        if (1..=MAX_ITEMS_PER_CALL).contains(&count) {
            return Ok(());
        }
        Err(InvalidCall::GroupCount(count))
    }
}

impl Call for RecentPlayerGroups {
    fn endpoint(&self) -> &'static Endpoint {
        &POST_RECENT_PLAYER_GROUPS
    }

    fn count(&self) -> usize {
        self.groups.len()
    }

    fn body(&self, groups: Range<usize>) -> Result<Vec<u8>> {
        array_body(GROUPS, |array| self.write_items(groups, array))
    }

    fn write_items(&self, groups: Range<usize>, array: &mut Array) -> Result<()> {
        let groups = &self.groups[groups];
        let players: usize = groups.iter().map(|group| group.players.len()).sum();
        array.reserve(128 * groups.len() + 56 * players);
        groups.iter().try_for_each(|group| array.push(group))
    }

    fn bytes(&self) -> usize {
        let players: usize = self.groups.iter().map(|group| size_of_val(&group.players[..])).sum();
        players + size_of_val(&self.groups[..])
    }

    fn add_secrets(&self, groups: Range<usize>, redactor: &mut Redactor) {
        redactor.add_xuids(self.groups[groups].iter().flat_map(|group| group.players.iter().copied()));
    }
}

//! Post Recent Player Groups: who met whom, and how.
//!
//! `POST /titles/{titleId}/recentplayergroups/server`, with a service's token.

use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Method;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::body::{Array, array_body};
use super::invalid::{self, InvalidCall, InvalidGroup};
use super::xuid::{self, Xuid};
use super::{Call, Caller, ConfiguredLimit, Endpoint, Lane, MAX_ITEMS_PER_CALL};
use crate::date;
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
    gathered_in: Some(GROUPS),
    // The service appends or updates.
    is_idempotent: true,
    success: &[204],
    caller: Caller::Service,
    configured_limit: Some(ConfiguredLimit::RecentPlayers),
};

pub const MAX_GROUPS_PER_REQUEST: usize = 20;
pub const MIN_PLAYERS_PER_GROUP: usize = 2;
pub const MAX_PLAYERS_PER_GROUP: usize = 100;

/// 9999-12-31T23:59:59.999Z, the last moment that the service's form of a time can name.
const LAST_UNIX_MS: u64 = 253_402_300_799_999;

/// How the players of a group met, as the service spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[repr(i32)]
pub enum EncounterType {
    Teammate = 1,
    Opponent = 2,
}

impl EncounterType {
    /// 0 is the service's default, which is the same said or unsaid.
    pub fn from_number(number: i32, group: usize) -> invalid::Result<Option<Self>> {
        match number {
            0 => Ok(None),
            1 => Ok(Some(EncounterType::Teammate)),
            2 => Ok(Some(EncounterType::Opponent)),
            _ => Err(InvalidCall::Group(group, InvalidGroup::EncounterType(number))),
        }
    }
}

/// When a group met, to the second, in the calendar's first 9,999 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp(SystemTime);

impl Timestamp {
    /// 0 is the time of the call, `now`.
    pub fn from_unix_ms(unix_ms: u64, now: SystemTime, group: usize) -> invalid::Result<Self> {
        match unix_ms {
            0 => Ok(Timestamp(now)),
            1..=LAST_UNIX_MS => Ok(Timestamp(UNIX_EPOCH + Duration::from_millis(unix_ms))),
            _ => Err(InvalidCall::Group(group, InvalidGroup::Timestamp(unix_ms))),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(date::Timestamp::new(self.0).as_str())
    }
}

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
        /// `network` has one documented value. Whether it is required is not documented, so it is
        /// sent, which is right either way.
        #[derive(Serialize)]
        struct Player {
            id: Xuid,
            network: &'static str,
        }
        let mut sequence = serializer.serialize_seq(Some(self.0.len()))?;
        for xuid in self.0 {
            sequence.serialize_element(&Player { id: Xuid(*xuid), network: "XboxLive" })?;
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

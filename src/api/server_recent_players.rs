//! Post Server Recent Players: for each of many users, whom that user met, how and when.
//!
//! `POST /titles/{titleId}/recentplayers/server`, with a service's token.

use std::ops::Range;

use http::Method;
use serde::Serialize;

use super::body::{Array, array_body};
use super::invalid::{self, InvalidCall};
use super::recent_players::{MAX_RECENT_PLAYERS_PER_REQUEST, RecentPlayer};
use super::xuid::Xuid;
use super::{Call, Caller, ConfiguredLimit, Endpoint, Lane, MAX_ITEMS_PER_CALL};
use crate::http::MAX_SHORT_RESPONSE;
use crate::outcome::Result;
use crate::redactor::Redactor;

/// The array of a request's users.
const USERS: &str = "recentPlayersByXuid";

pub static POST_SERVER_RECENT_PLAYERS: Endpoint = Endpoint {
    name: "Post Server Recent Players",
    method: Method::POST,
    path: "/titles/{titleId}/recentplayers/server",
    lane: Lane::RecentPlayers,
    items: "users",
    items_per_request: MAX_USERS_PER_REQUEST,
    items_array: Some(USERS),
    is_gathered: true,
    // The service appends or updates.
    is_idempotent: true,
    success: &[204],
    max_response_bytes: MAX_SHORT_RESPONSE,
    caller: Caller::Service,
    configured_limit: Some(ConfiguredLimit::RecentPlayers),
};

pub const MAX_USERS_PER_REQUEST: usize = 20;
pub const MAX_RECENT_PLAYERS_PER_USER: usize = MAX_RECENT_PLAYERS_PER_REQUEST;

/// Whom one user met.
#[derive(Debug)]
pub struct UserRecentPlayers {
    xuid: u64,
    players: Vec<RecentPlayer>,
}

impl UserRecentPlayers {
    /// `index`: of the user in the call.
    pub fn new(xuid: u64, players: Vec<RecentPlayer>, index: usize) -> invalid::Result<Self> {
        if xuid == 0 {
            return Err(InvalidCall::Player(index));
        }
        Self::check_player_count(players.len(), index)?;
        Ok(Self { xuid, players })
    }

    pub fn check_player_count(count: usize, index: usize) -> invalid::Result<()> {
        if (1..=MAX_RECENT_PLAYERS_PER_USER).contains(&count) {
            return Ok(());
        }
        Err(InvalidCall::RecentPlayerCount(Some(index), count))
    }
}

impl Serialize for UserRecentPlayers {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Fields<'a> {
            xuid: Xuid,
            recent_players: &'a [RecentPlayer],
        }
        Fields { xuid: Xuid(self.xuid), recent_players: &self.players }.serialize(serializer)
    }
}

/// Whom each of many users met.
#[derive(Debug)]
pub struct ServerRecentPlayers {
    users: Vec<UserRecentPlayers>,
}

impl ServerRecentPlayers {
    pub fn new(users: Vec<UserRecentPlayers>) -> invalid::Result<Self> {
        Self::check_count(users.len())?;
        Ok(Self { users })
    }

    pub fn check_count(count: usize) -> invalid::Result<()> {
        if (1..=MAX_ITEMS_PER_CALL).contains(&count) {
            return Ok(());
        }
        Err(InvalidCall::PlayerCount(count))
    }
}

impl Call for ServerRecentPlayers {
    fn endpoint(&self) -> &'static Endpoint {
        &POST_SERVER_RECENT_PLAYERS
    }

    fn count(&self) -> usize {
        self.users.len()
    }

    fn body(&self, users: Range<usize>) -> Result<Vec<u8>> {
        array_body(USERS, |array| self.write_items(users, array))
    }

    fn write_items(&self, users: Range<usize>, array: &mut Array) -> Result<()> {
        let users = &self.users[users];
        let players: usize = users.iter().map(|user| user.players.len()).sum();
        array.reserve(64 * users.len() + 128 * players);
        users.iter().try_for_each(|user| array.push(user))
    }

    fn bytes(&self) -> usize {
        let players: usize = self.users.iter().map(|user| size_of_val(&user.players[..])).sum();
        players + size_of_val(&self.users[..])
    }

    fn add_secrets(&self, users: Range<usize>, redactor: &mut Redactor) {
        for user in &self.users[users] {
            redactor.add_xuids([user.xuid]);
            redactor.add_xuids(user.players.iter().map(RecentPlayer::xuid));
        }
    }
}

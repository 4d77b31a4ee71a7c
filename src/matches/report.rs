//! Those who met, as a call of the service.

use std::ops::Range;
use std::time::SystemTime;

use super::encounters::{Encounters, Group, Met};
use super::relation::Relation;
use super::tracker::Clique;
use crate::api::{
    Array, Call, EncounterType, Endpoint, POST_RECENT_PLAYER_GROUPS, POST_SERVER_RECENT_PLAYERS, RecentPlayer,
    RecentPlayerGroup, Timestamp, UserRecentPlayers, array_body,
};
use crate::outcome::{Outcome, Result};
use crate::redactor::Redactor;

/// Players who met, and when they were last together.
pub struct Report {
    encounters: Encounters,
    timestamp: Timestamp,
}

impl Report {
    pub fn new(clique: Clique, now: SystemTime) -> Self {
        Self { encounters: clique.into(), timestamp: Timestamp::new(now) }
    }

    fn group(&self, group: &Group) -> Result<RecentPlayerGroup> {
        let xuids = group.players.iter().map(|player| player.xuid).collect();
        RecentPlayerGroup::new(group.relation.into(), self.timestamp, xuids, 0).map_err(|_| defect())
    }

    fn list(&self, met: Met) -> Result<UserRecentPlayers> {
        let player = |(xuid, relation): (u64, Relation)| RecentPlayer::new(xuid, relation.into(), self.timestamp);
        let players: std::result::Result<Vec<_>, _> = met.players.into_iter().map(player).collect();
        UserRecentPlayers::new(met.xuid, players.map_err(|_| defect())?, 0).map_err(|_| defect())
    }
}

/// The tracker lets no XUID of 0 in, and the groups have sizes that are valid.
fn defect() -> Box<Outcome> {
    Outcome::internal("A match has a group that is not valid; nothing was sent. Please report this.")
}

impl From<Relation> for Option<EncounterType> {
    fn from(relation: Relation) -> Self {
        match relation {
            Relation::Default => None,
            Relation::Teammate => Some(EncounterType::Teammate),
            Relation::Opponent => Some(EncounterType::Opponent),
        }
    }
}

impl Call for Report {
    fn endpoint(&self) -> &'static Endpoint {
        if self.encounters.is_by_player() { &POST_SERVER_RECENT_PLAYERS } else { &POST_RECENT_PLAYER_GROUPS }
    }

    fn count(&self) -> usize {
        self.encounters.count()
    }

    fn body(&self, items: Range<usize>) -> Result<Vec<u8>> {
        array_body(self.endpoint().items_array.unwrap_or_default(), |array| self.write_items(items, array))
    }

    fn write_items(&self, items: Range<usize>, array: &mut Array) -> Result<()> {
        self.encounters.groups(items.clone()).iter().try_for_each(|group| array.push(&self.group(group)?))?;
        self.encounters.lists(items).into_iter().try_for_each(|met| array.push(&self.list(met)?))
    }

    fn bytes(&self) -> usize {
        self.encounters.bytes()
    }

    fn add_secrets(&self, _items: Range<usize>, redactor: &mut Redactor) {
        redactor.add_xuids(self.encounters.players().iter().map(|player| player.xuid));
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use serde_json::{Value, json};

    use super::*;
    use crate::matches::Player;

    fn body(teams: &[u32]) -> Value {
        let players = teams.iter().zip(1..).map(|(team, xuid)| Player { xuid, team: *team }).collect();
        let report = Report::new(Clique { players, new: teams.len() }, UNIX_EPOCH);
        serde_json::from_slice(&report.body(0..report.count()).unwrap()).unwrap()
    }

    fn player(id: &str) -> Value {
        json!({"id": id, "network": "XboxLive"})
    }

    #[test]
    fn a_group_says_what_all_pairs_are() {
        let groups = |encounter_type: Option<&str>| {
            let mut group = json!({"timestamp": "1970-01-01T00:00:00Z", "recentPlayers": [player("1"), player("2")]});
            if let Some(encounter_type) = encounter_type {
                group["encounterType"] = json!(encounter_type);
            }
            json!({"recentPlayerGroups": [group]})
        };
        assert_eq!(body(&[0, 0]), groups(None));
        assert_eq!(body(&[7, 7]), groups(Some("Teammate")));
        assert_eq!(body(&[1, 2]), groups(Some("Opponent")));
    }

    #[test]
    fn lists_say_what_each_pair_is() {
        let lists = body(&[1, 1, 2, 2]);
        let met = |id: &str, encounter_type: &str| json!({"id": id, "network": "XboxLive", "timestamp": "1970-01-01T00:00:00Z", "encounterType": encounter_type});
        let of_1 = json!({"xuid": "1", "recentPlayers":
            [met("2", "Teammate"), met("3", "Opponent"), met("4", "Opponent")]});
        assert_eq!(lists["recentPlayersByXuid"][0], of_1);
        assert_eq!(lists["recentPlayersByXuid"].as_array().map(Vec::len), Some(4));
    }

    #[test]
    fn every_player_is_a_secret() {
        let players = vec![Player { xuid: 2_533_274_790_395_904, team: 0 }, Player { xuid: 2, team: 0 }];
        let report = Report::new(Clique { players, new: 1 }, UNIX_EPOCH);
        let mut redactor = Redactor::default();
        report.add_secrets(0..1, &mut redactor);
        let text = crate::redactor::ServiceText::new("2533274790395904".to_owned());
        assert!(!redactor.redact(&text).contains("2533274790395904"));
        assert_eq!(report.bytes(), 32);
    }
}

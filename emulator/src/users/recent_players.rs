//! Whom users met. What was reported is kept as it came, and a user's list is made of it when asked for: a group of
//! 100 players is in 100 lists with 99 entries each.

use std::collections::{HashMap, VecDeque};

use serde::{Serialize, Serializer};

use super::Time;

/// So many players are kept, counted in each report. Beyond it the oldest report is dropped, of whichever title.
const MAX_PLAYERS: usize = 1_000_000;

/// When and how players met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encounter {
    pub time: Time,
    pub encounter_type: &'static str,
}

/// What one request says of players.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// Each met all others.
    Group { players: Vec<u64>, encounter: Encounter },
    /// One user met these. It says nothing about their lists.
    OfUser { user: u64, met: Vec<(u64, Encounter)> },
}

/// An entry of a user's list of recent players.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentPlayer {
    pub xuid: u64,
    /// When the users last met, in UTC, such as `2020-05-12T10:11:12Z`.
    pub last_met: String,
    /// `Default`, `Teammate` or `Opponent`, of the time when they last met.
    pub encounter_type: &'static str,
}

impl Serialize for RecentPlayer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            xuid: String,
            last_met: &'a str,
            encounter_type: &'a str,
        }
        let Self { xuid, last_met, encounter_type } = self;
        Fields { xuid: xuid.to_string(), last_met, encounter_type }.serialize(serializer)
    }
}

pub(crate) struct RecentPlayers {
    most: usize,
    reports: VecDeque<(u32, Report)>,
    /// In all reports.
    players: usize,
    forgotten: u64,
}

impl Default for RecentPlayers {
    fn default() -> Self {
        Self::with_room_for(MAX_PLAYERS)
    }
}

impl Report {
    fn size(&self) -> usize {
        match self {
            Self::Group { players, .. } => players.len(),
            Self::OfUser { met, .. } => 1 + met.len(),
        }
    }

    /// Whom it says that a user met. No user meets itself.
    fn each_met_by(&self, user: u64, mut found: impl FnMut(u64, Encounter)) {
        match self {
            Self::Group { players, encounter } if players.contains(&user) => {
                players.iter().filter(|player| **player != user).for_each(|player| found(*player, *encounter));
            }
            Self::OfUser { user: whose, met } if *whose == user => {
                met.iter().filter(|(player, _)| *player != user).for_each(|(player, when)| found(*player, *when));
            }
            Self::Group { .. } | Self::OfUser { .. } => {}
        }
    }
}

impl RecentPlayers {
    fn with_room_for(most: usize) -> Self {
        Self { most, reports: VecDeque::new(), players: 0, forgotten: 0 }
    }

    pub fn report(&mut self, title_id: u32, report: Report) {
        self.players += report.size();
        self.reports.push_back((title_id, report));
        while self.players > self.most
            && let Some((_, oldest)) = self.reports.pop_front()
        {
            self.players -= oldest.size();
            self.forgotten += 1;
        }
    }

    /// A user's list in a title, the last met first. What was reported repeatedly is there once, with the last time
    /// and its type; of equal times, the later report counts.
    pub fn of_user(&self, title_id: u32, user: u64) -> Vec<RecentPlayer> {
        let mut last: HashMap<u64, (Encounter, usize)> = HashMap::new();
        let mut position = 0;
        for (_, report) in self.reports.iter().filter(|(title, _)| *title == title_id) {
            report.each_met_by(user, |player, encounter| {
                position += 1;
                let (known, place) = last.entry(player).or_insert((encounter, position));
                if encounter.time >= known.time {
                    (*known, *place) = (encounter, position);
                }
            });
        }
        let mut list: Vec<_> = last.into_iter().collect();
        list.sort_by_key(|(_, (encounter, place))| std::cmp::Reverse((encounter.time, *place)));
        let entry = |(xuid, (encounter, _)): (u64, (Encounter, usize))| RecentPlayer {
            xuid,
            last_met: encounter.time.to_string(),
            encounter_type: encounter.encounter_type,
        };
        list.into_iter().map(entry).collect()
    }

    /// How many reports were dropped to bound memory.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    pub fn forget(&mut self, title_id: u32) {
        self.reports.retain(|(title, _)| *title != title_id);
        self.players = self.reports.iter().map(|(_, report)| report.size()).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encounter(second: u64, encounter_type: &'static str) -> Encounter {
        Encounter { time: Time(20_200_512_101_100 + second), encounter_type }
    }

    fn group(players: &[u64], second: u64) -> Report {
        Report::Group { players: players.to_vec(), encounter: encounter(second, "Default") }
    }

    /// Whom user `user` met in title 7, and the seconds.
    fn met(players: &RecentPlayers, user: u64) -> Vec<(u64, String, &'static str)> {
        let seconds = |time: &str| time.strip_prefix("2020-05-12T10:11:").unwrap().to_owned();
        let list = players.of_user(7, user);
        list.iter().map(|entry| (entry.xuid, seconds(&entry.last_met), entry.encounter_type)).collect()
    }

    fn entry(xuid: u64, second: &str, encounter_type: &'static str) -> (u64, String, &'static str) {
        (xuid, format!("{second}Z"), encounter_type)
    }

    #[test]
    fn everyone_in_a_group_met_everyone_else() {
        let mut players = RecentPlayers::default();
        players.report(7, group(&[1, 2, 3], 12));
        for (user, others) in [(1, [3, 2]), (2, [3, 1]), (3, [2, 1])] {
            assert_eq!(met(&players, user), others.map(|other| entry(other, "12", "Default")));
        }
        assert!(met(&players, 4).is_empty());
        assert!(players.of_user(8, 1).is_empty(), "another title");
    }

    #[test]
    fn one_direction_is_in_one_list() {
        let mut players = RecentPlayers::default();
        let met_by_1 = vec![(2, encounter(1, "Teammate")), (3, encounter(2, "Opponent")), (1, encounter(3, "Default"))];
        players.report(7, Report::OfUser { user: 1, met: met_by_1 });
        assert_eq!(met(&players, 1), [entry(3, "02", "Opponent"), entry(2, "01", "Teammate")]);
        assert!(met(&players, 2).is_empty() && met(&players, 3).is_empty());
    }

    #[test]
    fn a_repetition_updates_time_and_type_and_the_last_met_is_first() {
        let mut players = RecentPlayers::default();
        players.report(7, group(&[1, 2, 3, 4], 10));
        players.report(7, Report::OfUser { user: 1, met: vec![(2, encounter(20, "Teammate"))] });
        assert_eq!(met(&players, 1)[0], entry(2, "20", "Teammate"));
        assert_eq!(met(&players, 2)[2], entry(1, "10", "Default"), "its own list is as it was");
        players.report(7, group(&[1, 2], 15));
        assert_eq!(met(&players, 1)[0], entry(2, "20", "Teammate"), "the report came late");
        players.report(7, Report::OfUser { user: 1, met: vec![(3, encounter(10, "Opponent"))] });
        let expected = [entry(2, "20", "Teammate"), entry(3, "10", "Opponent"), entry(4, "10", "Default")];
        assert_eq!(met(&players, 1), expected, "of the same second, the later report");
    }

    #[test]
    fn the_oldest_report_is_dropped_first() {
        let mut players = RecentPlayers::with_room_for(5);
        players.report(8, group(&[1, 2], 1));
        players.report(
            7,
            Report::OfUser { user: 1, met: vec![(2, encounter(2, "Default")), (3, encounter(2, "Default"))] },
        );
        assert_eq!((players.players, players.forgotten()), (5, 0));
        players.report(7, group(&[1, 9], 3));
        assert_eq!((players.players, players.forgotten()), (5, 1));
        assert!(players.of_user(8, 1).is_empty());
        assert_eq!(met(&players, 1).len(), 3);
        players.report(7, group(&[1, 2, 3, 4, 5, 6], 4));
        assert_eq!((players.players, players.forgotten(), players.reports.len()), (0, 4, 0), "too much by itself");
    }

    #[test]
    fn a_title_is_forgotten() {
        let mut players = RecentPlayers::default();
        players.report(7, group(&[1, 2], 1));
        players.report(8, group(&[1, 2, 3], 1));
        players.forget(7);
        assert_eq!((met(&players, 1).len(), players.of_user(8, 1).len(), players.players), (0, 2, 3));
    }

    #[test]
    fn an_entry_can_be_read_by_people() {
        let entry = RecentPlayer { xuid: 9, last_met: "2020-05-12T10:11:12Z".to_owned(), encounter_type: "Default" };
        let expected = r#"{"xuid":"9","last_met":"2020-05-12T10:11:12Z","encounter_type":"Default"}"#;
        assert_eq!(serde_json::to_string(&entry).unwrap(), expected);
    }
}

//! Who was present at the same time: players join and leave, groups come out.
//!
//! A presence is an interval, and two players met if theirs overlap. The fewest groups that say this are the maximal
//! cliques of the interval graph: the players who are present when one leaves, if one has joined since the last
//! group. Each of these groups has a pair that no other has, so none can be left out.
//!
//! Pure: times come in, groups go out. The memory is that of the players who are present.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// The most players who are in a match at the same time. Of so many, a report is 200 halves: 19,900 groups.
pub const MAX_PLAYERS_PRESENT: usize = 10_000;

/// A player of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Player {
    pub xuid: u64,
    /// 0: in no team.
    pub team: u32,
}

/// Players who were all present at the same time.
///
/// The first `new` of them have met all others for the first time; the others have been reported to have met each
/// other before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clique {
    pub players: Vec<Player>,
    pub new: usize,
}

/// Why an event is refused. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The player is in the match already.
    AlreadyJoined,
    /// The player is not in the match.
    NotJoined,
    /// So many players are in the match that no more can join.
    Full,
}

/// Follows one match.
///
/// Times are those of a clock that does not go back; one that lies before the last is taken for the last.
#[derive(Debug, Default)]
pub struct Tracker {
    /// How long two players have to be present together to have met.
    minimum_together: Duration,
    now: Duration,
    /// Where each player who is in the match is.
    places: HashMap<u64, Place>,
    /// Those who have been present for less than the minimum, the first to join first. Those who have left since are
    /// still here until their time has come: their number is not that of their place.
    waiting: VecDeque<Waiting>,
    joined: u64,
    /// The players who count, those of the last clique first.
    present: Vec<Player>,
    /// How many of `present` were in the last clique or before: every two of them are reported.
    reported: usize,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// With the number of the join.
    Waiting(u64),
    /// With the index in `present`.
    Present(usize),
}

#[derive(Debug)]
struct Waiting {
    player: Player,
    number: u64,
    /// When the player counts.
    until: Duration,
}

impl Tracker {
    pub fn new(minimum_together: Duration) -> Self {
        Self { minimum_together, ..Self::default() }
    }

    /// How many players are in the match.
    #[cfg(test)]
    pub fn player_count(&self) -> usize {
        self.places.len()
    }

    pub fn join(&mut self, player: Player, now: Duration) -> Result<(), Refused> {
        if self.places.contains_key(&player.xuid) {
            return Err(Refused::AlreadyJoined);
        }
        if self.places.len() >= MAX_PLAYERS_PRESENT {
            return Err(Refused::Full);
        }
        self.advance(now);
        // Two presences overlap by the minimum exactly if they overlap at all when each begins by the minimum later.
        if self.minimum_together.is_zero() {
            self.begin(player);
        } else {
            self.joined += 1;
            let until = self.now.saturating_add(self.minimum_together);
            self.waiting.push_back(Waiting { player, number: self.joined, until });
            self.places.insert(player.xuid, Place::Waiting(self.joined));
        }
        Ok(())
    }

    /// The group that ends with this, if there is one with pairs that were not reported.
    pub fn leave(&mut self, xuid: u64, now: Duration) -> Result<Option<Clique>, Refused> {
        if !self.places.contains_key(&xuid) {
            return Err(Refused::NotJoined);
        }
        self.advance(now);
        let Some(Place::Present(index)) = self.places.remove(&xuid) else {
            self.prune();
            return Ok(None);
        };
        let clique = self.take_clique();
        self.remove(index);
        Ok(clique)
    }

    /// Everybody leaves.
    pub fn close(&mut self, now: Duration) -> Option<Clique> {
        self.advance(now);
        let clique = self.take_clique();
        *self = Self { now: self.now, ..Self::new(self.minimum_together) };
        clique
    }

    /// Lets those count whose time has come.
    fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
        while self.waiting.front().is_some_and(|waiting| waiting.until <= self.now) {
            let Some(waiting) = self.waiting.pop_front() else { return };
            if self.is_waiting(&waiting) {
                self.begin(waiting.player);
            }
        }
    }

    /// Whether the player has not left since.
    fn is_waiting(&self, waiting: &Waiting) -> bool {
        let place = self.places.get(&waiting.player.xuid);
        matches!(place, Some(Place::Waiting(number)) if *number == waiting.number)
    }

    /// Forgets those who left while they waited, now and then, so that joining and leaving at once takes no memory.
    fn prune(&mut self) {
        if self.waiting.len() > 2 * (self.places.len() - self.present.len()) + 64 {
            let mut waiting = std::mem::take(&mut self.waiting);
            waiting.retain(|waiting| self.is_waiting(waiting));
            self.waiting = waiting;
        }
    }

    fn begin(&mut self, player: Player) {
        self.places.insert(player.xuid, Place::Present(self.present.len()));
        self.present.push(player);
    }

    /// All who are present, if some pair of them was not reported.
    fn take_clique(&mut self) -> Option<Clique> {
        let (old, new) = self.present.split_at(self.reported);
        if new.is_empty() || self.present.len() < 2 {
            return None;
        }
        let clique = Clique { players: [new, old].concat(), new: new.len() };
        self.reported = self.present.len();
        Some(clique)
    }

    /// Takes a player out of `present`, of whom every pair is reported or who is alone.
    fn remove(&mut self, index: usize) {
        // The last of the reported ones takes its place, and the last of all takes that one's.
        let mut hole = index;
        if index < self.reported {
            self.reported -= 1;
            self.move_player(self.reported, hole);
            hole = self.reported;
        }
        let last = self.present.len() - 1;
        self.move_player(last, hole);
        self.present.pop();
    }

    fn move_player(&mut self, from: usize, to: usize) {
        if from != to {
            let player = self.present[from];
            self.present[to] = player;
            self.places.insert(player.xuid, Place::Present(to));
        }
    }
}

#[cfg(test)]
#[path = "tracker_tests.rs"]
mod tests;

//! The day of a match server: who joins and leaves when, and when matches end. Made up, but from a seed, so that
//! it is the same day every time.

use fastrand::Rng;

const SEED: u64 = 20_261_123;
const MATCHES_SIDE_BY_SIDE: usize = 32;
pub const PLAYERS: u64 = 12;
pub const DAY_MS: u64 = 24 * 3_600_000;
const MINUTE_MS: u64 = 60_000;

/// A match, with its events in the order of their times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    pub events: Vec<(u64, Event)>,
    /// When all leave who are still there.
    pub end_ms: u64,
}

/// A player joins or leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Join(u64),
    Leave(u64),
}

/// In the order of their ends.
pub fn day() -> Vec<Match> {
    let mut random = Rng::with_seed(SEED);
    let mut matches = Vec::new();
    for _ in 0..MATCHES_SIDE_BY_SIDE {
        let mut now = random.u64(0..30 * MINUTE_MS);
        while now < DAY_MS {
            if random.f64() > demand(now) {
                now += random.u64(5 * MINUTE_MS..10 * MINUTE_MS);
                continue;
            }
            let played = play(now, &mut random);
            now = played.end_ms + random.u64(MINUTE_MS / 2..2 * MINUTE_MS);
            matches.push(played);
        }
    }
    matches.sort_by_key(|played| played.end_ms);
    matches
}

/// The part of the matches that are played: most in the evening, least before the morning.
fn demand(at_ms: u64) -> f64 {
    let of_day = (at_ms as f64 / DAY_MS as f64 - 4.0 / 24.0) * std::f64::consts::TAU;
    0.1 + 0.9 * (0.5 - 0.5 * of_day.cos())
}

/// Players join within a minute and a half. One in three leaves before the end, and is replaced within a minute.
fn play(begin: u64, random: &mut Rng) -> Match {
    let end_ms = begin + random.u64(12 * MINUTE_MS..25 * MINUTE_MS);
    let mut events = Vec::new();
    let mut next = PLAYERS;
    for player in 0..PLAYERS {
        let mut joined = begin + random.u64(0..90_000);
        events.push((joined, Event::Join(1 + player)));
        let mut present = 1 + player;
        while random.u64(0..3) == 0 {
            let left = joined + random.u64(MINUTE_MS..10 * MINUTE_MS);
            let replaced = left + random.u64(1_000..MINUTE_MS);
            if replaced >= end_ms {
                break;
            }
            next += 1;
            events.extend([(left, Event::Leave(present)), (replaced, Event::Join(next))]);
            (joined, present) = (replaced, next);
        }
    }
    events.sort_by_key(|(at_ms, _)| *at_ms);
    Match { events, end_ms }
}

impl Match {
    /// When each group of the fewest ends that have every two who met: where a player leaves after one joined.
    /// Each of them has a pair that no other has.
    pub fn groups(&self) -> Vec<u64> {
        let (mut groups, mut present, mut has_joined) = (vec![], 0, false);
        for (at_ms, event) in &self.events {
            match event {
                Event::Join(_) => (present, has_joined) = (present + 1, true),
                Event::Leave(_) => {
                    groups.extend((has_joined && present > 1).then_some(*at_ms));
                    (present, has_joined) = (present - 1, has_joined && present < 2);
                }
            }
        }
        groups.extend((has_joined && present > 1).then_some(self.end_ms));
        groups
    }
}

/// The fewest requests with which no group is held longer: each goes out as late as its first group allows, with as
/// many as there are by then and as fit. Whatever sends earlier leaves the more to come. `groups` are in order.
pub fn least_requests(groups: impl IntoIterator<Item = u64>, hold_ms: u64, most_groups: usize) -> usize {
    let (mut requests, mut room, mut until) = (0, 0, 0);
    for at_ms in groups {
        if room == 0 || at_ms > until {
            (requests, room, until) = (requests + 1, most_groups, at_ms + hold_ms);
        }
        room -= 1;
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_same_every_time_and_in_order() {
        let day = super::day();
        assert_eq!(day, super::day());
        assert!(day.is_sorted_by_key(|played| played.end_ms) && day.len() > 500, "{}", day.len());
        for played in &day {
            assert!(played.events.is_sorted_by_key(|(at_ms, _)| *at_ms));
            assert!(played.events.last().is_some_and(|(at_ms, _)| *at_ms < played.end_ms));
        }
    }

    #[test]
    fn a_group_ends_where_somebody_leaves_after_somebody_joined() {
        let groups = |events: &[(u64, Event)]| Match { events: events.to_vec(), end_ms: 99 }.groups();
        assert_eq!(groups(&[(1, Event::Join(1)), (2, Event::Join(2))]), [99]);
        assert_eq!(groups(&[(1, Event::Join(1)), (2, Event::Join(2)), (3, Event::Leave(1))]), [3]);
        let alone = [(1, Event::Join(1)), (3, Event::Leave(1)), (4, Event::Join(2))];
        assert_eq!(groups(&alone), [0; 0]);
        let replaced = [(1, Event::Join(1)), (2, Event::Join(2)), (3, Event::Leave(1)), (4, Event::Join(3))];
        assert_eq!(groups(&replaced), [3, 99]);
    }

    #[test]
    fn the_least_is_by_time_and_by_room() {
        assert_eq!(least_requests([0, 10, 11, 21, 22], 10, 20), 2 + 1);
        assert_eq!(least_requests([5; 41], 10, 20), 3);
        assert_eq!(least_requests([], 10, 20), 0);
    }
}

use std::collections::BTreeSet;

use super::*;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn player(xuid: u64) -> Player {
    Player { xuid, team: 0 }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Join(u64),
    Leave(u64),
}
use Event::{Join, Leave};

/// The groups of a match in which the events happen, with the XUIDs of each in order; it closes at the end.
fn groups(minimum: u64, events: &[(u64, Event)]) -> Vec<Vec<u64>> {
    let mut tracker = Tracker::new(ms(minimum));
    let mut cliques = Vec::new();
    let mut last = 0;
    for (time, event) in events {
        last = *time;
        match event {
            Join(xuid) => tracker.join(player(*xuid), ms(*time)).unwrap(),
            Leave(xuid) => cliques.extend(tracker.leave(*xuid, ms(*time)).unwrap()),
        }
    }
    cliques.extend(tracker.close(ms(last + 1)));
    assert_eq!(tracker.player_count(), 0);
    cliques.iter().map(sorted).collect()
}

fn sorted(clique: &Clique) -> Vec<u64> {
    let mut xuids: Vec<u64> = clique.players.iter().map(|player| player.xuid).collect();
    xuids.sort_unstable();
    xuids
}

#[test]
fn a_match_is_reported_when_it_ends() {
    assert_eq!(groups(0, &[(0, Join(1)), (0, Join(2)), (5, Join(3))]), [[1, 2, 3]]);
    assert_eq!(groups(0, &[]), [[0; 0]; 0]);
    assert_eq!(groups(0, &[(0, Join(1))]), [[0; 0]; 0]);
    assert_eq!(groups(0, &[(0, Join(1)), (1, Leave(1)), (1, Join(2))]), [[0; 0]; 0]);
}

#[test]
fn a_group_ends_where_somebody_leaves_after_somebody_joined() {
    let events = [(0, Join(1)), (0, Join(2)), (1, Leave(1)), (2, Join(3)), (3, Leave(2)), (4, Leave(3))];
    assert_eq!(groups(0, &events), [[1, 2], [2, 3]]);
}

#[test]
fn who_returns_meets_again_those_who_are_there() {
    let events = [(0, Join(1)), (0, Join(2)), (1, Leave(1)), (2, Join(1)), (3, Leave(2))];
    assert_eq!(groups(0, &events), [[1, 2], [1, 2]]);
}

#[test]
fn those_who_are_together_for_less_than_the_minimum_have_not_met() {
    let pair =
        |together: u64| groups(10, &[(0, Join(1)), (5, Join(2)), (5 + together, Leave(1)), (99, Leave(2))]).len();
    assert_eq!((pair(9), pair(10), pair(11)), (0, 1, 1));
    // Present for long, but together with each other only shortly.
    assert_eq!(groups(10, &[(0, Join(1)), (50, Join(2)), (55, Leave(1)), (99, Join(3))]), [[0; 0]; 0]);
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let mut tracker = Tracker::new(ms(0));
    assert_eq!(tracker.leave(1, ms(0)), Err(Refused::NotJoined));
    tracker.join(player(1), ms(1)).unwrap();
    assert_eq!(tracker.join(Player { xuid: 1, team: 2 }, ms(2)), Err(Refused::AlreadyJoined));
    tracker.join(player(2), ms(2)).unwrap();
    tracker.leave(2, ms(3)).unwrap().unwrap();
    assert_eq!(tracker.leave(2, ms(3)), Err(Refused::NotJoined));
    assert_eq!(tracker.close(ms(4)), None);
    let mut waiting = Tracker::new(ms(10));
    waiting.join(player(1), ms(0)).unwrap();
    assert_eq!(waiting.join(player(1), ms(5)), Err(Refused::AlreadyJoined));
}

#[test]
fn so_many_are_in_a_match_at_the_same_time_and_no_more() {
    let mut tracker = Tracker::new(ms(0));
    let most = MAX_PLAYERS_PRESENT as u64;
    (1..=most).for_each(|xuid| tracker.join(player(xuid), ms(0)).unwrap());
    assert_eq!(tracker.join(player(most + 1), ms(1)), Err(Refused::Full));
    tracker.leave(5, ms(2)).unwrap().unwrap();
    tracker.join(player(most + 1), ms(3)).unwrap();
}

#[test]
fn a_clock_that_goes_back_stands_still() {
    let mut tracker = Tracker::new(ms(10));
    tracker.join(player(1), ms(100)).unwrap();
    tracker.join(player(2), ms(50)).unwrap();
    assert_eq!(tracker.leave(1, ms(109)), Ok(None));
    assert_eq!(tracker.close(ms(0)), None);
}

#[test]
fn the_new_ones_come_first() {
    let mut tracker = Tracker::new(ms(0));
    for xuid in [1, 2, 3] {
        tracker.join(player(xuid), ms(0)).unwrap();
    }
    let first = tracker.leave(1, ms(1)).unwrap().unwrap();
    assert_eq!((first.new, sorted(&first)), (3, vec![1, 2, 3]));
    tracker.join(player(4), ms(2)).unwrap();
    let second = tracker.leave(3, ms(3)).unwrap().unwrap();
    assert_eq!((second.new, second.players[0].xuid, sorted(&second)), (1, 4, vec![2, 3, 4]));
}

/// Random matches with at most one event each millisecond.
fn random_matches() -> impl Iterator<Item = (u64, Vec<(u64, Event)>)> {
    let mut random = fastrand::Rng::with_seed(7);
    std::iter::repeat_with(move || {
        let (players, count) = (random.u64(1..=7), random.usize(0..=16));
        let mut inside = BTreeSet::new();
        let mut time = 0;
        let events = std::iter::repeat_with(|| {
            time += random.u64(1..=4);
            let xuid = random.u64(1..=players);
            (
                time,
                if inside.remove(&xuid) {
                    Leave(xuid)
                } else {
                    inside.insert(xuid);
                    Join(xuid)
                },
            )
        });
        let events = events.take(count).collect();
        (if random.bool() { 0 } else { random.u64(1..=12) }, events)
    })
    .take(20_000)
}

/// Each presence: who, from when, until when.
fn presences(events: &[(u64, Event)]) -> Vec<(u64, u64, u64)> {
    let end = events.last().map_or(0, |(time, _)| *time + 1);
    let joins = events.iter().enumerate().filter_map(|(index, (time, event))| match event {
        Join(xuid) => Some((index, *time, *xuid)),
        Leave(_) => None,
    });
    joins
        .map(|(index, from, xuid)| {
            let leave = events[index..].iter().find(|(_, event)| matches!(event, Leave(left) if *left == xuid));
            (xuid, from, leave.map_or(end, |(time, _)| *time))
        })
        .collect()
}

/// The pairs of presences that overlap by the minimum.
fn met(minimum: u64, presences: &[(u64, u64, u64)]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (second, b) in presences.iter().enumerate() {
        for (first, a) in presences[..second].iter().enumerate() {
            let (from, until) = (a.1.max(b.1), a.2.min(b.2));
            if a.0 != b.0 && from <= until && until - from >= minimum && until > from {
                pairs.push((first, second));
            }
        }
    }
    pairs
}

#[test]
fn exactly_those_who_met_share_a_group() {
    let mut together = 0;
    for (minimum, events) in random_matches() {
        let presences = presences(&events);
        let expected: BTreeSet<(u64, u64)> = met(minimum, &presences)
            .into_iter()
            .map(|(a, b)| (presences[a].0.min(presences[b].0), presences[a].0.max(presences[b].0)))
            .collect();
        let mut reported = BTreeSet::new();
        for group in groups(minimum, &events) {
            assert!(group.len() > 1);
            for (index, second) in group.iter().enumerate() {
                reported.extend(group[..index].iter().map(|first| (*first, *second)));
            }
        }
        assert_eq!(reported, expected, "{minimum} {events:?}");
        together += expected.len();
    }
    assert!(together > 10_000);
}

#[test]
fn there_are_no_fewer_groups_that_say_it() {
    let mut compared = 0;
    for (minimum, events) in random_matches() {
        let presences = presences(&events);
        let pairs = met(minimum, &presences);
        if presences.len() <= 9 {
            let groups = groups(minimum, &events).len();
            assert_eq!(groups, fewest_cliques(&pairs, presences.len()), "{minimum} {events:?}");
            compared += usize::from(groups > 1);
        }
    }
    assert!(compared > 1_000, "{compared}");
}

/// The size of the smallest set of cliques that covers all pairs, by trying all.
fn fewest_cliques(pairs: &[(usize, usize)], vertices: usize) -> usize {
    let edges: BTreeSet<(usize, usize)> = pairs.iter().copied().collect();
    let is_clique = |set: u32| {
        let members: Vec<usize> = (0..vertices).filter(|vertex| set >> vertex & 1 == 1).collect();
        members.iter().enumerate().all(|(index, b)| members[..index].iter().all(|a| edges.contains(&(*a, *b))))
    };
    let cliques: Vec<u32> = (0..1u32 << vertices).filter(|set| set.count_ones() > 1 && is_clique(*set)).collect();
    let maximal: Vec<u32> = cliques
        .iter()
        .copied()
        .filter(|set| !cliques.iter().any(|other| other != set && other & set == *set))
        .collect();
    let covers = |chosen: u32| {
        pairs.iter().all(|(a, b)| {
            let pair = 1 << a | 1 << b;
            maximal.iter().enumerate().any(|(index, clique)| chosen >> index & 1 == 1 && clique & pair == pair)
        })
    };
    let sizes = (0..1u32 << maximal.len()).filter(|chosen| covers(*chosen)).map(u32::count_ones);
    sizes.min().unwrap_or(0) as usize
}

#[test]
fn a_match_that_never_ends_takes_the_memory_of_those_who_are_present() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut tracker = Tracker::new(ms(1_000));
    let mut time = 0;
    for _ in 0..200_000 {
        time += random.u64(0..100);
        let xuid = random.u64(1..=10_000);
        if tracker.join(player(xuid), ms(time)).is_err() || tracker.player_count() > 90 {
            let other = *tracker.places.keys().next().unwrap();
            tracker.leave(other, ms(time)).unwrap();
        }
    }
    assert!(tracker.player_count() <= 91);
    assert!(tracker.present.capacity() < 1_000 && tracker.waiting.capacity() < 1_000);
}

#[test]
fn who_leaves_while_waiting_is_forgotten() {
    let mut tracker = Tracker::new(ms(1_000_000));
    for time in 0..100_000 {
        tracker.join(player(1), ms(time)).unwrap();
        tracker.leave(1, ms(time)).unwrap();
    }
    assert!(tracker.waiting.capacity() < 1_000);
    tracker.join(player(1), ms(100_000)).unwrap();
    tracker.join(player(2), ms(100_000)).unwrap();
    assert_eq!(sorted(&tracker.close(ms(1_100_000)).unwrap()), [1, 2]);
}

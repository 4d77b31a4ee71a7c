//! A clique in groups of a size that the service takes.

use super::tracker::Clique;
use super::tracker::Player;

/// The most players of a group.
pub const MAX_PLAYERS: usize = 100;

const HALF: usize = MAX_PLAYERS / 2;

impl Clique {
    /// How many groups `groups` returns.
    pub fn group_count(&self) -> usize {
        if self.players.len() <= MAX_PLAYERS {
            return 1;
        }
        let (halves, with_new) = (self.players.len().div_ceil(HALF), self.new.div_ceil(HALF));
        with_new * halves - with_new * (with_new + 1) / 2
    }

    /// Groups in which every two players share one, those who were reported before left out where possible.
    ///
    /// Up to 100 players are one group. Of more, every two halves of 50 are a group, unless both have only players
    /// who were reported to have met.
    pub fn groups(&self) -> impl Iterator<Item = Vec<Player>> {
        let one = (self.players.len() <= MAX_PLAYERS).then(|| self.players.clone());
        let halves: Vec<&[Player]> = if one.is_some() { vec![] } else { self.players.chunks(HALF).collect() };
        let with_new = self.new.div_ceil(HALF).min(halves.len());
        let pairs = (0..with_new).flat_map({
            let count = halves.len();
            move |first| (first + 1..count).map(move |second| (first, second))
        });
        one.into_iter().chain(pairs.map(move |(first, second)| [halves[first], halves[second]].concat()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn clique(count: usize, new: usize) -> Clique {
        Clique { players: (1..=count as u64).map(|xuid| Player { xuid, team: 0 }).collect(), new }
    }

    #[test]
    fn every_new_pair_shares_a_group() {
        for count in [2, 99, 100, 101, 149, 150, 151, 200, 333] {
            for new in [1, 2, 49, 50, 51, 100, 101, 150, count].into_iter().filter(|new| *new <= count) {
                let clique = clique(count, new);
                let groups: Vec<_> = clique.groups().collect();
                assert_eq!(groups.len(), clique.group_count(), "{count} {new}");
                let mut pairs = BTreeSet::new();
                for group in &groups {
                    assert!((2..=MAX_PLAYERS).contains(&group.len()), "{count} {new} {}", group.len());
                    let xuids: Vec<u64> = group.iter().map(|player| player.xuid).collect();
                    assert_eq!(xuids.iter().collect::<BTreeSet<_>>().len(), xuids.len());
                    for (index, second) in xuids.iter().enumerate() {
                        pairs.extend(xuids[..index].iter().map(|first| (*first.min(second), *first.max(second))));
                    }
                }
                for a in 1..=new as u64 {
                    for b in a + 1..=count as u64 {
                        assert!(pairs.contains(&(a, b)), "{count} {new}: {a} {b}");
                    }
                }
            }
        }
    }

    #[test]
    fn there_are_as_few_groups_as_halves_of_50_give() {
        let number = |count, new| clique(count, new).group_count();
        assert_eq!([number(100, 100), number(101, 101), number(150, 150), number(151, 151)], [1, 3, 3, 6]);
        assert_eq!([number(150, 1), number(150, 51), number(200, 50), number(1_000, 1)], [2, 3, 3, 19]);
    }
}

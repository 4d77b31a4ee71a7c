use std::collections::BTreeMap;

use super::*;

fn clique(teams: &[u32], new: usize) -> Clique {
    let players = teams.iter().zip(1..).map(|(team, xuid)| Player { xuid, team: *team }).collect();
    Clique { players, new }
}

/// Each pair that is reported, in both directions, with its relation.
fn reported(encounters: &Encounters) -> BTreeMap<(u64, u64), Relation> {
    let mut pairs = BTreeMap::new();
    let mut add = |a: u64, b: u64, relation| {
        let before = pairs.insert((a, b), relation);
        assert!(a != b && before.is_none_or(|before| before == relation), "{a} {b}");
    };
    let groups = encounters.groups(0..encounters.count());
    let lists = encounters.lists(0..encounters.count());
    assert_eq!(groups.len() + lists.len(), encounters.count());
    for Group { relation, players } in groups {
        assert!((2..=MAX_PLAYERS).contains(&players.len()));
        for (index, a) in players.iter().enumerate() {
            for b in &players[index + 1..] {
                add(a.xuid, b.xuid, relation);
                add(b.xuid, a.xuid, relation);
            }
        }
    }
    for Met { xuid, players } in lists {
        assert!((1..=MAX_PLAYERS).contains(&players.len()));
        players.into_iter().for_each(|(other, relation)| add(xuid, other, relation));
    }
    pairs
}

fn assert_exact(teams: &[u32], new: usize) {
    let clique = clique(teams, new);
    let pairs = reported(&Encounters::from(clique.clone()));
    for (index, a) in clique.players.iter().enumerate() {
        for (other, b) in clique.players.iter().enumerate() {
            let relation = pairs.get(&(a.xuid, b.xuid));
            let is_new = index != other && (index < new || other < new);
            assert!(!is_new || relation.is_some(), "{teams:?} {new}: {index} {other}");
            assert!(relation.is_none_or(|relation| *relation == Relation::between(*a, *b)), "{teams:?} {new}");
        }
    }
}

#[test]
fn every_new_pair_is_reported_as_its_teams_say() {
    for code in 0..4_u32.pow(5) {
        let teams: Vec<u32> = (0..5).map(|place| code >> (2 * place) & 3).collect();
        for length in 2..=5 {
            (1..=length).for_each(|new| assert_exact(&teams[..length], new));
        }
    }
    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..60 {
        let (count, most) = (random.usize(2..130), random.u32(1..30));
        let teams: Vec<u32> = (0..count).map(|_| random.u32(0..=most)).collect();
        assert_exact(&teams, random.usize(1..=count));
    }
    assert_exact(&[1; 250], 250);
    assert_exact(&[[1; 100], [2; 100]].concat(), 120);
}

#[test]
fn the_form_with_fewer_items_is_taken() {
    let of = |teams: &[u32], new| {
        let encounters = Encounters::from(clique(teams, new));
        (encounters.is_by_player(), encounters.count())
    };
    let two_teams = |size: usize| [vec![1; size], vec![2; size]].concat();
    assert_eq!(of(&[0; 100], 1), (false, 1));
    assert_eq!(of(&two_teams(1), 2), (false, 1));
    // Two groups for the teams, and each pair of opponents; as many lists of players.
    assert_eq!(of(&two_teams(2), 4), (true, 4));
    assert_eq!(of(&two_teams(50), 100), (true, 100));
    // One who joins later: the own team, and a pair with each opponent.
    assert_eq!(of(&two_teams(50), 1), (false, 51));
    // A party among those who play alone.
    assert_eq!(of(&[1, 1, 1, 2, 3, 4, 5, 6], 8), (false, 4));
    assert_eq!(of(&[1, 1, 1, 2, 3, 4, 5, 6], 1), (false, 2));
    // The one who joins plays alone: with each of the party, and all others.
    assert_eq!(of(&[6, 1, 1, 1, 2, 3, 4, 5], 1), (false, 3));
    // A team, and those in none.
    assert_eq!(of(&[1, 1, 0, 0, 0], 5), (false, 3));
    assert_eq!(of(&[1, 1, 0, 0, 0], 2), (false, 3));
    assert_eq!(of(&[0, 1, 1, 0, 0], 1), (false, 2));
    // More teams than is simple.
    assert_eq!(of(&[1, 1, 2, 2, 3, 3], 6), (true, 6));
    // 150 with each other, 100 in a list.
    assert_eq!(of(&two_teams(75), 150), (true, 300));
    assert_eq!(of(&two_teams(75), 1), (true, 151));
}

#[test]
fn a_part_is_that_of_all() {
    for (teams, new) in [(vec![0; 333], 120), (vec![1, 1, 1, 2, 3, 4], 6), ([[1; 75], [2; 75]].concat(), 101)] {
        let encounters = Encounters::from(clique(&teams, new));
        let count = encounters.count();
        let (groups, lists) = (encounters.groups(0..count), encounters.lists(0..count));
        for range in [0..1, 1..count, count - 1..count] {
            assert_eq!(encounters.groups(range.clone()), groups.get(range.clone()).unwrap_or_default());
            assert_eq!(encounters.lists(range.clone()), lists.get(range).unwrap_or_default());
        }
    }
}

#[test]
fn the_memory_is_that_of_the_players_and_of_the_groups() {
    let bytes = |teams: &[u32]| Encounters::from(clique(teams, teams.len())).bytes();
    let (player, group) = (size_of::<Player>(), size_of::<Group>());
    assert_eq!(bytes(&[0; 10]), 10 * player);
    assert_eq!(bytes(&[1, 1, 2, 2]), 4 * player);
    // The party, and each of it with the other two.
    assert_eq!(bytes(&[1, 1, 1, 2, 3, 4, 5, 6]), (8 + 3 + 3 * 6) * player + 4 * group);
}

//! How two players met, by the teams that they were in.

use super::tracker::{Clique, Player};

/// How two players met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// At least one of them is in no team.
    Default,
    Teammate,
    Opponent,
}

impl Relation {
    pub fn between(a: Player, b: Player) -> Self {
        match (a.team, b.team) {
            (0, _) | (_, 0) => Self::Default,
            (a, b) if a == b => Self::Teammate,
            _ => Self::Opponent,
        }
    }
}

impl Clique {
    /// The relation of every two players, if it is the same.
    pub fn relation(&self) -> Option<Relation> {
        if self.players.iter().all(|player| player.team == 0) {
            return Some(Relation::Default);
        }
        let mut teams: Vec<u32> = self.players.iter().map(|player| player.team).collect();
        teams.sort_unstable();
        let in_no_team = teams.iter().take_while(|team| **team == 0).count();
        let all_differ = teams.windows(2).all(|pair| pair[0] != pair[1]);
        match in_no_team {
            0 if teams.first() == teams.last() => Some(Relation::Teammate),
            0 if all_differ => Some(Relation::Opponent),
            0 => None,
            // Of two who are in a team, at most one may be there.
            _ => (teams.len() - in_no_team <= 1).then_some(Relation::Default),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clique(teams: &[u32]) -> Clique {
        let players = teams.iter().zip(1..).map(|(team, xuid)| Player { xuid, team: *team }).collect();
        Clique { players, new: teams.len() }
    }

    /// The relation of all pairs, if it is one.
    fn of_all_pairs(clique: &Clique) -> Option<Relation> {
        let players = &clique.players;
        let pairs = (0..players.len()).flat_map(|b| (0..b).map(move |a| Relation::between(players[a], players[b])));
        let mut relations: Vec<Relation> = pairs.collect();
        relations.dedup();
        (relations.len() == 1).then(|| relations[0])
    }

    #[test]
    fn the_relation_is_that_of_every_pair() {
        for code in 0..4_u32.pow(6) {
            for length in 2..=6 {
                let teams: Vec<u32> = (0..length).map(|place| code >> (2 * place) & 3).collect();
                let clique = clique(&teams);
                assert_eq!(clique.relation(), of_all_pairs(&clique), "{teams:?}");
            }
        }
    }

    #[test]
    fn examples() {
        assert_eq!(clique(&[0, 0, 0]).relation(), Some(Relation::Default));
        assert_eq!(clique(&[4, 4, 4]).relation(), Some(Relation::Teammate));
        assert_eq!(clique(&[1, 2, 3]).relation(), Some(Relation::Opponent));
        assert_eq!(clique(&[1, 1, 2]).relation(), None);
        assert_eq!(clique(&[0, 0, 3]).relation(), Some(Relation::Default));
    }
}

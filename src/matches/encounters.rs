//! What is reported of a clique, so that every pair has the relation that its teams give it.

use std::ops::Range;

use super::relation::Relation;
use super::split::MAX_PLAYERS;
use super::tracker::{Clique, Player};

/// A clique as it is reported: in groups, or player by player, whichever takes fewer items of a request.
#[derive(Debug)]
pub struct Encounters {
    clique: Clique,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// Every pair has this relation.
    Groups(Relation),
    /// Each group has the relation of all its pairs.
    GroupsByRelation(Vec<Group>),
    /// For each player whom that player met, and how.
    Players,
}

/// Players of whom every two have this relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub relation: Relation,
    pub players: Vec<Player>,
}

/// Whom a player met, and how.
#[derive(Debug, PartialEq, Eq)]
pub struct Met {
    pub xuid: u64,
    pub players: Vec<(u64, Relation)>,
}

impl From<Clique> for Encounters {
    fn from(clique: Clique) -> Self {
        let form = match clique.relation() {
            Some(relation) => Form::Groups(relation),
            None => clique.groups_by_relation(clique.lists()).map_or(Form::Players, Form::GroupsByRelation),
        };
        Self { clique, form }
    }
}

impl Encounters {
    /// Whether it is reported player by player.
    pub fn is_by_player(&self) -> bool {
        matches!(self.form, Form::Players)
    }

    /// How many groups there are, or lists of players.
    pub fn count(&self) -> usize {
        match &self.form {
            Form::Groups(_) => self.clique.group_count(),
            Form::GroupsByRelation(groups) => groups.len(),
            Form::Players => self.clique.lists(),
        }
    }

    /// Some of the groups. None if it is reported player by player.
    pub fn groups(&self, range: Range<usize>) -> Vec<Group> {
        match &self.form {
            Form::Groups(relation) => {
                let groups = self.clique.groups().skip(range.start).take(range.len());
                groups.map(|players| Group { relation: *relation, players }).collect()
            }
            Form::GroupsByRelation(groups) => groups.get(range).unwrap_or_default().to_vec(),
            Form::Players => vec![],
        }
    }

    /// Some of the lists, if it is reported player by player.
    pub fn lists(&self, range: Range<usize>) -> Vec<Met> {
        if self.is_by_player() { range.map(|index| self.clique.list(index)).collect() } else { vec![] }
    }

    pub fn players(&self) -> &[Player] {
        &self.clique.players
    }

    /// How much memory it holds beside itself.
    pub fn bytes(&self) -> usize {
        let groups = match &self.form {
            Form::GroupsByRelation(groups) => &groups[..],
            Form::Groups(_) | Form::Players => &[],
        };
        let in_groups: usize = groups.iter().map(|group| size_of_val(&group.players[..])).sum();
        size_of_val(&self.clique.players[..]) + size_of_val(groups) + in_groups
    }
}

impl Clique {
    /// How many lists tell it player by player: a new player met all others, another one only the new ones.
    fn lists(&self) -> usize {
        let (for_new, for_others) = self.lists_each();
        for_new * self.new + for_others * (self.players.len() - self.new)
    }

    /// How many lists a new player and another one have.
    fn lists_each(&self) -> (usize, usize) {
        ((self.players.len() - 1).div_ceil(MAX_PLAYERS), self.new.div_ceil(MAX_PLAYERS))
    }

    fn list(&self, index: usize) -> Met {
        let (for_new, for_others) = self.lists_each();
        let of_new = for_new * self.new;
        let (owner, part) = match index.checked_sub(of_new) {
            None => (index / for_new, index % for_new),
            Some(index) => (self.new + index / for_others, index % for_others),
        };
        let met = if owner < self.new { self.players.len() } else { self.new };
        let player = self.players[owner];
        let others = (0..met).filter(|other| *other != owner).map(|other| self.players[other]);
        let players = others.skip(part * MAX_PLAYERS).take(MAX_PLAYERS);
        Met {
            xuid: player.xuid,
            players: players.map(|other| (other.xuid, Relation::between(player, other))).collect(),
        }
    }

    /// Groups of one relation each that have all new pairs, if they are simply found and at most `most`.
    ///
    /// Team by team for teammates; for opponents one of each team, which is simple where at most two teams have more
    /// than one player; and each player of a team with all who are in none.
    fn groups_by_relation(&self, most: usize) -> Option<Vec<Group>> {
        if self.players.len() > MAX_PLAYERS {
            return None;
        }
        let teams = self.teams();
        let (in_no_team, teams) = teams.split_first()?;
        let mut groups = self.teammates(teams);
        groups.extend(self.with_those_in_no_team(in_no_team, teams));
        let room = most.checked_sub(groups.len())?;
        groups.extend(self.opponents(teams, room)?);
        Some(groups)
    }

    /// The indices of those in no team, then those of each team, the largest first.
    fn teams(&self) -> Vec<Vec<usize>> {
        let mut by_team: Vec<usize> = (0..self.players.len()).collect();
        by_team.sort_by_key(|index| self.players[*index].team);
        let in_no_team = by_team.partition_point(|index| self.players[*index].team == 0);
        let (in_no_team, in_teams) = by_team.split_at(in_no_team);
        let mut teams: Vec<Vec<usize>> =
            in_teams.chunk_by(|a, b| self.players[*a].team == self.players[*b].team).map(<[usize]>::to_vec).collect();
        teams.sort_by_key(|team| std::cmp::Reverse(team.len()));
        teams.insert(0, in_no_team.to_vec());
        teams
    }

    fn teammates(&self, teams: &[Vec<usize>]) -> Vec<Group> {
        let with_new = teams.iter().filter(|team| team.len() > 1 && self.has_new(team));
        with_new.map(|team| self.group(Relation::Teammate, team)).collect()
    }

    fn with_those_in_no_team(&self, in_no_team: &[usize], teams: &[Vec<usize>]) -> Vec<Group> {
        if in_no_team.is_empty() {
            return vec![];
        }
        let all_are_new = self.has_new(in_no_team);
        let players = teams.iter().flatten().filter(|player| all_are_new || **player < self.new);
        players.map(|player| self.group(Relation::Default, &[in_no_team, &[*player]].concat())).collect()
    }

    fn opponents(&self, teams: &[Vec<usize>], most: usize) -> Option<Vec<Group>> {
        let [first, second, others @ ..] = teams else { return Some(vec![]) };
        if others.first().is_some_and(|team| team.len() > 1) {
            return None;
        }
        let singles = others.concat();
        let mut pairs = self.new_pairs(first, second, most)?;
        if self.has_new(&singles) {
            // They meet each player of the two teams in some pair.
            let missing = |team: &[usize], side: fn(&(usize, usize)) -> usize| -> Vec<usize> {
                team.iter().copied().filter(|player| pairs.iter().all(|pair| side(pair) != *player)).collect()
            };
            let (in_first, in_second) = (missing(first, |pair| pair.0), missing(second, |pair| pair.1));
            let count = in_first.len().max(in_second.len());
            let one = |missing: &[usize], team: &[usize], index| missing.get(index).copied().unwrap_or(team[0]);
            pairs.extend((0..count).map(|index| (one(&in_first, first, index), one(&in_second, second, index))));
        }
        let groups = pairs.iter().map(|(a, b)| self.group(Relation::Opponent, &[&[*a, *b], &singles[..]].concat()));
        (pairs.len() <= most).then(|| groups.collect())
    }

    /// The pairs of two teams that were not reported, if they are at most `most`.
    fn new_pairs(&self, first: &[usize], second: &[usize], most: usize) -> Option<Vec<(usize, usize)>> {
        let old = |team: &[usize]| team.iter().filter(|player| **player >= self.new).count();
        if first.len() * second.len() - old(first) * old(second) > most {
            return None;
        }
        let pairs = first.iter().flat_map(|a| second.iter().map(|b| (*a, *b)));
        Some(pairs.filter(|(a, b)| self.has_new(&[*a, *b])).collect())
    }

    fn has_new(&self, players: &[usize]) -> bool {
        players.iter().any(|player| *player < self.new)
    }

    fn group(&self, relation: Relation, players: &[usize]) -> Group {
        Group { relation, players: players.iter().map(|player| self.players[*player]).collect() }
    }
}

#[cfg(test)]
#[path = "encounters_tests.rs"]
mod tests;

//! Matches in the queue: a match is one operation, and its reports are parts of that.

use std::sync::Arc;

use super::super::match_tally::MatchTally;
use super::super::operation::Operation;
use super::State;
use crate::client::{Match, Settings};
use crate::outcome::{Outcome, Result, Status};
use crate::stats::Kind;

impl State {
    /// Opens a match, which has a place in the queue from now on until its completion has been polled.
    pub fn open_match(&mut self, settings: &Settings, new: impl FnOnce(u64) -> Match) -> Result<Arc<Match>> {
        self.refuse_unless_open()?;
        self.refuse_without_room(1, 0, settings)?;
        self.held += 1;
        self.counters.began(Kind::Operation, Match::LANE);
        self.last_match += 1;
        let game_match = Arc::new(new(self.last_match));
        self.matches.insert(self.last_match, MatchTally::new(game_match.clone()));
        Ok(game_match)
    }

    /// The matches that have not been closed.
    pub fn open_matches(&self) -> Vec<Arc<Match>> {
        self.matches.values().filter_map(MatchTally::open_match).cloned().collect()
    }

    /// Takes a report of an open match in. One that finds no room is counted as not sent.
    pub fn enqueue_report(&mut self, operation: Operation, settings: &Settings) -> Result<u64> {
        let Some(tally) = operation.game_match.and_then(|id| self.matches.get_mut(&id)) else {
            return Err(Outcome::internal("A report belongs to no match; nothing was sent. Please report this."));
        };
        tally.began(operation.work.call().count());
        let room = self.refuse_without_room(0, operation.bytes(), settings);
        match room {
            Ok(()) => Ok(self.queue(operation)),
            Err(refusal) => {
                if let Some(tally) = operation.game_match.and_then(|id| self.matches.get_mut(&id)) {
                    tally.ended((*refusal).clone());
                }
                Err(refusal)
            }
        }
    }

    /// Closes a match; its completion comes once all of its reports have ended. Returns the number of its operation.
    pub fn close_match(&mut self, id: u64, user_data: u64) -> u64 {
        self.last_number += 1;
        if let Some(tally) = self.matches.get_mut(&id) {
            tally.close(self.last_number, user_data);
        }
        let number = self.last_number;
        self.complete_match(id);
        number
    }

    /// A report of a match has ended.
    pub fn report_ended(&mut self, id: u64, outcome: Outcome) {
        if outcome.status != Status::Ok {
            self.log.write_outcome(&outcome);
        }
        if let Some(tally) = self.matches.get_mut(&id) {
            tally.ended(outcome);
        }
        self.complete_match(id);
    }

    fn complete_match(&mut self, id: u64) {
        let Some(ended) = self.matches.get_mut(&id).and_then(MatchTally::completion) else { return };
        self.matches.remove(&id);
        self.counters.completed(Kind::Operation, Match::LANE, &ended.outcome);
        self.log.write_outcome(&ended.outcome);
        self.ended.push_back(ended);
    }
}

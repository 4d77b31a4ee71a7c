//! What the reports of a match ended with, for its one completion.

use std::sync::Arc;
use std::time::Duration;

use super::operation::Ended;
use crate::client::Match;
use crate::outcome::{Outcome, Status};

/// The reports of a match. They take no place in the capacity of the queue, only bytes; the match itself has one from
/// the time it is opened, so that it can be closed at any time.
#[derive(Debug)]
pub struct MatchTally {
    game_match: Arc<Match>,
    closed: Option<Closed>,
    /// Reports that have not ended.
    under_way: usize,
    /// Groups, of all reports.
    groups: u32,
    acknowledged: u32,
    uncertain: u32,
    refused: u32,
    attempts: u32,
    /// The longest that a report has waited, and has taken.
    queued: Duration,
    elapsed: Duration,
    /// Of the last response, with what the first failure says once there is one.
    last_success: Outcome,
    first_failure: Option<Outcome>,
}

#[derive(Clone, Copy, Debug)]
struct Closed {
    number: u64,
    user_data: u64,
}

impl MatchTally {
    pub fn new(game_match: Arc<Match>) -> Self {
        Self {
            game_match,
            closed: None,
            under_way: 0,
            groups: 0,
            acknowledged: 0,
            uncertain: 0,
            refused: 0,
            attempts: 0,
            queued: Duration::ZERO,
            elapsed: Duration::ZERO,
            last_success: Outcome::new(Status::Ok, ""),
            first_failure: None,
        }
    }

    /// The match, while it is open.
    pub fn open_match(&self) -> Option<&Arc<Match>> {
        self.closed.is_none().then_some(&self.game_match)
    }

    pub fn close(&mut self, number: u64, user_data: u64) {
        self.closed = Some(Closed { number, user_data });
    }

    /// The number of the operation, once the match has been closed.
    pub fn number(&self) -> Option<u64> {
        self.closed.map(|closed| closed.number)
    }

    pub fn began(&mut self, groups: usize) {
        self.groups = self.groups.saturating_add(u32::try_from(groups).unwrap_or(u32::MAX));
        self.under_way += 1;
    }

    pub fn ended(&mut self, outcome: Outcome) {
        self.under_way -= 1;
        for (sum, count) in [
            (&mut self.acknowledged, outcome.acknowledged),
            (&mut self.uncertain, outcome.uncertain),
            (&mut self.refused, outcome.refused),
            (&mut self.attempts, outcome.attempts),
        ] {
            *sum = sum.saturating_add(count);
        }
        self.queued = self.queued.max(outcome.queued);
        self.elapsed = self.elapsed.max(outcome.elapsed);
        if outcome.status == Status::Ok {
            self.last_success = outcome;
        } else {
            self.first_failure.get_or_insert(outcome);
        }
    }

    /// The completion, once the match is closed and all of its reports have ended.
    pub fn completion(&mut self) -> Option<Ended> {
        let Closed { number, user_data } = self.closed.filter(|_| self.under_way == 0)?;
        let message = self.message();
        let last = self.first_failure.take().unwrap_or_else(|| self.last_success.clone());
        let mut outcome = Outcome {
            acknowledged: self.acknowledged,
            uncertain: self.uncertain,
            refused: self.refused,
            attempts: self.attempts,
            // The caller does not have the groups, so there is nothing that it could send again.
            retryable: false,
            queued: self.queued,
            elapsed: self.elapsed,
            message: message.into(),
            ..last
        };
        outcome.shorten();
        Some(Ended { number, user_data, bytes: 0, outcome, found: vec![] })
    }

    fn message(&self) -> String {
        let Self { groups, acknowledged, uncertain, refused, .. } = self;
        match &self.first_failure {
            None if *groups == 0 => {
                "The match was closed; no two players were in it at the same time, so nothing was sent.".to_owned()
            }
            None => "All groups of the match were acknowledged.".to_owned(),
            Some(failure) => {
                let unsent = groups.saturating_sub(acknowledged.saturating_add(*uncertain).saturating_add(*refused));
                format!(
                    "Of {groups} groups of the match, {acknowledged} were acknowledged, {uncertain} are uncertain, \
                     {refused} were refused and {unsent} were not sent. The first failure: {}",
                    failure.message
                )
            }
        }
    }
}

//! Matches: players join and leave; whom to report follows, and goes out as operations of the client.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::queue::{Operation, State, Work};
use super::{Client, Shared};
use crate::api::Lane;
use crate::log::Level;
use crate::matches::{Player, Refused, Report, Tracker};
use crate::outcome::{Outcome, Result, Status};
use crate::sync::{Mutex, MutexGuard};

/// A match: what a handle of the C interface names.
#[derive(Debug)]
pub struct Match {
    id: u64,
    /// Of its completion, if the client closes it.
    user_data: u64,
    opened: Instant,
    /// `None` once it is closed. Its lock is taken before that of the queue.
    tracker: Mutex<Option<Tracker>>,
}

impl Match {
    /// That of its reports.
    pub const LANE: Lane = Lane::RecentPlayers;

    fn closed() -> Box<Outcome> {
        Box::new(Outcome::new(Status::Closed, "The match has been closed, or its client is being drained or closed."))
    }
}

/// Why an event of a match was not taken, or not reported.
#[derive(Debug)]
pub enum MatchError {
    Refused(Refused),
    Closed(Box<Outcome>),
    /// The player has left, but the report found no room in the queue.
    Unsent(Box<Outcome>),
}

impl Client {
    /// Opens a match. `user_data`: of its completion, if the client closes it.
    pub fn open_match(&self, minimum_together: Duration, user_data: u64) -> Result<Arc<Match>> {
        let new = |id| Match {
            id,
            user_data,
            opened: Instant::now(),
            tracker: Mutex::new(Some(Tracker::new(minimum_together))),
        };
        self.shared.state.lock().open_match(&self.shared.settings, new)
    }

    /// A player joins.
    pub fn join(&self, game_match: &Match, player: Player) -> std::result::Result<(), MatchError> {
        let mut tracker = game_match.tracker.lock();
        let tracker = tracker.as_mut().ok_or_else(Match::closed).map_err(MatchError::Closed)?;
        tracker.join(player, game_match.opened.elapsed()).map_err(MatchError::Refused)
    }

    /// A player leaves, and those who were together are reported, unless they have been.
    pub fn leave(&self, game_match: &Match, xuid: u64) -> std::result::Result<(), MatchError> {
        let mut tracker = game_match.tracker.lock();
        let tracker = tracker.as_mut().ok_or_else(Match::closed).map_err(MatchError::Closed)?;
        match tracker.leave(xuid, game_match.opened.elapsed()).map_err(MatchError::Refused)? {
            None => Ok(()),
            Some(clique) => {
                self.submit_report(game_match, Report::new(clique, SystemTime::now())).map_err(MatchError::Unsent)
            }
        }
    }

    /// All players leave, and one completion will say what all reports ended with. `stored` gets the number of the
    /// operation before the completion can be seen.
    pub fn close_match(&self, game_match: &Match, user_data: u64, stored: impl FnOnce(u64)) -> Result<()> {
        let mut tracker = game_match.tracker.lock();
        let mut open = tracker.take().ok_or_else(Match::closed)?;
        if let Some(clique) = open.close(game_match.opened.elapsed()) {
            // One that finds no room is counted in the completion.
            let _ = self.submit_report(game_match, Report::new(clique, SystemTime::now()));
        }
        let mut state = self.shared.state.lock();
        stored(state.close_match(game_match.id, user_data));
        if state.has_events() {
            self.shared.notify(&mut state);
        }
        Ok(())
    }

    /// Closes all matches, and returns with the lock held: none can be opened until it is released.
    pub(super) fn close_matches(&self) -> MutexGuard<'_, State> {
        loop {
            let state = self.shared.state.lock();
            let open = state.open_matches();
            if open.is_empty() {
                return state;
            }
            // The lock of a match is taken before that of the queue.
            drop(state);
            for game_match in open {
                // Another thread may have closed it.
                let _ = self.close_match(&game_match, game_match.user_data, |_| ());
            }
        }
    }

    fn submit_report(&self, game_match: &Match, report: Report) -> Result<()> {
        drop(self.shared.engine.sign_in_in_background());
        let now = Instant::now();
        let shared: &Arc<Shared> = &self.shared;
        let settings = &shared.settings.lanes[Match::LANE as usize];
        let mut operation = Operation::new(Work::new(report), None, 0, now, now + settings.time_to_live);
        operation.game_match = Some(game_match.id);
        let expires = operation.expires;
        let mut state = shared.state.lock();
        state.enqueue_report(operation, &shared.settings)?;
        if let Err(outcome) = shared.start_worker(&mut state, Match::LANE) {
            // It is queued, and the next report or operation tries again.
            shared.engine.log().write(Level::Warning, || outcome.message.to_string());
        }
        shared.wake_after_enqueue(state, Match::LANE, expires);
        Ok(())
    }
}

//! What the service keeps of users: their activities, and whom they met. Pure but for the lock around it.

mod activities;
mod recent_players;
mod time;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use activities::{Activities, Activity, Viewer};
pub use recent_players::RecentPlayer;
pub(crate) use recent_players::{Encounter, RecentPlayers, Report};
pub(crate) use time::Time;

/// Of all titles.
#[derive(Default)]
pub(crate) struct Users {
    records: Mutex<Records>,
}

#[derive(Default)]
pub(crate) struct Records {
    pub activities: Activities,
    pub recent_players: RecentPlayers,
}

impl Users {
    pub fn records(&self) -> MutexGuard<'_, Records> {
        // A panic leaves at worst one report half listed.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Clears what is kept of a title.
    pub fn forget(&self, title_id: u32) {
        let mut records = self.records();
        records.activities.forget(title_id);
        records.recent_players.forget(title_id);
    }
}

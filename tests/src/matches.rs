//! Matches through the C functions.

use mpa::ffi::matches::{
    mpa_match, mpa_match_close, mpa_match_config, mpa_match_join, mpa_match_leave, mpa_match_open,
};

use crate::c::{Client, Outcome, init, outcome};

/// An open match.
pub struct Match(pub mpa_match);

impl Match {
    pub fn open(client: &Client, minimum_together_ms: u32, user_data: u64) -> Self {
        let config = mpa_match_config { minimum_together_ms, user_data, ..init() };
        let (opened, it) = Self::try_open(client, Some(&config));
        assert_eq!(opened.status, "MPA_OK", "{}", opened.message);
        it
    }

    pub fn try_open(client: &Client, config: Option<&mpa_match_config>) -> (Outcome, Self) {
        let mut opened = mpa_match { id: u64::MAX };
        let config = config.map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the pointers are good.
        let outcome = outcome(|result| unsafe { mpa_match_open(client.0, config, &mut opened, result) });
        (outcome, Self(opened))
    }

    pub fn join(&self, xuid: u64, team: u32) -> Outcome {
        // SAFETY: the pointer is good.
        outcome(|result| unsafe { mpa_match_join(self.0, xuid, team, result) })
    }

    pub fn leave(&self, xuid: u64) -> Outcome {
        // SAFETY: the pointer is good.
        outcome(|result| unsafe { mpa_match_leave(self.0, xuid, result) })
    }

    /// The number of its operation too.
    pub fn close(&self, user_data: u64) -> (Outcome, u64) {
        let mut number = 0;
        // SAFETY: the pointers are good.
        let outcome = outcome(|result| unsafe { mpa_match_close(self.0, user_data, &mut number, result) });
        (outcome, number)
    }

    pub fn join_all(&self, players: impl IntoIterator<Item = (u64, u32)>) {
        for (xuid, team) in players {
            let joined = self.join(xuid, team);
            assert_eq!(joined.status, "MPA_OK", "{}", joined.message);
        }
    }
}

//! Activities and recent players, called from Rust as a C program calls them.

use std::ffi::{CStr, c_char};
use std::ptr;

use mpa::ffi::activity::{mpa_activity, mpa_delete_activity, mpa_set_activity};
use mpa::ffi::activity_query::{mpa_activity_record, mpa_get_activities, mpa_query_activities, mpa_read_activities};
use mpa::ffi::authorization::mpa_authorization;
use mpa::ffi::recent_players::{
    mpa_post_recent_players, mpa_post_server_recent_players, mpa_recent_player, mpa_user_recent_players,
};
use mpa::ffi::submit::{
    mpa_submit_delete_activity, mpa_submit_get_activities, mpa_submit_query_activities, mpa_submit_recent_players,
    mpa_submit_server_recent_players, mpa_submit_set_activity,
};

use crate::c::{Client, Outcome, init, outcome, text};

/// A record with its texts as Rust has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    pub xuid: u64,
    pub title_id: u32,
    pub sequence_number: u64,
    pub join_restriction: i32,
    pub platform: i32,
    pub max_players: u32,
    pub current_players: u32,
    pub connection_string: String,
    pub group_id: String,
}

/// What a query stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub records: Vec<Record>,
    pub total: u32,
}

/// Makes a call that stores up to `capacity` records.
fn with_records(
    capacity: u32,
    call: impl FnOnce(*mut mpa_activity_record, *mut u32, *mut mpa::ffi::result::mpa_result) -> i32,
) -> (Outcome, Found) {
    let mut records: Vec<mpa_activity_record> = vec![init(); capacity as usize];
    let mut total = u32::MAX;
    let place = if capacity == 0 { ptr::null_mut() } else { records.as_mut_ptr() };
    let outcome = outcome(|result| call(place, &mut total, result));
    let stored = if total == u32::MAX { 0 } else { total.min(capacity) };
    let records = records.iter().take(stored as usize).map(read).collect();
    (outcome, Found { records, total })
}

fn read(record: &mpa_activity_record) -> Record {
    assert_eq!(record.struct_size as usize, size_of::<mpa_activity_record>(), "the size is not written");
    let read = |array: &[c_char]| {
        // SAFETY: texts in records end in NUL.
        unsafe { CStr::from_ptr(array.as_ptr()) }.to_str().expect("texts are UTF-8").to_owned()
    };
    Record {
        xuid: record.xuid,
        title_id: record.title_id,
        sequence_number: record.sequence_number,
        join_restriction: record.join_restriction,
        platform: record.platform,
        max_players: record.max_players,
        current_players: record.current_players,
        connection_string: read(&record.connection_string),
        group_id: read(&record.group_id),
    }
}

/// An activity that can be joined by everyone.
pub fn activity(connection_string: &str, sequence_number: u64) -> mpa_activity {
    mpa_activity { connection_string: text(connection_string), sequence_number, ..init() }
}

/// Someone met at the second that the wire examples have: 2020-05-12T10:11:12Z.
pub fn recent_player(xuid: u64, encounter_type: i32) -> mpa_recent_player {
    mpa_recent_player { xuid, encounter_type, timestamp_unix_ms: 1_589_278_272_000, ..init() }
}

pub fn user_recent_players(xuid: u64, players: &[mpa_recent_player]) -> mpa_user_recent_players {
    let recent_player_count = u32::try_from(players.len()).expect("few players");
    mpa_user_recent_players { xuid, recent_player_count, recent_players: players.as_ptr(), ..init() }
}

/// The token of a user, for one call.
pub struct Token(mpa_authorization);

impl Token {
    pub fn of_user(user_hash: u64) -> Self {
        Self(mpa_authorization { header: text(&format!("XBL3.0 x={user_hash};user-token")), ..init() })
    }

    fn pointer(token: Option<&Self>) -> *const mpa_authorization {
        token.map_or(ptr::null(), |token| &token.0)
    }
}

/// How many there are of something, as C counts.
fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).expect("few items")
}

impl Client {
    pub fn set_activity(&self, xuid: u64, activity: &mpa_activity) -> Outcome {
        // SAFETY: the pointers are good.
        outcome(|result| unsafe { mpa_set_activity(self.0, xuid, activity, result) })
    }

    pub fn delete_activity(&self, xuid: u64, sequence_number: u64) -> Outcome {
        // SAFETY: the pointers are good.
        outcome(|result| unsafe { mpa_delete_activity(self.0, xuid, sequence_number, ptr::null(), result) })
    }

    pub fn get_activities(&self, xuid: u64, capacity: u32) -> (Outcome, Found) {
        with_records(capacity, |records, total, result| {
            // SAFETY: the pointers are good.
            unsafe { mpa_get_activities(self.0, xuid, ptr::null(), records, capacity, total, result) }
        })
    }

    pub fn query_activities(&self, xuids: &[u64], token: Option<&Token>, capacity: u32) -> (Outcome, Found) {
        let (users, token) = (xuids.as_ptr(), Token::pointer(token));
        with_records(capacity, |records, total, result| {
            // SAFETY: the pointers are good.
            unsafe { mpa_query_activities(self.0, users, count(xuids), token, records, capacity, total, result) }
        })
    }

    /// What a submitted query found.
    pub fn read_activities(&self, operation: u64, capacity: u32) -> (Outcome, Found) {
        with_records(capacity, |records, total, result| {
            // SAFETY: the pointers are good.
            unsafe { mpa_read_activities(self.0, operation, records, capacity, total, result) }
        })
    }

    pub fn post_recent_players(&self, players: &[mpa_recent_player], token: Option<&Token>) -> Outcome {
        let token = Token::pointer(token);
        // SAFETY: the pointers are good.
        outcome(|result| unsafe { mpa_post_recent_players(self.0, players.as_ptr(), count(players), token, result) })
    }

    pub fn post_server_recent_players(&self, users: &[mpa_user_recent_players]) -> Outcome {
        // SAFETY: the pointers are good.
        outcome(|result| unsafe { mpa_post_server_recent_players(self.0, users.as_ptr(), count(users), result) })
    }

    pub fn submit_activity(&self, xuid: u64, activity: &mpa_activity, user_data: u64) -> (Outcome, u64) {
        // SAFETY: the pointers are good.
        numbered(|number, result| unsafe { mpa_submit_set_activity(self.0, xuid, activity, user_data, number, result) })
    }

    pub fn submit_deletion(&self, xuid: u64, sequence_number: u64, user_data: u64) -> (Outcome, u64) {
        // SAFETY: the pointers are good.
        numbered(|number, result| unsafe {
            mpa_submit_delete_activity(self.0, xuid, sequence_number, ptr::null(), user_data, number, result)
        })
    }

    pub fn submit_query(&self, xuids: &[u64], user_data: u64) -> (Outcome, u64) {
        let users = xuids.as_ptr();
        // SAFETY: the pointers are good.
        numbered(|number, result| unsafe {
            mpa_submit_query_activities(self.0, users, count(xuids), ptr::null(), user_data, number, result)
        })
    }

    pub fn submit_get(&self, xuid: u64, user_data: u64) -> (Outcome, u64) {
        // SAFETY: the pointers are good.
        numbered(|number, result| unsafe {
            mpa_submit_get_activities(self.0, xuid, ptr::null(), user_data, number, result)
        })
    }

    pub fn submit_recent_players(
        &self,
        players: &[mpa_recent_player],
        token: Option<&Token>,
        user_data: u64,
    ) -> (Outcome, u64) {
        let token = Token::pointer(token);
        // SAFETY: the pointers are good.
        numbered(|number, result| unsafe {
            mpa_submit_recent_players(self.0, players.as_ptr(), count(players), token, user_data, number, result)
        })
    }

    pub fn submit_server_recent_players(&self, users: &[mpa_user_recent_players], user_data: u64) -> (Outcome, u64) {
        // SAFETY: the pointers are good.
        numbered(|number, result| unsafe {
            mpa_submit_server_recent_players(self.0, users.as_ptr(), count(users), user_data, number, result)
        })
    }
}

/// Submits, and returns the number of the operation too.
fn numbered(call: impl FnOnce(*mut u64, *mut mpa::ffi::result::mpa_result) -> i32) -> (Outcome, u64) {
    let mut number = 0;
    let outcome = outcome(|result| call(&mut number, result));
    (outcome, number)
}

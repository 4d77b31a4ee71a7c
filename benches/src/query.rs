//! A query of activities: 30 users in the request, and an activity of each in the answer.

use std::ptr;

use mpa::ffi::activity_query::{mpa_activity_record, mpa_query_activities};
use mpa::ffi::result::mpa_result;

use crate::children::{Child, Programs};
use crate::instructions;
use crate::ours::{Ours, zeroed};
use crate::peer::Peer;
use crate::report;
use crate::request;
use crate::same_request;
use crate::system_calls;
use crate::tools::{Result, Scratch};
use crate::worker::Caller;

/// As many users as the service takes in one request.
pub const USERS: [u64; 30] = {
    let mut users = [0; 30];
    let mut index = 0;
    while index < users.len() {
        users[index] = 2_533_274_800_000_100 + index as u64;
        index += 1;
    }
    users
};

/// The answer's body, with every field.
pub fn answer() -> String {
    let activity = format!(
        r#"{{"titleId":{},"connectionString":"{}","joinRestriction":"Followed","sequenceNumber":"1785489600123","maxPlayers":16,"currentPlayers":9,"groupId":"squad-0123456789","platform":"Scarlett"}}"#,
        request::TITLE_ID,
        request::CONNECTION_STRING,
    );
    let user = |user: &u64| format!(r#"{{"userId":"{user}","activities":[{activity}]}}"#);
    let users: Vec<_> = USERS.iter().map(user).collect();
    format!(r#"{{"userActivities":[{}]}}"#, users.join(","))
}

/// The library, which copies what it finds into records of the caller.
pub struct OursQuery {
    ours: Ours,
    records: Vec<mpa_activity_record>,
}

impl OursQuery {
    pub fn open(endpoint: &str, token_length: usize) -> Self {
        let mut records: Vec<mpa_activity_record> = vec![zeroed(); USERS.len()];
        records[0].struct_size = size_of::<mpa_activity_record>() as u32;
        OursQuery { ours: Ours::open(endpoint, token_length), records }
    }
}

impl Caller for OursQuery {
    fn call(&mut self) {
        let mut result: mpa_result = zeroed();
        result.struct_size = size_of::<mpa_result>() as u32;
        let (count, mut total) = (USERS.len() as u32, 0);
        // SAFETY: the structs are valid, and so is what they point to.
        let status = unsafe {
            mpa_query_activities(
                self.ours.client,
                USERS.as_ptr(),
                count,
                ptr::null(),
                self.records.as_mut_ptr(),
                count,
                &mut total,
                &mut result,
            )
        };
        assert_eq!((status, result.http_status, total), (0, 200, count), "mpa_query_activities");
        let last = self.records.last().expect("there are records");
        assert_eq!((last.xuid, last.max_players), (USERS[USERS.len() - 1], 16), "the last record");
    }
}

/// Counts what a query costs, beside libcurl and cJSON.
pub fn measure(programs: &Programs, scratch: &Scratch) -> Result<String> {
    let size_of_request = same_request::check(programs, &Child::QUERIES, request::TOKEN_LENGTH)?;
    let peer = Peer::start()?;
    let endpoint = &peer.endpoint;
    let rows = Child::QUERIES.map(|child| report::Row {
        child,
        far: None,
        near: None,
        system_calls: system_calls::per_call(programs, child, endpoint, request::TOKEN_LENGTH, scratch),
        instructions: instructions::per_call(programs, child, endpoint, request::TOKEN_LENGTH),
        instructions_short_token: instructions::per_call(programs, child, endpoint, request::SHORT_TOKEN_LENGTH),
    });
    Ok(report::queries(&rows, size_of_request, answer().len()))
}

//! The request that all clients send: the same bytes from each of them.

use std::fmt::Write;

pub const TITLE_ID: u32 = 1_234_567_890;
pub const SENDER: u64 = 2_533_274_800_000_001;
pub const CONNECTION_STRING: &str = "udp://203.0.113.7:7777/match-0123456789abcdef";

/// As many users as the service takes in one request.
pub const USERS: [u64; 16] = {
    let mut users = [0; 16];
    let mut index = 0;
    while index < users.len() {
        users[index] = 2_533_274_800_000_100 + index as u64;
        index += 1;
    }
    users
};

/// Tokens of the service have two to four thousand characters.
pub const TOKEN_LENGTH: usize = 2_048;

/// No token is as short; it shows how much of the work is done once for each of its characters.
pub const SHORT_TOKEN_LENGTH: usize = 16;

pub fn authorization(token_length: usize) -> String {
    format!("XBL3.0 x=-;{}", "t".repeat(token_length))
}

/// The library's own, so that no client has more to send.
pub fn user_agent() -> String {
    format!("mpa/{}", crate::ours::version())
}

pub fn path() -> String {
    format!("/titles/{TITLE_ID}/invites/server")
}

/// In the order in which the library sends them, without those that an HTTP client adds itself.
pub fn headers(token_length: usize) -> Vec<(&'static str, String)> {
    vec![
        ("authorization", authorization(token_length)),
        ("x-xbl-contract-version", "1".to_owned()),
        ("content-type", "application/json; charset=utf-8".to_owned()),
        ("accept", "application/json".to_owned()),
        ("accept-encoding", "identity".to_owned()),
        ("user-agent", user_agent()),
    ]
}

/// JSON by hand: nothing in it needs escaping.
pub fn body() -> String {
    let mut body = String::with_capacity(512);
    body.push_str("{\"invitedUsers\":[");
    for (index, user) in USERS.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(body, "{comma}\"{user}\"");
    }
    let _ = write!(body, "],\"sender\":\"{SENDER}\",\"connectionString\":\"{CONNECTION_STRING}\"}}");
    body
}

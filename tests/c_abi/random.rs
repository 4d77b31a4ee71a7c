//! Calls with random contents: whatever is in them, and however many, all of it arrives once and in
//! order, or nothing does.

use std::time::{SystemTime, UNIX_EPOCH};

use mpa::ffi::client::mpa_client_config;
use mpa::ffi::invite::mpa_server_invite;
use mpa::ffi::recent_players::{mpa_post_recent_player_groups, mpa_recent_player_group};
use mpa_emulator::{Emulator, LoggedRequest, Options};
use mpa_tests::c::{self, Client, Outcome, config, init, outcome};
use serde_json::{Value, json};

use crate::expected::{TITLE, group, text};

#[test]
fn all_users_arrive_once_and_in_order_in_requests_of_at_most_16() {
    let mut random = Random::new();
    let service = Service::start();
    let counts = [1, 15, 16, 17, 32, 33, 10_000];
    let counts = counts.into_iter().chain((0..60).map(|_| random.number(1, 200) as usize));
    for count in counts.collect::<Vec<_>>() {
        let users: Vec<u64> = (0..count).map(|_| random.xuid()).collect();
        let connection_string = random.text();
        let sender = random.xuid();
        let outcome = service.invite(sender, &users, Some(&connection_string));
        assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (count as u32, 0, 0)));
        assert_eq!(outcome.result.attempts as usize, count.div_ceil(16));
        let requests = service.take();
        assert_eq!(requests.len(), count.div_ceil(16));
        for (request, users) in requests.iter().zip(users.chunks(16)) {
            let expected = json!({
                "sender": text(sender),
                "invitedUsers": Value::from_iter(users.iter().map(|user| text(*user))),
                "connectionString": connection_string,
            });
            assert_eq!((request.status, request.json()), (204, expected));
        }
    }
}

#[test]
fn all_groups_arrive_once_and_in_order_in_requests_of_at_most_20() {
    let mut random = Random::new();
    let service = Service::start();
    let counts = [1, 19, 20, 21, 40, 41, 10_000];
    let counts = counts.into_iter().chain((0..30).map(|_| random.number(1, 100) as usize));
    for count in counts.collect::<Vec<_>>() {
        let most_players = if count < 1_000 { 100 } else { 3 };
        let players: Vec<Vec<u64>> =
            (0..count).map(|_| (0..random.number(2, most_players)).map(|_| random.xuid()).collect()).collect();
        let groups: Vec<_> = players
            .iter()
            .map(|players| {
                let mut group = a_group(players);
                group.encounter_type = random.number(0, 2) as i32;
                group.timestamp_unix_ms = random.number(1, 253_402_300_799_999);
                group
            })
            .collect();
        let outcome = service.post(&groups);
        assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (count as u32, 0, 0)));
        assert_eq!(outcome.result.attempts as usize, count.div_ceil(20));
        let requests = service.take();
        assert_eq!(requests.len(), count.div_ceil(20));
        for (number, request) in requests.iter().enumerate() {
            let part = number * 20..count.min(number * 20 + 20);
            let expected = part.map(|index| {
                let players = Value::from_iter(players[index].iter().map(|player| text(*player)));
                let sent = &groups[index];
                group(sent.encounter_type as u32, sent.timestamp_unix_ms / 1_000, players)
            });
            let expected = json!({"recentPlayerGroups": Vec::from_iter(expected)});
            assert_eq!((request.status, request.json()), (204, expected));
        }
    }
}

#[test]
fn one_wrong_item_anywhere_keeps_all_from_being_sent() {
    let mut random = Random::new();
    let service = Service::start();
    for _ in 0..200 {
        let count = random.number(1, 100);
        let wrong = random.number(0, count - 1) as usize;
        let mut users: Vec<u64> = (0..count).map(|_| random.xuid()).collect();
        users[wrong] = 0;
        let outcome = service.invite(1, &users, None);
        let expected = format!("invite.invited_users[{wrong}]");
        assert_eq!((outcome.status, outcome.result.attempts), ("MPA_ERROR_INVALID_ARGUMENT", 0));
        assert!(outcome.message.contains(&expected), "{} {expected}", outcome.message);

        let players = [random.xuid(), random.xuid()];
        let mut groups: Vec<_> = (0..count).map(|_| a_group(&players)).collect();
        match random.number(0, 3) {
            0 => groups[wrong].player_count = 1,
            1 => groups[wrong].encounter_type = 3,
            2 => groups[wrong].timestamp_unix_ms = u64::MAX,
            _ => groups[wrong].players = std::ptr::null(),
        }
        let outcome = service.post(&groups);
        assert_eq!((outcome.status, outcome.result.attempts), ("MPA_ERROR_INVALID_ARGUMENT", 0));
        assert!(outcome.message.contains(&format!("groups[{wrong}].")), "{}", outcome.message);
    }
    assert!(service.take().is_empty());
}

/// An emulator, and a client of it that is patient.
struct Service {
    emulator: Emulator,
    client: Client,
}

impl Service {
    fn start() -> Self {
        let emulator = Emulator::start(Options::default()).expect("the emulator starts");
        let patient = 300_000;
        let client = Client::open(&mpa_client_config {
            title_id: TITLE,
            connect_timeout_ms: patient,
            request_timeout_ms: patient,
            call_timeout_ms: patient,
            ..config(emulator.url())
        });
        Service { emulator, client }
    }

    fn invite(&self, sender: u64, users: &[u64], connection_string: Option<&str>) -> Outcome {
        self.client.send_server_invite(&mpa_server_invite {
            sender,
            invited_users: users.as_ptr(),
            invited_user_count: users.len() as u32,
            connection_string: connection_string.map_or(std::ptr::null(), c::text),
            ..init()
        })
    }

    fn post(&self, groups: &[mpa_recent_player_group]) -> Outcome {
        let count = groups.len() as u32;
        // SAFETY: the groups point to players that outlive the call.
        outcome(|result| unsafe { mpa_post_recent_player_groups(self.client.0, groups.as_ptr(), count, result) })
    }

    /// What has arrived since the last time.
    fn take(&self) -> Vec<LoggedRequest> {
        let requests = self.emulator.requests(TITLE);
        self.emulator.reset(TITLE);
        requests
    }
}

fn a_group(players: &[u64]) -> mpa_recent_player_group {
    mpa_recent_player_group { players: players.as_ptr(), player_count: players.len() as u32, ..init() }
}

/// Numbers that a seed leads to: printed, and taken from `MPA_TEST_SEED` to have the same again.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let of_now = || {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            now.as_nanos() as u64 | 1
        };
        let given = std::env::var("MPA_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(of_now);
        println!("MPA_TEST_SEED={seed}");
        Random(seed)
    }

    /// Xorshift, as Marsaglia and Vigna made it.
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn number(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    /// Small and large ones.
    fn xuid(&mut self) -> u64 {
        (self.next() >> self.number(0, 60)).max(1)
    }

    /// Any characters but NUL, up to 512 UTF-16 units.
    fn text(&mut self) -> String {
        let units = self.number(0, 512) as usize;
        let mut text = String::new();
        let mut used = 0;
        while used < units {
            let most = [0x7f, 0x7f, 0x7ff, 0xffff, 0x10_ffff][self.number(0, 4) as usize];
            let Some(character) = char::from_u32(self.number(1, most) as u32) else { continue };
            used += character.len_utf16();
            if used <= units {
                text.push(character);
            }
        }
        text
    }
}

//! Random faults between relays and the service, and servers that go away: no invite is acted on twice, what is
//! acknowledged was acted on, and what was acted on is acknowledged or in doubt.

use std::collections::HashMap;
use std::time::Duration;

use mpa::outcome::{Outcome, Status};
use mpa_emulator::{Emulator, Options, Rule};

use super::fleet::*;

const SEED: u64 = 20_261_126;
const FAULTS: u64 = 10_000;
const SERVERS: u64 = 32;
/// Of a server before it looks again how many faults there were.
const CALLS: u64 = 100;

/// More than half of all requests.
const RULES: [&str; 14] = [
    "reset:share=0.06",
    "reset_after_acting:share=0.06",
    "close:share=0.06",
    "close_after_acting:share=0.06",
    "reset_before_body:share=0.06",
    "garbage_after_acting:share=0.06",
    "status:status=500,share=0.06",
    "status_after_acting:status=502,share=0.06",
    "status:status=408,share=0.06",
    "status_after_acting:status=302,share=0.06",
    "status:status=421,share=0.06",
    "cut:bytes=17,share=0.06",
    "close_idle:idle_ms=0,share=0.1",
    "stall_after_acting:share=0.005",
];

/// What is known of one user or player.
#[derive(Debug, Default)]
struct Book {
    acknowledged: u64,
    uncertain: u64,
    acted: u64,
}

#[test]
fn ten_thousand_random_faults() {
    let faults: Vec<Rule> = RULES.iter().map(|rule| rule.parse().unwrap()).collect();
    let emulator = Emulator::start(Options { faults, seed: SEED, ..Options::default() }).unwrap();
    let arguments = [
        "--request-timeout-ms",
        "150",
        "--caller-timeout-ms",
        "1000",
        "--recent-players-hold-ms",
        "20",
        "--log-level",
        "error",
    ];
    let relays = [RelayProcess::start(emulator.url(), &arguments), RelayProcess::start(emulator.url(), &arguments)];
    let struck: u64 = std::thread::scope(|scope| {
        let servers: Vec<_> = (0..SERVERS)
            .map(|number| {
                let (emulator, url) = (&emulator, &relays[number as usize % 2].url);
                scope.spawn(move || serve(emulator, url, number))
            })
            .collect();
        servers.into_iter().map(|server| server.join().unwrap()).sum()
    });
    assert!(struck >= FAULTS, "{struck}");
}

/// One server, with a title of its own, until it has had its part of the faults: how many these were.
fn serve(emulator: &Emulator, url: &str, number: u64) -> u64 {
    let mut random = fastrand::Rng::with_seed(SEED + number);
    let options = |request_timeout_ms| ServerOptions {
        max_attempts: 2,
        request_timeout: Duration::from_millis(request_timeout_ms),
        call_timeout: Duration::from_millis(3_000),
        ..ServerOptions::default()
    };
    let mut struck = 0;
    while struck < FAULTS.div_ceil(SERVERS) {
        let title = new_title();
        // The second kind often goes away before its answer comes.
        let patient = Server::with(url, title, &options(1_200));
        let impatient = Server::with(url, title, &options(3));
        let mut invites: HashMap<u64, Book> = HashMap::new();
        let mut reports: HashMap<u64, Book> = HashMap::new();
        for call in 1..=CALLS {
            let server = if random.u8(..10) == 0 { &impatient } else { &patient };
            let (book, outcome) = if random.u8(..3) > 0 {
                (invites.entry(call).or_default(), server.invite(&[call]))
            } else {
                (reports.entry(call).or_default(), server.report(call))
            };
            note(book, &outcome);
        }
        // What an impatient server left behind may still arrive.
        std::thread::sleep(Duration::from_millis(400));
        let requests = emulator.requests(title);
        struck += requests.iter().filter(|request| request.fault.is_some()).count() as u64;
        for request in requests.iter().filter(|request| request.acted) {
            let json = request.json();
            for user in json["invitedUsers"].as_array().into_iter().flatten() {
                invites.get_mut(&number_of(user)).unwrap().acted += 1;
            }
            for group in json["recentPlayerGroups"].as_array().into_iter().flatten() {
                reports.get_mut(&number_of(&group["recentPlayers"][0]["id"])).unwrap().acted += 1;
            }
        }
        for (user, book) in &invites {
            let what = format!("seed {SEED}, title {title}, invite {user}: {book:?}");
            assert!(book.acted <= 1, "acted on twice: {what}");
            assert!((book.acknowledged..=book.acknowledged + book.uncertain).contains(&book.acted), "{what}");
        }
        for (player, book) in &reports {
            assert!(book.acted >= book.acknowledged, "seed {SEED}, title {title}, report {player}: {book:?}");
        }
    }
    struck
}

fn note(book: &mut Book, outcome: &Outcome) {
    book.acknowledged += u64::from(outcome.acknowledged);
    book.uncertain += u64::from(outcome.uncertain);
    assert_eq!(outcome.acknowledged == 1, outcome.status == Status::Ok, "{outcome:?}");
    assert!(outcome.acknowledged + outcome.uncertain + outcome.refused <= 1, "{outcome:?}");
}

fn number_of(xuid: &serde_json::Value) -> u64 {
    xuid.as_str().unwrap().parse::<u64>().unwrap() - FIRST_XUID
}

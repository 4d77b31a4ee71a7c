//! The library through its C functions: small programs in C, each run against an emulator of its
//! own, as they are and under Valgrind; and calls with random contents.
//!
//! A program checks what is reported to it (`c/checks.h`); what the service was sent is checked here.

#[path = "c_abi/expected.rs"]
mod expected;
#[path = "c_abi/program.rs"]
mod program;
#[path = "c_abi/random.rs"]
mod random;

use std::path::Path;

use expected::{Expected, INVITES, accepted, group, groups, server_invite, text, user_invite, xuids};
use mpa_emulator::Options;
use mpa_tests::build;
use mpa_tests::platform::{Platform, System};
use program::{LEAKS, Program};
use serde_json::{Value, json};

const USER_TOKEN: &str = "XBL3.0 x=4711;token-of-the-user";
const SERVICE_TOKEN: &str = "XBL3.0 x=-;token-of-the-service";

#[test]
fn wrong_pointers_are_refused() {
    Program::new("wrong_pointers").run(|run| run.sent(&[]));
}

#[test]
fn wrong_structs_are_refused() {
    Program::new("wrong_structs").run(|run| run.sent(&[]));
}

#[test]
fn wrong_handles_are_refused() {
    Program::new("wrong_handles").run(|run| run.sent(&[]));
}

#[test]
fn wrong_values_are_refused() {
    Program::new("wrong_values").run(|run| run.sent(&[]));
}

#[test]
fn wrong_matches_are_refused() {
    Program::new("wrong_matches").run(|run| run.sent(&[]));
}

#[test]
fn wrong_activities_and_recent_players_are_refused() {
    Program::new("wrong_activities").run(|run| run.sent(&[]));
}

#[test]
fn activities_are_found_in_records_of_the_caller() {
    // 40 are set; eight queries in two requests each, one for a single user; then a submitted one of each kind.
    Program::new("activities").run(|run| run.sent_so_many(40 + 8 * 2 + 1 + 2 + 1 + 1));
}

#[test]
fn wrong_configurations_are_refused() {
    Program::new("wrong_config").run(|run| run.sent(&[]));
}

#[test]
fn wrong_submits_are_refused() {
    Program::new("submit").run(|run| run.sent(&[]));
}

#[test]
fn no_wrong_call_costs_an_event() {
    // What was flushed, by `flushing` of `c/events.c`.
    Program::new("events").run(|run| run.sent_so_many(2));
}

#[test]
fn what_is_just_within_the_limits_is_sent() {
    Program::new("limits").run(|run| {
        let two = || xuids(1, 2);
        let from_the_top = |count: u64| Value::from_iter((0..count).map(|n| text(u64::MAX - n)));
        let of_text = |text: &str| user_invite(json!({"connectionString": text}));
        let faces = "\u{1f600}".repeat(255);
        run.sent(&[
            user_invite(json!({})),
            of_text(""),
            of_text("quote \" backslash \\ newline \n tab \t bell \u{7} delete \u{7f}"),
            of_text(&"s".repeat(512)),
            of_text(&"\u{e9}".repeat(512)),
            of_text(&"\u{20ac}".repeat(512)),
            of_text(&format!("{faces}\u{1f600}")),
            of_text(&format!("{faces}\u{20ac}s")),
            server_invite(two(), json!({})),
            user_invite(json!({})),
            user_invite(json!({})),
            groups([0, 1, 2].map(|kind| group(kind, 1_700_000_000, two()))),
            groups([0, 951_782_400, 253_402_300_799].map(|time| group(0, time, two()))),
            groups([two(), from_the_top(100)].map(|players| group(0, 1_700_000_000, players))),
            accepted(INVITES, json!({"invitedUsers": from_the_top(1)})),
            accepted(INVITES, json!({"invitedUsers": from_the_top(16)})),
            server_invite(two(), json!({})),
        ]);
        let longest = run.requests.last().expect("the last one is there");
        assert_eq!(longest.header("user-agent"), Some(&*format!("{} mpa/{}", "u".repeat(256), version())));
        assert_eq!(longest.header("authorization").map(str::len), Some(12_288));
    });
}

#[test]
fn calls_end_as_they_should() {
    Program::new("outcomes").run(|run| {
        let two = || xuids(1, 2);
        let refused = |status, call: Expected| Expected { status, ..call };
        let one_group = |n: u32| group(n % 3, 1_700_000_000 + u64::from(n), two());
        let platforms = ["Android", "IOS", "Nintendo", "PlayStation", "Scarlett", "Win32", "WindowsOneCore", "XboxOne"];
        let mut expected = vec![
            user_invite(json!({"connectionString": "secret=203.0.113.7:7777", "platform": "Scarlett"})),
            server_invite(xuids(1000, 16), json!({"connectionString": "secret"})),
            server_invite(xuids(1016, 4), json!({"connectionString": "secret"})),
            groups((0..20).map(one_group)),
            groups((20..40).map(one_group)),
            groups((40..45).map(one_group)),
            user_invite(json!({})),
        ];
        expected.extend(platforms.map(|platform| user_invite(json!({"platform": platform}))));
        let own = "XBL3.0 x=4711;token-of-the-user-own";
        let first_own = expected.len();
        expected.extend([
            user_invite(json!({})),
            user_invite(json!({})),
            server_invite(two(), json!({})),
            user_invite(json!({})),
            server_invite(two(), json!({})),
            groups([group(0, 1_700_000_000, two())]),
            refused(400, user_invite(json!({}))),
            refused(400, server_invite(xuids(1000, 16), json!({}))),
            refused(400, groups((0..20).map(|_| group(0, 1_700_000_000, two())))),
            refused(401, server_invite(two(), json!({}))),
            server_invite(two(), json!({})),
            refused(401, user_invite(json!({}))),
            server_invite(two(), json!({})),
        ]);
        run.sent(&expected);
        for (index, request) in run.requests.iter().enumerate() {
            let by_user = request.path == INVITES;
            let authorization = match request.status {
                204 if index == first_own || index == first_own + 1 => own,
                204 if by_user => USER_TOKEN,
                204 => SERVICE_TOKEN,
                400 if by_user => SERVICE_TOKEN,
                400 => USER_TOKEN,
                _ if by_user => "XBL3.0 x=4711;refused token-of",
                _ => "XBL3.0 x=-;refused token-of",
            };
            assert_eq!(request.header("authorization"), Some(authorization), "{request:?}");
            assert_eq!(request.header("user-agent"), Some(&*format!("mpa/{}", version())));
        }
    });
}

#[test]
fn the_child_of_a_fork_starts_anew() {
    // A child has no way to free what threads held that it does not have.
    Program { watch: &[], ..Program::new("fork") }.run(|run| run.sent_as_often_as_said());
}

#[test]
fn a_client_is_closed_while_threads_use_it() {
    Program::new("threads").run(|run| run.sent_as_often_as_said());
}

#[test]
fn all_ends_of_a_client_meet_at_random_moments() {
    Program::new("shutdown").run(|run| run.sent_as_often_as_said());
}

#[test]
fn arguments_are_written_to_while_calls_read_them() {
    Program::new("concurrent_writes").run(|run| run.sent_as_often_as_said());
}

#[test]
fn a_peer_that_breaks_off_raises_no_signal() {
    Program::new("sigpipe").run(|run| run.sent(&[]));
}

#[test]
fn opening_and_closing_leaves_nothing_behind() {
    Program::new("open_close").run(|run| run.sent_so_many(if run.slow { 1 + 5 } else { 20 + 100 }));
}

#[test]
fn the_process_is_left_alone() {
    Program::new("quiet").run(|run| {
        let forbidden = Expected { status: 400, ..user_invite(json!({})) };
        run.sent(&[
            user_invite(json!({})),
            server_invite(xuids(1, 2), json!({})),
            groups([group(0, 1_700_000_000, xuids(1, 2))]),
            forbidden,
            server_invite(xuids(1, 2), json!({})),
        ]);
    });
}

#[test]
fn signals_interrupt_no_call() {
    Program::new("interrupted").run(|run| run.sent_so_many(if run.slow { 5 * 10 } else { 50 * 10 }));
}

#[test]
fn a_service_is_known_by_its_certificate() {
    let options = Options { https: true, ..Options::default() };
    // To Valgrind, what the assembly of the cryptography computes has never been written.
    let watch = &[LEAKS[0], LEAKS[1], LEAKS[2], "--undef-value-errors=no"];
    Program { options, watch, ..Program::new("https") }.run(|run| run.sent_so_many(3 + 1));
}

#[test]
fn the_library_is_loaded_and_let_go_of() {
    let platform = Platform::of_the_tests();
    let library = platform.shared_library.as_deref().unwrap_or(Path::new(""));
    let mut arguments = vec![
        format!("-I{}", build::source("../include").display()),
        format!("-DLIBRARY=\"{}\"", library.display()),
        "-pthread".to_owned(),
    ];
    match platform.system {
        System::Unix => arguments.push("-ldl".to_owned()),
        System::Windows => arguments.push("-static".to_owned()),
    }
    Program { arguments, ..Program::new("loaded") }.run(|run| run.sent_so_many(3 * 2));
}

fn version() -> String {
    let version = mpa::ffi::version::mpa_version();
    format!("{}.{}.{}", version >> 16, version >> 8 & 0xff, version & 0xff)
}

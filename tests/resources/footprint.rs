//! A program in C (`c/footprint.c`) that counts the threads and descriptors of its process, against the
//! table in docs/operations.md.

use mpa_emulator::Emulator;
use mpa_tests::build::Library;
use mpa_tests::header::repository;
use rustls::version::TLS13;

use crate::Program;
use crate::service::{Files, Service};

/// How many threads, and how many descriptors.
type Footprint = [usize; 2];

#[test]
fn no_client_has_more_threads_and_descriptors_than_documented() {
    let program = Program::compile("footprint");
    let files = Files::make();
    let service = Service::tls(&TLS13, &files, "rsa");
    let settings = [("FOOTPRINT_CA", files.path("root.pem"))];
    check(&program.run(Library::OfTheTests, &[&service.url], &settings), [0, 0]);

    let options = mpa_emulator::Options { https: true, sign_in: Some(Default::default()), ..Default::default() };
    let emulator = Emulator::start(options).expect("the emulator starts");
    let signing_in = emulator.sign_in().expect("it signs in");
    let settings = [
        ("FOOTPRINT_SIGN_IN", signing_in.url().to_owned()),
        ("FOOTPRINT_TOKENS", signing_in.token_url().to_owned()),
        ("FOOTPRINT_CA", files.write("emulator-root.pem", signing_in.ca_pem())),
        ("FOOTPRINT_CERTIFICATE", files.write("partner.pem", &signing_in.partner().chain_pem)),
        ("FOOTPRINT_KEY", files.write("partner.key", &signing_in.partner().private_key_pem)),
    ];
    check(&program.run(Library::OfTheTests, &[emulator.url()], &settings), documented("signing in by itself adds"));
}

fn check(printed: &str, of_signing_in: Footprint) {
    assert!(printed.lines().count() >= 8, "{printed}");
    for line in printed.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let found: Footprint = [1, 2].map(|index| words[index].parse().expect("a number"));
        let row = match words[0] {
            "open" => "open, without a call",
            "called" => "after blocking calls",
            "8-calls" | "idle" => "8 blocking calls",
            "submitted" => "after submits of invites",
            "every-kind" => "after submits of every kind",
            "4-workers" => "the same with `worker_count` 4",
            "closed" => "closed",
            state => panic!("{state} is not documented"),
        };
        let mut most = documented(row);
        if words[0] != "open" && words[0] != "closed" {
            most = [0, 1].map(|index| most[index] + of_signing_in[index]);
        }
        if words[0] == "8-calls" {
            // Each may be connecting.
            most[1] += 8;
        }
        println!("{}: {found:?} of {most:?}", words[0]);
        assert!(found[0] <= most[0] && found[1] <= most[1], "{line}: more than {most:?}");
    }
}

/// The row of the table that begins so.
fn documented(row: &str) -> Footprint {
    let text = std::fs::read_to_string(repository().join("docs/operations.md")).expect("docs/operations.md is there");
    let line = text.lines().find_map(|line| line.strip_prefix("| ").filter(|line| line.starts_with(row)));
    let line = line.unwrap_or_else(|| panic!("docs/operations.md has no row {row:?}"));
    let numbers: Vec<usize> = line.split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
    numbers.try_into().unwrap_or_else(|_| panic!("{line} has not two numbers"))
}

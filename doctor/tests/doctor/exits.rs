//! Exit statuses: what passes by itself, what is incomplete, and what --strict makes of warnings.

use std::time::{Duration, SystemTime};

use mpa_emulator::{Emulator, Options, Titles};

use crate::{DAY, NOBODY, Partner, folder, path, run, run_with, write};

#[test]
fn an_outage_is_reported_at_step_1_as_transient() {
    let partner = Partner::start("outage");
    partner.emulator.set_faults(Titles::All, &["x_err:code=outage,calls=sign_in"]).unwrap();
    let ended = partner.run(&[]);
    ended.has(3, "sign-in step 1 of 2", "failed", "The authentication service has an outage.");
    assert!(ended.text.contains("Not tried: sign-in step 2 of 2, call.\n"), "{}", ended.text);
    assert!(ended.text.contains("What to do: Run this again in some minutes"), "{}", ended.text);
}

#[test]
fn what_passes_without_a_change_is_status_3() {
    let partner = Partner::start("transient");
    for (rule, step, words) in [
        ("status:status=503,calls=sign_in", "sign-in step 1 of 2", "HTTP 503"),
        ("status:status=429,calls=sign_in", "sign-in step 1 of 2", "HTTP 429"),
        ("close:calls=sign_in", "sign-in step 1 of 2", "No response: the other side closed the connection"),
        ("status:status=500,calls=token", "sign-in step 2 of 2", "HTTP 500"),
        ("x_err:code=outage,calls=token", "sign-in step 2 of 2", "0x8015DC31"),
    ] {
        partner.emulator.set_faults(Titles::All, &[rule]).unwrap();
        let ended = partner.run(&[]);
        ended.has(3, step, "failed", words);
        ended.failed_once();
    }
    // Together with a failure that needs a change, it does not.
    let ended = partner.run(&[("--endpoint", NOBODY)]);
    assert_eq!(ended.status, 1, "{}", ended.text);
}

#[test]
fn a_call_that_fails_for_a_time_is_status_3() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let folder = folder("call-transient");
    write(&folder.join("header"), "XBL3.0 x=-;sometoken");
    let header = path(&folder, "header");
    let endpoint = format!("--endpoint={}", emulator.url());
    let arguments = ["--title-id=7", &endpoint, "--authorization-header-file", &header];
    for (status, exit_status) in [(503, 3), (500, 3), (429, 3), (401, 1), (403, 1), (404, 1)] {
        emulator.set_faults(Titles::All, &[&format!("status:status={status}")]).unwrap();
        let ended = run(&arguments);
        ended.has(exit_status, "call", "failed", &format!("HTTP {status}"));
    }
}

#[test]
fn what_was_not_checked_is_no_success() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let ended = run(&["--title-id", "7", "--endpoint", emulator.url()]);
    ended.has(4, "token", "warning", "only whether the service can be reached is checked");
    assert!(ended.text.contains("Not tried: call.\nNothing failed, but the call was not checked"), "{}", ended.text);
    assert!(!ended.text.contains("No problems found"), "{}", ended.text);
    let asked_for = run(&["--title-id", "7", "--endpoint", emulator.url(), "--network-only"]);
    assert_eq!(asked_for.status, 0, "{}", asked_for.text);
    assert!(!asked_for.text.contains("Not tried") && !asked_for.text.contains("warning"), "{}", asked_for.text);
    let unreachable = run(&["--title-id", "7", "--endpoint", NOBODY, "--network-only"]);
    unreachable.has(1, "127.0.0.1:9, connection", "failed", "No connection could be made");
}

#[test]
fn strict_makes_warnings_fail() {
    let partner = Partner::start("strict");
    assert_eq!(partner.run(&[("--strict", "")]).status, 0);
    partner.certificate_until(SystemTime::now() + 29 * DAY);
    partner.run(&[]).has(0, "certificate", "warning", "it expires on");
    let strict = partner.run(&[("--strict", "")]);
    strict.has(1, "certificate", "warning", "it expires on");
    assert!(strict.text.contains("Warnings fail, by --strict"), "{}", strict.text);
}

#[test]
fn a_proxy_of_the_environment_is_reported_and_is_no_warning() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let arguments = ["--title-id", "7", "--endpoint", emulator.url(), "--network-only", "--strict"];
    assert!(!run(&arguments).text.contains("proxy"));
    let value = "http://user:secret@127.0.0.1:9";
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "http_proxy"] {
        let ended = run_with(&[(name, value)], &arguments);
        ended.has(0, "proxy", "note", &format!("{name} is set in the environment and ignored"));
        assert!(!ended.text.contains("secret"), "{}", ended.text);
    }
    assert!(!run_with(&[("HTTPS_PROXY", "")], &arguments).text.contains("proxy"), "empty is not set");
    let unreachable = run_with(&[("HTTPS_PROXY", value)], &["--title-id", "7", "--endpoint", NOBODY]);
    assert!(
        unreachable.text.contains("HTTPS_PROXY names a proxy, which is not used: if the host"),
        "{}",
        unreachable.text
    );
}

#[test]
fn an_answer_that_does_not_come_passes() {
    let partner = Partner::start("stall");
    partner.emulator.set_faults(Titles::All, &["stall:calls=token"]).unwrap();
    let started = std::time::Instant::now();
    partner.run(&[]).has(3, "sign-in step 2 of 2", "failed", "No response within 5 s.");
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_handshake_that_takes_too_long_passes() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://{}", silent.local_addr().unwrap());
    let ended = run(&["--title-id", "7", "--endpoint", &endpoint, "--network-only"]);
    assert!(ended.status == 3 && ended.text.contains("TLS: The TLS handshake took too long."), "{}", ended.text);
}

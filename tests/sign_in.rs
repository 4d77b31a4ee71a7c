//! Clients that sign in by themselves, against the emulator: a certificate authority of its own, mutual
//! TLS, tokens that end, signatures that are checked.

#[path = "sign_in/answers.rs"]
mod answers;
#[path = "sign_in/files.rs"]
mod files;
#[path = "sign_in/handing_on.rs"]
mod handing_on;
#[path = "sign_in/statistics.rs"]
mod statistics;

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use mpa::ffi::client::{MPA_LOG_DEBUG, MPA_LOG_INFO, mpa_client, mpa_client_config, mpa_client_open};
use mpa::ffi::event::{MPA_EVENT_COMPLETED, MPA_EVENT_LOG};
use mpa_emulator::{NO_TITLE, ServiceKind, SignInOptions};
use mpa_tests::build;
use mpa_tests::c::{Client, Outcome, outcome, text};

use handing_on::get_authorization;
use mpa_tests::partner::{LONG, Partner, TITLE, succeeds};

// The chain --------------------------------------------------------------------------------------

#[test]
fn a_blocking_call_signs_in_first_and_only_once() {
    let partner = Partner::start("blocking");
    let client = partner.open();
    succeeds(&client.invite_many(20));
    succeeds(&client.post_groups(3));
    assert_eq!(partner.sign_ins(), (1, 1));
    let expires_at = client.stats().authorization_expires_at_unix_ms;
    assert!(expires_at > 0);
    // Each request was signed anew, and the emulator has verified each.
    let requests = partner.emulator.requests(TITLE);
    let signatures: Vec<_> = requests.iter().map(|request| request.header("signature").unwrap()).collect();
    assert_eq!(signatures.len(), 3);
    assert!(signatures[0] != signatures[1] && signatures[1] != signatures[2]);
}

#[test]
fn submitted_operations_wait_for_one_sign_in() {
    let partner = Partner::start("submitted");
    let client = Client::open(&mpa_client_config { worker_count: 4, recent_players_hold_ms: 1, ..partner.config() });
    for number in 0..20 {
        succeeds(&client.submit_invite(1, number).0);
        succeeds(&client.submit_group([1, 2], 100 + number).0);
    }
    for _ in 0..40 {
        let (event, end) = client.wait_event(LONG).unwrap();
        assert_eq!(event.r#type, MPA_EVENT_COMPLETED);
        succeeds(&end);
    }
    assert_eq!(partner.sign_ins(), (1, 1));
}

#[test]
fn many_threads_sign_in_once() {
    let partner = Partner::start("threads");
    let client = partner.open();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| succeeds(&client.invite_many(1)));
        }
    });
    assert_eq!(partner.sign_ins(), (1, 1));
}

#[test]
fn a_certificate_may_come_from_memory_or_one_file() {
    let partner = Partner::start("memory");
    let certificate = partner.emulator.sign_in().unwrap().partner();
    let from_memory = Client::open(&mpa_client_config {
        certificate_path: std::ptr::null(),
        private_key_path: std::ptr::null(),
        certificate_pem: text(&certificate.chain_pem),
        private_key_pem: text(&certificate.private_key_pem),
        ..partner.config()
    });
    succeeds(&from_memory.invite_many(1));
    partner.write("both.pem", &format!("{}{}", certificate.private_key_pem, certificate.chain_pem));
    let from_one_file = Client::open(&mpa_client_config {
        certificate_path: partner.path("both.pem"),
        private_key_path: std::ptr::null(),
        ..partner.config()
    });
    succeeds(&from_one_file.invite_many(1));
}

#[test]
fn a_pkcs_12_file_will_do() {
    let partner = Partner::start("pkcs12");
    let file = |name: &str| partner.folder.join(name);
    build::run(
        Command::new("openssl")
            .args(["pkcs12", "-export", "-passout", "pass:open sesame", "-in"])
            .arg(file("partner.pem"))
            .arg("-inkey")
            .arg(file("partner.key"))
            .arg("-certfile")
            .arg(file("partner.pem"))
            .arg("-out")
            .arg(file("partner.pfx")),
    );
    let with_password = |password: &str| mpa_client_config {
        certificate_path: partner.path("partner.pfx"),
        private_key_path: std::ptr::null(),
        certificate_password: text(password),
        ..partner.config()
    };
    succeeds(&Client::open(&with_password("open sesame")).invite_many(1));
    let refused = open(&with_password("wrong secret"));
    assert_eq!(refused.status, "MPA_ERROR_INVALID_ARGUMENT");
    assert!(
        refused.message.contains("config.certificate_p") && !refused.message.contains("wrong secret"),
        "{}",
        refused.message
    );
}

fn open(config: &mpa_client_config) -> Outcome {
    let mut client = mpa_client { id: 0 };
    // SAFETY: the pointers are good.
    outcome(|result| unsafe { mpa_client_open(config, &mut client, result) })
}

#[test]
fn a_configuration_that_contradicts_itself_is_refused() {
    let partner = Partner::start("contradictions");
    let both = mpa_client_config { authorization_header: text("XBL3.0 x=-;t"), ..partner.config() };
    assert!(open(&both).message.contains("signs in by itself or is given tokens"));
    let no_certificate = mpa_client_config { certificate_path: std::ptr::null(), ..partner.config() };
    assert!(open(&no_certificate).message.contains("neither certificate_path nor certificate_pem"));
    let missing = mpa_client_config { certificate_path: partner.path("missing.pem"), ..partner.config() };
    assert!(open(&missing).message.contains("config.certificate_path"), "{}", open(&missing).message);
    let client = partner.open();
    assert_eq!(client.set_authorization("XBL3.0 x=-;t").status, "MPA_ERROR_INVALID_ARGUMENT");
}

// Renewal ----------------------------------------------------------------------------------------

#[test]
fn tokens_are_renewed_ahead_of_their_end_and_no_call_notices() {
    let short = SignInOptions { token_lifetime: Duration::from_secs(4), ..SignInOptions::default() };
    let partner = Partner::with("renewal", short);
    let client = partner.open();
    let until = Instant::now() + Duration::from_secs(9);
    let mut number = 0;
    while Instant::now() < until {
        number += 1;
        client.submit_invite(1, number);
        succeeds(&client.wait_event(LONG).unwrap().1);
        thread::sleep(Duration::from_millis(50));
    }
    let (service_tokens, tokens) = partner.sign_ins();
    assert_eq!(service_tokens, 1);
    assert!((3..=6).contains(&tokens), "{tokens}");
    assert!(partner.emulator.requests(TITLE).iter().all(|request| request.status == 204));
}

#[test]
fn a_refused_token_is_replaced_at_once() {
    let partner = Partner::start("refused");
    let client = partner.open();
    succeeds(&client.invite_many(1));
    // A token that was refused as soon as it came would be asked for less eagerly.
    thread::sleep(Duration::from_millis(100));
    partner.emulator.revoke_tokens();
    let started = Instant::now();
    succeeds(&client.invite_many(1));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(partner.sign_ins().0, 1, "the service token is still good");
}

#[test]
fn a_refused_service_token_is_replaced_too() {
    let partner = Partner::start("refused-service-token");
    let client = partner.open();
    succeeds(&client.invite_many(1));
    partner.emulator.revoke_service_tokens();
    partner.emulator.revoke_tokens();
    client.submit_invite(1, 1);
    succeeds(&client.wait_event(LONG).unwrap().1);
    assert_eq!(partner.sign_ins().0, 2);
}

#[test]
fn an_outage_is_waited_out() {
    let partner = Partner::start("outage");
    partner.faults(&["x_err:code=outage,calls=sign_in,next=1", "x_err:code=outage,calls=token,next=1"]);
    let client = Client::open(&mpa_client_config { call_timeout_ms: LONG, ..partner.config() });
    succeeds(&client.invite_many(1));
    assert_eq!(partner.sign_ins(), (2, 2));
}

#[test]
fn a_certificate_that_was_replaced_is_used_without_a_restart() {
    let partner = Partner::start("rotation");
    let signing_in = partner.emulator.sign_in().unwrap();
    let now = SystemTime::now();
    let day = Duration::from_secs(86_400);
    let old = signing_in.issue_partner_certificate(now - 2 * day, now - day).unwrap();
    partner.write("partner.pem", &old.chain_pem);
    partner.write("partner.key", &old.private_key_pem);
    let client = Client::open(&mpa_client_config { log_level: MPA_LOG_INFO, ..partner.config() });
    let refused = client.invite_many(1);
    assert_eq!(refused.status, "MPA_ERROR_SIGN_IN_FAILED", "{}", refused.message);
    assert!(refused.message.contains("The certificate expired on"), "{}", refused.message);
    assert_eq!(refused.result.retryable, 0);
    let started = Instant::now();
    assert_eq!(client.invite_many(1).status, "MPA_ERROR_SIGN_IN_FAILED");
    assert!(started.elapsed() < Duration::from_secs(1), "nothing is tried for a while");
    partner.write("partner.pem", &signing_in.partner().chain_pem);
    partner.write("partner.key", &signing_in.partner().private_key_pem);
    succeeds(&client.invite_many(1));
    let entries = std::iter::from_fn(|| client.wait_event(300)).map(|(_, entry)| entry.message);
    let entries: Vec<_> = entries.filter(|entry| entry.starts_with("The certificate was replaced")).collect();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert!(entry.contains("\"mpa-emulator partner\" that expires on 20"), "{entry}");
}

// Failures in words ------------------------------------------------------------------------------

#[test]
fn what_cannot_get_better_fails_at_once_and_says_what_to_do() {
    let partner = Partner::start("denied");
    let client = Client::open(&mpa_client_config { sandbox_id: text("retail"), ..partner.config() });
    client.submit_invite(1, 1);
    let started = Instant::now();
    let (_, end) = client.wait_event(LONG).unwrap();
    assert_eq!((end.status, end.result.service_code), ("MPA_ERROR_SIGN_IN_FAILED", 0x8015_DC12), "{}", end.message);
    assert!(end.message.contains("config.sandbox_id"), "{}", end.message);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_handshake_that_is_dropped_says_what_it_usually_means() {
    let partner = Partner::start("dropped");
    partner.faults(&["drop_handshake:part=sign_in"]);
    let client = Client::open(&mpa_client_config { call_timeout_ms: 1_500, ..partner.config() });
    let dropped = client.invite_many(1);
    assert_eq!(dropped.status, "MPA_ERROR_SIGN_IN_FAILED", "{}", dropped.message);
    assert!(dropped.message.contains("proxy that opens TLS"), "{}", dropped.message);
    assert!(dropped.result.retryable == 1);
}

#[test]
fn a_service_that_is_not_there_expires_operations_with_the_reason() {
    let partner = Partner::start("missing");
    let missing = mpa_client_config {
        sign_in_endpoint: text("https://127.0.0.1:9"),
        invite_time_to_live_ms: 1_000,
        ..partner.config()
    };
    let client = Client::open(&missing);
    client.submit_invite(1, 1);
    let (_, end) = client.wait_event(LONG).unwrap();
    assert_eq!((end.status, end.cause), ("MPA_ERROR_EXPIRED", "MPA_ERROR_SIGN_IN_FAILED"), "{}", end.message);
    assert!(end.message.contains("step 1 of 2"), "{}", end.message);
}

#[test]
fn a_clock_that_is_off_is_corrected_and_reported_once() {
    let partner = Partner::start("clock");
    partner.emulator.set_clock_offset(-20 * 60 * 1_000);
    let client = Client::open(&mpa_client_config { log_level: MPA_LOG_DEBUG, ..partner.config() });
    for _ in 0..3 {
        succeeds(&client.invite_many(1));
    }
    assert!((client.stats().clock_offset_ms + 1_200_000).abs() < 5_000, "{}", client.stats().clock_offset_ms);
    let mut times = 0;
    while let Some((event, entry)) = client.wait_event(600) {
        times += usize::from(event.r#type == MPA_EVENT_LOG && entry.message.contains("clock is 1"));
    }
    assert_eq!(times, 1);
}

#[test]
fn closing_ends_a_stalled_sign_in() {
    let partner = Partner::start("closing");
    partner.faults(&["stall:calls=sign_in"]);
    let client = Client::open(&mpa_client_config { request_timeout_ms: 10_000, ..partner.config() });
    client.submit_invite(1, 1);
    thread::sleep(Duration::from_millis(300));
    let started = Instant::now();
    let (status, report) = client.close(200);
    assert_eq!((status, report.submitted), ("MPA_OK", 1));
    assert!(started.elapsed() < Duration::from_millis(250), "{:?}", started.elapsed());
}

// Secrets ----------------------------------------------------------------------------------------

#[test]
fn no_secret_comes_out_whatever_happens() {
    let partner = Partner::start("secrets");
    partner.faults(&[
        "x_err:code=outage,calls=sign_in,next=1",
        "x_err:code=service_token_expired,calls=token,next=1",
        "status:status=503,next=2",
        "drop_handshake:part=token,next=1",
    ]);
    let client =
        Client::open(&mpa_client_config { log_level: MPA_LOG_DEBUG, recent_players_hold_ms: 1, ..partner.config() });
    let mut printed = String::new();
    for round in 0..6 {
        client.submit_invite(1, round);
        client.submit_group([2_533_274_790_395_904, 2_533_274_790_395_905], round);
        if round == 3 {
            partner.emulator.revoke_tokens();
        }
        while let Some((_, result)) = client.wait_event(1_500) {
            printed.push_str(&format!("{} {} {}\n", result.message, result.error_code, result.correlation_id));
        }
    }
    // The back-off of signing in may be longer than the rounds.
    let until = Instant::now() + Duration::from_secs(60);
    let copied = loop {
        while let Some((_, result)) = client.wait_event(100) {
            printed.push_str(&format!("{} {} {}\n", result.message, result.error_code, result.correlation_id));
        }
        match get_authorization(&client, 13_000) {
            Ok(copied) => break copied,
            Err(last) => assert!(Instant::now() < until, "{}", last.message),
        }
    };
    let mut secrets = vec!["2533274790395904".to_owned()];
    for request in partner.emulator.requests(NO_TITLE).iter().chain(&partner.emulator.requests(TITLE)) {
        let secret = |name: &str| request.header(name).map(|value| value.split(';').next_back().unwrap().to_owned());
        secrets.extend(secret("authorization"));
        secrets.extend(secret("signature"));
        if request.service == ServiceKind::Token {
            secrets.extend(request.json()["Properties"]["ServiceToken"].as_str().map(str::to_owned));
        }
    }
    secrets.push(copied.key.lines().nth(1).unwrap().to_owned());
    let key_file = std::fs::read_to_string(partner.folder.join("partner.key")).unwrap();
    secrets.push(key_file.lines().nth(1).unwrap().to_owned());
    assert!(printed.contains("Signed in until") && secrets.len() > 10, "{printed}");
    for secret in secrets {
        assert!(secret.len() >= 16 && !printed.contains(&secret[..16]), "{printed}");
    }
}

// Never in a circle ------------------------------------------------------------------------------

/// The token falls due with a newer certificate that does not work: it is not tried without end.
#[test]
fn a_replaced_certificate_that_fails_is_tried_with_pauses() {
    let short = SignInOptions { token_lifetime: Duration::from_secs(3), ..SignInOptions::default() };
    let partner = Partner::with("spin", short);
    let client = Client::open(&mpa_client_config { log_level: MPA_LOG_DEBUG, ..partner.config() });
    client.submit_invite(1, 1);
    while client.wait_event(LONG).unwrap().0.r#type != MPA_EVENT_COMPLETED {}
    partner.faults(&["drop_handshake:part=sign_in"]);
    let signing_in = partner.emulator.sign_in().unwrap();
    let now = SystemTime::now();
    let newer = signing_in.issue_partner_certificate(now - Duration::from_secs(60), now + Duration::from_secs(86_400));
    let newer = newer.unwrap();
    partner.write("partner.pem", &newer.chain_pem);
    partner.write("partner.key", &newer.private_key_pem);
    thread::sleep(Duration::from_secs(6));
    partner.faults(&[]);
    client.submit_invite(1, 2);
    let mut failures = 0;
    loop {
        let (event, result) = client.wait_event(LONG).unwrap();
        if event.r#type == MPA_EVENT_COMPLETED {
            succeeds(&result);
            break;
        }
        failures +=
            result.message.rsplit_once(" (").and_then(|(_, times)| times.split(' ').next()?.parse().ok()).unwrap_or(1);
    }
    assert!(failures < 30, "{failures} log entries in 6 s");
}

/// A mistaken `Date` must not silence a client.
#[test]
fn a_wrong_date_once_does_not_end_a_token() {
    let partner = Partner::start("wrong-date");
    let service = partner.open();
    partner.emulator.set_clock_offset(86_400_000);
    let _ = service.invite_many(1);
    partner.emulator.set_clock_offset(0);
    let until = Instant::now() + Duration::from_secs(20);
    while service.invite_many(1).status != "MPA_OK" {
        assert!(Instant::now() < until);
    }
}

#[test]
fn refused_tokens_are_not_asked_for_in_a_circle() {
    let partner = Partner::start("circle");
    partner.emulator.set_faults(TITLE, &["status:status=401"]).unwrap();
    let client = partner.open();
    for number in 0..200 {
        client.submit_invite(1, number);
    }
    thread::sleep(Duration::from_secs(8));
    let (_, tokens) = partner.sign_ins();
    assert!(tokens <= 12, "{tokens} in 8 s");
}

#[test]
fn what_is_cancelled_while_signing_in_is_cancelled() {
    let partner = Partner::start("cancelled");
    partner.faults(&["stall:calls=sign_in"]);
    let client = partner.open();
    let (_, number) = client.submit_invite(1, 1);
    thread::sleep(Duration::from_millis(200));
    succeeds(&client.cancel(number));
    let (_, end) = client.wait_event(LONG).unwrap();
    assert_eq!((end.status, end.result.retryable), ("MPA_ERROR_CANCELLED", 0), "{}", end.message);
}

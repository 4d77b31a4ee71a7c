//! What is counted of signing in.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mpa::ffi::client::mpa_client_config;
use mpa_tests::c::Client;
use mpa_tests::partner::{LONG, Partner, succeeds};

fn unix_ms(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

#[test]
fn sign_ins_are_counted_with_their_failures() {
    let partner = Partner::start("counted");
    partner.faults(&["x_err:code=outage,calls=sign_in,next=1"]);
    let client = Client::open(&mpa_client_config { call_timeout_ms: LONG, ..partner.config() });
    let before = client.stats();
    assert_eq!((before.sign_in_attempts, before.sign_in_failures, before.last_sign_in_at_unix_ms), (0, 0, 0));
    succeeds(&client.invite_many(1));
    let after = client.stats();
    assert_eq!((after.sign_in_attempts, after.sign_in_failures), (2, 1));
    let age = unix_ms(SystemTime::now()).abs_diff(after.last_sign_in_at_unix_ms);
    assert!(age < 60_000, "signed in {age} ms ago");
}

#[test]
fn the_certificate_that_is_in_use_tells_when_it_expires() {
    let partner = Partner::start("expiry");
    let signing_in = partner.emulator.sign_in().unwrap();
    let (now, day) = (SystemTime::now(), Duration::from_secs(86_400));
    let old = signing_in.issue_partner_certificate(now - 2 * day, now - day).unwrap();
    partner.write("partner.pem", &old.chain_pem);
    partner.write("partner.key", &old.private_key_pem);
    let client = partner.open();
    let of_old = client.stats().certificate_expires_at_unix_ms;
    assert!(of_old.abs_diff(unix_ms(now - day)) < 2_000, "{of_old}");
    partner.write("partner.pem", &signing_in.partner().chain_pem);
    partner.write("partner.key", &signing_in.partner().private_key_pem);
    succeeds(&client.invite_many(1));
    let of_new = client.stats().certificate_expires_at_unix_ms;
    assert!(of_new > unix_ms(now), "{of_new}");
}

#[test]
fn a_client_that_is_given_tokens_has_no_certificate() {
    let client = Client::open(&mpa_tests::c::config("http://127.0.0.1:9"));
    let stats = client.stats();
    assert_eq!((stats.certificate_expires_at_unix_ms, stats.sign_in_attempts), (0, 0));
}

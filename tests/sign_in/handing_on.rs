//! One process signs in, and hands its token to others; tokens of users that are bound to a key.

use std::fs;
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mpa::ffi::authorization::{
    mpa_authorization, mpa_authorization_buffers, mpa_client_get_authorization, mpa_client_invalidate_authorization,
};
use mpa::ffi::client::{MPA_LOG_WARNING, mpa_client_config};
use mpa::ffi::invite::mpa_invite;
use mpa_emulator::ProofKey;
use mpa_tests::build;
use mpa_tests::c::{Client, Outcome, init, mpa_client_set_authorization, outcome, text};
use mpa_tests::handing_on::survive_a_revoked_token;

use mpa_tests::partner::{Partner, TITLE, succeeds};

pub struct Copied {
    pub header: String,
    pub key: String,
    pub expires_at_unix_ms: u64,
    pub expires_in_ms: u64,
}

pub fn get_authorization(client: &Client, header_size: u32) -> Result<Copied, Box<Outcome>> {
    let mut header = vec![1 as std::ffi::c_char; 13_000];
    let mut key = vec![1 as std::ffi::c_char; 512];
    let mut buffers = mpa_authorization_buffers {
        header: header.as_mut_ptr(),
        header_size,
        proof_key_pem: key.as_mut_ptr(),
        proof_key_pem_size: 512,
        ..init()
    };
    // SAFETY: the pointers are good.
    let copied = outcome(|result| unsafe { mpa_client_get_authorization(client.0, &mut buffers, result) });
    // SAFETY: texts end in NUL.
    let read =
        |bytes: &[std::ffi::c_char]| unsafe { std::ffi::CStr::from_ptr(bytes.as_ptr()) }.to_str().unwrap().to_owned();
    let (header, key) = (read(&header), read(&key));
    if copied.status == "MPA_OK" {
        return Ok(Copied {
            header,
            key,
            expires_at_unix_ms: buffers.expires_at_unix_ms,
            expires_in_ms: buffers.expires_in_ms,
        });
    }
    assert_eq!((header.as_str(), key.as_str()), ("", ""));
    Err(Box::new(copied))
}

#[test]
fn one_signs_in_for_many() {
    let partner = Partner::start("many");
    let service = partner.open();
    let copied = another(&service, "");
    let too_small = get_authorization(&service, 100).err().unwrap();
    assert!(too_small.message.contains("buffers.header is NULL or has 100 bytes"), "{}", too_small.message);
    let server =
        Client::open(&mpa_client_config { authorization_header: std::ptr::null(), ..partner.config_of_a_server() });
    let authorization = mpa_authorization {
        header: text(&copied.header),
        expires_at_unix_ms: copied.expires_at_unix_ms,
        proof_key_pem: text(&copied.key),
        ..init()
    };
    // SAFETY: the pointers are good.
    succeeds(&outcome(|result| unsafe { mpa_client_set_authorization(server.0, &authorization, result) }));
    succeeds(&server.invite_many(1));
    assert_eq!(partner.sign_ins(), (1, 1));
    // The token is bound to the key: without it, it is worth nothing.
    succeeds(&server.set_authorization(&copied.header));
    assert_eq!(server.invite_many(1).status, "MPA_ERROR_UNAUTHORIZED");
}

#[test]
fn a_pushed_token_survives_a_clock_that_is_off() {
    let partner = Partner::start("pushed-clock");
    let service = partner.open();
    succeeds(&service.invite_many(1));
    let copied = get_authorization(&service, 13_000).ok().unwrap();
    partner.emulator.set_clock_offset(600_000);
    let server = Client::open(&mpa_client_config {
        authorization_header: std::ptr::null(),
        max_attempts: 4,
        ..partner.config_of_a_server()
    });
    let authorization = mpa_authorization { header: text(&copied.header), proof_key_pem: text(&copied.key), ..init() };
    // SAFETY: the pointers are good.
    succeeds(&outcome(|result| unsafe { mpa_client_set_authorization(server.0, &authorization, result) }));
    let sent = server.invite_many(1);
    succeeds(&sent);
    assert_eq!(sent.result.attempts, 2);
}

#[test]
fn an_invite_with_a_bound_token_of_its_own_is_signed() {
    let partner = Partner::start("own");
    // The key of the partner's own token serves as the user's.
    let service = partner.open();
    succeeds(&service.invite_many(1));
    let key = get_authorization(&service, 13_000).ok().unwrap().key;
    let (x, y) = coordinates(&key);
    let proof_key = ProofKey::from_jwk(&x, &y).unwrap();
    let header = partner.emulator.issue_user_token(1_234, Some(proof_key), Duration::from_secs(60));
    let client =
        Client::open(&mpa_client_config { authorization_header: std::ptr::null(), ..partner.config_of_a_server() });
    let users = [1_u64];
    let send = |proof_key_pem| {
        let authorization = mpa_authorization { header: text(&header), proof_key_pem, ..init() };
        let invite = mpa_invite {
            invited_users: users.as_ptr(),
            invited_user_count: 1,
            authorization: &authorization,
            ..init()
        };
        client.send_invite(&invite)
    };
    succeeds(&send(text(&key)));
    assert_eq!(send(std::ptr::null()).status, "MPA_ERROR_UNAUTHORIZED");
}

/// The public key of a private one, as OpenSSL reads it.
fn coordinates(key: &str) -> (String, String) {
    let file = build::scratch("coordinates").join("key.pem");
    fs::write(&file, key).unwrap();
    let mut openssl = Command::new("openssl");
    let der = build::run(openssl.args(["pkey", "-pubout", "-outform", "DER", "-in"]).arg(file)).stdout;
    let point = &der[der.len() - 64..];
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    (encode(&point[..32]), encode(&point[32..]))
}

fn invalidate(client: &Client, header: &str) -> Outcome {
    let authorization = mpa_authorization { header: text(header), ..init() };
    // SAFETY: the pointers are good.
    outcome(|result| unsafe { mpa_client_invalidate_authorization(client.0, &authorization, result) })
}

/// Another authorization than this, once there is one.
fn another(client: &Client, than: &str) -> Copied {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        match get_authorization(client, 13_000) {
            Ok(copied) => {
                assert_ne!(copied.header, than, "it is not given out again");
                return copied;
            }
            Err(pending) => assert_eq!(pending.status, "MPA_ERROR_SIGN_IN_PENDING", "{}", pending.message),
        }
        assert!(Instant::now() < until);
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_first_call_says_that_signing_in_has_begun() {
    let partner = Partner::start("pending");
    let service = partner.open();
    let first = get_authorization(&service, 13_000).err().unwrap();
    assert_eq!(first.status, "MPA_ERROR_SIGN_IN_PENDING");
    assert!(first.message.starts_with("Signing in has begun"), "{}", first.message);
    assert_eq!(first.result.retryable, 1);
    let copied = another(&service, "");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let left = copied.expires_at_unix_ms - now;
    assert!(copied.expires_in_ms.abs_diff(left) < 5_000, "{} {left}", copied.expires_in_ms);
}

#[test]
fn a_token_that_was_refused_elsewhere_is_replaced_once() {
    let partner = Partner::start("way-back");
    let service = Client::open(&mpa_client_config { log_level: MPA_LOG_WARNING, ..partner.config() });
    let first = another(&service, "").header;
    // A server that reports it next is late.
    let reports: Vec<_> = (0..3).map(|_| invalidate(&service, &first)).collect();
    reports.iter().for_each(succeeds);
    assert!(reports[0].message.contains("another is obtained"), "{}", reports[0].message);
    assert!(reports[2].message.contains("not in use any more"), "{}", reports[2].message);
    let second = another(&service, &first).header;
    succeeds(&invalidate(&service, &first));
    succeeds(&invalidate(&service, "XBL3.0 x=-;never-given-out"));
    assert_eq!(get_authorization(&service, 13_000).ok().unwrap().header, second);
    assert_eq!(partner.sign_ins(), (1, 2));
    let mut warnings = Vec::new();
    while let Some((_, entry)) = service.wait_event(300) {
        assert!(!entry.message.contains(&first[12..40]), "{}", entry.message);
        warnings.push(entry.message);
    }
    assert!(warnings.iter().any(|text| text.contains("the service refused it; another is obtained")), "{warnings:?}");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
}

#[test]
fn reports_do_not_make_it_sign_in_in_a_loop() {
    let partner = Partner::start("reports");
    let service = partner.open();
    let started = Instant::now();
    let mut last = another(&service, "").header;
    while started.elapsed() < Duration::from_secs(6) {
        match get_authorization(&service, 13_000) {
            Ok(copied) => {
                last = copied.header;
                succeeds(&invalidate(&service, &last));
            }
            Err(pending) => assert_eq!(pending.status, "MPA_ERROR_SIGN_IN_PENDING", "{}", pending.message),
        }
        thread::sleep(Duration::from_millis(5));
    }
    let (_, tokens) = partner.sign_ins();
    assert!((2..=7).contains(&tokens), "{tokens}");
    // It waits, and says so.
    succeeds(&invalidate(&service, &last));
    another(&service, &last);
}

#[test]
fn a_client_that_is_given_tokens_obtains_none() {
    let partner = Partner::start("given");
    let server = Client::open(&partner.config_of_a_server());
    let header = get_authorization(&server, 13_000).ok().unwrap().header;
    let refused = invalidate(&server, &header);
    assert_eq!(refused.status, "MPA_ERROR_INVALID_ARGUMENT");
    assert!(refused.message.contains("does not sign in by itself"), "{}", refused.message);
    assert!(get_authorization(&server, 13_000).is_ok());
}

/// Both sides of the example, as processes, with pipes between them.
#[cfg(unix)]
#[test]
fn the_example_signs_in_for_another_process() {
    let partner = Partner::start("example");
    let program = partner.folder.join("one_signs_in");
    build::run(
        Command::new("gcc")
            .args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"])
            .arg(&program)
            .arg(build::source("../examples/one_signs_in.c"))
            .args(build::link_arguments()),
    );
    let signing_in = partner.emulator.sign_in().unwrap();
    let mut token_service = Command::new(&program);
    token_service
        .args(["token-service", signing_in.url(), signing_in.token_url()])
        .args(["ca.pem", "partner.pem", "partner.key"].map(|name| partner.folder.join(name)));
    let mut server = Command::new(&program);
    server.args(["server", partner.emulator.url(), &TITLE.to_string()]).arg(partner.folder.join("ca.pem"));
    let ends = survive_a_revoked_token(&partner.emulator, TITLE, &mut token_service, &mut server);
    assert!(ends.iter().all(ExitStatus::success), "{ends:?}");
    assert_eq!(partner.sign_ins(), (1, 2), "the service token is still good");
}

//! Through a proxy that is not ours, tinyproxy: calls, signing in with mutual TLS, and its refusals.

use std::net::{TcpListener, TcpStream};
use std::thread;

use mpa::ffi::client::{mpa_client, mpa_client_config, mpa_client_open};
use mpa::ffi::unsent::{MPA_RESEND_AFTER_FIX, MPA_RESEND_LATER, mpa_result_unsent, mpa_unsent};
use mpa_tests::c::{Client, Outcome, init, outcome, text};
use mpa_tests::partner::{LONG, Partner, succeeds};
use mpa_tests::tinyproxy::Tinyproxy;

const BASIC_AUTH: &str = "BasicAuth game pa55word";
const CREDENTIALS: &str = "game:pa55word@";
/// A proxy that allows connections to no port that a test uses.
const CLOSED: &str = "ConnectPort 1";

fn through(url: &str, config: mpa_client_config) -> mpa_client_config {
    mpa_client_config { proxy_url: text(url), connect_timeout_ms: 3_000, request_timeout_ms: 5_000, ..config }
}

/// Host and port of a base URL.
fn authority(url: &str) -> String {
    url.strip_prefix("https://").unwrap().to_owned()
}

fn unsent(outcome: &Outcome, passed_in: u32) -> mpa_unsent {
    let mut unsent: mpa_unsent = init();
    // SAFETY: the pointers are good.
    unsafe { mpa_result_unsent(&outcome.result, passed_in, &mut unsent) };
    unsent
}

/// Nothing was sent, the sentence names the proxy, and nothing shows the credentials.
#[track_caller]
fn refused(outcome: &Outcome, proxy: &Tinyproxy, words: &str, retryable: u32) {
    assert_eq!(outcome.status, "MPA_ERROR_CONNECTION_FAILED", "{}", outcome.message);
    assert_eq!((outcome.counts(), outcome.result.attempts), ((0, 0, 0), 0), "{}", outcome.message);
    assert_eq!(outcome.result.retryable, retryable, "{}", outcome.message);
    assert!(outcome.message.contains(&format!("the proxy 127.0.0.1:{} {words}", proxy.port)), "{}", outcome.message);
    assert!(!outcome.message.contains("pa55") && !outcome.message.contains("game"), "{}", outcome.message);
    let resend = if retryable == 1 { MPA_RESEND_LATER } else { MPA_RESEND_AFTER_FIX };
    let unsent = unsent(outcome, 3);
    assert_eq!((unsent.first, unsent.count, unsent.resend), (0, 3, resend), "{}", outcome.message);
}

#[test]
fn calls_and_signing_in_pass_a_proxy() {
    for (name, settings, credentials) in
        [("open", "", ""), ("password", BASIC_AUTH, CREDENTIALS), ("unasked", "", CREDENTIALS)]
    {
        let partner = Partner::start(name);
        let proxy = Tinyproxy::start(&partner.folder, settings);
        let client = Client::open(&through(&proxy.url(credentials), partner.config()));
        succeeds(&client.invite_many(20));
        succeeds(&client.submit_group([1, 2], 1).0);
        succeeds(&client.wait_event(LONG).unwrap().1);
        assert_eq!(partner.sign_ins(), (1, 1));
        let mut targets = proxy.targets();
        targets.sort();
        let signing_in = partner.emulator.sign_in().unwrap();
        let mut expected = [partner.emulator.url(), signing_in.url(), signing_in.token_url()].map(authority);
        expected.sort();
        targets.dedup();
        assert_eq!(targets, expected, "{name}");
    }
}

#[test]
fn the_proxys_refusals_are_told_apart() {
    let partner = Partner::start("refusals");
    let folder = &partner.folder;
    let server = partner.config_of_a_server();
    for (settings, credentials, words) in [
        (BASIC_AUTH, "", "asks for a user name and a password (HTTP 407)"),
        (BASIC_AUTH, "game:other@", "did not accept the user name and the password (HTTP"),
        (CLOSED, "", "does not allow a connection to "),
    ] {
        let proxy = Tinyproxy::start(folder, settings);
        // It is not tried again, which could lock an account.
        let config = mpa_client_config { max_attempts: 4, ..through(&proxy.url(credentials), server) };
        let client = Client::open(&config);
        refused(&client.invite_many(3), &proxy, words, 0);
        assert!(proxy.targets().len() <= 1, "{:?}", proxy.targets());
        // An operation ends with the same, and all of it is given back.
        succeeds(&client.submit_invite(3, 7).0);
        let (event, end) = client.wait_event(LONG).unwrap();
        assert_eq!(event.user_data, 7);
        refused(&end, &proxy, words, 0);
        assert_eq!(client.stats().invites.requests, 0);
    }
    assert!(partner.emulator.requests(mpa_tests::partner::TITLE).is_empty());
}

#[test]
fn signing_in_names_the_proxys_refusal() {
    let partner = Partner::start("sign-in");
    let proxy = Tinyproxy::start(&partner.folder, BASIC_AUTH);
    let outcome = Client::open(&through(&proxy.url("game:other@"), partner.config())).invite_many(3);
    assert_eq!((outcome.status, outcome.cause), ("MPA_ERROR_SIGN_IN_FAILED", "MPA_ERROR_CONNECTION_FAILED"));
    assert_eq!((outcome.counts(), outcome.result.retryable), ((0, 0, 0), 0), "{}", outcome.message);
    let words = format!("the proxy 127.0.0.1:{} did not accept the user name", proxy.port);
    assert!(outcome.message.contains(&words), "{}", outcome.message);
    assert_eq!(partner.sign_ins(), (0, 0));
}

/// What passes by itself is tried again.
#[test]
fn a_service_that_is_down_and_a_proxy_that_is_down() {
    let partner = Partner::start("down");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let proxy = Tinyproxy::start(&partner.folder, "");
    let server = mpa_client_config { max_attempts: 3, ..partner.config_of_a_server() };
    let config = mpa_client_config { endpoint: text(&format!("https://localhost:{closed}")), ..server };
    let outcome = Client::open(&through(&proxy.url(""), config)).invite_many(3);
    refused(&outcome, &proxy, "could not connect to localhost:", 1);
    assert_eq!(proxy.targets().len(), 3);

    let config = through(&format!("http://{CREDENTIALS}127.0.0.1:{closed}"), server);
    let outcome = Client::open(&config).invite_many(3);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_ERROR_CONNECTION_FAILED", (0, 0, 0)));
    assert_eq!((outcome.result.attempts, outcome.result.retryable), (0, 1));
    let words =
        format!("the proxy 127.0.0.1:{closed} cannot be reached: the connection was refused at 127.0.0.1:{closed}");
    assert!(outcome.message.contains(&words), "{}", outcome.message);
    assert!(outcome.message.contains("config.proxy_url"), "{}", outcome.message);
}

#[test]
fn a_client_recovers_when_the_proxy_comes_back() {
    let partner = Partner::start("recovers");
    let proxy = Tinyproxy::start(&partner.folder, "");
    let config = mpa_client_config { max_attempts: 1, ..partner.config() };
    let client = Client::open(&through(&proxy.url(""), config));
    succeeds(&client.invite_many(3));
    let port = proxy.port;
    drop(proxy);
    // Its connections ended with it.
    while TcpStream::connect(("127.0.0.1", port)).is_ok() {
        thread::yield_now();
    }
    let outcome = client.invite_many(3);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_ERROR_CONNECTION_FAILED", (0, 0, 0)), "{}", outcome.message);
    let _again = Tinyproxy::on(port, &partner.folder, "");
    succeeds(&client.invite_many(3));
}

#[test]
fn plain_http_never_goes_through_a_proxy() {
    let emulator = mpa_emulator::Emulator::start(mpa_emulator::Options::default()).unwrap();
    // No one listens there.
    let client = Client::open(&through("http://127.0.0.1:9", mpa_tests::c::config(emulator.url())));
    succeeds(&client.invite_many(3));
}

/// A field that cannot be used is named, and none of it is repeated.
#[test]
fn wrong_urls_are_refused_at_open() {
    for url in [
        "",
        "proxy:3128",
        "https://game:pa55word@proxy:3128",
        "socks5://game:pa55word@proxy:1080",
        "http://game:pa55word@proxy",
        "http://game:pa55word@proxy:0",
        "http://game:pa55word\r\n@proxy:1",
        "http://game:pa55word@proxy:1/path",
        &format!("http://game:pa55word@{}:1", "p".repeat(1_024)),
    ] {
        let config = through(url, mpa_tests::c::config("https://localhost:9"));
        let mut client = mpa_client { id: 1 };
        // SAFETY: the pointers are good.
        let opened = outcome(|result| unsafe { mpa_client_open(&config, &mut client, result) });
        assert_eq!((opened.status, client.id), ("MPA_ERROR_INVALID_ARGUMENT", 0), "{url:.50}");
        assert!(opened.message.starts_with("config.proxy_url "), "{}", opened.message);
        assert!(!opened.message.contains("pa55") && !opened.message.contains("game"), "{}", opened.message);
    }
    let config = mpa_client_config { proxy_url: c"http://\xff:1".as_ptr(), ..mpa_tests::c::config("https://h") };
    let mut client = mpa_client { id: 1 };
    // SAFETY: the pointers are good.
    let opened = outcome(|result| unsafe { mpa_client_open(&config, &mut client, result) });
    assert!(opened.message.starts_with("config.proxy_url is not UTF-8"), "{}", opened.message);
}

//! Who may come in.

use mpa::outcome::Status;

use super::fleet::*;

fn with_key<'a>(key: &'a str) -> ServerOptions<'a> {
    ServerOptions { key, ..ServerOptions::default() }
}

#[test]
fn only_keys_of_the_file_let_in_each_for_its_titles() {
    let emulator = emulator();
    let relay = RelayProcess::start(emulator.url(), &[]);
    let other = format!("{KEY}-2");
    for (key, title, expected) in [
        (KEY, 7, Status::Ok),
        (KEY, 8, Status::Ok),
        (other.as_str(), 7, Status::Ok),
        (other.as_str(), 8, Status::Forbidden),
        ("key-of-the-test-flee", 7, Status::Unauthorized),
        ("key-of-the-test-fleet-", 7, Status::Unauthorized),
        ("KEY-OF-THE-TEST-FLEET", 7, Status::Unauthorized),
        ("x", 7, Status::Unauthorized),
    ] {
        let outcome = Server::with(&relay.url, title, &with_key(key)).invite(&[1]);
        assert_eq!(outcome.status, expected, "{key} {title}: {outcome:?}");
        assert!(!outcome.message.contains(key) || key.len() < 4);
    }
    assert_eq!((emulator.requests(7).len(), emulator.requests(8).len()), (2, 1));
    assert_eq!(relay.metric("mpa_relay_key_requests_total{key=\"other\"}"), Some(1.0));
    assert_eq!(relay.metric("mpa_relay_unauthorized_total"), Some(5.0));
}

#[test]
fn a_new_key_lets_in_and_an_old_one_does_not_without_a_restart() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &[]);
    assert_eq!(Server::new(&relay.url, title).invite(&[1]).status, Status::Ok);
    // Half-written first: what was read before stays in use.
    relay.write("keys", "fleet");
    std::thread::sleep(std::time::Duration::from_secs(5));
    assert_eq!(Server::new(&relay.url, title).invite(&[1]).status, Status::Ok);
    assert!(relay.metric("mpa_relay_reloads_total{result=\"failed\"}").unwrap() >= 1.0);
    relay.write("keys", "fleet a-quite-different-key *\n");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while Server::with(&relay.url, title, &with_key("a-quite-different-key")).invite(&[1]).status != Status::Ok {
        assert!(std::time::Instant::now() < deadline, "{}", relay.log());
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(Server::new(&relay.url, title).invite(&[1]).status, Status::Unauthorized);
    assert!(!relay.log().contains("a-quite-different-key"));
}

#[test]
fn requests_without_a_token_or_with_two_are_not_let_in() {
    let emulator = emulator();
    let relay = RelayProcess::start(emulator.url(), &[]);
    let good = format!("Authorization: XBL3.0 x=-;{KEY}\r\n");
    for (headers, expected) in [
        (String::new(), 401),
        ("Authorization: Bearer x\r\n".to_owned(), 401),
        ("Authorization: XBL3.0 x=;key\r\n".to_owned(), 401),
        (good.repeat(2), 401),
        (good, 400),
    ] {
        let request = format!(
            "POST /titles/7/invites/server HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n{headers}Content-Length: 2\r\n\r\n{{}}"
        );
        let (status, head, _) = exchange(relay.address(), request.as_bytes());
        assert_eq!(status, expected, "{headers}: {head}");
        assert_eq!(head.to_ascii_lowercase().contains("www-authenticate"), status == 401);
    }
}

#[test]
fn tokens_of_users_can_be_refused() {
    let (emulator, title) = (emulator(), new_title());
    let relay = RelayProcess::start(emulator.url(), &["--user-tokens", "refuse"]);
    let own = mpa::auth::Authorization::new("XBL3.0 x=77;token", 0).unwrap();
    let outcome = Server::new(&relay.url, title).client.run(&activity_query(), Some(&own));
    assert_eq!(outcome.status, Status::Unauthorized, "{outcome:?}");
    assert_eq!(emulator.requests(title).len(), 0);
    // A service's call is not for a user's token, nor the other way round.
    let relay = RelayProcess::start(emulator.url(), &[]);
    let outcome = Server::new(&relay.url, title).client.run(&invite(&[1]), Some(&own));
    assert_eq!((outcome.status, emulator.requests(title).len()), (Status::Forbidden, 0), "{outcome:?}");
}

/// What the service says to a token that it does not know, through the relay.
fn query_of_user(relay: &RelayProcess, title: u32) -> u16 {
    let own = mpa::auth::Authorization::new("XBL3.0 x=77;token", 0).unwrap();
    Server::new(&relay.url, title).client.run(&activity_query(), Some(&own)).http_status
}

#[test]
fn tokens_of_users_are_passed_on_for_the_titles_of_the_keys_only() {
    let (emulator, title) = (emulator(), new_title());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("keys"), format!("fleet {KEY} {title}\n")).unwrap();
    std::fs::write(folder.path().join("token"), TOKEN).unwrap();
    let relay = RelayProcess::start_in(folder, emulator.url(), &[], true);
    let other = new_title();
    assert_eq!([query_of_user(&relay, title), query_of_user(&relay, other)], [200, 400]);
    assert_eq!((emulator.requests(title).len(), emulator.requests(other).len()), (1, 0));
    assert!(!relay.page("/metrics").1.contains(&format!("title=\"{other}\"")));
}

#[test]
fn tokens_of_users_do_not_keep_servers_out() {
    let emulator = emulator();
    // Its key is for all titles.
    let relay = RelayProcess::start(emulator.url(), &[]);
    let statuses: Vec<_> = (0..105).map(|_| query_of_user(&relay, new_title())).collect();
    assert!(statuses[..100].iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(Server::new(&relay.url, new_title()).invite(&[1]).status, Status::Ok);
    // Another key is for this one by name.
    assert_eq!(query_of_user(&relay, 7), 200);
}

#[test]
fn requests_with_tokens_of_users_are_limited_together() {
    let (emulator, title) = (emulator(), new_title());
    emulator.set_faults(title, &["delay:delay_ms=1500,next=1"]).unwrap();
    let relay = RelayProcess::start(emulator.url(), &["--max-requests-per-key", "1"]);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| query_of_user(&relay, title));
        std::thread::sleep(std::time::Duration::from_millis(700));
        assert_eq!(query_of_user(&relay, new_title()), 503);
        assert_eq!(Server::new(&relay.url, new_title()).invite(&[1]).status, Status::Ok);
        assert_eq!(first.join().unwrap(), 200);
    });
}

fn activity_query() -> mpa::api::QueryActivities {
    mpa::api::QueryActivities::new(vec![FIRST_XUID]).unwrap()
}

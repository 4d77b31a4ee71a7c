//! The ways to a store: with a password, over TLS, by sentinels, in a cluster, over a socket of the same machine.

use std::fs;
use std::path::PathBuf;

use super::server::{Directory, free_port};
use super::*;

/// A limit is kept by way of this store.
fn assert_works(settings: &StoreSettings) {
    let runtime = runtime();
    let relays: Vec<_> = (0..2).map(|_| relay(runtime.handle(), settings, &[limit(5, 60_000)])).collect();
    wait_until_up(&relays);
    assert_eq!((relays[0].granted(3), relays[1].granted(3)), (3, 2));
    relays[0].limits.rejected(&invites(), Some(limit(2, 5_000)), Some(Duration::from_millis(1)));
    assert!(relays.iter().all(|relay| relay.store.status().failures == 0));
}

/// A relay that gets no further says why, and none of its secrets.
fn assert_fails(settings: &StoreSettings, problem: &str) {
    let runtime = runtime();
    let relay = relay(runtime.handle(), settings, &[limit(5, 60_000)]);
    wait_until("it fails", || relay.store.status().problem.is_some());
    let status = relay.store.status();
    assert!(status.problem.as_ref().unwrap().contains(problem), "{status:?}");
    // As many as a relay may that is the only one.
    assert_eq!(relay.granted(10), 5);
    let shown = format!("{status:?} {:?} {:?} {:?} {settings:?}", lock(&relay.lines), relay.store, relay.limits);
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn with_a_password() {
    let server = Server::start_with(&["--requirepass", "secret-1"]);
    let url = |password: &str| format!("redis://{password}127.0.0.1:{}", server.port);
    assert_works(&settings(url(":secret-1@")));
    for password in ["", ":secret-2@", "user:secret-1@"] {
        assert_fails(&settings(url(password)), "does not accept the user name and password");
    }
}

/// The command of `docs/fleet.md` that makes a user for the relays, and one that adds these permissions, which the page
/// has to name.
fn user(more: &[&str]) -> [String; 2] {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/fleet.md")).unwrap();
    let line = page.lines().find(|line| line.starts_with("ACL SETUSER mpa-relay ")).unwrap();
    for permission in more {
        assert!(page.contains(&format!("`{permission}`")), "{permission} is not in docs/fleet.md");
    }
    [line.replace("PASSWORD", "secret-1"), format!("ACL SETUSER mpa-relay {}", more.join(" "))]
}

/// Such a user can do what is needed, but not without the permissions that it has on top.
fn assert_permissions(server: &Server, settings: &StoreSettings, more: &[&str]) {
    let [user, more_of_user] = user(more);
    assert!(server.command(&user).starts_with("+OK"));
    if !more.is_empty() {
        let runtime = runtime();
        let relay = relay(runtime.handle(), settings, &[]);
        wait_until("it fails", || relay.store.status().problem.is_some());
        assert!(!relay.store.status().is_up);
    }
    assert!(server.command(&more_of_user).starts_with("+OK"));
    assert_works(settings);
    let settings = StoreSettings { prefix: prefix("mpa:leaves"), ..settings.clone() };
    let runtime = runtime();
    let relays = [relay(runtime.handle(), &settings, &[])];
    wait_until_up(&relays);
    runtime.block_on(relays[0].store.leave());
    let database = settings.url.rsplit_once('/').and_then(|(_, number)| number.parse().ok()).unwrap_or(0);
    let count = format!("SELECT {database}\r\nZCARD mpa:leaves:relays");
    wait_until("it has left", || server.command(&count).lines().last() == Some(":0"));
}

#[test]
fn with_a_user_of_its_own() {
    let server = Server::start();
    let url = format!("redis://mpa-relay:secret-1@127.0.0.1:{}", server.port);
    assert_permissions(&server, &settings(url.clone()), &[]);
    assert_permissions(&server, &settings(url + "/2"), &["+select"]);
}

#[test]
fn with_a_user_of_its_own_by_sentinels() {
    let server = Server::start();
    let folder = Directory::new();
    let configuration = folder.path().join("sentinel.conf");
    fs::write(&configuration, format!("sentinel monitor fleet 127.0.0.1 {} 1\n", server.port)).unwrap();
    let sentinel = Server::start_with(&[configuration.to_str().unwrap(), "--sentinel"]);
    let url = format!("redis+sentinel://mpa-relay:secret-1@127.0.0.1:{}/fleet", sentinel.port);
    assert_permissions(&server, &settings(url), &["+role"]);
}

#[test]
fn with_a_user_of_its_own_in_a_cluster() {
    let server = cluster();
    let url = format!("redis+cluster://mpa-relay:secret-1@127.0.0.1:{}", server.port);
    assert_permissions(&server, &settings(url), &["+cluster|slots", "+ping"]);
}

#[test]
fn where_nothing_is() {
    assert_fails(&settings(format!("redis://:secret@127.0.0.1:{}", free_port())), "refuses the connection");
}

#[test]
fn over_tls() {
    let folder = Directory::new();
    let write = |name: &str, text: String| -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let [ours, other] = ["ours", "other"].map(|name| {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let certificate = write(&format!("{name}.pem"), made.cert.pem());
        (certificate, write(&format!("{name}.key"), made.signing_key.serialize_pem()))
    });
    let tls_port = free_port();
    let (certificate, key) = (ours.0.to_str().unwrap(), ours.1.to_str().unwrap());
    let server = Server::start_with(&[
        "--tls-port",
        &tls_port.to_string(),
        "--tls-cert-file",
        certificate,
        "--tls-key-file",
        key,
        "--tls-ca-cert-file",
        certificate,
        "--tls-auth-clients",
        "no",
    ]);
    let settings = StoreSettings {
        ca_certificates: Some(ours.0.clone()),
        ..settings(format!("rediss://:secret@127.0.0.1:{tls_port}"))
    };
    let without_password = StoreSettings { url: format!("rediss://127.0.0.1:{tls_port}"), ..settings.clone() };
    assert_works(&without_password);
    assert_fails(&StoreSettings { ca_certificates: Some(other.0), ..settings.clone() }, "cannot be reached (");
    assert_fails(&StoreSettings { ca_certificates: None, ..settings }, "cannot be reached (");
    drop(server);
}

#[test]
fn by_sentinels() {
    let server = Server::start_with(&["--requirepass", "secret-1"]);
    let folder = Directory::new();
    let configuration = folder.path().join("sentinel.conf");
    let lines = format!("sentinel monitor fleet 127.0.0.1 {} 1\nsentinel auth-pass fleet secret-1\n", server.port);
    fs::write(&configuration, lines).unwrap();
    let sentinel = Server::start_with(&[configuration.to_str().unwrap(), "--sentinel"]);
    let none = free_port();
    let url =
        |master: &str| format!("redis+sentinel://:secret-1@127.0.0.1:{none},127.0.0.1:{}/{master}", sentinel.port);
    assert_works(&settings(url("fleet")));
    assert_fails(&settings(url("other")), "has no sentinel that knows the master");
}

#[test]
fn to_the_server_that_sentinels_make_the_master() {
    let mut master = Server::start();
    let replica = Server::start_with(&["--replicaof", "127.0.0.1", &master.port.to_string()]);
    let folder = Directory::new();
    let configuration = folder.path().join("sentinel.conf");
    let lines = format!(
        "sentinel monitor fleet 127.0.0.1 {} 1\nsentinel down-after-milliseconds fleet 1000\n\
         sentinel failover-timeout fleet 5000\n",
        master.port
    );
    fs::write(&configuration, lines).unwrap();
    let sentinel = Server::start_with(&[configuration.to_str().unwrap(), "--sentinel"]);
    let runtime = runtime();
    let settings = settings(format!("redis+sentinel://127.0.0.1:{}/fleet", sentinel.port));
    let relays: Vec<_> = (0..2).map(|_| relay(runtime.handle(), &settings, &[limit(5, 120_000)])).collect();
    wait_until_up(&relays);
    assert_eq!((relays[0].granted(3), relays[1].granted(3)), (3, 2));
    wait_until("the sentinel knows the replica", || {
        let known = sentinel.command("SENTINEL REPLICAS fleet");
        known.contains(&replica.port.to_string()) && known.contains("master-link-status\r\n$2\r\nok")
    });
    master.kill();
    wait_until("both are lost", || relays.iter().all(|relay| !relay.store.status().is_up));
    wait_until_up(&relays);
    assert!(replica.command("ROLE").contains("master"));
    assert_eq!((relays[0].granted(5), relays[1].granted(5)), (0, 0));
}

/// One of a single node.
fn cluster() -> Server {
    let server = Server::start_with(&["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"]);
    assert!(server.command("CLUSTER ADDSLOTSRANGE 0 16383").starts_with("+OK"));
    wait_until("the cluster is ready", || server.command("CLUSTER INFO").contains("cluster_state:ok"));
    server
}

#[test]
fn in_a_cluster() {
    let server = cluster();
    assert_works(&settings(format!("redis+cluster://127.0.0.1:{}", server.port)));
}

#[test]
fn over_a_socket_of_the_same_machine() {
    let folder = Directory::new();
    let socket = folder.path().join("store.sock");
    let _server = Server::start_with(&["--unixsocket", socket.to_str().unwrap()]);
    assert_works(&settings(format!("unix://{}", socket.display())));
}

//! Connections of servers over TLS.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mpa::outcome::Status;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;

use super::fleet::*;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate and its key.
    fn issue(&self, name: &str) -> (String, String) {
        let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }
}

/// A relay over TLS, whose files are in its folder.
fn relay_over_tls(upstream: &str, authority: &Authority, with_keys: bool) -> RelayProcess {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = authority.issue("relay");
    for (name, content) in [
        ("ca.pem", authority.pem()),
        ("relay.pem", certificate),
        ("relay-key.pem", key),
        ("keys", format!("fleet {KEY} *\n")),
        ("token", TOKEN.to_owned()),
    ] {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let path = |folder: &TempDir, name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (certificate, key, ca) = (path(&folder, "relay.pem"), path(&folder, "relay-key.pem"), path(&folder, "ca.pem"));
    let mut arguments = vec!["--tls-certificate", &certificate, "--tls-private-key", &key];
    if !with_keys {
        arguments.extend(["--tls-client-ca", &ca]);
    }
    RelayProcess::start_in(folder, upstream, &arguments, with_keys)
}

#[test]
fn servers_connect_over_tls_and_a_new_certificate_is_used_without_a_restart() {
    let (emulator, title, authority) = (emulator(), new_title(), Authority::new());
    let relay = relay_over_tls(emulator.url(), &authority, true);
    assert!(relay.url.starts_with("https://"));
    let ca = relay.folder.path().join("ca.pem");
    let options = |ca| ServerOptions { ca: Some(ca), ..ServerOptions::default() };
    let outcome = Server::with(&relay.url, title, &options(&ca)).invite(&[1]);
    assert_eq!(outcome.status, Status::Ok, "{outcome:?}");
    // Of another authority: who trusts the first one does not connect any more, and knows that nothing was sent.
    let other = Authority::new();
    let (certificate, key) = other.issue("relay");
    let other_ca = relay.folder.path().join("other-ca.pem");
    std::fs::write(&other_ca, other.pem()).unwrap();
    relay.write("relay-key.pem", &key);
    relay.write("relay.pem", &certificate);
    let deadline = Instant::now() + Duration::from_secs(20);
    while Server::with(&relay.url, title, &options(&other_ca)).invite(&[2]).status != Status::Ok {
        assert!(Instant::now() < deadline, "{}", relay.log());
        std::thread::sleep(Duration::from_millis(100));
    }
    let outcome = Server::with(&relay.url, title, &options(&ca)).invite(&[3]);
    assert_eq!((outcome.status, outcome.uncertain), (Status::TlsFailed, 0), "{outcome:?}");
}

#[test]
fn a_certificate_of_the_studio_lets_in_without_a_key() {
    let (emulator, title, authority) = (emulator(), new_title(), Authority::new());
    let relay = relay_over_tls(emulator.url(), &authority, false);
    let (certificate, key) = authority.issue("game-server-7");
    relay.write("server.pem", &(certificate + &key));
    let stranger = Authority::new().issue("stranger");
    relay.write("stranger.pem", &(stranger.0 + &stranger.1));
    let sends = |certificate: Option<&str>| {
        let body = format!("{{\"invitedUsers\":[\"{FIRST_XUID}\"],\"sender\":\"1\",\"connectionString\":\"here\"}}");
        let request = format!(
            "POST /titles/{title}/invites/server HTTP/1.1\r\nHost: relay\r\nAuthorization: XBL3.0 x=-;none\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut client = Command::new("openssl");
        client.current_dir(relay.folder.path());
        client.args(["s_client", "-quiet", "-verify_return_error", "-CAfile", "ca.pem", "-connect", relay.address()]);
        if let Some(file) = certificate {
            client.args(["-cert", file, "-key", file]);
        }
        let piped = client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut client = piped.spawn().expect("Debian's package openssl is needed");
        // It may have been refused by now.
        let _ = client.stdin.as_mut().unwrap().write_all(request.as_bytes());
        let output = client.wait_with_output().unwrap();
        String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(sends(Some("server.pem")), "HTTP/1.1 204 No Content");
    assert_eq!(sends(Some("stranger.pem")), "");
    assert_eq!(sends(None), "");
    assert_eq!(emulator.requests(title).len(), 1);
    assert!(relay.log().contains("game-server-7"), "{}", relay.log());
}

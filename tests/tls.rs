//! TLS with peers that are not ours: nginx and OpenSSL.

#[path = "tls/refusals.rs"]
mod refusals;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mpa::ffi::client::{MPA_CA_ADDED, MPA_CA_ONLY, mpa_client_config};
use mpa_tests::build::{run, scratch};
use mpa_tests::c::{Client, config, text};
use mpa_tests::process::{self, Running};

/// An authority and a certificate for localhost, made by the openssl program.
struct Certificates {
    folder: PathBuf,
}

impl Certificates {
    fn make(name: &str) -> Self {
        let folder = scratch(name);
        let openssl = |arguments: &str| {
            run(Command::new("openssl").args(arguments.split(' ')).current_dir(&folder));
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        for authority in ["authority", "stranger"] {
            openssl(&format!(
                "req -x509 {key} -keyout {authority}.key -out {authority}.pem -days 30 -subj /CN={authority}"
            ));
        }
        openssl(&format!(
            "req -x509 {key} -keyout server.key -out server.pem -days 30 -subj /CN=server -CA authority.pem -CAkey \
             authority.key -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE"
        ));
        Certificates { folder }
    }

    fn path(&self, file: &str) -> String {
        self.folder.join(file).to_str().unwrap().to_owned()
    }

    fn trusting(&self, endpoint: &str, file: &str, ca_mode: i32) -> mpa_client_config {
        mpa_client_config { ca_certificates_path: text(&self.path(file)), ca_mode, ..config(endpoint) }
    }
}

/// A server process; ended when dropped.
struct Server {
    process: Running,
    port: u16,
}

impl Server {
    fn start(command: &mut Command, port: u16) -> Self {
        Server { process: Running::start(command), port }
    }

    fn endpoint(&self) -> String {
        format!("https://localhost:{}", self.port)
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[track_caller]
fn wait_until(what: &str, ready: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !ready() {
        assert!(Instant::now() < deadline, "{what} did not come in 10 s");
        thread::sleep(Duration::from_millis(20));
    }
}

/// nginx, which acknowledges everything and notes connection and protocol of each request.
fn nginx(certificates: &Certificates, settings: &str) -> (Server, PathBuf) {
    let port = free_port();
    let folder = &certificates.folder;
    let log = folder.join(format!("{port}.log"));
    let configuration = format!(
        "daemon off; master_process off; pid {port}.pid; error_log stderr error; events {{}}
         http {{
           log_format facts '$connection $ssl_protocol $request';
           access_log {log} facts;
           client_body_temp_path {port}.body; proxy_temp_path {port}.p; fastcgi_temp_path {port}.f;
           uwsgi_temp_path {port}.u; scgi_temp_path {port}.s;
           server {{
             listen 127.0.0.1:{port} ssl; ssl_certificate server.pem; ssl_certificate_key server.key; {settings}
             location / {{ return 204; }}
           }}
         }}",
        log = log.display()
    );
    let file = folder.join(format!("{port}.conf"));
    fs::write(&file, configuration).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder).arg("-c").arg(&file).stderr(Stdio::null());
    let server = Server::start(&mut command, port);
    wait_until("nginx", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    (server, log)
}

fn lines(log: &Path) -> Vec<String> {
    fs::read_to_string(log).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[test]
fn nginx_gets_all_requests_of_all_calls_on_one_connection() {
    let certificates = Certificates::make("one_connection");
    for protocol in ["TLSv1.2", "TLSv1.3"] {
        let (server, log) = nginx(&certificates, &format!("ssl_protocols {protocol};"));
        for mode in [MPA_CA_ADDED, MPA_CA_ONLY] {
            let client = Client::open(&certificates.trusting(&server.endpoint(), "authority.pem", mode));
            for _ in 0..2 {
                let outcome = client.invite_many(40);
                assert_eq!(outcome.status, "MPA_OK", "{protocol}: {}", outcome.message);
            }
        }
        wait_until("the log", || lines(&log).len() == 12);
        let seen = lines(&log);
        for of_one_client in seen.chunks(6) {
            assert!(of_one_client.iter().all(|line| *line == of_one_client[0]), "{seen:?}");
        }
        assert!(seen[0].ends_with(&format!("{protocol} POST /titles/7/invites/server HTTP/1.1")), "{seen:?}");
    }
}

#[test]
fn a_connection_that_nginx_closes_while_idle_is_replaced() {
    let certificates = Certificates::make("idle");
    let (server, log) = nginx(&certificates, "keepalive_timeout 1s;");
    let client = Client::open(&certificates.trusting(&server.endpoint(), "authority.pem", MPA_CA_ONLY));
    assert_eq!(client.invite_many(1).status, "MPA_OK");
    thread::sleep(Duration::from_millis(1_500));
    let outcome = client.invite_many(1);
    assert_eq!(outcome.status, "MPA_OK", "{}", outcome.message);
    wait_until("the log", || lines(&log).len() == 2);
    assert_ne!(lines(&log)[0], lines(&log)[1], "two connections");
}

#[test]
fn an_untrusted_server_gets_nothing() {
    let certificates = Certificates::make("trust");
    let (server, log) = nginx(&certificates, "");
    let by_address = format!("https://127.0.0.1:{}", server.port);
    for (config, sentence) in [
        (config(&server.endpoint()), "issued by an authority that is not trusted"),
        (
            certificates.trusting(&server.endpoint(), "stranger.pem", MPA_CA_ADDED),
            "issued by an authority that is not trusted",
        ),
        (
            certificates.trusting(&server.endpoint(), "stranger.pem", MPA_CA_ONLY),
            "issued by an authority that is not trusted",
        ),
        (certificates.trusting(&by_address, "authority.pem", MPA_CA_ONLY), "is for another name"),
    ] {
        let outcome = Client::open(&config).invite_many(3);
        assert_eq!(outcome.status, "MPA_ERROR_TLS_FAILED", "{}", outcome.message);
        assert!(outcome.message.contains(sentence), "{}", outcome.message);
        assert_eq!((outcome.counts(), outcome.result.retryable, outcome.result.attempts), ((0, 0, 0), 0, 0));
    }
    let both = certificates.folder.join("both.pem");
    let pem = |file| fs::read_to_string(certificates.path(file)).unwrap();
    fs::write(&both, format!("{}\n# and\n{}", pem("stranger.pem"), pem("authority.pem"))).unwrap();
    let client = Client::open(&certificates.trusting(&server.endpoint(), "both.pem", MPA_CA_ONLY));
    assert_eq!(client.invite_many(3).status, "MPA_OK");
    wait_until("the log", || lines(&log).len() == 1);
}

/// OpenSSL's test server, which shows what it receives and sends what it is given.
fn s_server(certificates: &Certificates, options: &str) -> Server {
    let port = free_port();
    let mut command = Command::new("openssl");
    command
        .args(["s_server", "-quiet", "-naccept", "2", "-cert", "server.pem", "-key", "server.key"])
        .args(["-accept", &format!("127.0.0.1:{port}")])
        .args(options.split(' '))
        .current_dir(&certificates.folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let server = Server::start(&mut command, port);
    wait_until("s_server", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    server
}

#[test]
fn openssl_reads_what_we_write() {
    let certificates = Certificates::make("openssl");
    for options in ["-tls1_2", "-tls1_3", "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256"] {
        let mut server = s_server(&certificates, options);
        let received = BufReader::new(server.process.child().stdout.take().unwrap());
        let mut answer = server.process.child().stdin.take().unwrap();
        let reading = thread::spawn(move || {
            let mut request = Vec::new();
            for line in received.lines() {
                let line = line.unwrap();
                request.push(line.clone());
                if line.is_empty() {
                    // The body follows without an end of line.
                    answer.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
                    answer.flush().unwrap();
                    break;
                }
            }
            request
        });
        let client = Client::open(&certificates.trusting(&server.endpoint(), "authority.pem", MPA_CA_ONLY));
        let outcome = client.invite_many(3);
        assert_eq!(outcome.status, "MPA_OK", "{options}: {}", outcome.message);
        let request = reading.join().unwrap();
        assert_eq!(request[0], "POST /titles/7/invites/server HTTP/1.1", "{request:?}");
    }
}

#[test]
fn an_old_protocol_is_not_spoken() {
    let certificates = Certificates::make("old");
    let server = s_server(&certificates, "-tls1_1 -cipher DEFAULT:@SECLEVEL=0");
    let client = Client::open(&certificates.trusting(&server.endpoint(), "authority.pem", MPA_CA_ONLY));
    let outcome = client.invite_many(3);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_ERROR_TLS_FAILED", (0, 0, 0)), "{}", outcome.message);
}

// Signing in -------------------------------------------------------------------------------------

/// What a server was sent: the lines of the head, and the body.
struct Sent {
    head: Vec<String>,
    body: Vec<u8>,
}

impl Sent {
    fn read(mut from: impl BufRead) -> Self {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            from.read_line(&mut line).unwrap();
            match line.trim_end() {
                "" => break,
                line => head.push(line.to_owned()),
            }
        }
        let mut sent = Sent { head, body: Vec::new() };
        sent.body = vec![0; sent.header("content-length").parse().unwrap()];
        from.read_exact(&mut sent.body).unwrap();
        sent
    }

    fn header(&self, name: &str) -> &str {
        let mut fields = self.head.iter().filter_map(|line| line.split_once(": "));
        fields.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).unwrap()
    }
}

/// OpenSSL has asked for the certificate and taken it, and agrees that the signature is the proof
/// key's.
#[test]
fn openssl_takes_the_certificate_and_verifies_the_signature() {
    let certificates = Certificates::make("signing_in");
    run(Command::new("openssl")
        .args(
            "req -x509 -newkey rsa:2048 -nodes -keyout partner.key -out partner.pem -days 30 -subj /CN=partner"
                .split(' '),
        )
        .args("-CA authority.pem -CAkey authority.key -addext basicConstraints=critical,CA:FALSE".split(' '))
        .current_dir(&certificates.folder));
    let token = r#"{"IssueInstant":"2026-01-01T00:00:00Z","NotAfter":"2099-01-01T00:00:00Z","Token":"the-token","DisplayClaims":null}"#;
    let (rest, _log) = nginx(
        &certificates,
        &format!("location = /xsts/authorize {{ default_type application/json; return 200 '{token}'; }}"),
    );
    for protocol in ["-tls1_2", "-tls1_3"] {
        let required = "-Verify 2 -verify_return_error -CAfile authority.pem";
        let mut server = s_server(&certificates, &format!("{protocol} {required}"));
        let received = BufReader::new(server.process.child().stdout.take().unwrap());
        let mut answer = server.process.child().stdin.take().unwrap();
        let body = token.replace("the-token", "the-service-token");
        let reading = thread::spawn(move || {
            let sent = Sent::read(received);
            write!(answer, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
            answer.flush().unwrap();
            sent
        });
        let client = Client::open(&mpa_client_config {
            authorization_header: std::ptr::null(),
            certificate_path: text(&certificates.path("partner.pem")),
            private_key_path: text(&certificates.path("partner.key")),
            sign_in_endpoint: text(&server.endpoint()),
            token_endpoint: text(&rest.endpoint()),
            ..certificates.trusting(&rest.endpoint(), "authority.pem", MPA_CA_ONLY)
        });
        let outcome = client.invite_many(3);
        assert_eq!(outcome.status, "MPA_OK", "{protocol}: {}", outcome.message);
        let sent = reading.join().unwrap();
        assert_eq!(sent.head[0], "POST /service/authenticate HTTP/1.1");
        assert!(openssl_verifies(&certificates.folder, &sent, &sent.body));
        let altered = [&sent.body[..], b" "].concat();
        assert!(!openssl_verifies(&certificates.folder, &sent, &altered), "and it can fail");
    }
}

/// Whether OpenSSL finds the request signed by the key that its body names, as the service checks it.
fn openssl_verifies(folder: &Path, sent: &Sent, body: &[u8]) -> bool {
    let json: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    let coordinate =
        |name: &str| URL_SAFE_NO_PAD.decode(json["Properties"]["ProofKey"][name].as_str().unwrap()).unwrap();
    // A SubjectPublicKeyInfo of a P-256 key begins so; then comes the point.
    let mut key =
        b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04"
            .to_vec();
    key.extend([coordinate("x"), coordinate("y")].concat());
    let signature = STANDARD.decode(sent.header("signature")).unwrap();
    let (version, time, rs) = (&signature[..4], &signature[4..12], &signature[12..]);
    let stream = [version, b"\0", time, b"\0POST\0/service/authenticate\0\0", body, b"\0"].concat();
    fs::write(folder.join("proof.der"), key).unwrap();
    fs::write(folder.join("stream"), stream).unwrap();
    fs::write(folder.join("signature.der"), der_signature(&rs[..32], &rs[32..])).unwrap();
    let mut openssl = Command::new("openssl");
    openssl.args("dgst -sha256 -keyform DER -verify proof.der -signature signature.der stream".split(' '));
    let verified = process::output(openssl.current_dir(folder), process::LIMIT);
    String::from_utf8_lossy(&verified.stdout).contains("Verified OK")
}

/// Two numbers in a sequence, as OpenSSL reads them.
fn der_signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
        let sign = if bytes[start] >= 0x80 { &[0_u8][..] } else { &[] };
        let digits = [sign, &bytes[start..]].concat();
        [&[0x02, digits.len() as u8][..], &digits].concat()
    };
    let both = [number(r), number(s)].concat();
    [&[0x30, both.len() as u8][..], &both].concat()
}

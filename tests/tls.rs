//! TLS with peers that are not ours: nginx and OpenSSL.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mpa::ffi::client::{MPA_CA_ADDED, MPA_CA_ONLY, mpa_client_config};
use mpa_tests::build::{run, scratch};
use mpa_tests::c::{Client, config, text};

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
    process: Child,
    port: u16,
}

impl Server {
    fn start(command: &mut Command, port: u16) -> Self {
        let process = command.spawn().unwrap_or_else(|error| panic!("{command:?} could not be started: {error}"));
        Server { process, port }
    }

    fn endpoint(&self) -> String {
        format!("https://localhost:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
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
fn who_cannot_be_trusted_gets_nothing() {
    let certificates = Certificates::make("trust");
    let (server, log) = nginx(&certificates, "");
    let by_address = format!("https://127.0.0.1:{}", server.port);
    for (config, sentence) in [
        (config(&server.endpoint()), "issued by nobody we trust"),
        (certificates.trusting(&server.endpoint(), "stranger.pem", MPA_CA_ADDED), "issued by nobody we trust"),
        (certificates.trusting(&server.endpoint(), "stranger.pem", MPA_CA_ONLY), "issued by nobody we trust"),
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
        let received = BufReader::new(server.process.stdout.take().unwrap());
        let mut answer = server.process.stdin.take().unwrap();
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

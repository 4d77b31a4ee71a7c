//! A relay that runs as a process of its own, between the emulator and servers that use the library.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, UNIX_EPOCH};

use http::HeaderValue;
use mpa::api::{Invitation, Lane, RecentPlayerGroup, RecentPlayerGroups, ServerInvite, Timestamp};
use mpa::auth::Authorization;
use mpa::client::{Client, Config, Engine, Event, ImposedLimits, LaneSettings, Settings, Work};
use mpa::http::{BaseUrl, CaMode, Shared};
use mpa::log::Level;
use mpa::outcome::Outcome;
use mpa_emulator::{Emulator, LoggedRequest, Options};
use tempfile::TempDir;

pub const KEY: &str = "key-of-the-test-fleet";
pub const TOKEN: &str = "XBL3.0 x=-;token-of-the-fleet";
pub const FIRST_XUID: u64 = 2_533_274_790_395_904;

/// A limit of invites, for the emulator.
pub const ONE_A_MINUTE: &str = r#"{"invites":{"burst":{"max":1,"period_ms":60000},"sustained":null}}"#;

/// Titles of tests are their own, so that they can share an emulator.
pub fn new_title() -> u32 {
    static NEXT: AtomicU64 = AtomicU64::new(1_000);
    NEXT.fetch_add(1, Ordering::Relaxed) as u32
}

/// A relay. It is killed when it is dropped.
pub struct RelayProcess {
    child: Child,
    pub url: String,
    pub folder: TempDir,
}

impl RelayProcess {
    /// With a key for all titles, and a token from a file.
    pub fn start(upstream: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("keys"), format!("fleet {KEY} *\nother {KEY}-2 7\n")).unwrap();
        std::fs::write(folder.path().join("token"), TOKEN).unwrap();
        Self::start_in(folder, upstream, arguments, true)
    }

    /// In a folder with these files. `with_keys`: its keys let servers in.
    pub fn start_in(folder: TempDir, upstream: &str, arguments: &[&str], with_keys: bool) -> Self {
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let mut child = Command::new(env!("CARGO_BIN_EXE_mpa-relay"))
            .args(["--listen", "127.0.0.1:0", "--endpoint", upstream])
            .args(["--authorization-header-file", &path("token")])
            .args(if with_keys { vec!["--keys".to_owned(), path("keys")] } else { Vec::new() })
            .env("MPA_RELAY_LOG_LEVEL", "debug")
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(path("log")).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("mpa-relay listens on ").map(str::to_owned);
        let url = url.unwrap_or_else(|| panic!("{line:?}; {}", std::fs::read_to_string(path("log")).unwrap()));
        RelayProcess { child, url, folder }
    }

    pub fn address(&self) -> &str {
        self.url.split("://").nth(1).unwrap()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    pub fn write(&self, name: &str, content: &str) {
        std::fs::write(self.folder.path().join(name), content).unwrap();
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal; waits for the end of the process where that is meant to end.
    #[cfg(unix)]
    pub fn signal(&self, signal: nix::sys::signal::Signal) {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(self.pid() as i32), signal).unwrap();
    }

    /// How it ended; `None`: it has not, within the limit.
    pub fn ends_within(&mut self, limit: Duration) -> Option<i32> {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status.code().unwrap_or(-1));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    pub fn page(&self, path: &str) -> (u16, String) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n");
        let (status, _, body) = exchange(self.address(), request.as_bytes());
        (status, body)
    }

    /// The value of a metric, with its labels as they are written.
    pub fn metric(&self, name: &str) -> Option<f64> {
        let (_, page) = self.page("/metrics");
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        line.parse().ok()
    }
}

impl Drop for RelayProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the relay's log\n{}", self.log());
        }
    }
}

/// One exchange by hand: status, head and body.
pub fn exchange(address: &str, request: &[u8]) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // Where the relay refuses early, it may close before all of it is written.
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, head.to_owned(), body.to_owned())
}

pub fn emulator() -> Emulator {
    Emulator::start(Options::default()).unwrap()
}

/// A game server: the library, pointed at a relay.
pub struct Server {
    pub client: Client,
}

/// How a server differs from others.
pub struct ServerOptions<'a> {
    pub key: &'a str,
    pub ca: Option<&'a Path>,
    pub max_attempts: u32,
    pub request_timeout: Duration,
    pub call_timeout: Duration,
}

impl Default for ServerOptions<'_> {
    fn default() -> Self {
        ServerOptions {
            key: KEY,
            ca: None,
            max_attempts: 1,
            request_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(20),
        }
    }
}

impl Server {
    pub fn new(url: &str, title_id: u32) -> Self {
        Self::with(url, title_id, &ServerOptions::default())
    }

    pub fn with(url: &str, title_id: u32, options: &ServerOptions<'_>) -> Self {
        let ca_certificates =
            options.ca.map(|path| mpa::http::read_certificates(path.to_str().unwrap()).unwrap()).unwrap_or_default();
        let config = Config {
            title_id,
            endpoint: BaseUrl::parse(url, false).unwrap(),
            authorization: Some(Authorization::new(&format!("XBL3.0 x=-;{}", options.key), 0).unwrap()),
            ca_certificates,
            ca_mode: CaMode::Added,
            allow_plain_http: false,
            user_agent: HeaderValue::from_static("game/1"),
            connect_timeout: Duration::from_secs(3),
            proxy: None,
            request_timeout: options.request_timeout,
            call_timeout: options.call_timeout,
            max_attempts: options.max_attempts,
            imposed_limits: ImposedLimits::default(),
            shared_limits: None,
            max_idle_connections: 8,
            log_level: Level::Off,
            sign_in: None,
        };
        let settings = Settings {
            capacity: 10_000,
            capacity_bytes: 64 * 1024 * 1024,
            lanes: Lane::ALL.map(|_| LaneSettings { time_to_live: options.call_timeout, hold: None, workers: 4 }),
            authorization_lead: None,
        };
        let engine = Engine::open(config, &Arc::new(Shared::default())).unwrap();
        Server { client: Client::new(engine, settings) }
    }

    /// Invites some users.
    pub fn invite(&self, users: &[u64]) -> Outcome {
        self.client.run(&invite(users), None)
    }

    /// Reports a group, whose first player is this.
    pub fn report(&self, player: u64) -> Outcome {
        self.client.run(&groups(&[player]), None)
    }

    /// Submits an invite; `user_data` comes back in its completion.
    pub fn submit_invite(&self, user: u64, user_data: u64) {
        self.client.submit(Work::new(invite(&[user])), None, user_data, None, |_| {}).unwrap();
    }

    /// The completions of so many operations.
    pub fn completions(&self, count: usize) -> Vec<(u64, Outcome)> {
        let mut completions = Vec::new();
        let deadline = Instant::now() + Duration::from_secs(60);
        while completions.len() < count && Instant::now() < deadline {
            if let Some(Event::Completed { user_data, outcome, .. }) = self.client.wait(Duration::from_millis(100)) {
                completions.push((user_data, *outcome));
            }
        }
        assert_eq!(completions.len(), count);
        completions
    }
}

pub fn invite(users: &[u64]) -> ServerInvite {
    let invited_users = users.iter().map(|user| FIRST_XUID + user).collect();
    let connection_string = Some("203.0.113.7:7777".to_owned());
    ServerInvite::new(FIRST_XUID, Invitation { invited_users, connection_string, platform: None }).unwrap()
}

pub fn groups(players: &[u64]) -> RecentPlayerGroups {
    let at = Timestamp::from_unix_ms(1_700_000_000_000, UNIX_EPOCH).unwrap();
    let group = |player: &u64| RecentPlayerGroup::new(None, at, vec![FIRST_XUID + player, FIRST_XUID], 0).unwrap();
    RecentPlayerGroups::new(players.iter().map(group).collect()).unwrap()
}

/// The requests that the service has processed.
pub fn acted(emulator: &Emulator, title_id: u32) -> Vec<LoggedRequest> {
    emulator.requests(title_id).into_iter().filter(|request| request.acted).collect()
}

//! What the relay does, with defaults filled in and everything read and checked.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use mpa::client::ImposedLimits;

use crate::client_options::ClientOptions;

/// All of it.
#[derive(Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    /// Where probes and metrics are served; `None`: where servers connect.
    pub admin_listen: Option<SocketAddr>,
    pub access: Access,
    pub tls: Option<TlsFiles>,
    pub store: Option<StoreSettings>,
    pub upstream: Upstream,
    pub front: FrontLimits,
    /// How long it may take to stop.
    pub grace: Duration,
    pub log: LogSettings,
}

/// Who may come in. Without keys, and without an authority for certificates, it is whatever reaches the relay, which
/// listens on loopback then unless it has no authorization of its own.
#[derive(Debug)]
pub struct Access {
    /// The file with the keys.
    pub keys: Option<PathBuf>,
    /// Whether calls with a user's own token are passed on; they carry no key.
    pub user_tokens: bool,
}

/// Certificates of the relay.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// In PEM or PKCS#12.
    pub certificate: PathBuf,
    /// In PEM; perhaps the same file.
    pub private_key: PathBuf,
    /// With the password of the PKCS#12 file.
    pub password_file: Option<PathBuf>,
    /// Authorities, in PEM, whose certificates let servers in, without a key.
    pub client_ca: Option<PathBuf>,
}

#[derive(Clone)]
pub struct StoreSettings {
    /// May contain a password.
    pub url: String,
    /// How many relays there are, this one included, as long as the store has not said it.
    pub relays: u32,
    /// For one question, all in all.
    pub timeout: Duration,
    pub prefix: KeyPrefix,
    pub ca_certificates: Option<PathBuf>,
}

// Without the password.
impl fmt::Debug for StoreSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreSettings")
            .field("timeout", &self.timeout)
            .field("prefix", &self.prefix)
            .field("ca_certificates", &self.ca_certificates)
            .finish_non_exhaustive()
    }
}

/// What the names of the store's keys begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPrefix(String);

impl KeyPrefix {
    pub const EXPECTED: &str = "1 to 64 letters, digits and . _ : -";

    /// `None` if it is not what is expected. Braces would make a hash tag, by which a cluster decides where a key
    /// belongs.
    pub fn new(text: &str) -> Option<Self> {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
        let prefix = (1..=64).contains(&text.len()) && text.bytes().all(is_good);
        prefix.then(|| KeyPrefix(text.to_owned()))
    }
}

impl fmt::Display for KeyPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The way to the service.
#[derive(Debug)]
pub struct Upstream {
    pub limits: ImposedLimits,
    /// For calls that block; none does, here. The title is set for each client.
    pub recent_players_hold: Duration,
    pub worker_count: usize,
    /// How long a server waits for its answer.
    pub caller_timeout: Duration,
    pub request_timeout: Duration,
    /// Makes the configuration of a title's client.
    pub client: ClientOptions,
}

impl Upstream {
    /// No request to the service begins later than that after the server's came, so that its answer comes before the
    /// server stops waiting.
    pub fn time_to_begin(&self) -> Duration {
        time_to_begin(self.caller_timeout, self.request_timeout)
    }
}

/// What is left of the time that a server waits, before the request to the service has to begin.
pub fn time_to_begin(caller_timeout: Duration, request_timeout: Duration) -> Duration {
    caller_timeout.saturating_sub(request_timeout + RESERVE)
}

/// For the way to the server and back.
pub const RESERVE: Duration = Duration::from_millis(250);

#[derive(Clone, Copy, Debug)]
pub struct FrontLimits {
    pub max_connections: usize,
    pub max_body_bytes: usize,
    /// At a time.
    pub max_requests_per_key: usize,
    /// How long a head or a body may take to arrive.
    pub receive_timeout: Duration,
}

#[derive(Clone, Copy, Debug)]
pub struct LogSettings {
    pub is_json: bool,
    pub level: mpa::log::Level,
}

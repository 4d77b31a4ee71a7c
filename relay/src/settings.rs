//! What the relay does, with defaults filled in and everything read and checked.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use mpa::client::{Config, ImposedLimits};

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

/// Who may come in.
#[derive(Debug)]
pub struct Access {
    /// The file with the keys.
    pub keys: Option<PathBuf>,
    /// Whether calls with a user's own token are passed on; they carry no key.
    pub user_tokens: bool,
}

/// Certificates of the relay, in PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub private_key: PathBuf,
    /// Authorities whose certificates let servers in, without a key.
    pub client_ca: Option<PathBuf>,
}

#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// May contain a password.
    pub url: String,
    /// For one question, all in all.
    pub timeout: Duration,
    pub prefix: String,
    pub ca_certificates: Option<PathBuf>,
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

/// As the fields of `mpa_client_config` of the same names.
#[derive(Clone, Debug)]
pub struct ClientOptions;

impl ClientOptions {
    /// The configuration of a client that has the fleet's authorization, or none of its own.
    pub fn config(&self, _title_id: u32, _with_authorization: bool) -> Result<Config, String> {
        Err(String::new())
    }
}

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

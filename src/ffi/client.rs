//! Clients: opened with a configuration, used from any thread, closed in the end.

use std::ffi::c_char;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use zeroize::Zeroizing;

use super::boundary::report;
use super::caller::Slot;
use super::result::mpa_result;
use super::status::mpa_status;
use super::structs::{self, Struct};
use super::times::{duration, timeout};
use super::token::{self, mpa_authorization};
use super::{handles, sentences, sign_in, text};
use crate::api::{ByLane, Endpoint, Lane};
use crate::auth::{Authorization, MAX_HEADER_LENGTH};
use crate::client::{Client, Config, Engine, ImposedLimits, LaneSettings, Settings};
use crate::http::{BaseUrl, CaMode, MAX_PROXY_URL_LENGTH, Proxy, USUAL_IDLE_CONNECTIONS, read_certificates};
use crate::log::Level;
use crate::outcome::{Outcome, Result, Status};
use crate::policy::Limit;

/// The handle of an open client. A plain value: copy it, pass it to any thread. A handle that is zero,
/// stale or made up gives MPA_ERROR_INVALID_HANDLE; so does, in the child of a fork, every handle of the
/// parent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_client {
    /// Do not set or change it. 0: no client.
    pub id: u64,
}

/// How the certificates of `ca_certificates_path` relate to the built-in ones.
pub type mpa_ca_mode = i32;

/// Trusted in addition to the built-in ones.
pub const MPA_CA_ADDED: mpa_ca_mode = 0;
/// Trusted instead of the built-in ones.
pub const MPA_CA_ONLY: mpa_ca_mode = 1;

/// The severity of a log entry.
pub type mpa_log_level = i32;

/// Nothing is logged.
pub const MPA_LOG_OFF: mpa_log_level = 0;
/// A defect, or a failure that needs operator action, such as calls and operations that the service
/// refused.
pub const MPA_LOG_ERROR: mpa_log_level = 1;
/// Temporary failures of calls and operations, and requests that are retried.
pub const MPA_LOG_WARNING: mpa_log_level = 2;
/// Infrequent events: a newer authorization, draining.
pub const MPA_LOG_INFO: mpa_log_level = 3;
/// Every request and its response.
pub const MPA_LOG_DEBUG: mpa_log_level = 4;

/// Off, or no limit, in the fields that say so.
pub const MPA_NONE: u32 = 4294967295;

/// The longest of each of the configuration's time limits: ten minutes.
pub const MPA_MAX_TIMEOUT_MS: u32 = 600000;

/// The longest duration of a configuration, an operation or a match where no other limit is documented: a day.
pub const MPA_MAX_DURATION_MS: u32 = 86400000;

pub(super) const MAX_URL_LENGTH: usize = 512;
pub(super) const MAX_PATH_LENGTH: usize = 4_096;
const MAX_USER_AGENT_LENGTH: usize = 256;

/// How a client reaches the service. All texts are copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_client_config {
    /// sizeof(mpa_client_config), as MPA_INIT sets it. Required.
    pub struct_size: u32,
    /// The decimal number of your title, from Partner Center. Required.
    pub title_id: u32,
    /// Base URL of the service: scheme, host and optionally a port. Default NULL: production,
    /// "https://multiplayeractivity.xboxlive.com". Plain http:// is for tests: it is refused unless
    /// the host resolves to loopback addresses only, or allow_plain_http is 1. URLs have at most 512 bytes,
    /// paths at most 4,096.
    pub endpoint: *const c_char,
    /// The first token: the whole value of the Authorization header, as in mpa_authorization. For a token
    /// that expires or is bound to a key, use `authorization` instead. Default NULL: none yet, set one with
    /// mpa_client_set_authorization.
    pub authorization_header: *const c_char,
    /// A PEM file with certificates of certificate authorities (CAs) to trust, read by mpa_client_open: a
    /// regular file of at most 4 MiB with nothing else in it. Default NULL: only the built-in ones
    /// (Mozilla's). Those of the system are never used.
    pub ca_certificates_path: *const c_char,
    /// Put before the library's own User-Agent, such as "MyGame/1.2". Visible ASCII, at most 256
    /// bytes. Default NULL: only the library's.
    pub user_agent: *const c_char,
    /// One of MPA_CA_. Default 0: MPA_CA_ADDED. MPA_CA_ONLY requires ca_certificates_path.
    pub ca_mode: mpa_ca_mode,
    /// 1: allows plain http:// to other machines, which sends the token unencrypted. Default 0.
    pub allow_plain_http: u32,
    /// Time limit for connecting, in milliseconds: name resolution, TCP, a proxy and TLS together. Default 0: 3,000.
    /// At most MPA_MAX_TIMEOUT_MS.
    pub connect_timeout_ms: u32,
    /// Time limit for one request with its response, connecting included, in milliseconds. Default 0: 5,000.
    /// At most MPA_MAX_TIMEOUT_MS.
    pub request_timeout_ms: u32,
    /// Time limit for a whole blocking call, with all its requests, in milliseconds. Default 0: 30,000, which
    /// is longer than the 15 to 18 s that a call waits when it meets the service's burst limit. At most
    /// MPA_MAX_TIMEOUT_MS.
    pub call_timeout_ms: u32,
    /// The most attempts for each request, the first one included. Default 0: 4. 1: no retries. At most 10.
    pub max_attempts: u32,
    /// How many requests with invites may be sent in limit_period_ms; for invites with a user's own token,
    /// per user. At most 1,000. Default 0: only the limits that the service reports.
    pub invite_limit: u32,
    /// How many requests with recent players may be sent in limit_period_ms. As invite_limit.
    pub recent_players_limit: u32,
    /// How many requests that set or delete activities may be sent in limit_period_ms. As invite_limit.
    pub activity_write_limit: u32,
    /// How many requests that get or query activities may be sent in limit_period_ms. As invite_limit.
    pub activity_read_limit: u32,
    /// The period of the limits above, in milliseconds, up to 3,600,000. Required if one of them is set.
    pub limit_period_ms: u32,
    /// How long a submitted invite may take until it is sent, in milliseconds; once it is sent,
    /// request_timeout_ms applies. Default 0: 30,000, which is longer than the 15 to 18 s that it waits when it
    /// meets the service's burst limit. At most MPA_MAX_DURATION_MS.
    pub invite_time_to_live_ms: u32,
    /// How long submitted recent players may take until they are sent, in milliseconds. Default 0:
    /// 600,000. At most MPA_MAX_DURATION_MS.
    pub recent_players_time_to_live_ms: u32,
    /// How long submitted recent players are held, in milliseconds, to be combined into full requests: no
    /// longer than until 250 ms before the end of their time to live. Default 0: 2,000. MPA_NONE: not at all.
    /// Otherwise at most MPA_MAX_DURATION_MS.
    pub recent_players_hold_ms: u32,
    /// How many threads send submitted invites. An invite that waits for a rate limit or for an
    /// authorization occupies its thread. Default 0: 1. At most 64.
    pub worker_count: u32,
    /// How many operations may be submitted whose completions have not been polled. Default 0:
    /// 4,096. At most 1,000,000.
    pub queue_capacity: u32,
    /// How many bytes of input they may hold: users, players, texts, tokens. Default 0: 16,777,216. For how
    /// much memory that takes, see Memory at the top of this file.
    pub queue_capacity_bytes: u32,
    /// How long before the authorization expires MPA_EVENT_AUTHORIZATION_NEEDED is reported, in milliseconds.
    /// Default 0: 600,000. MPA_NONE: not before operations wait for one. Otherwise at most
    /// MPA_MAX_DURATION_MS. For a client that signs in by itself:
    /// how long before its expiry a token is renewed, up to half longer so that the servers of a fleet do not
    /// do so at the same moment; default 0: a quarter of its lifetime, at most a day.
    pub authorization_lead_ms: u32,
    /// Any number, for mpa_close_all: closes all clients with the same one. Default 0: none.
    pub owner_tag: u64,
    /// One of MPA_LOG_: the level up to which MPA_EVENT_LOG reports. Default 0: MPA_LOG_OFF.
    pub log_level: mpa_log_level,
    /// Must be 0.
    pub reserved: u32,
    /// For a client that signs in by itself: a file with the publisher's Business Partner Certificate and
    /// its chain (the certificates of its issuers), in PEM, or a PKCS#12 file (.pfx). It is read by
    /// mpa_client_open, and again when it has changed. A regular file, or a link to one, of at most 1 MiB. A
    /// file that cannot be used is refused with a message that says which PEM block is wrong and why. A PKCS#12
    /// file may use a million iterations for each of its parts. Default NULL: the client is given tokens. Not
    /// together with authorization_header or authorization.
    pub certificate_path: *const c_char,
    /// The file with the private key, in PEM and not encrypted: a regular file of at most 1 MiB. Default
    /// NULL: it is in the file of the certificate.
    pub private_key_path: *const c_char,
    /// The password of the PKCS#12 file, at most 1,024 bytes. Default NULL: none.
    pub certificate_password: *const c_char,
    /// The certificate with its chain as PEM text, instead of certificate_path: at most 262,144 bytes.
    pub certificate_pem: *const c_char,
    /// The private key as PEM text, at most 262,144 bytes. Default NULL: it is in certificate_pem.
    pub private_key_pem: *const c_char,
    /// The sandbox that tokens are issued for; case-sensitive, at most 256 bytes. Default NULL: "RETAIL".
    pub sandbox_id: *const c_char,
    /// The relying party that tokens are issued for, at most 256 bytes. Default NULL: "http://xboxlive.com".
    pub relying_party: *const c_char,
    /// Base URL of the service that accepts the certificate. Default NULL: production,
    /// "https://service.auth.xboxlive.com".
    pub sign_in_endpoint: *const c_char,
    /// Base URL of the service that issues tokens. Default NULL: production,
    /// "https://xsts.auth.xboxlive.com".
    pub token_endpoint: *const c_char,
    /// The first token, with its expiry and the key that it is bound to. Not together with
    /// authorization_header. Default NULL: none yet, set one with mpa_client_set_authorization.
    pub authorization: *const mpa_authorization,
    /// The URL of an HTTP proxy that https:// connections go through (HTTP CONNECT), those for signing in
    /// included: "http://host:port" or "http://user:password@host:port", at most 1,024 bytes, with the special
    /// characters of user and password percent-encoded. The proxy sees the names of the hosts, but nothing of
    /// what is sent: TLS, with the client's certificate where there is one, is between this library and the
    /// service. It also looks up their names; only its own is looked up here, within connect_timeout_ms. Plain
    /// http:// never goes through a proxy. If the proxy refuses, nothing was sent, and calls end with
    /// MPA_ERROR_CONNECTION_FAILED; retryable is 0 where the proxy or this field has to be corrected first.
    /// https:// and SOCKS proxies are not supported. Default NULL: none. The environment is not read.
    pub proxy_url: *const c_char,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers and pointers.
unsafe impl Struct for mpa_client_config {
    const NAME: &'static str = "mpa_client_config";
    const FIRST_SIZE: usize = 216;
}

/// Opens a client and stores its handle in `client`; on failure, stores zero.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT or MPA_ERROR_INVALID_STRUCT, with a message that names
/// the field. Reads the files that the configuration names, and nothing else: no network, no thread.
/// Whether the service can be reached becomes known with the first call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_client_open(
    config: *const mpa_client_config,
    client: *mut mpa_client,
    result: *mut mpa_result,
) -> mpa_status {
    // SAFETY: passed on from the caller.
    let handle = unsafe { Slot::new(client) }.filter(|handle| !handle.is_nowhere());
    if let Some(handle) = &handle {
        // First of all, so that it holds after every failure.
        handle.store(mpa_client { id: 0 });
    }
    let body = || {
        let Some(handle) = handle else {
            return Err(Outcome::invalid("client is NULL or misaligned; it must point to an mpa_client."));
        };
        // SAFETY: passed on from the caller.
        let (config, settings, owner_tag) = unsafe { read_config(config) }?;
        let id = handles::insert(Client::new(Engine::open(config, &handles::shared())?, settings), owner_tag)?;
        handle.store(mpa_client { id });
        Ok(Outcome::new(Status::Ok, "The client is open."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// # Safety
/// `source` is NULL or points to an `mpa_client_config`.
unsafe fn read_config(source: *const mpa_client_config) -> Result<(Config, Settings, u64)> {
    // SAFETY: passed on from the caller.
    let fields = unsafe { structs::read(source, "config") }?;
    structs::check_reserved(fields.reserved, "config.reserved")?;
    if fields.title_id == 0 {
        return Err(Outcome::invalid("config.title_id is 0; it must be the number of your title."));
    }
    // SAFETY: each of the caller's fields is NULL or a text.
    let (endpoint, header, ca_certificates_path, user_agent, proxy_url) = unsafe {
        (
            text::read(fields.endpoint, MAX_URL_LENGTH, "config.endpoint")?,
            text::read_secret(fields.authorization_header, MAX_HEADER_LENGTH, "config.authorization_header")?,
            text::read(fields.ca_certificates_path, MAX_PATH_LENGTH, "config.ca_certificates_path")?,
            text::read(fields.user_agent, MAX_USER_AGENT_LENGTH, "config.user_agent")?,
            text::read_secret(fields.proxy_url, MAX_PROXY_URL_LENGTH, "config.proxy_url")?,
        )
    };
    let authorization = match (header, fields.authorization.is_null()) {
        (None, true) => None,
        (Some(header), true) => Some(
            Authorization::new(&header, 0)
                .map_err(|error| sentences::invalid_header("config.authorization_header", error))?,
        ),
        // SAFETY: the caller's field is not NULL, so it points to an authorization.
        (None, false) => Some(unsafe { token::read(fields.authorization, "config.authorization") }?),
        (Some(_), false) => {
            return Err(Outcome::invalid(
                "config.authorization and config.authorization_header are both set; one is needed.",
            ));
        }
    };
    let ca_mode = match (fields.ca_mode, &ca_certificates_path) {
        (MPA_CA_ADDED, _) => CaMode::Added,
        (MPA_CA_ONLY, Some(_)) => CaMode::Only,
        (MPA_CA_ONLY, None) => {
            return Err(Outcome::invalid(
                "config.ca_mode is MPA_CA_ONLY, but config.ca_certificates_path is NULL; no certificate would be trusted.",
            ));
        }
        (other, _) => {
            return Err(Outcome::invalid(format!("config.ca_mode is {other}, which is no MPA_CA_ value (0 or 1).")));
        }
    };
    if fields.allow_plain_http > 1 {
        return Err(Outcome::invalid(format!(
            "config.allow_plain_http is {}; it must be 0 or 1.",
            fields.allow_plain_http
        )));
    }
    let mut settings = read_settings(&fields)?;
    // SAFETY: each of the caller's fields is NULL or a text.
    let sign_in = unsafe { sign_in::read(&fields) }?;
    if sign_in.is_some() {
        // It is renewed, so no event is needed.
        settings.authorization_lead = None;
    }
    let ca_certificates = match &ca_certificates_path {
        None => Vec::new(),
        Some(path) => {
            read_certificates(path).map_err(|error| sentences::invalid("config.ca_certificates_path", &error))?
        }
    };
    let allow_plain_http = fields.allow_plain_http == 1;
    let config = Config {
        title_id: fields.title_id,
        endpoint: BaseUrl::parse(endpoint.as_deref().unwrap_or(Endpoint::PRODUCTION), allow_plain_http)
            .map_err(|error| sentences::invalid_url("config.endpoint", error))?,
        authorization,
        ca_certificates,
        ca_mode,
        allow_plain_http,
        user_agent: user_agent_header(user_agent)?,
        proxy: proxy(proxy_url)?,
        connect_timeout: timeout(fields.connect_timeout_ms, Duration::from_secs(3), "config.connect_timeout_ms")?,
        request_timeout: timeout(fields.request_timeout_ms, Duration::from_secs(5), "config.request_timeout_ms")?,
        call_timeout: timeout(fields.call_timeout_ms, Duration::from_secs(30), "config.call_timeout_ms")?,
        max_attempts: max_attempts(fields.max_attempts)?,
        imposed_limits: imposed_limits(&fields)?,
        shared_limits: None,
        max_idle_connections: USUAL_IDLE_CONNECTIONS,
        log_level: log_level(fields.log_level)?,
        sign_in,
    };
    Ok((config, settings, fields.owner_tag))
}

fn imposed_limits(fields: &mpa_client_config) -> Result<ImposedLimits> {
    let limit = |max, field| limit(max, fields.limit_period_ms, field).map(Vec::from_iter);
    Ok(ImposedLimits {
        invites: limit(fields.invite_limit, "config.invite_limit")?,
        recent_players: limit(fields.recent_players_limit, "config.recent_players_limit")?,
        activity_writes: limit(fields.activity_write_limit, "config.activity_write_limit")?,
        activity_reads: limit(fields.activity_read_limit, "config.activity_read_limit")?,
    })
}

fn read_settings(fields: &mpa_client_config) -> Result<Settings> {
    let count = |value: u32, default: u32, most: u32, field: &str| match value {
        0 => Ok(default as usize),
        _ if value <= most => Ok(value as usize),
        _ => Err(Outcome::invalid(format!("config.{field} is {value}; it must be at most {most}."))),
    };
    Ok(Settings {
        capacity: count(fields.queue_capacity, 4_096, 1_000_000, "queue_capacity")?,
        capacity_bytes: count(fields.queue_capacity_bytes, 16 * 1024 * 1024, u32::MAX, "queue_capacity_bytes")?,
        lanes: lanes(fields, count(fields.worker_count, 1, 64, "worker_count")?)?,
        authorization_lead: or_none(
            fields.authorization_lead_ms,
            Some(Duration::from_secs(600)),
            "config.authorization_lead_ms",
        )?,
    })
}

/// What the configuration says about each lane.
fn lanes(fields: &mpa_client_config, invite_workers: usize) -> Result<ByLane<LaneSettings>> {
    let mut lanes = Lane::ALL.map(|lane| {
        let info = lane.info();
        LaneSettings { time_to_live: info.time_to_live, hold: info.hold, workers: 1 }
    });
    let invites = &mut lanes[Lane::Invites as usize];
    invites.workers = invite_workers;
    if let Some(given) = duration(fields.invite_time_to_live_ms, "config.invite_time_to_live_ms")? {
        invites.time_to_live = given;
    }
    let recent_players = &mut lanes[Lane::RecentPlayers as usize];
    if let Some(given) = duration(fields.recent_players_time_to_live_ms, "config.recent_players_time_to_live_ms")? {
        recent_players.time_to_live = given;
    }
    recent_players.hold = or_none(fields.recent_players_hold_ms, recent_players.hold, "config.recent_players_hold_ms")?;
    Ok(lanes)
}

/// A duration that MPA_NONE switches off.
fn or_none(ms: u32, default: Option<Duration>, field: &str) -> Result<Option<Duration>> {
    match ms {
        MPA_NONE => Ok(None),
        _ => Ok(duration(ms, field)?.or(default)),
    }
}

fn proxy(url: Option<Zeroizing<String>>) -> Result<Option<Arc<Proxy>>> {
    let proxy = url.map(|url| Proxy::parse(&url)).transpose();
    proxy.map(|proxy| proxy.map(Arc::new)).map_err(|error| sentences::invalid("config.proxy_url", &error))
}

fn user_agent_header(user_agent: Option<String>) -> Result<HeaderValue> {
    const OWN: &str = concat!("mpa/", env!("CARGO_PKG_VERSION"));
    let refusal =
        || Outcome::invalid("config.user_agent is empty or not visible ASCII; expected such as \"MyGame/1.2\".");
    match user_agent {
        None => Ok(HeaderValue::from_static(OWN)),
        Some(text) if text.is_empty() || text.bytes().any(|byte| !matches!(byte, b' '..=b'~')) => Err(refusal()),
        Some(text) => HeaderValue::try_from(format!("{text} {OWN}")).map_err(|_| refusal()),
    }
}

fn log_level(level: mpa_log_level) -> Result<Level> {
    let levels = [Level::Off, Level::Error, Level::Warning, Level::Info, Level::Debug];
    levels.into_iter().find(|known| *known as mpa_log_level == level).ok_or_else(|| {
        Outcome::invalid(format!("config.log_level is {level}, which is no MPA_LOG_ value (0 to {MPA_LOG_DEBUG})."))
    })
}

fn max_attempts(max_attempts: u32) -> Result<u32> {
    match max_attempts {
        0 => Ok(4),
        1..=10 => Ok(max_attempts),
        _ => Err(Outcome::invalid(format!("config.max_attempts is {max_attempts}; it must be at most 10."))),
    }
}

fn limit(max: u32, period_ms: u32, field: &str) -> Result<Option<Limit>> {
    match (max, period_ms) {
        (0, _) => Ok(None),
        (1..=1_000, 1..=3_600_000) => Ok(Some(Limit { max, period: Duration::from_millis(period_ms.into()) })),
        _ => Err(Outcome::invalid(format!(
            "{field} is {max} with a config.limit_period_ms of {period_ms}; expected 1 to 1,000 in 1 to 3,600,000 ms."
        ))),
    }
}

//! The settings that the options make together.

use std::path::PathBuf;
use std::time::Duration;

use mpa::client::ImposedLimits;
use mpa::file;
use mpa::log::Level;

use super::given::{self, Given};
use super::table::Name;
use super::{Refused, Result, client, file_named, value};
use crate::client_options::{ClientOptions, sentence};
use crate::settings::{
    Access, FrontLimits, KeyPrefix, LogSettings, RESERVE, Settings, StoreSettings, TlsFiles, Upstream, time_to_begin,
};
use crate::store::address::Address;

/// All of them.
pub fn of(given: &Given) -> Result<Settings> {
    let log = log(given)?;
    let tls = tls(given)?;
    let access = Access {
        keys: path(given, Name::Keys),
        user_tokens: given.parsed(Name::UserTokens, |text| Ok(text == "accept"))? == Some(true),
    };
    let store = store(given)?;
    let upstream = upstream(given, store.as_ref(), log.level)?;
    let settings = Settings {
        listen: address(given, Name::Listen)?.ok_or_else(|| missing(Name::Listen))?,
        admin_listen: address(given, Name::AdminListen)?,
        access,
        tls,
        store,
        upstream,
        front: FrontLimits {
            max_connections: size(given, Name::MaxConnections)?,
            max_body_bytes: size(given, Name::MaxBodyBytes)?,
            max_requests_per_key: size(given, Name::MaxRequestsPerKey)?,
            receive_timeout: duration(given, Name::ReceiveTimeout)?,
        },
        grace: duration(given, Name::Grace)?,
        log,
    };
    check_transport(given, &settings)?;
    check_access(given, &settings)?;
    Ok(settings)
}

fn log(given: &Given) -> Result<LogSettings> {
    Ok(LogSettings {
        is_json: given.text(Name::LogFormat) == Some("json"),
        level: match given.text(Name::LogLevel) {
            Some("error") => Level::Error,
            Some("warning") => Level::Warning,
            Some("debug") => Level::Debug,
            _ => Level::Info,
        },
    })
}

fn tls(given: &Given) -> Result<Option<TlsFiles>> {
    needs(given, Name::TlsPrivateKey, &[Name::TlsCertificate], "as it goes with a certificate")?;
    needs(given, Name::TlsCertificatePasswordFile, &[Name::TlsCertificate], "as it goes with a certificate")?;
    needs(given, Name::TlsClientCa, &[Name::TlsCertificate], "as certificates of servers are part of TLS")?;
    let Some(certificate) = path(given, Name::TlsCertificate) else { return Ok(None) };
    Ok(Some(TlsFiles {
        private_key: path(given, Name::TlsPrivateKey).unwrap_or_else(|| certificate.clone()),
        certificate,
        password_file: path(given, Name::TlsCertificatePasswordFile),
        client_ca: path(given, Name::TlsClientCa),
    }))
}

fn store(given: &Given) -> Result<Option<StoreSettings>> {
    conflicts(given, Name::RedisFile, Name::Redis, "use one of them")?;
    for name in [Name::Relays, Name::RedisTimeout, Name::RedisPrefix, Name::RedisCaCertificates] {
        needs(given, name, &[Name::Redis, Name::RedisFile], "as it configures the store")?;
    }
    let (url, named) = match (given.get(Name::Redis), given.text(Name::RedisFile)) {
        (Some(value), _) => (value.text.clone(), given.named(Name::Redis)),
        (None, Some(path)) => {
            let named = file_named(given, Name::RedisFile, path);
            let secret = file::read_secret(path).map_err(|error| Refused::Files(format!("{named} {error}")))?;
            (secret.to_string(), named)
        }
        (None, None) => return Ok(None),
    };
    let wrong = |problem: String| format!("{named}: {}", sentence(&problem));
    Address::parse(&url, None).map_err(|problem| match given.has(Name::Redis) {
        true => Refused::Options(wrong(problem)),
        false => Refused::Files(wrong(problem)),
    })?;
    let ca_certificates = path(given, Name::RedisCaCertificates);
    Address::parse(&url, ca_certificates.as_deref()).map_err(|problem| Refused::Files(wrong(problem)))?;
    Ok(Some(StoreSettings {
        url,
        relays: size(given, Name::Relays)?.try_into().unwrap_or(1),
        timeout: duration(given, Name::RedisTimeout)?,
        prefix: given.parsed(Name::RedisPrefix, prefix)?.ok_or_else(|| missing(Name::RedisPrefix))?,
        ca_certificates,
    }))
}

fn prefix(text: &str) -> value::Result<KeyPrefix> {
    KeyPrefix::new(text).ok_or_else(|| format!("is {}; expected {}", value::shown(text), KeyPrefix::EXPECTED))
}

fn upstream(given: &Given, store: Option<&StoreSettings>, log_level: Level) -> Result<Upstream> {
    let limits = |name| Ok::<_, Refused>(given.parsed(name, value::limits)?.unwrap_or_default());
    let limits = ImposedLimits {
        invites: limits(Name::InviteLimit)?,
        recent_players: limits(Name::RecentPlayersLimit)?,
        activity_writes: limits(Name::ActivityWriteLimit)?,
        activity_reads: limits(Name::ActivityReadLimit)?,
    };
    let caller_timeout = duration(given, Name::CallerTimeout)?;
    let request_timeout = duration(given, Name::RequestTimeout)?;
    let recent_players_hold = duration(given, Name::RecentPlayersHold)?;
    let mut parts = vec![(Name::RecentPlayersHold, recent_players_hold)];
    parts.extend(store.map(|store| (Name::RedisTimeout, store.timeout)));
    check_times(given, &parts, caller_timeout, request_timeout)?;
    let worker_count = size(given, Name::WorkerCount)?;
    let client: ClientOptions = client::options(
        given,
        client::Common { limits: limits.clone(), caller_timeout, request_timeout, worker_count, log_level },
    )?;
    Ok(Upstream { limits, recent_players_hold, worker_count, caller_timeout, request_timeout, client })
}

/// `parts` come before a request begins, which must not be later than a server's time allows.
fn check_times(
    given: &Given,
    parts: &[(Name, Duration)],
    caller_timeout: Duration,
    request_timeout: Duration,
) -> Result<()> {
    let sum: Duration = parts.iter().map(|(_, part)| *part).sum();
    let left = time_to_begin(caller_timeout, request_timeout);
    if sum < left {
        return Ok(());
    }
    let named: Vec<_> =
        parts.iter().map(|(name, part)| format!("{} ({})", given.mentioned(*name), part.as_millis())).collect();
    Err(format!(
        "{} {} {} ms before a request to the service begins, but only {} ms are left: a server waits for {} ms ({}), the \
         request may take {} ms ({}), and {} ms are kept for the way back; expected less than what is left",
        named.join(" and "),
        if parts.len() == 1 { "takes" } else { "take" },
        sum.as_millis(),
        left.as_millis(),
        caller_timeout.as_millis(),
        given.mentioned(Name::CallerTimeout),
        request_timeout.as_millis(),
        given.mentioned(Name::RequestTimeout),
        RESERVE.as_millis(),
    )
    .into())
}

/// What is sent in the clear stays on this machine, unless it was asked for.
fn check_transport(given: &Given, settings: &Settings) -> Result<()> {
    let allowed = switch(given, Name::ListenPlainHttp)?;
    if settings.tls.is_some() && allowed {
        let named = given.named(Name::ListenPlainHttp);
        return Err(format!(
            "{named} cannot be used together with {}: the relay serves either plain HTTP or TLS",
            given.mentioned(Name::TlsCertificate)
        )
        .into());
    }
    if settings.tls.is_none() && !allowed && !is_loopback(settings) {
        return Err(format!(
            "{} is {}, which other machines can reach, and their keys would be sent in the clear; name a certificate with \
             --tls-certificate, listen on 127.0.0.1, or set --listen-plain-http if that is really meant",
            given.named(Name::Listen),
            settings.listen
        )
        .into());
    }
    if settings.admin_listen == Some(settings.listen) && settings.listen.port() != 0 {
        let named = given.named(Name::AdminListen);
        return Err(format!(
            "{named} is the same as {}; expected another port, or leave it out",
            given.mentioned(Name::Listen)
        )
        .into());
    }
    Ok(())
}

fn is_loopback(settings: &Settings) -> bool {
    mpa::http::is_loopback(settings.listen.ip())
}

/// Servers send with the fleet's authorization: not everyone may.
fn check_access(given: &Given, settings: &Settings) -> Result<()> {
    let has_authorization = settings.upstream.client.has_authorization();
    let by = [Name::Keys, Name::TlsClientCa].into_iter().find(|name| given.has(*name));
    match (has_authorization, by) {
        (true, None) if !is_loopback(settings) => Err(format!(
            "{} is {}, which other machines can reach, and each of them could send invites in the name of your title; name \
             the keys that let servers in with --keys, or the authority of their certificates with --tls-client-ca",
            given.named(Name::Listen),
            settings.listen
        )
        .into()),
        (false, Some(name)) => Err(format!(
            "{} lets servers in, but nothing that they send could be passed on; name the fleet's certificate with \
             --certificate, or its token with --authorization-header-file",
            given.named(name)
        )
        .into()),
        (false, None) if !settings.access.user_tokens => Err(format!(
            "{} is refuse, and there is neither --certificate nor --authorization-header-file, so that there is nothing that \
             could be passed on; one of them is needed",
            given.named(Name::UserTokens)
        )
        .into()),
        _ => Ok(()),
    }
}

/// `name` makes sense only where one of `others` is.
pub fn needs(given: &Given, name: Name, others: &[Name], reason: &str) -> given::Result<()> {
    if !given.has(name) || others.iter().any(|other| given.has(*other)) {
        return Ok(());
    }
    let others: Vec<_> = others.iter().map(|other| other.info().flag()).collect();
    Err(format!("{} needs {}, {reason}", given.named(name), others.join(" or ")))
}

pub fn conflicts(given: &Given, name: Name, other: Name, reason: &str) -> given::Result<()> {
    if given.has(name) && given.has(other) {
        return Err(format!("{} cannot be used together with {}: {reason}", given.named(name), given.mentioned(other)));
    }
    Ok(())
}

fn missing(name: Name) -> Refused {
    Refused::Options(format!("{} is missing", name.info().flag()))
}

fn path(given: &Given, name: Name) -> Option<PathBuf> {
    given.text(name).map(PathBuf::from)
}

fn address(given: &Given, name: Name) -> given::Result<Option<std::net::SocketAddr>> {
    given.parsed(name, value::address)
}

pub fn switch(given: &Given, name: Name) -> given::Result<bool> {
    Ok(given.parsed(name, value::switch)?.unwrap_or(false))
}

pub fn number(given: &Given, name: Name) -> Result<u64> {
    // Whether it is within its range was checked where it was given.
    given.parsed(name, |text| value::number(text, 0, u64::MAX))?.ok_or_else(|| missing(name))
}

fn size(given: &Given, name: Name) -> Result<usize> {
    Ok(usize::try_from(number(given, name)?).unwrap_or(usize::MAX))
}

fn duration(given: &Given, name: Name) -> Result<Duration> {
    Ok(Duration::from_millis(number(given, name)?))
}

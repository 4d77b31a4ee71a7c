//! The options of the library's clients: fields of `mpa_client_config` by the same names.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use mpa::client::ImposedLimits;
use mpa::file;
use mpa::http::{BaseUrl, CaMode, Proxy, UrlError, read_certificates};
use mpa::log::Level;
use zeroize::Zeroizing;

use super::given::{self, Given};
use super::settings::{conflicts, needs, number, switch};
use super::table::Name;
use super::{Refused, Result, file_named};
use crate::client_options::{ClientOptions, GivenToken, Identity, SignIn};

/// Those that make sense only where a certificate is given.
const OF_SIGNING_IN: [Name; 6] = [
    Name::PrivateKey,
    Name::CertificatePasswordFile,
    Name::Sandbox,
    Name::RelyingParty,
    Name::SignInEndpoint,
    Name::TokenEndpoint,
];

const USUAL_CONNECT_TIMEOUT: Duration = Duration::from_millis(1_500);

/// What the rest of the settings has, too.
pub struct Common {
    pub limits: ImposedLimits,
    pub caller_timeout: Duration,
    pub request_timeout: Duration,
    pub worker_count: usize,
    pub log_level: Level,
}

pub fn options(given: &Given, common: Common) -> Result<ClientOptions> {
    let allow_plain_http = switch(given, Name::AllowPlainHttp)?;
    needs(given, Name::CaOnly, &[Name::CaCertificates], "as nothing would be trusted without it")?;
    let ca_certificates = match given.text(Name::CaCertificates) {
        None => Vec::new(),
        Some(path) => read_certificates(path)
            .map_err(|error| Refused::Files(format!("{} {error}", file_named(given, Name::CaCertificates, path))))?,
    };
    let identity = identity(given, allow_plain_http)?;
    Ok(ClientOptions {
        endpoint: url(given, Name::Endpoint, allow_plain_http)?,
        ca_certificates,
        ca_mode: if switch(given, Name::CaOnly)? { CaMode::Only } else { CaMode::Added },
        allow_plain_http,
        proxy: proxy(given)?.map(Arc::new),
        connect_timeout: connect_timeout(given, common.request_timeout)?,
        request_timeout: common.request_timeout,
        call_timeout: common.caller_timeout,
        max_attempts: u32::try_from(number(given, Name::MaxAttempts)?).unwrap_or(u32::MAX),
        imposed_limits: common.limits,
        worker_count: common.worker_count,
        log_level: common.log_level,
        identity,
    })
}

fn connect_timeout(given: &Given, request_timeout: Duration) -> Result<Duration> {
    if !given.has(Name::ConnectTimeout) {
        return Ok(USUAL_CONNECT_TIMEOUT.min(request_timeout));
    }
    let timeout = Duration::from_millis(number(given, Name::ConnectTimeout)?);
    if timeout > request_timeout {
        return Err(format!(
            "{} is {}, but connecting is part of a request, which may take {} ms ({}); expected at most that",
            given.named(Name::ConnectTimeout),
            timeout.as_millis(),
            request_timeout.as_millis(),
            given.mentioned(Name::RequestTimeout)
        )
        .into());
    }
    Ok(timeout)
}

fn url(given: &Given, name: Name, allow_plain_http: bool) -> given::Result<BaseUrl> {
    let text = given.text(name).unwrap_or_default();
    BaseUrl::parse(text, allow_plain_http).map_err(|error| match error {
        UrlError::PlainHttp => {
            format!("{} {error}, or set --allow-plain-http if that is really meant", given.named(name))
        }
        _ => format!("{} {error}", given.named(name)),
    })
}

fn proxy(given: &Given) -> Result<Option<Proxy>> {
    conflicts(given, Name::ProxyUrlFile, Name::ProxyUrl, "use one of them")?;
    if let Some(value) = given.get(Name::ProxyUrl) {
        let proxy = Proxy::parse(&value.text).map_err(|error| format!("{} {error}", given.named(Name::ProxyUrl)))?;
        return Ok(Some(proxy));
    }
    let Some((url, named)) = secret(given, Name::ProxyUrlFile)? else { return Ok(None) };
    Proxy::parse(&url).map(Some).map_err(|error| Refused::Files(format!("{named} {error}")))
}

/// The secret in the file that an option names, with that for a sentence.
fn secret(given: &Given, name: Name) -> Result<Option<(Zeroizing<String>, String)>> {
    let Some(path) = given.text(name) else { return Ok(None) };
    let named = file_named(given, name, path);
    match file::read_secret(path) {
        Ok(secret) => Ok(Some((secret, named))),
        Err(error) => Err(Refused::Files(format!("{named} {error}"))),
    }
}

fn identity(given: &Given, allow_plain_http: bool) -> Result<Identity> {
    for name in OF_SIGNING_IN {
        needs(given, name, &[Name::Certificate], "as it is for signing in")?;
    }
    needs(given, Name::ProofKeyFile, &[Name::AuthorizationHeaderFile], "as it goes with a token")?;
    conflicts(given, Name::AuthorizationHeaderFile, Name::Certificate, "the relay signs in or is given tokens")?;
    if let Some(certificate) = given.text(Name::Certificate) {
        let sign_in = SignIn {
            certificate: certificate.to_owned(),
            private_key: given.text(Name::PrivateKey).map(str::to_owned),
            password: secret(given, Name::CertificatePasswordFile)?.map(|(password, _)| password),
            sandbox: given.text(Name::Sandbox).unwrap_or_default().to_owned(),
            relying_party: given.text(Name::RelyingParty).unwrap_or_default().to_owned(),
            sign_in_endpoint: url(given, Name::SignInEndpoint, allow_plain_http)?,
            token_endpoint: url(given, Name::TokenEndpoint, allow_plain_http)?,
        };
        sign_in.read_certificate().map_err(Refused::Files)?;
        return Ok(Identity::SignsIn(sign_in));
    }
    let Some(header_file) = given.text(Name::AuthorizationHeaderFile) else { return Ok(Identity::None) };
    let proof_key_file = given.text(Name::ProofKeyFile);
    let authorization = GivenToken::read(header_file, proof_key_file).map_err(Refused::Files)?;
    Ok(Identity::GivenToken(GivenToken {
        header_file: header_file.to_owned(),
        proof_key_file: proof_key_file.map(str::to_owned),
        current: Arc::new(ArcSwap::from_pointee(authorization)),
    }))
}

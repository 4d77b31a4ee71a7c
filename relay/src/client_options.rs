//! How the library's clients are configured, whatever their title is.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use mpa::auth::{Authorization, Credential, CredentialNames, CredentialSource, Credentials, ProofKey};
use mpa::client::{Config, ImposedLimits, SignInConfig};
use mpa::file;
use mpa::http::{BaseUrl, CaMode, Proxy, USUAL_IDLE_CONNECTIONS};
use mpa::log::Level;
use tokio_rustls::rustls::pki_types::CertificateDer;
use zeroize::Zeroizing;

/// As the fields of `mpa_client_config` of the same names.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    pub endpoint: BaseUrl,
    pub ca_certificates: Vec<CertificateDer<'static>>,
    pub ca_mode: CaMode,
    pub allow_plain_http: bool,
    pub proxy: Option<Arc<Proxy>>,
    pub connect_timeout: Duration,
    pub request_timeout: Duration,
    pub call_timeout: Duration,
    pub max_attempts: u32,
    pub imposed_limits: ImposedLimits,
    /// As many connections are kept.
    pub worker_count: usize,
    pub log_level: Level,
    pub identity: Identity,
}

/// How the fleet's authorization is come by.
#[derive(Clone, Debug)]
pub enum Identity {
    SignsIn(SignIn),
    GivenToken(GivenToken),
    /// There is none: only calls with a user's own token can be passed on.
    None,
}

#[derive(Clone)]
pub struct SignIn {
    pub certificate: String,
    pub private_key: Option<String>,
    /// Of the PKCS#12 file.
    pub password: Option<Zeroizing<String>>,
    pub sandbox: String,
    pub relying_party: String,
    pub sign_in_endpoint: BaseUrl,
    pub token_endpoint: BaseUrl,
}

/// A token from a file.
#[derive(Clone, Debug)]
pub struct GivenToken {
    pub header_file: String,
    pub proof_key_file: Option<String>,
    /// What was read last that could be used.
    pub current: Arc<ArcSwap<Authorization>>,
}

/// What the library calls the files in messages of its own.
const NAMES: CredentialNames<'static> = CredentialNames {
    certificate: "--certificate",
    key: "--private-key",
    password: "--certificate-password-file",
    pkcs12: "--certificate",
    is_of_files: true,
};

impl ClientOptions {
    pub fn has_authorization(&self) -> bool {
        !matches!(self.identity, Identity::None)
    }

    /// The configuration of a client that has the fleet's authorization, or none of its own.
    pub fn config(&self, title_id: u32, with_authorization: bool) -> Result<Config, String> {
        let (authorization, sign_in) = match &self.identity {
            Identity::SignsIn(sign_in) if with_authorization => (None, Some(sign_in.config()?)),
            Identity::GivenToken(token) if with_authorization => (Some(token.current.load().as_ref().clone()), None),
            _ => (None, None),
        };
        let user_agent = concat!("mpa-relay/", env!("CARGO_PKG_VERSION")).parse();
        Ok(Config {
            title_id,
            endpoint: self.endpoint.clone(),
            authorization,
            ca_certificates: self.ca_certificates.clone(),
            ca_mode: self.ca_mode,
            allow_plain_http: self.allow_plain_http,
            user_agent: user_agent.map_err(|_| "the name of this program was no header value".to_owned())?,
            connect_timeout: self.connect_timeout,
            proxy: self.proxy.clone(),
            request_timeout: self.request_timeout,
            call_timeout: self.call_timeout,
            max_attempts: self.max_attempts,
            imposed_limits: self.imposed_limits.clone(),
            shared_limits: None,
            max_idle_connections: self.worker_count.max(USUAL_IDLE_CONNECTIONS),
            log_level: self.log_level,
            sign_in,
        })
    }
}

impl SignIn {
    fn source(&self) -> CredentialSource {
        CredentialSource::Files {
            certificate_path: self.certificate.clone(),
            private_key_path: self.private_key.clone(),
            password: self.password.clone(),
        }
    }

    /// The certificate as its files have it now.
    pub fn read_certificate(&self) -> Result<Credential, String> {
        let names = CredentialNames {
            certificate: &named("--certificate", Some(&self.certificate)),
            key: &named("--private-key", self.private_key.as_deref()),
            ..NAMES
        };
        self.source().read(&names).map_err(|outcome| sentence(&outcome.message))
    }

    fn config(&self) -> Result<SignInConfig, String> {
        Ok(SignInConfig {
            credentials: Credentials::open(self.source(), &NAMES).map_err(|outcome| sentence(&outcome.message))?,
            sandbox_id: self.sandbox.clone(),
            relying_party: self.relying_party.clone(),
            sign_in_endpoint: self.sign_in_endpoint.clone(),
            token_endpoint: self.token_endpoint.clone(),
            lead: None,
        })
    }
}

// Without the password.
impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("certificate", &self.certificate)
            .field("private_key", &self.private_key)
            .field("sandbox", &self.sandbox)
            .field("relying_party", &self.relying_party)
            .finish_non_exhaustive()
    }
}

impl GivenToken {
    /// Reads the token and the key that it is bound to.
    pub fn read(header_file: &str, proof_key_file: Option<&str>) -> Result<Authorization, String> {
        let named = format!("--authorization-header-file {header_file}");
        let header = file::read_secret(header_file).map_err(|error| format!("{named} {error}"))?;
        let authorization = Authorization::new(&header, 0).map_err(|error| format!("{named} {error}"))?;
        let Some(path) = proof_key_file else { return Ok(authorization) };
        let named = format!("--proof-key-file {path}");
        let pem = file::read_secret(path).map_err(|error| format!("{named} {error}"))?;
        let key = ProofKey::from_pem(&pem).map_err(|error| format!("{named} {error}"))?;
        Ok(authorization.bound_to(key))
    }
}

/// An option with its file, for a sentence.
pub fn named(option: &str, path: Option<&str>) -> String {
    match path {
        None => option.to_owned(),
        Some(path) => format!("{option} {path}"),
    }
}

/// A sentence of the library, without its period.
pub fn sentence(message: &str) -> String {
    message.strip_suffix('.').unwrap_or(message).to_owned()
}

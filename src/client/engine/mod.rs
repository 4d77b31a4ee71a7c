//! One call, start to end: batch by batch, each until it is acknowledged or given up.

mod abort;
mod rate_limiter;
mod run;
mod sign_in;
mod stop;
mod time;
mod uris;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::{HeaderValue, Method, Uri};
use rustls_pki_types::CertificateDer;

use crate::api::{Call, Endpoint};
use crate::auth::{Authorization, AuthorizationStore, MAX_SIGNED_BODY_BYTES, ProofKey, Reason, Signed, Standing};
use crate::http::{BaseUrl, CaMode, Http, Proxy, Settings, Shared, Transport, Trust};
use crate::log::{Level, Log};
use crate::outcome::{Advice, Outcome, Result, Status};
use crate::policy::{Limit, RetryBudget};
use crate::stats::Counters;
use crate::sync::Mutex;
use abort::Abort;
use rate_limiter::RateLimiters;
pub use rate_limiter::{ImposedLimits, LimitedCalls, SharedLimits, SharedPermit};
use run::{CallRun, NoWait};
pub use run::{Ended, WaitPolicy};
pub use sign_in::{Connect, SignInConfig, SignInStats};
use sign_in::{Dependencies, SignIn};
pub use stop::{Deadline, Stop};
use time::Time;
use uris::Uris;

/// A configuration with its defaults filled in and its fields read and checked.
#[derive(Debug)]
pub struct Config {
    pub title_id: u32,
    pub endpoint: BaseUrl,
    pub authorization: Option<Authorization>,
    /// Of authorities to trust.
    pub ca_certificates: Vec<CertificateDer<'static>>,
    pub ca_mode: CaMode,
    pub allow_plain_http: bool,
    pub user_agent: HeaderValue,
    pub connect_timeout: Duration,
    /// Where TLS connections go through.
    pub proxy: Option<Arc<Proxy>>,
    pub request_timeout: Duration,
    pub call_timeout: Duration,
    /// For each request.
    pub max_attempts: u32,
    pub imposed_limits: ImposedLimits,
    /// What is kept of the limits together with other processes.
    pub shared_limits: Option<Arc<dyn SharedLimits>>,
    /// How many connections are kept that no request uses.
    pub max_idle_connections: usize,
    pub log_level: Level,
    pub sign_in: Option<SignInConfig>,
}

/// A title's way to the service.
#[derive(Debug)]
pub struct Engine {
    transport: Arc<dyn Transport>,
    uris: Uris,
    authorizations: Arc<AuthorizationStore>,
    sign_in: Option<Arc<SignIn>>,
    time: Arc<Time>,
    request_timeout: Duration,
    call_timeout: Duration,
    max_attempts: u32,
    rate_limiters: RateLimiters,
    budget: Mutex<RetryBudget>,
    abort: Abort,
    counters: Arc<Counters>,
    log: Arc<Log>,
}

impl Engine {
    /// No network, no thread.
    pub fn open(config: Config, shared: &Arc<Shared>) -> Result<Self> {
        let settings = Settings {
            shared: shared.clone(),
            trust: Trust::in_certificates(&shared.tls, config.ca_certificates.clone(), config.ca_mode)?,
            client_certificate: None,
            allow_plain_http: config.allow_plain_http,
            user_agent: config.user_agent.clone(),
            connect_timeout: config.connect_timeout,
            proxy: config.proxy.clone(),
            max_idle_connections: config.max_idle_connections,
        };
        let with_certificate = settings.clone();
        let connect = Box::new(move |certificate| {
            let settings = Settings { client_certificate: Some(certificate), ..with_certificate.clone() };
            Ok(Arc::new(Http::new(settings)?) as Arc<dyn Transport>)
        });
        Self::over(Arc::new(Http::new(settings)?), connect, config)
    }

    /// A client whose requests go through `transport`, but for those that show a certificate, which go
    /// through what `connect` makes.
    pub fn over(transport: Arc<dyn Transport>, connect: Connect, config: Config) -> Result<Self> {
        let uris = Uris::new(config.endpoint, config.title_id)?;
        let log = Arc::new(Log::new(config.log_level));
        let time = Arc::new(Time::default());
        if let Some(authorization) = &config.authorization {
            let standing = authorization.standing(&time.by_all_clocks());
            if standing != Standing::Good {
                log.write(Level::Warning, || acceptance(standing).unwrap_or_else(|outcome| outcome.message));
            }
        }
        let authorizations = Arc::new(AuthorizationStore::new(config.authorization));
        let sign_in = match config.sign_in {
            None => None,
            Some(signing_in) => {
                let dependencies = Dependencies {
                    transport: transport.clone(),
                    connect,
                    request_timeout: config.request_timeout,
                    authorizations: authorizations.clone(),
                    time: time.clone(),
                    log: log.clone(),
                };
                Some(Arc::new(SignIn::open(signing_in, dependencies)?))
            }
        };
        Ok(Engine {
            transport,
            sign_in,
            time,
            uris,
            authorizations,
            request_timeout: config.request_timeout,
            call_timeout: config.call_timeout,
            max_attempts: config.max_attempts,
            rate_limiters: RateLimiters::new(config.imposed_limits, config.shared_limits),
            budget: Mutex::default(),
            abort: Abort::default(),
            counters: Arc::default(),
            log,
        })
    }

    /// Takes another authorization into use, and says how good it is, as far as that is known.
    pub fn set_authorization(&self, newer: Authorization) -> Result<Outcome> {
        if self.sign_in.is_some() {
            return Err(Outcome::invalid("The client signs in by itself; it takes no authorization."));
        }
        let standing = newer.standing(&self.time.by_all_clocks());
        let message =
            acceptance(standing).inspect_err(|outcome| self.log.write(Level::Warning, || outcome.message.clone()))?;
        self.authorizations.push(newer)?;
        match standing {
            Standing::Good => self.log.write(Level::Info, || "A newer authorization is in use."),
            _ => self.log.write(Level::Warning, || message.clone()),
        }
        Ok(Outcome::new(Status::Ok, message))
    }

    /// The service refused this token when another process sent it: if it is the one in use, it is not given
    /// out again, and another is obtained.
    pub fn invalidate_authorization(&self, refused: &Authorization) -> Result<Outcome> {
        let Some(sign_in) = &self.sign_in else {
            let message = "The client does not sign in by itself, so it cannot obtain another authorization.";
            return Err(Box::new(Outcome::new(Status::InvalidArgument, message).advising(Advice::PushAuthorization)));
        };
        if !self.authorizations.invalidate(refused, &self.time.by_all_clocks()) {
            return Ok(Outcome::new(Status::Ok, "This authorization is not in use any more; nothing was changed."));
        }
        sign_in.refused();
        self.log.write(
            Level::Warning,
            || "A process that was given the authorization reported that the service refused it; another is obtained.",
        );
        sign_in.in_background()?;
        Ok(Outcome::new(Status::Ok, "This authorization is not given out again; another is obtained."))
    }

    /// When the authorization expires that is in use; `None` where there is none, or that is unknown.
    pub fn authorization_expires_at(&self) -> Option<SystemTime> {
        let now = self.time.by_all_clocks();
        self.authorizations.in_use(|authorization| authorization.expires_at(&now)).flatten()
    }

    /// How long it is still good for, by the best clock there is; `None` as before.
    pub fn authorization_remaining(&self) -> Option<Duration> {
        let now = self.time.by_all_clocks();
        self.authorizations.in_use(|authorization| authorization.estimated_remaining(&now)).flatten()
    }

    /// Why no request can be sent with the client's authorization, if that is so.
    pub fn authorization_needed(&self) -> Option<Reason> {
        self.authorizations.usable(&self.time.by_all_clocks()).err()
    }

    /// The authorization in use, for others to use, with the time of its end and how long it is still good
    /// for, where that is certain.
    pub fn authorization(&self) -> Result<(Authorization, Option<SystemTime>, Option<Duration>)> {
        let now = self.time.by_all_clocks();
        match (self.authorizations.usable(&now), &self.sign_in) {
            (Ok(authorization), _) => {
                let (expires_at, remaining) = (authorization.expires_at(&now), authorization.remaining(&now));
                Ok((authorization, expires_at, remaining))
            }
            (Err(_), Some(sign_in)) => Err(sign_in.why_there_is_no_token()),
            (Err(reason), None) => {
                let message = match reason {
                    Reason::Missing => "The client has no authorization, and does not sign in by itself.",
                    Reason::Refused => "The service has refused the client's authorization.",
                    Reason::Expired | Reason::ExpiresSoon => "The client's authorization has expired.",
                };
                Err(Box::new(Outcome::new(Status::AuthorizationNeeded, message)))
            }
        }
    }

    /// Has a thread sign in, where the client does so by itself.
    pub fn sign_in_in_background(&self) -> Result<()> {
        self.sign_in.as_ref().map_or(Ok(()), SignIn::in_background)
    }

    /// How signing in has gone; `None` where the client does not sign in by itself.
    pub fn sign_in_stats(&self) -> Option<SignInStats> {
        self.sign_in.as_ref().map(|sign_in| sign_in.stats())
    }

    /// The service's clock less this machine's; `None` until a response has shown it.
    pub fn clock_offset_ms(&self) -> Option<i64> {
        self.time.by_all_clocks().service.map(|_| self.time.offset_ms())
    }

    pub fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    pub fn log(&self) -> &Arc<Log> {
        &self.log
    }

    /// How long a request to `endpoint` would wait for its permit that comes behind `ahead` others beside those
    /// that wait for theirs, and because of which limit. `own`: the user's authorization, instead of the client's.
    pub fn expected_wait(
        &self,
        endpoint: &'static Endpoint,
        own: Option<&Authorization>,
        ahead: usize,
    ) -> (Duration, Option<Limit>) {
        let user_hash = own.map_or(Authorization::SERVICE_USER_HASH, Authorization::user_hash);
        self.rate_limiters.of(endpoint, user_hash).expected_wait(ahead)
    }

    /// Makes a call, within the time that calls which block may take. `own`: the inviting user's
    /// authorization, instead of the client's.
    pub fn run(&self, call: &dyn Call, own: Option<&Authorization>) -> Outcome {
        let started = Instant::now();
        let deadline = Deadline::Call(started + self.call_timeout);
        let mut outcome = self.run_until(call, own, deadline, &NoWait).outcome;
        outcome.elapsed = started.elapsed();
        outcome
    }

    /// Makes a call of which no request begins after `deadline`.
    pub fn run_until(
        &self,
        call: &dyn Call,
        own: Option<&Authorization>,
        deadline: Deadline,
        wait_policy: &dyn WaitPolicy,
    ) -> Ended {
        CallRun::new(self, call, own, deadline, wait_policy).run()
    }

    /// Ends all calls that are under way, and those that begin later before they are sent.
    pub fn abort(&self) {
        self.abort.set();
        self.transport.abort();
        if let Some(sign_in) = &self.sign_in {
            sign_in.stop();
        }
        self.wake_all();
    }

    /// Has calls that wait look again whether waiting makes sense.
    pub fn wake_all(&self) {
        self.rate_limiters.wake_all();
        self.authorizations.wake_all();
    }

    /// The `Signature` of a request, for now.
    fn sign(
        &self,
        key: &ProofKey,
        method: &Method,
        uri: &Uri,
        authorization: &Authorization,
        body: &[u8],
    ) -> Result<HeaderValue> {
        let signed = Signed {
            time: self.time.now(),
            method: method.as_str(),
            path_and_query: uri.path_and_query().map_or("/", |path| path.as_str()),
            authorization: authorization.header().to_str().unwrap_or_default(),
            body,
            max_body_bytes: Some(MAX_SIGNED_BODY_BYTES),
        };
        signed.header(key)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // The thread owns nothing but its own state, and would go on.
        if let Some(sign_in) = &self.sign_in {
            sign_in.stop();
        }
    }
}

#[cfg(test)]
mod endpoint_tests;
#[cfg(test)]
mod secrets_tests;

/// What is said of an authorization that was pushed, or why it is not taken.
fn acceptance(standing: Standing) -> Result<Cow<'static, str>> {
    let ago = |duration: Duration| format!("{} s ago", duration.as_secs());
    match standing {
        Standing::Good => Ok("The authorization is in use from now on.".into()),
        Standing::ExpiredByLocalClock(expired) => Ok(format!(
            "The authorization is in use, although it expired {} by this machine's clock: the clock may be wrong, \
             and the service's is not known until its first answer. Pass the remaining time too.",
            ago(expired)
        )
        .into()),
        Standing::ExpiredByServiceClock(expired) => Ok(format!(
            "The authorization is in use, although it expired {} by the service's clock: by this machine's clock it \
             has not. Set this machine's clock.",
            ago(expired)
        )
        .into()),
        Standing::Expired(expired) => Err(Box::new(Outcome::new(
            Status::AuthorizationNeeded,
            format!(
                "The authorization expired {} by the service's clock, so it is not used; push one that is still good.",
                ago(expired)
            ),
        ))),
    }
}

#[cfg(test)]
impl Config {
    /// Of a client that tries once and logs everything; its transport is the test's.
    fn for_a_test(authorization: Authorization) -> Self {
        Config {
            title_id: 7,
            endpoint: BaseUrl::parse("https://localhost", false).unwrap(),
            authorization: Some(authorization),
            ca_certificates: Vec::new(),
            ca_mode: CaMode::Added,
            allow_plain_http: false,
            user_agent: HeaderValue::from_static("test"),
            connect_timeout: Duration::from_secs(1),
            proxy: None,
            request_timeout: Duration::from_secs(1),
            call_timeout: Duration::from_secs(1),
            max_attempts: 1,
            imposed_limits: ImposedLimits::default(),
            shared_limits: None,
            max_idle_connections: 1,
            log_level: Level::Debug,
            sign_in: None,
        }
    }
}

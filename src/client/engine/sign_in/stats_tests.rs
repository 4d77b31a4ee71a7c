//! What is counted of signing in, against sign-in services that answer as the test says.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::{Dependencies, SignIn, SignInConfig, TokenUnavailable};
use super::*;
use crate::auth::{CredentialNames, CredentialSource, Credentials};
use crate::http::{BaseUrl, Deadlines, Request, Response, Transport, TransportError};
use crate::log::{Level, Log};
use crate::sync::Mutex;

/// Answers each request with the next of these; with 503 where there is none.
#[derive(Debug)]
struct Services(Mutex<VecDeque<Response>>);

impl Transport for Services {
    fn send(&self, _: Request<'_>, _: Deadlines) -> Result<Response, TransportError> {
        let next = self.0.lock().pop_front();
        Ok(next.unwrap_or_else(|| Response::new(503, &[], b"")))
    }

    fn abort(&self) {}
}

fn token(name: &str) -> Response {
    let body = format!(r#"{{"Token":"{name}","NotAfter":"2099-01-31T10:00:00Z"}}"#);
    Response::new(200, &[("Content-Type", "application/json")], body.as_bytes())
}

const NAMES: CredentialNames<'_> = CredentialNames {
    certificate: "certificate",
    key: "key",
    password: "password",
    pkcs12: "file",
    is_of_files: false,
};

/// Valid until 2040-01-01.
fn credentials() -> Credentials {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.not_after = rcgen::date_time_ymd(2040, 1, 1);
    let certificate_pem = params.self_signed(&key).unwrap().pem().into();
    let private_key_pem = Some(key.serialize_pem().into());
    Credentials::open(CredentialSource::Texts { certificate_pem, private_key_pem }, &NAMES).unwrap()
}

fn sign_in(services: &Arc<Services>) -> SignIn {
    let connected = services.clone();
    let dependencies = Dependencies {
        transport: services.clone(),
        connect: Box::new(move |_| Ok(connected.clone() as Arc<dyn Transport>)),
        request_timeout: Duration::from_secs(1),
        authorizations: Arc::default(),
        time: Arc::default(),
        log: Arc::new(Log::new(Level::Off)),
    };
    let config = SignInConfig {
        credentials: credentials(),
        sandbox_id: "RETAIL".to_owned(),
        relying_party: "http://xboxlive.com".to_owned(),
        sign_in_endpoint: BaseUrl::parse("https://sign-in.example", false).unwrap(),
        token_endpoint: BaseUrl::parse("https://token.example", false).unwrap(),
        lead: None,
    };
    SignIn::open(config, dependencies).unwrap()
}

/// The counts of attempts and failures, and whether one has succeeded.
fn counts(sign_in: &SignIn) -> (u64, u64, bool) {
    let stats = sign_in.stats();
    (stats.attempts, stats.failures, stats.last_success.is_some())
}

#[test]
fn attempts_failures_and_the_last_success_are_counted() {
    let services = Arc::new(Services(Mutex::default()));
    let sign_in = sign_in(&services);
    let expires_at = SystemTime::UNIX_EPOCH + Duration::from_secs(2_208_988_800);
    assert_eq!(sign_in.stats().certificate_expires_at, Some(expires_at));
    assert_eq!(counts(&sign_in), (0, 0, false));
    let obtain = |seconds| sign_in.obtain(Instant::now() + Duration::from_secs(seconds), || false);

    // The first step fails, then the second, then neither.
    services.0.lock().extend([Response::new(503, &[], b""), token("service"), Response::new(503, &[], b"")]);
    assert!(matches!(obtain(0), Err(TokenUnavailable::OutOfTime(None))), "nothing is tried without time");
    assert_eq!(counts(&sign_in), (0, 0, false));
    services.0.lock().extend([token("token")]);
    obtain(30).unwrap();
    assert_eq!(counts(&sign_in), (3, 2, true));
    assert!(sign_in.stats().last_success.unwrap().elapsed().unwrap() < Duration::from_secs(30));

    // The same token once more, which the service has refused.
    let refused = sign_in.authorizations.usable(&sign_in.time.by_all_clocks()).unwrap();
    assert!(sign_in.authorizations.refuse(&refused, &sign_in.time.by_all_clocks()));
    sign_in.refused();
    services.0.lock().extend([token("token"), token("another")]);
    obtain(30).unwrap();
    assert_eq!(counts(&sign_in), (5, 3, true));
    assert_eq!(sign_in.stats().certificate_expires_at, Some(expires_at));
}

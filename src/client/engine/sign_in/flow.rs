//! The two steps of signing in, on the wire: the certificate gives a service token, and that the token
//! that requests carry.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::{Method, Uri};

use super::certificate_files::CertificateFiles;
use super::mutual::MutualTls;
use crate::auth::{
    Authorization, ErrorContext, ProofKey, Refresh, SignInFailure, Signed, Step, TokenAnswer, Validity, date,
    read_token, service_token_request, token_request,
};
use crate::client::engine::time::Time;
use crate::http::{Deadlines, MAX_SHORT_RESPONSE, Request, Transport};
use crate::log::{Fields, Level, Log};
use crate::outcome::Outcome;
use crate::policy::{Prospect, SlidingWindow, authentication_window};
use crate::redactor::Redactor;

/// All that signing in needs; the thread that signs in owns it.
#[derive(Debug)]
pub struct SignInFlow {
    pub certificate: CertificateFiles,
    pub sandbox_id: String,
    pub relying_party: String,
    pub sign_in: Uri,
    pub token: Uri,
    pub mutual: Arc<MutualTls>,
    pub transport: Arc<dyn Transport>,
    pub request_timeout: Duration,
    pub time: Arc<Time>,
    pub log: Arc<Log>,
    pub progress: Progress,
}

/// What the steps have led to.
#[derive(Debug)]
pub struct Progress {
    service_token: Option<ServiceToken>,
    window: SlidingWindow,
    beginning: Instant,
}

impl Default for Progress {
    fn default() -> Self {
        Progress { service_token: None, window: authentication_window(), beginning: Instant::now() }
    }
}

/// A token with the key that it is bound to.
#[derive(Debug)]
struct ServiceToken {
    answer: TokenAnswer,
    key: ProofKey,
}

/// What a step asks for.
struct StepRequest<'a> {
    step: Step,
    transport: &'a dyn Transport,
    key: &'a ProofKey,
    body: &'a [u8],
    /// What must not be shown of what is answered.
    redactor: Redactor,
    deadline: Instant,
}

/// What is to be had.
#[derive(Clone, Copy, Debug)]
pub struct DueSteps {
    pub service_token: bool,
    pub token: bool,
}

/// For how long a token was made, and what is left of that.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    pub whole: Duration,
    pub left: Duration,
}

/// What came of it; `None` for what was not tried.
#[derive(Debug, Default)]
pub struct SignInResult {
    pub service_token: Option<Result<Life, SignInFailure>>,
    pub token: Option<Result<(Authorization, Life), SignInFailure>>,
}

impl SignInFlow {
    /// Whether the files of the certificate differ from those that were tried.
    pub fn looks_different(&mut self, deadline: Instant) -> bool {
        let mutual = self.mutual.clone();
        self.certificate.looks_different(deadline, || mutual.is_aborted())
    }

    pub fn has_service_token(&self) -> bool {
        self.progress.service_token.is_some()
    }

    /// Makes the steps that are due, and those that they need.
    pub fn sign_in(&mut self, due: DueSteps, deadline: Instant) -> SignInResult {
        self.check_certificate(deadline);
        let mut signed_in = SignInResult::default();
        if due.service_token || self.progress.service_token.is_none() {
            let result = self.get_service_token(deadline);
            signed_in.service_token = Some(result.inspect_err(|failure| self.log_failure(failure)));
        }
        if due.token && self.progress.service_token.is_some() {
            let result = self.get_token(deadline).inspect_err(|failure| self.log_failure(failure));
            if result.as_ref().is_err_and(|failure| failure.wants_another_service_token) {
                self.progress.service_token = None;
            }
            signed_in.token = Some(result);
        }
        signed_in
    }

    /// Takes a newer certificate into use, and says so where the one in use ends soon.
    fn check_certificate(&mut self, deadline: Instant) {
        let mutual = self.mutual.clone();
        match self.certificate.refresh(deadline, || mutual.is_aborted()) {
            Refresh::Unchanged => {}
            Refresh::Replaced => {
                self.mutual.forget();
                self.progress.service_token = None;
                let credential = self.certificate.current();
                self.log.write(Level::Info, || {
                    let (name, expires) = (credential.subject_name(), date(credential.expires_at()));
                    format!("The certificate was replaced; the one of \"{name}\" that expires on {expires} is in use.")
                });
            }
            Refresh::Kept(outcome) => self
                .log
                .write(Level::Warning, || format!("The certificate of before stays in use. {}", outcome.message)),
        }
        if let Validity::ExpiresSoon { at } = self.validity() {
            self.log.write(Level::Warning, || {
                format!("The certificate expires on {}: get a new one from Partner Center before.", date(at))
            });
        }
    }

    fn get_service_token(&mut self, deadline: Instant) -> Result<Life, SignInFailure> {
        let key = ProofKey::generate().map_err(SignInFailure::of)?;
        let body = service_token_request(&key).map_err(SignInFailure::of)?;
        let transport = self.mutual.transport(self.certificate.current()).map_err(SignInFailure::of)?;
        let step = Step::ServiceToken;
        let request = StepRequest {
            step,
            transport: &*transport,
            key: &key,
            body: &body,
            redactor: Redactor::default(),
            deadline,
        };
        let answer = self.ask(&request)?;
        let life = self.life(&answer);
        self.progress.service_token = Some(ServiceToken { answer, key });
        Ok(life)
    }

    fn get_token(&mut self, deadline: Instant) -> Result<(Authorization, Life), SignInFailure> {
        let Some(ServiceToken { answer, key }) = &self.progress.service_token else {
            return Err(SignInFailure::of(Outcome::internal("A token was asked for without a service token.")));
        };
        let key = key.clone();
        let body = token_request(answer.token(), &self.sandbox_id, &self.relying_party);
        let body = body.map_err(SignInFailure::of)?;
        let mut redactor = Redactor::default();
        redactor.add_text(answer.token());
        let transport = self.transport.clone();
        let request =
            StepRequest { step: Step::Token, transport: &*transport, key: &key, body: &body, redactor, deadline };
        let answer = self.ask(&request)?;
        let authorization = answer.authorization().map_err(SignInFailure::of)?;
        Ok((authorization.bound_to(key), self.life(&answer)))
    }

    /// Asks, and once more where the answer shows that the signature had a wrong time.
    fn ask(&mut self, request: &StepRequest<'_>) -> Result<TokenAnswer, SignInFailure> {
        match self.ask_once(request) {
            Err(failure) if failure.wants_another_signature => self.ask_once(request),
            first => first,
        }
    }

    fn ask_once(&mut self, request: &StepRequest<'_>) -> Result<TokenAnswer, SignInFailure> {
        let StepRequest { step, transport, key, body, redactor, deadline } = request;
        self.acquire_permit(*step)?;
        let uri = self.place(*step);
        let signature = Signed::of_a_step(*step, self.time.now(), body).header(key).map_err(SignInFailure::of)?;
        let request = Request {
            method: &Method::POST,
            uri,
            authorization: None,
            signature: Some(&signature),
            body,
            max_response: MAX_SHORT_RESPONSE,
        };
        let before = SystemTime::now();
        let deadline = (*deadline).min(Instant::now() + self.request_timeout);
        let answer = transport.send(request, Deadlines::both(deadline));
        let answer =
            answer.map_err(|failure| SignInFailure::unanswered(&self.error_context(*step, false), &failure))?;
        let clock_moved = self.time.observe(before, &answer, &self.log);
        self.log.write(Level::Debug, || {
            format!("POST {}: signing in was answered with HTTP {}.", step.path(), answer.status)
        });
        read_token(&self.error_context(*step, clock_moved), answer, self.time.now(), redactor)
    }

    /// Counts the request, unless the limits leave no room for it now.
    fn acquire_permit(&mut self, step: Step) -> Result<(), SignInFailure> {
        let now = self.progress.beginning.elapsed();
        let next = self.progress.window.next_available(0, now);
        if next > now {
            return Err(SignInFailure::rate_limited(&self.error_context(step, false), next - now));
        }
        self.progress.window.record(now);
        Ok(())
    }

    fn place(&self, step: Step) -> &Uri {
        match step {
            Step::ServiceToken => &self.sign_in,
            Step::Token => &self.token,
        }
    }

    fn error_context(&self, step: Step, clock_moved: bool) -> ErrorContext<'_> {
        ErrorContext {
            step,
            host: self.place(step).host().unwrap_or_default(),
            certificate: self.validity(),
            clock_offset_ms: self.time.offset_ms(),
            clock_moved,
        }
    }

    fn validity(&self) -> Validity {
        self.certificate.current().validity(self.time.now())
    }

    fn life(&self, answer: &TokenAnswer) -> Life {
        let now = self.time.now();
        Life { whole: answer.life(now), left: answer.not_after.duration_since(now).unwrap_or_default() }
    }

    fn log_failure(&self, failure: &SignInFailure) {
        let level = if failure.prospect == Prospect::Permanent { Level::Error } else { Level::Warning };
        let advice = || Fields { advice: failure.outcome.advice, ..Fields::default() };
        self.log.write_about(level, advice, || failure.outcome.message.clone());
    }
}

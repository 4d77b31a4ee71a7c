//! The two steps of signing in, each made once, of the parts that a client makes them of.

use std::time::{Duration, Instant, SystemTime};

use mpa::auth::{
    Authorization, Credential, ErrorContext, ProofKey, ServiceClock, SignInFailure, Signed, Step, TokenAnswer, date,
    read_token, service_token_request, token_request,
};
use mpa::http::{Request, Transport};
use mpa::outcome::Outcome;
use mpa::policy::Prospect;
use mpa::redactor::Redactor;

use crate::arguments::SignsIn;
use crate::host::Way;
use crate::report::Finding;
use crate::words;

const LIMIT: Duration = Duration::from_secs(5);

/// A token with the key that it is bound to.
pub struct ServiceToken {
    answer: TokenAnswer,
    key: ProofKey,
}

/// What both steps need.
pub struct Signer<'a> {
    pub credential: &'a Credential,
    pub clock: &'a ServiceClock,
}

impl Signer<'_> {
    pub fn service_token(&self, way: &Way) -> Result<(ServiceToken, Finding), Finding> {
        let key = ProofKey::generate().map_err(defect)?;
        let body = service_token_request(&key).map_err(defect)?;
        let answer = self.ask(Step::ServiceToken, way, &key, &body, &Redactor::default())?;
        let finding = Finding::ok(format!("A service token came, good until {}.", date(answer.not_after)));
        Ok((ServiceToken { answer, key }, finding))
    }

    pub fn token(
        &self,
        way: &Way,
        service_token: &ServiceToken,
        wish: &SignsIn,
    ) -> Result<(Authorization, Finding), Finding> {
        let ServiceToken { answer, key } = service_token;
        let body = token_request(answer.token(), &wish.sandbox, &wish.relying_party).map_err(defect)?;
        let mut redactor = Redactor::default();
        redactor.add_text(answer.token());
        let answer = self.ask(Step::Token, way, key, &body, &redactor)?;
        let authorization = answer.authorization().map_err(defect)?.bound_to(key.clone());
        let until = date(answer.not_after);
        Ok((authorization, Finding::ok(format!("A token for the sandbox {} came, good until {until}.", wish.sandbox))))
    }

    fn ask(
        &self,
        step: Step,
        way: &Way,
        key: &ProofKey,
        body: &[u8],
        redactor: &Redactor,
    ) -> Result<TokenAnswer, Finding> {
        let uri = way.base.join(step.path()).map_err(defect)?;
        let now = self.clock.at(SystemTime::now());
        let signature = Signed::of_a_step(step, now, body).header(key).map_err(defect)?;
        let request = Request { uri: &uri, authorization: None, signature: Some(&signature), body };
        let at = ErrorContext {
            clock_moved: false,
            step,
            host: &way.host,
            certificate: self.credential.validity(now),
            clock_offset_ms: self.clock.offset_ms(),
        };
        let answer = way.transport.exchange(request, Instant::now() + LIMIT);
        let answer = answer.map_err(|failure| told(step, &SignInFailure::unanswered(&at, &failure)))?;
        read_token(&at, answer, now, redactor).map_err(|failure| told(step, &failure))
    }
}

fn told(step: Step, failure: &SignInFailure) -> Finding {
    let advice = match (failure.prospect, step) {
        (Prospect::MayPass, _) => "Run this again in a minute: signing in may succeed without a change.",
        (Prospect::NeedsPeople, Step::ServiceToken) => {
            "Check that the certificate is the Business Partner Certificate, registered with Partner Center for this \
             title."
        }
        (Prospect::NeedsPeople, Step::Token) => {
            "Check --sandbox and --relying-party, and for which sandbox the certificate was issued."
        }
    };
    Finding::failed(words::of(&failure.outcome), advice)
}

fn defect(outcome: Box<Outcome>) -> Finding {
    Finding::failed(words::of(&outcome), "Please report this.")
}

//! The two steps of signing in, each made once, of the parts that a client makes them of.

use std::time::{Instant, SystemTime};

use http::Method;
use mpa::auth::{
    Authorization, Credential, ErrorContext, ProofKey, ServiceClock, Signed, Step, TokenAnswer, date, read_token,
    service_token_request, token_request,
};
use mpa::http::{Deadlines, MAX_SHORT_RESPONSE, Request, Transport};
use mpa::redactor::Redactor;

use crate::arguments::SignInOptions;
use crate::host::{LIMIT, Route};
use crate::messages::{self, defect};
use crate::report::Finding;

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
    pub fn service_token(&self, route: &Route) -> Result<(ServiceToken, Finding), Finding> {
        let key = ProofKey::generate().map_err(defect)?;
        let body = service_token_request(&key).map_err(defect)?;
        let answer = self.send(Step::ServiceToken, route, &key, &body, &Redactor::default())?;
        let message = format!("Received a service token, valid until {}.", date(answer.not_after));
        let finding = gained(message, &answer);
        Ok((ServiceToken { answer, key }, finding))
    }

    pub fn token(
        &self,
        route: &Route,
        service_token: &ServiceToken,
        config: &SignInOptions,
    ) -> Result<(Authorization, Finding), Finding> {
        let ServiceToken { answer, key } = service_token;
        let body = token_request(answer.token(), &config.sandbox, &config.relying_party);
        let body = body.map_err(defect)?;
        let mut redactor = Redactor::default();
        redactor.add_text(answer.token());
        let answer = self.send(Step::Token, route, key, &body, &redactor)?;
        let authorization = answer.authorization().map_err(defect)?.bound_to(key.clone());
        let until = date(answer.not_after);
        let message = format!("Received a token for the sandbox {}, valid until {until}.", config.sandbox);
        Ok((authorization, gained(message, &answer)))
    }

    fn send(
        &self,
        step: Step,
        route: &Route,
        key: &ProofKey,
        body: &[u8],
        redactor: &Redactor,
    ) -> Result<TokenAnswer, Finding> {
        let uri = route.base.join(step.path()).map_err(defect)?;
        let now = self.clock.at(SystemTime::now());
        let signature = Signed::of_a_step(step, now, body).header(key).map_err(defect)?;
        let request = Request {
            method: &Method::POST,
            uri: &uri,
            authorization: None,
            signature: Some(&signature),
            body,
            max_response: MAX_SHORT_RESPONSE,
        };
        let at = ErrorContext {
            clock_moved: false,
            step,
            host: &route.host,
            certificate: self.credential.validity(now),
            clock_offset_ms: self.clock.offset_ms(),
        };
        let answer = route.transport.send(request, Deadlines::both(Instant::now() + LIMIT));
        let answer = answer.map_err(|error| messages::sign_in_unanswered(step, route, &error))?;
        read_token(&at, answer, now, redactor).map_err(|failure| messages::sign_in_failed(step, route, &failure))
    }
}

fn gained(message: String, answer: &TokenAnswer) -> Finding {
    let mut finding = Finding::ok(message).http_status(200);
    finding.details.expires_at = Some(answer.not_after);
    finding
}

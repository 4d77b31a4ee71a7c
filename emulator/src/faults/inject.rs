//! Where rules strike: around the recording of a request, and between it and the service.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HeaderName, HeaderValue, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Arrival;
use super::rule::{Fault, Moment, Rule};
use crate::call::read_claim;
use crate::connection_fault::Ending;
use crate::refusal::{Refusal, x_err_answer};
use crate::routes::Part;
use crate::rules::Endpoint;
use crate::service::{Service, record, record_unread};
use crate::settings::Whole;

/// What a fault made of a request. Goes with the answer, to those who keep it and who send it; an
/// answer without it is the service's own.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub acted: bool,
    /// The status to keep: 0 where there is no answer.
    pub status: u16,
    pub fault: String,
    pub ending: Option<Ending>,
}

/// Around every request: chooses the rule that strikes it, if there is one.
pub(crate) async fn strike(State(service): State<Service>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let rule = service.faults.choose(|| Arrival {
        title_id: service.title_of(path),
        endpoint: Endpoint::of(service.part, request.method(), path),
        headers: request.headers(),
    });
    let Some(rule) = rule else {
        return record(&service, request, |request| admit(&service, request, next)).await;
    };
    // On a task of its own: a service also acts for a caller that has not waited for it.
    let struck = tokio::spawn(struck(rule, service, request, next));
    let panicked = |_| StatusCode::INTERNAL_SERVER_ERROR.into_response();
    struck.await.unwrap_or_else(panicked)
}

/// Does what comes before the body is read and after the request is in the journal.
async fn struck(rule: Arc<Rule>, service: Service, request: Request, next: Next) -> Response {
    if rule.moment == Moment::BeforeBody {
        rule.delay().await;
        if let Some(instead) = rule.instead() {
            let (parts, _unread) = request.into_parts();
            return record_unread(&service, &parts, instead);
        }
    }
    let response = record(&service, request, |request| gate(&rule, &service, request, next)).await;
    if rule.moment == Moment::AfterActing {
        rule.delay().await;
    }
    response
}

/// Does what comes right before and after acting.
async fn gate(rule: &Rule, service: &Service, request: Request, next: Next) -> Response {
    if rule.moment == Moment::BeforeActing {
        rule.delay().await;
        if let Some(instead) = rule.instead() {
            return instead;
        }
    }
    rule.after(admit(service, request, next).await)
}

/// Lets a call through to the service unless its caller makes too many.
async fn admit(service: &Service, request: Request, next: Next) -> Response {
    if service.callers.throttle_any()
        && let Some(mut rejection) = reject(service, &request)
    {
        let outcome =
            Outcome { acted: false, status: rejection.status().as_u16(), fault: "throttle".to_owned(), ending: None };
        rejection.extensions_mut().insert(outcome);
        return rejection;
    }
    next.run(request).await
}

/// Counts a call. `None` if it is let through, or if there is no caller to charge with it.
fn reject(service: &Service, request: &Request) -> Option<Response> {
    let path = request.uri().path();
    let (title_id, endpoint) = (service.title_of(path), Endpoint::of(service.part, request.method(), path)?);
    let authorization = match service.part {
        Part::Service => {
            read_claim(request.headers()).ok()?;
            request.headers().get(AUTHORIZATION)?.as_bytes()
        }
        // There is one partner, to be charged with everything.
        Part::SignIn | Part::Token => &[],
    };
    service.callers.reject(title_id, endpoint, authorization, service.journal.now_ms())
}

impl Rule {
    pub(crate) async fn delay(&self) {
        if self.delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(self.delay_ms)).await;
        }
    }

    /// What is done in the place of acting, if the service does not get to see the request.
    fn instead(&self) -> Option<Response> {
        let (mut response, status) = match self.made_up_answer() {
            Some(response) => {
                let status = response.status().as_u16();
                (response, status)
            }
            // Nothing of this is sent.
            None if self.leaves_unanswered() => (StatusCode::OK.into_response(), 0),
            None => return None,
        };
        response.extensions_mut().insert(self.outcome(false, status));
        Some(response)
    }

    /// What becomes of the service's answer.
    fn after(&self, service_answer: Response) -> Response {
        let acted = service_answer.status().is_success();
        let made_up = match self.moment {
            Moment::AfterActing => self.made_up_answer(),
            Moment::BeforeBody | Moment::BeforeActing => None,
        };
        let mut response = made_up.unwrap_or(service_answer);
        let outcome = self.outcome(acted, response.status().as_u16());
        response.extensions_mut().insert(outcome);
        response
    }

    fn outcome(&self, acted: bool, status: u16) -> Outcome {
        Outcome { acted, status, fault: self.name(), ending: self.ending() }
    }
}

impl Rule {
    /// The answer that is given in the place of the service's. `None` where there is none, or where
    /// the service's is given.
    pub(super) fn made_up_answer(&self) -> Option<Response> {
        Some(match &self.fault {
            Fault::Status { status, headers, body } => (
                to_status(status.get()),
                header_map(headers.iter().map(|(name, value)| (name.0.as_str(), value.0.as_str()))),
                Body::from(body.clone()),
            )
                .into_response(),
            Fault::Redirect { status, location } => {
                let location = [(LOCATION.as_str(), location.0.as_str())];
                (to_status(status.get()), header_map(location), Body::empty()).into_response()
            }
            Fault::ExpiredToken { .. } => Refusal::unauthorized("expired", "The token has expired.").into_response(),
            Fault::XErr { status, code } => x_err_answer(to_status(status.map_or(401, Whole::get)), *code),
            Fault::EndlessHead { status, .. } | Fault::LargeBody { status, .. } => {
                to_status(status.get()).into_response()
            }
            _ => return None,
        })
    }

    /// Whether the caller is to hear nothing at all, or nothing of use.
    pub(super) fn leaves_unanswered(&self) -> bool {
        matches!(self.fault, Fault::Stall {} | Fault::Reset {} | Fault::Close {} | Fault::Garbage {})
    }

    /// `None` for a connection that goes on.
    pub(super) fn ending(&self) -> Option<Ending> {
        Some(match self.fault {
            Fault::Reset {} => Ending::Reset,
            Fault::Close {} => Ending::Close,
            Fault::Stall {} => Ending::Stall { reading: self.moment != Moment::BeforeBody },
            Fault::Garbage {} => Ending::Garbage,
            Fault::EndlessHead { bytes, .. } => Ending::EndlessHead { bytes: bytes.get() },
            Fault::LargeBody { bytes, .. } => Ending::LargeBody { bytes: bytes.get() },
            Fault::Cut { bytes } => Ending::Cut { bytes: bytes.get() },
            Fault::Drip { pause_ms } => Ending::Drip { pause: Duration::from_millis(pause_ms.get()) },
            Fault::CloseIdle { idle_ms } => Ending::Idle { limit: Duration::from_millis(idle_ms.get()), reset: false },
            Fault::ResetIdle { idle_ms } => Ending::Idle { limit: Duration::from_millis(idle_ms.get()), reset: true },
            Fault::Delay {}
            | Fault::Status { .. }
            | Fault::Redirect { .. }
            | Fault::ExpiredToken { .. }
            | Fault::XErr { .. }
            | Fault::DropHandshake { .. } => return None,
        })
    }
}

// What a rule holds has been checked when it was read; nothing below is ever left out.

fn to_status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn header_map<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> HeaderMap {
    let headers = headers.into_iter().filter_map(|(name, value)| {
        let name = HeaderName::try_from(name).ok()?;
        Some((name, HeaderValue::try_from(value).ok()?))
    });
    headers.collect()
}

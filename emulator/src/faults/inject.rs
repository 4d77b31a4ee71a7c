//! Fault injection: around the logging of a request, and between it and the service.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HeaderName, HeaderValue, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::IncomingRequest;
use super::rule::{Fault, InjectionPoint, Rule};
use crate::call::read_authorization;
use crate::connection_fault::ConnectionFault;
use crate::endpoints::Endpoint;
use crate::error_response::{ErrorResponse, x_err_response};
use crate::service::ServiceKind;
use crate::service::{Service, record, record_unread};
use crate::settings::Whole;

/// What a fault did to a request. An extension of the response, for the log and for the connection; a response without
/// it is the service's own.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub acted: bool,
    /// The status to keep: 0 where there is no response.
    pub status: u16,
    pub fault: String,
    pub connection_fault: Option<ConnectionFault>,
}

/// Around every request: selects the rule that applies to it, if there is one.
pub(crate) async fn inject(State(service): State<Service>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let rule = service.faults.select(|| IncomingRequest {
        title_id: service.title_of(path),
        endpoint: Endpoint::of(service.kind, request.method(), path),
        headers: request.headers(),
    });
    let Some(rule) = rule else {
        return record(&service, request, |request| throttle_call(&service, request, next)).await;
    };
    // On a task of its own: a service also acts for a caller that has not waited for it.
    let injected = tokio::spawn(inject_rule(rule, service, request, next));
    let panicked = |_| StatusCode::INTERNAL_SERVER_ERROR.into_response();
    injected.await.unwrap_or_else(panicked)
}

/// Does what comes before the body is read and after the request is logged.
async fn inject_rule(rule: Arc<Rule>, service: Service, request: Request, next: Next) -> Response {
    if rule.point == InjectionPoint::BeforeBody {
        rule.delay().await;
        if let Some(instead) = rule.instead() {
            let (parts, _unread) = request.into_parts();
            return record_unread(&service, &parts, instead).await;
        }
    }
    let response = record(&service, request, |request| call_with_rule(&rule, &service, request, next)).await;
    if rule.point == InjectionPoint::AfterActing {
        rule.delay().await;
    }
    response
}

/// Does what comes right before and after acting.
async fn call_with_rule(rule: &Rule, service: &Service, request: Request, next: Next) -> Response {
    if rule.point == InjectionPoint::BeforeActing {
        rule.delay().await;
        if let Some(instead) = rule.instead() {
            return instead;
        }
    }
    rule.after(throttle_call(service, request, next).await)
}

/// Lets a call through to the service unless its caller makes too many.
async fn throttle_call(service: &Service, request: Request, next: Next) -> Response {
    if service.throttler.throttle_any()
        && let Some(mut rejection) = reject(service, &request)
    {
        let outcome = Outcome {
            acted: false,
            status: rejection.status().as_u16(),
            fault: "throttle".to_owned(),
            connection_fault: None,
        };
        rejection.extensions_mut().insert(outcome);
        return rejection;
    }
    next.run(request).await
}

/// Counts a call. `None` if it is let through, or if there is no caller to count it for.
fn reject(service: &Service, request: &Request) -> Option<Response> {
    let path = request.uri().path();
    let (title_id, endpoint) = (service.title_of(path), Endpoint::of(service.kind, request.method(), path)?);
    let authorization = match service.kind {
        ServiceKind::Service => {
            read_authorization(request.headers()).ok()?;
            request.headers().get(AUTHORIZATION)?.as_bytes()
        }
        // There is one partner, for which all of them are counted.
        ServiceKind::SignIn | ServiceKind::Token => &[],
    };
    service.throttler.reject(title_id, endpoint, authorization, service.request_log.now_ms())
}

impl Rule {
    pub(crate) async fn delay(&self) {
        if self.delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(self.delay_ms)).await;
        }
    }

    /// What is done instead of acting, if the service does not get to see the request.
    fn instead(&self) -> Option<Response> {
        let (mut response, status) = match self.synthetic_response() {
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

    /// The response that is sent after the service has acted.
    fn after(&self, service_answer: Response) -> Response {
        let acted = service_answer.status().is_success();
        let made_up = match self.point {
            InjectionPoint::AfterActing => self.synthetic_response(),
            InjectionPoint::BeforeBody | InjectionPoint::BeforeActing => None,
        };
        let mut response = made_up.unwrap_or(service_answer);
        let outcome = self.outcome(acted, response.status().as_u16());
        response.extensions_mut().insert(outcome);
        response
    }

    fn outcome(&self, acted: bool, status: u16) -> Outcome {
        Outcome { acted, status, fault: self.name(), connection_fault: self.connection_fault() }
    }
}

impl Rule {
    /// The response that is given instead of the service's. `None` where there is none, or where
    /// the service's is given.
    pub(super) fn synthetic_response(&self) -> Option<Response> {
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
            Fault::ExpiredToken { .. } => {
                ErrorResponse::unauthorized("expired", "The token has expired.").into_response()
            }
            Fault::XErr { status, code } => x_err_response(to_status(status.map_or(401, Whole::get)), *code),
            Fault::EndlessHead { status, .. } | Fault::LargeBody { status, .. } => {
                to_status(status.get()).into_response()
            }
            _ => return None,
        })
    }

    /// Whether the caller gets no response at all, or no valid one.
    pub(super) fn leaves_unanswered(&self) -> bool {
        matches!(self.fault, Fault::Stall {} | Fault::Reset {} | Fault::Close {} | Fault::Garbage {})
    }

    /// `None` for a connection that goes on.
    pub(super) fn connection_fault(&self) -> Option<ConnectionFault> {
        Some(match self.fault {
            Fault::Reset {} => ConnectionFault::Reset,
            Fault::Close {} => ConnectionFault::Close,
            Fault::Stall {} => ConnectionFault::Stall { reading: self.point != InjectionPoint::BeforeBody },
            Fault::Garbage {} => ConnectionFault::Garbage,
            Fault::EndlessHead { bytes, .. } => ConnectionFault::EndlessHead { bytes: bytes.get() },
            Fault::LargeBody { bytes, .. } => ConnectionFault::LargeBody { bytes: bytes.get() },
            Fault::Cut { bytes } => ConnectionFault::Cut { bytes: bytes.get() },
            Fault::Drip { pause_ms } => ConnectionFault::Drip { pause: Duration::from_millis(pause_ms.get()) },
            Fault::CloseIdle { idle_ms } => {
                ConnectionFault::Idle { limit: Duration::from_millis(idle_ms.get()), reset: false }
            }
            Fault::ResetIdle { idle_ms } => {
                ConnectionFault::Idle { limit: Duration::from_millis(idle_ms.get()), reset: true }
            }
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

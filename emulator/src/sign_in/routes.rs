//! The sign-in service and the token service: one call each.

use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use super::form::{read_authentication, read_authorization};
use super::time::written;
use super::{SignInOptions, XErr};
use crate::authorization::OF_A_SERVICE;
use crate::call::{check_content_type, check_contract_version, unreadable};
use crate::faults::strike;
use crate::json;
use crate::recording::LARGEST_BODY;
use crate::refusal::Refusal;
use crate::routes::{method_not_allowed, not_found};
use crate::rules::Problem;
use crate::service::Service;
use crate::signature::{self, BadSignature};
use crate::tokens::{Standing, end_of};

/// What the two services know: what the stand-in knows, and what they were told.
#[derive(Clone)]
pub(crate) struct Desk {
    pub service: Service,
    pub options: Arc<SignInOptions>,
}

pub(crate) fn sign_in_router(desk: Desk) -> Router {
    finish(Router::new().route("/service/authenticate", post(authenticate)), desk)
}

pub(crate) fn token_router(desk: Desk) -> Router {
    finish(Router::new().route("/xsts/authorize", post(authorize)), desk)
}

fn finish(calls: Router<Desk>, desk: Desk) -> Router {
    calls
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(from_fn_with_state(desk.service.clone(), strike))
        .with_state(desk)
}

/// Why no token is given.
enum NotIssued {
    /// The request is not of the form that is documented.
    Form(Refusal),
    /// 403 without a word. The reason would help here, but the real service gives none.
    Signature,
    /// It is understood and denied.
    Denied(XErr),
}

impl From<Refusal> for NotIssued {
    fn from(refusal: Refusal) -> Self {
        Self::Form(refusal)
    }
}

impl From<Problem> for NotIssued {
    fn from(problem: Problem) -> Self {
        Self::Form(problem.into())
    }
}

impl From<BadSignature> for NotIssued {
    fn from(_: BadSignature) -> Self {
        Self::Signature
    }
}

impl From<XErr> for NotIssued {
    fn from(code: XErr) -> Self {
        Self::Denied(code)
    }
}

impl IntoResponse for NotIssued {
    fn into_response(self) -> Response {
        match self {
            Self::Form(refusal) => refusal.into_response(),
            Self::Signature => StatusCode::FORBIDDEN.into_response(),
            Self::Denied(code) => code.into_response(),
        }
    }
}

/// For a certificate, which TLS has seen, the token that stands for it.
async fn authenticate(State(desk): State<Desk>, request: Request) -> Result<Response, NotIssued> {
    let (parts, bytes, body) = read(request).await?;
    let key = read_authentication(&body)?;
    let now = desk.service.clock.now();
    signature::verify(&parts, &bytes, &key, now)?;
    let not_after = end_of(desk.options.service_token_lifetime, now);
    let token = desk.service.service_tokens.issue(key, not_after);
    Ok(issued(&token, now, not_after))
}

/// For that token, the one to make calls with, bound to the same key.
async fn authorize(State(desk): State<Desk>, request: Request) -> Result<Response, NotIssued> {
    let (parts, bytes, body) = read(request).await?;
    let asked = read_authorization(&body, &desk.options.relying_party)?;
    let now = desk.service.clock.now();
    let key = match desk.service.service_tokens.standing(OF_A_SERVICE, asked.service_token, now) {
        Standing::Good(Some(key)) => key,
        Standing::Expired => return Err(XErr::SERVICE_TOKEN_EXPIRED.into()),
        Standing::Good(None) | Standing::Revoked | Standing::Unknown => {
            return Err(XErr::SERVICE_TOKEN_INVALID.into());
        }
    };
    signature::verify(&parts, &bytes, &key, now)?;
    if asked.sandbox_id != desk.options.sandbox_id {
        return Err(XErr::SANDBOX_DENIED.into());
    }
    let not_after = end_of(desk.options.token_lifetime, now);
    let token = desk.service.tokens.issue(key, not_after);
    Ok(issued(&token, now, not_after))
}

/// Checks from the outside in. All of the body is signed here, so it is returned too.
async fn read(request: Request) -> Result<(Parts, Bytes, Value), Refusal> {
    let (parts, body) = request.into_parts();
    check_address(&parts.uri)?;
    if parts.headers.contains_key(AUTHORIZATION) {
        let what = "This call takes no header Authorization.";
        return Err(Refusal::invalid_request(StatusCode::BAD_REQUEST, what));
    }
    check_contract_version(&parts.headers)?;
    check_content_type(&parts.headers)?;
    let bytes = to_bytes(body, LARGEST_BODY).await.map_err(unreadable)?;
    let body = json::parse(&bytes).map_err(unreadable)?;
    Ok((parts, bytes, body))
}

fn check_address(uri: &Uri) -> Result<(), Refusal> {
    match uri.query() {
        None => Ok(()),
        Some(_) => Err(Refusal::invalid_request(StatusCode::NOT_FOUND, "This call takes no query string.")),
    }
}

fn issued(token: &str, now: SystemTime, not_after: SystemTime) -> Response {
    let (issue_instant, not_after) = (written(now), written(not_after));
    let token = json!(token);
    // By hand, for the order in which the service's documents show them.
    let body = format!(
        r#"{{"IssueInstant":"{issue_instant}","NotAfter":"{not_after}","Token":{token},"DisplayClaims":null}}"#
    );
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}

//! Which service and title a request is for, and which path leads where.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::call::read_call;
use crate::control;
use crate::error_response::ErrorResponse;
use crate::faults::inject;
use crate::rules::{CALL_RULES, CallRule, Reply};
use crate::service::Service;

/// Which of the three services something belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceKind {
    /// Multiplayer Activity itself.
    #[default]
    Service,
    /// The one that gives a token for a partner's certificate: `POST /service/authenticate`.
    SignIn,
    /// The one that gives, for that token, the one to call with: `POST /xsts/authorize`.
    Token,
}

/// Where the request log has requests whose path names no valid title. No title has this id.
pub const NO_TITLE: u32 = 0;

/// Which titles a setting is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Titles {
    /// All of them, and requests of no title too.
    All,
    /// The one with this id; with [`NO_TITLE`], requests of no title.
    One(u32),
}

impl From<u32> for Titles {
    fn from(title_id: u32) -> Self {
        Self::One(title_id)
    }
}

/// Reads a title id: decimal, 1 to 4294967295, written the one way that a number is written.
pub(crate) fn parse_title_id(text: &str) -> Option<u32> {
    let title_id: u32 = text.parse().ok()?;
    // Rust's reading also takes "+7" and "007".
    let canonical = !text.starts_with(['+', '0']);
    canonical.then_some(title_id)
}

/// The title that a path of the service (`/titles/{title id}/...`) is about.
pub(crate) fn title_of_path(path: &str) -> Option<u32> {
    let rest = path.strip_prefix("/titles/")?;
    let title_id = rest.split('/').next()?;
    parse_title_id(title_id)
}

/// Everything that the emulator answers on its own address: the service's own paths, all of them recorded and open to
/// faults, and the control interface under a prefix that the service does not have.
pub(crate) fn router(service: Service, access: Access) -> Router {
    calls()
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(from_fn_with_state(service.clone(), inject))
        .nest("/emulator", control::routes(access))
        .with_state(service)
}

/// A route for each endpoint of the service.
fn calls() -> Router<Service> {
    CALL_RULES.iter().fold(Router::new(), |router, rule| {
        let handler = move |State(service): State<Service>, request: Request| answer(rule, service, request);
        let methods = MethodFilter::try_from(rule.endpoint.method.clone());
        match methods {
            Ok(methods) => router.route(rule.endpoint.path, on(methods, handler)),
            // HTTP's own methods all have a filter.
            Err(_) => router,
        }
    })
}

async fn answer(rule: &CallRule, service: Service, request: Request) -> Result<Response, ErrorResponse> {
    let body = read_call(request, &service, rule.caller).await?;
    Ok(match (rule.respond)(&body)? {
        Reply::NoContent => StatusCode::NO_CONTENT.into_response(),
        Reply::Json(json) => ([(CONTENT_TYPE, "application/json; charset=utf-8")], json.to_string()).into_response(),
    })
}

pub(crate) async fn not_found() -> ErrorResponse {
    ErrorResponse::invalid_request(StatusCode::NOT_FOUND, "There is no such path.")
}

pub(crate) async fn method_not_allowed() -> ErrorResponse {
    let what = "This path does not take this method.";
    ErrorResponse::invalid_request(StatusCode::METHOD_NOT_ALLOWED, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_id_is_a_plain_positive_number_of_32_bits() {
        assert_eq!(parse_title_id("1"), Some(1));
        assert_eq!(parse_title_id("4294967295"), Some(u32::MAX));
        for wrong in ["", "0", "+7", "-7", "007", "4294967296", "7a", " 7", "%37", "٣"] {
            assert_eq!(parse_title_id(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_title_is_the_second_segment_of_the_path() {
        assert_eq!(title_of_path("/titles/7/invites/server"), Some(7));
        assert_eq!(title_of_path("/titles/7"), Some(7));
        for stray in ["/", "/titles", "/titles/", "/titles//invites", "/title/7/invites", "*"] {
            assert_eq!(title_of_path(stray), None, "{stray:?}");
        }
    }
}

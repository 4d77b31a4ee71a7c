//! Errors as the service words them: a status, and `{"errorCode": ..., "debugMessage": ...}`.

use std::fmt;

use axum::http::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::rules::Problem;

/// Why a request was not accepted.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    error_code: &'static str,
    debug_message: String,
    /// What `WWW-Authenticate` says, of a refused authorization.
    hint: Option<&'static str>,
}

impl Refusal {
    fn new(status: StatusCode, error_code: &'static str, debug_message: String) -> Self {
        Self { status, error_code, debug_message, hint: None }
    }

    /// The request cannot be understood at all.
    pub fn invalid_request(status: StatusCode, debug_message: impl fmt::Display) -> Self {
        Self::new(status, "InvalidRequest", debug_message.to_string())
    }

    /// The caller is known and may not make this call. The service answers this under 400.
    pub fn not_allowed(debug_message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "AuthorizationError", debug_message.to_owned())
    }

    /// The caller is not known. `error` is one word for `WWW-Authenticate`.
    pub fn unauthorized(error: &'static str, debug_message: &str) -> Self {
        let status = StatusCode::UNAUTHORIZED;
        let refusal = Self::new(status, "AuthorizationError", debug_message.to_owned());
        Self { hint: Some(error), ..refusal }
    }
}

#[cfg(test)]
impl Refusal {
    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn debug_message(&self) -> &str {
        &self.debug_message
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "RequestValidationError", problem.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        let hint = self.hint.map(|error| format!("XBL3.0 error=\"{error}\""));
        if let Some(Ok(hint)) = hint.map(HeaderValue::try_from) {
            headers.insert(WWW_AUTHENTICATE, hint);
        }
        // By hand, for the order in which the service's documents show them.
        let (error_code, debug_message) = (json!(self.error_code), json!(self.debug_message));
        let body = format!(r#"{{"errorCode":{error_code},"debugMessage":{debug_message}}}"#);
        (self.status, headers, body).into_response()
    }
}

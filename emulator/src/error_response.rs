//! Errors as the services word them.

use std::fmt;

use axum::http::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::de::{self, Deserialize, Deserializer, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::json;

use crate::json::ValidationError;

/// The response to a request that was not accepted: a status, and `{"errorCode": ..., "debugMessage": ...}`.
#[derive(Debug)]
pub(crate) struct ErrorResponse {
    status: StatusCode,
    error_code: &'static str,
    debug_message: String,
    /// What `WWW-Authenticate` says, of a refused authorization.
    hint: Option<&'static str>,
}

impl ErrorResponse {
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
        Self { hint: Some(error), ..Self::new(status, "AuthorizationError", debug_message.to_owned()) }
    }
}

#[cfg(test)]
impl ErrorResponse {
    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn debug_message(&self) -> &str {
        &self.debug_message
    }
}

impl From<ValidationError> for ErrorResponse {
    fn from(error: ValidationError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "RequestValidationError", error.to_string())
    }
}

impl IntoResponse for ErrorResponse {
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

/// A reason, by its number. The documents name many more than these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct XErr(pub u32);

impl XErr {
    pub const SANDBOX_DENIED: Self = Self(0x8015_DC12);
    pub const SERVICE_TOKEN_EXPIRED: Self = Self(0x8015_DC1F);
    pub const USER_TOKEN_EXPIRED: Self = Self(0x8015_DC22);
    pub const USER_TOKEN_INVALID: Self = Self(0x8015_DC26);
    pub const SERVICE_TOKEN_INVALID: Self = Self(0x8015_DC27);
    pub const OUTAGE: Self = Self(0x8015_DC31);
}

/// The reasons that have a name. Any other is given by its number.
const X_ERR_NAMES: [(&str, XErr); 6] = [
    ("sandbox_denied", XErr::SANDBOX_DENIED),
    ("service_token_expired", XErr::SERVICE_TOKEN_EXPIRED),
    ("service_token_invalid", XErr::SERVICE_TOKEN_INVALID),
    ("user_token_expired", XErr::USER_TOKEN_EXPIRED),
    ("user_token_invalid", XErr::USER_TOKEN_INVALID),
    ("outage", XErr::OUTAGE),
];

impl<'de> Deserialize<'de> for XErr {
    /// Its name or its number.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrNumber;
        impl Visitor<'_> for NameOrNumber {
            type Value = XErr;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number from 1 to {}", u32::MAX)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<XErr, E> {
                let found = X_ERR_NAMES.iter().find(|(name, _)| *name == text);
                found.map(|(_, code)| *code).ok_or_else(|| {
                    let names = X_ERR_NAMES.map(|(name, _)| name).join(", ");
                    E::custom(format_args!("must be one of {names}, not {text:?}"))
                })
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<XErr, E> {
                let code = u32::try_from(number).ok().filter(|code| *code > 0);
                code.map(XErr).ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<XErr, E> {
                Err(E::invalid_value(Unexpected::Signed(number), &self))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<XErr, E> {
                Err(E::invalid_value(Unexpected::Float(number), &self))
            }
        }
        deserializer.deserialize_any(NameOrNumber)
    }
}

impl Serialize for XErr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match X_ERR_NAMES.iter().find(|(_, code)| code == self) {
            Some((name, _)) => serializer.serialize_str(name),
            None => serializer.serialize_u32(self.0),
        }
    }
}

pub(crate) fn x_err_response(status: StatusCode, code: XErr) -> Response {
    let body = format!(r#"{{"Identity":"0","XErr":{},"Message":""}}"#, code.0);
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}

impl IntoResponse for XErr {
    fn into_response(self) -> Response {
        x_err_response(StatusCode::UNAUTHORIZED, self)
    }
}

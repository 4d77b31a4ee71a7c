//! The refusals of the sign-in services: `{"Identity": ..., "XErr": ..., "Message": ...}`.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

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

pub(crate) fn x_err_answer(status: StatusCode, code: XErr) -> Response {
    let body = format!(r#"{{"Identity":"0","XErr":{},"Message":""}}"#, code.0);
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}

impl IntoResponse for XErr {
    fn into_response(self) -> Response {
        x_err_answer(StatusCode::UNAUTHORIZED, self)
    }
}

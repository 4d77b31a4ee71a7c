//! Answers in the place of the service's, and what becomes of the connection.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{HeaderName, HeaderValue, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::rule::{Fault, Moment, Rule};
use crate::connection::Ending;
use crate::refusal::Refusal;
use crate::sign_in::x_err_answer;

impl Rule {
    /// The answer that is given in the place of the service's. `None` where there is none, or where
    /// the service's is given.
    pub(super) fn made_up_answer(&self) -> Option<Response> {
        Some(match &self.fault {
            Fault::Status { status, headers, body } => {
                (to_status(*status), header_map(headers), Body::from(body.clone())).into_response()
            }
            Fault::Redirect { status, location } => {
                let location = [(LOCATION.to_string(), location.clone())];
                (to_status(*status), header_map(&location), Body::empty()).into_response()
            }
            Fault::ExpiredToken { .. } => Refusal::unauthorized("expired", "The token has expired.").into_response(),
            Fault::XErr { status, code } => x_err_answer(to_status(*status), *code),
            Fault::EndlessHead { status, .. } | Fault::LargeBody { status, .. } => to_status(*status).into_response(),
            _ => return None,
        })
    }

    /// Whether the caller is to hear nothing at all, or nothing of use.
    pub(super) fn leaves_unanswered(&self) -> bool {
        matches!(self.fault, Fault::Stall | Fault::Reset | Fault::Close | Fault::Garbage)
    }

    /// `None` for a connection that goes on.
    pub(super) fn ending(&self) -> Option<Ending> {
        Some(match self.fault {
            Fault::Reset => Ending::Reset,
            Fault::Close => Ending::Close,
            Fault::Stall => Ending::Stall { reading: self.moment != Moment::BeforeBody },
            Fault::Garbage => Ending::Garbage,
            Fault::EndlessHead { bytes, .. } => Ending::EndlessHead { bytes },
            Fault::LargeBody { bytes, .. } => Ending::LargeBody { bytes },
            Fault::Cut { bytes } => Ending::Cut { bytes },
            Fault::Drip { pause_ms } => Ending::Drip { pause: Duration::from_millis(pause_ms) },
            Fault::CloseIdle { idle_ms } => Ending::Idle { limit: Duration::from_millis(idle_ms), reset: false },
            Fault::ResetIdle { idle_ms } => Ending::Idle { limit: Duration::from_millis(idle_ms), reset: true },
            Fault::Delay
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

fn header_map(headers: &[(String, String)]) -> HeaderMap {
    let headers = headers.iter().filter_map(|(name, value)| {
        let name = HeaderName::try_from(name).ok()?;
        Some((name, HeaderValue::try_from(value).ok()?))
    });
    headers.collect()
}

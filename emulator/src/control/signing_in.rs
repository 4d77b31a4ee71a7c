//! What decides over tokens: the emulator's clock, and which of them are revoked.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, get};
use serde_json::{Value, json};

use super::in_json;
use super::settings::parse;
use crate::clock::MOST_OFFSET_MS;
use crate::refusal::Refusal;
use crate::rules::fields::Object;
use crate::service::Service;
use crate::setting::{Read, whole_of_either_sign};

pub(super) fn routes() -> Router<Service> {
    Router::new()
        .route("/clock", get(show_clock).put(put_clock).delete(right_clock))
        .route("/tokens", delete(revoke_tokens))
        .route("/service_tokens", delete(revoke_service_tokens))
}

async fn show_clock(State(service): State<Service>) -> Result<Response, Refusal> {
    in_json(&json!({"offset_ms": service.clock.offset_ms()}))
}

async fn put_clock(State(service): State<Service>, body: Bytes) -> Result<StatusCode, Refusal> {
    service.clock.put_off(read_offset(&parse(&body)?)?);
    Ok(StatusCode::NO_CONTENT)
}

async fn right_clock(State(service): State<Service>) -> StatusCode {
    service.clock.put_off(0);
    StatusCode::NO_CONTENT
}

async fn revoke_tokens(State(service): State<Service>) -> StatusCode {
    service.tokens.revoke_all();
    StatusCode::NO_CONTENT
}

async fn revoke_service_tokens(State(service): State<Service>) -> StatusCode {
    service.service_tokens.revoke_all();
    StatusCode::NO_CONTENT
}

fn read_offset(value: &Value) -> Read<i64> {
    let object = Object::read(value, &["offset_ms"])?;
    object.required("offset_ms", |value| whole_of_either_sign(value, MOST_OFFSET_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_a_whole_number_of_either_sign() {
        assert_eq!(read_offset(&json!({"offset_ms": -360_000})), Ok(-360_000));
        assert_eq!(read_offset(&json!({"offset_ms": 315_360_000_000_i64})), Ok(315_360_000_000));
        let said = |value| read_offset(&value).unwrap_err().to_string();
        let range = "offset_ms must be a whole number from -315360000000 to 315360000000";
        assert_eq!(said(json!({"offset_ms": -315_360_000_001_i64})), format!("{range}, not -315360000001"));
        assert_eq!(said(json!({"offset_ms": i64::MIN})), format!("{range}, not {}", i64::MIN));
        assert_eq!(said(json!({"offset_ms": "1"})), format!("{range}, not a string"));
        assert_eq!(said(json!({})), "offset_ms is required");
    }
}

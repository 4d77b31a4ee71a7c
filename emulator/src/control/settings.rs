//! What is to go wrong: rules and throttling, of one title or of all.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, OptionalFromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use serde_json::Value;

use super::{bad_request, in_json, read_title_id};
use crate::faults::{check_titles, read_rules};
use crate::json;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::throttle::Settings;
use crate::title::Titles;

pub(super) fn routes() -> Router<Service> {
    let of_faults = || get(show_faults).put(put_faults).delete(clear_faults);
    let of_throttle = || get(show_throttle).put(put_throttle).delete(end_throttle);
    Router::new()
        .route("/faults", of_faults())
        .route("/throttle", of_throttle())
        .route("/titles/{title_id}/faults", of_faults())
        .route("/titles/{title_id}/throttle", of_throttle())
}

impl FromRequestParts<Service> for Titles {
    type Rejection = Refusal;

    /// The title in the path; all titles where there is none.
    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Refusal> {
        match <Path<String> as OptionalFromRequestParts<Service>>::from_request_parts(parts, service).await {
            Ok(None) => Ok(Self::All),
            Ok(Some(Path(title_id))) => read_title_id(&title_id).map(Self::One),
            Err(error) => Err(bad_request(&error.to_string())),
        }
    }
}

async fn show_faults(titles: Titles, State(service): State<Service>) -> Result<Response, Refusal> {
    let left = service.faults.left(titles);
    in_json(&left.iter().map(|rule| rule.json()).collect::<Vec<_>>())
}

async fn put_faults(titles: Titles, State(service): State<Service>, body: Bytes) -> Result<StatusCode, Refusal> {
    let rules = read_rules(&parse(&body)?)?;
    check_titles(titles, &rules)?;
    service.faults.set(titles, &rules);
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_faults(titles: Titles, State(service): State<Service>) -> StatusCode {
    service.faults.set(titles, &[]);
    StatusCode::NO_CONTENT
}

/// `null` where these titles have no settings of their own.
async fn show_throttle(titles: Titles, State(service): State<Service>) -> Result<Response, Refusal> {
    let settings = service.callers.settings(titles);
    in_json(&settings.map(|settings| settings.json()))
}

async fn put_throttle(titles: Titles, State(service): State<Service>, body: Bytes) -> Result<StatusCode, Refusal> {
    let settings = Settings::read(&parse(&body)?)?;
    service.callers.set(titles, Some(settings));
    Ok(StatusCode::NO_CONTENT)
}

async fn end_throttle(titles: Titles, State(service): State<Service>) -> StatusCode {
    service.callers.set(titles, None);
    StatusCode::NO_CONTENT
}

pub(super) fn parse(body: &[u8]) -> Result<Value, Refusal> {
    json::parse(body).map_err(|error| bad_request(&format!("The body is not JSON: {error}")))
}

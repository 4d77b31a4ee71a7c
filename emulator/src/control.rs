//! The control interface over HTTP, for tests in any language: the request log, what is kept of users, fault rules,
//! throttling, the clock and tokens.
//!
//! Its paths begin with `/emulator`, which the real service does not have.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, OptionalFromRequestParts, Path, RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::access::{Access, check_access};
use crate::clock;
use crate::error_response::ErrorResponse;
use crate::events::{Position, follow};
use crate::faults::{check_titles, read_rules};
use crate::json;
use crate::page;
use crate::request_log::Excerpt;
use crate::scenario::Scenario;
use crate::service::Service;
use crate::service::{Titles, parse_title_or_0};
use crate::throttle::Settings;

const MAX_WAIT_MS: u64 = 60_000;

/// All of them, the fallback too, reject requests that `access` does not allow.
pub(crate) fn routes(access: Access) -> Router<Service> {
    Router::new()
        .route("/titles/{title_id}/requests", get(show_requests).delete(forget_requests))
        .merge(user_routes())
        .merge(setting_routes())
        .merge(token_routes())
        .route("/events", get(show_events))
        .merge(page::routes())
        .fallback(not_found)
        .layer(from_fn_with_state(Arc::new(access), check_access))
}

/// The page under `/emulator/`: the prefix by itself, without the slash, is all that can be nested.
pub(crate) fn page_route(access: Access) -> MethodRouter<Service> {
    get(page::show_index).layer(from_fn_with_state(Arc::new(access), check_access))
}

/// Returns the requests of a title after a given one; if there are none, waits for one if asked to.
async fn show_requests(
    State(service): State<Service>,
    Path(title_id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ErrorResponse> {
    let title_id = read_title_id(&title_id)?;
    let Selection { after, wait } = read_selection(query.as_deref().unwrap_or_default())?;
    let excerpt = service.request_log.wait(title_id, after, wait).await;
    in_json(&excerpt)
}

/// A stream of server-sent events: what arrives from now on, after what the client says it has seen.
async fn show_events(
    State(service): State<Service>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    let position = Position::read(query.as_deref().unwrap_or_default(), &headers).map_err(bad_request)?;
    Ok(follow(service, position).into_response())
}

async fn forget_requests(
    State(service): State<Service>,
    Path(title_id): Path<String>,
) -> Result<StatusCode, ErrorResponse> {
    service.request_log.forget(read_title_id(&title_id)?);
    Ok(StatusCode::NO_CONTENT)
}

fn in_json(value: &impl Serialize) -> Result<Response, ErrorResponse> {
    match serde_json::to_string(value) {
        Ok(body) => Ok(([(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()),
        Err(error) => Err(ErrorResponse::invalid_request(StatusCode::INTERNAL_SERVER_ERROR, error)),
    }
}

pub(crate) async fn not_found() -> ErrorResponse {
    let what = "The control interface has /emulator/titles/{title id}/requests, .../users, .../faults and \
        .../throttle; for one user /emulator/titles/{title id}/users/{xuid}/recent_players and .../activity; for all titles /emulator/faults, /emulator/throttle, /emulator/meters and \
        /emulator/scenario; and /emulator/clock, /emulator/tokens and /emulator/service_tokens; the page /emulator/ and its /emulator/events.";
    ErrorResponse::invalid_request(StatusCode::NOT_FOUND, what)
}

/// Which requests are asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Selection {
    after: u64,
    wait: Duration,
}

/// Strict as well: a parameter that is misspelt must not be a test that passes by chance.
fn read_selection(query: &str) -> Result<Selection, ErrorResponse> {
    let mut selection = Selection::default();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (name, value.parse()) {
            ("after", Ok(index)) => selection.after = index,
            ("wait_ms", Ok(ms)) if ms <= MAX_WAIT_MS => {
                selection.wait = Duration::from_millis(ms);
            }
            _ => {
                return Err(bad_request("The query may have after=<index> and wait_ms=<0 to 60000>."));
            }
        }
    }
    Ok(selection)
}

fn read_title_id(text: &str) -> Result<u32, ErrorResponse> {
    parse_title_or_0(text)
        .ok_or_else(|| bad_request("The title id must be decimal, up to 4294967295; 0 for requests of no title."))
}

fn bad_request(what: &str) -> ErrorResponse {
    ErrorResponse::invalid_request(StatusCode::BAD_REQUEST, what)
}

impl Serialize for Excerpt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let requests: Vec<_> = self.requests.iter().map(AsRef::as_ref).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("requests", &requests)?;
        map.serialize_entry("forgotten", &self.forgotten)?;
        map.serialize_entry("titles_forgotten", &self.titles_forgotten)?;
        map.end()
    }
}

fn user_routes() -> Router<Service> {
    Router::new()
        .route("/titles/{title_id}/users", delete(forget_users))
        .route("/titles/{title_id}/users/{xuid}/recent_players", get(show_recent_players))
        .route("/titles/{title_id}/users/{xuid}/activity", get(show_activity))
}

async fn show_recent_players(
    State(service): State<Service>,
    Path((title_id, xuid)): Path<(String, String)>,
) -> Result<Response, ErrorResponse> {
    let (title_id, xuid) = (read_title_id(&title_id)?, read_xuid(&xuid)?);
    let records = service.users.records();
    let list = records.recent_players.of_user(title_id, xuid);
    let forgotten = records.recent_players.forgotten();
    in_json(&json!({"recent_players": list, "reports_forgotten": forgotten}))
}

/// `null` where there is none.
async fn show_activity(
    State(service): State<Service>,
    Path((title_id, xuid)): Path<(String, String)>,
) -> Result<Response, ErrorResponse> {
    let (title_id, xuid) = (read_title_id(&title_id)?, read_xuid(&xuid)?);
    in_json(&json!({"activity": service.users.records().activities.of_title(title_id, xuid)}))
}

async fn forget_users(
    State(service): State<Service>,
    Path(title_id): Path<String>,
) -> Result<StatusCode, ErrorResponse> {
    service.users.forget(read_title_id(&title_id)?);
    Ok(StatusCode::NO_CONTENT)
}

fn read_xuid(text: &str) -> Result<u64, ErrorResponse> {
    json::parse_positive(text)
        .ok_or_else(|| bad_request("The XUID must be decimal, from 1 to 18446744073709551615, without leading zeros."))
}

fn setting_routes() -> Router<Service> {
    let of_faults = || get(show_faults).put(put_faults).delete(clear_faults);
    let of_throttle = || get(show_throttle).put(put_throttle).delete(end_throttle);
    Router::new()
        .route("/faults", of_faults())
        .route("/throttle", of_throttle())
        .route("/titles/{title_id}/faults", of_faults())
        .route("/titles/{title_id}/throttle", of_throttle())
        .route("/scenario", get(show_scenario).put(put_scenario))
        .route("/meters", get(show_meters))
}

impl FromRequestParts<Service> for Titles {
    type Rejection = ErrorResponse;

    /// The title in the path; all titles where there is none.
    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, ErrorResponse> {
        match <Path<String> as OptionalFromRequestParts<Service>>::from_request_parts(parts, service).await {
            Ok(None) => Ok(Self::All),
            Ok(Some(Path(title_id))) => read_title_id(&title_id).map(Self::One),
            Err(error) => Err(bad_request(&error.to_string())),
        }
    }
}

async fn show_faults(titles: Titles, State(service): State<Service>) -> Result<Response, ErrorResponse> {
    let left = service.faults.left(titles);
    in_json(&left.iter().map(|rule| rule.json()).collect::<Vec<_>>())
}

async fn put_faults(titles: Titles, State(service): State<Service>, body: Bytes) -> Result<StatusCode, ErrorResponse> {
    let rules = read_rules(&parse_body(&body)?)?;
    check_titles(titles, &rules)?;
    service.faults.set(titles, &rules);
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_faults(titles: Titles, State(service): State<Service>) -> StatusCode {
    service.faults.set(titles, &[]);
    StatusCode::NO_CONTENT
}

/// `null` where these titles have no settings of their own.
async fn show_throttle(titles: Titles, State(service): State<Service>) -> Result<Response, ErrorResponse> {
    let settings = service.throttler.settings(titles);
    in_json(&settings.map(|settings| settings.json()))
}

async fn put_throttle(
    titles: Titles,
    State(service): State<Service>,
    body: Bytes,
) -> Result<StatusCode, ErrorResponse> {
    let settings = Settings::read(&parse_body(&body)?)?;
    service.throttler.set(titles, Some(settings));
    Ok(StatusCode::NO_CONTENT)
}

async fn end_throttle(titles: Titles, State(service): State<Service>) -> StatusCode {
    service.throttler.set(titles, None);
    StatusCode::NO_CONTENT
}

async fn show_scenario(State(service): State<Service>) -> Result<Response, ErrorResponse> {
    in_json(&Scenario::of(&service).json())
}

async fn put_scenario(State(service): State<Service>, body: Bytes) -> Result<StatusCode, ErrorResponse> {
    Scenario::read(&parse_body(&body)?)?.apply(&service);
    Ok(StatusCode::NO_CONTENT)
}

async fn show_meters(State(service): State<Service>) -> Result<Response, ErrorResponse> {
    in_json(&json!({"meters": service.throttler.readings(service.request_log.now_ms())}))
}

fn parse_body(body: &[u8]) -> Result<Value, ErrorResponse> {
    json::parse(body).map_err(|error| bad_request(&format!("The body is not JSON: {error}")))
}

fn token_routes() -> Router<Service> {
    Router::new()
        .route("/clock", get(show_clock).put(put_clock).delete(reset_clock))
        .route("/tokens", delete(revoke_tokens))
        .route("/service_tokens", delete(revoke_service_tokens))
}

async fn show_clock(State(service): State<Service>) -> Result<Response, ErrorResponse> {
    in_json(&json!({"offset_ms": service.clock.offset_ms()}))
}

async fn put_clock(State(service): State<Service>, body: Bytes) -> Result<StatusCode, ErrorResponse> {
    service.clock.set_offset(clock::read_offset(&parse_body(&body)?)?);
    Ok(StatusCode::NO_CONTENT)
}

async fn reset_clock(State(service): State<Service>) -> StatusCode {
    service.clock.set_offset(0);
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

#[cfg(test)]
mod control_tests {
    use super::*;
    use crate::service::NO_TITLE;

    #[test]
    fn a_selection_has_defaults() {
        assert_eq!(read_selection("").unwrap(), Selection::default());
        let both = read_selection("wait_ms=60000&after=3").unwrap();
        assert_eq!(both, Selection { after: 3, wait: Duration::from_secs(60) });
    }

    #[test]
    fn a_selection_is_read_strictly() {
        let wrong = ["after", "after=", "after=-1", "after=x", "wait_ms=60001", "wait=1", "=1"];
        for query in wrong {
            assert!(read_selection(query).is_err(), "{query}");
        }
    }

    #[test]
    fn title_0_is_where_strays_are() {
        assert_eq!(read_title_id("0").unwrap(), NO_TITLE);
        assert_eq!(read_title_id("4294967295").unwrap(), u32::MAX);
        for wrong in ["", "00", "-1", "4294967296", "x"] {
            assert!(read_title_id(wrong).is_err(), "{wrong}");
        }
    }
}

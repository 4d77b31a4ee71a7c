//! The control interface: what the emulator received, shown over HTTP to tests in any language, and
//! what is to go wrong, told by them.
//!
//! It lies under `/emulator`, where the real service has nothing.

mod access;
mod settings;
mod signing_in;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::ser::{Serialize, SerializeMap, Serializer};

pub(crate) use access::Access;

use crate::journal::Excerpt;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::title;

const LONGEST_WAIT_MS: u64 = 60_000;

/// All of them, the fallback too, answer only whom `access` allows.
pub(crate) fn routes(access: Access) -> Router<Service> {
    Router::new()
        .route("/titles/{title_id}/requests", get(show_requests).delete(forget_requests))
        .merge(settings::routes())
        .merge(signing_in::routes())
        .fallback(not_found)
        .layer(from_fn_with_state(Arc::new(access), access::admit))
}

/// Answers the requests of a title after a given one; if there are none, waits for one if asked to.
async fn show_requests(
    State(service): State<Service>,
    Path(title_id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let title_id = read_title_id(&title_id)?;
    let Selection { after, wait } = read_selection(query.as_deref().unwrap_or_default())?;
    let excerpt = service.journal.wait(title_id, after, wait).await;
    in_json(&excerpt)
}

async fn forget_requests(State(service): State<Service>, Path(title_id): Path<String>) -> Result<StatusCode, Refusal> {
    service.journal.forget(read_title_id(&title_id)?);
    Ok(StatusCode::NO_CONTENT)
}

fn in_json(value: &impl Serialize) -> Result<Response, Refusal> {
    match serde_json::to_string(value) {
        Ok(body) => Ok(([(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()),
        Err(error) => Err(Refusal::invalid_request(StatusCode::INTERNAL_SERVER_ERROR, error)),
    }
}

async fn not_found() -> Refusal {
    let what = "The control interface has /emulator/titles/{title id}/requests, .../faults and \
        .../throttle; for all titles /emulator/faults and /emulator/throttle; and /emulator/clock, \
        /emulator/tokens and /emulator/service_tokens.";
    Refusal::invalid_request(StatusCode::NOT_FOUND, what)
}

/// Which requests are asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Selection {
    after: u64,
    wait: Duration,
}

/// Strict as well: a parameter that is misspelt must not be a test that passes by chance.
fn read_selection(query: &str) -> Result<Selection, Refusal> {
    let mut selection = Selection::default();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (name, value.parse()) {
            ("after", Ok(index)) => selection.after = index,
            ("wait_ms", Ok(ms)) if ms <= LONGEST_WAIT_MS => {
                selection.wait = Duration::from_millis(ms);
            }
            _ => {
                return Err(bad_request("The query may have after=<index> and wait_ms=<0 to 60000>."));
            }
        }
    }
    Ok(selection)
}

fn read_title_id(text: &str) -> Result<u32, Refusal> {
    if text == "0" {
        return Ok(title::NO_TITLE);
    }
    title::parse(text)
        .ok_or_else(|| bad_request("The title id must be decimal, up to 4294967295; 0 for requests of no title."))
}

fn bad_request(what: &str) -> Refusal {
    Refusal::invalid_request(StatusCode::BAD_REQUEST, what)
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

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(read_title_id("0").unwrap(), title::NO_TITLE);
        assert_eq!(read_title_id("4294967295").unwrap(), u32::MAX);
        for wrong in ["", "00", "-1", "4294967296", "x"] {
            assert!(read_title_id(wrong).is_err(), "{wrong}");
        }
    }
}

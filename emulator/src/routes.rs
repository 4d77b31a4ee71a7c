//! Which service, title and endpoint a request is for, and which path leads where.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::call::{ByAnyone, ByService, ByUser};
use crate::control;
use crate::faults::strike;
use crate::refusal::Refusal;
use crate::rules::{activities, invites, recent_players};
use crate::service::Service;

/// Which of the three services something belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Multiplayer Activity itself.
    #[default]
    Service,
    /// The one that gives a token for a partner's certificate: `POST /service/authenticate`.
    SignIn,
    /// The one that gives, for that token, the one to call with: `POST /xsts/authorize`.
    Token,
}

/// The journal's place for requests whose path names no valid title. No title has this id.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Invites,
    ServerInvites,
    RecentPlayerGroups,
    ActivitiesQuery,
    /// Of the sign-in service.
    Authenticate,
    /// Of the token service.
    Authorize,
}

/// `None` for a request that the part has no call for.
pub(crate) fn endpoint_of(part: Part, method: &Method, path: &str) -> Option<Endpoint> {
    if *method != Method::POST {
        return None;
    }
    match part {
        Part::Service => of_the_service(path),
        Part::SignIn => (path == "/service/authenticate").then_some(Endpoint::Authenticate),
        Part::Token => (path == "/xsts/authorize").then_some(Endpoint::Authorize),
    }
}

fn of_the_service(path: &str) -> Option<Endpoint> {
    title_of_path(path)?;
    let (_, call) = path.strip_prefix("/titles/")?.split_once('/')?;
    match call {
        "invites" => Some(Endpoint::Invites),
        "invites/server" => Some(Endpoint::ServerInvites),
        "recentplayergroups/server" => Some(Endpoint::RecentPlayerGroups),
        "activities/query" => Some(Endpoint::ActivitiesQuery),
        _ => None,
    }
}

/// Everything that the emulator answers on its own address: the service's own paths, all of them recorded and open to
/// faults, and the control interface under a prefix that the service does not have.
pub(crate) fn router(service: Service, access: Access) -> Router {
    calls()
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(from_fn_with_state(service.clone(), strike))
        .nest("/emulator", control::routes(access))
        .with_state(service)
}

/// The endpoints of the service, one line each.
fn calls() -> Router<Service> {
    Router::new()
        .route("/titles/{title_id}/invites", post(send_invite))
        .route("/titles/{title_id}/invites/server", post(send_server_invite))
        .route("/titles/{title_id}/recentplayergroups/server", post(post_recent_player_groups))
        .route("/titles/{title_id}/activities/query", post(query_activities))
}

type Answer = Result<StatusCode, Refusal>;

async fn send_invite(ByUser(body): ByUser) -> Answer {
    invites::check_invite(&body)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn send_server_invite(ByService(body): ByService) -> Answer {
    invites::check_server_invite(&body)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn post_recent_player_groups(ByService(body): ByService) -> Answer {
    recent_players::check_recent_player_groups(&body)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn query_activities(ByAnyone(body): ByAnyone) -> Result<Response, Refusal> {
    let answer = activities::no_activities(&activities::read_query(&body)?);
    Ok(([(CONTENT_TYPE, "application/json; charset=utf-8")], answer.to_string()).into_response())
}

pub(crate) async fn not_found() -> Refusal {
    Refusal::invalid_request(StatusCode::NOT_FOUND, "There is no such path.")
}

pub(crate) async fn method_not_allowed() -> Refusal {
    let what = "This path does not take this method.";
    Refusal::invalid_request(StatusCode::METHOD_NOT_ALLOWED, what)
}

#[cfg(test)]
mod title_tests {
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

#[cfg(test)]
mod endpoint_tests {
    use super::*;

    #[test]
    fn the_path_after_the_title_tells() {
        let of_post = |path| endpoint_of(Part::Service, &Method::POST, path);
        assert_eq!(of_post("/titles/7/invites"), Some(Endpoint::Invites));
        assert_eq!(of_post("/titles/7/invites/server"), Some(Endpoint::ServerInvites));
        assert_eq!(of_post("/titles/7/recentplayergroups/server"), Some(Endpoint::RecentPlayerGroups));
        assert_eq!(of_post("/titles/7/activities/query"), Some(Endpoint::ActivitiesQuery));
        for stray in ["/", "/titles/7", "/titles/0/invites", "/titles/7/invites/", "/titles/7/recentplayergroups"] {
            assert_eq!(of_post(stray), None, "{stray}");
        }
        assert_eq!(endpoint_of(Part::Service, &Method::GET, "/titles/7/invites"), None);
    }

    #[test]
    fn each_part_has_its_own_calls() {
        let calls = [
            (Part::SignIn, "/service/authenticate", Endpoint::Authenticate),
            (Part::Token, "/xsts/authorize", Endpoint::Authorize),
            (Part::Service, "/titles/7/invites", Endpoint::Invites),
        ];
        for (own, path, endpoint) in calls {
            for part in [Part::Service, Part::SignIn, Part::Token] {
                let expected = (part == own).then_some(endpoint);
                assert_eq!(endpoint_of(part, &Method::POST, path), expected, "{part:?} {path}");
            }
        }
        assert_eq!(endpoint_of(Part::Token, &Method::GET, "/xsts/authorize"), None);
    }
}

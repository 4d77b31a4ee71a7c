//! Which path leads where.

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use crate::call::{ByAnyone, ByService, ByUser};
use crate::control::{self, Access};
use crate::faults::strike;
use crate::refusal::Refusal;
use crate::rules::{activities, invites, recent_player_groups};
use crate::service::Service;

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
    recent_player_groups::check_recent_player_groups(&body)?;
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

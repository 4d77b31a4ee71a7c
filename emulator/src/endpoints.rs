//! The list of endpoints, and the routes that come from it, as does what faults and throttling know about an endpoint.
//! Everything about one endpoint is in one place, in the file of its family.

pub(crate) mod activities;
pub(crate) mod invites;
pub(crate) mod recent_players;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use serde_json::Value;

use crate::access::Access;
use crate::call::{Call, Caller, read_call};
use crate::control;
use crate::error_response::ErrorResponse;
use crate::faults::{Calls, inject};
use crate::json::Parsed;
use crate::service::{Service, ServiceKind, parse_title_id};
use crate::sign_in::{AUTHENTICATE, AUTHORIZE};
use crate::throttle::ThrottleGroup;
use crate::users::Users;

/// An endpoint of one of the services.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub service: ServiceKind,
    pub method: Method,
    /// Such as `/titles/{title_id}/invites`.
    pub path: &'static str,
    /// The values of a fault's `calls` that it is one of.
    pub calls: &'static [Calls],
    /// What its calls are counted as; `None` for calls that are not throttled.
    pub throttle_group: Option<ThrottleGroup>,
}

/// An endpoint of the service, its callers and its response.
pub(crate) struct EndpointHandler {
    pub endpoint: Endpoint,
    /// `None`: users and services may call.
    pub caller: Option<Caller>,
    /// Acts on a call and gives the response, or what is wrong with its body.
    pub respond: fn(&Call, &Users) -> Parsed<Reply>,
}

/// The response to a valid call.
pub(crate) enum Reply {
    /// 204.
    NoContent,
    /// 200.
    Json(Value),
}

/// The service's endpoints. Routes, fault rules and throttling use this list.
pub(crate) static SERVICE_ENDPOINTS: [&EndpointHandler; 9] = [
    &invites::USER_INVITES,
    &invites::SERVER_INVITES,
    &recent_players::RECENT_PLAYER_GROUPS,
    &recent_players::USER_RECENT_PLAYERS,
    &recent_players::SERVER_RECENT_PLAYERS,
    &activities::SET_ACTIVITY,
    &activities::DELETE_ACTIVITY,
    &activities::GET_ACTIVITIES,
    &activities::QUERY_ACTIVITIES,
];

impl Endpoint {
    /// Those of all three services.
    fn all() -> impl Iterator<Item = &'static Self> {
        SERVICE_ENDPOINTS.iter().map(|handler| &handler.endpoint).chain([&AUTHENTICATE, &AUTHORIZE])
    }

    /// `None` for a request that the service has no call for.
    pub fn of(service: ServiceKind, method: &Method, path: &str) -> Option<&'static Self> {
        Self::all()
            .find(|endpoint| endpoint.service == service && endpoint.method == *method && endpoint.has_path(path))
    }

    fn has_path(&self, path: &str) -> bool {
        let (expected, found) = (self.path.split('/'), path.split('/'));
        let same_length = expected.clone().count() == found.clone().count();
        same_length
            && expected.zip(found).all(|(expected, found)| match expected {
                "{title_id}" => parse_title_id(found).is_some(),
                _ if expected.starts_with('{') => !found.is_empty(),
                _ => expected == found,
            })
    }
}

/// Everything that the emulator answers on its own address: the service's own paths, all of them recorded and open to
/// faults, and the control interface under a prefix that the service does not have.
pub(crate) fn router(service: Service, access: Access) -> Router {
    calls()
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(from_fn_with_state(service.clone(), inject))
        .nest("/emulator", control::routes(access.clone()))
        .route("/emulator/", control::page_route(access))
        .with_state(service)
}

/// A route for each endpoint of the service.
fn calls() -> Router<Service> {
    SERVICE_ENDPOINTS.iter().fold(Router::new(), |router, handler| {
        let respond = move |State(service): State<Service>, request: Request| respond(handler, service, request);
        let methods = MethodFilter::try_from(handler.endpoint.method.clone());
        match methods {
            Ok(methods) => router.route(handler.endpoint.path, on(methods, respond)),
            // HTTP's own methods all have a filter.
            Err(_) => router,
        }
    })
}

async fn respond(handler: &EndpointHandler, service: Service, request: Request) -> Result<Response, ErrorResponse> {
    let call = read_call(request, &service, handler.caller).await?;
    Ok(match (handler.respond)(&call, &service.users)? {
        Reply::NoContent => StatusCode::NO_CONTENT.into_response(),
        Reply::Json(json) => ([(CONTENT_TYPE, "application/json; charset=utf-8")], json.to_string()).into_response(),
    })
}

pub(crate) async fn not_found() -> ErrorResponse {
    ErrorResponse::invalid_request(StatusCode::NOT_FOUND, "There is no such path.")
}

pub(crate) async fn method_not_allowed() -> ErrorResponse {
    let what = "This path does not take this method.";
    ErrorResponse::invalid_request(StatusCode::METHOD_NOT_ALLOWED, what)
}

/// What a check says of a body, in the words of its debug message.
#[cfg(test)]
fn checked(check: fn(&Value) -> crate::json::Checked, body: Value) -> String {
    match check(&body) {
        Ok(()) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_after_the_title_tells() {
        let of_post = |path| Endpoint::of(ServiceKind::Service, &Method::POST, path);
        assert_eq!(of_post("/titles/7/invites"), Some(&invites::USER_INVITES.endpoint));
        assert_eq!(of_post("/titles/7/invites/server"), Some(&invites::SERVER_INVITES.endpoint));
        let groups = Some(&recent_players::RECENT_PLAYER_GROUPS.endpoint);
        assert_eq!(of_post("/titles/7/recentplayergroups/server"), groups);
        assert_eq!(of_post("/titles/7/activities/query"), Some(&activities::QUERY_ACTIVITIES.endpoint));
        let of_user = |method| Endpoint::of(ServiceKind::Service, &method, "/titles/7/users/9/activities");
        assert_eq!(of_user(Method::PUT), Some(&activities::SET_ACTIVITY.endpoint));
        assert_eq!(of_user(Method::DELETE), Some(&activities::DELETE_ACTIVITY.endpoint));
        assert_eq!(of_user(Method::GET), Some(&activities::GET_ACTIVITIES.endpoint));
        assert_eq!(of_user(Method::POST), None);
        for stray in ["/", "/titles/7", "/titles/0/invites", "/titles/7/invites/", "/titles/7/recentplayergroups"] {
            assert_eq!(of_post(stray), None, "{stray}");
        }
        assert_eq!(Endpoint::of(ServiceKind::Service, &Method::GET, "/titles/7/invites"), None);
    }

    #[test]
    fn each_service_has_its_own_calls() {
        let calls = [
            (ServiceKind::SignIn, "/service/authenticate", &AUTHENTICATE),
            (ServiceKind::Token, "/xsts/authorize", &AUTHORIZE),
            (ServiceKind::Service, "/titles/7/invites", &invites::USER_INVITES.endpoint),
        ];
        for (own, path, endpoint) in calls {
            for service in [ServiceKind::Service, ServiceKind::SignIn, ServiceKind::Token] {
                let expected = (service == own).then_some(endpoint);
                assert_eq!(Endpoint::of(service, &Method::POST, path), expected, "{service:?} {path}");
            }
        }
        assert_eq!(Endpoint::of(ServiceKind::Token, &Method::GET, "/xsts/authorize"), None);
    }

    #[test]
    fn every_endpoint_has_a_path_of_its_own() {
        for endpoint in Endpoint::all() {
            let path = endpoint.path.replace("{title_id}", "7").replace("{xuid}", "9");
            assert_eq!(Endpoint::of(endpoint.service, &endpoint.method, &path), Some(endpoint));
        }
    }
}

//! The endpoints of the service, each with its rule in one place: a file per endpoint family. The routes, and what faults
//! and throttling know about an endpoint, come from the list here.

pub(crate) mod activities;
pub(crate) mod invites;
pub(crate) mod recent_players;

use axum::http::Method;
use serde_json::Value;

use crate::call::Caller;
use crate::faults::Calls;
use crate::fields::Parsed;
use crate::routes::{ServiceKind, parse_title_id};
use crate::sign_in::{AUTHENTICATE, AUTHORIZE};
use crate::throttle::ThrottleGroup;

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
pub(crate) struct CallRule {
    pub endpoint: Endpoint,
    /// `None`: users and services may call.
    pub caller: Option<Caller>,
    /// The response to a body, or what is wrong with it.
    pub respond: fn(&Value) -> Parsed<Reply>,
}

/// The response to a valid call.
pub(crate) enum Reply {
    /// 204.
    NoContent,
    /// 200.
    Json(Value),
}

/// The service's endpoints. Routes, fault rules and throttling use this list.
pub(crate) static CALL_RULES: [&CallRule; 4] = [
    &invites::USER_INVITES,
    &invites::SERVER_INVITES,
    &recent_players::RECENT_PLAYER_GROUPS,
    &activities::ACTIVITIES_QUERY,
];

impl Endpoint {
    /// Those of all three services.
    fn all() -> impl Iterator<Item = &'static Self> {
        CALL_RULES.iter().map(|rule| &rule.endpoint).chain([&AUTHENTICATE, &AUTHORIZE])
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

/// What a check says of a body, in the words of its debug message.
#[cfg(test)]
fn verdict(check: fn(&Value) -> crate::fields::Checked, body: Value) -> String {
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
        assert_eq!(of_post("/titles/7/activities/query"), Some(&activities::ACTIVITIES_QUERY.endpoint));
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
            let path = endpoint.path.replace("{title_id}", "7");
            assert_eq!(Endpoint::of(endpoint.service, &endpoint.method, &path), Some(endpoint));
        }
    }
}

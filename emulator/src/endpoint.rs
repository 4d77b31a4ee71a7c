//! Which of the services' calls a request is, before anything of it is checked.

use axum::http::Method;

use crate::part::Part;
use crate::title;

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
pub(crate) fn of(part: Part, method: &Method, path: &str) -> Option<Endpoint> {
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
    title::of_path(path)?;
    let (_, call) = path.strip_prefix("/titles/")?.split_once('/')?;
    match call {
        "invites" => Some(Endpoint::Invites),
        "invites/server" => Some(Endpoint::ServerInvites),
        "recentplayergroups/server" => Some(Endpoint::RecentPlayerGroups),
        "activities/query" => Some(Endpoint::ActivitiesQuery),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_after_the_title_tells() {
        let of_post = |path| of(Part::Service, &Method::POST, path);
        assert_eq!(of_post("/titles/7/invites"), Some(Endpoint::Invites));
        assert_eq!(of_post("/titles/7/invites/server"), Some(Endpoint::ServerInvites));
        assert_eq!(of_post("/titles/7/recentplayergroups/server"), Some(Endpoint::RecentPlayerGroups));
        assert_eq!(of_post("/titles/7/activities/query"), Some(Endpoint::ActivitiesQuery));
        for stray in ["/", "/titles/7", "/titles/0/invites", "/titles/7/invites/", "/titles/7/recentplayergroups"] {
            assert_eq!(of_post(stray), None, "{stray}");
        }
        assert_eq!(of(Part::Service, &Method::GET, "/titles/7/invites"), None);
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
                assert_eq!(of(part, &Method::POST, path), expected, "{part:?} {path}");
            }
        }
        assert_eq!(of(Part::Token, &Method::GET, "/xsts/authorize"), None);
    }
}

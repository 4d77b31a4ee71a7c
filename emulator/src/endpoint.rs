//! Which of the service's calls a request is, before anything of it is checked.

use axum::http::Method;

use crate::title;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Invites,
    ServerInvites,
    RecentPlayerGroups,
}

/// `None` for a request that the service has no call for.
pub(crate) fn of(method: &Method, path: &str) -> Option<Endpoint> {
    title::of_path(path)?;
    let (_, call) = path.strip_prefix("/titles/")?.split_once('/')?;
    match call {
        _ if *method != Method::POST => None,
        "invites" => Some(Endpoint::Invites),
        "invites/server" => Some(Endpoint::ServerInvites),
        "recentplayergroups/server" => Some(Endpoint::RecentPlayerGroups),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_after_the_title_tells() {
        let of_post = |path| of(&Method::POST, path);
        assert_eq!(of_post("/titles/7/invites"), Some(Endpoint::Invites));
        assert_eq!(of_post("/titles/7/invites/server"), Some(Endpoint::ServerInvites));
        assert_eq!(of_post("/titles/7/recentplayergroups/server"), Some(Endpoint::RecentPlayerGroups));
        for stray in ["/", "/titles/7", "/titles/0/invites", "/titles/7/invites/", "/titles/7/recentplayergroups"] {
            assert_eq!(of_post(stray), None, "{stray}");
        }
        assert_eq!(of(&Method::GET, "/titles/7/invites"), None);
    }
}

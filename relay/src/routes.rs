//! What a request asks for, by its method and path: one of the service's endpoints, or something about the relay.

use hyper::Method;
use mpa::api::{ENDPOINTS, Endpoint};

/// What is asked for.
#[derive(Debug, PartialEq)]
pub enum Route {
    Service(ServiceRoute),
    Relay(RelayPage),
    /// The path is known, the method is not one of its own.
    WrongMethod,
    Unknown,
}

/// An endpoint, with the arguments in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceRoute {
    pub endpoint: &'static Endpoint,
    pub title_id: u32,
    /// 0: the path has none.
    pub xuid: u64,
}

/// A page of the relay itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayPage {
    Alive,
    Ready,
    Metrics,
}

const RELAY_PAGES: [(&str, RelayPage); 3] =
    [("/livez", RelayPage::Alive), ("/readyz", RelayPage::Ready), ("/metrics", RelayPage::Metrics)];

impl Route {
    pub fn of(method: &Method, path: &str) -> Self {
        if let Some((_, page)) = RELAY_PAGES.iter().find(|(known, _)| *known == path) {
            let is_read = [Method::GET, Method::HEAD].contains(method);
            return if is_read { Route::Relay(*page) } else { Route::WrongMethod };
        }
        let mut of_path = ENDPOINTS.iter().filter_map(|endpoint| ServiceRoute::to(endpoint, path)).peekable();
        let is_known = of_path.peek().is_some();
        match of_path.find(|route| route.endpoint.method == method) {
            Some(route) => Route::Service(route),
            None if is_known => Route::WrongMethod,
            None => Route::Unknown,
        }
    }
}

impl ServiceRoute {
    /// `None`: the path is not this endpoint's.
    fn to(endpoint: &'static Endpoint, path: &str) -> Option<Self> {
        let mut route = ServiceRoute { endpoint, title_id: 0, xuid: 0 };
        let mut segments = path.split('/');
        for expected in endpoint.path.split('/') {
            let segment = segments.next()?;
            match expected {
                "{titleId}" => route.title_id = number(segment)?,
                "{xuid}" => route.xuid = number(segment)?,
                _ if expected == segment => {}
                _ => return None,
            }
        }
        segments.next().is_none().then_some(route)
    }
}

/// A number in decimal digits, from 1.
fn number<N: std::str::FromStr + Default + PartialEq>(text: &str) -> Option<N> {
    // The parser would also take a plus.
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|number| is_decimal && *number != N::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_is_found_by_its_own_path() {
        for endpoint in ENDPOINTS {
            let path = endpoint.path(7, |_| Some(9)).unwrap();
            let xuid = if endpoint.path.contains("{xuid}") { 9 } else { 0 };
            let route = ServiceRoute { endpoint, title_id: 7, xuid };
            assert_eq!(Route::of(&endpoint.method, &path), Route::Service(route), "{path}");
            assert_eq!(Route::of(&Method::PATCH, &path), Route::WrongMethod, "{path}");
        }
    }

    #[test]
    fn other_paths_are_not() {
        for path in [
            "/",
            "",
            "/titles/7/invites/server/",
            "/titles//invites/server",
            "/titles/0/invites/server",
            "/titles/07/invites/server",
            "/titles/+7/invites/server",
            "/titles/4294967296/invites/server",
            "/titles/7/users/x/activities",
            "/titles/7/users/18446744073709551616/activities",
            "/titles/7",
            "//titles/7/invites",
            "/readyz/",
        ] {
            assert_eq!(Route::of(&Method::POST, path), Route::Unknown, "{path}");
        }
    }

    #[test]
    fn the_pages_of_the_relay_are_only_read() {
        assert_eq!(Route::of(&Method::GET, "/metrics"), Route::Relay(RelayPage::Metrics));
        assert_eq!(Route::of(&Method::HEAD, "/readyz"), Route::Relay(RelayPage::Ready));
        assert_eq!(Route::of(&Method::POST, "/livez"), Route::WrongMethod);
    }
}

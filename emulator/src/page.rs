//! The page at `/emulator/`: its files, which are part of the program, and the headers that they are served with.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::control::not_found;
use crate::service::Service;

const INDEX: &str = include_str!("../page/index.html");

macro_rules! page_files {
    ($($name:literal,)*) => { &[$(($name, include_str!(concat!("../page/", $name))),)*] };
}

/// What the page loads from `/emulator/page/`, by name: all that is in the folder `page` beside `index.html`.
const FILES: &[(&str, &str)] = page_files![
    "activities.js",
    "advice.js",
    "advice_panel.js",
    "api.js",
    "curl.js",
    "details.js",
    "dom.js",
    "faults.js",
    "filter.js",
    "graph.js",
    "invites.js",
    "met.js",
    "meters.js",
    "page.js",
    "requests.js",
    "rules.js",
    "scenario.js",
    "stream.js",
    "style.css",
    "timeline.js",
    "uri.js",
];

/// Nothing is loaded from, or sent to, any other place than this emulator; no script is in the document itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
];

pub(crate) fn routes() -> Router<Service> {
    Router::new().route("/", get(show_index)).route("/page/{name}", get(show_file))
}

pub(crate) async fn show_index() -> Response {
    file("index.html", INDEX)
}

async fn show_file(Path(wanted): Path<String>) -> Response {
    match FILES.iter().find(|(name, _)| *name == wanted) {
        Some((name, content)) => file(name, content),
        None => not_found().await.into_response(),
    }
}

fn file(name: &str, content: &'static str) -> Response {
    (HEADERS, [(CONTENT_TYPE, content_type(name))], content).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        // No file is anything else, which a test checks.
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::{fs, path};

    /// The most that the page may weigh.
    const MAX_BYTES: usize = 100 * 1024;

    #[test]
    fn every_file_of_the_folder_is_served_and_known_to_browsers() {
        let folder = path::Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
        let found = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let found: BTreeSet<_> = found.filter(|name| !name.ends_with(".test.js")).collect();
        let served = FILES.iter().map(|(name, _)| (*name).to_owned()).chain(["index.html".to_owned()]);
        assert_eq!(served.collect::<BTreeSet<_>>(), found);
        for name in &found {
            assert!(content_type(name).starts_with("text/"), "{name}");
        }
    }

    #[test]
    fn the_page_is_small() {
        let bytes = INDEX.len() + FILES.iter().map(|(_, content)| content.len()).sum::<usize>();
        assert!(bytes <= MAX_BYTES, "{bytes}");
    }
}

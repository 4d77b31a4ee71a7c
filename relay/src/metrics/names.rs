//! Every metric of the relay: the one list from which the page, its documentation and the tests of the dashboard and
//! the alerts derive. The library's own metrics, `mpa_...`, stand beside them, with the labels `title` and `client`.

/// What Prometheus calls the type of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

#[derive(Debug)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub labels: &'static [&'static str],
    pub help: &'static str,
}

const fn metric(name: &'static str, kind: Kind, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric { name, kind, labels, help }
}

use Kind::{Counter, Gauge, Histogram};

pub const INFO: Metric = metric("mpa_relay_info", Gauge, &["version"], "1, with the version of the relay.");
pub const READY: Metric = metric("mpa_relay_ready", Gauge, &[], "Whether servers should be sent here.");
pub const CONNECTIONS: Metric = metric("mpa_relay_connections", Gauge, &[], "Open connections of servers.");
pub const CONNECTIONS_REFUSED: Metric = metric(
    "mpa_relay_connections_refused_total",
    Counter,
    &["reason"],
    "Connections that were refused: accept, closed, limit, tls.",
);
pub const REQUESTS: Metric = metric(
    "mpa_relay_requests_total",
    Counter,
    &["endpoint", "status"],
    "Requests of servers, by the HTTP status of the relay's response.",
);
pub const REQUEST_DURATION: Metric = metric(
    "mpa_relay_request_duration_seconds",
    Histogram,
    &["endpoint"],
    "Time from a request's head to its response, waiting and gathering included.",
);
pub const REQUESTS_RUNNING: Metric =
    metric("mpa_relay_requests_running", Gauge, &[], "Requests of servers that have no response yet.");
pub const KEY_REQUESTS: Metric =
    metric("mpa_relay_key_requests_total", Counter, &["key"], "Requests of servers, by the name of the key.");
pub const UNAUTHORIZED: Metric = metric("mpa_relay_unauthorized_total", Counter, &[], "Requests that were not let in.");
pub const ABANDONED: Metric = metric(
    "mpa_relay_abandoned_total",
    Counter,
    &["endpoint"],
    "Requests of servers that went away before the response; what had not been sent was not sent.",
);
pub const UNCERTAIN: Metric = metric(
    "mpa_relay_uncertain_total",
    Counter,
    &["endpoint"],
    "Requests of which it is not known whether the service processed them.",
);
pub const STORE_UP: Metric =
    metric("mpa_relay_store_up", Gauge, &[], "Whether the store answers; absent without a store.");
pub const STORE_REQUESTS: Metric = metric(
    "mpa_relay_store_requests_total",
    Counter,
    &["result"],
    "Requests to the store, those of the heartbeat included: ok, failed.",
);
pub const STORE_LATENCY: Metric = metric(
    "mpa_relay_store_latency_seconds",
    Gauge,
    &[],
    "How long the last answer of the store took; absent until there is one.",
);
pub const STORE_OUTAGES: Metric = metric(
    "mpa_relay_store_outages_total",
    Counter,
    &[],
    "How often the store went down; while it is, this relay keeps to its share of each limit.",
);
pub const SHARE: Metric = metric(
    "mpa_relay_share",
    Gauge,
    &[],
    "The part of each limit that this relay may use: 1 while the store is up; absent without a store.",
);
pub const RELAYS: Metric =
    metric("mpa_relay_relays", Gauge, &[], "Relays that the store has seen last; absent without a store.");
pub const RELOADS: Metric = metric(
    "mpa_relay_reloads_total",
    Counter,
    &["result"],
    "Changed files that were read again: ok, failed (what was read before stays in use).",
);
pub const TLS_CERTIFICATE_EXPIRES: Metric = metric(
    "mpa_relay_tls_certificate_expires_timestamp_seconds",
    Gauge,
    &[],
    "When the relay's own certificate expires; absent without TLS.",
);
pub const AUTHORIZATION_EXPIRES: Metric = metric(
    "mpa_relay_authorization_expires_timestamp_seconds",
    Gauge,
    &["title"],
    "When the token expires that requests are sent with; absent where it is not known.",
);

pub const ALL: &[&Metric] = &[
    &INFO,
    &READY,
    &CONNECTIONS,
    &CONNECTIONS_REFUSED,
    &REQUESTS,
    &REQUEST_DURATION,
    &REQUESTS_RUNNING,
    &KEY_REQUESTS,
    &UNAUTHORIZED,
    &ABANDONED,
    &UNCERTAIN,
    &STORE_UP,
    &STORE_REQUESTS,
    &STORE_LATENCY,
    &STORE_OUTAGES,
    &SHARE,
    &RELAYS,
    &RELOADS,
    &TLS_CERTIFICATE_EXPIRES,
    &AUTHORIZATION_EXPIRES,
];

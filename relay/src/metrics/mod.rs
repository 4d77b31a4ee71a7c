//! What is counted, in Prometheus' text-based exposition format.

mod merge;
pub mod names;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use http::StatusCode;
use mpa::api::Endpoint;

use crate::relay::Relay;
use crate::sync::lock;
use names::{Kind, Metric};

/// Upper bounds of a histogram's buckets, in milliseconds.
const BOUNDS_MS: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000];

#[derive(Debug, Default)]
pub struct Metrics {
    connections: AtomicI64,
    running: AtomicI64,
    begun: AtomicU64,
    unauthorized: AtomicU64,
    /// By metric and label values.
    counters: Mutex<BTreeMap<(&'static str, Vec<String>), u64>>,
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    durations: Mutex<BTreeMap<&'static str, Histogram>>,
}

#[derive(Clone, Debug, Default)]
struct Histogram {
    buckets: [u64; BOUNDS_MS.len()],
    count: u64,
    sum_s: f64,
}

impl Metrics {
    /// A connection that is open as long as the guard is there.
    pub fn connection(self: &Arc<Self>) -> OpenConnection {
        self.connections.fetch_add(1, Ordering::Relaxed);
        OpenConnection(self.clone())
    }

    pub fn open_connections(&self) -> i64 {
        self.connections.load(Ordering::Relaxed)
    }

    pub fn running_requests(&self) -> i64 {
        self.running.load(Ordering::Relaxed)
    }

    /// Requests of servers since the start: it changes while servers come.
    pub fn begun_requests(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    pub fn connection_refused(&self, reason: &str) {
        self.count(&names::CONNECTIONS_REFUSED, [reason]);
    }

    pub fn request(self: &Arc<Self>, endpoint: &'static Endpoint) -> RunningRequest {
        self.running.fetch_add(1, Ordering::Relaxed);
        self.begun.fetch_add(1, Ordering::Relaxed);
        RunningRequest { metrics: self.clone(), endpoint, began: Instant::now(), is_answered: false.into() }
    }

    pub fn unauthorized(&self) {
        self.unauthorized.fetch_add(1, Ordering::Relaxed);
    }

    pub fn key_request(&self, key: &str) {
        self.count(&names::KEY_REQUESTS, [key]);
    }

    fn count<const N: usize>(&self, metric: &'static Metric, labels: [&str; N]) {
        debug_assert_eq!(metric.labels.len(), N);
        let mut counters = lock(&self.counters);
        *counters.entry((metric.name, labels.map(str::to_owned).to_vec())).or_default() += 1;
    }

    /// All that is counted, the library's own included.
    pub fn page(&self, relay: &Relay) -> String {
        let mut page = Page::default();
        page.value(&names::INFO, &[env!("CARGO_PKG_VERSION").to_owned()], 1.0);
        page.value(&names::READY, &[], f64::from(u8::from(relay.readiness().0)));
        page.value(&names::CONNECTIONS, &[], self.connections.load(Ordering::Relaxed) as f64);
        for ((endpoint, status), count) in &*lock(&self.requests) {
            page.value(&names::REQUESTS, &[endpoint_label(endpoint), status.to_string()], *count as f64);
        }
        for (endpoint, histogram) in &*lock(&self.durations) {
            page.histogram(&names::REQUEST_DURATION, &[endpoint_label(endpoint)], histogram);
        }
        page.value(&names::REQUESTS_RUNNING, &[], self.running.load(Ordering::Relaxed) as f64);
        page.value(&names::UNAUTHORIZED, &[], self.unauthorized.load(Ordering::Relaxed) as f64);
        for ((name, labels), count) in &*lock(&self.counters) {
            if let Some(metric) = names::ALL.iter().find(|metric| metric.name == *name) {
                page.value(metric, labels, *count as f64);
            }
        }
        if let Some(store) = &relay.store {
            let status = store.status();
            page.value(&names::STORE_UP, &[], f64::from(u8::from(status.is_up)));
            page.value(&names::STORE_REQUESTS, &["ok".to_owned()], status.answers as f64);
            page.value(&names::STORE_REQUESTS, &["failed".to_owned()], status.failures as f64);
            if let Some(latency) = status.latency {
                page.value(&names::STORE_LATENCY, &[], latency.as_secs_f64());
            }
            page.value(&names::STORE_OUTAGES, &[], status.outages as f64);
            page.value(&names::SHARE, &[], status.share);
            page.value(&names::RELAYS, &[], f64::from(status.relays));
        }
        let (taken, refused) = relay.files.counts();
        page.value(&names::RELOADS, &["ok".to_owned()], taken as f64);
        page.value(&names::RELOADS, &["failed".to_owned()], refused as f64);
        if let Some(at) = relay.tls_expires_at() {
            page.value(&names::TLS_CERTIFICATE_EXPIRES, &[], unix_seconds(at));
        }
        for (title_id, client) in relay.titles.all_of_fleet() {
            if let Some(at) = client.0.client().engine().authorization_expires_at() {
                page.value(&names::AUTHORIZATION_EXPIRES, &[title_id.to_string()], unix_seconds(at));
            }
        }
        let of_library = relay.titles.all().into_iter().map(|(title_id, calls, client)| {
            let labels = format!("title=\"{title_id}\",client=\"{calls}\"");
            mpa::ffi::prometheus::text(&client.0.client().stats(), &labels)
        });
        page.text() + &merge::merge(of_library)
    }
}

pub struct OpenConnection(Arc<Metrics>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request of a server that has no response yet. Dropped before, the server has gone away.
pub struct RunningRequest {
    metrics: Arc<Metrics>,
    endpoint: &'static Endpoint,
    began: Instant,
    is_answered: AtomicBool,
}

impl RunningRequest {
    pub fn answered(&self, status: StatusCode) {
        self.is_answered.store(true, Ordering::Relaxed);
        let took = self.began.elapsed();
        let name = self.endpoint.name;
        *lock(&self.metrics.requests).entry((name, status.as_u16())).or_default() += 1;
        let mut durations = lock(&self.metrics.durations);
        let histogram = durations.entry(name).or_default();
        histogram.count += 1;
        histogram.sum_s += took.as_secs_f64();
        let bucket = BOUNDS_MS.partition_point(|bound| u128::from(*bound) < took.as_millis());
        if let Some(bucket) = histogram.buckets.get_mut(bucket) {
            *bucket += 1;
        }
    }

    pub fn is_uncertain(&self) {
        self.metrics.count(&names::UNCERTAIN, [&endpoint_label(self.endpoint.name)]);
    }
}

impl Drop for RunningRequest {
    fn drop(&mut self) {
        self.metrics.running.fetch_sub(1, Ordering::Relaxed);
        if !self.is_answered.load(Ordering::Relaxed) {
            self.metrics.count(&names::ABANDONED, [&endpoint_label(self.endpoint.name)]);
        }
    }
}

/// "Send Server Invite" as "send_server_invite".
fn endpoint_label(name: &str) -> String {
    name.to_ascii_lowercase().replace(' ', "_")
}

fn unix_seconds(at: SystemTime) -> f64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64().floor()
}

/// A page, metric by metric: all lines of one stand together.
#[derive(Default)]
struct Page {
    /// In the order of the list.
    lines: BTreeMap<usize, String>,
}

impl Page {
    fn of(&mut self, metric: &Metric) -> &mut String {
        let place = names::ALL.iter().position(|known| known.name == metric.name).unwrap_or(names::ALL.len());
        self.lines.entry(place).or_insert_with(|| {
            let kind = match metric.kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Histogram => "histogram",
            };
            format!("# HELP {} {}\n# TYPE {} {kind}\n", metric.name, metric.help, metric.name)
        })
    }

    fn value(&mut self, metric: &Metric, labels: &[String], value: f64) {
        let labels = braced(metric.labels.iter().copied().zip(labels.iter().map(String::as_str)));
        // Writing to memory does not fail.
        let _ = writeln!(self.of(metric), "{}{labels} {value}", metric.name);
    }

    fn histogram(&mut self, metric: &Metric, labels: &[String], histogram: &Histogram) {
        let pairs: Vec<_> = metric.labels.iter().copied().zip(labels.iter().map(String::as_str)).collect();
        let bounds = BOUNDS_MS.iter().map(|bound| (*bound as f64 / 1_000.0).to_string());
        let mut below = 0;
        let cumulative = histogram.buckets.iter().map(|bucket| {
            below += bucket;
            below
        });
        let buckets: Vec<_> = bounds.zip(cumulative).chain([("+Inf".to_owned(), histogram.count)]).collect();
        let text = self.of(metric);
        for (bound, count) in buckets {
            let labels = braced(pairs.iter().copied().chain([("le", bound.as_str())]));
            let _ = writeln!(text, "{}_bucket{labels} {count}", metric.name);
        }
        let labels = braced(pairs.into_iter());
        let _ =
            writeln!(text, "{0}_sum{labels} {1}\n{0}_count{labels} {2}", metric.name, histogram.sum_s, histogram.count);
    }

    fn text(self) -> String {
        self.lines.into_values().collect()
    }
}

fn braced<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let labels: Vec<_> = labels.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_of_a_metric_stand_together() {
        let mut page = Page::default();
        page.value(&names::REQUESTS, &["a".into(), "204".into()], 2.0);
        page.value(&names::INFO, &["1\"2\\3\n".into()], 1.0);
        page.value(&names::REQUESTS, &["b".into(), "429".into()], 1.0);
        let text = page.text();
        let lines: Vec<_> = text.lines().filter(|line| !line.starts_with("# HELP")).collect();
        assert_eq!(
            lines,
            [
                "# TYPE mpa_relay_info gauge",
                "mpa_relay_info{version=\"1\\\"2\\\\3\\n\"} 1",
                "# TYPE mpa_relay_requests_total counter",
                "mpa_relay_requests_total{endpoint=\"a\",status=\"204\"} 2",
                "mpa_relay_requests_total{endpoint=\"b\",status=\"429\"} 1",
            ]
        );
    }

    #[test]
    fn a_histogram_counts_upwards() {
        let metrics = Arc::new(Metrics::default());
        metrics.request(&mpa::api::SEND_INVITE).answered(StatusCode::NO_CONTENT);
        let durations = metrics.durations.lock().unwrap();
        let mut page = Page::default();
        page.histogram(&names::REQUEST_DURATION, &["x".into()], &durations["Send Invite"]);
        let text = page.text();
        assert!(text.contains("mpa_relay_request_duration_seconds_bucket{endpoint=\"x\",le=\"0.001\"} 1\n"), "{text}");
        assert!(text.contains("_bucket{endpoint=\"x\",le=\"+Inf\"} 1\n"), "{text}");
        assert!(text.contains("_count{endpoint=\"x\"} 1\n"), "{text}");
    }

    #[test]
    fn a_server_that_goes_away_is_counted() {
        let metrics = Arc::new(Metrics::default());
        drop(metrics.request(&mpa::api::SEND_INVITE));
        let answered = metrics.request(&mpa::api::SEND_INVITE);
        answered.answered(StatusCode::OK);
        drop(answered);
        let counters = metrics.counters.lock().unwrap();
        assert_eq!(counters.get(&(names::ABANDONED.name, vec!["send_invite".to_owned()])), Some(&1));
        assert_eq!(metrics.running.load(Ordering::Relaxed), 0);
    }
}

//! Statistics in Prometheus' exposition format, so that a server's own exporter can append them.

use std::ffi::c_char;
use std::fmt::Write;
use std::time::SystemTime;

use super::boundary::report;
use super::result::mpa_result;
use super::stats::{mpa_lane_stats, mpa_stats};
use super::status::mpa_status;
use super::times::unix_milliseconds;
use super::{structs, text};
use crate::api::ByLane;
use crate::client::Stats;
use crate::outcome::{Outcome, Result, Status};
use crate::stats::BOUNDS_MS;

/// A buffer of this size holds the text of mpa_stats_prometheus, whatever the numbers, with labels of up
/// to 64 bytes.
pub const MPA_STATS_PROMETHEUS_SIZE: u32 = 131072;

/// The longest labels, in bytes.
const MAX_LABELS_LENGTH: usize = 256;

/// Writes statistics in Prometheus' text-based exposition format (version 0.0.4), with names that begin
/// with "mpa_". Metrics whose value is unknown are left out; those in docs/operations.md are all of them.
///
/// Where a process has several clients, add their counters up in one mpa_stats first, or give each its
/// own labels and serve each text on its own: the format requires the lines of a metric to be together.
///
/// `stats`: just returned by mpa_client_stats, since times are written as time stamps. `labels`, or NULL: put
/// into each line, such as `region="eu"`, at most 256 bytes. `buffer`: receives the text, with a NUL, up to
/// `size` bytes. `length`, or NULL: receives the length of the text without the NUL, also if it did not fit.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT, also where the buffer is too small; MPA_ERROR_INVALID_STRUCT.
/// Then the buffer holds an empty text. Never blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_stats_prometheus(
    stats: *const mpa_stats,
    labels: *const c_char,
    buffer: *mut c_char,
    size: u32,
    length: *mut u32,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        // SAFETY: passed on from the caller.
        let (buffer, stats, labels) = unsafe {
            (
                text::Buffer::new(buffer, size, length, "buffer")?,
                structs::read(stats, "stats")?,
                text::read(labels, MAX_LABELS_LENGTH, "labels")?.unwrap_or_default(),
            )
        };
        check_labels(&labels)?;
        buffer.write(&Page::new(&labels, SystemTime::now()).of(&stats))?;
        Ok(Outcome::new(Status::Ok, "The text is in the buffer."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// The same for programs in Rust. `labels` must be such a list.
#[doc(hidden)]
pub fn text(stats: &Stats, labels: &str) -> String {
    Page::new(labels, SystemTime::now()).of(&stats.into())
}

/// Labels that we write ourselves.
const OWN_LABELS: [&str; 5] = ["lane", "status", "cause", "le", "version"];

/// One bad line, and Prometheus refuses the whole page.
fn check_labels(labels: &str) -> Result<()> {
    let mut rest = labels;
    while !rest.is_empty() {
        rest = after_a_label(rest).ok_or_else(|| {
            Outcome::invalid(
                "labels is no list of Prometheus labels; expected such as region=\"eu\",shard=\"3\", with other names \
                 than lane, status, cause, le and version.",
            )
        })?;
    }
    Ok(())
}

/// What follows `name="value"` and the comma behind it.
fn after_a_label(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once("=\"")?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name || OWN_LABELS.contains(&name) {
        return None;
    }
    let mut characters = rest.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '\\' if !matches!(characters.next()?.1, '\\' | '"' | 'n') => return None,
            '\n' | '\r' => return None,
            '"' => {
                let rest = &rest[place + 1..];
                return if rest.is_empty() {
                    Some(rest)
                } else {
                    rest.strip_prefix(',').filter(|rest| !rest.is_empty())
                };
            }
            _ => {}
        }
    }
    None
}

/// The text, metric by metric.
struct Page<'a> {
    labels: &'a str,
    now_ms: i64,
    text: String,
}

impl<'a> Page<'a> {
    fn new(labels: &'a str, now: SystemTime) -> Self {
        let now_ms = i64::try_from(unix_milliseconds(now)).unwrap_or(i64::MAX);
        Page { labels, now_ms, text: String::with_capacity(32 * 1024) }
    }

    fn of(mut self, stats: &mpa_stats) -> String {
        let lanes = stats.by_lane();
        self.head("mpa_build_info", "The version of the library.", "gauge");
        self.line("mpa_build_info", concat!("version=\"", env!("CARGO_PKG_VERSION"), "\""), 1);
        self.by_lane("mpa_operations_submitted_total", "Operations submitted.", "counter", lanes, |lane| {
            lane.submitted
        });
        self.by_lane("mpa_calls_total", "Blocking calls begun.", "counter", lanes, |lane| lane.calls);
        self.completions(lanes);
        self.by_lane("mpa_requests_total", "Requests sent.", "counter", lanes, |lane| lane.requests);
        self.by_lane("mpa_retries_total", "Requests sent again.", "counter", lanes, |lane| lane.retries);
        self.by_lane("mpa_throttled_total", "Requests that were throttled.", "counter", lanes, |lane| lane.throttled);
        self.by_lane("mpa_items_total", "Users or groups in requests.", "counter", lanes, |lane| lane.items);
        self.histogram(
            "mpa_queue_wait_seconds",
            "Time that operations and blocking calls waited in the library.",
            lanes,
            |lane| (&lane.queue_wait_buckets, lane.queue_wait_sum_ms),
        );
        self.histogram(
            "mpa_request_duration_seconds",
            "Time from a request's beginning, connecting included, to its answer.",
            lanes,
            |lane| (&lane.request_duration_buckets, lane.request_duration_sum_ms),
        );
        self.by_lane("mpa_queued_operations", "Operations that wait in the queue.", "gauge", lanes, |lane| lane.queued);
        self.by_lane("mpa_running_operations", "Operations under way.", "gauge", lanes, |lane| lane.running);
        self.head("mpa_oldest_queued_seconds", "How long the oldest operation in the queue has waited.", "gauge");
        for (name, lane) in lanes {
            self.line("mpa_oldest_queued_seconds", &in_lane(name), seconds(lane.oldest_queued_ms as i64));
        }
        self.gauge("mpa_held_operations", "Places of the queue's capacity that are taken.", stats.held_operations);
        self.gauge("mpa_held_bytes", "Bytes of the queue's capacity that are taken.", stats.held_bytes);
        self.gauge("mpa_completions_waiting", "Completions that were not polled yet.", stats.completions_waiting);
        self.time_of("mpa_last_poll_timestamp_seconds", "When events were last polled.", stats.since_last_poll_ms);
        self.time_of(
            "mpa_last_success_timestamp_seconds",
            "When the service last acknowledged a request.",
            stats.since_last_success_ms,
        );
        self.timestamp(
            "mpa_authorization_expiry_timestamp_seconds",
            "When the authorization expires.",
            stats.authorization_expires_at_unix_ms,
        );
        self.timestamp(
            "mpa_certificate_expiry_timestamp_seconds",
            "When the certificate expires that the client signs in with.",
            stats.certificate_expires_at_unix_ms,
        );
        self.timestamp(
            "mpa_last_sign_in_timestamp_seconds",
            "When the client last signed in with success.",
            stats.last_sign_in_at_unix_ms,
        );
        self.counter("mpa_sign_in_attempts_total", "Sign-ins begun, renewals included.", stats.sign_in_attempts);
        self.counter("mpa_sign_in_failures_total", "Sign-ins that failed.", stats.sign_in_failures);
        if stats.clock_offset_known != 0 {
            let offset = seconds(stats.clock_offset_ms);
            self.gauge("mpa_clock_offset_seconds", "The service's clock less this machine's.", offset);
        }
        self.text
    }

    fn completions(&mut self, lanes: Lanes<'_>) {
        const NAME: &str = "mpa_completed_total";
        self.head(NAME, "Operations and blocking calls that have ended, by status and cause.", "counter");
        for (name, lane) in lanes {
            for ((status, cause), count) in lane.completions() {
                let cause = if cause == Status::Ok { "none".to_owned() } else { cause.label() };
                let labels = format!("{},status=\"{}\",cause=\"{cause}\"", in_lane(name), status.label());
                self.line(NAME, &labels, count);
            }
        }
    }

    fn head(&mut self, metric: &str, help: &str, kind: &str) {
        self.push(format_args!("# HELP {metric} {help}\n# TYPE {metric} {kind}\n"));
    }

    fn line(&mut self, metric: &str, labels: &str, value: impl std::fmt::Display) {
        let between = if labels.is_empty() || self.labels.is_empty() { "" } else { "," };
        let labels = format!("{}{between}{labels}", self.labels);
        match labels.as_str() {
            "" => self.push(format_args!("{metric} {value}\n")),
            labels => self.push(format_args!("{metric}{{{labels}}} {value}\n")),
        }
    }

    fn by_lane(&mut self, metric: &str, help: &str, kind: &str, lanes: Lanes<'_>, of: fn(&mpa_lane_stats) -> u64) {
        self.head(metric, help, kind);
        for (name, lane) in lanes {
            self.line(metric, &in_lane(name), of(lane));
        }
    }

    fn histogram(&mut self, metric: &str, help: &str, lanes: Lanes<'_>, of: fn(&mpa_lane_stats) -> (&[u64; 16], u64)) {
        self.head(metric, help, "histogram");
        for (name, lane) in lanes {
            let (buckets, sum_ms) = of(lane);
            for (count, bound) in buckets.iter().zip(BOUNDS_MS) {
                let labels = format!("{},le=\"{}\"", in_lane(name), seconds(bound as i64));
                self.line(&format!("{metric}_bucket"), &labels, count);
            }
            let all = buckets[BOUNDS_MS.len()];
            self.line(&format!("{metric}_bucket"), &format!("{},le=\"+Inf\"", in_lane(name)), all);
            self.line(&format!("{metric}_sum"), &in_lane(name), seconds(sum_ms as i64));
            self.line(&format!("{metric}_count"), &in_lane(name), all);
        }
    }

    fn counter(&mut self, metric: &str, help: &str, value: u64) {
        self.head(metric, help, "counter");
        self.line(metric, "", value);
    }

    fn gauge(&mut self, metric: &str, help: &str, value: impl std::fmt::Display) {
        self.head(metric, help, "gauge");
        self.line(metric, "", value);
    }

    /// A time stamp, left out where it is not known.
    fn timestamp(&mut self, metric: &str, help: &str, unix_ms: u64) {
        if unix_ms > 0 {
            self.gauge(metric, help, seconds(i64::try_from(unix_ms).unwrap_or(i64::MAX)));
        }
    }

    /// The time stamp of what happened so long ago; a negative time stands for never.
    fn time_of(&mut self, metric: &str, help: &str, since_ms: i64) {
        if since_ms >= 0 {
            self.timestamp(metric, help, u64::try_from(self.now_ms.saturating_sub(since_ms)).unwrap_or_default());
        }
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.text.write_fmt(text);
    }
}

type Lanes<'a> = ByLane<(&'static str, &'a mpa_lane_stats)>;

fn in_lane(name: &str) -> String {
    format!("lane=\"{name}\"")
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}

//! Statistics, and their exposition for Prometheus.

use std::collections::{BTreeSet, HashMap};
use std::ffi::CStr;
use std::iter;
use std::ptr;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mpa::ffi::client::mpa_client_config;
use mpa::ffi::event::MPA_EVENT_COMPLETED;
use mpa::ffi::prometheus::{MPA_STATS_PROMETHEUS_SIZE, mpa_stats_prometheus};
use mpa::ffi::stats::{mpa_completion_kind, mpa_lane_stats, mpa_lane_stats_completed, mpa_stats};
use mpa::ffi::status::{
    MPA_ERROR_EXPIRED, MPA_ERROR_SERVICE_UNAVAILABLE, MPA_ERROR_THROTTLED, MPA_ERROR_UNCERTAIN, MPA_OK, mpa_status,
};
use mpa_tests::c::{Client, Outcome, config, outcome, text};
use mpa_tests::header::repository;

use crate::{LONG, emulator};

const SIZE: usize = MPA_STATS_PROMETHEUS_SIZE as usize;

#[test]
fn everything_that_happens_is_counted_in_its_lane() {
    let emulator = emulator(&["{\"fault\":\"status\",\"status\":429,\"calls\":\"invites\",\"next\":1}"]);
    let config = mpa_client_config {
        max_attempts: 4,
        recent_players_hold_ms: 50,
        call_timeout_ms: 10_000,
        ..config(emulator.url())
    };
    let client = Client::open(&config);
    let fresh = client.stats();
    assert_eq!((fresh.since_last_poll_ms, fresh.since_last_success_ms), (-1, -1));
    assert_eq!(client.invite_many(20).status, "MPA_OK");
    client.submit_invite(3, 1);
    for number in 0..5 {
        client.submit_group([1, 2 + number], 2);
    }
    let held = client.stats();
    assert_eq!((held.held_operations, held.recent_players.queued), (6, 5));
    assert!(held.held_bytes > 0);
    for _ in 0..6 {
        client.wait_event(LONG).unwrap();
    }
    let stats = client.stats();
    let invites = &stats.invites;
    assert_eq!((invites.submitted, invites.calls, completed(invites, MPA_OK)), (1, 1, 2));
    assert_eq!((invites.requests, invites.retries, invites.throttled), (4, 1, 1));
    assert_eq!(invites.items, 16 + 16 + 4 + 3);
    let players = &stats.recent_players;
    assert_eq!((players.submitted, completed(players, MPA_OK), players.requests, players.items), (5, 5, 1, 5));
    assert_eq!((players.request_duration_buckets[15], players.queue_wait_buckets[15]), (1, 5));
    assert_eq!((stats.held_operations, stats.held_bytes, stats.completions_waiting), (0, 0, 0));
    assert!((0..5_000).contains(&stats.since_last_poll_ms) && (0..5_000).contains(&stats.since_last_success_ms));
}

fn completed(lane: &mpa_lane_stats, status: mpa_status) -> u64 {
    // SAFETY: the pointer is good.
    unsafe { mpa_lane_stats_completed(lane, status) }
}

/// What was begun is what ended, is queued, or runs.
fn balances(lane: &mpa_lane_stats) {
    let ended = lane.queue_wait_buckets[15];
    assert_eq!(lane.submitted + lane.calls, ended + lane.queued + lane.running);
    assert_eq!(lane.completed.iter().sum::<u64>(), ended);
}

#[test]
fn the_numbers_balance_while_everything_goes_on() {
    let emulator = emulator(&["{\"fault\":\"status\",\"status\":500,\"share\":0.2}", "stall:share=0.01"]);
    let config = mpa_client_config { worker_count: 4, request_timeout_ms: 200, ..config(emulator.url()) };
    let client = Client::open(&config);
    let until = Instant::now() + Duration::from_secs(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            while Instant::now() < until {
                client.submit_invite(1, 0);
                client.submit_group([1, 2], 0);
                thread::sleep(Duration::from_micros(200));
            }
        });
        scope.spawn(|| {
            while Instant::now() < until {
                client.wait_event(10);
            }
        });
        while Instant::now() < until {
            let stats = client.stats();
            balances(&stats.invites);
            balances(&stats.recent_players);
        }
    });
    let invites = client.stats().invites;
    let in_doubt = completed(&invites, MPA_ERROR_SERVICE_UNAVAILABLE) + completed(&invites, MPA_ERROR_UNCERTAIN);
    assert!(in_doubt > 0);
}

#[test]
fn completions_are_counted_by_their_cause() {
    let kinds: Vec<(mpa_status, mpa_status)> = (0..)
        .map_while(|index| {
            let (mut status, mut cause) = (0, 0);
            // SAFETY: the pointers are good.
            (unsafe { mpa_completion_kind(index, &mut status, &mut cause) } == 1).then_some((status, cause))
        })
        .collect();
    let place = |kind| kinds.iter().position(|found| *found == kind).unwrap();
    let none = place((MPA_ERROR_EXPIRED, MPA_OK));
    let throttled = place((MPA_ERROR_EXPIRED, MPA_ERROR_THROTTLED));
    // SAFETY: numbers are valid with any bits.
    let mut lane: mpa_lane_stats = unsafe { std::mem::zeroed() };
    (lane.completed[none], lane.completed[throttled]) = (2, 3);
    assert_eq!(completed(&lane, MPA_ERROR_EXPIRED), 5);
    assert_eq!(completed(&lane, MPA_OK), 0);
    // SAFETY: NULL is allowed.
    let of_nothing = unsafe {
        (mpa_completion_kind(0, ptr::null_mut(), ptr::null_mut()), mpa_lane_stats_completed(ptr::null(), MPA_OK))
    };
    assert_eq!(of_nothing, (1, 0));
}

#[test]
fn what_ends_counts_under_its_cause() {
    let without_authorization = mpa_client_config {
        authorization_header: ptr::null(),
        invite_time_to_live_ms: 100,
        ..config("http://127.0.0.1:9")
    };
    let client = Client::open(&without_authorization);
    client.submit_invite(1, 1);
    let ended = iter::from_fn(|| client.wait_event(LONG)).find(|(event, _)| event.r#type == MPA_EVENT_COMPLETED);
    assert_eq!(ended.unwrap().1.status, "MPA_ERROR_EXPIRED");
    let samples = read_page(&prometheus(&client.stats(), "", SIZE).1);
    let expired =
        |cause: &str| samples[&format!("mpa_completed_total{{lane=\"invites\",status=\"expired\",cause=\"{cause}\"}}")];
    assert_eq!((expired("authorization_needed"), expired("none")), (1.0, 0.0));
}

#[test]
fn time_without_a_poll_is_seen() {
    let client = Client::open(&config("http://127.0.0.1:9"));
    assert!(client.poll_event().is_none());
    assert!(client.stats().since_last_poll_ms < 100);
    thread::sleep(Duration::from_millis(150));
    assert!(client.stats().since_last_poll_ms >= 150);
    assert!(client.poll_event().is_none());
    assert!(client.stats().since_last_poll_ms < 100);
}

fn prometheus(stats: &mpa_stats, labels: &str, size: usize) -> (Outcome, String, u32) {
    let mut buffer = vec![b'x' as std::ffi::c_char; size];
    let mut length = 0;
    // SAFETY: the pointers are good.
    let written = outcome(|result| unsafe {
        mpa_stats_prometheus(stats, text(labels), buffer.as_mut_ptr(), size as u32, &mut length, result)
    });
    // SAFETY: the text ends in NUL.
    let page = unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_str().unwrap().to_owned();
    (written, page, length)
}

#[test]
fn prometheus_can_read_the_numbers() {
    let emulator = emulator(&[]);
    let client = Client::open(&config(emulator.url()));
    client.invite_many(20);
    let (written, page, length) = prometheus(&client.stats(), "region=\"eu\"", SIZE);
    assert_eq!(written.status, "MPA_OK", "{}", written.message);
    assert_eq!(page.len(), length as usize);
    let samples = read_page(&page);
    assert_eq!(samples["mpa_requests_total{region=\"eu\",lane=\"invites\"}"], 2.0);
    assert_eq!(samples["mpa_completed_total{region=\"eu\",lane=\"invites\",status=\"ok\",cause=\"none\"}"], 1.0);
    assert_eq!(samples["mpa_request_duration_seconds_bucket{region=\"eu\",lane=\"invites\",le=\"+Inf\"}"], 2.0);
    assert_eq!(
        samples["mpa_request_duration_seconds_bucket{region=\"eu\",lane=\"invites\",le=\"0.005\"}"].fract(),
        0.0
    );
    assert_eq!(samples["mpa_held_operations{region=\"eu\"}"], 0.0);
    assert!(page.contains("\nmpa_build_info{region=\"eu\",version=\"0."), "{page}");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let since = now - samples["mpa_last_success_timestamp_seconds{region=\"eu\"}"];
    assert!((-1.0..10.0).contains(&since), "{since}");
    assert!(read_page(&prometheus(&client.stats(), "", SIZE).1).contains_key("mpa_held_operations"));
}

#[test]
fn what_is_not_known_is_left_out() {
    let client = Client::open(&config("http://127.0.0.1:9"));
    let page = prometheus(&client.stats(), "", SIZE).1;
    read_page(&page);
    for unknown in UNKNOWN_AT_FIRST {
        assert!(!page.contains(unknown), "{unknown} is in the page of a client that has just been opened");
    }
}

const UNKNOWN_AT_FIRST: [&str; 6] = [
    "mpa_last_poll_timestamp_seconds",
    "mpa_last_success_timestamp_seconds",
    "mpa_authorization_expiry_timestamp_seconds",
    "mpa_certificate_expiry_timestamp_seconds",
    "mpa_last_sign_in_timestamp_seconds",
    "mpa_clock_offset_seconds",
];

/// All of them known, and large.
fn largest() -> mpa_stats {
    // SAFETY: numbers are valid with any bits.
    let mut stats: mpa_stats = unsafe { std::mem::MaybeUninit::zeroed().assume_init() };
    // SAFETY: the same.
    unsafe { std::ptr::write_bytes(&raw mut stats, 0x7f, 1) };
    stats.struct_size = size_of::<mpa_stats>() as u32;
    (stats.since_last_poll_ms, stats.since_last_success_ms) = (1, 1);
    stats
}

/// The metrics that a text names.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| word.starts_with("mpa_"));
    let units = ["_total", "_seconds", "_bytes", "_operations", "_waiting", "_info", "_seconds_bucket"];
    let metrics = words.filter(|word| units.iter().any(|unit| word.ends_with(unit)));
    metrics.map(|metric| metric.trim_end_matches("_bucket").to_owned()).collect()
}

#[test]
fn every_metric_is_documented_and_alerts_name_no_others() {
    let page = prometheus(&largest(), "", SIZE).1;
    let written: BTreeSet<String> =
        page.lines().filter_map(|line| Some(line.strip_prefix("# TYPE ")?.split(' ').next()?.to_owned())).collect();
    let read = |name: &str| std::fs::read_to_string(repository().join("docs").join(name)).unwrap();
    assert_eq!(metrics_in(&read("operations.md")), written);
    let in_rules = metrics_in(&read("prometheus-rules.yml"));
    assert!(in_rules.len() > 10 && in_rules.is_subset(&written), "{in_rules:?}");
}

#[test]
fn a_page_of_the_largest_numbers_fits() {
    let stats = largest();
    let labels = format!("a=\"{}\"", "b".repeat(60));
    let (written, _, length) = prometheus(&stats, &labels, SIZE);
    assert_eq!(written.status, "MPA_OK", "{length} bytes: {}", written.message);
}

#[test]
fn a_small_buffer_and_wrong_labels_are_refused() {
    let client = Client::open(&config("http://127.0.0.1:9"));
    let stats = client.stats();
    let (refused, page, length) = prometheus(&stats, "", 100);
    assert_eq!((refused.status, page.as_str()), ("MPA_ERROR_INVALID_ARGUMENT", ""));
    assert!(refused.message.contains(&format!("{} are needed", length + 1)), "{}", refused.message);
    assert_eq!(prometheus(&stats, "", length as usize + 1).0.status, "MPA_OK");
    assert_eq!(prometheus(&stats, "", length as usize).0.status, "MPA_ERROR_INVALID_ARGUMENT");
    for labels in [
        "eu",
        "a=\"b\"} 1\nevil{c=\"d\"",
        "a=\"b",
        "a=\"",
        "1x=\"y\"",
        "a=\"b\\\"",
        "lane=\"b\"",
        "cause=\"b\"",
        "a=\"b\" c=\"d\"",
        "a=\"b\",",
    ] {
        assert_eq!(prometheus(&stats, labels, SIZE).0.status, "MPA_ERROR_INVALID_ARGUMENT", "{labels}");
    }
}

/// Every sample of a page, checked against the format: each metric has its HELP and TYPE just before
/// its samples, buckets grow, no sample comes twice.
fn read_page(page: &str) -> HashMap<String, f64> {
    let mut samples = HashMap::new();
    let (mut metric, mut kind) = ("", "");
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            metric = help.split(' ').next().unwrap();
            continue;
        }
        if let Some(described) = line.strip_prefix("# TYPE ") {
            kind = described.strip_prefix(metric).expect("TYPE follows HELP").trim();
            assert!(["counter", "gauge", "histogram"].contains(&kind));
            assert_eq!(kind == "counter", metric.ends_with("_total"), "{metric}");
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        let own = name.split('{').next().unwrap();
        let suffix = own.strip_prefix(metric).expect("samples stand with their metric");
        assert_eq!(kind == "histogram", ["_bucket", "_sum", "_count"].contains(&suffix), "{line}");
        assert!(samples.insert(name.to_owned(), value.parse().unwrap()).is_none(), "twice: {line}");
    }
    samples
}

//! The files in `relay/deploy`, which users copy, and the tables of `docs/fleet.md`: that they agree with the program.

#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

#[allow(dead_code, reason = "the program uses all of it")]
#[path = "../src/metrics/names.rs"]
mod names;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Those of the relay itself.
fn own() -> BTreeSet<String> {
    names::ALL.iter().map(|metric| metric.name.to_owned()).collect()
}

/// Those of the library, which are named where its page is written.
fn of_library() -> BTreeSet<String> {
    let source = read("src/ffi/prometheus.rs");
    let names = source.split('"').filter(|text| is_name(text) && *text != "mpa_");
    let names: BTreeSet<String> = names.map(str::to_owned).collect();
    assert!(names.contains("mpa_requests_total") && names.len() > 15, "{names:?}");
    names
}

fn is_name(text: &str) -> bool {
    text.starts_with("mpa_") && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// The metrics that a text names, without what a histogram adds to its name.
fn named_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| is_name(word));
    words.map(|word| word.trim_end_matches("_bucket").to_owned()).collect()
}

#[test]
fn the_dashboard_shows_exactly_the_metrics_that_there_are() {
    let dashboard: serde_json::Value = serde_json::from_str(&read("relay/deploy/grafana-dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let shown = named_in(&targets.filter_map(|target| target["expr"].as_str()).collect::<Vec<_>>().join(" "));
    let all: BTreeSet<_> = own().union(&of_library()).cloned().collect();
    assert!(shown.is_subset(&all), "there is no {:?}", shown.difference(&all));
    assert!(own().is_subset(&shown), "not shown: {:?}", own().difference(&shown));
    let numbers: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(numbers.len(), panels.len(), "each panel has a number of its own");
}

#[test]
fn alerts_name_no_other_metrics_and_each_is_tested_and_documented() {
    let rules = read("relay/deploy/prometheus-rules.yml");
    let expressions: Vec<_> = rules.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).collect();
    let all: BTreeSet<_> = own().union(&of_library()).cloned().collect();
    let named = named_in(&expressions.join(" "));
    assert!(named.len() > 10 && named.is_subset(&all), "there is no {:?}", named.difference(&all));
    let (tests, document) = (read("relay/deploy/prometheus-rules.test.yml"), read("docs/fleet.md"));
    let alerts: Vec<_> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert_eq!(alerts.len(), expressions.len());
    for alert in alerts {
        assert!(tests.contains(&format!("alertname: {alert}\n")), "{alert} is not tested");
        assert!(document.contains(&format!("`{alert}`")), "{alert} is not in docs/fleet.md");
    }
}

#[test]
fn every_metric_is_documented() {
    let document = read("docs/fleet.md");
    let table = document.split("<!-- metrics -->").nth(1).and_then(|rest| rest.split("<!-- /metrics -->").next());
    let rows = names::ALL.iter().map(|metric| {
        let labels: Vec<_> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let kind = format!("{:?}", metric.kind).to_lowercase();
        format!("| `{}` | {kind} | {} | {} |\n", metric.name, labels.join(", "), metric.help)
    });
    let expected = format!("\n| metric | type | labels | |\n|---|---|---|---|\n{}", rows.collect::<String>());
    assert_eq!(table, Some(expected.as_str()), "docs/fleet.md should have this between its marks:{expected}");
}

/// Where the example configurations expect files.
const FOLDERS: [&str; 3] = ["/etc/mpa-relay/", "/run/mpa-relay/secrets/", "/run/mpa-relay/tls/"];

/// A text with all of them replaced by one.
fn moved(text: &str, folder: &Path) -> String {
    FOLDERS.iter().fold(text.to_owned(), |text, there| text.replace(there, &format!("{}/", folder.display())))
}

/// A folder with an example configuration as `relay.toml`, and the files that it names.
fn configured(path: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let own = rcgen::generate_simple_self_signed(["mpa-relay".to_owned()]).unwrap();
    for name in ["tls.pem", "tls.crt", "partner.pem"] {
        fs::write(file(name), own.cert.pem()).unwrap();
    }
    for name in ["tls-key.pem", "tls.key", "partner-key.pem"] {
        fs::write(file(name), own.signing_key.serialize_pem()).unwrap();
    }
    fs::write(file("keys"), "fleet key-of-the-first-fleet *\n").unwrap();
    fs::write(file("redis-url"), "redis://127.0.0.1:6379\n").unwrap();
    let text = moved(&read(path), folder.path())
        // What is commented out, too.
        .replace("# redis_file", "redis_file")
        .replace("# invite_limit", "invite_limit")
        .replace("# recent_players_limit", "recent_players_limit");
    fs::write(file("relay.toml"), text).unwrap();
    folder
}

fn assert_valid(what: &str, arguments: &[String]) {
    let checked = Command::new(env!("CARGO_BIN_EXE_mpa-relay")).args(arguments).arg("--check").output().unwrap();
    let said = String::from_utf8_lossy(&checked.stdout) + String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{what}: {said}");
}

#[test]
fn the_configurations_are_valid() {
    for path in ["relay/deploy/relay.toml", "relay/deploy/kubernetes/relay.toml"] {
        let folder = configured(path);
        let config = folder.path().join("relay.toml").display().to_string();
        assert_valid(path, &["--config".to_owned(), config]);
    }
}

/// The list of strings behind a word that begins a line.
fn list(text: &str, word: &str) -> Option<Vec<String>> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(word))?;
    Some(serde_json::from_str(line).unwrap_or_else(|error| panic!("{word} {line}: {error}")))
}

#[test]
fn what_the_pods_run_is_valid() {
    let (image, pod) = (read("relay/deploy/Dockerfile"), read("relay/deploy/kubernetes/deployment.yaml"));
    // A pod's command replaces ENTRYPOINT, and its args replace CMD.
    let command = list(&pod, "command:").or_else(|| list(&image, "ENTRYPOINT")).unwrap();
    let arguments = list(&pod, "args:").or_else(|| list(&image, "CMD")).unwrap_or_default();
    assert_eq!(command.first().map(String::as_str), Some("/mpa-relay"));
    let folder = configured("relay/deploy/kubernetes/relay.toml");
    let run: Vec<_> = command.iter().skip(1).chain(&arguments).map(|word| moved(word, folder.path())).collect();
    assert_valid(&format!("{command:?} {arguments:?}"), &run);
}

#[test]
fn alerts_fire_as_their_tests_say() {
    for (rules, tests) in [
        ("relay/deploy/prometheus-rules.yml", "relay/deploy/prometheus-rules.test.yml"),
        ("docs/prometheus-rules.yml", "docs/prometheus-rules.test.yml"),
    ] {
        for arguments in [["check", "rules", rules], ["test", "rules", tests]] {
            let ran = Command::new("promtool").current_dir(repository()).args(arguments).output();
            let ran = ran.unwrap_or_else(|error| {
                panic!("promtool cannot be started ({error}); install Debian's package prometheus")
            });
            let said = [ran.stdout, ran.stderr].concat();
            assert!(ran.status.success(), "promtool {arguments:?}: {}", String::from_utf8_lossy(&said));
        }
    }
}

//! `--json`: every kind of output beside its schema and its documentation.

use std::time::SystemTime;

use mpa_emulator::Titles;
use serde_json::{Value, json};

use crate::{ALL_STEPS, DAY, Ended, NOBODY, Partner, run, run_with, schema};

#[track_caller]
fn read(ended: &Ended) -> Value {
    let output: Value = serde_json::from_str(&ended.text).unwrap_or_else(|error| panic!("{error}: {}", ended.text));
    schema::check(&output);
    assert_eq!(
        (output["exit_status"].as_i64(), output["ok"].as_bool()),
        (Some(ended.status.into()), Some(ended.status == 0))
    );
    assert_eq!((output["version"].as_str(), ended.stderr.as_str()), (Some(env!("CARGO_PKG_VERSION")), ""));
    output
}

fn step<'a>(output: &'a Value, name: &str) -> &'a Value {
    let mut found = output["steps"].as_array().unwrap().iter().filter(|step| step["step"] == name);
    match (found.next(), found.next()) {
        (Some(step), None) => step,
        _ => panic!("one step {name} in {output:#}"),
    }
}

const JSON: (&str, &str) = ("--json", "");

#[test]
fn all_is_well() {
    let partner = Partner::start("json-well");
    let output = read(&partner.run(&[JSON]));
    assert_eq!((&output["result"], output["steps"].as_array().unwrap().len()), (&json!("ok"), ALL_STEPS));
    assert_eq!((&output["what_to_do"], &output["not_tried"]), (&json!([]), &json!([])));
    assert_eq!((&output["clock_offset_ms"], &output["title_id"]), (&json!(0), &json!(7)));
    let certificate = step(&output, "certificate");
    assert!(certificate["expires_at"].is_string(), "{certificate}");
    assert_eq!(certificate["certificates"].as_array().unwrap().len(), 2, "with its issuer");
    assert!(certificate["certificates"][0]["subject"].as_str().unwrap().starts_with("CN="), "{certificate}");
    let fingerprint = certificate["certificates"][0]["sha256_fingerprint"].as_str().unwrap();
    let openssl = ["x509", "-noout", "-fingerprint", "-sha256", "-in", &partner.path("partner.pem")];
    let shown = std::process::Command::new("openssl").args(openssl).output().unwrap().stdout;
    assert!(String::from_utf8(shown).unwrap().trim().ends_with(&format!("={fingerprint}")), "{fingerprint}");
    assert!(certificate["message"].as_str().unwrap().contains(fingerprint), "{certificate}");
    assert!(step(&output, "sign_in_token")["expires_at"].is_string(), "{output:#}");
    assert_eq!(step(&output, "call")["http_status"], 200);
    let authority = &step(&output, "configuration")["certificates"][0]["subject"];
    assert_eq!(step(&output, "service_tls")["certificates"][0]["issuer"], *authority);
}

#[test]
fn a_refusal_has_its_numbers() {
    let partner = Partner::start("json-refusal");
    let output = read(&partner.run(&[JSON, ("--sandbox", "retail")]));
    assert_eq!(output["result"], "failed");
    let refused = step(&output, "sign_in_token");
    let facts =
        json!([refused["state"], refused["code"], refused["xerr"], refused["http_status"], refused["transient"]]);
    assert_eq!(facts, json!(["failed", "sandbox_denied", 0x8015_DC12_u32, 401, null]));
    assert_eq!(output["not_tried"], json!([{ "step": "call", "label": "call" }]));

    partner.emulator.set_faults(Titles::All, &["x_err:code=outage,calls=sign_in"]).unwrap();
    let output = read(&partner.run(&[JSON]));
    let outage = step(&output, "sign_in_service_token");
    let facts = json!([output["result"], outage["code"], outage["http_status"], outage["transient"]]);
    assert_eq!(facts, json!(["transient", "sign_in_unavailable", 503, true]));
}

#[test]
fn every_kind_of_output_fits_the_schema() {
    let partner = Partner::start("json-kinds");
    partner.emulator.set_clock_offset(-1_200_000);
    let ahead = read(&partner.run(&[JSON, ("--strict", "")]));
    assert_eq!(
        (&ahead["result"], &ahead["strict"], &ahead["exit_status"]),
        (&json!("warnings"), &json!(true), &json!(1))
    );
    let offset = ahead["clock_offset_ms"].as_i64().unwrap();
    assert!((-1_203_000..=-1_197_000).contains(&offset), "{offset}");
    partner.emulator.set_clock_offset(0);

    let unreachable = read(&partner.run(&[JSON, ("--endpoint", NOBODY)]));
    assert_eq!(step(&unreachable, "service_connection")["code"], "connection_failed");
    let missing = read(&partner.run(&[JSON, ("--certificate", "/nowhere.pem")]));
    assert_eq!(step(&missing, "certificate")["code"], "certificate_unusable");
    let no_authority = read(&partner.run(&[JSON, ("--ca-certificates", "/nowhere.pem")]));
    assert_eq!(no_authority["clock_offset_ms"], Value::Null, "unknown is absent");
    partner.certificate_until(SystemTime::now() - DAY);
    assert_eq!(step(&read(&partner.run(&[JSON])), "certificate")["code"], "certificate_expired");
    let endpoint = format!("--endpoint={}", partner.emulator.url());
    let authority = format!("--ca-certificates={}", partner.path("ca.pem"));
    let arguments = ["--json", "--title-id=7", &endpoint, &authority];
    let incomplete = read(&run_with(&[("HTTPS_PROXY", "http://127.0.0.1:9")], &arguments));
    assert_eq!((&incomplete["result"], &incomplete["exit_status"]), (&json!("incomplete"), &json!(4)));
    assert_eq!(step(&incomplete, "proxy_environment")["state"], "note");
    let network = read(&run(&[&arguments[..], &["--network-only"]].concat()));
    assert_eq!((&network["result"], network.get("not_tried")), (&json!("ok"), Some(&json!([]))));
}

#[test]
fn steps_are_documented() {
    let documentation = include_str!("../../../docs/doctor.md");
    let partner = Partner::start("json-steps");
    for step in read(&partner.run(&[JSON]))["steps"].as_array().unwrap() {
        let row = format!("\n| `{}` ", step["step"].as_str().unwrap());
        assert!(documentation.contains(&row), "{step}");
    }
}

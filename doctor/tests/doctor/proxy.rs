//! Through a proxy that is not ours, and what is said where it refuses.

use serde_json::Value;

use crate::tinyproxy::Tinyproxy;
use crate::{ALL_STEPS, Ended, Partner, TITLE, run_with};

const BASIC_AUTH: &str = "BasicAuth game pa55word";

fn through(partner: &Partner, url: &str) -> Ended {
    partner.write("proxy", &format!("{url}\n"));
    partner.run(&[("--proxy-url-file", &partner.path("proxy"))])
}

#[test]
fn all_is_well_through_a_proxy() {
    let partner = Partner::start("through");
    for (settings, credentials) in [("", ""), (BASIC_AUTH, "game:pa55word@")] {
        let proxy = Tinyproxy::start(&partner.folder, settings);
        let ended = through(&partner, &proxy.url(credentials));
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{}", ended.text);
        let steps = ended.text.lines().filter(|line| line.starts_with("ok ")).count();
        // One step instead of the look-up and the connection of each of three hosts.
        assert_eq!(steps, ALL_STEPS - 3, "{}", ended.text);
        let at = format!("through the proxy 127.0.0.1:{}", proxy.port);
        assert!(ended.line("configuration").contains(&at), "{}", ended.text);
        assert_eq!(ended.text.matches(&format!("Connected {at}.")).count(), 3, "{}", ended.text);
        assert!(!ended.text.contains("pa55word") && !ended.text.contains("game"), "{}", ended.text);
        // Two connections to each host, and a step of signing in or the call.
        assert!(proxy.targets().len() >= 6, "{:?}", proxy.targets());
    }
    assert_eq!(partner.emulator.requests(TITLE).len(), 2, "the call, twice");
}

#[test]
fn the_proxys_refusals_are_told_apart() {
    let partner = Partner::start("refusals");
    for (settings, credentials, code, words, advice) in [
        (BASIC_AUTH, "", "proxy_refused", "asks for a user name and a password", "name it in --proxy-url-file"),
        (BASIC_AUTH, "game:0ther@", "proxy_refused", "did not accept the user name", "percent-encoded"),
        ("ConnectPort 1", "", "proxy_refused", "does not allow a connection to ", "Have the proxy let this machine"),
    ] {
        let proxy = Tinyproxy::start(&partner.folder, settings);
        let url = proxy.url(credentials);
        partner.write("proxy", &url);
        let ended = partner.run(&[("--proxy-url-file", &partner.path("proxy")), ("--json", "")]);
        assert_eq!(ended.status, 1, "{}", ended.text);
        assert!(!ended.text.contains("0ther") && !ended.text.contains("game"), "{}", ended.text);
        let output: Value = serde_json::from_str(&ended.text).unwrap();
        crate::schema::check(&output);
        let documentation = include_str!("../../../docs/doctor.md");
        let steps = output["steps"].as_array().unwrap();
        for id in ["service_proxy", "token_host_proxy", "sign_in_host_proxy"] {
            assert!(documentation.contains(&format!("\n| `{id}` ")), "{id}");
            let step = steps.iter().find(|step| step["step"] == id).unwrap();
            assert_eq!((&step["state"], &step["code"]), (&"failed".into(), &code.into()), "{step}");
            let message = step["message"].as_str().unwrap();
            assert!(message.starts_with(&format!("The proxy 127.0.0.1:{} ", proxy.port)), "{message}");
            assert!(message.contains(words) && step["advice"].as_str().unwrap().contains(advice), "{step}");
        }
    }
}

#[test]
fn a_proxy_that_is_not_there() {
    let partner = Partner::start("no-proxy");
    let ended = partner.run(&[("--proxy-url", "http://127.0.0.1:9")]);
    assert_eq!(ended.status, 1, "{}", ended.text);
    let sentence = "The proxy 127.0.0.1:9 cannot be reached: the connection was refused at 127.0.0.1:9.";
    assert_eq!(ended.text.matches(sentence).count(), 3, "{}", ended.text);
}

#[test]
fn a_url_that_cannot_be_used_is_not_shown() {
    let partner = Partner::start("proxy-url");
    let ended = through(&partner, "socks5://game:pa55word@proxy:1080");
    ended.has(1, "configuration", "failed", "SOCKS is not supported");
    assert!(!ended.text.contains("pa55word"), "{}", ended.text);
    let ended = partner.run(&[("--proxy-url", "proxy:3128")]);
    ended.has(1, "configuration", "failed", "--proxy-url has no scheme");
    let ended = partner.run(&[("--proxy-url", "http://game:pa55word@proxy:1")]);
    assert_eq!(ended.status, 2, "{}", ended.text);
    assert!(ended.stderr.contains("--proxy-url-file") && !ended.stderr.contains("pa55word"), "{}", ended.stderr);
    let both = [("--proxy-url", "http://proxy:1"), ("--proxy-url-file", "x")];
    assert!(partner.run(&both).stderr.contains("use one of them"));
}

/// Only what is given counts; where the environment names a proxy, that is said.
#[test]
fn the_environment_does_not_name_the_proxy() {
    let partner = Partner::start("environment");
    let variables = [("HTTPS_PROXY", "http://127.0.0.1:9"), ("ALL_PROXY", "http://127.0.0.1:9")];
    let ended = run_with(&variables, &partner.arguments("", &[]));
    assert_eq!(ended.status, 0, "{}", ended.text);
    ended.has(0, "proxy", "note", "ALL_PROXY and HTTPS_PROXY are set in the environment and ignored");
    let proxy = Tinyproxy::start(&partner.folder, "");
    let ended = run_with(&variables, &partner.arguments("", &[("--proxy-url", &proxy.url(""))]));
    assert_eq!(ended.status, 0, "{}", ended.text);
    assert!(!proxy.targets().is_empty());
}

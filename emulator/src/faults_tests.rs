//! Which rule applies which request.

use axum::http::{HeaderMap, HeaderValue};

use super::*;
use crate::endpoints::invites::{SERVER_INVITES, USER_INVITES};
use crate::endpoints::recent_players::RECENT_PLAYER_GROUPS;

fn rules(texts: &[&str]) -> Vec<Rule> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn with_rules(seed: u64, texts: &[&str]) -> Faults {
    let faults = Faults::new(seed);
    faults.set(Titles::One(7), &rules(texts));
    faults
}

fn selected(faults: &Faults, title_id: u32, endpoint: Option<&'static Endpoint>) -> String {
    let request = IncomingRequest { title_id, endpoint, headers: &HeaderMap::new() };
    let rule = faults.select(|| request);
    rule.map(|rule| rule.name()).unwrap_or_default()
}

fn in_a_row(faults: &Faults, count: usize) -> Vec<String> {
    (0..count).map(|_| selected(faults, 7, Some(&USER_INVITES.endpoint))).collect()
}

fn left(faults: &Faults) -> Vec<String> {
    let left = faults.left(Titles::One(7));
    left.iter().map(Rule::to_string).collect()
}

#[test]
fn a_rule_for_the_next_requests_is_used_up() {
    let faults = with_rules(0, &["reset:next=2", "close:next=1"]);
    assert_eq!(in_a_row(&faults, 1), ["reset"]);
    assert_eq!(left(&faults), [r#"{"fault":"reset","next":1}"#, r#"{"fault":"close","next":1}"#]);
    assert_eq!(in_a_row(&faults, 3), ["reset", "close", ""]);
    assert!(left(&faults).is_empty());
}

#[test]
fn a_rule_without_a_number_applies_until_it_is_cleared() {
    let faults = with_rules(0, &["reset", "close"]);
    assert_eq!(in_a_row(&faults, 3), ["reset", "reset", "reset"]);
    faults.set(Titles::One(7), &[]);
    assert_eq!(in_a_row(&faults, 1), [""]);
    assert!(!faults.in_force.load(Ordering::Relaxed), "no lock is taken");
}

#[test]
fn a_rule_is_about_some_calls() {
    let cases = [
        ("reset:calls=invites", [true, true, false, false]),
        ("reset:calls=user_invites", [true, false, false, false]),
        ("reset:calls=server_invites", [false, true, false, false]),
        ("reset:calls=recent_players", [false, false, true, false]),
        ("reset", [true; 4]),
    ];
    for (rule, expected) in cases {
        let endpoints =
            [Some(&USER_INVITES.endpoint), Some(&SERVER_INVITES.endpoint), Some(&RECENT_PLAYER_GROUPS.endpoint), None];
        let faults = with_rules(0, &[rule]);
        let applies = endpoints.map(|endpoint| !selected(&faults, 7, endpoint).is_empty());
        assert_eq!(applies, expected, "{rule}");
    }
}

#[test]
fn a_call_that_a_rule_is_not_about_uses_nothing_up() {
    let faults = with_rules(0, &["reset:calls=recent_players,next=1"]);
    assert_eq!(in_a_row(&faults, 3), ["", "", ""]);
    assert_eq!(selected(&faults, 7, Some(&RECENT_PLAYER_GROUPS.endpoint)), "reset");
}

#[test]
fn rules_of_a_title_go_before_those_for_all() {
    let faults = with_rules(0, &["reset:next=1"]);
    faults.set(Titles::All, &rules(&["close:next=2"]));
    assert_eq!(selected(&faults, 8, None), "close");
    assert_eq!(in_a_row(&faults, 3), ["reset", "close", ""]);
}

#[test]
fn a_share_applies_about_so_many_and_the_same_ones_again() {
    let run = |seed| in_a_row(&with_rules(seed, &["reset:share=0.1", "close:share=0.5"]), 2_000);
    let first = run(1);
    let count = |name| first.iter().filter(|selected| *selected == name).count();
    assert!((150..250).contains(&count("reset")), "{}", count("reset"));
    assert!((800..1_000).contains(&count("close")), "{}", count("close"));
    assert_eq!(first, run(1));
    assert_ne!(first, run(2));
}

#[test]
fn what_else_happens_does_not_change_the_random_numbers_of_a_title() {
    let alone = in_a_row(&with_rules(1, &["reset:share=0.3"]), 100);
    let faults = with_rules(1, &["reset:share=0.3"]);
    faults.set(Titles::All, &rules(&["close:share=0.3"]));
    let beside: Vec<_> = (0..100)
        .map(|_| {
            selected(&faults, 8, Some(&USER_INVITES.endpoint));
            selected(&faults, 7, Some(&USER_INVITES.endpoint))
        })
        .collect();
    let is_reset = |selected: &String| selected == "reset";
    assert!(alone.iter().map(is_reset).eq(beside.iter().map(is_reset)));
    let of_the_rule_for_all = |own: &[&str]| {
        let faults = with_rules(1, own);
        faults.set(Titles::All, &rules(&["close:share=0.3"]));
        in_a_row(&faults, 200).split_off(100)
    };
    assert_eq!(of_the_rule_for_all(&[]), of_the_rule_for_all(&["reset:next=100"]));
}

#[test]
fn an_expired_token_is_refused_until_a_newer_one_comes() {
    let faults = with_rules(0, &["expired_token", "close:next=1"]);
    let with_token = |authorization: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static(authorization));
        let request = IncomingRequest { title_id: 7, endpoint: Some(&USER_INVITES.endpoint), headers: &headers };
        let rule = faults.select(|| request);
        rule.map(|rule| rule.name()).unwrap_or_default()
    };
    assert_eq!(with_token("XBL3.0 x=-;1"), "expired_token");
    assert_eq!(with_token("XBL3.0 x=-;2"), "close");
    assert_eq!(with_token("XBL3.0 x=-;2"), "");
    assert_eq!(with_token("XBL3.0 x=-;1"), "expired_token");
    assert_eq!(with_token("XBL3.0 x=5;1"), "expired_token");
    assert_eq!(selected(&faults, 7, Some(&USER_INVITES.endpoint)), "", "no token at all");
}

#[test]
fn counts_of_titles_are_bounded() {
    let faults = Faults::new(0);
    faults.set(Titles::All, &rules(&["reset:share=0.000001"]));
    for title_id in 1..=25_000 {
        selected(&faults, title_id, None);
    }
    let sets = faults.sets();
    assert!(sets[&Titles::All].arrivals.len() <= MAX_TITLES);
}

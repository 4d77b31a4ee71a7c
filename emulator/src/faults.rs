//! Faults on demand: which rules are in force, and which of them applies to a request.

mod inject;
mod parse;
mod rule;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
pub(crate) use inject::{Outcome, inject};
pub(crate) use parse::read_rules;
pub(crate) use rule::Calls;
pub use rule::Rule;
use rule::{Fault, Times};

use crate::endpoints::Endpoint;
use crate::json::{Parsed, ValidationError};
use crate::service::{NO_TITLE, ServiceKind, Titles};

/// Of so many titles the requests are counted for rules that are for all. Beyond it, anew.
const MAX_TITLES: usize = 10_000;

pub(crate) struct Faults {
    seed: u64,
    /// Spares requests the lock while there are no rules.
    in_force: AtomicBool,
    sets: Mutex<HashMap<Titles, RuleSet>>,
}

/// The rules for one title or for all.
struct RuleSet {
    entries: Vec<ActiveRule>,
    /// How many requests of a title have come since the rules were set.
    arrivals: HashMap<u32, u64>,
    /// How many TLS handshakes have been begun.
    handshakes: u64,
}

struct ActiveRule {
    rule: Arc<Rule>,
    left: u64,
    tokens: ExpiredTokens,
}

/// Rejects rules for one title that could never apply there.
pub(crate) fn check_titles(titles: Titles, rules: &[Rule]) -> Parsed<()> {
    let of_a_title = matches!(titles, Titles::One(title_id) if title_id != NO_TITLE);
    match rules.iter().position(|rule| matches!(rule.fault, Fault::DropHandshake { .. })) {
        Some(index) if of_a_title => {
            let what = "must not be drop_handshake for one title: a connection has none before its first request";
            Err(ValidationError::new(what).in_field("fault").in_element(index))
        }
        _ => Ok(()),
    }
}

/// What rules are matched with.
#[derive(Clone, Copy)]
pub(crate) struct IncomingRequest<'a> {
    pub title_id: u32,
    pub endpoint: Option<&'static Endpoint>,
    pub headers: &'a HeaderMap,
}

impl Faults {
    pub fn new(seed: u64) -> Self {
        Self { seed, in_force: AtomicBool::new(false), sets: Mutex::default() }
    }

    /// Replaces the rules for these titles.
    pub fn set(&self, titles: Titles, rules: &[Rule]) {
        let mut sets = self.sets();
        if rules.is_empty() {
            sets.remove(&titles);
        } else {
            sets.insert(titles, RuleSet::new(rules));
        }
        self.in_force.store(!sets.is_empty(), Ordering::Relaxed);
    }

    /// Replaces all rules.
    pub fn replace(&self, rules: impl IntoIterator<Item = (Titles, Vec<Rule>)>) {
        let replaced = rules.into_iter().filter(|(_, rules)| !rules.is_empty());
        let replaced: HashMap<_, _> = replaced.map(|(titles, rules)| (titles, RuleSet::new(&rules))).collect();
        let mut sets = self.sets();
        *sets = replaced;
        self.in_force.store(!sets.is_empty(), Ordering::Relaxed);
    }

    /// All rules that may still apply, with how many requests remain of `next`.
    pub fn all_left(&self) -> Vec<(Titles, Vec<Rule>)> {
        self.sets().iter().map(|(titles, set)| (*titles, set.left())).collect()
    }

    /// The rules that may still apply, with how many requests remain of `next`.
    pub fn left(&self, titles: Titles) -> Vec<Rule> {
        self.sets().get(&titles).map(RuleSet::left).unwrap_or_default()
    }

    /// The rule that applies to a request: the first that applies, of those of its title and then of
    /// those for all.
    pub fn select<'a>(&self, request: impl FnOnce() -> IncomingRequest<'a>) -> Option<Arc<Rule>> {
        if !self.in_force.load(Ordering::Relaxed) {
            return None;
        }
        let request = request();
        let mut sets = self.sets();
        let mut selected = None;
        for (titles, rank) in [(Titles::One(request.title_id), 0), (Titles::All, 1)] {
            if let Some(set) = sets.get_mut(&titles) {
                set.select_rule(request, self.seed, rank, &mut selected);
            }
        }
        selected
    }

    /// The rule that applies to a TLS handshake with a service: there is no title yet, so it is one of those
    /// for no title or for all.
    pub fn select_for_handshake(&self, service: ServiceKind) -> Option<Arc<Rule>> {
        if !self.in_force.load(Ordering::Relaxed) {
            return None;
        }
        let mut sets = self.sets();
        // Ranks of their own, so that the random numbers are not those of requests.
        for (titles, rank) in [(Titles::One(NO_TITLE), 2), (Titles::All, 3)] {
            let rule = sets.get_mut(&titles).and_then(|set| set.select_for_handshake(service, self.seed, rank));
            if rule.is_some() {
                return rule;
            }
        }
        None
    }

    fn sets(&self) -> MutexGuard<'_, HashMap<Titles, RuleSet>> {
        // A panic leaves at worst a rule that is applied once too seldom.
        self.sets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RuleSet {
    fn new(rules: &[Rule]) -> Self {
        let entries = rules.iter().cloned().map(ActiveRule::new).collect();
        Self { entries, arrivals: HashMap::new(), handshakes: 0 }
    }

    fn left(&self) -> Vec<Rule> {
        self.entries.iter().filter_map(ActiveRule::remaining).collect()
    }

    /// The number of a title's request, from 1.
    fn count(&mut self, title_id: u32) -> u64 {
        if self.arrivals.len() >= MAX_TITLES && !self.arrivals.contains_key(&title_id) {
            self.arrivals.clear();
        }
        let number = self.arrivals.entry(title_id).or_default();
        *number += 1;
        *number
    }

    /// Chooses a rule if there is none yet. What is learnt and counted of a request does not depend on
    /// that, so that no rule changes the random numbers of another.
    fn select_rule(&mut self, request: IncomingRequest<'_>, seed: u64, rank: u64, selected: &mut Option<Arc<Rule>>) {
        let number = self.count(request.title_id);
        for (entry, position) in self.entries.iter_mut().zip(0_u64..) {
            let matches = entry.matches(request);
            let place = [rank, request.title_id.into(), position, number];
            if selected.is_none() && matches && entry.is_due(seed, place) {
                *selected = Some(entry.rule.clone());
            }
        }
    }
}

impl RuleSet {
    fn select_for_handshake(&mut self, service: ServiceKind, seed: u64, rank: u64) -> Option<Arc<Rule>> {
        self.handshakes += 1;
        let number = self.handshakes;
        let strikes = |(entry, position): &mut (&mut ActiveRule, u64)| {
            entry.rule.drops_handshake_with(service) && entry.is_due(seed, [rank, 0, *position, number])
        };
        self.entries.iter_mut().zip(0..).find_map(|mut met| strikes(&mut met).then(|| met.0.rule.clone()))
    }
}

impl ActiveRule {
    fn new(rule: Rule) -> Self {
        let left = match rule.times {
            Times::Next(count) => count,
            Times::Always | Times::Share(_) => u64::MAX,
        };
        Self { rule: Arc::new(rule), left, tokens: ExpiredTokens::default() }
    }

    /// Whether the rule is about such requests.
    fn matches(&mut self, request: IncomingRequest<'_>) -> bool {
        if matches!(self.rule.fault, Fault::DropHandshake { .. }) {
            return false;
        }
        let about = match self.rule.calls {
            Some(calls) => request.endpoint.is_some_and(|endpoint| endpoint.calls.contains(&calls)),
            None => true,
        };
        let Fault::ExpiredToken { token } = &self.rule.fault else {
            return about;
        };
        let value = request.headers.get(AUTHORIZATION);
        let value = value.and_then(|value| value.to_str().ok());
        about && value.is_some_and(|value| self.tokens.has_expired(value, token.as_deref()))
    }

    /// Whether the rule applies to this request; counts it if so.
    fn is_due(&mut self, seed: u64, place: [u64; 4]) -> bool {
        match self.rule.times {
            Times::Always => true,
            Times::Share(share) => rng(seed, place) < share,
            Times::Next(_) if self.left == 0 => false,
            Times::Next(_) => {
                self.left -= 1;
                true
            }
        }
    }

    fn remaining(&self) -> Option<Rule> {
        let mut rule = self.rule.as_ref().clone();
        if let Times::Next(count) = &mut rule.times {
            *count = self.left;
        }
        (self.left > 0).then_some(rule)
    }
}

/// A random number from 0 to just below 1, of the seed and the request's place in the run: the same in every run.
fn rng(seed: u64, place: [u64; 4]) -> f64 {
    let state = place.into_iter().fold(mix(seed), |state, part| mix(state ^ mix(part)));
    // An f64 holds 53 bits exactly.
    (state >> 11) as f64 / (1_u64 << 53) as f64
}

/// One step of the generator SplitMix64: spreads every bit over all of them.
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Of so many callers the token is remembered. Those of further ones are good.
const MAX_CALLERS: usize = 10_000;

/// The tokens that a rule without a token of its own has seen first.
#[derive(Default)]
struct ExpiredTokens {
    /// By the user hash, so that the token of one user is not newer than that of another.
    first: HashMap<String, String>,
}

impl ExpiredTokens {
    /// Whether a value of `Authorization` carries `token`; without one, whether it carries the token
    /// that its caller was first seen with.
    pub fn has_expired(&mut self, value: &str, token: Option<&str>) -> bool {
        let parts = value.strip_prefix("XBL3.0 x=");
        let Some((caller, carried)) = parts.and_then(|parts| parts.split_once(';')) else {
            return false;
        };
        if let Some(token) = token {
            return token == carried;
        }
        if let Some(first) = self.first.get(caller) {
            return first == carried;
        }
        let is_room = self.first.len() < MAX_CALLERS;
        if is_room {
            self.first.insert(caller.to_owned(), carried.to_owned());
        }
        is_room
    }
}

#[cfg(test)]
#[path = "faults_tests.rs"]
mod tests;

#[cfg(test)]
mod draw_tests {
    use super::*;

    #[test]
    fn a_place_has_one_number() {
        assert_eq!(rng(1, [0, 7, 0, 1]).to_bits(), rng(1, [0, 7, 0, 1]).to_bits());
        let others = [
            rng(2, [0, 7, 0, 1]),
            rng(1, [0, 8, 0, 1]),
            rng(1, [0, 7, 1, 1]),
            rng(1, [0, 7, 0, 2]),
            rng(1, [0, 7, 1, 0]),
            rng(1, [1, 7, 0, 1]),
        ];
        for (position, other) in others.iter().enumerate() {
            assert!(*other != rng(1, [0, 7, 0, 1]), "{position}");
        }
    }

    #[test]
    fn numbers_are_spread_evenly() {
        for seed in 0..5 {
            let mut tenths = [0; 10];
            for number in 0..10_000 {
                tenths[(rng(seed, [0, 7, 0, number]) * 10.0) as usize] += 1;
            }
            let even = tenths.iter().all(|count| (900..1_100).contains(count));
            assert!(even, "{tenths:?}");
        }
    }
}

#[cfg(test)]
mod tokens_tests {
    use super::*;

    #[test]
    fn a_given_token_is_the_only_one() {
        let mut tokens = ExpiredTokens::default();
        let mut expired = |value| tokens.has_expired(value, Some("old"));
        assert!(expired("XBL3.0 x=-;old"));
        assert!(expired("XBL3.0 x=12;old"), "with any user hash");
        assert!(!expired("XBL3.0 x=-;new"));
        assert!(!expired("old"));
    }

    #[test]
    fn without_one_it_is_what_each_caller_came_with_first() {
        let mut tokens = ExpiredTokens::default();
        let mut expired = |value| tokens.has_expired(value, None);
        assert!(expired("XBL3.0 x=-;1"));
        assert!(expired("XBL3.0 x=-;1"));
        assert!(expired("XBL3.0 x=12;2"), "another caller's");
        assert!(!expired("XBL3.0 x=-;3"), "a newer one");
        assert!(expired("XBL3.0 x=-;1"), "the old one stays expired");
        assert!(!expired("Bearer 1"));
    }
}

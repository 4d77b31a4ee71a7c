//! A running emulator and the options that it is started with.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime};

use crate::access::AllowedHost;
use crate::expectations::{Expectation, ExpectationResult};
use crate::faults::{Rule, check_titles};
use crate::logged_request::LoggedRequest;
use crate::request_log::Excerpt;
use crate::scenario::Scenario;
use crate::service::Titles;
use crate::settings::{self, InvalidSetting};
use crate::sign_in::{SignIn, SignInOptions};
use crate::signature::ProofKey;
use crate::start::{RunningEmulator, StartError, start};
use crate::throttle::Settings;
use crate::tokens::expiry;
use crate::users::RecentPlayer;

/// The options of [`Emulator::start`](crate::Emulator::start). The default suits a test: plain HTTP on
/// a free port of the loopback address.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen. Port 0 takes a free one.
    pub address: SocketAddr,
    /// The control interface, all that is under `/emulator`, answers only requests whose `Host` is
    /// `localhost`, a loopback address, the address that it listens on (any address where that stands
    /// for all), or one of these. None by default.
    pub allowed_hosts: Vec<AllowedHost>,
    /// Listen for HTTPS, with a certificate made for this run, instead of HTTP.
    pub https: bool,
    /// Have services sign in: the two sign-in services listen on the ports after that of `address`,
    /// on free ones where it is 0, all three of them for HTTPS. A service's calls then take the tokens
    /// of the token service only.
    pub sign_in: Option<SignInOptions>,
    /// Accept users' tokens for calls that need a service's token, and the reverse.
    pub any_caller: bool,
    /// Throttle the callers of all titles.
    pub throttle: Option<Settings>,
    /// The fault rules for all titles.
    pub faults: Vec<Rule>,
    /// The requests that are expected.
    pub expectations: Vec<Expectation>,
    /// The seed of the random numbers behind a rule's `share`. With the same seed and the
    /// same requests of a title in the same order, the same ones get faults.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allowed_hosts: Vec::new(),
            https: false,
            sign_in: None,
            any_caller: false,
            throttle: None,
            faults: Vec::new(),
            expectations: Vec::new(),
            seed: 0,
        }
    }
}

/// A running emulator. It has a thread of its own and stops when dropped.
pub struct Emulator(RunningEmulator);

impl Emulator {
    /// Starts listening. When this returns, connections are accepted.
    pub fn start(options: Options) -> Result<Self, StartError> {
        start(options).map(Self)
    }

    /// Where it listens, with the port that it got.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// The URL to give to a client on this machine, such as `http://127.0.0.1:43121`.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// The certificate that a client has to trust, in PEM: its own or, if services sign in, that of the
    /// authority; `None` if it listens for plain HTTP.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.0.certificate_pem.as_deref()
    }

    /// What a client needs to sign in; `None` if it was not started for that.
    pub fn sign_in(&self) -> Option<&SignIn> {
        self.0.sign_in.as_ref()
    }

    /// A user's token, as the value of `Authorization`. With a key, calls with it must be signed with
    /// that key. Users' tokens that were not issued here are accepted too, if they are well-formed.
    pub fn issue_user_token(&self, user_hash: u64, key: Option<ProofKey>, lifetime: Duration) -> String {
        let (holder, not_after) = (user_hash.to_string(), expiry(lifetime, self.0.service.clock.now()));
        let token = self.0.service.tokens.issue_to(holder, key, not_after);
        format!("XBL3.0 x={user_hash};{token}")
    }

    /// Revokes all tokens for calls issued so far: the next call with one of them gets a 401.
    pub fn revoke_tokens(&self) {
        self.0.service.tokens.revoke_all();
    }

    /// Revokes all tokens issued so far that certificates are good for, which the token service then
    /// takes for invalid.
    pub fn revoke_service_tokens(&self) {
        self.0.service.service_tokens.revoke_all();
    }

    /// Sets the emulator's clock ahead of the machine's, or behind it if less than 0, by up to ten
    /// years. `Date`, signatures, tokens and client certificates are checked by it.
    pub fn set_clock_offset(&self, offset_ms: i64) {
        self.0.service.clock.set_offset(offset_ms);
    }

    /// The time of the emulator's clock.
    pub fn now(&self) -> SystemTime {
        self.0.service.clock.now()
    }

    /// The requests received for a title, rejected ones included, the oldest first. Requests of no
    /// valid title are under [`NO_TITLE`](crate::NO_TITLE), and so are those for tokens.
    pub fn requests(&self, title_id: u32) -> Vec<LoggedRequest> {
        copies(self.0.service.request_log.requests(title_id, 0))
    }

    /// The requests of a title with an index greater than `after`. If there are none, waits for one
    /// for at most `limit`; an empty list means that none arrived.
    pub fn wait_for(&self, title_id: u32, after: u64, limit: Duration) -> Vec<LoggedRequest> {
        copies(self.0.service.request_log.wait_blocking(title_id, after, limit))
    }

    /// Whether each of [`Options::expectations`] is met by the requests so far, in their order. Clearing the log does not
    /// change what was counted.
    pub fn expectation_results(&self) -> Vec<ExpectationResult> {
        self.0.service.request_log.expectation_results()
    }

    /// Clears the request log of a title, its users' activities and their recent players. The next request has the
    /// index 1 again.
    pub fn reset(&self, title_id: u32) {
        self.0.service.request_log.forget(title_id);
        self.0.service.users.forget(title_id);
    }

    /// A user's recent players in a title, the last met first: what a group says of everyone in it, and what was
    /// reported for this user alone.
    pub fn recent_players(&self, title_id: u32, xuid: u64) -> Vec<RecentPlayer> {
        self.0.service.users.records().recent_players.of_user(title_id, xuid)
    }

    /// A user's activity in a title, as the service lists it.
    pub fn activity(&self, title_id: u32, xuid: u64) -> Option<serde_json::Value> {
        self.0.service.users.records().activities.of_title(title_id, xuid)
    }

    /// Replaces the fault rules for a title or for all titles; an empty list removes them. Each rule is written in its short form, such as
    /// `"reset_after_acting:next=3"`, or as a JSON object; see [`Rule`]. The first rule
    /// that applies to a request takes effect, those of its title before those for all.
    pub fn set_faults(&self, titles: impl Into<Titles>, rules: &[&str]) -> Result<(), InvalidSetting> {
        let (titles, rules) = (titles.into(), rules.iter().map(|rule| rule.parse()).collect::<Result<Vec<_>, _>>()?);
        check_titles(titles, &rules)?;
        self.0.service.faults.set(titles, &rules);
        Ok(())
    }

    /// The rules that may still apply, with how many requests remain of `next`.
    pub fn faults(&self, titles: impl Into<Titles>) -> Vec<Rule> {
        self.0.service.faults.left(titles.into())
    }

    /// All settings, of faults, throttling and the clock, as the JSON that [`set_scenario`](Self::set_scenario) reads.
    pub fn scenario(&self) -> serde_json::Value {
        Scenario::of(&self.0.service).json()
    }

    /// Replaces all settings, of faults, throttling and the clock, by those in a JSON text. If it is invalid, nothing is
    /// changed.
    pub fn set_scenario(&self, text: &str) -> Result<(), InvalidSetting> {
        Scenario::read(&settings::parse(text)?)?.apply(&self.0.service);
        Ok(())
    }

    /// Throttles the callers of a title, or of all titles that have no settings of their own. All
    /// counts are reset.
    pub fn set_throttle(&self, titles: impl Into<Titles>, settings: Option<Settings>) {
        self.0.service.throttler.set(titles.into(), settings);
    }

    /// The settings last given to [`set_throttle`](Self::set_throttle).
    pub fn throttle(&self, titles: impl Into<Titles>) -> Option<Settings> {
        self.0.service.throttler.settings(titles.into())
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("url", &self.0.url).finish_non_exhaustive()
    }
}

fn copies(excerpt: Excerpt) -> Vec<LoggedRequest> {
    excerpt.requests.iter().map(|request| request.as_ref().clone()).collect()
}

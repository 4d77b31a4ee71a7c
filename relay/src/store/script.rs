//! The scripts that the store runs, each of them one round trip, in which nothing comes between.

use std::fmt::Display;
use std::sync::OnceLock;
use std::time::Duration;

use mpa::policy::{GOOD_FOR, LONGEST_PERIOD, Limit, MARGIN, MOST_LIMITS, MOST_REQUESTS};

use crate::settings::KeyPrefix;

/// Whether a request may go out.
static PERMIT: Script = Script::new(concat!(include_str!("clock.lua"), include_str!("permit.lua")));

/// What the service answered to a request, or what the store does not know any more.
static REPORT: Script = Script::new(concat!(include_str!("clock.lua"), include_str!("report.lua")));

/// A relay lives.
static ALIVE: Script = Script::new(include_str!("alive.lua"));

/// A script, which the store knows by its hash once it has run it.
#[derive(Debug)]
pub struct Script {
    pub code: &'static str,
    prepared: OnceLock<redis::Script>,
}

impl Script {
    const fn new(code: &'static str) -> Self {
        Script { code, prepared: OnceLock::new() }
    }

    pub fn hash(&self) -> &str {
        self.prepared.get_or_init(|| redis::Script::new(self.code)).get_hash()
    }
}

/// A question to the store: a script, its keys and its arguments.
#[derive(Debug)]
pub struct Question {
    pub script: &'static Script,
    pub keys: Vec<String>,
    pub arguments: Vec<String>,
}

impl Question {
    fn new(script: &'static Script, keys: Vec<String>) -> Self {
        Question { script, keys, arguments: Vec::new() }
    }

    fn with(mut self, argument: impl Display) -> Self {
        self.arguments.push(argument.to_string());
        self
    }

    fn with_all<I: IntoIterator<Item: Display>>(mut self, arguments: I) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.to_string()));
        self
    }
}

/// Where the store keeps what it knows of one kind of calls. The part in braces decides where a cluster has it.
#[derive(Clone, Debug)]
pub struct Keys {
    pub sent: String,
    pub state: String,
}

impl Keys {
    pub fn new(prefix: &KeyPrefix, title_id: u32, calls: &str, user: &str) -> Self {
        let kind = format!("{prefix}:{{{title_id}:{calls}:{user}}}");
        Keys { sent: format!("{kind}:sent"), state: format!("{kind}:state") }
    }

    fn all(&self) -> Vec<String> {
        vec![self.sent.clone(), self.state.clone()]
    }
}

/// How long the store keeps what was sent.
fn keep(imposed: &[Limit]) -> u128 {
    let longest = imposed.iter().map(|limit| limit.period).max().unwrap_or_default();
    (longest.max(LONGEST_PERIOD) + MARGIN).as_millis()
}

/// Asks whether a request may go out, which then counts under the name `member`. `clock`: the time in microseconds,
/// for tests.
pub fn permit(keys: &Keys, member: &str, imposed: &[Limit], clock: Option<u64>) -> Question {
    Question::new(&PERMIT, keys.all())
        .with_all([clock.map(|now| now.to_string()).unwrap_or_default()])
        .with(member)
        .with(MARGIN.as_micros())
        .with(MOST_REQUESTS)
        .with(keep(imposed))
        .with(GOOD_FOR.as_micros())
        .with_all(imposed.iter().flat_map(|limit| [u128::from(limit.max), limit.period.as_micros()]))
}

/// What the store says about a permit.
#[derive(Debug, PartialEq, Eq)]
pub struct PermitAnswer {
    pub is_granted: bool,
    /// Of the next request, because of this limit.
    pub wait: Duration,
    pub limit: Option<Limit>,
    /// Limits that the service named, with their age.
    pub named: Vec<(Limit, Duration)>,
}

impl PermitAnswer {
    pub fn read(answer: &[u64]) -> Option<Self> {
        let [is_granted, wait, max, period, _now, named @ ..] = answer else { return None };
        let limit = |max: u64, period: u64| {
            Some(Limit { max: u32::try_from(max).ok()?, period: Duration::from_micros(period) })
        };
        let named = named.chunks_exact(3).map(|limit_and_age| match limit_and_age {
            [max, period, age] => Some((limit(*max, *period)?, Duration::from_micros(*age))),
            _ => None,
        });
        Some(PermitAnswer {
            is_granted: *is_granted == 1,
            wait: Duration::from_micros(*wait),
            limit: limit(*max, *period).filter(|limit| limit.max > 0),
            named: named.collect::<Option<_>>()?,
        })
    }
}

/// What a relay reports of one kind of calls.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How long the service asked not to be called.
    pub closed_for: Duration,
    /// Limits that the service named, with their age.
    pub named: Vec<(Limit, Duration)>,
    /// Requests under their names, with their age.
    pub sent: Vec<(String, Duration)>,
}

impl Report {
    pub fn is_empty(&self) -> bool {
        *self == Report::default()
    }

    pub fn question(&self, keys: &Keys, imposed: &[Limit], clock: Option<u64>) -> Question {
        let named = self.named.iter().map(|(limit, age)| [limit.max.into(), limit.period.as_micros(), age.as_micros()]);
        Question::new(&REPORT, keys.all())
            .with_all([clock.map(|now| now.to_string()).unwrap_or_default()])
            .with(MOST_REQUESTS)
            .with(keep(imposed))
            .with(GOOD_FOR.as_micros())
            .with(MOST_LIMITS)
            .with(self.closed_for.as_micros())
            .with(imposed.len())
            .with_all(imposed.iter().map(|limit| limit.period.as_micros()))
            .with(self.named.len())
            .with_all(named.flatten())
            .with(self.sent.len())
            .with_all(self.sent.iter().flat_map(|(member, age)| [member.clone(), age.as_micros().to_string()]))
    }
}

/// The key of the relays that live.
fn relays(prefix: &KeyPrefix) -> String {
    format!("{prefix}:relays")
}

/// Says that a relay lives, and asks how many do: those seen within `lives_for`.
pub fn alive(prefix: &KeyPrefix, relay: &str, lives_for: Duration) -> Question {
    Question::new(&ALIVE, vec![relays(prefix)]).with(relay).with(lives_for.as_micros())
}

/// Takes a relay off the list of those that live.
pub fn leave(prefix: &KeyPrefix, relay: &str) -> redis::Cmd {
    let mut command = redis::cmd("ZREM");
    command.arg(relays(prefix)).arg(relay);
    command
}

/// The relays as the store knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AliveAnswer {
    /// The store's clock.
    pub now: Duration,
    pub relays: u32,
    pub place: u32,
    /// The store did not know this relay, or does not any more.
    pub is_new: bool,
}

impl AliveAnswer {
    pub fn read(answer: &[u64]) -> Option<Self> {
        let [now, relays, place, is_new] = answer else { return None };
        let (relays, place) = (u32::try_from(*relays).ok()?, u32::try_from(*place).ok()?);
        let now = Duration::from_micros(*now);
        (relays > place).then_some(AliveAnswer { now, relays, place, is_new: *is_new == 1 })
    }
}

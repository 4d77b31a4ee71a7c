//! What is fixed about an endpoint of the service.

use std::cmp::Ordering;
use std::ops::Range;

use http::Method;

use super::Lane;

/// The parameter of a path that is not an argument of the call.
const TITLE: &str = "titleId";

/// An endpoint: one value each, all of them in `ENDPOINTS`.
#[derive(Debug)]
pub struct Endpoint {
    /// As the service's documentation calls it; no two have the same.
    pub name: &'static str,
    pub method: Method,
    /// The path template: `{titleId}` stands for the title, another name for an argument of the call.
    pub path: &'static str,
    /// The queue in which its calls wait.
    pub lane: Lane,
    /// What a call carries, in the plural.
    pub items: &'static str,
    /// How many of them the service takes in one request.
    pub items_per_request: usize,
    /// The array of a request's body that has the items; `None`: there is none.
    pub items_array: Option<&'static str>,
    /// Whether that array takes items of several calls, so that they can be gathered in one request.
    pub is_gathered: bool,
    /// Whether sending the same request twice does no harm.
    pub is_idempotent: bool,
    /// The HTTP statuses with which the service acknowledges a request.
    pub success: &'static [u16],
    /// How many bytes of a response's body are read.
    pub max_response_bytes: usize,
    pub caller: Caller,
    /// Which of the limits that a configuration can impose applies, if one does.
    pub configured_limit: Option<ConfiguredLimit>,
}

/// Whose token an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    User,
    Service,
    Both,
}

/// The limits that a configuration can impose. The service documents one each for these kinds of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfiguredLimit {
    Invites,
    RecentPlayers,
    ActivityWrites,
    ActivityReads,
}

impl ConfiguredLimit {
    /// For keys of a store and labels of metrics.
    pub fn label(self) -> &'static str {
        match self {
            ConfiguredLimit::Invites => "invites",
            ConfiguredLimit::RecentPlayers => "recent_players",
            ConfiguredLimit::ActivityWrites => "activity_writes",
            ConfiguredLimit::ActivityReads => "activity_reads",
        }
    }
}

impl Endpoint {
    /// Where all of them are, unless the configuration names another place.
    pub const PRODUCTION: &str = "https://multiplayeractivity.xboxlive.com";

    /// The parts in which `count` items go out, one request each, in order.
    pub fn batches(&self, count: usize) -> impl Iterator<Item = Range<usize>> {
        let limit = self.items_per_request;
        (0..count).step_by(limit).map(move |start| start..count.min(start + limit))
    }

    /// The path of a call; `None` where the path has a parameter that `argument` has no value for.
    pub fn path(&self, title_id: u32, argument: impl Fn(&str) -> Option<u64>) -> Option<String> {
        let mut path = String::with_capacity(self.path.len() + 32);
        let mut rest = self.path;
        while let Some((before, parameter)) = rest.split_once('{') {
            let (name, after) = parameter.split_once('}')?;
            let value = if name == TITLE { title_id.into() } else { argument(name)? };
            path.push_str(before);
            path.push_str(itoa::Buffer::new().format(value));
            rest = after;
        }
        path.push_str(rest);
        Some(path)
    }

    /// The path as it can be logged: with the title, and with the names of all other parameters.
    pub fn loggable_path(&self, title_id: u32) -> String {
        self.path.replace("{titleId}", itoa::Buffer::new().format(title_id))
    }
}

impl PartialEq for Endpoint {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Endpoint {}

impl PartialOrd for Endpoint {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Endpoint {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(other.name)
    }
}

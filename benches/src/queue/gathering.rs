//! How many requests the matches of a day take. The day is cut into pieces that are replayed all at once, each faster by
//! the same factor and by a client of its own; a match belongs to the piece in which it begins.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::client::{Client, Found, Token, result};
use super::matches::Match;
use super::trace::{self, DAY_MS, Event};
use crate::peer;
use crate::tools::Result;

pub const FASTER: u64 = 40;
const PIECE_MS: u64 = 20 * 60_000;
/// How long groups are held: the default, and longer.
const HOLDS_MS: [u64; 3] = [2_000, 10_000, 60_000];
pub const GROUPS_PER_REQUEST: usize = mpa::ffi::recent_players::MPA_MAX_GROUPS_PER_REQUEST as usize;

pub struct Gathering {
    pub matches: usize,
    pub events: usize,
    pub groups: usize,
    pub holds: Vec<OfAHold>,
    /// How late the replay was at its latest, in milliseconds of the day.
    pub latest_ms: f64,
}

pub struct OfAHold {
    pub hold_ms: u64,
    pub requests: u64,
    /// With the same pieces.
    pub least: usize,
    /// If the day had not been cut.
    pub least_uncut: usize,
    /// The longest that a report waited in the queue, in milliseconds of the day.
    pub longest_held_ms: u64,
}

/// What has arrived.
#[derive(Default)]
struct Arrived {
    requests: AtomicU64,
    groups: AtomicU64,
}

/// Clients that hold for as long, one for each piece.
struct Replay {
    hold_ms: u64,
    clients: Vec<Client>,
    arrived: Arc<Arrived>,
}

pub fn pieces() -> usize {
    (DAY_MS / PIECE_MS) as usize
}

pub fn measure() -> Result<Gathering> {
    let day = trace::day();
    let mut pieces = vec![vec![]; pieces()];
    for played in &day {
        let begin = played.events.first().map_or(played.end_ms, |(at_ms, _)| *at_ms);
        // Those of one server follow each other, and the last may begin after midnight.
        let piece = ((begin / PIECE_MS) as usize).min(pieces.len() - 1);
        pieces[piece].push(played.clone());
    }
    let replays =
        HOLDS_MS.into_iter().map(|hold_ms| Replay::open(hold_ms, pieces.len())).collect::<Result<Vec<_>>>()?;
    let latest = replay(&pieces, &replays);
    let holds = replays.into_iter().map(|replay| replay.end(&day, &pieces)).collect::<Result<Vec<_>>>()?;
    Ok(Gathering {
        matches: day.len(),
        events: day.iter().map(|played| played.events.len() + 1).sum(),
        groups: groups(&day).len(),
        holds,
        latest_ms: latest.as_secs_f64() * 1e3 * FASTER as f64,
    })
}

/// When the groups end.
fn groups(matches: &[trace::Match]) -> Vec<u64> {
    let mut groups: Vec<u64> = matches.iter().flat_map(trace::Match::groups).collect();
    groups.sort_unstable();
    groups
}

/// What happens in a piece.
#[derive(Clone, Copy)]
enum Step {
    Open,
    Event(Event),
    Close,
}

/// The steps of a piece, each with its time since the piece began and its match.
fn steps(piece: usize, matches: &[trace::Match]) -> Vec<(u64, usize, Step)> {
    let begin = piece as u64 * PIECE_MS;
    let mut steps = Vec::new();
    for (index, played) in matches.iter().enumerate() {
        let first = played.events.first().map_or(played.end_ms, |(at_ms, _)| *at_ms);
        steps.push((first - begin, index, Step::Open));
        steps.extend(played.events.iter().map(|(at_ms, event)| (at_ms - begin, index, Step::Event(*event))));
        steps.push((played.end_ms - begin, index, Step::Close));
    }
    steps.sort_by_key(|(at_ms, ..)| *at_ms);
    steps
}

/// Has everything happen at its time, to everyone. Returns how late that was at its latest.
fn replay(pieces: &[Vec<trace::Match>], replays: &[Replay]) -> Duration {
    let mut all: Vec<_> = (0..pieces.len())
        .flat_map(|piece| steps(piece, &pieces[piece]).into_iter().map(move |step| (piece, step)))
        .collect();
    all.sort_by_key(|(_, (at_ms, ..))| *at_ms);
    let mut open: Vec<HashMap<(usize, usize), Match>> = replays.iter().map(|_| HashMap::new()).collect();
    let started = Instant::now();
    let mut latest = Duration::ZERO;
    for (piece, (at_ms, index, step)) in all {
        let at = started + Duration::from_millis(at_ms) / FASTER as u32;
        thread::sleep(at.saturating_duration_since(Instant::now()));
        for (replay, open) in replays.iter().zip(&mut open) {
            match step {
                Step::Open => drop(open.insert((piece, index), Match::open(&replay.clients[piece]))),
                Step::Event(Event::Join(xuid)) => open[&(piece, index)].join(xuid),
                Step::Event(Event::Leave(xuid)) => open[&(piece, index)].leave(xuid),
                Step::Close => open[&(piece, index)].close(),
            }
        }
        latest = latest.max(at.elapsed());
    }
    latest
}

impl Replay {
    fn open(hold_ms: u64, pieces: usize) -> Result<Self> {
        let arrived = Arc::<Arrived>::default();
        let for_the_peer = arrived.clone();
        let endpoint = peer::start_here(move |request| for_the_peer.count(request))?;
        let open = || {
            Client::open(&endpoint, Token::Given, |config| config.recent_players_hold_ms = (hold_ms / FASTER) as u32)
        };
        Ok(Replay { hold_ms, clients: (0..pieces).map(|_| open()).collect(), arrived })
    }

    fn end(self, day: &[trace::Match], pieces: &[Vec<trace::Match>]) -> Result<OfAHold> {
        let longest = self.clients.iter().map(drained).max().unwrap_or_default();
        let (arrived, expected) = (self.arrived.groups.load(Ordering::Relaxed), groups(day).len() as u64);
        if arrived != expected {
            return Err(format!("the matches have {expected} groups and {arrived} arrived"));
        }
        let least = |matches: &[trace::Match]| trace::least_requests(groups(matches), self.hold_ms, GROUPS_PER_REQUEST);
        Ok(OfAHold {
            hold_ms: self.hold_ms,
            requests: self.arrived.requests.load(Ordering::Relaxed),
            least: pieces.iter().map(|piece| least(piece)).sum(),
            least_uncut: least(day),
            longest_held_ms: u64::from(longest) * FASTER,
        })
    }
}

/// Brings everything to its end. Returns how long an operation was queued at most, in milliseconds.
fn drained(client: &Client) -> u32 {
    client.drain();
    let mut longest = 0;
    let mut result = result();
    loop {
        match client.poll_with_result(&mut result) {
            Found::Completed => {
                assert_eq!(result.status, 0, "the peer answers");
                longest = longest.max(result.queued_ms);
            }
            Found::Nothing => thread::sleep(Duration::from_millis(1)),
            Found::Drained => return longest,
            Found::Other => panic!("there is a token"),
        }
    }
}

impl Arrived {
    fn count(&self, request: &[u8]) {
        const OF_EACH_GROUP: &[u8] = b"\"timestamp\"";
        let groups = request.windows(OF_EACH_GROUP.len()).filter(|window| *window == OF_EACH_GROUP).count();
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.groups.fetch_add(groups as u64, Ordering::Relaxed);
    }
}

//! How many requests the recent players of a day take. The day is cut into pieces that are replayed all
//! at once, each faster by the same factor and by a client of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::client::{Client, Found, Token, result};
use super::trace::{self, DAY_MS, PLAYERS, Report};
use crate::peer;
use crate::tools::Result;

pub const FASTER: u64 = 40;
const PIECE_MS: u64 = 20 * 60_000;
/// How long groups are held: the default, and longer.
const HOLDS_MS: [u64; 3] = [2_000, 10_000, 60_000];
pub const GROUPS_PER_REQUEST: usize = mpa::ffi::recent_players::MPA_MAX_GROUPS_PER_REQUEST as usize;

pub struct Gathering {
    pub operations: usize,
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
    /// The longest that an operation waited in the queue, in milliseconds of the day.
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

pub fn pieces() -> u64 {
    DAY_MS / PIECE_MS
}

pub fn measure() -> Result<Gathering> {
    let day = trace::day();
    let pieces: Vec<Vec<Report>> = (0..pieces()).map(|piece| cut(&day, piece)).collect();
    let replays =
        HOLDS_MS.into_iter().map(|hold_ms| Replay::open(hold_ms, pieces.len())).collect::<Result<Vec<_>>>()?;
    let latest = replay(&pieces, &replays);
    let groups = groups(&day);
    let holds = replays.into_iter().map(|replay| replay.end(&day, &pieces)).collect::<Result<Vec<_>>>()?;
    let latest_ms = latest.as_secs_f64() * 1e3 * FASTER as f64;
    Ok(Gathering { operations: day.len(), groups, holds, latest_ms })
}

/// The reports of a piece, with times that begin with it.
fn cut(day: &[Report], piece: u64) -> Vec<Report> {
    let within = day.iter().filter(|report| report.at_ms / PIECE_MS == piece);
    within.map(|report| Report { at_ms: report.at_ms % PIECE_MS, ..report.clone() }).collect()
}

fn groups(reports: &[Report]) -> usize {
    reports.iter().map(|report| report.groups.len()).sum()
}

/// Submits everything at its time, to everyone. Returns how late that was at its latest.
fn replay(pieces: &[Vec<Report>], replays: &[Replay]) -> Duration {
    let players: Vec<u64> = (1..=PLAYERS).collect();
    let mut all: Vec<(usize, &Report)> = pieces
        .iter()
        .enumerate()
        .flat_map(|(piece, reports)| reports.iter().map(move |report| (piece, report)))
        .collect();
    all.sort_by_key(|(_, report)| report.at_ms);
    let started = Instant::now();
    let mut latest = Duration::ZERO;
    for (piece, report) in all {
        let at = started + Duration::from_millis(report.at_ms) / FASTER as u32;
        thread::sleep(at.saturating_duration_since(Instant::now()));
        for replay in replays {
            replay.clients[piece].submit_groups(&players, &report.groups);
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

    fn end(self, day: &[Report], pieces: &[Vec<Report>]) -> Result<OfAHold> {
        let longest = self.clients.iter().map(drained).max().unwrap_or_default();
        let (arrived, submitted) = (self.arrived.groups.load(Ordering::Relaxed), groups(day) as u64);
        if arrived != submitted {
            return Err(format!("{submitted} groups were submitted and {arrived} arrived"));
        }
        let least = |reports: &[Report]| trace::least_requests(reports, self.hold_ms, GROUPS_PER_REQUEST);
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

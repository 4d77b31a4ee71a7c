//! A million operations from eight threads, with everything that can go wrong, by the clock: each ends
//! once, with its own user data, and all records agree, those of the service as well.
//!
//! Chance comes from a seed, which is printed, and taken from `MPA_TEST_SEED` to have the same again, as
//! far as the scheduling of the threads lets it.

#[path = "stress/peer.rs"]
mod peer;

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http::HeaderValue;

use super::{Client, Config, Engine, Event, ImposedLimits, LaneSettings, MatchError, Settings, Stage, Work};
use crate::api::{
    EncounterType, Invitation, Invite, JoinRestriction, Lane, QueryActivities, RecentPlayer, RecentPlayerGroup,
    RecentPlayerGroups, SequenceNumber, ServerInvite, ServerRecentPlayers, SetActivity, Timestamp, UserRecentPlayers,
};
use crate::auth::Authorization;
use crate::http::{BaseUrl, CaMode};
use crate::log::Level;
use crate::matches::Player;
use crate::outcome::Status;
use crate::stats::Ends;
use peer::{Peer, Record, user};

const OPERATIONS: u64 = 1_000_000;
const SUBMITTERS: u64 = 8;
const READERS: u64 = 2;

/// What ends a round may take this much longer than it was given.
const LATE: Duration = Duration::from_secs(5);

/// What a test that hangs is ended after.
const STUCK: Duration = Duration::from_secs(60);

#[test]
fn a_million_operations_end_once_each() {
    let of_now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
    let given = std::env::var("MPA_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(of_now);
    println!("MPA_TEST_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let started = Instant::now();
    let (mut total, mut rounds, mut requests, mut panics, mut found) = (Ends::default(), 0, 0, 0, 0);
    while total.began < OPERATIONS {
        let round = Round::new(&mut random);
        let report = round.run(&mut random);
        requests += round.record.requests.load(Ordering::SeqCst);
        panics += round.record.panics.load(Ordering::SeqCst);
        found += round.found.load(Ordering::SeqCst);
        total.began += report.began;
        total.succeeded += report.succeeded;
        total.uncertain += report.uncertain;
        total.failed += report.failed;
        total.abandoned += report.abandoned;
        rounds += 1;
    }
    println!(
        "{rounds} rounds, {requests} requests, {panics} panics, {found} activities, {:?}: {total:?}",
        started.elapsed()
    );
    assert!(found > OPERATIONS / 100, "{found} activities were read");
    assert!(total.uncertain > 0 && total.failed > 0 && total.abandoned > 0 && panics > 0, "too little went wrong");
    assert!(total.succeeded > OPERATIONS / 2, "too much went wrong");
}

/// How a round ends, with how much time.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Close(Duration),
    Drain(Duration),
}

/// One client, from its first operation to its last event.
struct Round {
    client: Client,
    settings: Settings,
    record: Arc<Record>,
    ending: Ending,
    /// After so many operations.
    end_after: u64,
    submitted: AtomicU64,
    polled: AtomicU64,
    /// Acknowledged, as the callers' outcomes say.
    acknowledged: AtomicU64,
    drained: AtomicBool,
    /// How many activities were read.
    found: AtomicU64,
}

/// In place of the number of a match's operation.
const CLOSED_BY_CLIENT: u64 = 0;

/// In the user data of a query.
const IS_QUERY: u64 = 1 << 63;

/// Number and user data of an operation.
type Name = (u64, u64);

impl Round {
    fn new(random: &mut fastrand::Rng) -> Self {
        let milliseconds = |random: &mut fastrand::Rng, of: &[u64]| Duration::from_millis(of[random.usize(..of.len())]);
        let settings = Settings {
            capacity: random.usize(50..=5_000),
            capacity_bytes: if random.bool() { 64 << 20 } else { 200_000 },
            lanes: Lane::ALL.map(|lane| LaneSettings {
                time_to_live: milliseconds(random, &[100, 20_000]),
                hold: lane.info().hold.filter(|_| random.bool()).map(|_| Duration::from_millis(random.u64(1..=20))),
                workers: if lane == Lane::Invites { random.usize(1..=8) } else { 1 },
            }),
            authorization_lead: None,
        };
        let config = Config {
            title_id: 7,
            endpoint: BaseUrl::parse("https://service.invalid", false).unwrap(),
            authorization: Some(authorization("-", 0)),
            ca_certificates: Vec::new(),
            ca_mode: CaMode::Only,
            allow_plain_http: false,
            user_agent: HeaderValue::from_static("stress"),
            connect_timeout: Duration::from_secs(1),
            proxy: None,
            request_timeout: milliseconds(random, &[5, 30]),
            call_timeout: Duration::from_millis(50),
            max_attempts: random.u32(1..=3),
            imposed_limits: ImposedLimits::default(),
            shared_limits: None,
            max_idle_connections: 1,
            log_level: Level::Off,
            sign_in: None,
        };
        let record = Arc::new(Record::default());
        let limit = milliseconds(random, &[0, 20, 10_000]);
        let peer = Peer::new(random.u64(..), record.clone());
        let engine = Engine::over(Arc::new(peer), Box::new(|_| unreachable!("no one signs in")), config).unwrap();
        Round {
            client: Client::new(engine, settings),
            settings,
            record,
            ending: if random.bool() { Ending::Close(limit) } else { Ending::Drain(limit) },
            end_after: random.u64(1_000..100_000),
            submitted: AtomicU64::new(0),
            polled: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            drained: AtomicBool::new(false),
            found: AtomicU64::new(0),
        }
    }

    fn run(&self, random: &mut fastrand::Rng) -> Ends {
        let what = format!("{:?} after {}, {:?}", self.ending, self.end_after, self.settings);
        let (mut submitted, mut ended) = (vec![], vec![]);
        thread::scope(|scope| {
            let submitters: Vec<_> = (0..SUBMITTERS)
                .map(|thread| {
                    let random = random.fork();
                    scope.spawn(move || self.submit_until_closed(thread, random))
                })
                .collect();
            let readers: Vec<_> = (0..READERS).map(|reader| scope.spawn(move || self.read(reader == 0))).collect();
            self.end(&what, || submitters.iter().any(|thread| thread.is_finished()));
            submitted = submitters.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
            ended = readers.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        });
        if matches!(self.ending, Ending::Drain(_)) {
            assert_eq!(submitted.len(), ended.len(), "{what}: drained, and not all have ended");
            self.client.close(Duration::ZERO);
        }
        self.wait_for_the_workers_to_go(&what);
        while let Some(event) = self.client.poll() {
            self.book(event, &mut ended);
        }
        for (number, user_data) in submitted.iter_mut().filter(|(number, _)| *number == CLOSED_BY_CLIENT) {
            let end = ended.iter().find(|(_, ended)| ended == user_data);
            *number = end.map(|(number, _)| *number).unwrap_or_else(|| panic!("{what}: a match has not ended"));
        }
        submitted.sort_unstable();
        ended.sort_unstable();
        assert!(submitted.windows(2).all(|pair| pair[0].0 < pair[1].0), "{what}: a number was given twice");
        assert!(ended.windows(2).all(|pair| pair[0].0 < pair[1].0), "{what}: one ended twice");
        assert!(submitted == ended, "{what}: not all have ended, or others");
        let reported = self.acknowledged.load(Ordering::SeqCst);
        assert_eq!(reported, self.record.acknowledged.load(Ordering::SeqCst), "{what}: the service has other counts");
        let report = self.client.shared.report(&self.client.shared.state.lock());
        assert_eq!(report.operations.began, submitted.len() as u64, "{what}");
        assert_eq!((report.operations.unfinished(), report.events_not_polled), (0, 0), "{what}");
        assert_eq!(report.calls.unfinished(), 0, "{what}");
        let mut state = self.client.shared.state.lock();
        state.forget_found();
        let held = state.held();
        assert_eq!((held.operations, held.bytes, held.completions), (0, 0, 0), "{what}");
        report.operations
    }

    /// Ends the round at its moment, in its time.
    fn end(&self, what: &str, failed: impl Fn() -> bool) {
        let begun = Instant::now();
        while self.submitted.load(Ordering::SeqCst) < self.end_after && !failed() {
            assert!(begun.elapsed() < STUCK, "{what}: {} so far", self.submitted.load(Ordering::SeqCst));
            thread::sleep(Duration::from_micros(500));
        }
        let ending = Instant::now();
        match self.ending {
            Ending::Close(limit) => {
                self.client.close(limit);
                assert!(ending.elapsed() < limit + LATE, "{what}: closing took {:?}", ending.elapsed());
            }
            Ending::Drain(limit) => {
                self.client.drain(limit).unwrap();
                while !self.drained.load(Ordering::SeqCst) {
                    assert!(ending.elapsed() < limit + LATE, "{what}: draining takes {:?}", ending.elapsed());
                    thread::sleep(Duration::from_micros(500));
                }
                // A thread that waits for events does not have to wait for the rest of its time.
                self.client.wake();
            }
        }
    }

    fn submit_until_closed(&self, thread: u64, mut random: fastrand::Rng) -> Vec<Name> {
        let mut own = vec![];
        for count in 0_u64.. {
            let kind = random.u8(..40);
            let user_data = thread << 32 | count | if kind < 5 { IS_QUERY } else { 0 };
            let submitted =
                if kind == 5 { self.play(&mut random, user_data) } else { self.submit(&mut random, user_data) };
            match submitted {
                Ok(number) => own.push((number, user_data)),
                Err(Status::QueueFull | Status::EventsNotPolled) => thread::sleep(Duration::from_micros(100)),
                Err(Status::Closed) => break,
                Err(other) => panic!("{other:?}"),
            }
            match random.u16(..2_000) {
                0..20 => {
                    let number = own.last().map_or(1, |(number, _)| random.u64(1..=(*number).max(1)));
                    assert!(self.client.cancel(number).is_ok());
                }
                20..26 => drop(self.client.flush(Duration::from_millis(random.u64(..3)))),
                26..30 => self.client.wake(),
                30 => {
                    // The boundary catches what the transport throws; here we are behind it.
                    let call = server_invite(&mut random);
                    let run = panic::catch_unwind(AssertUnwindSafe(|| self.client.run(&call, None)));
                    let acknowledged = run.map_or(0, |outcome| outcome.acknowledged);
                    self.acknowledged.fetch_add(acknowledged.into(), Ordering::SeqCst);
                }
                _ => {}
            }
        }
        own
    }

    fn submit(&self, random: &mut fastrand::Rng, user_data: u64) -> Result<u64, Status> {
        let own = (random.u8(..8) == 0).then(|| authorization(&random.u8(1..100).to_string(), 0));
        let (work, own) = match random.u8(..8) {
            _ if user_data & IS_QUERY > 0 => (Work::new(QueryActivities::new(users(random)).unwrap()), own),
            0 | 1 => (Work::new(Invite::new(invitation(random)).unwrap()), own),
            2 => (Work::new(server_invite(random)), None),
            3 => (Work::new(set_activity(random)), own),
            4 => (Work::new(server_recent_players(random)), None),
            _ => (Work::new(groups(random)), None),
        };
        // With an authorization of their own, they may meet a way that is closed for a while.
        let is_brief = own.is_some() || random.u8(..50) == 0;
        let time_to_live = is_brief.then(|| Duration::from_millis(random.u64(1..30)));
        let mut stored = 0;
        let store = |number| {
            stored = number;
            let submitted = self.submitted.fetch_add(1, Ordering::SeqCst) + 1;
            // One that a reader has polled just now may not be counted yet.
            let held = submitted - self.polled.load(Ordering::SeqCst);
            assert!(held <= self.settings.capacity as u64 + READERS, "{held} are held");
        };
        let result = self.client.submit(work, own, user_data, time_to_live, store);
        result.map(|()| stored).map_err(|outcome| outcome.status)
    }

    /// Plays a match of which each group has two players. The number of its operation; `CLOSED_BY_CLIENT` if the client
    /// was closed or drained meanwhile.
    fn play(&self, random: &mut fastrand::Rng, user_data: u64) -> Result<u64, Status> {
        let game = self.client.open_match(Duration::ZERO, user_data).map_err(|outcome| outcome.status)?;
        self.submitted.fetch_add(1, Ordering::SeqCst);
        let mut last = random.u64(..1_000);
        let _ = self.client.join(&game, player(last));
        for next in last + 1..last + random.u64(1..5) {
            let (joined, left) = (self.client.join(&game, player(next)), self.client.leave(&game, user(last)));
            let is_expected = matches!(joined, Ok(()) | Err(MatchError::Closed(_)))
                && matches!(left, Ok(()) | Err(MatchError::Closed(_) | MatchError::Unsent(_)));
            assert!(is_expected, "{joined:?} {left:?}");
            last = next;
        }
        let mut number = CLOSED_BY_CLIENT;
        if let Err(outcome) = self.client.close_match(&game, user_data, |stored| number = stored) {
            assert_eq!(outcome.status, Status::Closed);
        }
        Ok(number)
    }

    /// Reads until all is over.
    fn read(&self, polls: bool) -> Vec<Name> {
        let mut ended = vec![];
        let mut last = Instant::now();
        while !self.drained.load(Ordering::SeqCst) && self.client.shared.state.lock().stage != Stage::Closed {
            let event = if polls { self.client.poll() } else { self.client.wait(Duration::from_millis(100)) };
            match event {
                Some(event) => {
                    last = Instant::now();
                    self.book(event, &mut ended);
                }
                None if polls => thread::sleep(Duration::from_micros(200)),
                None => {}
            }
            assert!(last.elapsed() < STUCK, "no event comes any more");
        }
        ended
    }

    fn book(&self, event: Event, ended: &mut Vec<Name>) {
        match event {
            Event::Completed { operation, user_data, outcome } => {
                self.polled.fetch_add(1, Ordering::SeqCst);
                self.acknowledged.fetch_add(outcome.acknowledged.into(), Ordering::SeqCst);
                // Another reader may have polled the next event by now.
                if let Ok(found) = self.client.found(operation) {
                    let expected = if user_data & IS_QUERY > 0 { outcome.acknowledged as usize } else { 0 };
                    assert_eq!(found.len(), expected, "{}", outcome.message);
                    self.found.fetch_add(expected as u64, Ordering::SeqCst);
                }
                ended.push((operation, user_data));
            }
            Event::AuthorizationNeeded(_) => {
                let token = self.record.first_good_token.load(Ordering::SeqCst);
                let pushed = self.client.set_authorization(authorization("-", token)).map_err(|outcome| outcome.status);
                // The service may have refused that one too by now; then it is asked for again.
                assert!(matches!(pushed, Ok(_) | Err(Status::Unauthorized | Status::Closed)), "{pushed:?}");
            }
            Event::Log(_) => unreachable!("it is off"),
            Event::Drained => assert!(!self.drained.swap(true, Ordering::SeqCst), "drained twice"),
        }
    }

    fn wait_for_the_workers_to_go(&self, what: &str) {
        let closed = Instant::now();
        while Arc::strong_count(&self.client.shared) > 1 {
            assert!(closed.elapsed() < LATE, "{what}: a worker stays");
            thread::sleep(Duration::from_micros(100));
        }
    }
}

fn player(number: u64) -> Player {
    Player { xuid: user(number), team: 0 }
}

fn authorization(user_hash: &str, token: u64) -> Authorization {
    Authorization::new(&format!("XBL3.0 x={user_hash};{token}"), 0).unwrap()
}

/// Mostly one or two, at times one more than go into one request.
fn users(random: &mut fastrand::Rng) -> Vec<u64> {
    let count = if random.u8(..50) == 0 { 17 } else { random.u64(1..=2) };
    (0..count).map(user).collect()
}

fn invitation(random: &mut fastrand::Rng) -> Invitation {
    Invitation { invited_users: users(random), ..Default::default() }
}

fn server_invite(random: &mut fastrand::Rng) -> ServerInvite {
    ServerInvite::new(1, invitation(random)).unwrap()
}

fn groups(random: &mut fastrand::Rng) -> RecentPlayerGroups {
    let time = Timestamp::from_unix_ms(1_000, UNIX_EPOCH).unwrap();
    let group = |number| {
        let players = vec![user(number), user(number + 1)];
        RecentPlayerGroup::new(Some(EncounterType::Opponent), time, players, 0).unwrap()
    };
    // Up to one more than go into one request.
    let count = if random.u8(..50) == 0 { random.u64(2..=21) } else { 1 };
    RecentPlayerGroups::new((0..count).map(group).collect()).unwrap()
}

fn set_activity(random: &mut fastrand::Rng) -> SetActivity {
    let activity = SetActivity {
        xuid: user(random.u64(..1_000)),
        join_restriction: JoinRestriction::Public,
        connection_string: "c".repeat(random.usize(..512)),
        group_id: None,
        max_players: 0,
        current_players: 0,
        platform: None,
        sequence_number: SequenceNumber(1),
    };
    activity.checked().unwrap()
}

fn server_recent_players(random: &mut fastrand::Rng) -> ServerRecentPlayers {
    let time = Timestamp::from_unix_ms(1_000, UNIX_EPOCH).unwrap();
    let players = || vec![RecentPlayer::new(5, None, time).unwrap()];
    let count = if random.u8(..50) == 0 { random.u64(2..=21) } else { 1 };
    let of_user = |number| UserRecentPlayers::new(user(number), players(), 0).unwrap();
    ServerRecentPlayers::new((0..count).map(of_user).collect()).unwrap()
}

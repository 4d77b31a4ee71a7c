//! The host of the model: it submits, polls and closes, and keeps records of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use http::HeaderValue;
use shuttle::thread;

use super::peer::{Manner, Peer};
use super::{NEVER, NOW, one_of};
use crate::api::{
    DeleteActivity, EncounterType, Invitation, Lane, QueryActivities, RecentPlayerGroup, RecentPlayerGroups,
    SequenceNumber, ServerInvite, Timestamp,
};
use crate::auth::Authorization;
use crate::client::{Client, Config, Engine, Event, ImposedLimits, LaneSettings, MatchError, Settings, Stage, Work};
use crate::http::{BaseUrl, CaMode};
use crate::log::Level;
use crate::matches::Player;
use crate::outcome::Status;
use crate::sync::{Condvar, Mutex};

/// A queue, and what the host knows about its operations.
pub struct Host {
    pub client: Client,
    pub record: std::sync::Mutex<HostRecord>,
}

#[derive(Default)]
pub struct HostRecord {
    /// User data by number.
    pub submitted: BTreeMap<u64, u64>,
    pub ended: BTreeMap<u64, Status>,
    /// The numbers of queries.
    pub queries: BTreeSet<u64>,
    /// User data of matches that have not ended. Their numbers are only known by their events: the client may close
    /// them as well.
    pub matches: BTreeSet<u64>,
    pub drained: u32,
    pub last_token: u32,
}

/// What differs between scenarios.
#[derive(Clone, Copy)]
pub struct Kind {
    pub manner: Manner,
    pub workers: usize,
    pub holds: bool,
    pub capacity: usize,
}

impl Default for Kind {
    fn default() -> Self {
        Kind { manner: Manner::Varies, workers: one_of(&[1, 2]), holds: false, capacity: 100 }
    }
}

pub fn authorization(token: u32) -> Authorization {
    Authorization::new(&format!("XBL3.0 x=-;{token}"), 0).unwrap()
}

pub fn host(kind: Kind) -> Arc<Host> {
    let config = Config {
        title_id: 7,
        endpoint: BaseUrl::parse("https://service.invalid", false).unwrap(),
        authorization: Some(authorization(0)),
        ca_certificates: Vec::new(),
        ca_mode: CaMode::Added,
        allow_plain_http: false,
        user_agent: HeaderValue::from_static("model"),
        connect_timeout: NEVER,
        proxy: None,
        request_timeout: NEVER,
        call_timeout: NEVER,
        // The second is for a token that was refused.
        max_attempts: 2,
        imposed_limits: ImposedLimits::default(),
        shared_limits: None,
        max_idle_connections: 1,
        log_level: Level::Off,
        sign_in: None,
    };
    let peer = Peer { manner: kind.manner, is_aborted: Mutex::new(false), changed: Condvar::new() };
    let settings = Settings {
        capacity: kind.capacity,
        capacity_bytes: 1 << 20,
        lanes: Lane::ALL.map(|lane| LaneSettings {
            time_to_live: NEVER,
            hold: lane.info().hold.and(kind.holds.then_some(NEVER / 2)),
            workers: if lane == Lane::Invites { kind.workers } else { 1 },
        }),
        authorization_lead: None,
    };
    let engine = Engine::over(Arc::new(peer), Box::new(|_| unreachable!("there is no sign-in")), config).unwrap();
    Arc::new(Host { client: Client::new(engine, settings), record: Default::default() })
}

pub fn invite() -> ServerInvite {
    ServerInvite::new(1, Invitation { invited_users: vec![2, 3], ..Default::default() }).unwrap()
}

pub fn group() -> RecentPlayerGroups {
    let time = Timestamp::from_unix_ms(1_000, UNIX_EPOCH).unwrap();
    let group = RecentPlayerGroup::new(Some(EncounterType::Teammate), time, vec![1, 2], 0).unwrap();
    RecentPlayerGroups::new(vec![group]).unwrap()
}

impl Host {
    /// Submits one; its number, or why not.
    pub fn submit(&self, lane: Lane, own: Option<Authorization>, user_data: u64) -> Result<u64, Status> {
        let work = match lane {
            Lane::Invites => Work::new(invite()),
            Lane::RecentPlayers => Work::new(group()),
            Lane::Activities => Work::new(DeleteActivity::new(1, SequenceNumber(1)).unwrap()),
            Lane::ActivityQueries => Work::new(QueryActivities::new(vec![1, 2]).unwrap()),
        };
        let mut stored = 0;
        self.client
            .submit(work, own, user_data, None, |number| {
                // A moment for others, who have to wait for what comes now.
                thread::sleep(NOW);
                stored = number;
                let mut record = self.record.lock().unwrap();
                let before = record.submitted.insert(number, user_data);
                assert_eq!(before, None, "number {number} was given twice");
                if lane == Lane::ActivityQueries {
                    record.queries.insert(number);
                }
            })
            .map(|()| stored)
            .map_err(|outcome| outcome.status)
    }

    /// Plays a match with two groups of two, as far as the client lets it.
    pub fn play(&self, user_data: u64) {
        self.record.lock().unwrap().matches.insert(user_data);
        let Ok(game) = self.client.open_match(NOW, user_data) else {
            self.record.lock().unwrap().matches.remove(&user_data);
            return;
        };
        let player = |xuid| Player { xuid, team: 0 };
        let events = [
            self.client.join(&game, player(1)),
            self.client.join(&game, player(2)),
            self.client.leave(&game, 1),
            self.client.join(&game, player(3)),
        ];
        for event in events {
            assert!(matches!(event, Ok(()) | Err(MatchError::Closed(_))), "{event:?}");
        }
        let closed =
            self.client.close_match(&game, user_data, |_| thread::sleep(NOW)).map_err(|outcome| outcome.status);
        assert!(matches!(closed, Ok(()) | Err(Status::Closed)), "{closed:?}");
    }

    pub fn submit_some(&self, count: u64, lanes: &[Lane], thread: u64) {
        for index in 0..count {
            let result = self.submit(one_of(lanes), None, thread << 32 | index);
            assert!(matches!(result, Ok(_) | Err(Status::Closed)), "{result:?}");
        }
    }

    /// Records an event; whether that was not the last.
    pub fn book(&self, event: Event) -> bool {
        match event {
            Event::Completed { operation, user_data, outcome } => {
                let mut record = self.record.lock().unwrap();
                if record.matches.remove(&user_data) {
                    record.submitted.insert(operation, user_data);
                }
                assert_eq!(record.submitted.get(&operation), Some(&user_data), "{operation} has other user data");
                assert_eq!(record.ended.insert(operation, outcome.status), None, "{operation} ended twice");
                let found = if record.queries.contains(&operation) && outcome.status == Status::Ok { 2 } else { 0 };
                drop(record);
                self.look_for(operation, found);
                true
            }
            Event::AuthorizationNeeded(_) => {
                self.push();
                true
            }
            Event::Log(_) => unreachable!("it is off"),
            Event::Drained => {
                let mut record = self.record.lock().unwrap();
                record.drained += 1;
                assert_eq!(record.drained, 1, "drained twice");
                assert_eq!(record.submitted.len(), record.ended.len(), "drained, and an event is missing");
                false
            }
        }
    }

    /// Reads what an operation has found, which is so much if no other event has been polled since.
    pub fn look_for(&self, operation: u64, expected: usize) {
        match self.client.found(operation) {
            Ok(found) => assert_eq!(found.len(), expected, "{operation}"),
            Err(outcome) => assert_eq!(outcome.status, Status::InvalidArgument),
        }
    }

    pub fn push(&self) {
        let mut record = self.record.lock().unwrap();
        record.last_token += 1;
        let token = record.last_token;
        drop(record);
        let pushed = self.client.set_authorization(authorization(token)).map_err(|outcome| outcome.status);
        assert!(matches!(pushed, Ok(_) | Err(Status::Closed)), "{pushed:?}");
    }

    /// Reads until the queue is drained, or closed.
    pub fn read(&self) {
        loop {
            match self.client.wait(NEVER) {
                Some(event) => {
                    if !self.book(event) {
                        return;
                    }
                }
                None => {
                    assert_eq!(self.client.shared.state.lock().stage, Stage::Closed, "sent away for nothing");
                    return;
                }
            }
        }
    }

    /// Reads so many ends, as a frame loop does.
    pub fn poll(&self, ends: usize) {
        while self.record.lock().unwrap().ended.len() < ends {
            match self.client.poll() {
                Some(event) => assert!(self.book(event)),
                None => thread::yield_now(),
            }
        }
    }

    pub fn flush(&self) {
        assert!(self.client.flush(NEVER).is_ok(), "the time was up");
    }

    pub fn close(&self, limit: Duration) {
        let report = self.client.close(limit);
        // It would panic where more have ended than had begun.
        assert!(report.operations.unfinished() + report.calls.unfinished() < 100, "{report:?}");
    }

    /// Closed, and all threads have gone: every operation has ended once, polled by now or not.
    pub fn settle(&self) {
        self.close(NOW);
        while Arc::strong_count(&self.client.shared) > 1 {
            thread::yield_now();
        }
        while let Some(event) = self.client.poll() {
            self.book(event);
        }
        let record = self.record.lock().unwrap();
        assert!(record.matches.is_empty(), "not all matches have ended");
        let ended: Vec<u64> = record.ended.keys().copied().collect();
        let submitted: Vec<u64> = record.submitted.keys().copied().collect();
        assert_eq!(ended, submitted, "not all have ended, or others");
        let counted =
            |wanted: fn(&Status) -> bool| record.ended.values().filter(|status| wanted(status)).count() as u64;
        let report = self.client.shared.report(&self.client.shared.state.lock());
        assert_eq!(report.operations.began, submitted.len() as u64, "{report:?}");
        assert_eq!(report.operations.succeeded, counted(|status| *status == Status::Ok), "{report:?}");
        assert_eq!((report.operations.unfinished(), report.calls.unfinished()), (0, 0), "{report:?}");
        assert_eq!(report.events_not_polled, 0, "{report:?}");
        let mut state = self.client.shared.state.lock();
        state.forget_found();
        let held = state.held();
        assert_eq!((held.operations, held.bytes, held.completions), (0, 0, 0), "{held:?}");
    }

    pub fn ended_as(&self, number: u64) -> Status {
        self.record.lock().unwrap().ended[&number]
    }
}

/// A thread of the host.
pub fn go(host: &Arc<Host>, what: impl FnOnce(&Host) + Send + 'static) -> thread::JoinHandle<()> {
    let host = host.clone();
    thread::spawn(move || what(&host))
}

pub fn join(threads: impl IntoIterator<Item = thread::JoinHandle<()>>) {
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

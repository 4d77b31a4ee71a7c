//! The queue under a checker that tries orders of events, at random and at the worst moments: nothing
//! is lost, nothing ends twice, nobody waits for ever.
//!
//!     RUSTFLAGS="--cfg shuttle" cargo test -p mpa --lib queue::model --target-dir target/model
//!
//! Every lock, atomic, wait and thread of the queue and the client is the checker's (`crate::sync`), so
//! that it decides who goes on. Waits may end early for no reason. A wait of less than a second may be
//! over at any moment; a longer one never is: whoever depends on it to go on waits for ever, which the
//! checker reports, as it does a thread that does not end. The service is a peer in this process.
//!
//! Each order follows from a seed, which is printed; `MPA_TEST_SEED` has the same again.
//!
//! Not covered, because the clock is the real one: times to live, the end of holding, the pace, waits
//! before another attempt, and limits other than "now" and "never". Nor sockets, nor what the processor
//! reorders, nor a panic of the transport. `src/queue/stress.rs` has those, by the clock.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use shuttle::rand::Rng;
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Runner, thread};

use super::{Event, Lane, OperationReport, Queue, Settings, Stage, Work};
use crate::auth::Authorization;
use crate::calls::{EncounterType, RecentPlayerGroup, RecentPlayerGroups, ServerInvite, Timestamp};
use crate::client::{Client, Config, ImposedLimits};
use crate::http::{Answer, CaMode, Failure, FailureKind, Request, Sent, Transport};
use crate::log::Level;
use crate::outcome::Status;
use crate::sync::{Condvar, Mutex};

/// Further away than the model looks.
const NEVER: Duration = Duration::from_secs(100_000);
const NOW: Duration = Duration::ZERO;

// The checker ------------------------------------------------------------------------------------

/// So many orders of a scenario by each way of choosing them.
const ORDERS: usize = 2_000;

/// A thread is displaced at so many moments of the other way to choose.
const DISPLACEMENTS: usize = 3;

fn check(scenario: fn()) {
    let given = std::env::var("MPA_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| fastrand::u64(..));
    println!("MPA_TEST_SEED={seed}");
    let mut config = shuttle::Config::new();
    config.stack_size = 256 * 1024;
    config.max_steps = shuttle::MaxSteps::FailAfter(200_000);
    Runner::new(RandomScheduler::new_from_seed(seed, ORDERS), config.clone()).run(scenario);
    Runner::new(PctScheduler::new_from_seed(seed, DISPLACEMENTS, ORDERS), config).run(scenario);
}

/// A choice that the seed decides.
fn one_of<T: Copy>(choices: &[T]) -> T {
    choices[shuttle::rand::thread_rng().gen_range(0..choices.len())]
}

// The peer ---------------------------------------------------------------------------------------

/// How the peer answers.
#[derive(Clone, Copy, Debug)]
enum Manner {
    Accepts,
    /// Now so, now so, and sometimes with what leaves an invite in doubt.
    Varies,
    /// As `Varies`, and sometimes not before it is cut off.
    Stalls,
    /// Refuses requests with more than one group.
    WantsThemAlone,
    /// Refuses tokens before this one.
    WantsToken(u32),
}

#[derive(Debug)]
struct Peer {
    manner: Manner,
    is_cut: Mutex<bool>,
    changed: Condvar,
}

impl Transport for Peer {
    fn exchange(&self, request: Request<'_>, _deadline: Instant) -> Result<Answer, Failure> {
        let is_repeatable = request.uri.path().contains("recentplayergroups");
        // The others have their turn while it is on the wire.
        thread::sleep(NOW);
        let broken = |sent| Failure {
            kind: FailureKind::Connection,
            sent,
            was_connected: true,
            detail: "it was cut".to_owned(),
        };
        if *self.is_cut.lock().unwrap() {
            return Err(broken(Sent::Nothing));
        }
        let status = match self.manner {
            Manner::Accepts => 204,
            Manner::Varies => one_of(&[204, 204, 204, 400, 0]),
            Manner::Stalls => one_of(&[204, 204, 400, 1, 1]),
            Manner::WantsThemAlone => {
                let groups = String::from_utf8_lossy(request.body).matches("\"recentPlayers\"").count();
                if groups > 1 { 400 } else { 204 }
            }
            Manner::WantsToken(first) => {
                let header = request.authorization.as_ref().unwrap().to_str().unwrap();
                let token: u32 = header.rsplit(';').next().unwrap().parse().unwrap();
                if token < first { 401 } else { 204 }
            }
        };
        match status {
            // Trying again would take time.
            0 if is_repeatable => Ok(answer(400)),
            0 => Err(broken(Sent::Perhaps)),
            1 => {
                let mut is_cut = self.is_cut.lock().unwrap();
                while !*is_cut {
                    is_cut = self.changed.wait(is_cut).unwrap();
                }
                Err(broken(one_of(&[Sent::Nothing, Sent::Incomplete, Sent::Perhaps])))
            }
            status => Ok(answer(status)),
        }
    }

    fn cut(&self) {
        *self.is_cut.lock().unwrap() = true;
        self.changed.notify_all();
    }
}

fn answer(status: u16) -> Answer {
    Answer { status, headers: Default::default(), body: vec![] }
}

// The host ---------------------------------------------------------------------------------------

/// A queue, and what the host knows about its operations.
struct Host {
    queue: Queue,
    books: std::sync::Mutex<HostBooks>,
}

#[derive(Default)]
struct HostBooks {
    /// User data by number.
    submitted: BTreeMap<u64, u64>,
    ended: BTreeMap<u64, Status>,
    drained: u32,
    last_token: u32,
}

/// What differs between scenarios.
#[derive(Clone, Copy)]
struct Kind {
    manner: Manner,
    workers: usize,
    holds: bool,
    capacity: usize,
}

impl Default for Kind {
    fn default() -> Self {
        Kind { manner: Manner::Varies, workers: one_of(&[1, 2]), holds: false, capacity: 100 }
    }
}

fn authorization(token: u32) -> Authorization {
    Authorization::new(&format!("XBL3.0 x=-;{token}"), 0, "header").unwrap()
}

fn host(kind: Kind) -> Arc<Host> {
    let config = Config {
        title_id: 7,
        endpoint: "https://service.invalid".to_owned(),
        authorization: Some(authorization(0)),
        ca_certificates_path: None,
        ca_mode: CaMode::Added,
        allow_plain_http: false,
        user_agent: "model".to_owned(),
        connect_timeout: NEVER,
        request_timeout: NEVER,
        call_timeout: NEVER,
        // The second is for a token that was refused.
        max_attempts: 2,
        imposed_limits: ImposedLimits::default(),
        log_level: Level::Off,
        sign_in: None,
    };
    let peer = Peer { manner: kind.manner, is_cut: Mutex::new(false), changed: Condvar::new() };
    let settings = Settings {
        capacity: kind.capacity,
        capacity_bytes: 1 << 20,
        invite_time_to_live: NEVER,
        recent_players_time_to_live: NEVER,
        recent_players_hold: kind.holds.then_some(NEVER / 2),
        invite_workers: kind.workers,
        authorization_lead: None,
    };
    let client = Client::over(Arc::new(peer), Box::new(|_| unreachable!("nobody signs in")), config).unwrap();
    Arc::new(Host { queue: Queue::new(client, settings), books: Default::default() })
}

fn invite() -> ServerInvite {
    ServerInvite::new(1, vec![2, 3], None, None).unwrap()
}

fn group() -> RecentPlayerGroups {
    let time = Timestamp::from_unix_ms(1_000, UNIX_EPOCH, 0).unwrap();
    let group = RecentPlayerGroup::new(Some(EncounterType::Teammate), time, vec![1, 2], 0).unwrap();
    RecentPlayerGroups::new(vec![group]).unwrap()
}

impl Host {
    /// Submits one; its number, or why not.
    fn submit(&self, lane: Lane, own: Option<Authorization>, user_data: u64) -> Result<u64, Status> {
        let work = match lane {
            Lane::Invites => Work::ServerInvite(invite()),
            Lane::RecentPlayers => Work::RecentPlayers(Arc::new(group())),
        };
        let mut stored = 0;
        self.queue
            .submit(work, own, user_data, None, |number| {
                // A moment for others, who have to wait for what comes now.
                thread::sleep(NOW);
                stored = number;
                let before = self.books.lock().unwrap().submitted.insert(number, user_data);
                assert_eq!(before, None, "number {number} was given twice");
            })
            .map(|()| stored)
            .map_err(|outcome| outcome.status)
    }

    fn submit_some(&self, count: u64, lanes: &[Lane], thread: u64) {
        for index in 0..count {
            let result = self.submit(one_of(lanes), None, thread << 32 | index);
            assert!(matches!(result, Ok(_) | Err(Status::Closed)), "{result:?}");
        }
    }

    /// Books an event; whether that was not the last.
    fn book(&self, event: Event) -> bool {
        match event {
            Event::Completed { operation, user_data, outcome } => {
                let mut books = self.books.lock().unwrap();
                assert_eq!(books.submitted.get(&operation), Some(&user_data), "{operation} has other user data");
                assert_eq!(books.ended.insert(operation, outcome.status), None, "{operation} ended twice");
                true
            }
            Event::AuthorizationNeeded(_) => {
                self.push();
                true
            }
            Event::Log(_) => unreachable!("it is off"),
            Event::Drained => {
                let mut books = self.books.lock().unwrap();
                books.drained += 1;
                assert_eq!(books.drained, 1, "drained twice");
                assert_eq!(books.submitted.len(), books.ended.len(), "drained, and an event is missing");
                false
            }
        }
    }

    fn push(&self) {
        let mut books = self.books.lock().unwrap();
        books.last_token += 1;
        let token = books.last_token;
        drop(books);
        let pushed = self.queue.set_authorization(authorization(token)).map_err(|outcome| outcome.status);
        assert!(matches!(pushed, Ok(()) | Err(Status::Closed)), "{pushed:?}");
    }

    /// Reads until the queue is drained, or closed.
    fn read(&self) {
        loop {
            match self.queue.wait(NEVER) {
                Some(event) => {
                    if !self.book(event) {
                        return;
                    }
                }
                None => {
                    assert_eq!(self.queue.shared.lock().stage, Stage::Closed, "sent away for nothing");
                    return;
                }
            }
        }
    }

    /// Reads so many ends, as a frame loop does.
    fn poll(&self, ends: usize) {
        while self.books.lock().unwrap().ended.len() < ends {
            match self.queue.poll() {
                Some(event) => assert!(self.book(event)),
                None => thread::yield_now(),
            }
        }
    }

    fn flush(&self) {
        assert!(self.queue.flush(NEVER).is_ok(), "the time was up");
    }

    fn close(&self, limit: Duration) {
        let (calls, operations) = self.queue.close(limit);
        assert_eq!(calls.calls, calls.succeeded + calls.uncertain + calls.failed + calls.unfinished, "{calls:?}");
        balances(&operations);
    }

    /// Closed, and all threads have gone: every operation has ended once, pulled by now or not.
    fn settle(&self) {
        self.close(NOW);
        while Arc::strong_count(&self.queue.shared) > 1 {
            thread::yield_now();
        }
        while let Some(event) = self.queue.poll() {
            self.book(event);
        }
        let books = self.books.lock().unwrap();
        let ended: Vec<u64> = books.ended.keys().copied().collect();
        let submitted: Vec<u64> = books.submitted.keys().copied().collect();
        assert_eq!(ended, submitted, "not all have ended, or others");
        let counted = |wanted: fn(&Status) -> bool| books.ended.values().filter(|status| wanted(status)).count() as u64;
        let report = self.queue.shared.lock().report();
        balances(&report);
        assert_eq!(report.submitted, submitted.len() as u64, "{report:?}");
        assert_eq!(report.succeeded, counted(|status| *status == Status::Ok), "{report:?}");
        assert_eq!((report.unfinished, report.events_not_pulled), (0, 0), "{report:?}");
    }

    fn ended_as(&self, number: u64) -> Status {
        self.books.lock().unwrap().ended[&number]
    }
}

fn balances(report: &OperationReport) {
    let ended = report.succeeded + report.uncertain + report.failed + report.abandoned + report.unfinished;
    assert_eq!(report.submitted, ended, "{report:?}");
}

/// A thread of the host.
fn go(host: &Arc<Host>, what: impl FnOnce(&Host) + Send + 'static) -> thread::JoinHandle<()> {
    let host = host.clone();
    thread::spawn(move || what(&host))
}

fn join(threads: impl IntoIterator<Item = thread::JoinHandle<()>>) {
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

const BOTH: [Lane; 2] = [Lane::Invites, Lane::RecentPlayers];

// Scenarios --------------------------------------------------------------------------------------

#[test]
fn what_is_submitted_ends_and_is_read() {
    check(|| {
        let host = host(Kind { workers: one_of(&[1, 3]), ..Kind::default() });
        let reader = go(&host, Host::read);
        join([1, 2].map(|thread| go(&host, move |host| host.submit_some(3, &BOTH, thread))));
        host.queue.drain(NEVER).unwrap();
        join([reader]);
        assert_eq!(host.books.lock().unwrap().ended.len(), 6);
        host.settle();
    });
}

#[test]
fn who_polls_reads_everything_too() {
    check(|| {
        let host = host(Kind::default());
        let reader = go(&host, |host| host.poll(4));
        join([1, 2].map(|thread| go(&host, move |host| host.submit_some(2, &BOTH, thread))));
        join([reader]);
        host.settle();
    });
}

#[test]
fn there_is_room_again_after_reading() {
    check(|| {
        let host = host(Kind { capacity: 1, ..Kind::default() });
        let submitters = [1, 2].map(|thread| {
            go(&host, move |host| {
                for _ in 0..2 {
                    while let Err(status) = host.submit(Lane::Invites, None, thread) {
                        assert!(matches!(status, Status::QueueFull | Status::EventsNotPolled), "{status:?}");
                        thread::yield_now();
                    }
                }
            })
        });
        host.poll(4);
        join(submitters);
        host.settle();
    });
}

#[test]
fn two_readers_share_the_events() {
    check(|| {
        let host = host(Kind::default());
        let readers = [(); 2].map(|()| go(&host, Host::read));
        host.submit_some(3, &BOTH, 0);
        host.flush();
        // Only one of them is told that it is drained.
        host.close(NEVER);
        join(readers);
        host.settle();
    });
}

#[test]
fn closing_at_any_moment_loses_nothing() {
    check(|| {
        let (manner, limit) =
            one_of(&[(Manner::Varies, NOW), (Manner::Varies, NEVER), (Manner::Stalls, NOW), (Manner::Accepts, NEVER)]);
        let host = host(Kind { manner, holds: one_of(&[false, true]), ..Kind::default() });
        let threads = [
            go(&host, Host::read),
            go(&host, |host| host.submit_some(2, &BOTH, 1)),
            go(&host, |host| host.submit_some(2, &BOTH, 2)),
            go(&host, |host| {
                let outcome = host.queue.client().run(&invite(), None);
                assert!(outcome.status != Status::Ok || outcome.acknowledged == 2);
            }),
            go(&host, move |host| host.close(limit)),
        ];
        join(threads);
        host.settle();
    });
}

#[test]
fn two_may_close_while_one_drains() {
    check(|| {
        let host = host(Kind { manner: Manner::Stalls, ..Kind::default() });
        host.submit_some(2, &BOTH, 1);
        let threads = [
            go(&host, Host::read),
            go(&host, |host| host.close(NOW)),
            go(&host, |host| host.close(NEVER)),
            go(&host, |host| drop(host.queue.drain(one_of(&[NOW, NEVER])))),
        ];
        join(threads);
        host.settle();
    });
}

#[test]
fn draining_at_any_moment_loses_nothing() {
    check(|| {
        let (manner, limit) = one_of(&[(Manner::Varies, NOW), (Manner::Varies, NEVER), (Manner::Stalls, NOW)]);
        let host = host(Kind { manner, holds: one_of(&[false, true]), ..Kind::default() });
        let threads = [
            go(&host, Host::read),
            go(&host, |host| host.submit_some(2, &BOTH, 1)),
            go(&host, move |host| host.queue.drain(limit).unwrap()),
        ];
        join(threads);
        assert_eq!(host.books.lock().unwrap().drained, 1);
        assert!(host.queue.poll().is_none(), "something comes after the end");
        host.settle();
    });
}

#[test]
fn who_flushes_is_told_of_the_end_however_it_comes() {
    check(|| {
        let host = host(Kind { holds: true, ..Kind::default() });
        host.submit_some(2, &BOTH, 1);
        let mut threads = vec![go(&host, Host::flush), go(&host, |host| host.submit_some(1, &BOTH, 2))];
        match one_of(&[0, 1, 2, 3]) {
            0 => {}
            1 => threads.push(go(&host, |host| host.close(NOW))),
            2 => threads.push(go(&host, |host| {
                host.queue.drain(NOW).unwrap();
                host.read();
            })),
            _ => threads.push(go(&host, |host| {
                host.queue.cancel(1).unwrap();
                host.queue.cancel(2).unwrap();
            })),
        }
        join(threads);
        host.settle();
    });
}

#[test]
fn what_is_held_goes_out_when_that_is_asked_for() {
    check(|| {
        let manner = one_of(&[Manner::Accepts, Manner::WantsThemAlone]);
        let host = host(Kind { manner, holds: true, ..Kind::default() });
        join([1, 2].map(|thread| {
            go(&host, move |host| {
                host.submit_some(2, &[Lane::RecentPlayers], thread);
                host.flush();
            })
        }));
        host.poll(4);
        assert!((1..=4).all(|number| host.ended_as(number) == Status::Ok), "sent alone, they are accepted");
        host.settle();
    });
}

#[test]
fn cancelling_at_any_moment_ends_an_operation_once() {
    check(|| {
        let host = host(Kind { holds: one_of(&[false, true]), ..Kind::default() });
        let threads = [
            go(&host, |host| host.submit_some(3, &BOTH, 1)),
            go(&host, |host| {
                for number in [1, 2, 3, 2] {
                    let result = host.queue.cancel(number).map_err(|outcome| outcome.status);
                    assert!(matches!(result, Ok(()) | Err(Status::InvalidArgument)), "{result:?}");
                }
            }),
            go(&host, |host| {
                host.poll(1);
                host.flush();
            }),
        ];
        // The first may be held until it is flushed.
        host.flush();
        while host.books.lock().unwrap().ended.is_empty() {
            host.flush();
            thread::yield_now();
        }
        join(threads);
        host.queue.drain(NEVER).unwrap();
        host.read();
        host.settle();
    });
}

#[test]
fn workers_wait_for_an_authorization_and_get_it() {
    check(|| {
        let manner = Manner::WantsToken(one_of(&[1, 2]));
        let host = host(Kind { manner, workers: one_of(&[1, 2]), ..Kind::default() });
        let reader = go(&host, Host::read);
        let submitter = go(&host, |host| {
            let _ = host.submit(Lane::Invites, Some(authorization(9)), 5);
            host.submit_some(2, &BOTH, 1);
        });
        // One that comes without having been asked for.
        let pusher = go(&host, Host::push);
        join([submitter]);
        host.queue.drain(NEVER).unwrap();
        join([reader, pusher]);
        host.settle();
    });
}

#[test]
fn who_waits_for_an_authorization_can_be_stopped() {
    check(|| {
        let host = host(Kind { manner: Manner::WantsToken(100), ..Kind::default() });
        host.submit_some(2, &BOTH, 1);
        let stop = one_of(&[0, 1, 2]);
        match stop {
            // Nobody reads, so that nothing is pushed.
            0 => host.close(NOW),
            1 => {
                let canceller = go(&host, |host| (1..=2).for_each(|number| host.queue.cancel(number).unwrap()));
                host.flush();
                join([canceller]);
            }
            _ => {
                // It ends on the wire or waiting, as the deadline of draining finds it.
                host.queue.drain(NOW).unwrap();
                while let Some(event) = host.queue.wait(NEVER) {
                    if matches!(event, Event::AuthorizationNeeded(_)) {
                        continue;
                    }
                    if !host.book(event) {
                        break;
                    }
                }
            }
        }
        host.settle();
    });
}

#[test]
fn a_reader_that_waits_is_woken() {
    check(|| {
        let host = host(Kind { workers: 1, ..Kind::default() });
        let readers = [(); 2].map(|()| go(&host, |host| assert!(host.queue.wait(NEVER).is_none())));
        while host.queue.shared.lock().waiting < 2 {
            thread::yield_now();
        }
        host.queue.wake();
        join(readers);
        host.settle();
    });
}

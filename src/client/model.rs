//! The queue under a checker that tries orders of events, at random and at the worst moments: nothing
//! is lost, nothing ends twice, no thread waits for ever.
//!
//!     RUSTFLAGS="--cfg shuttle" cargo test -p mpa --lib client::model --target-dir target/model
//!
//! Every lock, atomic, wait and thread of the queue and the client is the checker's (`crate::sync`), so
//! that it decides who goes on. Waits may end early for no reason. A wait of less than a second may be
//! over at any moment; a longer one never is: a thread that depends on it to go on waits for ever, which the
//! checker reports, as it does a thread that does not end. The service is a peer in this process.
//!
//! Each order follows from a seed, which is printed; `MPA_TEST_SEED` has the same again.
//!
//! Not covered, because the clock is the real one: times to live, the end of holding, rate limits, waits
//! before another attempt, and limits other than "now" and "never". Nor sockets, nor what the processor
//! reorders, nor a panic of the transport. `src/client/stress.rs` has those, by the clock.

mod host;
mod peer;

use std::time::Duration;

use shuttle::rand::Rng;
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Runner, thread};

use super::Event;
use crate::api::Lane;
use crate::outcome::Status;
use host::*;
use peer::Manner;

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

// Scenarios --------------------------------------------------------------------------------------

#[test]
fn what_is_submitted_ends_and_is_read() {
    check(|| {
        let host = host(Kind { workers: one_of(&[1, 3]), ..Kind::default() });
        let reader = go(&host, Host::read);
        join([1, 2].map(|thread| go(&host, move |host| host.submit_some(3, &Lane::ALL, thread))));
        host.client.drain(NEVER).unwrap();
        join([reader]);
        assert_eq!(host.record.lock().unwrap().ended.len(), 6);
        host.settle();
    });
}

#[test]
fn polling_reads_every_event_too() {
    check(|| {
        let host = host(Kind::default());
        let reader = go(&host, |host| host.poll(4));
        join([1, 2].map(|thread| go(&host, move |host| host.submit_some(2, &Lane::ALL, thread))));
        join([reader]);
        host.settle();
    });
}

#[test]
fn what_was_found_is_read_while_others_poll_and_close() {
    check(|| {
        let host = host(Kind { manner: one_of(&[Manner::Accepts, Manner::Varies]), ..Kind::default() });
        let mut threads = vec![
            go(&host, Host::read),
            go(&host, |host| host.submit_some(3, &[Lane::ActivityQueries, Lane::Invites], 1)),
            go(&host, |host| {
                for operation in [1, 2, 3, 1] {
                    // Nothing was found by what is no query, or was refused.
                    if let Ok(found) = host.client.found(operation) {
                        assert!(matches!(found.len(), 0 | 2), "{}", found.len());
                    }
                    thread::yield_now();
                }
            }),
        ];
        if one_of(&[false, true]) {
            threads.push(go(&host, |host| {
                let _ = host.client.poll().map(|event| host.book(event));
            }));
        }
        threads.push(go(&host, |host| host.close(one_of(&[NOW, NEVER]))));
        join(threads);
        host.settle();
    });
}

#[test]
fn a_match_ends_once_however_the_client_ends() {
    check(|| {
        let (manner, limit) = one_of(&[(Manner::Varies, NOW), (Manner::Varies, NEVER), (Manner::Stalls, NOW)]);
        let host = host(Kind { manner, holds: one_of(&[false, true]), ..Kind::default() });
        let mut threads = vec![
            go(&host, Host::read),
            go(&host, |host| host.play(1 << 40)),
            go(&host, |host| {
                host.play(2 << 40);
                host.submit_some(1, &[Lane::RecentPlayers], 3);
            }),
        ];
        threads.push(match one_of(&[0, 1]) {
            0 => go(&host, move |host| host.close(limit)),
            _ => go(&host, move |host| host.client.drain(limit).unwrap()),
        });
        join(threads);
        host.settle();
    });
}

#[test]
fn a_match_that_ends_is_read_and_can_be_cancelled() {
    check(|| {
        let host = host(Kind { holds: one_of(&[false, true]), ..Kind::default() });
        let threads = [
            go(&host, |host| host.play(1 << 40)),
            go(&host, |host| {
                for number in [1, 2, 3, 4] {
                    let result = host.client.cancel(number).map_err(|outcome| outcome.status);
                    assert!(matches!(result, Ok(()) | Err(Status::InvalidArgument)), "{result:?}");
                }
            }),
        ];
        join(threads);
        host.flush();
        host.poll(1);
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
        host.submit_some(3, &Lane::ALL, 0);
        host.flush();
        // Only one of them gets the event that it is drained.
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
            go(&host, |host| host.submit_some(2, &Lane::ALL, 1)),
            go(&host, |host| host.submit_some(2, &Lane::ALL, 2)),
            go(&host, |host| {
                let outcome = host.client.run(&invite(), None);
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
        host.submit_some(2, &Lane::ALL, 1);
        let threads = [
            go(&host, Host::read),
            go(&host, |host| host.close(NOW)),
            go(&host, |host| host.close(NEVER)),
            go(&host, |host| drop(host.client.drain(one_of(&[NOW, NEVER])))),
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
            go(&host, |host| host.submit_some(2, &Lane::ALL, 1)),
            go(&host, move |host| host.client.drain(limit).unwrap()),
        ];
        join(threads);
        assert_eq!(host.record.lock().unwrap().drained, 1);
        assert!(host.client.poll().is_none(), "something comes after the end");
        host.settle();
    });
}

#[test]
fn a_flush_ends_however_the_client_ends() {
    check(|| {
        let host = host(Kind { holds: true, ..Kind::default() });
        host.submit_some(2, &Lane::ALL, 1);
        let mut threads = vec![go(&host, Host::flush), go(&host, |host| host.submit_some(1, &Lane::ALL, 2))];
        match one_of(&[0, 1, 2, 3]) {
            0 => {}
            1 => threads.push(go(&host, |host| host.close(NOW))),
            2 => threads.push(go(&host, |host| {
                host.client.drain(NOW).unwrap();
                host.read();
            })),
            _ => threads.push(go(&host, |host| {
                host.client.cancel(1).unwrap();
                host.client.cancel(2).unwrap();
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
            go(&host, |host| host.submit_some(3, &Lane::ALL, 1)),
            go(&host, |host| {
                for number in [1, 2, 3, 2] {
                    let result = host.client.cancel(number).map_err(|outcome| outcome.status);
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
        while host.record.lock().unwrap().ended.is_empty() {
            host.flush();
            thread::yield_now();
        }
        join(threads);
        host.client.drain(NEVER).unwrap();
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
            host.submit_some(2, &Lane::ALL, 1);
        });
        // One that comes without having been asked for.
        let pusher = go(&host, Host::push);
        join([submitter]);
        host.client.drain(NEVER).unwrap();
        join([reader, pusher]);
        host.settle();
    });
}

#[test]
fn a_wait_for_an_authorization_can_be_stopped() {
    check(|| {
        let host = host(Kind { manner: Manner::WantsToken(100), ..Kind::default() });
        host.submit_some(2, &Lane::ALL, 1);
        let stop = one_of(&[0, 1, 2]);
        match stop {
            // Nothing reads, so that nothing is pushed.
            0 => host.close(NOW),
            1 => {
                let canceller = go(&host, |host| (1..=2).for_each(|number| host.client.cancel(number).unwrap()));
                host.flush();
                join([canceller]);
            }
            _ => {
                // It ends on the wire or waiting, as the deadline of draining finds it.
                host.client.drain(NOW).unwrap();
                while let Some(event) = host.client.wait(NEVER) {
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
        let readers = [(); 2].map(|()| go(&host, |host| assert!(host.client.wait(NEVER).is_none())));
        while host.client.shared.state.lock().waiting < 2 {
            thread::yield_now();
        }
        host.client.wake();
        join(readers);
        host.settle();
    });
}

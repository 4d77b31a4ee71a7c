//! A relay: requests of servers wait in it in order of arrival, and go on at the rate of its window and, if there are
//! several relays, of the window that they share.

use std::collections::VecDeque;
use std::time::Duration;

use mpa::outcome::Throttle;
use mpa::policy::{Limit, MonotonicTime, SlidingWindow};

/// A request of a server, with one invite or one group in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Post {
    pub server: usize,
    pub call: u64,
    pub arrived: MonotonicTime,
    /// Until when it may go on.
    pub deadline: MonotonicTime,
}

/// What comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// A request is filled until there is a permit for it.
    Permit,
    /// A worker takes what there is once it has been held, and then waits for a permit.
    Batch,
}

#[derive(Clone, Copy, Debug)]
pub struct Gathering {
    /// Posts in a request.
    pub places: usize,
    /// How long a request that is not full is held.
    pub hold: Duration,
    pub order: Order,
    /// A post that is refused may come so long before its turn.
    pub early: Duration,
}

impl Gathering {
    pub const NONE: Self = Gathering { places: 1, hold: Duration::ZERO, order: Order::Permit, early: Duration::ZERO };
}

/// What a relay does.
#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    Send(Vec<Post>),
    /// 429, with the time after which to come again.
    Refuse(Post, Duration),
    Wake(MonotonicTime),
}

/// The window of all relays. To ask it takes no time here.
#[derive(Default)]
pub struct Store {
    pub window: SlidingWindow,
    pub asked: usize,
}

/// The service rejected a request.
pub struct Rejection {
    pub posts: Vec<Post>,
    pub sent: MonotonicTime,
    pub throttle: Throttle,
    pub retry_after: Duration,
}

pub struct Relay {
    window: SlidingWindow,
    gathering: Gathering,
    waiting: VecDeque<Post>,
    /// What the worker has taken.
    taken: Option<Vec<Post>>,
}

impl Store {
    /// Whether a request may go out now, or else until when not.
    fn acquire(&mut self, now: MonotonicTime) -> Result<(), (MonotonicTime, Option<Limit>)> {
        self.asked += 1;
        let available = self.window.next_available(0, now);
        if available > now {
            return Err((available, self.window.tightest()));
        }
        self.window.record(now);
        Ok(())
    }
}

impl Relay {
    pub fn new(window: SlidingWindow, gathering: Gathering) -> Self {
        Relay { window, gathering, waiting: VecDeque::new(), taken: None }
    }

    pub fn arrive(&mut self, post: Post, now: MonotonicTime, store: Option<&mut Store>) -> Vec<Action> {
        self.waiting.push_back(post);
        self.advance(now, store)
    }

    pub fn accepted(&mut self, now: MonotonicTime) {
        self.window.accepted(now);
    }

    /// What was rejected waits again, in front of the others.
    pub fn rejected(
        &mut self,
        rejection: Rejection,
        now: MonotonicTime,
        mut store: Option<&mut Store>,
        random: f64,
    ) -> Vec<Action> {
        let Rejection { posts, sent, throttle, retry_after } = rejection;
        let shared = store.as_deref_mut().map(|store| &mut store.window);
        for window in [Some(&mut self.window), shared].into_iter().flatten() {
            window.rejected(now, sent, &throttle, Some(retry_after), random);
        }
        posts.into_iter().rev().for_each(|post| self.waiting.push_front(post));
        self.advance(now, store)
    }

    /// Sends what may go, and refuses whose turn would come too late.
    pub fn advance(&mut self, now: MonotonicTime, mut store: Option<&mut Store>) -> Vec<Action> {
        let mut actions = Vec::new();
        loop {
            if self.gathering.order == Order::Batch {
                self.take(now, &mut actions);
            }
            self.refuse_late(now, &mut actions);
            let Some(at) = self.next(now) else { return actions };
            if at > now {
                actions.push(Action::Wake(at));
                return actions;
            }
            if let Some(Err((until, limit))) = store.as_deref_mut().map(|store| store.acquire(now)) {
                self.window.hold_until(until, limit);
                continue;
            }
            self.window.record(now);
            let batch = self.taken.take().unwrap_or_else(|| self.drain());
            actions.push(Action::Send(batch));
        }
    }

    /// When the next request goes out, or the next batch is taken.
    fn next(&self, now: MonotonicTime) -> Option<MonotonicTime> {
        let permit = self.window.next_available(0, now);
        if self.taken.is_some() {
            return Some(permit);
        }
        let first = self.waiting.front()?;
        let held = if self.waiting.len() < self.gathering.places { first.arrived + self.gathering.hold } else { now };
        Some(match self.gathering.order {
            Order::Permit => permit.max(held),
            Order::Batch => held,
        })
    }

    fn drain(&mut self) -> Vec<Post> {
        let count = self.gathering.places.min(self.waiting.len());
        self.waiting.drain(..count).collect()
    }

    /// The worker takes a batch. As in the library, the first in it whose time is over is the measure for all.
    fn take(&mut self, now: MonotonicTime, actions: &mut Vec<Action>) {
        while self.taken.is_some() || self.next(now).is_some_and(|at| at <= now) {
            let batch = self.taken.take().unwrap_or_else(|| self.drain());
            let permit = self.window.next_available(0, now);
            let deadline = batch.iter().map(|post| post.deadline).min();
            if deadline.is_some_and(|deadline| deadline >= permit) {
                self.taken = Some(batch);
                return;
            }
            actions.extend(batch.into_iter().map(|post| self.refusal(post, permit, now)));
        }
    }

    fn refuse_late(&mut self, now: MonotonicTime, actions: &mut Vec<Action>) {
        let places = self.gathering.places;
        let requests_before = usize::from(self.taken.is_some());
        let (mut place, mut turn) = (0, now);
        while let Some(&post) = self.waiting.get(place) {
            if place % places == 0 {
                turn = self.window.next_available(requests_before + place / places, now);
            }
            if turn <= post.deadline {
                place += 1;
                continue;
            }
            self.waiting.remove(place);
            actions.push(self.refusal(post, turn, now));
        }
    }

    fn refusal(&self, post: Post, turn: MonotonicTime, now: MonotonicTime) -> Action {
        Action::Refuse(post, (turn - now).saturating_sub(self.gathering.early))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> MonotonicTime {
        Duration::from_millis(ms)
    }

    fn post(call: u64, arrived_ms: u64) -> Post {
        Post { server: 0, call, arrived: ms(arrived_ms), deadline: ms(arrived_ms + 2_750) }
    }

    /// One request in 4 s, of which the first goes out at once.
    fn relay(gathering: Gathering) -> Relay {
        let mut relay = Relay::new(SlidingWindow::imposing([Limit { max: 1, period: ms(3_950) }]), gathering);
        assert_eq!(relay.arrive(post(0, 0), ms(0), None), [Action::Send(vec![post(0, 0)])]);
        relay
    }

    #[test]
    fn a_post_waits_for_its_turn_or_is_refused_at_once() {
        let mut relay = relay(Gathering::NONE);
        assert_eq!(relay.arrive(post(1, 1_000), ms(1_000), None), [Action::Refuse(post(1, 1_000), ms(3_000))]);
        assert_eq!(relay.arrive(post(2, 2_000), ms(2_000), None), [Action::Wake(ms(4_000))]);
        assert_eq!(
            relay.arrive(post(3, 3_000), ms(3_000), None),
            [Action::Refuse(post(3, 3_000), ms(5_000)), Action::Wake(ms(4_000))]
        );
        assert_eq!(relay.advance(ms(4_000), None), [Action::Send(vec![post(2, 2_000)])]);
    }

    #[test]
    fn a_request_is_filled_until_there_is_a_permit_for_it() {
        let hold = Gathering { places: 20, ..Gathering::NONE };
        for (order, expected) in
            [(Order::Permit, vec![post(1, 2_000), post(2, 3_000)]), (Order::Batch, vec![post(1, 2_000)])]
        {
            let mut relay = relay(Gathering { order, ..hold });
            relay.arrive(post(1, 2_000), ms(2_000), None);
            relay.arrive(post(2, 3_000), ms(3_000), None);
            assert_eq!(relay.advance(ms(4_000), None).first(), Some(&Action::Send(expected)), "{order:?}");
        }
    }

    #[test]
    fn what_is_refused_may_come_before_its_turn() {
        let mut relay = relay(Gathering { early: ms(2_000), ..Gathering::NONE });
        assert_eq!(relay.arrive(post(1, 1_000), ms(1_000), None), [Action::Refuse(post(1, 1_000), ms(1_000))]);
    }

    #[test]
    fn relays_that_share_a_window_keep_it_together() {
        let limit = Limit { max: 1, period: ms(3_950) };
        let mut store = Store { window: SlidingWindow::imposing([limit]), asked: 0 };
        let mut relays = [0, 1].map(|_| Relay::new(SlidingWindow::imposing([limit]), Gathering::NONE));
        assert_eq!(relays[0].arrive(post(0, 0), ms(0), Some(&mut store)), [Action::Send(vec![post(0, 0)])]);
        let refused = [Action::Refuse(post(1, 0), ms(4_000))];
        assert_eq!(relays[1].arrive(post(1, 0), ms(0), Some(&mut store)), refused);
        assert_eq!(relays[1].arrive(post(1, 0), ms(0), Some(&mut store)), refused);
        assert_eq!(store.asked, 2, "a refusal is remembered");
    }
}

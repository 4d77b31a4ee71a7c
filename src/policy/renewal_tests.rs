use super::*;

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const MONTH: u64 = 31 * DAY;

fn after_a_token(lead: Option<u64>, life: u64, random: f64) -> Duration {
    let mut renewal = Renewal::new(lead.map(s));
    renewal.succeeded(s(1_000), s(life), s(life), random);
    renewal.due() - s(1_000)
}

#[test]
fn a_token_is_renewed_in_the_last_quarter_of_its_life_or_a_little_before() {
    assert_eq!(after_a_token(None, 4 * HOUR, 0.0), s(3 * HOUR));
    assert_eq!(after_a_token(None, 4 * HOUR, 0.5), s(3 * HOUR - HOUR / 4));
    assert_eq!(after_a_token(None, 14 * DAY, 0.0), s(13 * DAY));
    assert_eq!(after_a_token(Some(600), 4 * HOUR, 0.0), s(4 * HOUR - 600));
    assert_eq!(after_a_token(Some(600), 4 * HOUR, 1.0), s(4 * HOUR - 900));
    // A lead as long as the life would renew without end.
    assert_eq!(after_a_token(Some(DAY), 4 * HOUR, 0.0), s(2 * HOUR));
    assert_eq!(after_a_token(Some(DAY), 4 * HOUR, 1.0), s(HOUR));
}

#[test]
fn a_token_that_was_made_earlier_is_renewed_by_what_is_left() {
    let mut renewal = Renewal::new(None);
    renewal.succeeded(s(0), s(8 * HOUR), s(3 * HOUR), 0.0);
    assert_eq!(renewal.due(), s(3 * HOUR / 2));
    assert!(renewal.has_token(s(3 * HOUR - 1)) && !renewal.has_token(s(3 * HOUR)));
}

#[test]
fn a_fleet_that_started_together_does_not_renew_together() {
    let random = fastrand::Rng::with_seed(1);
    let mut random = random;
    let mut moments: Vec<_> = (0..1_000).map(|_| after_a_token(None, 4 * HOUR, random.f64())).collect();
    moments.sort();
    let busiest = moments.windows(100).map(|hundred| hundred[99] - hundred[0]).min().unwrap();
    assert!(busiest > s(60), "a hundred servers within {busiest:?}");
}

#[test]
fn failures_that_may_pass_are_tried_again_soon_and_then_less_often() {
    let mut renewal = Renewal::new(None);
    let waits = |renewal: &mut Renewal, now: Duration, count: usize| -> Vec<u64> {
        (0..count)
            .map(|_| {
                renewal.failed(now, Prospect::Transient, None, 1.0);
                (renewal.due() - now).as_secs()
            })
            .collect()
    };
    assert_eq!(waits(&mut renewal, s(0), 7), [1, 2, 4, 8, 16, 20, 20]);
    renewal.succeeded(s(0), s(HOUR), s(HOUR), 0.0);
    assert_eq!(waits(&mut renewal, s(2_700), 8), [1, 2, 4, 8, 16, 32, 60, 60]);
    // The end of the token in use is near.
    assert_eq!(waits(&mut renewal, s(HOUR - 120), 1), [20]);
}

#[test]
fn what_needs_people_is_tried_seldom_until_something_changes() {
    let mut renewal = Renewal::new(None);
    renewal.failed(s(0), Prospect::Permanent, None, 0.0);
    assert_eq!(renewal.due(), s(600));
    renewal.failed(s(600), Prospect::Permanent, Some(s(2_000)), 1.0);
    assert_eq!(renewal.due(), s(600 + 2_400));
    renewal.refresh_now(s(700));
    assert_eq!(renewal.due(), s(700));
}

#[test]
fn a_time_that_the_service_names_is_obeyed() {
    let mut renewal = Renewal::new(None);
    renewal.failed(s(0), Prospect::Transient, Some(s(100)), 0.0);
    assert_eq!(renewal.due(), s(100));
}

#[test]
fn a_refused_token_is_replaced_at_once_but_not_in_a_circle() {
    let mut renewal = Renewal::new(None);
    renewal.succeeded(s(0), s(HOUR), s(HOUR), 0.0);
    renewal.refused(s(600), None, 1.0);
    assert_eq!(renewal.due(), s(600));
    assert!(!renewal.has_token(s(600)));
    renewal.succeeded(s(600), s(HOUR), s(HOUR), 0.0);
    renewal.refused(s(601), None, 1.0);
    assert_eq!(renewal.due(), s(602));
}

#[test]
fn a_token_that_has_ended_already_is_no_success() {
    let mut renewal = Renewal::new(None);
    for wait in [1, 2, 4] {
        renewal.succeeded(s(0), s(HOUR), s(0), 1.0);
        assert_eq!(renewal.due(), s(wait));
    }
}

/// Both steps of signing in, against a service that is out now and then.
struct World {
    random: fastrand::Rng,
    /// From, until; the earliest first.
    outages: Vec<(MonotonicTime, MonotonicTime)>,
    window: SlidingWindow,
    sent: Vec<MonotonicTime>,
    service_token: Renewal,
    token: Renewal,
    /// For each token: when it came, when it was due to be renewed, when it ended.
    tokens: Vec<(MonotonicTime, MonotonicTime, MonotonicTime)>,
}

impl World {
    fn new(seed: u64, longest_outage: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut outages = Vec::new();
        let mut time = 0;
        while time < MONTH {
            let from = time + random.u64(60..DAY);
            // Most are short.
            let part = random.f64();
            time = from + 1 + (longest_outage as f64 * part * part) as u64;
            outages.push((s(from), s(time)));
        }
        World {
            random,
            outages,
            window: authentication_window(),
            sent: Vec::new(),
            service_token: Renewal::new(None),
            token: Renewal::new(None),
            tokens: Vec::new(),
        }
    }

    fn run(&mut self, token_life: impl Fn(&mut fastrand::Rng) -> Duration) {
        let mut now = MonotonicTime::ZERO;
        while now < s(MONTH) {
            // Without a service token the other cannot be asked for.
            let second_step = self.service_token.has_token(now.max(self.token.due()))
                && self.token.due().max(now) <= self.service_token.due().max(now);
            let due = if second_step { self.token.due() } else { self.service_token.due() };
            now = self.window.next_available(0, now.max(due));
            self.window.record(now);
            self.sent.push(now);
            let is_out = self.outages.iter().any(|(from, until)| (*from..*until).contains(&now));
            let random = self.random.f64();
            let renewal = if second_step { &mut self.token } else { &mut self.service_token };
            if is_out {
                renewal.failed(now, Prospect::Transient, None, random);
            } else if second_step {
                let life = token_life(&mut self.random);
                self.token.succeeded(now, life, life, random);
                self.tokens.push((now, self.token.due(), now + life));
            } else {
                renewal.succeeded(now, s(14 * DAY), s(14 * DAY), random);
            }
            // On the wire.
            now += Duration::from_millis(100);
        }
    }

    /// The longest time in a row in which the service was there.
    fn longest_up(&self, from: MonotonicTime, until: MonotonicTime) -> Duration {
        let mut longest = Duration::ZERO;
        let mut up_since = from;
        for (out_from, out_until) in &self.outages {
            longest = longest.max((*out_from).min(until).saturating_sub(up_since));
            up_since = up_since.max(*out_until);
        }
        longest.max(until.saturating_sub(up_since))
    }

    /// Times without a token: since when the next one was due, and when it came.
    fn gaps(&self) -> Vec<(MonotonicTime, MonotonicTime)> {
        let pairs = self.tokens.windows(2);
        pairs.filter(|pair| pair[0].2 < pair[1].0).map(|pair| (pair[0].1, pair[1].0)).collect()
    }

    fn limits_were_kept(&self) {
        for Limit { max, period } in LIMITS {
            let spans = self.sent.windows(max as usize + 1);
            let shortest = spans.map(|span| span[span.len() - 1] - span[0]).min();
            assert!(shortest.is_none_or(|shortest| shortest > period), "{max} in {period:?}: {shortest:?}");
        }
    }
}

fn four_to_sixteen_hours(random: &mut fastrand::Rng) -> Duration {
    s(random.u64(4 * HOUR..16 * HOUR))
}

#[test]
fn outages_shorter_than_the_lead_leave_no_moment_without_a_token() {
    for seed in 0..20 {
        let mut world = World::new(seed, HOUR - 120);
        world.run(four_to_sixteen_hours);
        assert!(world.tokens.len() > 60, "{} tokens", world.tokens.len());
        assert_eq!(world.gaps(), [], "seed {seed}");
        world.limits_were_kept();
    }
}

#[test]
fn a_token_is_missing_only_while_none_could_have_been_had() {
    let mut gaps = 0;
    for seed in 0..20 {
        let mut world = World::new(seed, 20 * HOUR);
        world.run(four_to_sixteen_hours);
        for (due, came) in world.gaps() {
            // Both steps at the longest wait of their back-off.
            let up = world.longest_up(due, came);
            assert!(up <= LONGEST + LONGEST_IN_NEED + s(1), "seed {seed}: the service was there for {up:?}");
            gaps += 1;
        }
        world.limits_were_kept();
    }
    assert!(gaps > 20, "only {gaps} gaps, too few to tell");
}

#[test]
fn the_limits_are_kept_whatever_the_service_does() {
    let mut world = World::new(1, 60);
    world.outages.clear();
    world.run(|random| Duration::from_millis(random.u64(0..2_000)));
    world.limits_were_kept();
    // As often as is allowed, and no more.
    let most = MONTH / 300 * 50;
    assert!((most * 9 / 10..=most + 50).contains(&(world.sent.len() as u64)), "{} requests", world.sent.len());
}

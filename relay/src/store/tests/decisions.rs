//! The script against `SlidingWindow`: the same sequence, the same decisions.

use std::collections::HashSet;
use std::sync::atomic::AtomicU64;

use mpa::outcome::Throttle;
use mpa::policy::SlidingWindow;

use super::super::address::Address;
use super::super::fleet_tests::Random;
use super::super::link::Link;
use super::super::script::{Keys, PermitAnswer, Question, Report, permit};
use super::*;

/// Runs questions one after the other.
struct Asker {
    runtime: tokio::runtime::Runtime,
    link: Link,
    keys: Keys,
    imposed: Vec<Limit>,
    number: u64,
}

impl Asker {
    fn new(server: &Server, prefix: &str, imposed: &[Limit]) -> Self {
        let runtime = runtime();
        let link = Link::new(Address::parse(&server.url(), None).unwrap(), Duration::from_secs(20)).unwrap();
        runtime.block_on(link.connect()).unwrap();
        let keys = Keys::new(&super::prefix(prefix), 7, "invites", "-");
        Asker { runtime, link, keys, imposed: imposed.to_vec(), number: 0 }
    }

    fn permit(&mut self, now: Duration) -> PermitAnswer {
        self.number += 1;
        let question = permit(&self.keys, &format!("relay:{}", self.number), &self.imposed, Some(clock(now)));
        PermitAnswer::read(&self.ask(&question)).unwrap()
    }

    fn report(&self, report: &Report, now: Duration) {
        self.ask(&report.question(&self.keys, &self.imposed, Some(clock(now))));
    }

    fn ask(&self, question: &Question) -> Vec<u64> {
        self.runtime.block_on(self.link.ask(question, &AtomicU64::new(0))).unwrap()
    }
}

fn clock(now: Duration) -> u64 {
    u64::try_from(now.as_micros()).unwrap()
}

#[test]
fn the_script_decides_as_the_sliding_window_does() {
    let server = Server::start();
    let (mut granted, mut refused, mut refused_by_name) = (0, 0, 0);
    for seed in 0..24 {
        let mut random = Random(seed);
        let imposed: Vec<_> = [limit(7, 15_000), limit(50, 300_000)].into_iter().take(random.below(3)).collect();
        let mut asker = Asker::new(&server, &format!("seed{seed}"), &imposed);
        let mut window = SlidingWindow::imposing(imposed.iter().copied());
        let mut sent: Vec<Duration> = Vec::new();
        // New periods only, and imposed ones where the relay had sent more: what the window does besides, on the
        // grounds that other processes draw on its limit, a store that knows all of them need not do.
        let mut periods: HashSet<_> = imposed.iter().map(|limit| limit.period).collect();
        let mut now = Duration::from_secs(10_000);
        for _ in 0..240 {
            let longest = [2_000, 3_000_000, 30_000_000][random.below(3)];
            now += Duration::from_micros(random.below(longest) as u64);
            window.accepted(now);
            if random.below(20) == 0 {
                let wait = (random.below(2) == 0).then(|| Duration::from_millis(random.below(8_000) as u64));
                let period_s = [1, 5, 15, 40, 300, 900][random.below(6)];
                let period = Duration::from_secs(period_s.into());
                let max = 1 + random.below(30) as u32;
                let in_period = sent.iter().filter(|at| **at + period > now).count();
                let is_new = periods.len() < 4 && !periods.contains(&period);
                let is_stricter = imposed.iter().any(|limit| limit.period == period) && in_period > max as usize;
                let named = (is_new || is_stricter).then(|| limit(max, u64::from(period_s) * 1_000));
                periods.extend(named.map(|limit| limit.period));
                let throttle = named.map(|limit| Throttle { max_requests: limit.max, period_s, ..Throttle::default() });
                // Without a time the window waits by its own rule, which is the caller's and not the store's.
                let wait = wait.unwrap_or_default();
                window.rejected(now, now, &throttle.unwrap_or_default(), Some(wait), 0.0);
                let named = named.map(|limit| (limit, Duration::ZERO)).into_iter().collect();
                asker.report(&Report { closed_for: wait, named, sent: Vec::new() }, now);
            }
            let is_free = window.next_available(0, now) == now;
            let answer = asker.permit(now);
            assert_eq!(answer.is_granted, is_free, "seed {seed}, at {now:?}: {answer:?}, {window:?}");
            if is_free {
                granted += 1;
                window.record(now);
                sent.push(now);
            } else {
                refused += 1;
                refused_by_name += usize::from(!answer.named.is_empty());
            }
            let wait = window.next_available(0, now) - now;
            assert_eq!(answer.wait, wait, "seed {seed}, at {now:?}: {answer:?}, {window:?}");
            let cause = window.tightest().filter(|_| !wait.is_zero());
            assert_eq!(answer.limit, cause, "seed {seed}, at {now:?}: {window:?}");
        }
    }
    assert!(granted > 1_000 && refused > 500 && refused_by_name > 200, "{granted} {refused} {refused_by_name}");
}

#[test]
fn a_report_twice_is_one() {
    let server = Server::start();
    let mut asker = Asker::new(&server, "mpa", &[limit(3, 60_000)]);
    let now = Duration::from_secs(10_000);
    let sent = [1, 2].map(|number| (format!("other:{number}"), Duration::from_secs(number * 10))).to_vec();
    let named = vec![(limit(50, 300_000), Duration::from_secs(100))];
    let report = Report { closed_for: Duration::from_secs(5), named, sent };
    asker.report(&report, now);
    asker.report(&report, now);
    let answer = asker.permit(now);
    assert_eq!((answer.is_granted, answer.wait), (false, Duration::from_secs(5)));
    assert_eq!(answer.named, [(limit(50, 300_000), Duration::from_secs(100))]);
    let now = now + Duration::from_secs(6);
    let answer = asker.permit(now);
    assert!(answer.is_granted);
    assert_eq!(answer.limit, Some(limit(3, 60_000)));
    // The oldest was sent 20 s before the report.
    assert_eq!(answer.wait, Duration::from_millis(60_050 - 26_000));
    // All keys end.
    for key in [&asker.keys.sent, &asker.keys.state] {
        let answer = server.command(&format!("PTTL {key}"));
        let ms: i64 = answer.trim().trim_start_matches(':').parse().unwrap();
        assert!((3_500_000..=3_600_050).contains(&ms), "{key}: {ms}");
    }
}

#[test]
fn a_named_limit_holds_for_an_hour_and_the_oldest_makes_room() {
    let server = Server::start();
    let mut asker = Asker::new(&server, "mpa", &[limit(9, 1_000)]);
    let mut now = Duration::from_secs(10_000);
    for second in [2, 3, 4, 5] {
        now += Duration::from_secs(1);
        asker.report(&Report { named: vec![(limit(1, second * 1_000), Duration::ZERO)], ..Report::default() }, now);
    }
    let mut named: Vec<_> = asker.permit(now).named.into_iter().map(|(limit, _)| limit.period.as_secs()).collect();
    named.sort_unstable();
    assert_eq!(named, [3, 4, 5]);
    let answer = asker.permit(now);
    assert_eq!((answer.is_granted, answer.limit), (false, Some(limit(1, 5_000))));
    assert_eq!(asker.permit(now + Duration::from_secs(3_601)).named, []);
}

#[test]
fn a_clock_that_goes_back_does_not_stop_the_relays() {
    let server = Server::start();
    let mut asker = Asker::new(&server, "mpa", &[limit(2, 10_000)]);
    let now = Duration::from_secs(10_000);
    assert!(asker.permit(now).is_granted && asker.permit(now).is_granted);
    let before = now - Duration::from_secs(5_000);
    assert_eq!(asker.permit(before).wait, Duration::from_millis(10_050));
    assert!(asker.permit(before + Duration::from_millis(10_050)).is_granted);
}

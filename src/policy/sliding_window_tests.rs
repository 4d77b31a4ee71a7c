use super::*;

fn s(seconds: f64) -> MonotonicTime {
    Duration::from_secs_f64(seconds)
}

fn told(max_requests: u32, period_s: u32) -> Throttle {
    Throttle { max_requests, period_s, ..Throttle::default() }
}

/// Sends as soon as the pace allows, `count` times, and tells when.
fn send(pace: &mut SlidingWindow, count: usize, mut now: MonotonicTime) -> Vec<MonotonicTime> {
    (0..count)
        .map(|_| {
            now = pace.next_available(0, now);
            pace.record(now);
            now
        })
        .collect()
}

#[test]
fn without_a_limit_nothing_waits() {
    let mut pace = SlidingWindow::default();
    assert_eq!(send(&mut pace, 2_000, s(1.0)), vec![s(1.0); 2_000]);
    assert_eq!(pace.next_available(100, s(2.0)), s(2.0));
}

#[test]
fn a_rejection_closes_until_its_time_and_teaches_the_limit() {
    let mut pace = SlidingWindow::default();
    send(&mut pace, 3, s(0.0));
    pace.rejected(s(0.0), s(0.0), &told(2, 10), Some(s(5.0)), 0.0);
    // The first two of a period are behind us only when the period is.
    assert_eq!(pace.next_available(0, s(1.0)), s(10.05));
    let moments = send(&mut pace, 6, s(20.0));
    assert_eq!(moments, [20.0, 20.0, 30.05, 30.05, 40.1, 40.1].map(s));
}

#[test]
fn several_limits_hold_at_once() {
    let mut pace = SlidingWindow::default();
    pace.rejected(s(0.0), s(0.0), &told(2, 10), None, 0.0);
    pace.accepted(s(1.0));
    pace.rejected(s(1.0), s(1.0), &told(3, 100), None, 0.0);
    assert_eq!(send(&mut pace, 4, s(10.0)), [10.0, 10.0, 20.05, 110.05].map(s));
}

#[test]
fn those_ahead_take_their_slots_first() {
    let pace = SlidingWindow::imposing(Some(Limit { max: 2, period: s(10.0) }));
    let slots = [0, 1, 2, 3, 4].map(|ahead| pace.next_available(ahead, s(1.0)));
    assert_eq!(slots, [1.0, 1.0, 11.05, 11.05, 21.1].map(s));
}

#[test]
fn a_rejection_that_says_nothing_closes_longer_each_time() {
    let mut pace = SlidingWindow::default();
    for wait in [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0] {
        let now = pace.next_available(0, MonotonicTime::ZERO);
        pace.rejected(now, now, &Throttle::default(), None, 0.0);
        assert_eq!(pace.next_available(0, now), now + s(wait));
    }
    let now = pace.next_available(0, MonotonicTime::ZERO);
    pace.accepted(now);
    pace.rejected(now, now, &Throttle::default(), None, 0.0);
    assert_eq!(pace.next_available(0, now), now + s(1.0));
}

#[test]
fn nonsense_is_no_limit() {
    let mut pace = SlidingWindow::default();
    for (max, period) in [(0, 10), (10, 0), (u32::MAX, 10), (10, u32::MAX)] {
        pace.rejected(s(0.0), s(0.0), &told(max, period), Some(Duration::ZERO), 0.0);
        assert!(pace.limits.is_empty());
    }
}

#[test]
fn a_limit_that_others_draw_on_is_shared() {
    let mut pace = SlidingWindow::default();
    pace.rejected(s(0.0), s(0.0), &told(8, 10), Some(Duration::ZERO), 0.0);
    pace.accepted(s(20.0));
    send(&mut pace, 4, s(20.0));
    pace.rejected(s(23.0), s(23.0), &told(8, 10), Some(Duration::ZERO), 0.0);
    assert_eq!(pace.limits[0].allowance, 6);
    pace.accepted(s(33.5));
    assert_eq!(pace.limits[0].allowance, 7, "and given back when nobody else uses it");
    pace.accepted(s(44.0));
    pace.accepted(s(60.0));
    assert_eq!(pace.limits[0].allowance, 8);
}

#[test]
fn rejections_that_were_on_their_way_together_are_one() {
    let mut pace = SlidingWindow::default();
    for _ in 0..8 {
        pace.record(s(0.0));
    }
    for _ in 0..8 {
        pace.rejected(s(0.1), s(0.0), &told(7, 15), Some(Duration::from_secs(15)), 0.5);
    }
    assert!(pace.next_available(0, s(0.1)) < s(17.0), "{:?}", pace.next_available(0, s(0.1)));
    pace.rejected(s(20.0), s(19.0), &told(7, 15), Some(Duration::from_secs(15)), 0.5);
    assert_eq!(pace.rejections, 2);
}

#[test]
fn what_is_imposed_is_neither_loosened_nor_forgotten() {
    let mut pace = SlidingWindow::imposing(Some(Limit { max: 5, period: s(15.0) }));
    pace.rejected(s(0.0), s(0.0), &told(50, 15), None, 0.0);
    for quarter in 1..40 {
        pace.accepted(s(f64::from(quarter) * 900.0));
    }
    for period in 20..30 {
        pace.rejected(s(40_000.0), s(40_000.0), &told(1, period), None, 0.0);
    }
    let imposed = pace.limits.iter().find(|share| share.limit.period == s(15.0)).unwrap();
    assert!(imposed.limit.max == 5 && imposed.allowance <= 5);
}

#[test]
fn a_learned_limit_is_forgotten_after_an_hour() {
    let mut pace = SlidingWindow::default();
    pace.rejected(s(0.0), s(0.0), &told(1, 3_600), Some(Duration::ZERO), 0.0);
    pace.accepted(s(3_700.0));
    assert_eq!(send(&mut pace, 3, s(3_700.0)), vec![s(3_700.0); 3]);
}

#[test]
fn the_limit_that_is_told_is_the_one_that_waits() {
    let mut pace = SlidingWindow::default();
    pace.rejected(s(0.0), s(0.0), &told(2, 15), Some(Duration::ZERO), 0.0);
    pace.rejected(s(0.0), s(0.0), &told(50, 300), Some(Duration::ZERO), 0.0);
    send(&mut pace, 2, s(400.0));
    assert_eq!(pace.tightest().unwrap().period, s(15.0));
}

/// What the header promises of a wait that no other calls add to.
#[test]
fn nobody_who_is_first_waits_longer_than_an_hour_and_a_fifth() {
    const LONGEST: Duration = Duration::from_secs(3_600 * 6 / 5);
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..200 {
        let imposed = Limit { max: random.u32(1..4), period: Duration::from_secs(random.u64(1..=3_600)) };
        let mut pace = SlidingWindow::imposing(random.bool().then_some(imposed));
        let mut now = s(0.0);
        for step in 0..200 {
            now += Duration::from_secs(random.u64(0..200));
            match random.u8(0..4) {
                0 => pace.record(now),
                1 => pace.accepted(now),
                2 => pace.close_for(now, Duration::from_secs(random.u64(0..=3_600)), random.f64()),
                _ => {
                    let told = told(random.u32(0..5), random.u32(0..=3_600));
                    let retry_after = random.bool().then(|| Duration::from_secs(random.u64(0..=3_600)));
                    pace.rejected(now, now, &told, retry_after, random.f64());
                }
            }
            let wait = pace.next_available(0, now) - now;
            assert!(wait <= LONGEST, "{wait:?} after step {step}");
        }
    }
}

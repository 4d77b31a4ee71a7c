use super::*;

fn s(seconds: f64) -> MonotonicTime {
    Duration::from_secs_f64(seconds)
}

fn throttle(max_requests: u32, period_s: u32) -> Throttle {
    Throttle { max_requests, period_s, ..Throttle::default() }
}

/// Sends as soon as the window allows, `count` times, and tells when.
fn send(window: &mut SlidingWindow, count: usize, mut now: MonotonicTime) -> Vec<MonotonicTime> {
    (0..count)
        .map(|_| {
            now = window.next_available(0, now);
            window.record(now);
            now
        })
        .collect()
}

#[test]
fn without_a_limit_nothing_waits() {
    let mut window = SlidingWindow::default();
    assert_eq!(send(&mut window, 2_000, s(1.0)), vec![s(1.0); 2_000]);
    assert_eq!(window.next_available(100, s(2.0)), s(2.0));
}

#[test]
fn a_rejection_closes_until_its_time_and_teaches_the_limit() {
    let mut window = SlidingWindow::default();
    send(&mut window, 3, s(0.0));
    window.rejected(s(0.0), s(0.0), &throttle(2, 10), Some(s(5.0)), 0.0);
    // The first two of a period are behind us only when the period is.
    assert_eq!(window.next_available(0, s(1.0)), s(10.05));
    let moments = send(&mut window, 6, s(20.0));
    assert_eq!(moments, [20.0, 20.0, 30.05, 30.05, 40.1, 40.1].map(s));
}

#[test]
fn several_limits_hold_at_once() {
    let mut window = SlidingWindow::default();
    window.rejected(s(0.0), s(0.0), &throttle(2, 10), None, 0.0);
    window.accepted(s(1.0));
    window.rejected(s(1.0), s(1.0), &throttle(3, 100), None, 0.0);
    assert_eq!(send(&mut window, 4, s(10.0)), [10.0, 10.0, 20.05, 110.05].map(s));
}

#[test]
fn those_ahead_take_their_slots_first() {
    let window = SlidingWindow::imposing(Some(Limit { max: 2, period: s(10.0) }));
    let slots = [0, 1, 2, 3, 4].map(|ahead| window.next_available(ahead, s(1.0)));
    assert_eq!(slots, [1.0, 1.0, 11.05, 11.05, 21.1].map(s));
}

#[test]
fn a_rejection_that_says_nothing_closes_longer_each_time() {
    let mut window = SlidingWindow::default();
    for wait in [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0] {
        let now = window.next_available(0, MonotonicTime::ZERO);
        window.rejected(now, now, &Throttle::default(), None, 0.0);
        assert_eq!(window.next_available(0, now), now + s(wait));
    }
    let now = window.next_available(0, MonotonicTime::ZERO);
    window.accepted(now);
    window.rejected(now, now, &Throttle::default(), None, 0.0);
    assert_eq!(window.next_available(0, now), now + s(1.0));
}

#[test]
fn an_invalid_limit_is_no_limit() {
    let mut window = SlidingWindow::default();
    for (max, period) in [(0, 10), (10, 0), (u32::MAX, 10), (10, u32::MAX)] {
        window.rejected(s(0.0), s(0.0), &throttle(max, period), Some(Duration::ZERO), 0.0);
        assert!(window.limits.is_empty());
    }
}

#[test]
fn a_limit_that_others_draw_on_is_shared() {
    let mut window = SlidingWindow::default();
    window.rejected(s(0.0), s(0.0), &throttle(8, 10), Some(Duration::ZERO), 0.0);
    window.accepted(s(20.0));
    send(&mut window, 4, s(20.0));
    window.rejected(s(23.0), s(23.0), &throttle(8, 10), Some(Duration::ZERO), 0.0);
    assert_eq!(window.limits[0].allowance, 6);
    window.accepted(s(33.5));
    assert_eq!(window.limits[0].allowance, 7, "and given back when no other process uses it");
    window.accepted(s(44.0));
    window.accepted(s(60.0));
    assert_eq!(window.limits[0].allowance, 8);
}

#[test]
fn rejections_that_were_on_their_way_together_are_one() {
    let mut window = SlidingWindow::default();
    for _ in 0..8 {
        window.record(s(0.0));
    }
    for _ in 0..8 {
        window.rejected(s(0.1), s(0.0), &throttle(7, 15), Some(Duration::from_secs(15)), 0.5);
    }
    assert!(window.next_available(0, s(0.1)) < s(17.0), "{:?}", window.next_available(0, s(0.1)));
    window.rejected(s(20.0), s(19.0), &throttle(7, 15), Some(Duration::from_secs(15)), 0.5);
    assert_eq!(window.rejections, 2);
}

#[test]
fn what_is_imposed_is_neither_loosened_nor_forgotten() {
    let mut window = SlidingWindow::imposing(Some(Limit { max: 5, period: s(15.0) }));
    window.rejected(s(0.0), s(0.0), &throttle(50, 15), None, 0.0);
    for quarter in 1..40 {
        window.accepted(s(f64::from(quarter) * 900.0));
    }
    for period in 20..30 {
        window.rejected(s(40_000.0), s(40_000.0), &throttle(1, period), None, 0.0);
    }
    let imposed = window.limits.iter().find(|share| share.limit.period == s(15.0)).unwrap();
    assert!(imposed.limit.max == 5 && imposed.allowance <= 5);
}

#[test]
fn what_the_service_made_stricter_is_kept_for_an_hour() {
    let mut window = SlidingWindow::imposing(Some(Limit { max: 5, period: s(15.0) }));
    let slots = |window: &SlidingWindow, now| {
        let mut window = SlidingWindow { sent: VecDeque::new(), limits: window.limits.clone(), ..Default::default() };
        send(&mut window, 6, now).iter().filter(|slot| **slot == now).count()
    };
    window.rejected(s(0.0), s(0.0), &throttle(1, 15), Some(Duration::ZERO), 0.0);
    assert_eq!(slots(&window, s(100.0)), 1);
    window.rejected(s(1_000.0), s(1_000.0), &throttle(3, 15), Some(Duration::ZERO), 0.0);
    assert_eq!(slots(&window, s(1_100.0)), 1, "the strictest counts");
    window.accepted(s(4_599.0));
    assert_eq!(slots(&window, s(4_599.0)), 1);
    window.accepted(s(4_600.0));
    assert_eq!(slots(&window, s(4_600.0)), 5, "what is imposed remains");
}

#[test]
fn what_the_service_made_stricter_is_kept_whatever_else_it_names() {
    let mut window = SlidingWindow::imposing(Some(Limit { max: 5, period: s(15.0) }));
    for (second, period) in [15, 1, 2, 3, 4, 5, 6].into_iter().enumerate() {
        let now = s(second as f64);
        window.rejected(now, now, &throttle(1, period), Some(Duration::ZERO), 0.0);
    }
    let periods = |window: &SlidingWindow| -> Vec<_> {
        window.limits.iter().map(|share| (share.limit.period.as_secs(), share.limit.max)).collect()
    };
    assert_eq!(periods(&window), [(15, 5), (15, 1), (4, 1), (5, 1), (6, 1)]);
}

#[test]
fn a_learned_limit_is_forgotten_after_an_hour() {
    let mut window = SlidingWindow::default();
    window.rejected(s(0.0), s(0.0), &throttle(1, 3_600), Some(Duration::ZERO), 0.0);
    window.accepted(s(3_700.0));
    assert_eq!(send(&mut window, 3, s(3_700.0)), vec![s(3_700.0); 3]);
}

#[test]
fn the_limit_that_is_reported_is_the_one_that_waits() {
    let mut window = SlidingWindow::default();
    window.rejected(s(0.0), s(0.0), &throttle(2, 15), Some(Duration::ZERO), 0.0);
    window.rejected(s(0.0), s(0.0), &throttle(50, 300), Some(Duration::ZERO), 0.0);
    send(&mut window, 2, s(400.0));
    assert_eq!(window.tightest().unwrap().period, s(15.0));
}

/// What the header promises of a wait that no other calls add to.
#[test]
fn the_first_in_the_queue_waits_at_most_an_hour_and_a_fifth() {
    const LONGEST: Duration = Duration::from_secs(3_600 * 6 / 5);
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..200 {
        let imposed = Limit { max: random.u32(1..4), period: Duration::from_secs(random.u64(1..=3_600)) };
        let mut window = SlidingWindow::imposing(random.bool().then_some(imposed));
        let mut now = s(0.0);
        for step in 0..200 {
            now += Duration::from_secs(random.u64(0..200));
            match random.u8(0..4) {
                0 => window.record(now),
                1 => window.accepted(now),
                2 => window.close_for(now, Duration::from_secs(random.u64(0..=3_600)), random.f64()),
                _ => {
                    let throttle = throttle(random.u32(0..5), random.u32(0..=3_600));
                    let retry_after = random.bool().then(|| Duration::from_secs(random.u64(0..=3_600)));
                    window.rejected(now, now, &throttle, retry_after, random.f64());
                }
            }
            let wait = window.next_available(0, now) - now;
            assert!(wait <= LONGEST, "{wait:?} after step {step}");
        }
    }
}

#[test]
fn what_others_use_up_is_waited_for() {
    let limit = Limit { max: 3, period: Duration::from_secs(20) };
    let mut window = SlidingWindow::default();
    let at = Duration::from_secs;
    window.hold_until(at(10), Some(limit));
    assert_eq!((window.next_available(0, at(1)), window.tightest()), (at(10), Some(limit)));
    assert_eq!(window.next_available(4, at(1)), at(10));
    assert_eq!(window.next_available(0, at(11)), at(11));
    assert_eq!(window.idle_from(), at(10));
    // The latest word counts, also where it is shorter.
    window.hold_until(at(5), None);
    assert_eq!(window.next_available(0, at(1)), at(5));
}

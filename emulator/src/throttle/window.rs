//! Periods and what is counted in them: one window, and both windows of one caller and one kind of call.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Kind, Limit, Limits};

/// How a period moves on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// It begins with the first call after the end of the one before; at its end all is forgotten.
    #[default]
    Fixed,
    /// It is always the one that ends now; each call is forgotten when it has the period's age.
    Sliding,
}

/// Of a caller that goes on in spite of rejections, so many calls are remembered one by one.
const MAX_REMEMBERED: usize = 1 << 16;

/// How many calls were counted in the period at hand. Times must not go back.
#[derive(Clone, Debug)]
pub struct Window {
    limit: Limit,
    counts: Counts,
}

#[derive(Clone, Debug)]
enum Counts {
    Since { start_ms: u64, count: u32 },
    At(VecDeque<u64>),
}

impl Window {
    pub fn new(limit: Limit, shape: Shape) -> Self {
        let counts = match shape {
            Shape::Fixed => Counts::Since { start_ms: 0, count: 0 },
            Shape::Sliding => Counts::At(VecDeque::new()),
        };
        Self { limit, counts }
    }

    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// How many calls count at a time.
    pub fn count(&mut self, now_ms: u64) -> u32 {
        let is_over = |since_ms: u64| now_ms.saturating_sub(since_ms) >= self.limit.period_ms;
        match &mut self.counts {
            Counts::Since { start_ms, count } => {
                if is_over(*start_ms) {
                    *count = 0;
                }
                *count
            }
            Counts::At(times) => {
                while times.front().is_some_and(|&time| is_over(time)) {
                    times.pop_front();
                }
                u32::try_from(times.len()).unwrap_or(u32::MAX)
            }
        }
    }

    /// How long until there is room for a call, if nothing else is counted meanwhile; 0 if there is.
    pub fn wait_ms(&mut self, now_ms: u64) -> u64 {
        let Limit { max, period_ms } = self.limit;
        let count = self.count(now_ms);
        if count < max {
            return 0;
        }
        // When enough of what is counted goes. Where nothing is allowed, nothing helps.
        let since_ms = match &self.counts {
            Counts::Since { count: 0, .. } => now_ms,
            Counts::Since { start_ms, .. } => *start_ms,
            Counts::At(times) => {
                let last_to_go = times.len() - (max as usize).min(times.len());
                times.get(last_to_go).copied().unwrap_or(now_ms)
            }
        };
        since_ms.saturating_add(period_ms).saturating_sub(now_ms)
    }

    pub fn reading(&mut self, now_ms: u64) -> Reading {
        let Limit { max, period_ms } = self.limit;
        Reading { count: self.count(now_ms), max, period_ms, wait_ms: self.wait_ms(now_ms) }
    }

    /// Counts a call.
    pub fn add(&mut self, now_ms: u64) {
        let is_first = self.count(now_ms) == 0;
        match &mut self.counts {
            Counts::Since { start_ms, count } => {
                if is_first {
                    *start_ms = now_ms;
                }
                *count = count.saturating_add(1);
            }
            Counts::At(times) => {
                if times.len() >= MAX_REMEMBERED.max(self.limit.max as usize) {
                    times.pop_front();
                }
                times.push_back(now_ms);
            }
        }
    }
}

/// What a window has counted at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    pub count: u32,
    pub max: u32,
    pub period_ms: u64,
    /// How long until there is room for a call; 0 if there is.
    pub wait_ms: u64,
}

/// Decides which of a caller's calls are let through.
#[derive(Clone, Debug)]
pub struct Meter {
    burst: Option<Window>,
    sustained: Option<Window>,
}

/// Why a call was not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The limit that keeps the caller waiting longest.
    pub kind: Kind,
    /// How many calls there were in its period, with this one.
    pub current: u32,
    pub max: u32,
    pub period_ms: u64,
    /// When a call is let through, if none is made before.
    pub retry_after_ms: u64,
}

impl Meter {
    pub fn new(limits: &Limits) -> Self {
        let window = |limit| Window::new(limit, limits.shape);
        Self { burst: limits.burst.map(window), sustained: limits.sustained.map(window) }
    }

    /// A call is made. Times must not go back. A rejected call counts towards the sustained limit,
    /// so it may be what exceeds it, and not towards that of the burst.
    pub fn call(&mut self, now_ms: u64) -> Result<(), Rejection> {
        let rejected = self.any(|window| window.wait_ms(now_ms) > 0);
        if let Some(sustained) = &mut self.sustained {
            sustained.add(now_ms);
        }
        if !rejected {
            if let Some(burst) = &mut self.burst {
                burst.add(now_ms);
            }
            return Ok(());
        }
        let of_burst = self.burst.as_mut().map(|burst| Rejection {
            current: burst.count(now_ms).saturating_add(1),
            ..rejection(Kind::Burst, burst, now_ms)
        });
        let of_sustained = self.sustained.as_mut().map(|sustained| rejection(Kind::Sustained, sustained, now_ms));
        let longest = [of_burst, of_sustained].into_iter().flatten().max_by_key(|rejection| rejection.retry_after_ms);
        longest.map_or(Ok(()), Err)
    }

    /// What the windows have counted, burst first; `None` where there is no such limit.
    pub fn readings(&mut self, now_ms: u64) -> [Option<Reading>; 2] {
        [&mut self.burst, &mut self.sustained].map(|window| window.as_mut().map(|window| window.reading(now_ms)))
    }

    /// Whether nothing is counted any more, so that it is equal to a new one.
    pub(super) fn is_idle(&mut self, now_ms: u64) -> bool {
        !self.any(|window| window.count(now_ms) > 0)
    }

    fn any(&mut self, holds: impl FnMut(&mut Window) -> bool) -> bool {
        let windows = [&mut self.burst, &mut self.sustained];
        windows.into_iter().flatten().any(holds)
    }
}

fn rejection(kind: Kind, window: &mut Window, now_ms: u64) -> Rejection {
    let limit = window.limit();
    Rejection {
        kind,
        current: window.count(now_ms),
        max: limit.max,
        period_ms: limit.period_ms,
        retry_after_ms: window.wait_ms(now_ms),
    }
}

#[cfg(test)]
mod window_tests {
    use super::*;

    fn window(max: u32, shape: Shape) -> Window {
        let period_ms = 100;
        Window::new(Limit { max, period_ms }, shape)
    }

    /// Adds calls at these times, which must all find room.
    fn fill(window: &mut Window, times: &[u64]) {
        for &time in times {
            assert_eq!(window.wait_ms(time), 0, "at {time}");
            window.add(time);
        }
    }

    #[test]
    fn a_fixed_period_begins_with_its_first_call_and_forgets_all_at_its_end() {
        let mut window = window(3, Shape::Fixed);
        fill(&mut window, &[1_000, 1_040, 1_080]);
        assert_eq!((window.count(1_080), window.wait_ms(1_080)), (3, 20));
        assert_eq!((window.count(1_099), window.wait_ms(1_099)), (3, 1));
        assert_eq!((window.count(1_100), window.wait_ms(1_100)), (0, 0));
        fill(&mut window, &[1_150, 1_160, 1_249]);
        assert_eq!(window.wait_ms(1_249), 1, "it began at 1,150");
        assert_eq!(window.count(1_250), 0);
    }

    #[test]
    fn a_fixed_period_may_begin_at_time_0() {
        let mut window = window(1, Shape::Fixed);
        fill(&mut window, &[0]);
        assert_eq!(window.wait_ms(99), 1);
        fill(&mut window, &[100]);
    }

    #[test]
    fn a_sliding_period_forgets_one_call_after_the_other() {
        let mut window = window(3, Shape::Sliding);
        fill(&mut window, &[1_000, 1_040, 1_080]);
        assert_eq!((window.count(1_099), window.wait_ms(1_099)), (3, 1));
        fill(&mut window, &[1_100]);
        assert_eq!((window.count(1_100), window.wait_ms(1_100)), (3, 40));
        fill(&mut window, &[1_140, 1_180]);
        assert_eq!(window.count(1_239), 2);
        assert_eq!(window.count(1_280), 0);
    }

    #[test]
    fn what_is_counted_beyond_the_limit_lengthens_the_wait_of_a_sliding_period_only() {
        for (shape, wait_ms) in [(Shape::Fixed, 70), (Shape::Sliding, 90)] {
            let mut window = window(2, shape);
            for time in [0, 10, 20, 30] {
                window.add(time);
            }
            let left = (window.count(30), window.wait_ms(30));
            assert_eq!(left, (4, wait_ms), "{shape:?}");
        }
    }

    #[test]
    fn where_nothing_is_allowed_there_is_always_a_wait() {
        for shape in [Shape::Fixed, Shape::Sliding] {
            let mut window = window(0, shape);
            assert_eq!(window.wait_ms(5), 100);
            window.add(5);
            assert!(window.wait_ms(6) > 0, "{shape:?}");
            assert!(window.wait_ms(500) > 0, "{shape:?}");
        }
    }

    #[test]
    fn extremes_do_no_harm() {
        for shape in [Shape::Fixed, Shape::Sliding] {
            let mut never_ends = Window::new(Limit { max: 1, period_ms: u64::MAX }, shape);
            fill(&mut never_ends, &[7]);
            assert_eq!(never_ends.wait_ms(8), u64::MAX - 8, "{shape:?}");
            let mut no_period = Window::new(Limit { max: 1, period_ms: 0 }, shape);
            fill(&mut no_period, &[7, 7, 7, u64::MAX]);
            let mut backwards = window(1, shape);
            fill(&mut backwards, &[1_000]);
            assert!(backwards.wait_ms(900) > 0, "{shape:?}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut window = window(2, Shape::Sliding);
        for _ in 0..2 * MAX_REMEMBERED {
            window.add(5);
        }
        assert_eq!(window.count(5) as usize, MAX_REMEMBERED);
        assert_eq!(window.wait_ms(5), 100);
    }
}

#[cfg(test)]
mod meter_tests {
    use super::*;

    const SHAPES: [Shape; 2] = [Shape::Fixed, Shape::Sliding];

    fn meter(burst: u32, sustained: u32, shape: Shape) -> Meter {
        let limit = |max, period_ms| Some(Limit { max, period_ms });
        Meter::new(&Limits { burst: limit(burst, 100), sustained: limit(sustained, 1_000), shape })
    }

    fn calls(meter: &mut Meter, times: &[u64]) -> Vec<bool> {
        times.iter().map(|&time| meter.call(time).is_ok()).collect()
    }

    #[test]
    fn a_burst_is_let_through_up_to_its_limit() {
        for shape in SHAPES {
            let mut meter = meter(2, 50, shape);
            assert_eq!(calls(&mut meter, &[0, 10]), [true, true]);
            let rejection = Rejection { kind: Kind::Burst, current: 3, max: 2, period_ms: 100, retry_after_ms: 80 };
            assert_eq!(meter.call(20), Err(rejection), "{shape:?}");
            assert_eq!(
                calls(&mut meter, &[99, 100]),
                [false, true],
                "what is rejected does not count towards the burst"
            );
        }
    }

    #[test]
    fn a_rejected_call_counts_towards_the_sustained_limit() {
        for shape in SHAPES {
            let mut meter = meter(2, 4, shape);
            assert_eq!(calls(&mut meter, &[0, 1, 2]), [true, true, false], "{shape:?}");
            let used_up = meter.call(3).unwrap_err();
            assert_eq!(
                (used_up.kind, used_up.current, used_up.max),
                (Kind::Sustained, 4, 4),
                "the fourth, though rejected, leaves no room for a fifth"
            );
            assert_eq!(used_up.retry_after_ms, 997);
            let still = meter.call(500).unwrap_err();
            assert_eq!((still.kind, still.current), (Kind::Sustained, 5));
            let retry_after_ms = if shape == Shape::Fixed { 500 } else { 501 };
            assert_eq!(still.retry_after_ms, retry_after_ms, "{shape:?}");
            assert!(meter.call(500 + retry_after_ms).is_ok());
        }
    }

    #[test]
    fn retrying_without_waiting_keeps_a_sliding_limit_exceeded() {
        let every_20_ms: Vec<u64> = (0..500).map(|n| n * 20).collect();
        let accepted = |shape| {
            let accepted = calls(&mut meter(2, 10, shape), &every_20_ms);
            accepted.iter().filter(|&&accepted| accepted).count()
        };
        assert_eq!(accepted(Shape::Sliding), 4);
        assert_eq!(accepted(Shape::Fixed), 10 * 4);
    }

    #[test]
    fn waiting_for_retry_after_is_enough() {
        for shape in SHAPES {
            let mut meter = meter(3, 7, shape);
            let (mut now_ms, mut rejected) = (0, 0);
            for _ in 0..10_000 {
                if let Err(rejection) = meter.call(now_ms) {
                    rejected += 1;
                    now_ms += rejection.retry_after_ms;
                    assert_eq!(meter.call(now_ms), Ok(()), "{shape:?} at {now_ms}");
                }
                now_ms += 7;
            }
            assert!(rejected > 1_000, "{shape:?}: {rejected}");
        }
    }

    #[test]
    fn either_limit_may_be_missing() {
        let limit = |max| Some(Limit { max, period_ms: 10 });
        let limits = |burst, sustained| Limits { burst, sustained, shape: Shape::Fixed };
        let mut neither = Meter::new(&limits(None, None));
        assert_eq!(calls(&mut neither, &[0; 100]), [true; 100]);
        let mut burst = Meter::new(&limits(limit(1), None));
        assert_eq!(calls(&mut burst, &[0, 0, 10]), [true, false, true]);
        let mut sustained = Meter::new(&limits(None, limit(1)));
        assert_eq!(calls(&mut sustained, &[0, 0, 10]), [true, false, true]);
    }

    #[test]
    fn is_idle_when_both_periods_are_over() {
        let mut meter = meter(2, 4, Shape::Fixed);
        assert!(meter.is_idle(0));
        assert!(meter.call(0).is_ok());
        assert!(!meter.is_idle(100));
        assert!(meter.is_idle(1_000));
    }

    #[test]
    fn the_documented_limits_are_those_of_2022() {
        let mut invites = Meter::new(&Limits::INVITES);
        let accepted = calls(&mut invites, &[0; 60]);
        assert_eq!(accepted.iter().filter(|&&accepted| accepted).count(), 7);
        let rejection = invites.call(1).unwrap_err();
        assert_eq!((rejection.current, rejection.max), (61, 50));
        assert_eq!(rejection.retry_after_ms, 299_999);
        assert_eq!(calls(&mut invites, &[299_999, 300_000]), [false, true]);
    }
}

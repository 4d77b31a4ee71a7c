//! One period and what is counted in it.

use std::collections::VecDeque;

use super::Limit;

/// How a period moves on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// It begins with the first call after the end of the one before; at its end all is forgotten.
    #[default]
    Fixed,
    /// It is always the one that ends now; each call is forgotten when it has the period's age.
    Sliding,
}

/// Of a caller that goes on in spite of rejections, so many calls are remembered one by one.
const MOST_REMEMBERED: usize = 1 << 16;

/// How many calls were counted in the period at hand. Times must not go back.
#[derive(Clone, Debug)]
pub struct Window {
    limit: Limit,
    counted: Counted,
}

#[derive(Clone, Debug)]
enum Counted {
    Since { start_ms: u64, count: u32 },
    At(VecDeque<u64>),
}

impl Window {
    pub fn new(limit: Limit, shape: Shape) -> Self {
        let counted = match shape {
            Shape::Fixed => Counted::Since { start_ms: 0, count: 0 },
            Shape::Sliding => Counted::At(VecDeque::new()),
        };
        Self { limit, counted }
    }

    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// How many calls count at a time.
    pub fn count(&mut self, now_ms: u64) -> u32 {
        let is_over = |since_ms: u64| now_ms.saturating_sub(since_ms) >= self.limit.period_ms;
        match &mut self.counted {
            Counted::Since { start_ms, count } => {
                if is_over(*start_ms) {
                    *count = 0;
                }
                *count
            }
            Counted::At(times) => {
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
        let since_ms = match &self.counted {
            Counted::Since { count: 0, .. } => now_ms,
            Counted::Since { start_ms, .. } => *start_ms,
            Counted::At(times) => {
                let last_to_go = times.len() - (max as usize).min(times.len());
                times.get(last_to_go).copied().unwrap_or(now_ms)
            }
        };
        since_ms.saturating_add(period_ms).saturating_sub(now_ms)
    }

    /// Counts a call.
    pub fn add(&mut self, now_ms: u64) {
        let is_first = self.count(now_ms) == 0;
        match &mut self.counted {
            Counted::Since { start_ms, count } => {
                if is_first {
                    *start_ms = now_ms;
                }
                *count = count.saturating_add(1);
            }
            Counted::At(times) => {
                if times.len() >= MOST_REMEMBERED.max(self.limit.max as usize) {
                    times.pop_front();
                }
                times.push_back(now_ms);
            }
        }
    }
}

#[cfg(test)]
mod tests {
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
        for _ in 0..2 * MOST_REMEMBERED {
            window.add(5);
        }
        assert_eq!(window.count(5) as usize, MOST_REMEMBERED);
        assert_eq!(window.wait_ms(5), 100);
    }
}

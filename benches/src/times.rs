//! How long something took, many times over.

use std::time::Duration;

/// Never empty.
pub struct Times {
    ascending: Vec<Duration>,
}

impl Times {
    pub fn new(mut times: Vec<Duration>) -> Self {
        assert!(!times.is_empty(), "something was measured");
        times.sort_unstable();
        Times { ascending: times }
    }

    /// In microseconds, as all that follow.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    pub fn percentile_99(&self) -> f64 {
        self.quantile(0.99)
    }

    pub fn percentile_99_9(&self) -> f64 {
        self.quantile(0.999)
    }

    pub fn longest(&self) -> f64 {
        self.quantile(1.0)
    }

    fn quantile(&self, part: f64) -> f64 {
        let index = (self.ascending.len() as f64 * part) as usize;
        self.ascending[index.min(self.ascending.len() - 1)].as_secs_f64() * 1e6
    }
}

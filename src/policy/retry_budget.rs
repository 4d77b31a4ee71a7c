//! A budget for trying again: when everything fails, trying again is what keeps it failing.
//!
//! Every request pays a tenth of an attempt in, every success half of one, every attempt after the
//! first takes one out. So single failures are retried at once, and in an outage, with the savings used up,
//! further attempts add a tenth to the traffic.

/// In tenths of an attempt.
#[derive(Debug)]
pub struct RetryBudget {
    tenths: u32,
}

const MOST: u32 = 100;
const AN_ATTEMPT: u32 = 10;
const FOR_A_REQUEST: u32 = 1;
const FOR_A_SUCCESS: u32 = 5;

impl Default for RetryBudget {
    fn default() -> Self {
        RetryBudget { tenths: MOST }
    }
}

impl RetryBudget {
    pub fn request(&mut self) {
        self.deposit(FOR_A_REQUEST);
    }

    pub fn success(&mut self) {
        self.deposit(FOR_A_SUCCESS);
    }

    /// Whether there is enough for one more attempt, which is taken out.
    pub fn try_withdraw(&mut self) -> bool {
        match self.tenths.checked_sub(AN_ATTEMPT) {
            Some(rest) => {
                self.tenths = rest;
                true
            }
            None => false,
        }
    }

    fn deposit(&mut self, tenths: u32) {
        self.tenths = (self.tenths + tenths).min(MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retries_in_an_outage(budget: &mut RetryBudget, requests: u32) -> u32 {
        (0..requests)
            .map(|_| {
                budget.request();
                (0..3).filter(|_| budget.try_withdraw()).count() as u32
            })
            .sum()
    }

    #[test]
    fn an_outage_uses_the_budget_up_and_then_a_tenth() {
        let mut budget = RetryBudget::default();
        assert!(retries_in_an_outage(&mut budget, 20) >= 10, "single failures are retried");
        let later = retries_in_an_outage(&mut budget, 1_000);
        assert!((99..=101).contains(&later), "{later} retries for 1,000 requests");
    }

    #[test]
    fn successes_refill_it() {
        let mut budget = RetryBudget::default();
        retries_in_an_outage(&mut budget, 100);
        for _ in 0..20 {
            budget.request();
            budget.success();
        }
        assert_eq!((0..20).filter(|_| budget.try_withdraw()).count(), 10);
    }
}

//! The day of a match server: who joins when, and when matches end. Made up, but from a seed, so that
//! it is the same day every time.

use fastrand::Rng;

const SEED: u64 = 20_261_123;
const MATCHES_SIDE_BY_SIDE: usize = 32;
pub const PLAYERS: u64 = 12;
pub const DAY_MS: u64 = 24 * 3_600_000;
const MINUTE_MS: u64 = 60_000;

/// One operation with recent players.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub at_ms: u64,
    /// The players of each of its groups.
    pub groups: Vec<u32>,
}

/// In the order of their times.
pub fn day() -> Vec<Report> {
    let mut random = Rng::with_seed(SEED);
    let mut reports = Vec::new();
    for _ in 0..MATCHES_SIDE_BY_SIDE {
        let mut now = random.u64(0..30 * MINUTE_MS);
        while now < DAY_MS {
            if random.f64() > demand(now) {
                now += random.u64(5 * MINUTE_MS..10 * MINUTE_MS);
                continue;
            }
            now = play(&mut reports, now, &mut random) + random.u64(MINUTE_MS / 2..2 * MINUTE_MS);
        }
    }
    reports.retain(|report| report.at_ms < DAY_MS);
    reports.sort_by_key(|report| report.at_ms);
    reports
}

/// The part of the matches that are played: most in the evening, least before the morning.
fn demand(at_ms: u64) -> f64 {
    let of_day = (at_ms as f64 / DAY_MS as f64 - 4.0 / 24.0) * std::f64::consts::TAU;
    0.1 + 0.9 * (0.5 - 0.5 * of_day.cos())
}

/// Players join within a minute and a half: each is reported with those who are there. In the end, both
/// teams are, and everyone with everyone. Returns when that is.
fn play(reports: &mut Vec<Report>, begin: u64, random: &mut Rng) -> u64 {
    let mut joins: Vec<u64> = (0..PLAYERS).map(|_| begin + random.u64(0..90_000)).collect();
    joins.sort_unstable();
    let joined = joins.iter().zip(1..).skip(1);
    reports.extend(joined.map(|(&at_ms, players)| Report { at_ms, groups: vec![players] }));
    let end = begin + random.u64(12 * MINUTE_MS..25 * MINUTE_MS);
    let (team, all) = (PLAYERS as u32 / 2, PLAYERS as u32);
    reports.push(Report { at_ms: end, groups: vec![team, team, all] });
    end
}

/// The fewest requests with which no group is held longer: each goes out as late as its first group
/// allows, with as many as there are by then and as fit. Who sends earlier leaves the more to come.
pub fn least_requests(reports: &[Report], hold_ms: u64, most_groups: usize) -> usize {
    let groups = reports.iter().flat_map(|report| report.groups.iter().map(|_| report.at_ms));
    let (mut requests, mut room, mut until) = (0, 0, 0);
    for at_ms in groups {
        if room == 0 || at_ms > until {
            (requests, room, until) = (requests + 1, most_groups, at_ms + hold_ms);
        }
        room -= 1;
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reports(times: &[u64]) -> Vec<Report> {
        times.iter().map(|&at_ms| Report { at_ms, groups: vec![2] }).collect()
    }

    #[test]
    fn a_day_is_the_same_every_time_and_in_order() {
        let day = super::day();
        assert_eq!(day, super::day());
        assert!(day.is_sorted_by_key(|report| report.at_ms));
        assert!(day.len() > 10_000, "{}", day.len());
    }

    #[test]
    fn the_least_is_by_time_and_by_room() {
        assert_eq!(least_requests(&reports(&[0, 10, 11, 21, 22]), 10, 20), 2 + 1);
        assert_eq!(least_requests(&reports(&[5; 41]), 10, 20), 3);
        assert_eq!(least_requests(&[], 10, 20), 0);
        let of_three = [Report { at_ms: 0, groups: vec![2, 2, 2] }];
        assert_eq!(least_requests(&of_three, 0, 2), 2, "the least may part an operation");
    }
}

//! The lanes: kinds of calls that do not wait for each other.

use std::time::Duration;

/// A lane, by its place in `LANES`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Invites,
    RecentPlayers,
    /// Setting and deleting.
    Activities,
    ActivityQueries,
}

/// What is fixed about a lane.
#[derive(Debug)]
pub struct LaneInfo {
    lane: Lane,
    /// The value of the label `lane` in Prometheus.
    pub label: &'static str,
    /// At most 15 bytes, for Linux.
    pub thread_name: &'static str,
    /// How long an operation may take until it is sent, unless the configuration says otherwise.
    pub time_to_live: Duration,
    /// How long operations are held, to be gathered, unless the configuration says otherwise. `None`: they
    /// never are.
    pub hold: Option<Duration>,
}

/// Every lane.
const LANES: [LaneInfo; 4] = [
    LaneInfo {
        lane: Lane::Invites,
        label: "invites",
        thread_name: "mpa-invites",
        time_to_live: Duration::from_secs(30),
        hold: None,
    },
    LaneInfo {
        lane: Lane::RecentPlayers,
        label: "recent_players",
        thread_name: "mpa-players",
        time_to_live: Duration::from_secs(600),
        hold: Some(Duration::from_secs(2)),
    },
    LaneInfo {
        lane: Lane::Activities,
        label: "activities",
        thread_name: "mpa-activities",
        time_to_live: Duration::from_secs(60),
        hold: None,
    },
    LaneInfo {
        lane: Lane::ActivityQueries,
        label: "activity_queries",
        thread_name: "mpa-queries",
        time_to_live: Duration::from_secs(30),
        hold: None,
    },
];

/// One value for each lane, at the lane's place.
pub type ByLane<T> = [T; LANES.len()];

impl Lane {
    pub const ALL: ByLane<Lane> = {
        let mut all = [Lane::Invites; LANES.len()];
        let mut place = 0;
        while place < LANES.len() {
            all[place] = LANES[place].lane;
            assert!(all[place] as usize == place && LANES[place].thread_name.len() <= 15);
            place += 1;
        }
        all
    };

    pub fn info(self) -> &'static LaneInfo {
        &LANES[self as usize]
    }
}

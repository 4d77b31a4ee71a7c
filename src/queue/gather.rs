//! Recent players of several operations in one request.

use std::ops::Range;
use std::sync::Arc;

use crate::api::{
    Call, Endpoint, MAX_GROUPS_PER_REQUEST, POST_RECENT_PLAYER_GROUPS, RecentPlayerGroup, RecentPlayerGroups,
};
use crate::outcome::{Outcome, Result};
use crate::redactor::Redactor;

/// How many operations from the front go together: as many as fit into one request, the first in any
/// case. `counts` are their groups.
pub fn together(counts: impl Iterator<Item = usize>) -> usize {
    let mut groups = 0;
    counts
        .take_while(|count| {
            groups += count;
            groups <= MAX_GROUPS_PER_REQUEST
        })
        .count()
        .max(1)
}

/// Several calls as one.
pub struct Gathered(pub Vec<Arc<RecentPlayerGroups>>);

impl Gathered {
    fn groups(&self, groups: Range<usize>) -> impl Iterator<Item = &RecentPlayerGroup> {
        self.0.iter().flat_map(|call| call.groups()).skip(groups.start).take(groups.len())
    }
}

impl Call for Gathered {
    fn endpoint(&self) -> &'static Endpoint {
        &POST_RECENT_PLAYER_GROUPS
    }

    fn count(&self) -> usize {
        self.0.iter().map(|call| call.count()).sum()
    }

    fn body(&self, groups: Range<usize>) -> Result<Vec<u8>> {
        RecentPlayerGroups::body_of(self.groups(groups))
    }

    fn redactor(&self, groups: Range<usize>) -> Redactor {
        RecentPlayerGroups::redactor_of(self.groups(groups))
    }

    fn bytes(&self) -> usize {
        self.0.iter().map(|call| call.bytes()).sum()
    }
}

/// The outcome of all, told as that of one: `groups` are its own among all.
pub fn own_part(of_all: &Outcome, groups: Range<u32>) -> Outcome {
    let within = |from: u32, amount: u32| {
        let range = from.clamp(groups.start, groups.end)..from.saturating_add(amount).clamp(groups.start, groups.end);
        range.end - range.start
    };
    let acknowledged = of_all.acknowledged;
    let settled = acknowledged + of_all.uncertain;
    Outcome {
        acknowledged: within(0, acknowledged),
        uncertain: within(acknowledged, of_all.uncertain),
        refused: within(settled, of_all.refused),
        ..of_all.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Status;

    #[test]
    fn as_many_go_together_as_fit() {
        let of = |counts: &[usize]| together(counts.iter().copied());
        assert_eq!(of(&[1, 1, 1]), 3);
        assert_eq!(of(&[19, 1, 1]), 2);
        assert_eq!(of(&[20, 1]), 1);
        assert_eq!(of(&[45, 1]), 1, "more than a request takes goes on its own");
        assert_eq!(of(&[10, 11]), 1);
    }

    #[test]
    fn everyone_is_told_of_their_own() {
        let all = Outcome { acknowledged: 5, uncertain: 3, refused: 2, ..Outcome::new(Status::Rejected, "") };
        let counts = |groups| {
            let own = own_part(&all, groups);
            (own.acknowledged, own.uncertain, own.refused)
        };
        assert_eq!(counts(0..4), (4, 0, 0));
        assert_eq!(counts(4..9), (1, 3, 1));
        assert_eq!(counts(9..12), (0, 0, 1));
    }
}

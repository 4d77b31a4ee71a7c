//! Several operations in one request.

use std::ops::Range;
use std::time::Instant;

use super::operation::Operation;
use crate::api::{Array, Call, Endpoint, array_body};
use crate::outcome::{Outcome, Result};
use crate::redactor::Redactor;

/// Operations that go together: as many from the front as fit into one request, the first in any case.
pub struct GatheredBatch {
    pub numbers: Vec<u64>,
    /// How many items still fit into the request; 0 as well where the next operation does not.
    pub room: usize,
    /// When the first of them expires; `None`: there is none.
    pub expires: Option<Instant>,
}

impl GatheredBatch {
    pub fn new<'a>(operations: impl Iterator<Item = &'a Operation>, items_per_request: usize) -> Self {
        let mut batch = GatheredBatch { numbers: Vec::new(), room: items_per_request, expires: None };
        for operation in operations {
            let count = operation.work.call().count();
            if count <= batch.room || batch.numbers.is_empty() {
                batch.numbers.push(operation.number);
                batch.expires = batch.expires.into_iter().chain([operation.expires]).min();
            }
            batch.room = batch.room.saturating_sub(count);
            if batch.room == 0 {
                break;
            }
        }
        batch
    }
}

/// Several calls, at least one, to an endpoint that `is_gathered`, as one.
pub struct Gathered<'a>(pub Vec<&'a dyn Call>);

impl Gathered<'_> {
    /// The calls that have some of these items, each with its own numbers of them.
    fn parts(&self, items: Range<usize>) -> impl Iterator<Item = (&dyn Call, Range<usize>)> {
        let mut before = 0;
        self.0.iter().filter_map(move |call| {
            let start = before;
            before += call.count();
            let part = items.start.clamp(start, before) - start..items.end.clamp(start, before) - start;
            (!part.is_empty()).then_some((*call, part))
        })
    }
}

impl Call for Gathered<'_> {
    fn endpoint(&self) -> &'static Endpoint {
        self.0[0].endpoint()
    }

    fn count(&self) -> usize {
        self.0.iter().map(|call| call.count()).sum()
    }

    fn body(&self, items: Range<usize>) -> Result<Vec<u8>> {
        array_body(self.endpoint().items_array.unwrap_or_default(), |array| self.write_items(items, array))
    }

    fn write_items(&self, items: Range<usize>, array: &mut Array) -> Result<()> {
        self.parts(items).try_for_each(|(call, part)| call.write_items(part, array))
    }

    fn add_secrets(&self, items: Range<usize>, redactor: &mut Redactor) {
        self.parts(items).for_each(|(call, part)| call.add_secrets(part, redactor));
    }

    fn bytes(&self) -> usize {
        self.0.iter().map(|call| call.bytes()).sum()
    }
}

/// The outcome of all, as that of one: `groups` are its own among all.
pub fn slice(of_all: &Outcome, groups: Range<u32>) -> Outcome {
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
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::operation::Work;
    use super::*;
    use crate::api::{Invitation, Invite, RecentPlayerGroup, RecentPlayerGroups, Timestamp};
    use crate::outcome::Status;
    use crate::redactor::ServiceText;

    const FIRST: u64 = 2_533_274_790_395_900;

    fn groups(players: &[u64]) -> RecentPlayerGroups {
        let group = |player: &u64| {
            let time = Timestamp::from_unix_ms(1_000, UNIX_EPOCH).unwrap();
            RecentPlayerGroup::new(None, time, vec![FIRST + player, 1], 0).unwrap()
        };
        RecentPlayerGroups::new(players.iter().map(group).collect()).unwrap()
    }

    #[test]
    fn as_many_go_together_as_fit() {
        let of = |counts: &[usize]| {
            let operation = |count: &usize| {
                let call = groups(&(0..*count as u64).collect::<Vec<_>>());
                Operation::new(Work::new(call), None, 0, Instant::now(), Instant::now())
            };
            let operations: Vec<_> = counts.iter().map(operation).collect();
            let batch = GatheredBatch::new(operations.iter(), 20);
            (batch.numbers.len(), batch.room)
        };
        assert_eq!(of(&[1, 1, 1]), (3, 17));
        assert_eq!(of(&[19, 1, 1]), (2, 0));
        assert_eq!(of(&[20, 1]), (1, 0));
        assert_eq!(of(&[45, 1]), (1, 0), "more than a request takes goes on its own");
        assert_eq!(of(&[10, 11]), (1, 0));
        assert_eq!(of(&[]), (0, 20));
    }

    #[test]
    fn they_expire_with_the_first_of_them() {
        let now = Instant::now();
        let of = |counts: &[(usize, u64)]| {
            let operation = |&(count, seconds): &(usize, u64)| {
                let call = groups(&(0..count as u64).collect::<Vec<_>>());
                Operation::new(Work::new(call), None, 0, now, now + Duration::from_secs(seconds))
            };
            let operations: Vec<_> = counts.iter().map(operation).collect();
            GatheredBatch::new(operations.iter(), 20).expires.map(|expires| (expires - now).as_secs())
        };
        assert_eq!(of(&[(1, 9), (1, 3), (1, 5)]), Some(3));
        assert_eq!(of(&[(19, 9), (2, 3)]), Some(9), "the second does not fit");
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn gathered_calls_are_as_one_with_all_their_items() {
        let (calls, all) = ([groups(&[1]), groups(&[2, 3, 4]), groups(&[5])], groups(&[1, 2, 3, 4, 5]));
        let gathered = Gathered(calls.iter().map(|call| call as &dyn Call).collect());
        assert_eq!(gathered.count(), 5);
        for (start, end) in [(0, 5), (0, 1), (1, 4), (2, 3), (3, 5), (4, 5)] {
            assert_eq!(gathered.body(start..end).unwrap(), all.body(start..end).unwrap(), "{start} to {end}");
            let secrets = |call: &dyn Call| {
                let mut redactor = Redactor::default();
                call.add_secrets(start..end, &mut redactor);
                [1, 2, 3, 4, 5].map(|player| redactor.redact(&ServiceText::new((FIRST + player).to_string())))
            };
            assert_eq!(secrets(&gathered), secrets(&all), "{start} to {end}");
        }
    }

    #[test]
    fn what_is_not_gathered_is_not_sent() {
        let invite = Invite::new(Invitation { invited_users: vec![1], ..Default::default() }).unwrap();
        let refusal = Gathered(vec![&invite, &invite]).body(0..2).unwrap_err();
        assert_eq!(refusal.status, Status::Internal);
    }

    #[test]
    fn each_operation_gets_its_own_outcome() {
        let all = Outcome { acknowledged: 5, uncertain: 3, refused: 2, ..Outcome::new(Status::Rejected, "") };
        let counts = |groups| {
            let own = slice(&all, groups);
            (own.acknowledged, own.uncertain, own.refused)
        };
        assert_eq!(counts(0..4), (4, 0, 0));
        assert_eq!(counts(4..9), (1, 3, 1));
        assert_eq!(counts(9..12), (0, 0, 1));
    }
}

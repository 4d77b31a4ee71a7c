//! One call, several requests: the service takes 16 users or 20 groups at a time.

use std::ops::Range;

/// The parts in which `count` items go out, in order, each of at most `limit`.
pub fn batches(count: usize, limit: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(limit).map(move |start| start..count.min(start + limit))
}

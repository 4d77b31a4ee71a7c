//! On which processor who runs. Left to the scheduler it changes from run to run, and a wake-up on
//! the same processor takes a tenth of the time of one on another.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::peer::Peer;
use crate::tools::Result;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// As it is with a service that is somewhere else: its answer comes from outside.
    TwoProcessors,
    /// Nothing but the work that both sides do.
    OneProcessor,
}

impl Placement {
    /// Runs `measure` with a peer of its own. `None` where the machine has too few processors.
    pub fn with_peer<T>(self, measure: impl FnOnce(&Peer) -> T) -> Result<Option<T>> {
        let told = |error| format!("the processors could not be chosen ({error})");
        let allowed = sched_getaffinity(None).map_err(told)?;
        let usable: Vec<_> = (0..CpuSet::MAX_CPU).filter(|&cpu| allowed.is_set(cpu)).collect();
        let (here, there) = match (self, &usable[..]) {
            (Placement::OneProcessor, [first, ..]) => (*first, *first),
            (Placement::TwoProcessors, [first, .., last]) => (*first, *last),
            _ => return Ok(None),
        };
        // The peer inherits where it is started.
        sched_setaffinity(None, &only(there)).map_err(told)?;
        let peer = Peer::start();
        let moved = sched_setaffinity(None, &only(here)).map_err(told);
        let measured = peer.and_then(|peer| moved.map(|()| measure(&peer)));
        sched_setaffinity(None, &allowed).map_err(told)?;
        measured.map(Some)
    }
}

fn only(cpu: usize) -> CpuSet {
    let mut set = CpuSet::new();
    set.set(cpu);
    set
}

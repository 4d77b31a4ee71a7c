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

/// The processors of the two sides.
#[derive(Clone, Copy, Debug)]
pub struct Sides {
    here: usize,
    there: usize,
}

impl Placement {
    /// Runs `measure` with a peer of its own. `None` where the machine has too few processors.
    pub fn with_peer<T>(self, measure: impl FnOnce(&Peer, Sides) -> T) -> Result<Option<T>> {
        self.run(|sides| {
            let peer = sides.there(Peer::start)??;
            Ok(measure(&peer, sides))
        })
    }

    /// Runs `measure` on this side; what is to be on the other, it starts there itself.
    pub fn run<T>(self, measure: impl FnOnce(Sides) -> Result<T>) -> Result<Option<T>> {
        let allowed = sched_getaffinity(None).map_err(failed)?;
        let usable: Vec<_> = (0..CpuSet::MAX_CPU).filter(|&cpu| allowed.is_set(cpu)).collect();
        let (here, there) = match (self, &usable[..]) {
            (Placement::OneProcessor, [first, ..]) => (*first, *first),
            (Placement::TwoProcessors, [first, .., last]) => (*first, *last),
            _ => return Ok(None),
        };
        let measured = measure(Sides { here, there });
        sched_setaffinity(None, &allowed).map_err(failed)?;
        measured.map(Some)
    }
}

impl Sides {
    /// Runs `start` on the other side, where the threads and processes that it starts stay, and goes on
    /// on this one.
    pub fn there<T>(self, start: impl FnOnce() -> T) -> Result<T> {
        sched_setaffinity(None, &only(self.there)).map_err(failed)?;
        let started = start();
        sched_setaffinity(None, &only(self.here)).map_err(failed)?;
        Ok(started)
    }
}

fn failed(error: rustix::io::Errno) -> String {
    format!("the processors could not be chosen ({error})")
}

fn only(cpu: usize) -> CpuSet {
    let mut set = CpuSet::new();
    set.set(cpu);
    set
}

//! The queue: what submitting and polling cost the game's own thread, and what comes of it.

mod bare;
pub mod burst;
pub mod client;
mod depth;
mod frames;
mod gathering;
mod libcurl_multi;
mod matches;
mod memory;
mod polls;
mod report;
mod system_calls;
mod throughput;
pub mod trace;

use crate::peer::Peer;
use crate::placement::Placement;
use crate::tools::{Result, Scratch};
use system_calls::What;

pub fn measure() -> Result<()> {
    let scratch = Scratch::new()?;
    println!("{}\n", report::head());
    let on_the_thread = Placement::TwoProcessors.with_peer(|peer, sides| -> Result<_> {
        Ok(report::OnTheThread {
            burst: burst::measure(peer, sides)?,
            matches: matches::measure(peer, sides)?,
            frames: frames::measure(peer, sides)?,
            polls: polls::measure(peer),
        })
    })?;
    let peer = Peer::start()?;
    let measured = report::Measured {
        on_the_thread: on_the_thread.transpose()?,
        system_calls: What::ALL.map(|what| (what, system_calls::measure(what, &peer, &scratch))),
        depths: depth::measure(),
        memory: memory::measure(&peer)?,
        throughput: throughput::measure()?,
        gathering: gathering::measure()?,
    };
    print!("{}", report::body(&measured));
    Ok(())
}

/// A child that is counted.
pub fn child(job: &str, endpoint: &str) -> Option<Result<()>> {
    if job == "memory" {
        return Some(memory::print(endpoint));
    }
    system_calls::run(What::from_argument(job)?, endpoint);
    Some(Ok(()))
}

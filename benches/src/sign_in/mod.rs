//! Signing in: what a signature adds to a call, and what a first call costs that has to sign in before.

mod bare;
mod cold;
mod partner;
mod proof_key;
mod report;
mod signed_call;
mod signed_submit;

use crate::placement::Placement;
use crate::tools::{Result, Scratch};
use partner::Partner;
use proof_key::ProofKey;

pub fn measure() -> Result<()> {
    println!("{}\n", report::head());
    let scratch = Scratch::new()?;
    let key = ProofKey::make();
    signed_call::check(&key)?;
    let calls = |placement: Placement| placement.with_peer(|peer, _| signed_call::measure(peer, &key));
    let submits = Placement::TwoProcessors.with_peer(|peer, sides| signed_submit::measure(peer, sides, &key))?;
    let cold = |placement: Placement| {
        placement.run(|sides| {
            let partner = sides.there(|| Partner::start(&scratch))??;
            cold::measure(&partner)
        })
    };
    let measured = report::Measured {
        calls: report::Sides { far: calls(Placement::TwoProcessors)?, near: calls(Placement::OneProcessor)? },
        submits: submits.transpose()?,
        cold: report::Sides { far: cold(Placement::TwoProcessors)?, near: cold(Placement::OneProcessor)? },
    };
    print!("{}", report::body(&measured));
    Ok(())
}

//! What a relay costs: the processor time of a relayed invite beside that of nginx's `proxy_pass`, what it adds to the
//! time of an invite, and the memory of connections that wait. Plain HTTP on both sides.

mod load;
mod process;

use std::time::Duration;

use load::{Load, Target};
use process::Proxy;

use crate::peer::Peer;
use crate::table::{Table, thousands};
use crate::times::Times;
use crate::tools::{Result, Scratch};
use crate::{machine, table};

/// As many servers send invites at the same time.
const CONNECTIONS: usize = 16;
/// The measurements of the proxies take turns, so that both meet the same of what else goes on.
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);
const IDLE_CONNECTIONS: usize = 5_000;

/// Of each round.
#[derive(Default)]
struct Measured {
    /// Processor time for an invite, in microseconds.
    processor: Vec<f64>,
    /// Invites in a second.
    throughput: Vec<f64>,
}

pub fn measure() -> Result<()> {
    println!("{}\n", machine::facts());
    let scratch = Scratch::new()?;
    let service = Peer::start()?;
    let nginx = Proxy::nginx(&service, &scratch)?;
    let relay = Proxy::relay(&service, &scratch)?;
    let mut measured = [Measured::default(), Measured::default()];
    for _ in 0..ROUNDS {
        for (proxy, measured) in [&nginx, &relay].into_iter().zip(&mut measured) {
            let before = proxy.processor_time()?;
            let done = Load::closed(&proxy.target(), CONNECTIONS, ROUND)?;
            let spent = proxy.processor_time()?.saturating_sub(before);
            measured.processor.push(spent.as_secs_f64() * 1e6 / done.invites as f64);
            measured.throughput.push(done.invites as f64 / done.took.as_secs_f64());
        }
    }
    let [of_nginx, of_relay] = measured.map(|measured| (median(measured.processor), median(measured.throughput)));
    let half = of_relay.1 / 2.0;
    let direct = latency(&Target::at(&service.endpoint)?, half)?;
    let through = [latency(&nginx.target(), half)?, latency(&relay.target(), half)?];

    println!("Invites through a proxy, {CONNECTIONS} connections; times at {} invites a second:\n", thousands(half));
    let mut table = Table::new(&[
        "",
        "processor time of an invite (us)",
        "of nginx's",
        "invites in a second",
        "added at the median (us)",
        "at 99 % (us)",
    ]);
    table.row(vec![
        "no proxy".to_owned(),
        table::NOTHING.to_owned(),
        table::NOTHING.to_owned(),
        table::NOTHING.to_owned(),
        format!("({:.0})", direct.median()),
        format!("({:.0})", direct.percentile_99()),
    ]);
    for (name, (processor, throughput), times) in
        [("nginx, proxy_pass", of_nginx, &through[0]), ("mpa-relay", of_relay, &through[1])]
    {
        table.row(vec![
            name.to_owned(),
            format!("{processor:.1}"),
            format!("{:.2}", processor / of_nginx.0),
            thousands(throughput),
            format!("{:.0}", times.median() - direct.median()),
            format!("{:.0}", times.percentile_99() - direct.percentile_99()),
        ]);
    }
    println!("{table}");
    memory(&service, &scratch)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn latency(target: &Target, invites_in_a_second: f64) -> Result<Times> {
    Load::paced(target, CONNECTIONS, invites_in_a_second, ROUND)
}

/// A relay of its own, so that what was used before does not count.
fn memory(service: &Peer, scratch: &Scratch) -> Result<()> {
    let relay = Proxy::relay(service, scratch)?;
    let before = relay.resident_kilobytes()?;
    let connections = load::idle(&relay.target(), IDLE_CONNECTIONS)?;
    let after = relay.resident_kilobytes()?;
    println!(
        "Memory with {} connections that have each sent an invite and wait: {:.0} MB; without: {:.0} MB.",
        thousands(connections.len() as f64),
        after as f64 / 1e3,
        before as f64 / 1e3
    );
    Ok(())
}

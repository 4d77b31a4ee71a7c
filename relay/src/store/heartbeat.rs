//! What keeps the store informed that this relay lives, and finds out that the store is back.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use super::availability::{News, Phase};
use super::link::Failure;
use super::script::{self, AliveAnswer, Report};
use super::shared::Shared;
use crate::sync::lock;

/// Beats as long as the store is used.
pub async fn run(shared: Weak<Shared>) {
    loop {
        let Some(shared_now) = shared.upgrade() else { return };
        let interval = shared_now.pace.interval;
        if let Err(failure) = beat(&shared_now).await {
            shared_now.failed(failure);
        }
        drop(shared_now);
        tokio::time::sleep(interval).await;
    }
}

async fn beat(shared: &Arc<Shared>) -> Result<(), Failure> {
    let phase = || lock(&shared.availability).phase();
    let is_new_connection = phase() == Phase::Down || !shared.link.is_connected();
    if is_new_connection {
        shared.link.connect().await?;
    }
    // First, so that the others count this relay when what it sent is known. Each time, for what went out alone while
    // the last report was made.
    if is_new_connection || phase() == Phase::Returning {
        report_all(shared).await?;
    }
    let alive = script::alive(&shared.prefix, &shared.relay, shared.pace.lives_for);
    let answer = shared.answer(&alive, &shared.heartbeat_round_trips, AliveAnswer::read).await?;
    let news = {
        let mut availability = lock(&shared.availability);
        let now = shared.now();
        if is_new_connection {
            // Not before: what can be connected to need not answer, and requests would find that out.
            availability.connected(now);
        } else if availability.phase() == Phase::Down {
            // A request found it down meanwhile: this answer is old.
            return Ok(());
        }
        let news = availability.beat(now, answer, shared.pace);
        shared.phase.send_replace(availability.phase());
        news
    };
    if let Some(News::CameUp { .. }) = news {
        shared.generation.fetch_add(1, Ordering::Relaxed);
    }
    shared.report(news);
    Ok(())
}

/// Reports what this relay sent and knows, since the store may have lost it.
async fn report_all(shared: &Shared) -> Result<(), Failure> {
    let kinds: Vec<_> = lock(&shared.kinds).values().cloned().collect();
    for kind in kinds {
        let question = {
            let ledger = lock(&kind.ledger);
            let now = shared.now();
            let report = Report {
                closed_for: ledger.closed_for(now),
                named: ledger.named(now).map(|named| (named.limit, now.saturating_sub(named.at))).collect(),
                sent: ledger
                    .sent(now)
                    .map(|(number, sent)| (shared.member(*number), now.saturating_sub(sent.at)))
                    .collect(),
            };
            if report.is_empty() {
                continue;
            }
            report.question(&kind.keys, ledger.imposed(), None)
        };
        shared.answer(&question, &shared.heartbeat_round_trips, |_| Some(())).await?;
    }
    Ok(())
}

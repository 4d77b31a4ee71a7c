//! SIGTERM and Ctrl-C, which end the emulator. Without handlers they would do nothing to the first process of a container.

use std::io;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

/// Signals that are handled from when this is made.
pub struct Signals {
    runtime: Runtime,
    sender: UnboundedSender<()>,
    ended: UnboundedReceiver<()>,
}

impl Signals {
    pub fn handle() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (sender, ended) = unbounded_channel();
        runtime.block_on(async { end_on_signals(&sender) })?;
        Ok(Signals { runtime, sender, ended })
    }

    /// For what counts as a signal too.
    pub fn sender(&self) -> UnboundedSender<()> {
        self.sender.clone()
    }

    /// Waits for one.
    pub fn wait(&mut self) {
        self.runtime.block_on(self.ended.recv());
    }

    /// Whether one comes within this time.
    pub fn wait_at_most(&mut self, limit: Duration) -> bool {
        let Signals { runtime, ended, .. } = self;
        runtime.block_on(async { timeout(limit, ended.recv()).await.is_ok() })
    }
}

/// Sends once for each.
#[cfg(unix)]
fn end_on_signals(ended: &UnboundedSender<()>) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let (mut signal, ended) = (signal(kind)?, ended.clone());
        tokio::spawn(async move {
            signal.recv().await;
            let _ = ended.send(());
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn end_on_signals(ended: &UnboundedSender<()>) -> io::Result<()> {
    let ended = ended.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = ended.send(());
        }
    });
    Ok(())
}

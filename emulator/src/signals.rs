//! SIGTERM and Ctrl-C, which end the emulator. Without handlers they would do nothing to the first process of a container.

use std::io;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Signals that are handled from when this is made.
pub struct Signals {
    runtime: Runtime,
    ended: UnboundedReceiver<()>,
}

impl Signals {
    pub fn handle() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (sender, ended) = unbounded_channel();
        runtime.block_on(async { end_on_signals(&sender) })?;
        Ok(Signals { runtime, ended })
    }

    /// Waits for one.
    pub fn wait(mut self) {
        self.runtime.block_on(self.ended.recv());
    }
}

/// Sends once for each.
#[cfg(unix)]
pub fn end_on_signals(ended: &UnboundedSender<()>) -> io::Result<()> {
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
pub fn end_on_signals(ended: &UnboundedSender<()>) -> io::Result<()> {
    let ended = ended.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = ended.send(());
        }
    });
    Ok(())
}

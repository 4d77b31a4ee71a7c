//! Threads of the library, which must not be noticed by the process that they run in.

use std::io;

#[cfg(shuttle)]
use shuttle::thread;
#[cfg(not(shuttle))]
use std::thread;

/// Given for every thread: the standard library's default is read from the environment.
const STACK_SIZE: usize = 2 * 1024 * 1024;

/// Starts a thread that is not waited for. Its name begins with `mpa-`.
pub fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    debug_assert!(name.starts_with("mpa-"));
    let _blocked = signals::block();
    thread::Builder::new().name(name.to_owned()).stack_size(STACK_SIZE).spawn(run).map(drop)
}

#[cfg(all(unix, not(shuttle)))]
mod signals {
    use nix::sys::signal::{SigSet, SigmaskHow, Signal};

    /// Raised by the thread's own instructions. Blocked, they would end the process without the host's
    /// crash handler; a signal sent to the process from outside is none of these.
    const FAULTS: [Signal; 6] =
        [Signal::SIGSEGV, Signal::SIGBUS, Signal::SIGFPE, Signal::SIGILL, Signal::SIGTRAP, Signal::SIGSYS];

    /// Restores the mask that the thread had.
    pub struct Blocked(Option<SigSet>);

    /// Blocks signals on the calling thread; a thread that it starts inherits that, so that signals of
    /// the process go to threads of the host, which may wait for them with all of its own blocked.
    pub fn block() -> Blocked {
        let mut signals = SigSet::all();
        for fault in FAULTS {
            signals.remove(fault);
        }
        Blocked(signals.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok())
    }

    impl Drop for Blocked {
        fn drop(&mut self) {
            if let Some(mask) = &self.0 {
                // It fails only for a wrong argument.
                let _ = mask.thread_set_mask();
            }
        }
    }
}

#[cfg(not(all(unix, not(shuttle))))]
mod signals {
    /// There are no signals that other threads could take.
    pub struct Blocked;

    pub fn block() -> Blocked {
        Blocked
    }
}

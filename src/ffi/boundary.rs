//! The way in and out of every function that can fail: no panic leaves it, and none is printed.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;
use std::thread;

use super::result::{ResultTarget, mpa_result};
use super::status::mpa_status;
use crate::outcome::{Outcome, Result};

thread_local! {
    /// Whether this thread is inside the library, so that a panic is ours to swallow.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    /// Where the panic happened that is being caught.
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

/// Runs the body of an entry point and reports its outcome, in the status and in `result`.
///
/// # Safety
/// `result` is NULL or points to an `mpa_result` that nothing else uses during the call.
pub unsafe fn report(result: *mut mpa_result, body: impl FnOnce() -> Result<Outcome>) -> mpa_status {
    // SAFETY: passed on from the caller.
    let target = match caught(|| unsafe { ResultTarget::new(result) }).flatten() {
        Ok(target) => target,
        // There is no sound place for more than the status.
        Err(refusal) => return refusal.status as mpa_status,
    };
    let outcome = caught(body).flatten().unwrap_or_else(|outcome| *outcome);
    // Should that fail, there is no place to say so.
    let _ = caught(|| target.write(&outcome));
    outcome.status as mpa_status
}

/// Runs `body`; a panic in it becomes an outcome that says where.
pub fn caught<T>(body: impl FnOnce() -> T) -> Result<T> {
    let outside = INSIDE.replace(true);
    let guarded = || {
        install_hook();
        body()
    };
    // Whatever a panic leaves behind is behind locks whose users bear it, or dropped.
    let result = panic::catch_unwind(AssertUnwindSafe(guarded)).map_err(|payload| {
        let place = take_place();
        discard(payload);
        internal(place)
    });
    INSIDE.set(outside);
    result
}

/// A payload may panic once more when dropped; then it is left where it is.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(second) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
        take_place();
    }
}

/// A thread that is ending has no place for it any more.
fn take_place() -> Option<String> {
    PLACE.try_with(Cell::take).ok().flatten()
}

fn internal(place: Option<String>) -> Box<Outcome> {
    // Only the place is reported: what a panic says may hold anything.
    let place = place.unwrap_or_else(|| "an unknown place".to_owned());
    Outcome::internal(format!(
        "The library has a defect, met at {place}; whether the call did anything is unknown. Please report this."
    ))
}

/// Panics inside the library, and on threads of its own, are not printed; all others go where they
/// went before.
///
/// A thread that is unwinding, whose destructors call the library, may not change the hook: it goes
/// without, and the next call of another thread installs it.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    if INSTALLED.is_completed() || thread::panicking() {
        return;
    }
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if INSIDE.try_with(Cell::get).unwrap_or(false) || is_our_thread() {
                remember(info);
            } else {
                previous(info);
            }
        }));
    });
}

fn is_our_thread() -> bool {
    thread::current().name().is_some_and(|name| name.starts_with("mpa-"))
}

fn remember(info: &PanicHookInfo<'_>) {
    if let Some(location) = info.location() {
        // The whole path would name the machine that built the library.
        let file = location.file().rsplit(['/', '\\']).next().unwrap_or_default();
        let place = format!("{file}:{}", location.line());
        let _ = PLACE.try_with(|last| last.set(Some(place)));
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::sync::mpsc::{self, Receiver, Sender};
    use std::time::Duration;

    use super::*;
    use crate::outcome::Status;

    #[test]
    fn a_panic_becomes_an_outcome_that_names_its_place() {
        let outcome = caught(|| panic!("secret")).unwrap_err();
        assert_eq!(outcome.status, Status::Internal);
        assert!(outcome.message.contains("boundary.rs:"), "{}", outcome.message);
        assert!(!outcome.message.contains("secret"));
    }

    /// Runs a test in a process of its own, where its call is the first and nothing catches what is
    /// printed.
    fn run_alone(test: &str) -> String {
        // What runs programs of this processor, with its arguments, where the machine has another one.
        let runner = std::env::var("MPA_TEST_RUNNER").unwrap_or_default();
        let this = std::env::current_exe().unwrap();
        let mut line = runner.split_whitespace().map(OsString::from).chain([this.into()]);
        let output = std::process::Command::new(line.next().unwrap())
            .args(line)
            .args(["--exact", &format!("ffi::boundary::tests::{test}"), "--nocapture"])
            .output()
            .unwrap();
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed);
        assert!(printed.contains("1 passed"), "{printed}");
        printed.into_owned()
    }

    #[test]
    fn a_panic_inside_prints_nothing() {
        let printed = run_alone("a_panic_becomes_an_outcome_that_names_its_place");
        assert!(!printed.contains("panicked"), "{printed}");
    }

    #[test]
    fn a_panic_inside_a_panics_payload_is_survived() {
        struct Spiteful;
        impl Drop for Spiteful {
            fn drop(&mut self) {
                panic!("again");
            }
        }
        let outcome = caught(|| panic::panic_any(Spiteful)).unwrap_err();
        assert_eq!(outcome.status, Status::Internal);
    }

    /// Calls as it is dropped, and reports how that ended: as it should, and with a panic.
    struct CallsWhenDropped(Sender<(Result<i32>, Result<()>)>);

    impl Drop for CallsWhenDropped {
        fn drop(&mut self) {
            let _ = self.0.send((caught(|| 7), caught(|| panic!("inside"))));
        }
    }

    fn check_calls(calls: Receiver<(Result<i32>, Result<()>)>) {
        let (good, bad) = calls.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(good.unwrap(), 7);
        assert_eq!(bad.unwrap_err().status, Status::Internal);
        assert!(!INSIDE.get());
    }

    #[test]
    fn a_destructor_may_call_while_its_thread_unwinds() {
        let (sender, calls) = mpsc::channel();
        let unwinding = thread::spawn(move || {
            let _calls = CallsWhenDropped(sender);
            panic!("outside");
        });
        assert!(unwinding.join().is_err());
        check_calls(calls);
        // Installed by a thread that may.
        assert!(caught(|| panic!("inside")).unwrap_err().message.contains("boundary.rs:"));
    }

    #[test]
    fn the_first_call_may_come_from_a_thread_that_unwinds() {
        let printed = run_alone("a_destructor_may_call_while_its_thread_unwinds");
        assert!(printed.contains("outside"), "a panic of the host is printed: {printed}");
    }

    #[test]
    fn a_thread_may_call_while_it_ends() {
        thread_local! {
            static LAST: Cell<Option<CallsWhenDropped>> = const { Cell::new(None) };
        }
        let (sender, calls) = mpsc::channel();
        thread::spawn(move || {
            // Dropped after what the library keeps for this thread, which is made later.
            LAST.set(Some(CallsWhenDropped(sender)));
            assert!(caught(|| panic!("inside")).is_err());
        });
        check_calls(calls);
    }
}

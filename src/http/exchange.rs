//! The exchange under way on this thread: its time limits, and what of its request entered the
//! socket.
//!
//! ureq runs an exchange on the calling thread from start to end, and hands its connections no
//! place for a note about the request that uses them. So the note is the thread's. It is written
//! where bytes enter the socket, because the layers above swallow errors of writing.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::failure::Sent;

thread_local! {
    static CURRENT: Cell<Option<Note>> = const { Cell::new(None) };
}

#[derive(Clone, Copy, Debug)]
struct Note {
    deadline: Instant,
    connect_timeout: Duration,
    /// While connecting: when that has to be done.
    connect_deadline: Option<Instant>,
    was_connected: bool,
    request: Progress,
}

/// How far the bytes of the request have come.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Bytes written from here on carry the request; before, they are the TLS handshake's.
    begun: bool,
    /// All of it has been handed to the layers below.
    handed_over: bool,
    /// At least one byte entered the socket.
    some_entered: bool,
    /// The socket did not take the bytes that were written last.
    last_write_failed: bool,
}

/// An exchange; it ends when this is dropped.
#[derive(Debug)]
pub struct Exchange(());

impl Exchange {
    pub fn begin(deadline: Instant, connect_timeout: Duration) -> Self {
        let note = Note {
            deadline,
            connect_timeout,
            connect_deadline: None,
            was_connected: false,
            request: Progress::default(),
        };
        CURRENT.set(Some(note));
        Exchange(())
    }

    /// Whether there was a connection, at least for a moment.
    pub fn was_connected(&self) -> bool {
        CURRENT.get().is_some_and(|note| note.was_connected)
    }

    /// How much of the request can have reached the service.
    pub fn sent(&self) -> Sent {
        // Without a note nothing is known, and any doubt is "perhaps".
        let Some(Note { request, .. }) = CURRENT.get() else { return Sent::Perhaps };
        if !request.some_entered {
            Sent::Nothing
        } else if !request.handed_over || request.last_write_failed {
            Sent::Incomplete
        } else {
            Sent::Perhaps
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        CURRENT.set(None);
    }
}

fn update(change: impl FnOnce(&mut Note)) {
    if let Some(mut note) = CURRENT.get() {
        change(&mut note);
        CURRENT.set(Some(note));
    }
}

/// The time left for the next step; zero when it is up.
pub fn remaining() -> Duration {
    let Some(note) = CURRENT.get() else { return Duration::ZERO };
    let deadline = note.connect_deadline.map_or(note.deadline, |connect| connect.min(note.deadline));
    deadline.saturating_duration_since(Instant::now())
}

pub fn connecting() {
    update(|note| note.connect_deadline = Instant::now().checked_add(note.connect_timeout));
}

/// Somebody accepted the connection; TLS may still fail.
pub fn connected() {
    update(|note| note.was_connected = true);
}

pub fn request_begins() {
    update(|note| {
        note.connect_deadline = None;
        note.was_connected = true;
        note.request.begun = true;
    });
}

pub fn request_handed_over() {
    update(|note| note.request.handed_over = true);
}

/// The socket took some bytes.
pub fn bytes_entered() {
    update(|note| {
        if note.request.begun {
            note.request.some_entered = true;
        }
    });
}

/// A write to the socket is over; `whole`: the socket took all of it.
///
/// Once all of the request has entered, that is so for good: TLS may write on its own behalf later, and
/// fail to.
pub fn write_ended(whole: bool) {
    update(|note| {
        let Progress { begun, handed_over, some_entered, last_write_failed } = note.request;
        let is_complete = handed_over && some_entered && !last_write_failed;
        if begun && !is_complete {
            note.request.last_write_failed = !whole;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange() -> Exchange {
        Exchange::begin(Instant::now() + Duration::from_secs(5), Duration::from_secs(1))
    }

    #[test]
    fn bytes_of_the_handshake_are_not_the_requests() {
        let exchange = exchange();
        connecting();
        bytes_entered();
        write_ended(false);
        assert_eq!(exchange.sent(), Sent::Nothing);
    }

    #[test]
    fn a_request_counts_from_its_first_byte() {
        let exchange = exchange();
        request_begins();
        write_ended(false);
        request_handed_over();
        assert_eq!(exchange.sent(), Sent::Nothing);
        bytes_entered();
        assert_eq!(exchange.sent(), Sent::Incomplete);
    }

    #[test]
    fn a_request_can_be_whole_only_when_all_was_handed_over_and_taken() {
        let exchange = exchange();
        request_begins();
        bytes_entered();
        write_ended(true);
        assert_eq!(exchange.sent(), Sent::Incomplete);
        request_handed_over();
        assert_eq!(exchange.sent(), Sent::Perhaps);
    }

    #[test]
    fn a_late_success_makes_it_whole_again() {
        let exchange = exchange();
        request_begins();
        bytes_entered();
        write_ended(false);
        request_handed_over();
        assert_eq!(exchange.sent(), Sent::Incomplete);
        write_ended(true);
        assert_eq!(exchange.sent(), Sent::Perhaps);
    }

    #[test]
    fn what_is_written_after_the_request_takes_nothing_back() {
        let exchange = exchange();
        request_begins();
        bytes_entered();
        write_ended(true);
        request_handed_over();
        write_ended(false);
        assert_eq!(exchange.sent(), Sent::Perhaps);
    }

    #[test]
    fn without_a_note_there_is_doubt_and_no_time() {
        let exchange = exchange();
        CURRENT.set(None);
        assert_eq!(exchange.sent(), Sent::Perhaps);
        assert_eq!(remaining(), Duration::ZERO);
    }

    #[test]
    fn connecting_has_the_shorter_limit() {
        let _exchange = exchange();
        assert!(remaining() > Duration::from_secs(1));
        connecting();
        assert!(remaining() <= Duration::from_secs(1));
        request_begins();
        assert!(remaining() > Duration::from_secs(1));
    }
}

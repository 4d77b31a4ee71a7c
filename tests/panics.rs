//! The library's panic hook is for the library's panics: a host that is written in Rust too keeps its
//! own.

use std::sync::atomic::{AtomicUsize, Ordering};

use mpa_tests::c::{Client, config};

#[test]
fn panics_of_the_host_go_where_they_went_before() {
    static SEEN: AtomicUsize = AtomicUsize::new(0);
    std::panic::set_hook(Box::new(|_| {
        SEEN.fetch_add(1, Ordering::SeqCst);
    }));
    drop(Client::open(&config("http://127.0.0.1:1")));
    let panicked = std::thread::spawn(|| panic!("the host's own")).join();
    assert!(panicked.is_err());
    assert_eq!(SEEN.load(Ordering::SeqCst), 1);
}

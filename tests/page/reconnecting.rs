//! A connection that ends, and comes back without losing rows.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use mpa_emulator::{Emulator, Options};
use mpa_tests::browser::Browser;
use serde_json::{Value, json};

use crate::{invite, open, open_at, start};

/// Each row's place and the user whom it is about, from the top.
fn users_shown(browser: &Browser) -> Value {
    browser.run(
        "return [...document.querySelectorAll('#rows .row')]
             .map((row) => [Number(row.getAttribute('aria-rowindex')), row.querySelector('.to').textContent])
             .sort((a, b) => a[0] - b[0]);",
    )
}

#[test]
fn it_comes_back_after_a_restart_of_the_emulator() {
    let emulator = start();
    let Some(browser) = open(&emulator) else { return };
    assert_eq!(invite(&emulator, 1, "a").status, "MPA_OK");
    browser.wait_until("document.querySelectorAll('#rows .row').length === 1");
    let address: SocketAddr = emulator.url().strip_prefix("http://").unwrap().parse().unwrap();
    drop(emulator);
    browser.wait_until("document.querySelector('#connection').textContent.startsWith('Connection lost')");
    let emulator = Emulator::start(Options { address, ..Options::default() }).unwrap();
    // Before the page is back: it must not miss these.
    assert_eq!(invite(&emulator, 2, "a").status, "MPA_OK");
    assert_eq!(invite(&emulator, 3, "a").status, "MPA_OK");
    browser.wait_until("document.querySelector('#connection').dataset.state === 'open'");
    browser.wait_until("document.querySelectorAll('#rows .row').length === 3");
    assert_eq!(invite(&emulator, 4, "a").status, "MPA_OK");
    browser.wait_until("document.querySelectorAll('#rows .row').length === 4");
    assert_eq!(users_shown(&browser), json!([[2, "4"], [3, "3"], [4, "2"], [5, "1"]]));
}

/// A TCP forwarder between a browser and the emulator, which can be disconnected.
struct Forwarder {
    connections: Arc<Mutex<Vec<TcpStream>>>,
    is_disconnected: Arc<Mutex<bool>>,
}

impl Forwarder {
    fn between(listener: TcpListener, emulator: SocketAddr) -> Self {
        let forwarder = Forwarder { connections: Arc::default(), is_disconnected: Arc::default() };
        let (connections, is_disconnected) = (forwarder.connections.clone(), forwarder.is_disconnected.clone());
        thread::spawn(move || {
            for browser in listener.incoming().flatten() {
                if *is_disconnected.lock().unwrap() {
                    continue;
                }
                let emulator = TcpStream::connect(emulator).unwrap();
                connections.lock().unwrap().extend([browser.try_clone().unwrap(), emulator.try_clone().unwrap()]);
                for (mut from, mut to) in
                    [(browser.try_clone().unwrap(), emulator.try_clone().unwrap()), (emulator, browser)]
                {
                    thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Write);
                    });
                }
            }
        });
        forwarder
    }

    /// Closes all connections, and new ones at once until `reconnect`.
    fn disconnect(&self) {
        *self.is_disconnected.lock().unwrap() = true;
        for connection in self.connections.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    fn reconnect(&self) {
        *self.is_disconnected.lock().unwrap() = false;
    }
}

#[test]
fn it_comes_back_after_its_connection_was_closed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let allowed_hosts = vec![address.to_string().parse().unwrap()];
    let emulator = Emulator::start(Options { allowed_hosts, ..Options::default() }).unwrap();
    let forwarder = Forwarder::between(listener, emulator.address());
    let Some(browser) = open_at(&format!("http://{address}")) else { return };
    assert_eq!(invite(&emulator, 1, "a").status, "MPA_OK");
    browser.wait_until("document.querySelectorAll('#rows .row').length === 1");
    for round in 0..2 {
        forwarder.disconnect();
        browser.wait_until("document.querySelector('#connection').textContent.startsWith('Connection lost')");
        for user in [2, 3] {
            assert_eq!(invite(&emulator, user + 10 * round, "a").status, "MPA_OK");
        }
        forwarder.reconnect();
        browser.wait_until("document.querySelector('#connection').dataset.state === 'open'");
    }
    assert_eq!(invite(&emulator, 4, "a").status, "MPA_OK");
    browser.wait_until("document.querySelectorAll('#rows .row').length === 6");
    assert_eq!(users_shown(&browser), json!([[2, "4"], [3, "13"], [4, "12"], [5, "3"], [6, "2"], [7, "1"]]));
    assert_eq!(browser.text("#shown"), "6 of 6 shown");
}

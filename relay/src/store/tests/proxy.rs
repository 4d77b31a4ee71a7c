//! A TCP proxy between a relay and the store, which can cut them off from each other.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

pub struct Proxy {
    port: u16,
    drops: Arc<AtomicBool>,
}

impl Proxy {
    /// Its threads end with the connections, and with the process of the tests.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Proxy { port: listener.local_addr().unwrap().port(), drops: Arc::default() };
        let drops = proxy.drops.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let (client_2, server_2) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let (drops, drops_2) = (drops.clone(), drops.clone());
                thread::spawn(move || copy(client, server, &drops));
                thread::spawn(move || copy(server_2, client_2, &drops_2));
            }
        });
        proxy
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Whether all that is sent is lost, without an error.
    pub fn drop_all(&self, drops: bool) {
        self.drops.store(drops, Ordering::SeqCst);
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream, drops: &AtomicBool) {
    let mut bytes = [0; 4_096];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        if !drops.load(Ordering::SeqCst) && to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}

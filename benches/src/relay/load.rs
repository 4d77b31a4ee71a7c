//! Servers that send invites over connections that they keep.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::times::Times;
use crate::tools::Result;

/// Where invites go, and what lets them in.
pub struct Target {
    pub address: SocketAddr,
    pub token: String,
}

impl Target {
    /// One that asks for no token of its own.
    pub fn at(endpoint: &str) -> Result<Self> {
        let address = endpoint.trim_start_matches("http://").parse();
        let address = address.map_err(|_| format!("{endpoint} has no address"))?;
        Ok(Target { address, token: "token".to_owned() })
    }
}

/// How much was done.
pub struct Load {
    pub invites: u64,
    pub took: Duration,
}

impl Load {
    /// Each connection sends the next invite as soon as the one before is acknowledged.
    pub fn closed(target: &Target, connections: usize, limit: Duration) -> Result<Self> {
        let invites = AtomicU64::new(0);
        let began = Instant::now();
        on_each(connections, |_| {
            let mut server = Server::connect(target)?;
            while began.elapsed() < limit {
                server.invite()?;
                invites.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        })?;
        Ok(Load { invites: invites.into_inner(), took: began.elapsed() })
    }

    /// Invites at fixed times, whether those before are acknowledged or not: how long each took from its time on.
    pub fn paced(target: &Target, connections: usize, in_a_second: f64, limit: Duration) -> Result<Times> {
        let pause = Duration::from_secs_f64(connections as f64 / in_a_second);
        let began = Instant::now() + Duration::from_millis(50);
        let times = on_each(connections, |number| {
            let mut server = Server::connect(target)?;
            // Spread, so that they do not come together.
            let mut due = began + pause.mul_f64(number as f64 / connections as f64);
            let mut times = Vec::new();
            while due < began + limit {
                thread::sleep(due.saturating_duration_since(Instant::now()));
                // What sleeping takes longer than it should is not the proxy's.
                let sent = Instant::now().max(due);
                server.invite()?;
                times.push(sent.elapsed());
                due += pause;
            }
            Ok(times)
        })?;
        Ok(Times::new(times.concat()))
    }
}

/// So many connections, each of which has sent one invite.
pub fn idle(target: &Target, connections: usize) -> Result<Vec<Server>> {
    (0..connections)
        .map(|_| {
            let mut server = Server::connect(target)?;
            server.invite()?;
            Ok(server)
        })
        .collect()
}

fn on_each<T: Send>(connections: usize, work: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..connections).map(|number| scope.spawn(move || work(number))).collect();
        let done = threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked".to_owned())?);
        done.collect()
    })
}

pub struct Server {
    stream: TcpStream,
    request: Vec<u8>,
}

impl Server {
    fn connect(target: &Target) -> Result<Self> {
        let stream = TcpStream::connect(target.address).map_err(|error| format!("no connection ({error})"))?;
        let _ = stream.set_nodelay(true);
        const BODY: &str = "{\"invitedUsers\":[\"2533274790395904\",\"2533274790395905\"],\"sender\":\"2533274790395906\",\
                            \"connectionString\":\"203.0.113.7:7777\"}";
        let request = format!(
            "POST /titles/1234567890/invites/server HTTP/1.1\r\nHost: {}\r\nAuthorization: XBL3.0 x=-;{}\r\n\
             x-xbl-contract-version: 1\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n\r\n{BODY}",
            target.address,
            target.token,
            BODY.len()
        );
        Ok(Server { stream, request: request.into_bytes() })
    }

    fn invite(&mut self) -> Result<()> {
        let failed = |error| format!("an invite failed ({error})");
        self.stream.write_all(&self.request).map_err(failed)?;
        let mut response = [0; 1_024];
        let mut length = 0;
        while !response[..length].windows(4).any(|window| window == b"\r\n\r\n") {
            let amount = self.stream.read(&mut response[length..]).map_err(failed)?;
            if amount == 0 {
                return Err("a connection was closed".to_owned());
            }
            length += amount;
        }
        match response.starts_with(b"HTTP/1.1 204 ") {
            true => Ok(()),
            false => Err(format!("an invite was answered {}", String::from_utf8_lossy(&response[..length]))),
        }
    }
}

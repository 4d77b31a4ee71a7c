//! How many requests a second the emulator answers with a stream of events open, with its page open in a browser, and
//! without either:
//!
//! ```text
//! cargo run --release -p mpa-tests --bin measure-page
//! ```
//!
//! The rounds take turns, so that what else the machine does strikes all of them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mpa_emulator::{Emulator, Options};
use mpa_tests::browser::Browser;

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_secs(2);
const CONNECTIONS: usize = 8;

const BODY: &str =
    r#"{"invitedUsers":["2535465515082324"],"sender":"2814613765430389","connectionString":"203.0.113.7:7777"}"#;

fn main() -> io::Result<()> {
    let emulator = Emulator::start(Options::default()).map_err(io::Error::other)?;
    let folder = std::env::temp_dir().join(format!("mpa-measure-page-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let browser = Browser::start(&folder);
    let (mut without, mut with_stream, mut with_page) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let alone = requests_per_second(emulator.address())?;
        without.push(alone);
        let watched = beside_a_stream(&emulator)?;
        with_stream.push(watched / alone);
        print!("{alone:.0} requests/s without, {watched:.0} with a stream of events");
        if let Some(browser) = &browser {
            let watched = beside_the_page(&emulator, browser)?;
            with_page.push(watched / alone);
            print!(", {watched:.0} with the page");
        }
        println!();
    }
    println!("medians: {:.0} without; with a stream {:.3} of it", median(without), median(with_stream));
    if browser.is_some() {
        println!("with the page in a browser on the same machine {:.3} of it", median(with_page));
    }
    drop(browser);
    std::fs::remove_dir_all(&folder)
}

fn beside_a_stream(emulator: &Emulator) -> io::Result<f64> {
    let stream = TcpStream::connect(emulator.address())?;
    thread::scope(|scope| {
        let reader = scope.spawn(|| read_events(&stream));
        let watched = requests_per_second(emulator.address());
        stream.shutdown(Shutdown::Both)?;
        reader.join().unwrap_or(Ok(()))?;
        watched
    })
}

fn beside_the_page(emulator: &Emulator, browser: &Browser) -> io::Result<f64> {
    browser.open(&format!("{}/emulator/", emulator.url()));
    browser.wait_until("document.querySelector('#connection').dataset.state === 'open'");
    let watched = requests_per_second(emulator.address());
    browser.open("about:blank");
    watched
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Each connection sends its next request when it has the response to the one before.
fn requests_per_second(address: SocketAddr) -> io::Result<f64> {
    let (ended, count) = (AtomicBool::new(false), AtomicU64::new(0));
    let start = Instant::now();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(|| send(address, &ended, &count))).collect();
        thread::sleep(ROUND);
        ended.store(true, Ordering::Relaxed);
        clients.into_iter().try_for_each(|client| client.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into())))
    })?;
    Ok(count.into_inner() as f64 / start.elapsed().as_secs_f64())
}

fn send(address: SocketAddr, ended: &AtomicBool, count: &AtomicU64) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let request = format!(
        "POST /titles/7/invites/server HTTP/1.1\r\nHost: localhost\r\nAuthorization: XBL3.0 x=-;token\r\n\
         x-xbl-contract-version: 1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let mut response = [0; 4096];
    while !ended.load(Ordering::Relaxed) {
        stream.write_all(request.as_bytes())?;
        // A 204 comes in one piece.
        let length = stream.read(&mut response)?;
        if !response[..length].starts_with(b"HTTP/1.1 204") {
            return Err(io::Error::other(String::from_utf8_lossy(&response[..length]).into_owned()));
        }
        count.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Reads until the connection ends.
fn read_events(mut stream: &TcpStream) -> io::Result<()> {
    stream.write_all(b"GET /emulator/events HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut reader = BufReader::new(stream);
    loop {
        let length = reader.fill_buf()?.len();
        if length == 0 {
            return Ok(());
        }
        reader.consume(length);
    }
}

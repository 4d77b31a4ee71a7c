//! A first call from cold: signing in takes two round trips over connections of their own, and then
//! there is the call.

use std::path::Path;
use std::time::{Duration, Instant};

use mpa::ffi::client::{MPA_CA_ADDED, MPA_CA_ONLY, mpa_ca_mode};
use mpa_emulator::{LoggedRequest, NO_TITLE};
use rustls::HandshakeKind;

use super::bare::Bare;
use super::partner::Partner;
use crate::ours::{Ours, text};
use crate::request;
use crate::times::Times;
use crate::tools::Result;
use crate::worker::Caller;

pub const ROUNDS: usize = 200;
const WARM_UP_ROUNDS: usize = 5;

/// The emulator's token service and its service proper have one name and one memory of sessions.
const HANDSHAKES: [HandshakeKind; 3] = [HandshakeKind::Full, HandshakeKind::Full, HandshakeKind::Resumed];

pub struct Cold {
    /// Trusts the emulator's authority only.
    pub ours: Times,
    /// Trusts all those that the library carries as well.
    pub ours_with_all_authorities: Times,
    pub bare: Times,
}

pub fn measure(partner: &Partner) -> Result<Cold> {
    let bare = Bare::new(partner);
    check(partner, &bare)?;
    let mut times: [Vec<Duration>; 3] = Default::default();
    for round in 0..WARM_UP_ROUNDS + ROUNDS {
        for turn in 0..times.len() {
            let who = (round + turn) % times.len();
            let measured = match who {
                0 => timed(|| first_call(partner, MPA_CA_ONLY)),
                1 => timed(|| first_call(partner, MPA_CA_ADDED)),
                _ => timed(|| bare.first_call()),
            };
            if round >= WARM_UP_ROUNDS {
                times[who].push(measured);
            }
        }
    }
    let [ours, ours_with_all_authorities, bare] = times.map(Times::new);
    Ok(Cold { ours, ours_with_all_authorities, bare })
}

/// Opens a client and makes a call.
fn first_call(partner: &Partner, ca_mode: mpa_ca_mode) -> Ours {
    let sign_in = partner.sign_in();
    let file = |path: &Path| text(&path.to_string_lossy());
    let (authority, certificate) = (file(&partner.authority), file(&partner.certificate));
    let private_key = file(&partner.private_key);
    let (sign_in_endpoint, token_endpoint) = (text(sign_in.url()), text(sign_in.token_url()));
    let mut client = Ours::open_with(partner.emulator.url(), |config| {
        config.ca_certificates_path = authority.as_ptr();
        config.ca_mode = ca_mode;
        config.certificate_path = certificate.as_ptr();
        config.private_key_path = private_key.as_ptr();
        config.sign_in_endpoint = sign_in_endpoint.as_ptr();
        config.token_endpoint = token_endpoint.as_ptr();
    });
    client.call();
    client
}

/// What is closed in the end is not measured.
fn timed<T>(what: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    let _connections = what();
    started.elapsed()
}

/// Both have to send the same requests, over as many connections.
fn check(partner: &Partner, bare: &Bare) -> Result<()> {
    drop(first_call(partner, MPA_CA_ONLY));
    let ours = seen(partner);
    let connections = bare.first_call();
    let by_bare = seen(partner);
    if ours.len() != 3 || ours != by_bare {
        return Err(format!("the bare first call sends other requests than mpa: {by_bare:?} and {ours:?}"));
    }
    let handshakes = connections.handshakes();
    if handshakes != HANDSHAKES.map(Some) {
        return Err(format!("the bare first call shakes hands otherwise than described: {handshakes:?}"));
    }
    Ok(())
}

/// A request but for what is new in each: of signatures, tokens and keys their lengths.
#[derive(Debug, PartialEq)]
struct Seen {
    path: String,
    headers: Vec<String>,
    body_length: usize,
    status: u16,
    nth_connection: u64,
}

/// What has arrived since the last time.
fn seen(partner: &Partner) -> Vec<Seen> {
    let mut seen = Vec::new();
    for title in [NO_TITLE, request::TITLE_ID] {
        seen.extend(partner.emulator.requests(title));
        partner.emulator.reset(title);
    }
    let first = seen.iter().map(|request| request.connection).min().unwrap_or_default();
    seen.iter().map(|request| comparable(request, first)).collect()
}

fn comparable(request: &LoggedRequest, first_connection: u64) -> Seen {
    let header = |(name, value): &(String, String)| match name.as_str() {
        "authorization" | "signature" => format!("{name}: {} bytes", value.len()),
        _ => format!("{name}: {value}"),
    };
    let mut headers: Vec<_> = request.headers.iter().map(header).collect();
    headers.sort();
    Seen {
        path: request.path.clone(),
        headers,
        body_length: request.body.len(),
        status: request.status,
        nth_connection: request.connection - first_connection,
    }
}

//! One invite in every frame of a game: in between, the thread that it is for has fallen asleep, and
//! the game's own has slept until its next frame.

use std::thread;
use std::time::{Duration, Instant};

use super::bare::Bare;
use super::client::{Client, Found, Token, result};
use super::libcurl_multi::LibcurlMulti;
use crate::peer::Peer;
use crate::placement::Sides;
use crate::times::Times;
use crate::tools::Result;

pub const FRAME: Duration = Duration::from_millis(16);
pub const FRAMES: usize = 1_000;
const WARM_UP_FRAMES: usize = 10;

pub struct Frames {
    pub ours: OfAFrame<Times>,
    pub libcurl: OfAFrame<Times>,
    /// It has nothing to take.
    pub bare: Times,
    /// Frames in which an answer was not there yet; then there is no submit either.
    pub late: usize,
}

/// What a frame has to do, in this order.
pub struct OfAFrame<T> {
    /// Taking the end of what was submitted in the frame before.
    pub take: T,
    /// What is done in a frame without anything to take.
    pub idle: T,
    pub submit: T,
}

pub fn measure(peer: &Peer, sides: Sides) -> Result<Frames> {
    let (client, bare) = sides.there(|| {
        let client = Client::open(&peer.endpoint, Token::Given, |_| ());
        client.submit();
        client.wait_for(1);
        client.submit();
        (client, Bare::start())
    })?;
    let mut libcurl = LibcurlMulti::open(&peer.endpoint);
    libcurl.submit();
    let mut times: [Vec<OfAFrame<Duration>>; 3] = Default::default();
    let mut late = 0;
    let slot = FRAME / times.len() as u32;
    let started = Instant::now();
    for frame in 0..WARM_UP_FRAMES + FRAMES {
        for turn in 0..times.len() {
            let who = (frame + turn) % times.len();
            // Far enough apart that they do not disturb each other.
            let at = started + slot * (frame * times.len() + turn + 1) as u32;
            thread::sleep(at.saturating_duration_since(Instant::now()));
            let measured = match who {
                0 => frame_of_ours(&client),
                1 => frame_of_libcurl(&mut libcurl),
                _ => Some(frame_of_bare(&bare)),
            };
            match measured {
                Some(measured) if frame >= WARM_UP_FRAMES => times[who].push(measured),
                Some(_) => {}
                None => late += 1,
            }
        }
    }
    let [ours, libcurl, bare] = times.map(each);
    Ok(Frames { ours, libcurl, bare: bare.submit, late })
}

fn frame_of_ours(client: &Client) -> Option<OfAFrame<Duration>> {
    let mut result = result();
    let mut found = Found::Nothing;
    let take = timed(|| {
        found = client.poll_with_result(&mut result);
        // A game polls until there is nothing any more.
        if found != Found::Nothing {
            assert_eq!(client.poll(), Found::Nothing);
        }
    });
    if found == Found::Nothing {
        return None;
    }
    assert_eq!((result.status, result.http_status), (0, 204), "the peer answers");
    let idle = timed(|| assert_eq!(client.poll(), Found::Nothing));
    let submit = timed(|| {
        client.submit();
    });
    Some(OfAFrame { take, idle, submit })
}

fn frame_of_libcurl(libcurl: &mut LibcurlMulti) -> Option<OfAFrame<Duration>> {
    let mut taken = false;
    let take = timed(|| taken = libcurl.take());
    if !taken {
        return None;
    }
    let idle = timed(|| libcurl.perform());
    Some(OfAFrame { take, idle, submit: timed(|| libcurl.submit()) })
}

fn frame_of_bare(bare: &Bare) -> OfAFrame<Duration> {
    OfAFrame { take: Duration::ZERO, idle: Duration::ZERO, submit: timed(|| bare.copy_and_wake()) }
}

fn timed(what: impl FnOnce()) -> Duration {
    let started = Instant::now();
    what();
    started.elapsed()
}

fn each(frames: Vec<OfAFrame<Duration>>) -> OfAFrame<Times> {
    let times = |of: fn(&OfAFrame<Duration>) -> Duration| Times::new(frames.iter().map(of).collect());
    OfAFrame { take: times(|frame| frame.take), idle: times(|frame| frame.idle), submit: times(|frame| frame.submit) }
}

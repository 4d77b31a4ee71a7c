//! A connection that is cut where it is slow: a request's head has to arrive within a time, a response has to be taken
//! within a time, and between requests it is kept for a time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// A server's library keeps an unused connection for 30 s, and may use it until then. One that is closed before could
/// take a request with it.
pub const IDLE: Duration = Duration::from_secs(75);
/// While the relay drains: no longer than that.
pub const IDLE_WHILE_DRAINING: Duration = Duration::from_secs(31);

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// Between two requests.
    Idle = 0,
    /// A request's head has begun to arrive.
    Head = 1,
    /// A request is being answered.
    Busy = 2,
}

/// What the side that answers requests tells the stream.
#[derive(Debug, Default)]
pub struct Activity {
    phase: AtomicU8,
    is_draining: AtomicBool,
}

impl Activity {
    /// A request has arrived.
    pub fn begins(&self) {
        self.phase.store(Phase::Busy as u8, Ordering::Relaxed);
    }

    /// Its response is ready.
    pub fn ends(&self) {
        self.phase.store(Phase::Idle as u8, Ordering::Relaxed);
    }

    pub fn drain(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
    }

    pub fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Relaxed)
    }

    fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Idle,
            1 => Phase::Head,
            _ => Phase::Busy,
        }
    }

    /// Between two requests, for the first bytes of the next.
    fn head_begins(&self) {
        let _ = self.phase.compare_exchange(Phase::Idle as u8, Phase::Head as u8, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// A timer that is made once and set again.
#[derive(Debug, Default)]
struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    /// When it goes off; `None`: it is not set.
    at: Option<Instant>,
}

impl Timer {
    fn set(&mut self, at: Instant) {
        if self.at != Some(at) {
            self.at = Some(at);
            match &mut self.sleep {
                Some(sleep) => sleep.as_mut().reset(at),
                None => self.sleep = Some(Box::pin(sleep_until(at))),
            }
        }
    }

    fn clear(&mut self) {
        self.at = None;
    }

    fn has_gone_off(&mut self, cx: &mut Context<'_>) -> bool {
        self.at.is_some() && self.sleep.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready())
    }
}

#[derive(Debug)]
pub struct TimedStream<S> {
    stream: S,
    activity: Arc<Activity>,
    /// For a head, and for a response to be taken.
    limit: Duration,
    reading: Timer,
    /// Since when the connection is in this phase, as far as the stream has seen.
    since: (Phase, Instant),
    writing: Timer,
}

impl<S> TimedStream<S> {
    pub fn new(stream: S, activity: Arc<Activity>, limit: Duration) -> Self {
        let since = (Phase::Idle, Instant::now());
        TimedStream { stream, activity, limit, reading: Timer::default(), since, writing: Timer::default() }
    }

    /// Whether nothing has arrived for too long.
    fn is_read_late(&mut self, cx: &mut Context<'_>) -> bool {
        let phase = self.activity.phase();
        if self.since.0 != phase {
            self.since = (phase, Instant::now());
        }
        let limit = match phase {
            Phase::Busy => {
                self.reading.clear();
                return false;
            }
            Phase::Head => self.limit,
            Phase::Idle if self.activity.is_draining() => IDLE_WHILE_DRAINING,
            Phase::Idle => IDLE,
        };
        self.reading.set(self.since.1 + limit);
        self.reading.has_gone_off(cx)
    }

    fn is_write_late(&mut self, cx: &mut Context<'_>) -> bool {
        if self.writing.at.is_none() {
            self.writing.set(Instant::now() + self.limit);
        }
        self.writing.has_gone_off(cx)
    }

    /// The result of writing, unless the other side has taken nothing for too long.
    fn timed_write<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match result {
            Poll::Pending if self.is_write_late(cx) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
            ready => {
                self.writing.clear();
                ready
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        match Pin::new(&mut this.stream).poll_read(cx, buffer) {
            // As if the other side had closed.
            Poll::Pending if this.is_read_late(cx) => Poll::Ready(Ok(())),
            Poll::Pending => Poll::Pending,
            ready => {
                if buffer.filled().len() > before {
                    this.activity.head_begins();
                }
                ready
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.timed_write(cx, result)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write_vectored(cx, buffers);
        this.timed_write(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_flush(cx);
        this.timed_write(cx, result)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_shutdown(cx);
        this.timed_write(cx, result)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    fn pair() -> (TimedStream<DuplexStream>, DuplexStream, Arc<Activity>) {
        let (ours, theirs) = duplex(16);
        let activity = Arc::new(Activity::default());
        (TimedStream::new(ours, activity.clone(), LIMIT), theirs, activity)
    }

    /// How long it takes until the stream reads as closed, in seconds.
    async fn closed_after(stream: &mut TimedStream<DuplexStream>) -> u64 {
        let started = Instant::now();
        while stream.read(&mut [0; 16]).await.unwrap() > 0 {}
        started.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn an_unused_connection_is_kept_for_longer_than_a_server_uses_it() {
        let (mut stream, _theirs, activity) = pair();
        assert_eq!(closed_after(&mut stream).await, IDLE.as_secs());
        let (mut stream, _theirs_too, _) = pair();
        activity.drain();
        stream.activity.drain();
        assert_eq!(closed_after(&mut stream).await, IDLE_WHILE_DRAINING.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_to_arrive_in_time_however_slowly_it_comes() {
        let (mut stream, mut theirs, _) = pair();
        let slow = tokio::spawn(async move {
            for _ in 0..100 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if theirs.write_all(b"G").await.is_err() {
                    break;
                }
            }
        });
        // The first byte comes after a second.
        assert_eq!(closed_after(&mut stream).await, 1 + LIMIT.as_secs());
        slow.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_being_answered_is_not_cut() {
        let (mut stream, mut theirs, activity) = pair();
        theirs.write_all(b"GET").await.unwrap();
        stream.read_exact(&mut [0; 3]).await.unwrap();
        activity.begins();
        let answered = activity.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(600)).await;
            answered.ends();
        });
        let read = tokio::time::timeout(Duration::from_secs(500), stream.read(&mut [0; 3])).await;
        assert!(read.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_has_to_be_taken_in_time() {
        let (mut stream, mut theirs, _) = pair();
        stream.write_all(&[0; 16]).await.unwrap();
        let started = Instant::now();
        assert_eq!(stream.write_all(&[0; 16]).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(started.elapsed(), LIMIT);
        theirs.read_exact(&mut [0; 16]).await.unwrap();
        stream.write_all(&[0; 16]).await.unwrap();
    }
}

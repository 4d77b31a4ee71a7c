//! Head and body in one write.
//!
//! ureq hands over the head of a request and then its body, each to be sent at once: two packets,
//! and under TLS two records. This layer, above TLS, holds output back until an answer is awaited.

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport};
use zeroize::Zeroize;

use super::exchange;

/// The room that ureq finds for its next piece; a header has to fit into it.
const ROOM: usize = 16 * 1024;

#[derive(Debug)]
pub struct OutboxConnector;

impl<In: Transport> Connector<In> for OutboxConnector {
    type Out = Outbox<In>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Outbox<In>>, Error> {
        let input = details.config.input_buffer_size();
        Ok(chained.map(|below| Outbox { below, buffers: OutboxBuffers::new(input) }))
    }
}

#[derive(Debug)]
pub struct Outbox<In> {
    below: In,
    buffers: OutboxBuffers,
}

impl<In: Transport> Outbox<In> {
    fn send_held(&mut self, timeout: NextTimeout) -> Result<(), Error> {
        let held = self.buffers.take_held();
        if held.is_empty() {
            return Ok(());
        }
        exchange::request_begins();
        let result = send(&mut self.below, held, timeout);
        // Requests carry a token, which is not to stay behind in an idle connection.
        held.zeroize();
        result?;
        exchange::request_handed_over();
        Ok(())
    }
}

fn send(below: &mut impl Transport, bytes: &[u8], timeout: NextTimeout) -> Result<(), Error> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let room = below.buffers().output();
        let amount = rest.len().min(room.len());
        room[..amount].copy_from_slice(&rest[..amount]);
        let result = below.transmit_output(amount, timeout);
        below.buffers().output()[..amount].zeroize();
        result?;
        rest = &rest[amount..];
    }
    Ok(())
}

impl<In: Transport> Transport for Outbox<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        self.buffers.held += amount;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.send_held(timeout)?;
        if self.below.buffers().input().is_empty() {
            self.below.await_input(timeout)?;
        }
        let arrived = self.below.buffers().input();
        let room = self.buffers.input.input_append_buf();
        let amount = arrived.len().min(room.len());
        room[..amount].copy_from_slice(&arrived[..amount]);
        self.buffers.input.input_appended(amount);
        self.below.buffers().input_consume(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.below.buffers().input().is_empty() && self.below.is_open()
    }

    fn is_tls(&self) -> bool {
        self.below.is_tls()
    }
}

#[derive(Debug)]
struct OutboxBuffers {
    input: LazyBuffers,
    /// What is held back, and room behind it.
    output: Vec<u8>,
    held: usize,
}

impl OutboxBuffers {
    fn new(input_size: usize) -> Self {
        // `LazyBuffers` wants room for output too; it is never used.
        OutboxBuffers { input: LazyBuffers::new(input_size, 1), output: Vec::new(), held: 0 }
    }

    fn take_held(&mut self) -> &mut [u8] {
        let held = std::mem::take(&mut self.held);
        &mut self.output[..held]
    }

    /// Grows by a copy of our own, since growing in place may leave an unwiped copy behind.
    fn make_room(&mut self) {
        let mut larger = vec![0; (self.held + ROOM).max(2 * self.output.len())];
        larger[..self.held].copy_from_slice(&self.output[..self.held]);
        self.output.zeroize();
        self.output = larger;
    }
}

impl Drop for OutboxBuffers {
    fn drop(&mut self) {
        self.output[..self.held].zeroize();
    }
}

impl Buffers for OutboxBuffers {
    fn output(&mut self) -> &mut [u8] {
        if self.output.len() < self.held + ROOM {
            self.make_room();
        }
        &mut self.output[self.held..]
    }

    fn input(&self) -> &[u8] {
        self.input.input()
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.input.input_append_buf()
    }

    fn input_appended(&mut self, amount: usize) {
        self.input.input_appended(amount);
    }

    fn input_consume(&mut self, amount: usize) {
        self.input.input_consume(amount);
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        // The first is for chunked bodies, which are not sent here.
        (&mut [], self.output())
    }

    fn can_use_input(&self) -> bool {
        self.input.can_use_input()
    }
}

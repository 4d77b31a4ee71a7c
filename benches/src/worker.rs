//! The child: one client, one call to connect, and then the calls that are counted.

use crate::ours::Ours;
use crate::query::OursQuery;
use crate::raw::Raw;
use crate::with_libcurl::WithLibcurl;

/// One way to make the call, over a connection that it keeps.
pub trait Caller {
    /// Sends it once and waits for the answer. Whatever goes wrong ends the program.
    fn call(&mut self);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ours,
    Libcurl,
    Raw,
    /// A query of activities, instead of an invite.
    OursQuery,
}

impl Kind {
    /// Those that send the invite.
    pub const ALL: [Kind; 3] = [Kind::Ours, Kind::Libcurl, Kind::Raw];

    pub fn argument(self) -> &'static str {
        match self {
            Kind::Ours => "ours",
            Kind::Libcurl => "libcurl",
            Kind::Raw => "raw",
            Kind::OursQuery => "ours-query",
        }
    }

    /// A client with an open connection.
    pub fn open(self, endpoint: &str, token_length: usize) -> Box<dyn Caller> {
        let mut caller: Box<dyn Caller> = match self {
            Kind::Ours => Box::new(Ours::open(endpoint, token_length)),
            Kind::Libcurl => Box::new(WithLibcurl::open(endpoint, token_length)),
            Kind::Raw => Box::new(Raw::open(endpoint, token_length)),
            Kind::OursQuery => Box::new(OursQuery::open(endpoint, token_length)),
        };
        caller.call();
        caller
    }
}

pub fn run(kind: Kind, endpoint: &str, calls: u32, token_length: usize) {
    let mut caller = kind.open(endpoint, token_length);
    for _ in 0..calls {
        caller.call();
    }
}

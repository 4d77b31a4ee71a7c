//! How an emulator is to be started.

use std::net::{Ipv4Addr, SocketAddr};

use crate::faults::Rule;
use crate::host::AllowedHost;
use crate::sign_in::SignInOptions;
use crate::throttle::Settings;

/// What [`Emulator::start`](crate::Emulator::start) is told. The default suits a test: plain HTTP on
/// a free port of the loopback address.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen. Port 0 takes a free one.
    pub address: SocketAddr,
    /// The control interface, all that is under `/emulator`, answers only requests whose `Host` is
    /// `localhost`, a loopback address, the address that it listens on (any address where that stands
    /// for all), or one of these. None by default.
    pub allowed_hosts: Vec<AllowedHost>,
    /// Listen for HTTPS, with a certificate made for this run, instead of HTTP.
    pub https: bool,
    /// Have services sign in: the two sign-in services listen on the ports after that of `address`,
    /// on free ones where it is 0, all three of them for HTTPS. A service's calls then take the tokens
    /// of the token service only.
    pub sign_in: Option<SignInOptions>,
    /// Let a user's token make the calls of a service, and the other way round.
    pub any_caller: bool,
    /// Throttle the callers of all titles.
    pub throttle: Option<Settings>,
    /// What goes wrong, with all titles.
    pub faults: Vec<Rule>,
    /// Decides what strikes where a rule is for a share of the requests. With the same seed and the
    /// same requests of a title in the same order, the same ones are struck.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allowed_hosts: Vec::new(),
            https: false,
            sign_in: None,
            any_caller: false,
            throttle: None,
            faults: Vec::new(),
            seed: 0,
        }
    }
}

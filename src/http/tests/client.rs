//! A client of a peer.

use std::time::{Duration, Instant};

use ureq::http::HeaderValue;
use ureq::tls::Certificate;

use super::peer::Peer;
use crate::http::names::Names;
use crate::http::{Answer, Failure, Http, Request, Settings, Transport, Trust};

/// A client that trusts this peer.
pub fn client(peer: &Peer) -> Client {
    client_with(peer, Names::new())
}

pub fn client_with(peer: &Peer, names: Names) -> Client {
    let authority = Certificate::from_der(peer.authority.der()).to_owned();
    client_trusting(peer, Trust { roots: vec![authority].into() }, names)
}

pub fn client_trusting(peer: &Peer, trust: Trust, names: Names) -> Client {
    let settings = Settings {
        trust,
        client_certificate: None,
        allow_plain_http: false,
        user_agent: HeaderValue::from_static("test"),
        connect_timeout: Duration::from_millis(500),
    };
    Client { http: Http::with_names(settings, names), base: peer.endpoint() }
}

pub struct Client {
    pub http: Http,
    pub base: String,
}

impl Client {
    pub fn send(&self, body: &[u8]) -> Result<Answer, Failure> {
        self.send_within(body, Duration::from_secs(10))
    }

    pub fn send_within(&self, body: &[u8], limit: Duration) -> Result<Answer, Failure> {
        let request = Request {
            uri: format!("{}/path", self.base).parse().unwrap(),
            authorization: Some(HeaderValue::from_static("XBL3.0 x=-;token")),
            signature: None,
            body,
        };
        self.http.exchange(request, Instant::now() + limit)
    }
}

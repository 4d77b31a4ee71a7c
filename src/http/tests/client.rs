//! A client of a peer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderValue, Method};

use super::peer::Peer;
use crate::http::dns::CachingResolver;
use crate::http::trust::TlsDefaults;
use crate::http::{
    CaMode, Deadlines, Http, MAX_SHORT_RESPONSE, Proxy, Request, Response, Settings, Shared, Transport, TransportError,
    Trust, USUAL_IDLE_CONNECTIONS,
};

/// A client that trusts this peer.
pub fn client(peer: &Peer) -> Client {
    // Enough for looking up a name where the processor is emulated.
    let connect_timeout = Duration::from_secs(5);
    let settings = Settings { connect_timeout, ..settings(None, trust_in(peer), CachingResolver::default()) };
    Client { http: Http::new(settings).unwrap(), base: peer.endpoint() }
}

fn trust_in(peer: &Peer) -> Trust {
    let authority = peer.authority.der().clone();
    Trust::in_certificates(&TlsDefaults::default(), vec![authority], CaMode::Only).unwrap()
}

/// Like all below, one that connects within half a second or not at all.
pub fn client_with(peer: &Peer, resolver: CachingResolver) -> Client {
    client_trusting(peer, trust_in(peer), resolver)
}

pub fn client_trusting(peer: &Peer, trust: Trust, resolver: CachingResolver) -> Client {
    client_through(None, peer, trust, resolver)
}

/// A client whose TLS connections go through a proxy.
pub fn client_through(proxy: Option<Proxy>, peer: &Peer, trust: Trust, resolver: CachingResolver) -> Client {
    Client { http: Http::new(settings(proxy, trust, resolver)).unwrap(), base: peer.endpoint() }
}

fn settings(proxy: Option<Proxy>, trust: Trust, resolver: CachingResolver) -> Settings {
    Settings {
        shared: Arc::new(Shared { resolver, tls: TlsDefaults::default() }),
        trust,
        client_certificate: None,
        allow_plain_http: false,
        user_agent: HeaderValue::from_static("test"),
        connect_timeout: Duration::from_millis(500),
        max_idle_connections: USUAL_IDLE_CONNECTIONS,
        proxy: proxy.map(Arc::new),
    }
}

pub struct Client {
    pub http: Http,
    pub base: String,
}

impl Client {
    pub fn send(&self, body: &[u8]) -> Result<Response, TransportError> {
        self.send_within(body, Duration::from_secs(10))
    }

    pub fn send_within(&self, body: &[u8], limit: Duration) -> Result<Response, TransportError> {
        let request = Request {
            method: &Method::POST,
            uri: &format!("{}/path", self.base).parse().unwrap(),
            authorization: Some(&HeaderValue::from_static("XBL3.0 x=-;token")),
            signature: None,
            body,
            max_response: MAX_SHORT_RESPONSE,
        };
        self.http.send(request, Deadlines::both(Instant::now() + limit))
    }
}

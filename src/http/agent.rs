//! ureq, with everything set on purpose.

use std::fmt;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ureq::config::{AutoHeaderValue, Config};
use ureq::http::{self, HeaderMap, HeaderName, HeaderValue, Uri, header};
use ureq::tls::ClientCert;
use ureq::unversioned::transport::{Connector, RustlsConnector};
use ureq::{Agent, Body};

use super::connector::{NoResolver, TcpConnector};
use super::exchange::Exchange;
use super::failure::{Failure, obstacle};
use super::names::Names;
use super::outbox::OutboxConnector;
use super::trust::Trust;

/// An answer of the service has a few hundred bytes; more is somebody else's, and the rest of it is
/// not worth reading.
const MOST_OF_A_BODY: u64 = 64 * 1024;

/// Also how much of an answer's head is read.
const BUFFER_SIZE: usize = 16 * 1024;

/// A server closes an idle connection after 60 s or more, most of them. One that is given up before
/// cannot be closed by it while a request is on its way.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// Blocking calls share the connections; a call more than that makes one for itself.
const MOST_IDLE: usize = 8;

/// How requests are sent; the same for all of a client's.
#[derive(Clone)]
pub struct Settings {
    pub trust: Trust,
    /// Whom we show to be, in TLS, where we are asked.
    pub client_certificate: Option<ClientCert>,
    pub allow_plain_http: bool,
    pub user_agent: HeaderValue,
    pub connect_timeout: Duration,
}

/// A way for requests to the service.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends one request, once, and reads its answer; by the deadline it is over.
    fn exchange(&self, request: Request<'_>, deadline: Instant) -> Result<Answer, Failure>;

    /// Ends the exchanges of other threads, and all further ones.
    fn cut(&self);
}

/// Sends requests, over connections that it keeps.
pub struct Http {
    agent: Agent,
    user_agent: HeaderValue,
    connect_timeout: Duration,
    is_cut: Arc<AtomicBool>,
}

/// A `POST` of JSON.
pub struct Request<'a> {
    pub uri: Uri,
    pub authorization: Option<HeaderValue>,
    /// Where the token is bound to a key: made anew for each time that it is sent.
    pub signature: Option<HeaderValue>,
    pub body: &'a [u8],
}

/// Status, headers, and the first part of the body.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value, where it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Http {
    pub fn new(settings: Settings) -> Self {
        Self::with_names(settings, Names::new())
    }

    pub(super) fn with_names(settings: Settings, names: Names) -> Self {
        let config = Config::builder()
            .tls_config(settings.trust.tls_config(settings.client_certificate))
            // A redirect would carry the request, and its secrets, to somebody else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // The environment is not asked.
            .proxy(None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .user_agent(AutoHeaderValue::None)
            .max_idle_age(LONGEST_IDLE)
            .max_idle_connections(MOST_IDLE)
            .max_idle_connections_per_host(MOST_IDLE)
            .input_buffer_size(BUFFER_SIZE)
            .output_buffer_size(BUFFER_SIZE)
            .max_response_header_size(BUFFER_SIZE)
            .build();
        let is_cut = Arc::new(AtomicBool::new(false));
        // Time limits are kept at the socket (`wire`), which knows how much time is left for what.
        let connector = TcpConnector::new(names, settings.allow_plain_http, is_cut.clone())
            .chain(RustlsConnector::default())
            .chain(OutboxConnector);
        Http {
            agent: Agent::with_parts(config, connector, NoResolver),
            user_agent: settings.user_agent,
            connect_timeout: settings.connect_timeout,
            is_cut,
        }
    }

    fn message<'a>(&self, request: Request<'a>) -> Result<http::Request<&'a [u8]>, http::Error> {
        let secrets = [
            (header::AUTHORIZATION, request.authorization),
            (const { HeaderName::from_static("signature") }, request.signature),
        ];
        let mut message = http::Request::post(request.uri);
        for (name, value) in secrets {
            if let Some(value) = value {
                message = message.header(name, value);
            }
        }
        message
            .header(
                const { HeaderName::from_static("x-xbl-contract-version") },
                const { HeaderValue::from_static("1") },
            )
            .header(header::CONTENT_TYPE, const { HeaderValue::from_static("application/json; charset=utf-8") })
            .header(header::ACCEPT, const { HeaderValue::from_static("application/json") })
            .header(header::USER_AGENT, self.user_agent.clone())
            .body(request.body)
    }
}

impl Transport for Http {
    fn exchange(&self, request: Request<'_>, deadline: Instant) -> Result<Answer, Failure> {
        let exchange = Exchange::begin(deadline, self.connect_timeout);
        let message = self.message(request).map_err(|error| failure(error.into(), &exchange))?;
        match self.agent.run(message) {
            Ok(response) => Ok(read(response)),
            Err(error) => Err(failure(error, &exchange)),
        }
    }

    /// Closes all connections, those in use as well.
    fn cut(&self) {
        self.is_cut.store(true, Ordering::Release);
        self.agent.clone().shutdown();
    }
}

// What bodies and headers hold is nobody's business in a log.

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("uri", &self.uri).finish_non_exhaustive()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}

fn failure(error: ureq::Error, exchange: &Exchange) -> Failure {
    let obstacle = obstacle(error);
    Failure {
        kind: obstacle.kind,
        sent: exchange.sent(),
        was_connected: exchange.was_connected(),
        detail: obstacle.detail,
    }
}

/// The head has arrived, which settles most; a body that breaks off, or does not end, is taken as
/// far as it came.
fn read(response: http::Response<Body>) -> Answer {
    let (head, body) = response.into_parts();
    let mut bytes = Vec::new();
    let _ = body.into_reader().take(MOST_OF_A_BODY).read_to_end(&mut bytes);
    Answer { status: head.status.as_u16(), headers: head.headers, body: bytes }
}

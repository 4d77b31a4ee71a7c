//! A running emulator, for programs that are not asynchronous themselves.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use std::{fmt, io, thread};

use tokio::runtime;
use tokio::sync::oneshot;

use crate::faults::{Faults, Rule};
use crate::journal::{Excerpt, Journal};
use crate::options::Options;
use crate::received::Received;
use crate::service::Service;
use crate::setting::BadSetting;
use crate::throttle::{Callers, Settings};
use crate::title::Titles;
use crate::{listener, routes, tls};

/// A running emulator. It has a thread of its own and stops when dropped.
pub struct Emulator {
    address: SocketAddr,
    url: String,
    certificate_pem: Option<String>,
    service: Service,
    /// Dropped to stop the thread.
    running: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts listening. When this returns, connections are accepted.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let cannot_listen = |source| StartError::Listen { address: options.address, source };
        let socket = TcpListener::bind(options.address).map_err(cannot_listen)?;
        socket.set_nonblocking(true).map_err(cannot_listen)?;
        let address = socket.local_addr().map_err(cannot_listen)?;
        let identity =
            if options.https { Some(tls::make_identity(address.ip()).map_err(StartError::Certificate)?) } else { None };
        let (acceptor, certificate_pem) =
            identity.map(|identity| (identity.acceptor, identity.certificate_pem)).unzip();

        let service = Service {
            journal: Arc::new(Journal::new()),
            faults: Arc::new(Faults::new(options.seed)),
            callers: Arc::new(Callers::default()),
            any_caller: options.any_caller,
        };
        service.faults.set(Titles::All, &options.faults);
        service.callers.set(Titles::All, options.throttle);
        let runtime =
            runtime::Builder::new_current_thread().enable_io().enable_time().build().map_err(StartError::Thread)?;
        let entered = runtime.enter();
        let socket = tokio::net::TcpListener::from_std(socket).map_err(cannot_listen)?;
        drop(entered);
        let (running, stopped) = oneshot::channel::<()>();
        let router = routes::router(service.clone());
        let serve = move || {
            runtime.spawn(listener::run(socket, acceptor, router));
            // Ends, with an error, when the sender is dropped. The tasks end with the runtime.
            let _ = runtime.block_on(stopped);
        };
        let thread = thread::Builder::new().name("mpa-emulator".to_owned()).spawn(serve).map_err(StartError::Thread)?;
        Ok(Self {
            address,
            url: url(address, options.https),
            certificate_pem,
            service,
            running: Some(running),
            thread: Some(thread),
        })
    }

    /// Where it listens, with the port that it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL to give to a client on this machine, such as `http://127.0.0.1:43121`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate that a client has to trust, in PEM; `None` if it listens for plain HTTP.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate_pem.as_deref()
    }

    /// What was received for a title, refused requests included, the oldest first. Requests of no
    /// valid title are under [`NO_TITLE`](crate::NO_TITLE).
    pub fn requests(&self, title_id: u32) -> Vec<Received> {
        copies(self.service.journal.requests(title_id, 0))
    }

    /// The requests of a title with an index greater than `after`. If there are none, waits for one
    /// for at most `limit`; an empty list means that none came.
    pub fn wait_for(&self, title_id: u32, after: u64, limit: Duration) -> Vec<Received> {
        copies(self.service.journal.wait_blocking(title_id, after, limit))
    }

    /// Forgets what was received for a title. The next request has the index 1 again.
    pub fn reset(&self, title_id: u32) {
        self.service.journal.forget(title_id);
    }

    /// Says what is to go wrong with the requests of a title, or of all of them, in the place of what
    /// was said before; nothing, with an empty list. Each rule is written in its short form, such as
    /// `"reset_after_acting:next=3"`, or as a JSON object; see [`Rule`]. Of all rules that apply to a
    /// request the first strikes it, those of its title before those for all.
    pub fn set_faults(&self, titles: impl Into<Titles>, rules: &[&str]) -> Result<(), BadSetting> {
        let rules: Result<Vec<_>, _> = rules.iter().map(|rule| rule.parse()).collect();
        self.service.faults.set(titles.into(), &rules?);
        Ok(())
    }

    /// The rules that may still strike, with what is left of them.
    pub fn faults(&self, titles: impl Into<Titles>) -> Vec<Rule> {
        self.service.faults.left(titles.into())
    }

    /// Throttles the callers of a title, or of all titles that have no settings of their own. All
    /// counting starts anew.
    pub fn set_throttle(&self, titles: impl Into<Titles>, settings: Option<Settings>) {
        self.service.callers.set(titles.into(), settings);
    }

    /// What [`set_throttle`](Self::set_throttle) was told.
    pub fn throttle(&self, titles: impl Into<Titles>) -> Option<Settings> {
        self.service.callers.settings(titles.into())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.running = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported on stderr by then.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("url", &self.url).finish_non_exhaustive()
    }
}

fn copies(excerpt: Excerpt) -> Vec<Received> {
    excerpt.requests.iter().map(|request| request.as_ref().clone()).collect()
}

/// An address that stands for all addresses of this machine cannot be connected to everywhere, so a
/// client is shown the loopback address in its place.
fn url(mut address: SocketAddr, https: bool) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    let scheme = if https { "https" } else { "http" };
    format!("{scheme}://{address}")
}

/// Why an emulator did not start.
#[derive(Debug)]
pub enum StartError {
    /// The address is taken, not of this machine, or not allowed.
    Listen { address: SocketAddr, source: io::Error },
    /// No certificate could be made for HTTPS.
    Certificate(Box<dyn Error + Send + Sync>),
    /// The system has no thread or no event queue to give.
    Thread(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, source } if source.kind() == io::ErrorKind::AddrInUse => {
                write!(f, "cannot listen on {address}: another program is using this port")
            }
            Self::Listen { address, source } => write!(f, "cannot listen on {address}: {source}"),
            Self::Certificate(source) => write!(f, "cannot make a certificate: {source}"),
            Self::Thread(source) => write!(f, "cannot start a thread: {source}"),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Listen { source, .. } | Self::Thread(source) => Some(source),
            Self::Certificate(source) => Some(source.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_is_one_that_can_be_connected_to() {
        let cases = [
            ("127.0.0.1:80", false, "http://127.0.0.1:80"),
            ("[::1]:8787", true, "https://[::1]:8787"),
            ("0.0.0.0:8787", false, "http://127.0.0.1:8787"),
            ("[::]:8787", false, "http://[::1]:8787"),
            ("192.0.2.7:8787", false, "http://192.0.2.7:8787"),
        ];
        for (address, https, expected) in cases {
            assert_eq!(url(address.parse().unwrap(), https), expected);
        }
    }
}

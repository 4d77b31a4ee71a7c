//! Starts an emulator: its sockets, its certificates, its thread.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread::JoinHandle;
use std::{fmt, io, thread};

use axum::Router;
use tokio::runtime;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::access::Access;
use crate::certificates::{Authority, PartnerCertificate, acceptor, make_self_signed};
use crate::clock::Clock;
use crate::connection::{BoundSocket, Site, listen, run as serve_site};
use crate::emulator::Options;
use crate::endpoints::router;
use crate::expectations::Expectations;
use crate::faults::Faults;
use crate::request_log::RequestLog;
use crate::service::Service;
use crate::service::ServiceKind;
use crate::service::Titles;
use crate::sign_in::{SignIn, SignInOptions, TokenIssuer, sign_in_router, token_router};
use crate::throttle::Throttler;
use crate::tokens::Tokens;

/// What is behind an [`Emulator`](crate::Emulator).
pub(crate) struct RunningEmulator {
    pub address: SocketAddr,
    pub url: String,
    pub certificate_pem: Option<String>,
    pub sign_in: Option<SignIn>,
    pub service: Service,
    /// Dropped to stop the thread.
    running: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A socket and what is behind it.
struct BoundSite {
    socket: BoundSocket,
    site: Site,
}

pub(crate) fn start(options: Options) -> Result<RunningEmulator, StartError> {
    let service = new_service(&options);
    let socket = bind(options.address)?;
    let address = socket.address;
    let accepted = Arc::default();
    let setup = set_up_tls(&options, &service, &accepted)?;
    let access = Access { address, https: setup.tls.is_some(), allowed_hosts: options.allowed_hosts };
    let router = router(service.clone(), access);
    let site = Site { tls: setup.tls, router, service: service.clone(), accepted };
    let mut sites = setup.sites;
    sites.push(BoundSite { socket, site });
    let (running, thread) = run(sites)?;
    Ok(RunningEmulator {
        address,
        url: url(address, setup.certificate_pem.is_some()),
        certificate_pem: setup.certificate_pem,
        sign_in: setup.sign_in,
        service,
        running: Some(running),
        thread: Some(thread),
    })
}

impl Drop for RunningEmulator {
    fn drop(&mut self) {
        self.running = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported on stderr by then.
            let _ = thread.join();
        }
    }
}

fn new_service(options: &Options) -> Service {
    let service = Service {
        kind: ServiceKind::Service,
        request_log: Arc::new(RequestLog::new(Expectations::new(options.expectations.clone()))),
        users: Arc::default(),
        faults: Arc::new(Faults::new(options.seed)),
        throttler: Arc::new(Throttler::default()),
        clock: Arc::new(Clock::default()),
        tokens: Arc::new(Tokens::default()),
        service_tokens: Arc::new(Tokens::default()),
        any_caller: options.any_caller,
        signs_in: options.sign_in.is_some(),
    };
    service.faults.set(Titles::All, &options.faults);
    service.throttler.set(Titles::All, options.throttle);
    service
}

/// How the service is reached, and what there is beside it.
#[derive(Default)]
struct TlsSetup {
    tls: Option<TlsAcceptor>,
    certificate_pem: Option<String>,
    sign_in: Option<SignIn>,
    sites: Vec<BoundSite>,
}

fn set_up_tls(options: &Options, service: &Service, accepted: &Arc<AtomicU64>) -> Result<TlsSetup, StartError> {
    if let Some(sign_in_options) = &options.sign_in {
        return open_sign_in(sign_in_options, options.address, service, accepted);
    }
    if !options.https {
        return Ok(TlsSetup::default());
    }
    let server = make_self_signed(options.address.ip()).map_err(StartError::Certificate)?;
    let tls = acceptor(&server, None, service.clock.clone()).map_err(StartError::Certificate)?;
    Ok(TlsSetup { tls: Some(tls), certificate_pem: Some(server.certificate.pem()), ..TlsSetup::default() })
}

/// The authority, and with certificates of it the services that give tokens.
fn open_sign_in(
    sign_in_options: &SignInOptions,
    address: SocketAddr,
    service: &Service,
    accepted: &Arc<AtomicU64>,
) -> Result<TlsSetup, StartError> {
    let Certificates { authority, partner, tls, tls_with_clients } =
        make_certificates(address.ip(), &service.clock).map_err(StartError::Certificate)?;
    let bound_site = |kind, tls, to_router: fn(TokenIssuer) -> Router| {
        let socket = bind(address_of(kind, address))?;
        let service = Service { kind, ..service.clone() };
        let router = to_router(TokenIssuer { service: service.clone(), options: Arc::new(sign_in_options.clone()) });
        Ok(BoundSite { socket, site: Site { tls: Some(tls), router, service, accepted: accepted.clone() } })
    };
    let at_sign_in = bound_site(ServiceKind::SignIn, tls_with_clients, sign_in_router)?;
    let at_token = bound_site(ServiceKind::Token, tls.clone(), token_router)?;
    let sign_in = SignIn {
        url: url(at_sign_in.socket.address, true),
        token_url: url(at_token.socket.address, true),
        authority,
        partner,
        options: sign_in_options.clone(),
    };
    Ok(TlsSetup {
        tls: Some(tls),
        certificate_pem: Some(sign_in.ca_pem().to_owned()),
        sign_in: Some(sign_in),
        sites: vec![at_sign_in, at_token],
    })
}

struct Certificates {
    authority: Authority,
    partner: PartnerCertificate,
    tls: TlsAcceptor,
    tls_with_clients: TlsAcceptor,
}

fn make_certificates(address: IpAddr, clock: &Arc<Clock>) -> Result<Certificates, Box<dyn Error + Send + Sync>> {
    let authority = Authority::make()?;
    let server = authority.issue_server(address)?;
    Ok(Certificates {
        partner: authority.issue_partner_for_now(clock.now())?,
        tls: acceptor(&server, None, clock.clone())?,
        tls_with_clients: acceptor(&server, Some(authority.client_verifier()?), clock.clone())?,
        authority,
    })
}

/// The ports after that of the service, so that they are the same in every run. Where that is a free
/// one, or there is none after it, a free one.
fn address_of(kind: ServiceKind, service: SocketAddr) -> SocketAddr {
    let after = match kind {
        ServiceKind::Service => 0,
        ServiceKind::SignIn => 1,
        ServiceKind::Token => 2,
    };
    let port = match service.port() {
        0 => 0,
        port => port.checked_add(after).unwrap_or(0),
    };
    SocketAddr::new(service.ip(), port)
}

fn bind(address: SocketAddr) -> Result<BoundSocket, StartError> {
    BoundSocket::bind(address).map_err(|source| StartError::Listen { address, source })
}

/// Serves on a thread of its own, until the sender is dropped.
fn run(sites: Vec<BoundSite>) -> Result<(oneshot::Sender<()>, JoinHandle<()>), StartError> {
    let runtime =
        runtime::Builder::new_current_thread().enable_io().enable_time().build().map_err(StartError::Thread)?;
    let entered = runtime.enter();
    for BoundSite { socket, site } in sites {
        let address = socket.address;
        let socket = listen(socket).map_err(|source| StartError::Listen { address, source })?;
        runtime.spawn(serve_site(socket, site));
    }
    drop(entered);
    let (running, stopped) = oneshot::channel::<()>();
    let serve = move || {
        // Ends, with an error, when the sender is dropped. The tasks end with the runtime.
        let _ = runtime.block_on(stopped);
    };
    let thread = thread::Builder::new().name("mpa-emulator".to_owned()).spawn(serve).map_err(StartError::Thread)?;
    Ok((running, thread))
}

/// An address that stands for all addresses of this machine cannot be connected to everywhere, so a
/// client is shown the loopback address instead.
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
    /// No certificates could be made.
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
            Self::Certificate(source) => write!(f, "cannot make the certificates: {source}"),
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
    #[test]
    fn the_sign_in_services_are_on_the_next_ports() {
        let ports = |port| {
            let service = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            [ServiceKind::Service, ServiceKind::SignIn, ServiceKind::Token].map(|kind| address_of(kind, service).port())
        };
        assert_eq!(ports(8787), [8787, 8788, 8789]);
        assert_eq!(ports(0), [0, 0, 0]);
        assert_eq!(ports(65534), [65534, 65535, 0]);
    }
}

//! The way to a host: its name, a connection, TLS. The first two by themselves, so that each has its
//! own line; the third as a client does it.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use mpa::auth::{Credential, ErrorContext, ServiceClock, SignInFailure, Step};
use mpa::http::{BaseUrl, ErrorKind, Http, Request, Settings, Transport, TransportError};
use mpa::outcome::Outcome;

use crate::report::{Finding, Report};
use crate::words;

const LIMIT: Duration = Duration::from_secs(5);

/// A way to a host that is open.
pub struct Way {
    pub transport: Http,
    pub base: BaseUrl,
    pub host: String,
}

/// A host, and whom we show to be there.
pub struct Host<'a> {
    pub base: &'a BaseUrl,
    /// Shown where the host asks for it.
    pub certificate: Option<&'a Credential>,
}

/// Checks the way to a host, as far as it goes. `clock` learns from what the host answers.
pub fn check(host: &Host<'_>, settings: &Settings, clock: &ServiceClock, report: &mut Report) -> Option<Way> {
    let Address { name, port, is_secure } = match address(host.base) {
        Ok(address) => address,
        Err(finding) => {
            report.add("host", finding);
            return None;
        }
    };
    // Several hosts of one name are told apart, as those of an emulator.
    let label = if port == 443 { name.clone() } else { format!("{name}:{port}") };
    let addresses = report.take(format!("{label}, name"), look_up(&name, port))?;
    report.take(format!("{label}, connection"), connect(&addresses))?;
    let transport = report.take(format!("{label}, TLS"), speak(host, &name, is_secure, settings, clock))?;
    Some(Way { transport, base: host.base.clone(), host: name })
}

struct Address {
    name: String,
    port: u16,
    /// Whether TLS is spoken.
    is_secure: bool,
}

fn address(base: &BaseUrl) -> Result<Address, Finding> {
    let uri = base.join("/").map_err(defect)?;
    let is_secure = uri.scheme_str() != Some("http");
    let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
    Ok(Address { name: uri.host().unwrap_or_default().to_owned(), port, is_secure })
}

fn look_up(name: &str, port: u16) -> Result<(Vec<SocketAddr>, Finding), Finding> {
    const ADVICE: &str =
        "Check the name in the endpoint and this machine's DNS: `nslookup` with the same name shows more.";
    // The system's resolver cannot be interrupted; a thread that hangs ends with the program.
    let (answer, answered) = mpsc::channel();
    let wanted = name.trim_start_matches('[').trim_end_matches(']').to_owned();
    let spawned = thread::Builder::new().spawn(move || {
        let found = (wanted.as_str(), port).to_socket_addrs().map(Vec::from_iter);
        // Nobody may be waiting any more.
        let _ = answer.send(found);
    });
    if let Err(error) = spawned {
        return Err(Finding::failed(format!("No thread could be started to look up the name ({error})."), ""));
    }
    match answered.recv_timeout(LIMIT) {
        Ok(Ok(addresses)) if !addresses.is_empty() => {
            let listed: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
            Ok((addresses, Finding::ok(format!("It stands for {}.", listed.join(", ")))))
        }
        Ok(Ok(_)) => Err(Finding::failed("The name has no address.", ADVICE)),
        Ok(Err(error)) => Err(Finding::failed(format!("The name was not found ({error})."), ADVICE)),
        Err(_) => Err(Finding::failed("Looking up the name took too long.", ADVICE)),
    }
}

fn connect(addresses: &[SocketAddr]) -> Result<((), Finding), Finding> {
    let mut obstacles = Vec::new();
    for address in addresses {
        match TcpStream::connect_timeout(address, LIMIT / 2) {
            Ok(_) => return Ok(((), Finding::ok(format!("Somebody accepts connections at {address}.")))),
            Err(error) => obstacles.push(format!("{address}: {error}")),
        }
    }
    Err(Finding::failed(
        format!("No connection could be made ({}).", obstacles.join("; ")),
        "Let this machine connect to that host and port: look at the firewall, the network's egress rules, and the \
         endpoint.",
    ))
}

/// Sends a request that every host answers and none acts on: for no path, without a token.
fn speak(
    host: &Host<'_>,
    name: &str,
    is_secure: bool,
    settings: &Settings,
    clock: &ServiceClock,
) -> Result<(Http, Finding), Finding> {
    let client_certificate = host.certificate.map(Credential::client_certificate).transpose().map_err(defect)?;
    let transport = Http::new(Settings { client_certificate, ..settings.clone() }).map_err(defect)?;
    let uri = host.base.join("/").map_err(defect)?;
    let request = Request { uri: &uri, authorization: None, signature: None, body: b"{}" };
    let before = SystemTime::now();
    let answer = transport.exchange(request, Instant::now() + LIMIT);
    let answer = answer.map_err(|failure| unanswered(host, name, clock, &failure))?;
    if let Some(date) = answer.header("Date") {
        clock.learn(before, SystemTime::now(), date);
    }
    let sentence = match (is_secure, host.certificate) {
        (false, _) => "It answers, without TLS: nobody is to be trusted, on this machine.",
        (true, None) => "It has proved who it is, and answers.",
        (true, Some(_)) => "It has proved who it is, and answers a connection that shows the certificate.",
    };
    Ok((transport, Finding::ok(sentence)))
}

fn unanswered(host: &Host<'_>, name: &str, clock: &ServiceClock, failure: &TransportError) -> Finding {
    // Where the host's certificate was refused, the one that is shown to it has nothing to do with it.
    if let (Some(credential), true) = (host.certificate, failure.kind != ErrorKind::Tls) {
        let at = ErrorContext {
            clock_moved: false,
            step: Step::ServiceToken,
            host: name,
            certificate: credential.validity(clock.at(SystemTime::now())),
            clock_offset_ms: clock.offset_ms(),
        };
        let told = SignInFailure::unanswered(&at, failure);
        return Finding::failed(
            words::of(&told.outcome),
            "Check the certificate, and that nothing opens TLS in between.",
        );
    }
    let advice = match failure.kind {
        ErrorKind::Tls | ErrorKind::TlsAlert => {
            "If a proxy opens TLS on purpose, name its authority in --ca-certificates; where dates are the matter, set \
             this machine's clock."
        }
        ErrorKind::Connection | ErrorKind::TimedOut => {
            "Look for a firewall or a proxy that accepts connections and drops them; try again in a minute."
        }
        ErrorKind::InvalidResponse => "Check the endpoint and its port, and look for a proxy in between.",
        ErrorKind::InsecureTransport => "Use https://.",
    };
    Finding::failed(format!("There was no answer: {}.", words::of_options(&failure.detail)), advice)
}

fn defect(outcome: Box<Outcome>) -> Finding {
    Finding::failed(words::of(&outcome), "Please report this.")
}

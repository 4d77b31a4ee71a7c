//! The program from its start to its end.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use arc_swap::ArcSwap;
use mpa::auth::Authorization;
use mpa::log::Level;
use tokio::net::TcpListener;
use tokio::runtime::{self, Handle};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::access::Access;
use crate::admin::Pages;
use crate::front::{Front, Respond, Stage};
use crate::log::{Logger, Quota};
use crate::metrics::Metrics;
use crate::relay::{LOGGED_REFUSALS, Relay};
use crate::reload::{Listener, Reloader};
use crate::settings::{FrontLimits, Settings};
use crate::signals::{Signal, Signals};
use crate::store::Store;
use crate::titles::Titles;
use crate::tls::Tls;

/// For requests that are under way when the time to drain is over.
const CLOSE_LIMIT: Duration = Duration::from_secs(3);

/// A relay that drains stays for so long after the last request: its servers, and what balances their load, may not know yet.
const QUIET: Duration = Duration::from_secs(1);

/// How often it is looked whether the last request has been answered.
const LOOK: Duration = Duration::from_millis(50);

/// Runs until it is asked to stop.
pub fn run(settings: Settings) -> ExitCode {
    let ran = match runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(serve(settings)),
        Err(error) => Err(format!("no thread could be started: {error}")),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "mpa-relay: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until it is asked to stop. An error says why it cannot.
async fn serve(settings: Settings) -> Result<(), String> {
    let log = Logger::new(settings.log);
    let metrics = Arc::new(Metrics::default());
    let mut signals = Signals::listen().map_err(|error| format!("signals cannot be handled: {error}"))?;
    let listener = listen(settings.listen).await?;
    let admin_listener = match settings.admin_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let store = match &settings.store {
        None => None,
        Some(of_store) => {
            let write = move |level: Level, text: &str| log.write(level, text, &[]);
            let limits = &settings.upstream.limits;
            Some(Arc::new(Store::connect(of_store, of_store.relays, &Handle::current(), limits, Arc::new(write))?))
        }
    };
    let files_log = Arc::new(FileReports { log, titles: OnceLock::new() });
    let files = Reloader::open(&settings, files_log.clone())?;
    let (stage, watched) = watch::channel(Stage::Open);
    let time_to_begin = settings.upstream.time_to_begin();
    let titles = Arc::new(Titles::new(settings.upstream, store.clone(), log));
    let _ = files_log.titles.set(titles.clone());
    let takes_certificates = settings.tls.is_some_and(|tls| tls.client_ca.is_some());
    let relay = Arc::new(Relay {
        access: Access {
            keys: files.keys.clone(),
            is_open: files.keys.is_none() && !takes_certificates,
            takes_certificates,
            user_tokens: settings.access.user_tokens,
        },
        limits: settings.front,
        time_to_begin,
        titles,
        store: store.clone(),
        metrics: metrics.clone(),
        log,
        refusals: Quota::new(LOGGED_REFUSALS),
        is_draining: false.into(),
        has_pages: admin_listener.is_none(),
        files: files.clone(),
        running_by_key: Mutex::default(),
    });
    files.start().map_err(|error| format!("no thread could be started: {error}"))?;
    let address = listener.local_addr().map_err(|error| format!("the address is not known: {error}"))?;
    let scheme = if files.tls.is_some() { "https" } else { "http" };
    let front = spawn(relay.clone(), files.tls.clone(), listener, settings.front, &metrics, &watched);
    if let Some(listener) = admin_listener {
        let pages = Arc::new(Pages(relay.clone()));
        // Their connections are not those of servers, which draining waits for.
        spawn(pages, None, listener, settings.front, &Arc::default(), &watched);
    }
    print_address(scheme, address);
    while signals.next().await == Signal::Reload {
        log.write(Level::Info, "Files are read again.", &[]);
        tokio::task::block_in_place(|| files.reload_now());
    }
    relay.is_draining.store(true, Ordering::Relaxed);
    let asked_again = drain(&relay, &stage, settings.grace, &mut signals).await;
    stage.send_replace(Stage::Closing);
    // What had connected is taken: its request may be under way. Only a panic ends the task otherwise.
    let _ = front.await;
    close(&relay, if asked_again { Duration::ZERO } else { CLOSE_LIMIT }).await;
    if let Some(store) = store {
        store.leave().await;
    }
    Ok(())
}

/// Waits until servers have gone elsewhere, or the time is up, or it is asked again, which is returned.
async fn drain(relay: &Relay, stage: &watch::Sender<Stage>, grace: Duration, signals: &mut Signals) -> bool {
    relay.log.write(Level::Info, "Draining: servers are sent elsewhere.", &[("grace_ms", &grace.as_millis())]);
    stage.send_replace(Stage::Draining);
    let deadline = Instant::now() + grace;
    let (mut begun, mut last_request) = (relay.metrics.begun_requests(), Instant::now());
    while Instant::now() < deadline && (relay.metrics.open_connections() > 0 || last_request.elapsed() < QUIET) {
        tokio::select! {
            () = sleep(LOOK) => {}
            signal = signals.next() => if signal == Signal::Stop { return true },
        }
        if begun != relay.metrics.begun_requests() {
            (begun, last_request) = (relay.metrics.begun_requests(), Instant::now());
        }
    }
    false
}

/// Ends what is left: what waits is answered as not sent, and what was sent has so long for its response.
async fn close(relay: &Relay, limit: Duration) {
    let running = relay.metrics.running_requests();
    tokio::task::block_in_place(|| relay.titles.close(limit));
    let answered_by = Instant::now() + CLOSE_LIMIT;
    while relay.metrics.running_requests() > 0 && Instant::now() < answered_by {
        sleep(LOOK).await;
    }
    // For what is being written.
    sleep(LOOK).await;
    relay.log.write(Level::Info, "Stopped.", &[("requests_ended", &running)]);
}

fn spawn<R: Respond>(
    respond: Arc<R>,
    tls: Option<Arc<ArcSwap<Tls>>>,
    listener: TcpListener,
    limits: FrontLimits,
    metrics: &Arc<Metrics>,
    stage: &watch::Receiver<Stage>,
) -> JoinHandle<()> {
    let front = Front { respond, limits, tls, metrics: metrics.clone(), stage: stage.clone() };
    tokio::spawn(Arc::new(front).accept(listener))
}

async fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("it cannot listen on {address}: {error}"))
}

/// The first line on stdout, which scripts and tests wait for.
fn print_address(scheme: &str, address: SocketAddr) {
    let mut out = io::stdout().lock();
    // Where no one reads it, the relay runs all the same.
    let _ = writeln!(out, "mpa-relay listens on {scheme}://{address}").and_then(|()| out.flush());
}

/// What is done with files that have changed.
struct FileReports {
    log: Logger,
    titles: OnceLock<Arc<Titles>>,
}

impl Listener for FileReports {
    fn authorization(&self, newer: &Authorization) {
        if let Some(titles) = self.titles.get() {
            titles.set_authorization(newer);
        }
    }

    fn report(&self, level: Level, sentence: String) {
        self.log.write(level, &sentence, &[]);
    }
}

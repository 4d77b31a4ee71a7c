//! Files that are read again when their content changes: keys, TLS, and the token. What is read is taken whole or
//! not at all.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{io, thread};

use arc_swap::ArcSwap;
use mpa::auth::Authorization;
use mpa::file;
use mpa::log::Level;
use ring::digest::{Context, SHA256};

use crate::client_options::{GivenToken, Identity};
use crate::keys::Keys;
use crate::settings::{Settings, TlsFiles};
use crate::sync::lock;
use crate::tls::Tls;

/// How often the files are looked at.
const INTERVAL: Duration = Duration::from_secs(2);

/// More than any of them may have.
const LARGEST_FILE: usize = 8 * 1024 * 1024;

/// What is done with what has changed, besides taking it into use.
pub trait Listener: Send + Sync {
    /// There is another token.
    fn authorization(&self, newer: &Authorization);

    /// A sentence for the log.
    fn report(&self, level: Level, sentence: String);
}

/// What was read last that could be used, and what reads it again.
pub struct Reloader {
    pub keys: Option<Arc<ArcSwap<Keys>>>,
    pub tls: Option<Arc<ArcSwap<Tls>>>,
    watched: Mutex<Vec<Watched>>,
    listener: Arc<dyn Listener>,
    taken: AtomicU64,
    refused: AtomicU64,
}

/// Files that are read together.
struct Watched {
    what: &'static str,
    paths: Vec<String>,
    state: State,
    /// Reads them and takes what they have into use.
    take: Box<dyn Fn() -> Result<(), String> + Send>,
}

/// Of all bytes of the files.
type Digest = [u8; 32];

/// What has been made of the contents seen so far.
#[derive(Debug)]
struct State {
    /// What was last read, whether it could be used or not.
    read: Digest,
    seen: Digest,
}

impl State {
    fn new(read: Digest) -> Self {
        State { read, seen: read }
    }

    /// Whether to read the files, which look like this now. Others may be writing them: their content has to stay the
    /// same from one look to the next, unless they are to be read at once.
    fn is_to_be_read(&mut self, found: Digest, at_once: bool) -> bool {
        let is_settled = at_once || found == self.seen;
        self.seen = found;
        let is_to_be_read = is_settled && found != self.read;
        if is_to_be_read {
            self.read = found;
        }
        is_to_be_read
    }
}

impl Reloader {
    /// Reads the files of the settings. What is wrong with one is a sentence without its period.
    pub fn open(settings: &Settings, listener: Arc<dyn Listener>) -> Result<Arc<Self>, String> {
        let mut watched = Vec::new();
        let keys = match settings.access.keys.as_deref() {
            None => None,
            Some(path) => Some(self::keys(&mut watched, &text(path))?),
        };
        let tls = match &settings.tls {
            None => None,
            Some(files) => Some(self::tls(&mut watched, files, keys.is_none())?),
        };
        if let Identity::GivenToken(token) = &settings.upstream.client.identity {
            self::token(&mut watched, token, listener.clone())?;
        }
        Ok(Arc::new(Reloader {
            keys,
            tls,
            watched: Mutex::new(watched),
            listener,
            taken: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }))
    }

    /// Looks at the files from now on, in a thread of its own, for as long as the process lives.
    pub fn start(self: &Arc<Self>) -> io::Result<()> {
        self.start_looking_every(INTERVAL)
    }

    fn start_looking_every(self: &Arc<Self>, interval: Duration) -> io::Result<()> {
        let reloader = self.clone();
        let look = move || {
            loop {
                thread::sleep(interval);
                reloader.look(false);
            }
        };
        thread::Builder::new().name("mpa-relay-files".to_owned()).spawn(look).map(drop)
    }

    /// Looks at the files at once, and reads those whose content has changed. It reads files, and so may wait.
    pub fn reload_now(&self) {
        self.look(true);
    }

    /// How many changed contents were taken into use, and how many could not be.
    pub fn counts(&self) -> (u64, u64) {
        (self.taken.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed))
    }

    fn look(&self, at_once: bool) {
        let mut watched = lock(&self.watched);
        for watched in watched.iter_mut() {
            if !watched.state.is_to_be_read(digest(&watched.paths), at_once) {
                continue;
            }
            let what = watched.what;
            match (watched.take)() {
                Ok(()) => {
                    self.taken.fetch_add(1, Ordering::Relaxed);
                    self.listener.report(Level::Info, format!("The file with {what} has changed and is in use."));
                }
                Err(wrong) => {
                    self.refused.fetch_add(1, Ordering::Relaxed);
                    let sentence = format!(
                        "The file with {what} has changed, but cannot be used; what it had before stays in use: {wrong}."
                    );
                    self.listener.report(Level::Error, sentence);
                }
            }
        }
    }
}

impl fmt::Debug for Reloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloader").field("keys", &self.keys).finish_non_exhaustive()
    }
}

/// Reads what is kept in use of some files, and has it read again.
fn watch<T: Send + Sync + 'static>(
    watched: &mut Vec<Watched>,
    what: &'static str,
    paths: Vec<String>,
    read: impl Fn() -> Result<T, String> + Send + 'static,
) -> Result<Arc<ArcSwap<T>>, String> {
    // Before they are read: what changes meanwhile is found.
    let state = State::new(digest(&paths));
    let kept = Arc::new(ArcSwap::from_pointee(read()?));
    let current = kept.clone();
    let take = Box::new(move || {
        current.store(Arc::new(read()?));
        Ok(())
    });
    watched.push(Watched { what, paths, state, take });
    Ok(kept)
}

fn keys(watched: &mut Vec<Watched>, path: &str) -> Result<Arc<ArcSwap<Keys>>, String> {
    let paths = vec![path.to_owned()];
    let path = path.to_owned();
    watch(watched, "the keys", paths, move || Keys::read(&path).map_err(|wrong| format!("--keys {path} {wrong}")))
}

fn tls(watched: &mut Vec<Watched>, files: &TlsFiles, needs_certificate: bool) -> Result<Arc<ArcSwap<Tls>>, String> {
    let TlsFiles { certificate, private_key, password_file, client_ca } = files;
    let paths = [Some(certificate), Some(private_key), password_file.as_ref(), client_ca.as_ref()];
    let paths = paths.into_iter().flatten().map(|path| text(path)).collect();
    let files = files.clone();
    let read = move || Tls::read(&files, needs_certificate);
    watch(watched, "the certificates of TLS", paths, read)
}

/// The token was read with the options.
fn token(watched: &mut Vec<Watched>, token: &GivenToken, listener: Arc<dyn Listener>) -> Result<(), String> {
    let GivenToken { header_file, proof_key_file, current } = token.clone();
    let paths: Vec<_> = [Some(header_file.clone()), proof_key_file.clone()].into_iter().flatten().collect();
    let state = State::new(digest(&paths));
    let read = move || GivenToken::read(&header_file, proof_key_file.as_deref()).map(Arc::new);
    current.store(read()?);
    let take = Box::new(move || {
        let newer = read()?;
        current.store(newer.clone());
        listener.authorization(&newer);
        Ok(())
    });
    watched.push(Watched { what: "the token", paths, state, take });
    Ok(())
}

/// Of all that the files have, or of which of them cannot be read.
fn digest(paths: &[String]) -> Digest {
    let mut context = Context::new(&SHA256);
    for path in paths {
        let content = file::read(path, LARGEST_FILE).ok();
        let length = content.as_ref().map_or(u64::MAX, |content| content.len() as u64);
        context.update(&length.to_be_bytes());
        context.update(content.as_ref().map_or(&[], |content| content.as_slice()));
    }
    context.finish().as_ref().try_into().unwrap_or_default()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
#[path = "reload_tests.rs"]
mod tests;

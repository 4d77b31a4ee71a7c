//! Handles are values, not pointers: a number that names a client or a match, or nothing (any more).
//!
//! A number has a place in the table (16 bits), the process that it was made in, counted in forks
//! (16 bits), and how often the place was used before (32 bits), so that a stale, forged or
//! inherited one is found out.

use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use slotmap::{DefaultKey, Key, KeyData, SlotMap};

use super::{fork, loaded};
use crate::client::{Client, Match};
use crate::http::Shared;
use crate::outcome::{Outcome, Result, Status};
use crate::sync::lock::Mutex;

const PLACE_BITS: u32 = 16;
/// The most clients, and the most matches, that are open at the same time.
const MOST: usize = (1 << PLACE_BITS) - 2;
const FORK_MASK: u64 = 0xFFFF;

/// The clients and matches of one process. The child of a fork makes its own: the parent's may have been locked
/// by a thread that the child does not have.
struct Table {
    forks: u32,
    clients: Mutex<Clients>,
    /// Its lock is taken before that of the clients.
    matches: Mutex<Matches>,
    shared: Arc<Shared>,
}

type Clients = SlotMap<DefaultKey, Entry>;
type Matches = SlotMap<DefaultKey, MatchEntry>;

struct Entry {
    client: Arc<Client>,
    owner_tag: u64,
}

struct MatchEntry {
    game_match: Arc<Match>,
    /// The number of its client, without which it names nothing.
    client: u64,
}

static TABLE: AtomicPtr<Table> = AtomicPtr::new(std::ptr::null_mut());

/// The number of a client from now on.
pub fn insert(client: Client, owner_tag: u64) -> Result<u64> {
    let table = table();
    let mut clients = table.clients.lock();
    if clients.len() >= MOST {
        return Err(Outcome::internal(format!(
            "{MOST} clients are open already; close those that are no longer used."
        )));
    }
    let key = clients.insert(Entry { client: Arc::new(client), owner_tag });
    Ok(number(key, table.forks))
}

/// What this process's clients share.
pub fn shared() -> Arc<Shared> {
    table().shared.clone()
}

/// The client of a number.
pub fn get(number: u64) -> Result<Arc<Client>> {
    let (table, key) = key_of(number).ok_or_else(invalid)?;
    table.clients.lock().get(key).map(|entry| entry.client.clone()).ok_or_else(invalid)
}

/// The client of a number, which names nothing from now on, nor do its matches.
pub fn remove(number: u64) -> Result<Arc<Client>> {
    let (table, key) = key_of(number).ok_or_else(invalid)?;
    let entry = table.clients.lock().remove(key).ok_or_else(invalid)?;
    table.matches.lock().retain(|_, game_match| game_match.client != number);
    Ok(entry.client)
}

/// All clients of an owner, whose numbers name nothing from now on.
pub fn remove_all_of(owner_tag: u64) -> Vec<Arc<Client>> {
    let Some(table) = current() else { return vec![] };
    let owned: Vec<u64> = {
        let clients = table.clients.lock();
        let owned = clients.iter().filter(|(_, entry)| entry.owner_tag == owner_tag);
        owned.map(|(key, _)| number(key, table.forks)).collect()
    };
    owned.into_iter().filter_map(|number| remove(number).ok()).collect()
}

/// Opens a match of a client, and gives it a number.
pub fn insert_match(client: u64, open: impl FnOnce(&Client) -> Result<Arc<Match>>) -> Result<u64> {
    let table = table();
    let mut matches = table.matches.lock();
    // With the lock: where the client is being closed, its matches are removed after this.
    let owner = get(client)?;
    if matches.len() >= MOST {
        let message = format!("{MOST} matches are open already in this process; close those that have ended.");
        return Err(Box::new(Outcome::new(Status::QueueFull, message)));
    }
    // Last, since nothing is left to fail then.
    let game_match = open(&owner)?;
    Ok(number(matches.insert(MatchEntry { game_match, client }), table.forks))
}

/// The match of a number, and its client.
pub fn get_match(number: u64) -> Result<(Arc<Client>, Arc<Match>)> {
    let (table, key) = key_of(number).ok_or_else(invalid_match)?;
    let matches = table.matches.lock();
    let entry = matches.get(key).ok_or_else(invalid_match)?;
    Ok((get(entry.client).map_err(|_| invalid_match())?, entry.game_match.clone()))
}

/// From now on the number names nothing.
pub fn remove_match(number: u64) {
    if let Some((table, key)) = key_of(number) {
        table.matches.lock().remove(key);
    }
}

fn number(key: DefaultKey, forks: u32) -> u64 {
    let data = key.data().as_ffi();
    data | (u64::from(forks) & FORK_MASK) << PLACE_BITS
}

fn key_of(number: u64) -> Option<(&'static Table, DefaultKey)> {
    let table = current()?;
    if number >> PLACE_BITS & FORK_MASK != u64::from(table.forks) & FORK_MASK {
        return None;
    }
    let data = number & !(FORK_MASK << PLACE_BITS);
    let key = KeyData::from_ffi(data).into();
    // Some numbers stand for the same key; only the one that was given out is valid.
    (self::number(key, table.forks) == number).then_some((table, key))
}

fn invalid() -> Box<Outcome> {
    Box::new(Outcome::new(
        Status::InvalidHandle,
        "client names no open client: it was never opened, has been closed, or belongs to the process that this \
         one was forked from. Nothing was sent.",
    ))
}

fn invalid_match() -> Box<Outcome> {
    Box::new(Outcome::new(
        Status::InvalidHandle,
        "match names no open match: it was never opened, has been closed, its client has been closed, or it belongs \
         to the process that this one was forked from. Nothing was changed.",
    ))
}

/// This process's table.
fn table() -> &'static Table {
    fork::watch();
    loaded::stay();
    current().unwrap_or_else(replace)
}

/// This process's table, if it has one yet.
fn current() -> Option<&'static Table> {
    // SAFETY: NULL, or a table that was leaked and so lives for ever.
    let table = unsafe { TABLE.load(Ordering::Acquire).as_ref() }?;
    (table.forks == fork::forks()).then_some(table)
}

/// Makes this process's table, unless another thread is faster.
fn replace() -> &'static Table {
    let fresh = Box::leak(Box::new(Table {
        forks: fork::forks(),
        clients: Mutex::default(),
        matches: Mutex::default(),
        shared: Arc::default(),
    }));
    let mut seen = TABLE.load(Ordering::Acquire);
    loop {
        if let Some(table) = current() {
            // Ours is leaked, a few KiB once a process at most for each thread that raced.
            return table;
        }
        match TABLE.compare_exchange(seen, fresh, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => return fresh,
            Err(newer) => seen = newer,
        }
    }
}

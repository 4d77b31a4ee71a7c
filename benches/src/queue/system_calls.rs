//! System calls of submits and polls on the thread that makes them, seen by strace. The child asks for
//! its parent's number between them, which nothing else does, so that each is seen on its own.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::parent_id;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::burst;
use super::client::{Client, Found, Token, result};
use crate::peer::Peer;
use crate::tools::{self, Result, Scratch};

const SUBMITS: usize = 500;
const BURSTS: usize = 50;
const SUBMITS_IN_A_BURST: usize = 50;
const POLLS: usize = 1_000;
const UNTIL_IT_SLEEPS: Duration = Duration::from_millis(3);
const MARK: &str = "getppid";

/// What the child does between the marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// With the worker asleep.
    Submit,
    /// With the worker at work. A mark takes longer than a submit, so that there are several between two.
    Burst,
    Poll,
    PollWithResult,
}

impl What {
    pub const ALL: [What; 4] = [What::Submit, What::Burst, What::Poll, What::PollWithResult];

    fn argument(self) -> &'static str {
        match self {
            What::Submit => "submit",
            What::Burst => "burst",
            What::Poll => "poll",
            What::PollWithResult => "poll-with-result",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            What::Submit => "submit, the worker asleep",
            What::Burst => "50 submits in a burst, the worker awake",
            What::Poll => "poll that finds nothing",
            What::PollWithResult => "the same with an mpa_result",
        }
    }

    pub fn from_argument(argument: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.argument() == argument)
    }
}

/// System calls of each of many.
pub struct SystemCalls {
    pub of: usize,
    /// Wake-ups of another thread: on average, and the most in one.
    pub mean: f64,
    pub most: usize,
    wake_ups: usize,
    /// How often there was each that is no wake-up.
    others: BTreeMap<String, usize>,
}

impl SystemCalls {
    pub fn total(&self) -> usize {
        self.wake_ups + self.others()
    }

    pub fn others(&self) -> usize {
        self.others.values().sum()
    }

    /// Such as "8 futex, 1 brk".
    pub fn others_named(&self) -> String {
        let named: Vec<_> = self.others.iter().map(|(name, count)| format!("{count} {name}")).collect();
        if named.is_empty() { "none".to_owned() } else { named.join(", ") }
    }
}

pub fn measure(what: What, peer: &Peer, scratch: &Scratch) -> Result<SystemCalls> {
    let trace = scratch.file("queue-strace");
    let here = std::env::current_exe().map_err(|error| format!("this program was not found ({error})"))?;
    let mut strace = Command::new("strace");
    // Without -f: the first thread only, which is the game's.
    strace.arg("-o").arg(&trace).arg(here).args(["queue-child", what.argument(), &peer.endpoint]);
    tools::output(&mut strace, "strace")?;
    let text = fs::read_to_string(&trace).map_err(|error| format!("strace left no trace ({error})"))?;
    read(&text).ok_or_else(|| "strace's trace has no marks".to_owned())
}

/// What stands between every first and second mark.
fn read(trace: &str) -> Option<SystemCalls> {
    let lines: Vec<&str> = trace.lines().collect();
    let is_mark = |line: &&str| line.starts_with(MARK);
    // Behind the last mark the child only ends.
    let times = lines.iter().filter(|line| is_mark(line)).count() / 2;
    let each: Vec<&[&str]> = lines.split(is_mark).skip(1).step_by(2).take(times).collect();
    let wake_ups: Vec<usize> = each.iter().map(|calls| calls.iter().filter(|call| is_wake_up(call)).count()).collect();
    let mut others = BTreeMap::new();
    for call in each.iter().flat_map(|calls| calls.iter()).filter(|call| !is_wake_up(call)) {
        *others.entry(call.split('(').next().unwrap_or(call).to_owned()).or_default() += 1;
    }
    let all = wake_ups.iter().sum();
    Some(SystemCalls {
        of: times,
        mean: all as f64 / times as f64,
        most: wake_ups.into_iter().max()?,
        wake_ups: all,
        others,
    })
}

fn is_wake_up(line: &str) -> bool {
    line.starts_with("futex(") && line.contains("FUTEX_WAKE")
}

/// The child.
pub fn run(what: What, endpoint: &str) {
    let client = Client::open(endpoint, Token::Given, |_| ());
    // Its thread is started, and the heap has grown to what is needed.
    submit(&client, SUBMITS);
    client.wait_for(SUBMITS);
    match what {
        What::Submit => {
            for _ in 0..SUBMITS {
                thread::sleep(UNTIL_IT_SLEEPS);
                marked(|| submit(&client, 1));
            }
        }
        What::Burst => {
            for _ in 0..BURSTS {
                submit(&client, burst::AHEAD);
                burst::until_it_works();
                marked(|| submit(&client, SUBMITS_IN_A_BURST));
                client.wait_for(burst::AHEAD + SUBMITS_IN_A_BURST);
            }
        }
        What::Poll => (0..POLLS).for_each(|_| marked(|| assert_eq!(client.poll(), Found::Nothing))),
        What::PollWithResult => {
            let mut result = result();
            (0..POLLS).for_each(|_| marked(|| assert_eq!(client.poll_with_result(&mut result), Found::Nothing)));
        }
    }
}

fn submit(client: &Client, times: usize) {
    for _ in 0..times {
        client.submit();
    }
}

fn marked(what: impl FnOnce()) {
    let _ = parent_id();
    what();
    let _ = parent_id();
}

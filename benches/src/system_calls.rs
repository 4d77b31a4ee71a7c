//! System calls of a warm call, counted by strace: those of a child with twice as many calls less
//! those of a child with as many, so that starting and connecting drop out.

use std::collections::BTreeMap;
use std::process::Command;

use crate::children::{Child, Job, Programs};
use crate::tools::{self, Result, Scratch};

const CALLS: u32 = 1_000;

/// How often a warm call makes each.
pub struct SystemCalls(Vec<(String, f64)>);

impl SystemCalls {
    pub fn total(&self) -> f64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// Such as "3.0 poll, 1.0 sendto".
    pub fn named(&self) -> String {
        let named: Vec<_> = self.0.iter().map(|(name, count)| format!("{count:.1} {name}")).collect();
        named.join(", ")
    }
}

pub fn per_call(
    programs: &Programs,
    child: Child,
    endpoint: &str,
    token_length: usize,
    scratch: &Scratch,
) -> Result<SystemCalls> {
    let job = Job { endpoint, calls: CALLS, token_length };
    let fewer = count(programs.command_line(child, job)?, scratch)?;
    let more = count(programs.command_line(child, Job { calls: 2 * CALLS, ..job })?, scratch)?;
    let mut difference: Vec<_> = more
        .into_iter()
        .map(|(name, count)| {
            let before = fewer.get(&name).copied().unwrap_or(0.0);
            (name, (count - before) / f64::from(CALLS))
        })
        // A page more or less for the heap, in all those calls, is no part of a call.
        .filter(|(_, count)| *count >= 0.01)
        .collect();
    difference.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    Ok(SystemCalls(difference))
}

fn count(command_line: Vec<String>, scratch: &Scratch) -> Result<BTreeMap<String, f64>> {
    let summary = scratch.file("strace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-c", "-o"]).arg(&summary).args(command_line);
    tools::output(&mut strace, "strace")?;
    let text = std::fs::read_to_string(&summary).map_err(|error| format!("strace left no summary ({error})"))?;
    Ok(text.lines().filter_map(read_line).collect())
}

/// `% time, seconds, usecs/call, calls, errors (or nothing), syscall`
fn read_line(line: &str) -> Option<(String, f64)> {
    let fields: Vec<_> = line.split_whitespace().collect();
    let (name, calls) = (*fields.last()?, fields.get(3)?.parse().ok()?);
    (name != "total").then(|| (name.to_owned(), calls))
}

//! Instructions of a warm call in user space, counted by callgrind: those of a child with twice as
//! many calls less those of a child with as many.

use std::process::Command;

use crate::children::{Child, Job, Programs};
use crate::tools::{self, Result};

const CALLS: u32 = 200;

pub fn per_call(programs: &Programs, child: Child, endpoint: &str, token_length: usize) -> Result<f64> {
    let job = Job { endpoint, calls: CALLS, token_length };
    let fewer = count(programs.command_line(child, job)?)?;
    let more = count(programs.command_line(child, Job { calls: 2 * CALLS, ..job })?)?;
    Ok((more - fewer) / f64::from(CALLS))
}

fn count(command_line: Vec<String>) -> Result<f64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).args(command_line);
    let report = tools::output(&mut valgrind, "valgrind")?.err;
    report
        .lines()
        .find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
        .ok_or_else(|| "callgrind's report has no count".to_owned())
}

//! What the numbers were taken on.

use std::fs;
use std::process::Command;
use std::thread;

use crate::tools;
use crate::with_libcurl;

pub fn facts() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let processor = read("/proc/cpuinfo")
        .lines()
        .find_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim().to_owned()))
        .unwrap_or_else(|| "unknown processor".to_owned());
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let load = read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned();
    let rustc = tools::output(Command::new("rustc").arg("--version"), "rustc").map_or_else(
        |_| "unknown rustc".to_owned(),
        |output| output.out.split(" (").next().unwrap_or_default().trim().to_owned(),
    );
    format!(
        "{processor}, {processors} processors, {} {}; load {load} at the start\n{rustc}, libcurl {}",
        std::env::consts::OS,
        read("/proc/sys/kernel/osrelease").trim(),
        with_libcurl::version(),
    )
}

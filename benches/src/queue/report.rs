//! What is printed of the queue: the numbers, and beside them what was aimed at.

use std::time::Duration;

use super::burst::{self, Burst};
use super::depth::{self, Depth};
use super::frames::{self, Frames};
use super::gathering::{self, Gathering};
use super::matches::{self, Matches};
use super::memory::{self, Memory};
use super::polls::{self, Polls};
use super::system_calls::{SystemCalls, What};
use super::throughput::{self, Throughput};
use crate::machine;
use crate::request;
use crate::table::{NOTHING, Table, thousands};
use crate::times::Times;
use crate::tools::Result;

pub struct Measured {
    /// `None` where the machine has too few processors.
    pub on_the_thread: Option<OnTheThread>,
    pub system_calls: [(What, Result<SystemCalls>); What::ALL.len()],
    pub depths: Vec<Depth>,
    pub memory: Memory,
    pub throughput: Vec<Throughput>,
    pub gathering: Gathering,
}

/// What is measured on the game's own thread.
pub struct OnTheThread {
    pub burst: Burst,
    pub matches: Matches,
    pub frames: Frames,
    pub polls: Polls,
}

pub fn head() -> String {
    format!(
        "Server invites for {} users, submitted and polled on a game's own thread.\n\
         cargo run --release --manifest-path benches/Cargo.toml -- queue\n{}",
        request::USERS.len(),
        machine::facts(),
    )
}

pub fn body(measured: &Measured) -> String {
    let mut text = match &measured.on_the_thread {
        Some(measured) => on_the_thread(measured),
        None => "Not measured: times on the game's thread. They need a second processor.\n\n".to_owned(),
    };
    text += &format!("System calls on that thread, by strace:\n\n{}\n", system_calls(&measured.system_calls));
    text += &format!(
        "Submits with many operations queued already, of {} each in rounds that take turns, and what ends them:\n\n{}\n",
        thousands(depth::submits_of_each() as f64),
        depths(&measured.depths),
    );
    text += &format!("Memory in bytes:\n\n{}\n", memory_of(&measured.memory));
    text += &format!(
        "Invites a second with a peer that answers after {} ms:\n\n{}\n",
        throughput::ANSWER_AFTER.as_millis(),
        throughputs(&measured.throughput),
    );
    text += &gathered(&measured.gathering);
    text + &format!("\n{}", targets(measured))
}

fn on_the_thread(OnTheThread { burst, matches, frames, polls }: &OnTheThread) -> String {
    format!(
        "Submits in a burst, the worker awake, of {} each in rounds that take turns, in µs:\n\n{}\n\
         Players who join and leave a match of {}, in µs:\n\n{}\n\
         One invite in each of {} frames of {} ms, the worker asleep, in µs (in {} frames the answer was late):\n\n{}\n\
         Polls that find nothing, in ns, as means of {} in {} batches that take turns; {} allocations in all of mpa's:\n\n{}\n",
        thousands(burst::times_of_each() as f64),
        bursts(burst),
        matches::PLAYERS,
        in_a_match(matches),
        thousands(frames::FRAMES as f64),
        frames::FRAME.as_millis(),
        frames.late,
        in_frames(frames),
        thousands(f64::from(polls::BATCH)),
        thousands(polls::batches_of_each() as f64),
        polls.allocations,
        empty_polls(polls),
    )
}

fn bursts(burst: &Burst) -> Table {
    let mut table = times_table();
    table.row(times_row("mpa", &burst.ours, 1.0, 3));
    table.row(times_row("mpa, with an mpa_result", &burst.ours_with_result, 1.0, 3));
    table.row(times_row("bare copy, behind a lock", &burst.copy, 1.0, 3));
    table.row(times_row("nothing: reading the clock", &burst.clock, 1.0, 3));
    table
}

fn in_a_match(matches: &Matches) -> Table {
    let mut table = times_table();
    table.row(times_row("join", &matches.join, 1.0, 3));
    table.row(times_row("leave, with a report of all", &matches.leave_and_report, 1.0, 3));
    table.row(times_row("leave, all being reported", &matches.leave, 1.0, 3));
    table
}

fn in_frames(frames: &Frames) -> Table {
    let mut table = times_table();
    let mut row = |name, times| table.row(times_row(name, times, 1.0, 2));
    row("submit: mpa", &frames.ours.submit);
    row("submit: bare copy and wake", &frames.bare);
    row("submit: libcurl, multi interface", &frames.libcurl.submit);
    row("take the end of one: mpa", &frames.ours.take);
    row("take the end of one: libcurl", &frames.libcurl.take);
    row("nothing to take: mpa", &frames.ours.idle);
    row("nothing to take: libcurl", &frames.libcurl.idle);
    table
}

fn empty_polls(polls: &Polls) -> Table {
    let mut table = times_table();
    table.row(times_row("mpa", &polls.ours, 1e3, 1));
    table.row(times_row("mpa, with an mpa_result", &polls.ours_with_result, 1e3, 1));
    table.row(times_row("libcurl, nothing under way", &polls.libcurl, 1e3, 1));
    table
}

fn times_table() -> Table {
    Table::new(&["", "median", "99.9 %", "longest"])
}

fn times_row(name: &str, times: &Times, factor: f64, digits: usize) -> Vec<String> {
    let numbers = [times.median(), times.percentile_99_9(), times.longest()];
    let cells = numbers.map(|number| format!("{:.digits$}", number * factor));
    [name.to_owned()].into_iter().chain(cells).collect()
}

fn system_calls(measured: &[(What, Result<SystemCalls>)]) -> Table {
    let mut table = Table::new(&["", "of", "wake-ups: mean", "most in one", "all others"]);
    for (what, calls) in measured {
        let cells = match calls {
            Ok(calls) => {
                let (of, mean) = (thousands(calls.of as f64), format!("{:.2}", calls.mean));
                [of, mean, calls.most.to_string(), calls.others_named()]
            }
            Err(sentence) => [NOTHING.to_owned(), NOTHING.to_owned(), NOTHING.to_owned(), sentence.clone()],
        };
        table.row([what.name().to_owned()].into_iter().chain(cells).collect());
    }
    table
}

fn depths(depths: &[Depth]) -> Table {
    let mut table = Table::new(&[
        "queued",
        "submit, µs: median",
        "99.9 %",
        "longest",
        "longest while filling",
        "cancel the oldest",
        "the newest",
        "close, ms",
    ]);
    for depth in depths {
        let microseconds = |duration: Duration| format!("{:.1}", duration.as_secs_f64() * 1e6);
        table.row(vec![
            thousands(depth.depth as f64),
            format!("{:.3}", depth.submit.median()),
            format!("{:.2}", depth.submit.percentile_99_9()),
            format!("{:.1}", depth.submit.longest()),
            microseconds(depth.longest_while_filling),
            microseconds(depth.cancel_oldest),
            microseconds(depth.cancel_newest),
            format!("{:.1}", depth.close.as_secs_f64() * 1e3),
        ]);
    }
    table
}

fn memory_of(memory: &Memory) -> Table {
    let mut table = Table::new(&["", "resident", "allocated by the game's thread"]);
    for (name, bytes) in [
        (format!("each of {} clients that were opened", memory::CLIENTS), memory.open),
        ("the same after an invite, idle".to_owned(), memory.after_an_invite),
        (format!("each of {} queued invites", thousands(f64::from(memory::QUEUED))), memory.queued_invite),
    ] {
        table.row(vec![name, thousands(bytes.resident), thousands(bytes.allocated)]);
    }
    table
}

fn throughputs(throughputs: &[Throughput]) -> Table {
    let mut table = Table::new(&["workers", "a second", "of possible", "in the worst round"]);
    for throughput in throughputs {
        table.row(vec![
            throughput.workers.to_string(),
            format!("{:.1}", throughput.per_second),
            format!("{:.3}", throughput.of_possible),
            format!("{:.3}", throughput.of_possible_in_the_worst_round),
        ]);
    }
    table
}

fn gathered(gathering: &Gathering) -> String {
    let mut table =
        Table::new(&["held for", "requests", "least possible", "of least", "least uncut", "longest held, s"]);
    for hold in &gathering.holds {
        table.row(vec![
            format!("{} s", hold.hold_ms / 1_000),
            thousands(hold.requests as f64),
            thousands(hold.least as f64),
            format!("{:.3}", hold.requests as f64 / hold.least as f64),
            thousands(hold.least_uncut as f64),
            format!("{:.2}", hold.longest_held_ms as f64 / 1e3),
        ]);
    }
    format!(
        "Requests for the matches of a day: {} matches in which players joined or left {} times, with {} groups, at \
         least {} requests however long they are held.\nReplayed {} times as fast, in {} pieces at once, at most {:.1} s of the day late:\n\n{table}",
        thousands(gathering.matches as f64),
        thousands(gathering.events as f64),
        thousands(gathering.groups as f64),
        thousands(gathering.groups.div_ceil(gathering::GROUPS_PER_REQUEST) as f64),
        gathering::FASTER,
        gathering::pieces(),
        gathering.latest_ms / 1e3,
    )
}

/// What a number is held against.
#[derive(Clone, Copy)]
enum Aim {
    AtMost(f64),
    AtLeast(f64),
}

fn targets(measured: &Measured) -> Table {
    let thread = measured.on_the_thread.as_ref();
    let calls = |of: fn(&SystemCalls) -> usize, which: &[What]| {
        let of_these = measured.system_calls.iter().filter(|(what, _)| which.contains(what));
        let counts = of_these.map(|(_, calls)| calls.as_ref().ok().map(of)).collect::<Option<Vec<_>>>()?;
        counts.into_iter().max().map(|most| most as f64)
    };
    let submits = [What::Submit, What::Burst];
    let polls = [What::Poll, What::PollWithResult];
    let least_throughput = measured.throughput.iter().map(|throughput| throughput.of_possible).min_by(f64::total_cmp);
    let mut table = Table::new(&["target", "measured", "aim", ""]);
    for (what, measured, aim, digits) in [
        ("submit in a burst, median, µs", thread.map(|thread| thread.burst.ours.median()), Aim::AtMost(1.0), 3),
        ("join a match of 100, median, µs", thread.map(|thread| thread.matches.join.median()), Aim::AtMost(1.0), 3),
        (
            "leave it with a report of all, median, µs",
            thread.map(|thread| thread.matches.leave_and_report.median()),
            Aim::AtMost(1.0),
            3,
        ),
        ("requests of a day of matches, of the least", most_requests(&measured.gathering), Aim::AtMost(1.02), 3),
        (
            "submit in a frame, median, of copy and wake",
            thread.map(|thread| thread.frames.ours.submit.median() / thread.frames.bare.median()),
            Aim::AtMost(1.5),
            2,
        ),
        ("most wake-ups in a submit, worker asleep", calls(|calls| calls.most, &[What::Submit]), Aim::AtMost(1.0), 0),
        ("other system calls in all submits", calls(SystemCalls::others, &submits), Aim::AtMost(0.0), 0),
        (
            "poll that finds nothing, median, ns",
            thread.map(|thread| thread.polls.ours.median() * 1e3),
            Aim::AtMost(30.0),
            1,
        ),
        (
            "the same with an mpa_result, ns",
            thread.map(|thread| thread.polls.ours_with_result.median() * 1e3),
            Aim::AtMost(30.0),
            1,
        ),
        ("system calls in all polls", calls(SystemCalls::total, &polls), Aim::AtMost(0.0), 0),
        ("allocations in all polls", thread.map(|thread| thread.polls.allocations as f64), Aim::AtMost(0.0), 0),
        ("throughput, of possible, the least", least_throughput, Aim::AtLeast(0.95), 3),
        (
            "submit in the deepest queue, median, of that in an empty one",
            flatness(&measured.depths),
            Aim::AtMost(1.2),
            2,
        ),
    ] {
        let verdict = match (measured, aim) {
            (None, _) => "not measured",
            (Some(number), Aim::AtMost(most)) if number <= most => "met",
            (Some(number), Aim::AtLeast(least)) if number >= least => "met",
            _ => "NOT MET",
        };
        let aim = match aim {
            Aim::AtMost(number) => format!("at most {number}"),
            Aim::AtLeast(number) => format!("at least {number}"),
        };
        let measured = measured.map_or(NOTHING.to_owned(), |number| format!("{number:.digits$}"));
        table.row(vec![what.to_owned(), measured, aim, verdict.to_owned()]);
    }
    table
}

/// The most that the requests of a hold are, of the least possible.
fn most_requests(gathering: &Gathering) -> Option<f64> {
    gathering.holds.iter().map(|hold| hold.requests as f64 / hold.least as f64).max_by(f64::total_cmp)
}

/// The greatest median as a multiple of that with next to nothing in the queue.
fn flatness(depths: &[Depth]) -> Option<f64> {
    let medians = depths.iter().map(|depth| depth.submit.median());
    Some(medians.max_by(f64::total_cmp)? / depths.first()?.submit.median())
}

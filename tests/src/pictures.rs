//! The pictures of the documents. Those of `docs/matches.md` are drawn from what the library makes of a match: who was
//! there when, and the groups that follow.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use mpa::matches::{Clique, Player, Tracker};

use crate::fleet_picture;
use crate::header::repository;

/// A match, as one sees it in a picture.
struct Match {
    file: &'static str,
    players: &'static [&'static str],
    /// Who is there from when until when, in minutes. Whose end is that of the match stays until it is closed.
    presences: &'static [(usize, u64, u64)],
    end: u64,
    /// In minutes.
    minimum_together: u64,
}

const MATCHES: [Match; 2] = [
    Match {
        file: "matches-groups.svg",
        players: &["Alice", "Bob", "Carol", "Dave", "Erin"],
        presences: &[(0, 0, 9), (1, 1, 20), (2, 3, 26), (3, 11, 30), (4, 15, 30)],
        end: 30,
        minimum_together: 0,
    },
    Match {
        file: "matches-minimum.svg",
        players: &["Alice", "Bob", "Carol", "Dave"],
        presences: &[(0, 0, 16), (1, 2, 30), (2, 12, 24), (3, 22, 30)],
        end: 30,
        minimum_together: 5,
    },
];

/// A group, with the times between which all of its players were there.
struct Group {
    players: BTreeSet<usize>,
    from: u64,
    until: u64,
}

impl Match {
    /// What the library reports of it.
    fn groups(&self) -> Vec<Group> {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        // Those who leave at a time leave before others join.
        let leaves = self.presences.iter().filter(|(.., until)| *until < self.end);
        let mut events: Vec<(u64, bool, usize)> = leaves.map(|(player, _, until)| (*until, false, *player)).collect();
        events.extend(self.presences.iter().map(|(player, from, _)| (*from, true, *player)));
        events.sort_unstable();
        let mut tracker = Tracker::new(minutes(self.minimum_together));
        let mut groups = Vec::new();
        for (time, joins, player) in events {
            let xuid = player as u64 + 1;
            if joins {
                tracker.join(Player { xuid, team: 0 }, minutes(time)).expect("the player is not there yet");
            } else {
                let clique = tracker.leave(xuid, minutes(time)).expect("the player is there");
                groups.extend(clique.map(|clique| self.group(&clique, time)));
            }
        }
        groups.extend(tracker.close(minutes(self.end)).map(|clique| self.group(&clique, self.end)));
        groups
    }

    fn group(&self, clique: &Clique, until: u64) -> Group {
        let players: BTreeSet<usize> = clique.players.iter().map(|player| player.xuid as usize - 1).collect();
        let joined = self.presences.iter().filter(|(player, from, _)| players.contains(player) && *from < until);
        Group { from: joined.map(|(_, from, _)| *from).max().unwrap_or_default(), players, until }
    }

    fn svg(&self) -> String {
        let mut svg = String::new();
        let bottom = TOP + ROW * self.players.len() as u64;
        let groups = self.groups();
        let height = bottom + 60 + 18 * groups.len() as u64;
        let _ = writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 {height}\" font-family=\"sans-serif\" \
             font-size=\"13\">\n<rect width=\"700\" height=\"{height}\" fill=\"#fff\"/>"
        );
        for (index, group) in groups.iter().enumerate() {
            let (from, until) = (x(group.from), x(group.until));
            let colour = COLOURS[index % COLOURS.len()];
            let _ = writeln!(
                svg,
                "<rect x=\"{from}\" y=\"{TOP}\" width=\"{}\" height=\"{}\" fill=\"{colour}\" fill-opacity=\"0.2\"/>\n\
                 <path d=\"M{until} {TOP}V{bottom}\" stroke=\"{colour}\" stroke-width=\"2\"/>\n\
                 <text x=\"{until}\" y=\"{}\" text-anchor=\"middle\" fill=\"{colour}\">{}</text>",
                until - from,
                bottom - TOP,
                TOP - 6,
                index + 1,
            );
        }
        for (row, name) in self.players.iter().enumerate() {
            let y = middle(row);
            let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>", LEFT - 12, y + 4);
        }
        for (player, from, until) in self.presences {
            let y = middle(*player);
            let _ = writeln!(
                svg,
                "<path d=\"M{} {y}H{}\" stroke=\"#333\" stroke-width=\"5\" stroke-linecap=\"round\"/>",
                x(*from),
                x(*until)
            );
        }
        for (index, group) in groups.iter().enumerate() {
            let colour = COLOURS[index % COLOURS.len()];
            for player in &group.players {
                let _ = writeln!(
                    svg,
                    "<circle cx=\"{}\" cy=\"{}\" r=\"5\" fill=\"{colour}\" stroke=\"#fff\"/>",
                    x(group.until),
                    middle(*player)
                );
            }
        }
        for minute in (0..=self.end).step_by(5) {
            let _ =
                writeln!(svg, "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{minute}</text>", x(minute), bottom + 18);
        }
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\">minutes</text>", x(self.end) + 12, bottom + 18);
        for (index, group) in groups.iter().enumerate() {
            let names: Vec<_> = group.players.iter().map(|player| self.players[*player]).collect();
            let _ = writeln!(
                svg,
                "<text x=\"{LEFT}\" y=\"{}\" fill=\"{}\">Group {}, after {} minutes: {}</text>",
                bottom + 44 + 18 * index as u64,
                COLOURS[index % COLOURS.len()],
                index + 1,
                group.until,
                names.join(", ")
            );
        }
        svg.push_str("</svg>\n");
        svg
    }
}

const LEFT: u64 = 70;
const TOP: u64 = 26;
const ROW: u64 = 30;
const COLOURS: [&str; 3] = ["#0b6e4f", "#8a3ffc", "#b35900"];

/// Where a minute is.
fn x(minute: u64) -> u64 {
    LEFT + 18 * minute
}

/// Where a player's row is.
fn middle(row: usize) -> u64 {
    TOP + ROW * row as u64 + ROW / 2
}

/// The files, with what should be in them.
pub fn files() -> impl Iterator<Item = (PathBuf, String)> {
    let matches = MATCHES.iter().map(|played| (played.file, played.svg()));
    let all = matches.chain([("fleet.svg", fleet_picture::svg())]);
    all.map(|(file, svg)| (repository().join("docs").join(file), svg))
}

//! The share of requests that are rejected, over the size of the fleet, as an SVG.

use std::fmt::Write;
use std::{fs, io};

use super::percent;
use super::servers::Manner;
use super::simulation::Outcome;

const LEFT: f64 = 60.0;
const TOP: f64 = 40.0;
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 300.0;

pub fn write(path: &str, outcomes: &[(Manner, usize, Outcome)]) -> io::Result<()> {
    let most = outcomes.iter().map(|(_, servers, _)| *servers).max().unwrap_or(1);
    let x = |servers: usize| LEFT + WIDTH * (servers as f64).ln() / (most as f64).ln().max(1.0);
    let y = |percent: f64| TOP + HEIGHT * (1.0 - percent / 100.0);
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 410\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"700\" height=\"410\" fill=\"white\"/>\n\
         <text x=\"60\" y=\"24\" font-size=\"15\">Requests rejected, in percent, by the number of servers that share the limit</text>\n",
    );
    for mark in [0.0, 25.0, 50.0, 75.0, 100.0] {
        let height = y(mark);
        let right = LEFT + WIDTH;
        let _ = writeln!(svg, "<path d=\"M{LEFT} {height}H{right}\" stroke=\"#ddd\"/>");
        let _ = writeln!(svg, "<text x=\"52\" y=\"{:.1}\" text-anchor=\"end\">{mark}</text>", height + 4.0);
    }
    for servers in [1, 10, 100, 1_000, most] {
        let place = x(servers);
        let _ = writeln!(svg, "<text x=\"{place:.1}\" y=\"362\" text-anchor=\"middle\">{servers}</text>");
    }
    for (manner, colour, row) in
        [(Manner::Naive, "#c33", 0.0), (Manner::Xsapi, "#c80", 1.0), (Manner::Ours, "#06c", 2.0)]
    {
        let points: Vec<String> = outcomes
            .iter()
            .filter(|(of, _, _)| *of == manner)
            .map(|(_, servers, outcome)| {
                format!("{:.1},{:.1}", x(*servers), y(percent(outcome.rejected, outcome.requests)))
            })
            .collect();
        let points = points.join(" ");
        let _ = writeln!(svg, "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        let place = 60.0 + 120.0 * row;
        let _ = writeln!(svg, "<text x=\"{place}\" y=\"392\" fill=\"{colour}\">{}</text>", manner.name());
    }
    svg.push_str("</svg>\n");
    fs::create_dir_all("target")?;
    fs::write(path, svg)
}

//! The picture of `docs/fleet.md`: the way of a request from a server to the service.

use std::fmt::Write;

/// A box, with its middle and the lines of its text.
struct Node {
    x: i32,
    y: i32,
    lines: &'static [&'static str],
    colour: &'static str,
}

const WIDTH: i32 = 150;
const HEIGHT: i32 = 46;

const SERVERS: &str = "#0b6e4f";
const RELAYS: &str = "#8a3ffc";
const OTHERS: &str = "#b35900";

const NODES: [Node; 7] = [
    Node { x: 95, y: 60, lines: &["game server", "library, key"], colour: SERVERS },
    Node { x: 95, y: 130, lines: &["game server", "library, key"], colour: SERVERS },
    Node { x: 95, y: 200, lines: &["game server", "library, key"], colour: SERVERS },
    Node { x: 350, y: 95, lines: &["mpa-relay", "certificate, limit"], colour: RELAYS },
    Node { x: 350, y: 165, lines: &["mpa-relay", "certificate, limit"], colour: RELAYS },
    Node { x: 605, y: 130, lines: &["Multiplayer Activity", "one limit for a title"], colour: OTHERS },
    Node { x: 350, y: 260, lines: &["Valkey or Redis", "limits of all relays"], colour: OTHERS },
];

/// From the side of a box to the side of another one.
const ARROWS: [(usize, usize); 5] = [(0, 3), (1, 3), (2, 4), (3, 5), (4, 5)];

pub fn svg() -> String {
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 300\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <defs><marker id=\"end\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#333\"/></marker></defs>\n\
         <rect width=\"700\" height=\"300\" fill=\"#fff\"/>\n\
         <rect x=\"8\" y=\"20\" width=\"430\" height=\"272\" fill=\"none\" stroke=\"#999\" stroke-dasharray=\"6 4\"/>\n\
         <text x=\"16\" y=\"14\" fill=\"#666\">your network</text>\n",
    );
    for (from, to) in ARROWS {
        let (from, to) = (&NODES[from], &NODES[to]);
        let _ = writeln!(
            svg,
            "<path d=\"M{} {}L{} {}\" stroke=\"#333\" marker-end=\"url(#end)\"/>",
            from.x + WIDTH / 2,
            from.y,
            to.x - WIDTH / 2,
            to.y
        );
    }
    // Both relays ask the store: the boxes cover what passes behind them.
    let [.., first, second, _, store] = &NODES;
    for (relay, x) in [(first, first.x - 40), (second, second.x + 40)] {
        let _ = writeln!(
            svg,
            "<path d=\"M{x} {}V{}\" stroke=\"#333\" stroke-dasharray=\"4 3\" marker-end=\"url(#end)\"/>",
            relay.y + HEIGHT / 2,
            store.y - HEIGHT / 2
        );
    }
    for node in &NODES {
        let (left, top) = (node.x - WIDTH / 2, node.y - HEIGHT / 2);
        let _ = writeln!(
            svg,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"5\" fill=\"#fff\" stroke=\"{0}\" \
             stroke-width=\"2\"/>",
            node.colour
        );
        for (row, line) in node.lines.iter().enumerate() {
            let y = top + 20 + 17 * row as i32;
            let colour = if row == 0 { node.colour } else { "#333" };
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{y}\" text-anchor=\"middle\" fill=\"{colour}\">{line}</text>",
                node.x
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

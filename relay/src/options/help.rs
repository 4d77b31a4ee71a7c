//! What `--help` shows, and the table of options in `docs/fleet.md`.

use std::fmt::Write as _;

use super::table::{Group, Info, OPTIONS};

const INTRODUCTION: &str = "\
Stands between the servers of a fleet and the Multiplayer Activity service, and keeps one limit for
all of them.

Usage: mpa-relay [OPTIONS]

Each option may also be an environment variable (MPA_RELAY_MAX_ATTEMPTS=4) or a line of the file that
--config names (max_attempts = 4). The command line is taken before the environment, and that before
the file. A switch is true or false there.
";

const END: &str = "
Exit status:
  0  the relay was stopped; with --check: all is well
  1  a file that an option names cannot be used, or the relay could not start
  2  an option is wrong, on the command line, in the environment or in the file of --config
";

/// Where the texts begin, and where lines end.
const COLUMN: usize = 26;
const WIDTH: usize = 100;

pub fn text() -> String {
    let mut help = INTRODUCTION.to_owned();
    for group in Group::ALL {
        let _ = writeln!(help, "\n{}:", group.title());
        OPTIONS.iter().filter(|info| info.group == group).for_each(|info| line(&mut help, info));
    }
    help + END
}

fn line(help: &mut String, info: &Info) {
    let option = format!("  {}", usage(info));
    let mut description = info.text.to_owned();
    if let Some(default) = info.default_words() {
        let _ = write!(description, " [{default}]");
    }
    let mut row = format!("{option:COLUMN$}");
    if option.len() + 2 > COLUMN {
        let _ = writeln!(help, "{option}");
        row = " ".repeat(COLUMN);
    }
    let mut is_first = true;
    for word in description.split(' ') {
        if !is_first && row.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(help, "{row}");
            row = " ".repeat(COLUMN);
            is_first = true;
        }
        if !is_first {
            row.push(' ');
        }
        row.push_str(word);
        is_first = false;
    }
    let _ = writeln!(help, "{row}");
}

fn usage(info: &Info) -> String {
    format!("{} {}", info.flag(), info.placeholder()).trim_end().to_owned()
}

/// The table of options in Markdown.
#[cfg(test)]
pub fn markdown() -> String {
    let mut page = String::new();
    for group in Group::ALL {
        let _ = write!(page, "\n**{}**\n\n| Option | Default | |\n| --- | --- | --- |\n", group.title());
        for info in OPTIONS.iter().filter(|info| info.group == group) {
            let default = match (info.default, info.default_words()) {
                (super::table::Fallback::Is(_), Some(words)) => format!("`{words}`"),
                (_, words) => words.unwrap_or_default().to_owned(),
            };
            let cells = [format!("`{}`", usage(info)), default, info.text.to_owned()];
            let _ = writeln!(page, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_in_the_help() {
        let help = text();
        for info in OPTIONS {
            assert!(help.contains(&format!("  {}", usage(info))), "{}", info.name);
        }
        let longest = help.lines().map(|line| line.chars().count()).max();
        assert!(longest.is_some_and(|longest| longest <= WIDTH + 10), "{longest:?}");
    }

    /// Where the page is wrong, this shows what belongs between its marks.
    #[test]
    fn the_documentation_has_the_same_table() {
        const BEGIN: &str = "<!-- The options of mpa-relay -->\n";
        const END: &str = "\n<!-- End of the options -->";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/fleet.md");
        let page = std::fs::read_to_string(path).unwrap();
        let (_, rest) = page.split_once(BEGIN).expect(BEGIN);
        let (table, _) = rest.split_once(END).expect(END);
        assert!(table == markdown(), "docs/fleet.md has other options; expected:\n{BEGIN}{}{END}", markdown());
    }
}

//! What the header's first page says of the stack and of memory: one place for what is promised and what
//! is tested.

use mpa_tests::build::Library;
use mpa_tests::header;

/// The rows of a section's table: what for, and how many KiB.
fn table(section: &str) -> Vec<(String, usize)> {
    let text = header::text();
    let begin = format!("\n * {section} ");
    let section = text.split(&begin).nth(1).expect("the first page has the section");
    let rows = section.lines().skip(1).take_while(|line| *line == " *" || line.starts_with(" *    "));
    let table = rows.filter_map(|row| {
        let (before, _) = row.trim_start_matches(" *").split_once(" KiB")?;
        let (what, number) = before.trim().rsplit_once("  ")?;
        Some((what.trim().to_owned(), number.trim().parse().ok()?))
    });
    table.collect()
}

/// How much stack functions need.
pub struct StackBounds {
    table: Vec<(String, usize)>,
    factor: usize,
}

impl StackBounds {
    pub fn of(library: Library) -> Self {
        // As the header says of debug builds.
        let factor = if library == Library::Released { 1 } else { 4 };
        StackBounds { table: table("Stack"), factor }
    }

    /// In bytes: of the row that names the function, or the beginning of its name, or of the last one.
    pub fn of_function(&self, function: &str) -> usize {
        let fits = |name: &str| name.strip_suffix('*').map_or(name == function, |name| function.starts_with(name));
        let row = self.table.iter().find(|(names, _)| names.split(", ").any(fits)).or(self.table.last());
        row.expect("the table has rows").1 * 1024 * self.factor
    }
}

/// How much memory is held, in bytes, by what begins a row.
pub fn of_memory(what: &str) -> usize {
    let table = table("Memory");
    let row = table.iter().find(|(row, _)| row.starts_with(what));
    row.unwrap_or_else(|| panic!("the header says nothing of {what}: {table:?}")).1 * 1024
}

pub fn declared_functions() -> Vec<String> {
    let text = header::text();
    let lines = text.lines().filter(|line| !line.starts_with("///") && !line.starts_with('#'));
    let mut functions: Vec<String> = lines
        .filter_map(|line| {
            let (before, _) = line.split_once('(')?;
            let name = before.rsplit([' ', '*']).next()?;
            (name.starts_with("mpa_") && !name.starts_with("mpa_init")).then(|| name.to_owned())
        })
        .collect();
    functions.sort();
    functions.dedup();
    functions
}

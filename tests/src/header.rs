//! The text of `include/mpa.h`: a first page, then section by section what cbindgen makes of one
//! file of `src/ffi`.

use std::path::PathBuf;

use mpa::ffi::version::{MPA_VERSION_MAJOR, MPA_VERSION_MINOR, MPA_VERSION_PATCH};

const TOP: &str = include_str!("header_top.h");

const BOTTOM: &str = "
#ifdef __cplusplus
}
#endif

#endif /* MPA_H */
";

/// What stands before comes before: a section uses only what is declared above it.
const SECTIONS: [(&str, &str); 18] = [
    ("Version", "version.rs"),
    ("Statuses", "status.rs"),
    ("Results", "result.rs"),
    ("What was not sent", "unsent.rs"),
    ("Tokens", "token.rs"),
    ("Clients", "client.rs"),
    ("Lifecycle: close", "close.rs"),
    ("Authorizations", "authorization.rs"),
    ("Invites", "invite.rs"),
    ("Recent players", "recent_players.rs"),
    ("Activities", "activity.rs"),
    ("Queries of activities", "activity_query.rs"),
    ("Asynchronous calls", "submit.rs"),
    ("Events", "event.rs"),
    ("Matches", "matches.rs"),
    ("Lifecycle: drain and flush", "drain.rs"),
    ("Statistics", "stats.rs"),
    ("Prometheus exposition", "prometheus.rs"),
];

/// The structs of the header, each with the module of `mpa::ffi` that declares it.
pub fn structs() -> Vec<(&'static str, String)> {
    let of_file = |(_, file): &(&str, &'static str)| {
        let names = structs_in(&code(file));
        names.into_iter().map(|name| (file.trim_end_matches(".rs"), name)).collect::<Vec<_>>()
    };
    SECTIONS.iter().flat_map(of_file).collect()
}

pub fn repository() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

pub fn path() -> PathBuf {
    repository().join("include/mpa.h")
}

/// The header as it should be.
pub fn text() -> String {
    let sections = SECTIONS
        .map(|(title, file)| format!("\n/* {title} {} */\n\n{}", "-".repeat(92 - title.len()), declarations(file)));
    format!("{TOP}{}{BOTTOM}", sections.concat())
}

fn source(file: &str) -> PathBuf {
    repository().join("src/ffi").join(file)
}

fn code(file: &str) -> String {
    std::fs::read_to_string(source(file)).expect("the file is read")
}

fn declarations(file: &str) -> String {
    let code = code(file);
    let mut config = cbindgen::Config::from_file(repository().join("cbindgen.toml")).expect("cbindgen.toml is read");
    // A struct that no function of its own section takes would be left out.
    config.export.include = structs_in(&code);
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(source(file))
        .generate()
        .expect("cbindgen understands the file");
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).expect("a header is text");
    let text = if file == "version.rs" { format!("{}\n\n{text}", version_macros()) } else { text };
    let declarations = in_the_order_of(&code, &by_hand(&text));
    if file == "status.rs" { with_the_statuses(&declarations) } else { declarations }
}

/// The version of the crate, which cbindgen cannot read: the constants are computed from it.
fn version_macros() -> String {
    let parts = [("MAJOR", MPA_VERSION_MAJOR), ("MINOR", MPA_VERSION_MINOR), ("PATCH", MPA_VERSION_PATCH)];
    let macros = parts.map(|(part, number)| {
        let name = part.to_ascii_lowercase();
        format!("/// The {name} version of this header.\n#define MPA_VERSION_{part} {number}")
    });
    macros.join("\n\n")
}

/// The statuses stand in a table, which cbindgen cannot read: after the declaration of their type.
fn with_the_statuses(declarations: &str) -> String {
    let (declared_type, functions) = declarations.split_once("\n\n").expect("there are two blocks at least");
    let statuses = mpa::status::DOCUMENTED.iter().map(|(name, number, documentation)| {
        let lines: String = documentation.iter().map(|line| format!("///{line}\n")).collect();
        format!("{lines}#define {name} {number}\n\n")
    });
    format!("{declared_type}\n\n{}{functions}", by_hand(&statuses.collect::<String>()))
}

/// cbindgen has an order of its own, in which the values of an enumeration come after what uses them.
fn in_the_order_of(code: &str, declarations: &str) -> String {
    let mut blocks: Vec<&str> = declarations.trim_end().split("\n\n").collect();
    blocks.sort_by_key(|block| {
        let name = declared(block);
        // With what follows, since one name may begin with another.
        let places = [("pub const ", ":"), ("pub type ", " "), ("pub struct ", " "), ("fn ", "(")];
        let place = places.iter().find_map(|(keyword, end)| code.find(&format!("{keyword}{name}{end}")));
        place.unwrap_or_else(|| panic!("{name} is not declared where it should be: {block}"))
    });
    format!("{}\n", blocks.join("\n\n"))
}

/// The name that a block of the header declares.
fn declared(block: &str) -> &str {
    let line = block.lines().filter(|line| !line.starts_with("///") && *line != "MPA_API");
    let declaration = line.clone().next().expect("a block declares something");
    let mut words = declaration
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.to_ascii_lowercase().starts_with("mpa_") && *word != "MPA_API" && *word != "mpa_status");
    words.next().unwrap_or("mpa_status")
}

fn structs_in(source: &str) -> Vec<String> {
    let names = source.lines().filter_map(|line| line.strip_prefix("pub struct mpa_")?.strip_suffix(" {"));
    names.map(|name| format!("mpa_{name}")).collect()
}

/// As one would write it: types by their short names, negative numbers in parentheses.
fn by_hand(text: &str) -> String {
    let text = text.replace("struct mpa_", "mpa_").replace("typedef mpa_", "typedef struct mpa_");
    let lines =
        text.trim_start().lines().map(|line| match line.strip_prefix("#define ").and_then(|d| d.split_once(" -")) {
            Some((name, digits)) => format!("#define {name} (-{digits})\n"),
            None => format!("{line}\n"),
        });
    lines.collect()
}

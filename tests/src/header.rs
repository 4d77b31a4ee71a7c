//! The text of `include/mpa.h`: a first page, then section by section what cbindgen makes of one
//! file of `src/ffi`.

use std::path::PathBuf;

const TOP: &str = include_str!("header_top.h");

const BOTTOM: &str = "
#ifdef __cplusplus
}
#endif

#endif /* MPA_H */
";

/// What stands before comes before: a section uses only what is declared above it.
const SECTIONS: [(&str, &str); 8] = [
    ("Version", "version.rs"),
    ("Statuses", "status.rs"),
    ("Results", "result.rs"),
    ("Clients", "client.rs"),
    ("Closing", "close.rs"),
    ("Authorizations", "authorization.rs"),
    ("Invites", "invite.rs"),
    ("Recent players", "recent_players.rs"),
];

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

fn declarations(file: &str) -> String {
    let source = repository().join("src/ffi").join(file);
    let mut config = cbindgen::Config::from_file(repository().join("cbindgen.toml")).expect("cbindgen.toml is read");
    // A struct that no function of its own section takes would be left out.
    config.export.include = structs(&std::fs::read_to_string(&source).expect("the file is read"));
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(source)
        .generate()
        .expect("cbindgen understands the file");
    let mut text = Vec::new();
    bindings.write(&mut text);
    by_hand(&String::from_utf8(text).expect("a header is text"))
}

fn structs(source: &str) -> Vec<String> {
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

//! What comes with the compiler and is linked in: Rust's standard library, and what it is built with.

use super::linked::{Crate, linked};
use super::{LicenseText, Part};
use crate::header::repository;

/// `tests/licenses` has the texts as their authors wrote them; but `rust.txt` puts the copyright notices of
/// several folders above the licence that they share.
struct Component {
    /// `{rust}` stands for the version of Rust.
    name: &'static str,
    /// As a SPDX expression.
    license: &'static str,
    /// What that comes down to here.
    used_under: &'static str,
    only_on: Option<&'static str>,
    /// What the files are called where they are from, and what they say.
    texts: &'static [(&'static str, &'static str)],
}

const COMPONENTS: [Component; 7] = [
    Component {
        name: "Rust {rust}, standard library",
        license: "MIT OR Apache-2.0",
        used_under: "MIT",
        only_on: None,
        texts: &[("LICENSE-MIT", include_str!("../../licenses/rust.txt"))],
    },
    Component {
        name: "Rust {rust}, tables of Unicode",
        license: "Unicode-3.0",
        used_under: "Unicode-3.0",
        only_on: None,
        texts: &[("Unicode-3.0.txt", include_str!("../../licenses/unicode.txt"))],
    },
    // Partly in C, from LLVM's compiler-rt.
    Component {
        name: "Rust {rust}, compiler-builtins",
        license: "MIT AND Apache-2.0 WITH LLVM-exception",
        used_under: "MIT AND Apache-2.0 WITH LLVM-exception",
        only_on: None,
        texts: &[
            ("LICENSE.txt", include_str!("../../licenses/compiler-builtins.txt")),
            ("libm/LICENSE.txt", include_str!("../../licenses/libm.txt")),
        ],
    },
    Component {
        name: "musl",
        license: "MIT",
        used_under: "MIT",
        only_on: Some("*-linux-musl"),
        texts: &[("COPYRIGHT", include_str!("../../licenses/musl.txt"))],
    },
    Component {
        name: "LLVM libunwind",
        license: "Apache-2.0 WITH LLVM-exception",
        used_under: "Apache-2.0 WITH LLVM-exception",
        only_on: Some("*-linux-musl"),
        texts: &[("LICENSE.TXT", include_str!("../../licenses/llvm-libunwind.txt"))],
    },
    Component {
        name: "MinGW-w64 runtime",
        license: "ZPL-2.1 and others",
        used_under: "ZPL-2.1 and others",
        only_on: Some("*-windows-gnu"),
        texts: &[("COPYING.MinGW-w64-runtime.txt", include_str!("../../licenses/mingw-w64.txt"))],
    },
    Component {
        name: "MinGW-w64 winpthreads",
        license: "MIT AND BSD-3-Clause",
        used_under: "MIT AND BSD-3-Clause",
        only_on: Some("*-windows-gnu"),
        texts: &[("COPYING", include_str!("../../licenses/winpthreads.txt"))],
    },
];

/// Rust's standard library, as `tests/licenses/standard-library/Cargo.toml` describes it.
pub struct StandardLibrary {
    /// The version of Rust.
    pub rust: String,
    /// What it brings with it.
    pub crates: Vec<Crate>,
}

/// # Errors
///
/// A sentence, if the description cannot be read.
pub fn standard_library() -> Result<StandardLibrary, String> {
    let manifest = repository().join("tests/licenses/standard-library/Cargo.toml");
    let text = std::fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let table: toml::Table = text.parse().map_err(|error| format!("{}: {error}", manifest.display()))?;
    let version = table.get("package").and_then(|package| package.get("version")?.as_str());
    let rust = version.ok_or_else(|| format!("{} has no version", manifest.display()))?.to_owned();
    Ok(StandardLibrary { rust, crates: linked(&manifest, "rust-standard-library")? })
}

/// Everything but the crates.
pub(super) fn parts(rust: &str) -> Vec<Part> {
    let parts = COMPONENTS.iter().map(|component| Part {
        name: component.name.replace("{rust}", rust),
        license: component.license.to_owned(),
        used_under: component.used_under.to_owned(),
        only_on: component.only_on.map(str::to_owned),
        texts: component.texts.iter().map(|(file, text)| LicenseText::new(file, text)).collect(),
    });
    parts.collect()
}

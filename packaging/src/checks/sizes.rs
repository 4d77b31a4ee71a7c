//! What the parts of the library cost, by the symbols of its debug file.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, SectionFlags, elf};

use crate::dist::Dist;
use crate::targets::{System, Target};

/// Prints a table: the code of each crate, then the data. The sizes of symbols are in the files of Linux only.
pub fn print(dist: &Dist, target: &Target) -> Result<()> {
    let linux = matches!(target.system, System::LinuxGlibc | System::LinuxMusl);
    ensure!(linux, "the sizes of {} cannot be had: only the files of Linux have those of each symbol", target.name);
    let path = dist.symbols(target).join("libmpa.so.debug");
    let data = fs::read(&path).with_context(|| format!("reading {} (packaging/build makes it)", path.display()))?;
    let stripped = fs::metadata(dist.stage(target).join(target.shared_library()))?.len();
    println!("{}: {stripped} bytes", target.name);
    for (part, bytes) in sizes(&data)? {
        println!("| {part:<28} | {bytes:>9} | {:>4.1} % |", bytes as f64 * 100.0 / stripped as f64);
    }
    Ok(())
}

/// The parts and their bytes, the largest ones first.
fn sizes(data: &[u8]) -> Result<Vec<(String, u64)>> {
    let file = object::File::parse(data)?;
    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    for section in file.sections() {
        // A file with debug symbols has the sizes of the other sections, not their content, so that their kind is not
        // to be had from it.
        let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
        let name = section.name()?;
        if sh_flags & u64::from(elf::SHF_ALLOC) == 0 || [".bss", ".tbss"].contains(&name) {
            continue;
        }
        let is_code = sh_flags & u64::from(elf::SHF_EXECINSTR) != 0;
        let mut rest = section.size();
        for symbol in file.symbols().filter(|symbol| symbol.section_index() == Some(section.index())) {
            if is_code {
                // Two symbols may name the same code.
                let size = symbol.size().min(rest);
                rest -= size;
                *parts.entry(format!("code of {}", krate(symbol.name()?))).or_default() += size;
            }
        }
        let what = match name {
            ".rodata" => "constants",
            ".data.rel.ro" => "tables of pointers",
            ".eh_frame" | ".eh_frame_hdr" | ".gcc_except_table" => "unwinding",
            ".text" => "code without a name",
            _ => "other sections",
        };
        *parts.entry(what.to_owned()).or_default() += rest;
    }
    let mut parts: Vec<_> = parts.into_iter().collect();
    parts.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let small: u64 = parts.iter().filter(|(_, bytes)| *bytes < SMALL).map(|(_, bytes)| bytes).sum();
    parts.retain(|(_, bytes)| *bytes >= SMALL);
    parts.push(("all that is smaller".to_owned(), small));
    Ok(parts)
}

/// Bytes below which a part has no line of its own.
const SMALL: u64 = 8_000;

/// The crate of a function: the first one that its name has. C and assembly are ring's.
fn krate(symbol: &str) -> String {
    if symbol.starts_with("mpa_") {
        return "mpa".to_owned();
    }
    let Ok(name) = rustc_demangle::try_demangle(symbol) else { return "ring (C, assembly), libunwind".to_owned() };
    let name = name.to_string();
    let name = name.trim_start_matches(|first: char| !first.is_ascii_alphabetic());
    let name = name.strip_prefix("dyn ").unwrap_or(name);
    let name = name.split(|next: char| !next.is_ascii_alphanumeric() && next != '_').next().unwrap_or_default();
    // What a trait of the standard library does for any `T`.
    if name == "T" { "core".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_belongs_to_the_first_crate_in_its_name() {
        for (symbol, expected) in [
            ("_ZN6rustls6client5hello17h0123456789abcdefE", "rustls"),
            ("_ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE", "alloc"),
            ("_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE", "core"),
            ("mpa_client_open", "mpa"),
            ("ring_core_0_17_14__aes_gcm_enc", "ring (C, assembly), libunwind"),
        ] {
            assert_eq!(krate(symbol), expected, "{symbol}");
        }
    }
}

//! What UnrealHeaderTool, UnrealBuildTool and the packaging of plugins require and a C++ compiler does not see.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::platform::PLATFORMS;
use super::plugin::{LIBRARY, NAME};
use super::reflection::{Marked, generated_name, marked};
use crate::archive;

/// What is wrong with the plugin in `folder`, one sentence each.
pub fn check(folder: &Path) -> Result<Vec<String>> {
    let read =
        |name: &str| fs::read_to_string(folder.join(name)).with_context(|| format!("reading {name} of the plugin"));
    let mut findings = check_descriptor(&read("Mpa.uplugin")?)?;
    let entries = archive::entries_of(folder, "")?;
    for entry in &entries {
        let Some((_, name)) = entry.name.rsplit_once('/') else { continue };
        if entry.name.starts_with(LIBRARY) {
            continue;
        }
        let found = match Path::new(name).extension().and_then(|extension| extension.to_str()) {
            Some("h") => check_header(name, &read(&entry.name)?),
            Some("cpp") => check_source(name, &read(&entry.name)?),
            _ => Vec::new(),
        };
        findings.extend(found);
    }
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    findings.extend(check_filter(&names, &read("Config/FilterPlugin.ini")?));
    let header = read(&format!("{LIBRARY}/include/mpa.h"))?;
    let private = format!("Source/{NAME}/Private");
    let conversions = read(&format!("{private}/MpaConversions.cpp"))?;
    findings.extend(check_constants(&header, &conversions));
    findings.extend(check_results(&header, &conversions));
    findings.extend(check_configuration(&header, &read(&format!("{private}/MpaConfig.cpp"))?));
    Ok(findings)
}

fn check_descriptor(text: &str) -> Result<Vec<String>> {
    let descriptor: Value = serde_json::from_str(text).context("reading Mpa.uplugin")?;
    let names = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            .unwrap_or_default()
    };
    let mut platforms: Vec<&str> = PLATFORMS.iter().map(|platform| platform.name).collect();
    platforms.sort_unstable();
    let is_all = |value: &Value| {
        let mut listed = names(value);
        listed.sort_unstable();
        listed == platforms
    };
    let module = &descriptor["Modules"][0];
    // An installed plugin is one without sources to compile.
    let expected: [(&str, bool); 7] = [
        ("FileVersion must be 3", descriptor["FileVersion"] == 3),
        ("Installed must not be set, since the plugin is compiled with the project", descriptor["Installed"].is_null()),
        (
            "SupportedTargetPlatforms must be the platforms that have a library",
            is_all(&descriptor["SupportedTargetPlatforms"]),
        ),
        ("PlatformAllowList of the module must be the same", is_all(&module["PlatformAllowList"])),
        (
            "TargetAllowList of the module must be Server and Editor",
            names(&module["TargetAllowList"]) == ["Server", "Editor"],
        ),
        ("the module must be named as its folder", module["Name"] == NAME),
        ("LoadingPhase must be PreDefault, before modules of games", module["LoadingPhase"] == "PreDefault"),
    ];
    Ok(expected.iter().filter(|(_, fits)| !fits).map(|(rule, _)| format!("Mpa.uplugin: {rule}")).collect())
}

/// The lines of code: without comments that have a line of their own.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    lines.filter(|(_, line)| !line.starts_with("//") && !line.starts_with('*') && !line.starts_with("/*"))
}

fn includes(text: &str) -> Vec<&str> {
    let quoted = code(text).filter_map(|(_, line)| line.strip_prefix("#include \""));
    quoted.filter_map(|rest| rest.split('"').next()).collect()
}

fn check_header(name: &str, text: &str) -> Vec<String> {
    let mut findings = check_code(name, text);
    if code(text).find(|(_, line)| !line.is_empty()).is_none_or(|(_, line)| line != "#pragma once") {
        findings.push(format!("{name}: #pragma once must come first"));
    }
    let marked = marked(text);
    let generated = generated_name(name);
    let included = includes(text);
    if marked.is_empty() == included.contains(&generated.as_str()) {
        findings
            .push(format!("{name}: {generated} must be included exactly if something is marked for UnrealHeaderTool"));
    } else if !marked.is_empty() && included.last() != Some(&generated.as_str()) {
        findings.push(format!("{name}: {generated} must be the last include"));
    }
    findings.extend(marked.iter().filter_map(|item| check_marked(item, text)).map(|rule| format!("{name}: {rule}")));
    findings.extend(check_reflected_types(name, text));
    findings
}

fn check_marked(item: &Marked, text: &str) -> Option<String> {
    let name = &item.name;
    let prefix = match item.marker {
        "UCLASS" => 'U',
        "USTRUCT" => 'F',
        _ => 'E',
    };
    if !name.starts_with(prefix) {
        return Some(format!("the name of {name} must begin with {prefix}"));
    }
    if item.marker == "UENUM" {
        // Blueprints know no other.
        return (!text.contains(&format!("enum class {name} : uint8")))
            .then(|| format!("{name} must be an enum class : uint8"));
    }
    if item.body_line.is_none() {
        return Some(format!("GENERATED_BODY() must be the first line in {name}"));
    }
    // In an editor, modules are libraries of their own.
    (item.marker == "UCLASS" && !item.exported).then(|| format!("{name} must be exported with MPA_API"))
}

/// Blueprints have no unsigned numbers but uint8, and names of truth values begin with b.
fn check_reflected_types(name: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut lines = code(text);
    while let Some((number, line)) = lines.next() {
        if !line.starts_with("UPROPERTY(") && !line.starts_with("UFUNCTION(") {
            continue;
        }
        let mut marker = line.to_owned();
        while marker.matches('(').count() > marker.matches(')').count() {
            let Some((_, more)) = lines.next() else { break };
            marker.push_str(more);
        }
        let mut declaration = String::new();
        while !declaration.contains([';', '{']) {
            let Some((_, more)) = lines.next() else { break };
            declaration.push_str(more);
        }
        let words: Vec<&str> = declaration.split(|character: char| !character.is_alphanumeric()).collect();
        if let Some(word) =
            words.iter().find(|word| ["uint16", "uint32", "uint64", "int8", "int16", "size_t"].contains(word))
        {
            findings.push(format!("{name}:{number}: {word} is not a type of Blueprints"));
        }
        if marker.starts_with("UPROPERTY(")
            && words[0] == "bool"
            && !words.get(1).is_some_and(|word| word.starts_with('b'))
        {
            findings.push(format!("{name}:{number}: the name of a bool must begin with b"));
        }
    }
    findings
}

fn check_source(name: &str, text: &str) -> Vec<String> {
    let mut findings = check_code(name, text);
    let own = format!("{}.h", name.trim_end_matches(".cpp"));
    if includes(text).first() != Some(&own.as_str()) {
        findings.push(format!("{name}: {own} must be the first include"));
    }
    findings
}

/// The engine compiles without exceptions and RTTI, has containers of its own, and no header that includes all of it.
fn check_code(name: &str, text: &str) -> Vec<String> {
    const FORBIDDEN: [&str; 7] =
        ["std::", "dynamic_cast", "throw ", "try", "Engine.h\"", "CoreUObject.h\"", "UnrealEd.h\""];
    let mut findings = Vec::new();
    for (number, line) in code(text) {
        let is_in = |word: &&&str| {
            if **word == "try" { line == **word } else { line.contains(**word) && !line.contains("/Engine.h\"") }
        };
        if let Some(word) = FORBIDDEN.iter().find(is_in) {
            findings.push(format!("{name}:{number}: {} has no place in a plugin", word.trim_matches([' ', '"'])));
        }
    }
    if text.contains('\r') || !text.ends_with('\n') {
        findings.push(format!("{name}: lines must end in LF, the last one too"));
    }
    findings
}

/// Packaging a plugin copies the descriptor, Source, Content and Resources, and what is listed.
fn check_filter(names: &[&str], filter: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for name in names {
        let top = name.split('/').next().unwrap_or(name);
        let by_itself = ["Mpa.uplugin", "Source", "Content", "Resources"].contains(&top);
        let listed = filter.lines().any(|line| line == format!("/{top}") || line == format!("/{top}/..."));
        if !by_itself && !listed {
            findings.push(format!("Config/FilterPlugin.ini does not list {top}"));
        }
    }
    findings.dedup();
    if !filter.contains(&format!("/{LIBRARY}/...")) {
        findings.push(format!("Config/FilterPlugin.ini does not list /{LIBRARY}/..."));
    }
    findings
}

/// Every constant of these families is converted.
fn check_constants(header: &str, conversions: &str) -> Vec<String> {
    const FAMILIES: [&str; 7] = [
        "MPA_ERROR_",
        "MPA_PLATFORM_",
        "MPA_ENCOUNTER_",
        "MPA_AUTHORIZATION_",
        "MPA_JOIN_RESTRICTION_",
        "MPA_RESEND_",
        "MPA_LOG_",
    ];
    let defined = header.lines().filter_map(|line| line.strip_prefix("#define ")?.split_whitespace().next());
    let missing =
        defined.filter(|name| FAMILIES.iter().any(|family| name.starts_with(family)) && !has_word(conversions, name));
    missing.map(|name| format!("MpaConversions.cpp does not know {name} of mpa.h")).collect()
}

/// Every field of a result is converted, except those that the plugin leaves out.
fn check_results(header: &str, conversions: &str) -> Vec<String> {
    // The size; times and the service's limits, which are for statistics.
    const LEFT_OUT: [&str; 7] =
        ["struct_size", "queued_ms", "elapsed_ms", "current_requests", "max_requests", "period_s", "limit_type"];
    let is_used = |name: &str| LEFT_OUT.contains(&name) || has_word(conversions, name);
    unused_fields(header, "mpa_result", "MpaConversions.cpp does not convert", is_used)
}

/// Every field of the configuration is set, except those that the plugin has no use for.
fn check_configuration(header: &str, config: &str) -> Vec<String> {
    // The size and the reserve; blocking calls, which the plugin does not make; `authorization` is set instead.
    const NOT_SET: [&str; 4] = ["struct_size", "reserved", "call_timeout_ms", "authorization_header"];
    let is_used = |name: &str| NOT_SET.contains(&name) || config.contains(&format!("Native.{name} = "));
    unused_fields(header, "mpa_client_config", "MpaConfig.cpp does not set", is_used)
}

fn unused_fields(header: &str, of: &str, finding: &str, is_used: impl Fn(&str) -> bool) -> Vec<String> {
    let Some((_, fields)) = header.split_once(&format!("typedef struct {of} {{")) else {
        return vec![format!("mpa.h has no {of}")];
    };
    let fields = fields.split(&format!("}} {of};")).next().unwrap_or(fields);
    let names = code(fields).filter_map(|(_, line)| line.strip_suffix(';')?.rsplit([' ', '*']).next());
    let names = names.map(|name| name.split('[').next().unwrap_or(name));
    names.filter(|name| !is_used(name)).map(|name| format!("{finding} {name} of {of}")).collect()
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|character: char| !character.is_alphanumeric() && character != '_').any(|found| found == word)
}

#[cfg(test)]
#[path = "conventions_tests.rs"]
mod tests;

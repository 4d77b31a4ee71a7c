//! Finds in the finished tree the mistakes that packages for Unity are known for: files that are not wired, wired to several
//! platforms, or wired to a processor that they have no code for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context, Result};
use object::read::macho::{FatArch, MachOFatFile32};
use object::{Architecture, BinaryFormat, FileKind, Object};
use yaml_rust2::{Yaml, YamlLoader};

use super::libraries::{ANY_CPU, PLATFORMS};
use super::{meta, tree};

/// One sentence for each mistake.
pub fn problems(tree: &Path) -> Result<Vec<String>> {
    let paths = tree::paths(tree)?;
    let mut problems = Vec::new();
    let mut metas = BTreeMap::new();
    for path in paths.iter().filter(|path| path.ends_with(".meta")) {
        let text = std::fs::read_to_string(tree.join(path)).with_context(|| format!("reading {path}"))?;
        match YamlLoader::load_from_str(&text) {
            Ok(documents) => metas.extend(documents.into_iter().next().map(|document| (path.as_str(), document))),
            Err(error) => problems.push(format!("{path} is not YAML: {error}")),
        }
    }
    check_names(&paths, &mut problems);
    check_pairs(&paths, &mut problems);
    check_guids(&metas, &mut problems);
    let mut wired = Vec::new();
    for path in &paths {
        let file = tree.join(path);
        if !file.is_file() {
            continue;
        }
        let content = std::fs::read(&file).with_context(|| format!("reading {path}"))?;
        if content.starts_with(b"version https://git-lfs") {
            problems.push(format!("{path} is a pointer of Git LFS, not the file itself"));
        } else if is_static_library(path, &content) {
            problems.push(format!("{path} is a static library, which Unity's desktop players do not link"));
        } else if let Some(code) = Code::of(&content) {
            let import = metas.get(format!("{path}.meta").as_str()).and_then(Settings::read);
            match import {
                Some(import) => {
                    import.check(path, &code, &mut problems);
                    wired.push((path.as_str(), import));
                }
                None => problems.push(format!("{path} has no settings of a PluginImporter in its .meta file")),
            }
        }
    }
    check_duplicates(&wired, &mut problems);
    Ok(problems)
}

/// Windows and macOS do not distinguish names by case.
fn check_names(paths: &[String], problems: &mut Vec<String>) {
    let mut names: HashMap<String, &str> = HashMap::new();
    for path in paths {
        if let Some(other) = names.insert(path.to_lowercase(), path) {
            problems.push(format!("{other} and {path} differ by case only"));
        }
    }
}

/// Each file and folder with its `.meta` file, and the reverse.
fn check_pairs(paths: &[String], problems: &mut Vec<String>) {
    let all: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
    for path in all.iter().filter(|path| tree::is_imported(path)) {
        if let Some(owner) = path.strip_suffix(".meta") {
            if !all.contains(owner) {
                problems.push(format!("{path} belongs to no file"));
            }
        } else if !all.contains(format!("{path}.meta").as_str()) {
            problems.push(format!("{path} has no .meta file"));
        }
    }
}

/// GUIDs are those of the paths, which makes them stable, and unique.
fn check_guids(metas: &BTreeMap<&str, Yaml>, problems: &mut Vec<String>) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (path, document) in metas {
        let guid = scalar(&document["guid"]);
        if guid != meta::guid(path.strip_suffix(".meta").unwrap_or(path)) {
            problems.push(format!("{path} has the GUID {guid:?}, which is not the one of its path"));
        }
        if let Some(other) = seen.insert(guid, path) {
            problems.push(format!("{other} and {path} have the same GUID"));
        }
    }
}

fn is_static_library(path: &str, content: &[u8]) -> bool {
    content.starts_with(b"!<arch>") || [".a", ".lib", ".o", ".obj"].iter().any(|ending| path.ends_with(ending))
}

/// What the code in a file runs on, in Unity's words.
struct Code {
    platform: &'static str,
    editor: &'static str,
    cpu: &'static str,
}

impl Code {
    /// `None`: it is not a native library.
    fn of(content: &[u8]) -> Option<Self> {
        let processors: BTreeSet<&str>;
        let format = if FileKind::parse(content).ok()? == FileKind::MachOFat32 {
            let file = MachOFatFile32::parse(content).ok()?;
            processors = file.arches().iter().map(|part| cpu(part.architecture())).collect();
            BinaryFormat::MachO
        } else {
            let file = object::File::parse(content).ok()?;
            processors = BTreeSet::from([cpu(file.architecture())]);
            file.format()
        };
        let (platform, editor) = match format {
            BinaryFormat::Elf => ("Linux64", "Linux"),
            BinaryFormat::MachO => ("OSXUniversal", "OSX"),
            _ => ("Win64", "Windows"),
        };
        let cpu = if processors.len() > 1 { ANY_CPU } else { processors.first().copied().unwrap_or("None") };
        Some(Self { platform, editor, cpu })
    }
}

fn cpu(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64",
        Architecture::Aarch64 => "ARM64",
        _ => "a processor that Unity does not have",
    }
}

/// What the `.meta` file of a native library says.
#[derive(Default)]
struct Settings {
    any: bool,
    /// The platforms, and `Editor`, with 0 or 1 after `Exclude`.
    excluded: BTreeMap<String, bool>,
    /// The processor for each platform that it is enabled for.
    enabled: BTreeMap<String, String>,
    /// Processor and system, if the editor loads it.
    editor: Option<(String, String)>,
}

impl Settings {
    fn read(document: &Yaml) -> Option<Self> {
        let mut settings = Self::default();
        for entry in document["PluginImporter"]["platformData"].as_vec()? {
            let (group, name) = entry["first"].as_hash()?.iter().next()?;
            let (group, name) = (scalar(group), scalar(name));
            let values = &entry["second"]["settings"];
            let enabled = scalar(&entry["second"]["enabled"]) == "1";
            match (group.as_str(), name.as_str()) {
                ("", "Any") => {
                    for (key, value) in values.as_hash().into_iter().flatten() {
                        if let Some(platform) = scalar(key).strip_prefix("Exclude ") {
                            settings.excluded.insert(platform.to_owned(), scalar(value) == "1");
                        }
                    }
                    settings.any |= enabled;
                }
                ("Any", _) => settings.any |= enabled,
                ("Editor", _) if enabled => settings.editor = Some((scalar(&values["CPU"]), scalar(&values["OS"]))),
                _ if enabled => {
                    settings.enabled.insert(name, scalar(&values["CPU"]));
                }
                _ => {}
            }
        }
        Some(settings)
    }

    fn check(&self, path: &str, code: &Code, problems: &mut Vec<String>) {
        let mut add = |problem: String| problems.push(format!("{path}.meta: {problem}"));
        if self.any {
            add("it is enabled for any platform".to_owned());
        }
        let platforms: Vec<&str> = self.enabled.keys().map(String::as_str).collect();
        if platforms != [code.platform] {
            add(format!("it is enabled for {platforms:?}, but the file is for {:?}", code.platform));
        }
        for cpu in self.enabled.values().chain(self.editor.iter().map(|(cpu, _)| cpu)) {
            if cpu != code.cpu {
                add(format!("the processor is {cpu}, but the file has code for {}", code.cpu));
            }
        }
        if let Some((_, system)) = &self.editor
            && system != code.editor
        {
            add(format!("the editor loads it on {system}, but the file is for {}", code.editor));
        }
        for platform in PLATFORMS.into_iter().chain(["Editor"]) {
            let is_enabled = if platform == "Editor" { self.editor.is_some() } else { platforms.contains(&platform) };
            if self.excluded.get(platform) != Some(&!is_enabled) {
                add(format!("\"Exclude {platform}\" does not say the same as its settings for {platform}"));
            }
        }
    }
}

/// Of two libraries of one name, Unity copies either.
fn check_duplicates(wired: &[(&str, Settings)], problems: &mut Vec<String>) {
    let overlaps = |one: &str, other: &str| one == other || one == ANY_CPU || other == ANY_CPU;
    for (index, (path, settings)) in wired.iter().enumerate() {
        for (other_path, other) in &wired[index + 1..] {
            if path.rsplit('/').next() != other_path.rsplit('/').next() {
                continue;
            }
            for (platform, cpu) in &settings.enabled {
                if other.enabled.get(platform).is_some_and(|other| overlaps(cpu, other)) {
                    problems.push(format!(
                        "{path} and {other_path} are both enabled for {platform} with the processor {cpu}"
                    ));
                }
            }
            if let (Some((cpu, system)), Some((other_cpu, other_system))) = (&settings.editor, &other.editor)
                && system == other_system
                && overlaps(cpu, other_cpu)
            {
                problems.push(format!("{path} and {other_path} are both loaded by the editor on {system}"));
            }
        }
    }
}

/// As text, which it is in the file.
fn scalar(value: &Yaml) -> String {
    match value {
        Yaml::String(text) | Yaml::Real(text) => text.clone(),
        Yaml::Integer(number) => number.to_string(),
        Yaml::Boolean(value) => value.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
#[path = "lint_tests.rs"]
mod tests;

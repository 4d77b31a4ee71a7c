//! The list of what a library is made of, in the JSON of CycloneDX 1.6.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::dist::Dist;
use crate::targets::Target;

/// A package of cargo: its name and version, with which `cargo tree` and `cargo metadata` agree.
type Id = (String, String);

/// What is linked in, and what each of these uses.
type Graph = BTreeMap<Id, BTreeSet<Id>>;

pub fn of(dist: &Dist, target: &Target) -> Result<String> {
    let mut graph = Graph::new();
    for triple in target.triples {
        // Unlike `cargo metadata`, this leaves out what is there for tests and for other packages only.
        let edges = "--edges=normal,no-proc-macro";
        let tree = cargo(
            dist,
            &["tree", "--package=mpa", "--target", triple, edges, "--prefix=depth", "--no-dedupe", "--format={p}"],
        )?;
        add(&mut graph, &tree)?;
    }
    let metadata = cargo(dist, &["metadata", "--format-version=1"])?;
    let packages = packages(&metadata)?;
    let checksums = checksums(&std::fs::read_to_string(dist.repository().join("Cargo.lock"))?)?;
    document(target, &graph, &packages, &checksums)
}

fn cargo(dist: &Dist, arguments: &[&str]) -> Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .arg("--locked")
        .current_dir(dist.repository())
        .output()
        .context("cargo could not be started")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo {} failed: {}", arguments[0], errors.trim());
    String::from_utf8(output.stdout).with_context(|| format!("cargo {} printed no text", arguments[0]))
}

/// Adds what `cargo tree` prints: lines such as `2ring v0.17.14`, each with its depth.
fn add(graph: &mut Graph, tree: &str) -> Result<()> {
    let mut path: Vec<Id> = Vec::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let digits = line.chars().take_while(char::is_ascii_digit).count();
        let (depth, rest) = line.split_at(digits);
        let depth: usize = depth.parse().with_context(|| format!("cargo tree printed {line:?}"))?;
        let mut words = rest.split(' ');
        let (Some(name), Some(version)) = (words.next(), words.next()) else {
            anyhow::bail!("cargo tree printed {line:?}");
        };
        let id = (name.to_owned(), version.trim_start_matches('v').to_owned());
        path.truncate(depth);
        if let Some(user) = path.last() {
            graph.entry(user.clone()).or_default().insert(id.clone());
        }
        graph.entry(id.clone()).or_default();
        path.push(id);
    }
    Ok(())
}

fn packages(metadata: &str) -> Result<BTreeMap<Id, Value>> {
    let metadata: Value = serde_json::from_str(metadata).context("reading what cargo metadata printed")?;
    let packages = metadata["packages"].as_array().context("cargo metadata printed no packages")?;
    Ok(packages.iter().map(|package| ((text(&package["name"]), text(&package["version"])), package.clone())).collect())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The SHA-256 of the sources of each package that is not of this repository.
fn checksums(lock_file: &str) -> Result<BTreeMap<Id, String>> {
    let lock_file: toml::Table = lock_file.parse().context("reading Cargo.lock")?;
    let packages = lock_file.get("package").and_then(toml::Value::as_array).context("Cargo.lock has no packages")?;
    let field = |package: &toml::Value, name| Some(package.get(name)?.as_str()?.to_owned());
    Ok(packages
        .iter()
        .filter_map(|package| {
            Some(((field(package, "name")?, field(package, "version")?), field(package, "checksum")?))
        })
        .collect())
}

fn document(
    target: &Target,
    graph: &Graph,
    packages: &BTreeMap<Id, Value>,
    checksums: &BTreeMap<Id, String>,
) -> Result<String> {
    let mut main = None;
    let mut components = Vec::new();
    for id in graph.keys() {
        let package = packages.get(id).with_context(|| format!("cargo metadata lacks {} {}", id.0, id.1))?;
        let component = component(id, package, checksums.get(id))?;
        // Of this repository is only the library itself.
        if package["source"].is_null() {
            ensure!(id.0 == "mpa" && main.is_none(), "{} is linked into mpa, but has no source", id.0);
            main = Some(component);
        } else {
            components.push(component);
        }
    }
    let mut main = main.context("cargo tree does not show mpa")?;
    main["properties"] = json!([{ "name": "mpa:target", "value": target.name }]);
    let dependencies: Vec<Value> = graph
        .iter()
        .map(|(id, uses)| json!({ "ref": purl(id), "dependsOn": uses.iter().map(purl).collect::<Vec<_>>() }))
        .collect();
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": main },
        "components": components,
        "dependencies": dependencies,
        // What the compiler links in besides (Rust's standard library) is not a dependency of cargo.
        "compositions": [{ "aggregate": "incomplete", "assemblies": [purl_of_main(graph)?] }],
    });
    document["serialNumber"] = Value::String(serial_number(&serde_json::to_vec(&document)?));
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

fn component((name, version): &Id, package: &Value, checksum: Option<&String>) -> Result<Value> {
    let license = text(&package["license"]);
    ensure!(!license.is_empty(), "{name} {version} states no licence");
    let purl = purl(&(name.clone(), version.clone()));
    let mut component = json!({
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        // An older spelling of cargo's.
        "licenses": [{ "expression": license.replace('/', " OR ") }],
        "purl": purl,
    });
    if let Some(description) = package["description"].as_str() {
        component["description"] = description.split_whitespace().collect::<Vec<_>>().join(" ").into();
    }
    if let Some(repository) = package["repository"].as_str() {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    if let Some(checksum) = checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    Ok(component)
}

/// The identifier that vulnerability databases use. A `+` has a meaning of its own there.
fn purl((name, version): &Id) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

fn purl_of_main(graph: &Graph) -> Result<String> {
    Ok(purl(graph.keys().find(|(name, _)| name == "mpa").context("cargo tree does not show mpa")?))
}

/// A UUID that is made of the content (version 8), so that the same content has the same one.
fn serial_number(content: &[u8]) -> String {
    let hash = digest(&SHA256, content);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> Id {
        (name.to_owned(), "1.0.0".to_owned())
    }

    #[test]
    fn a_tree_becomes_a_graph() {
        let mut graph = Graph::new();
        add(&mut graph, "0mpa v1.0.0 (/somewhere)\n1a v1.0.0\n2b v1.0.0\n1b v1.0.0\n\n").unwrap();
        assert_eq!(graph[&id("mpa")], BTreeSet::from([id("a"), id("b")]));
        assert_eq!(graph[&id("a")], BTreeSet::from([id("b")]));
        assert_eq!(graph[&id("b")], BTreeSet::new());
        assert!(add(&mut graph, "mpa v1.0.0").is_err());
    }

    #[test]
    fn each_platform_has_a_complete_and_reproducible_list() {
        let dist = Dist::of_this_repository().unwrap();
        for name in ["linux-x64", "windows-x64"] {
            let target = Target::named(name).unwrap();
            let list = of(&dist, target).unwrap();
            assert_eq!(list, of(&dist, target).unwrap());
            let list: Value = serde_json::from_str(&list).unwrap();
            let components = list["components"].as_array().unwrap();
            let names: Vec<&str> = components.iter().map(|component| component["name"].as_str().unwrap()).collect();
            assert!(names.contains(&"rustls") && !names.contains(&"rcgen") && !names.contains(&"mpa-emulator"));
            assert_eq!(names.contains(&"windows-sys"), name == "windows-x64");
            let mut refs: BTreeSet<&str> =
                components.iter().map(|component| component["bom-ref"].as_str().unwrap()).collect();
            assert_eq!(refs.len(), components.len(), "bom-refs are unique");
            refs.insert(list["metadata"]["component"]["bom-ref"].as_str().unwrap());
            for component in components {
                assert_eq!(component["hashes"][0]["content"].as_str().unwrap().len(), 64);
                spdx_like(component["licenses"][0]["expression"].as_str().unwrap());
            }
            for dependency in list["dependencies"].as_array().unwrap() {
                let used = dependency["dependsOn"].as_array().unwrap().iter().map(|used| used.as_str().unwrap());
                used.chain(dependency["ref"].as_str()).for_each(|name| assert!(refs.contains(name), "{name}"));
            }
        }
    }

    /// Identifiers, joined by the operators of SPDX.
    fn spdx_like(expression: &str) {
        for word in expression.split([' ', '(', ')']).filter(|word| !word.is_empty()) {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-+".contains(&byte);
            assert!(word.bytes().all(allowed), "{expression}");
        }
    }

    #[test]
    fn the_serial_number_is_a_uuid_of_the_content() {
        let number = serial_number(b"content");
        assert_eq!(number, serial_number(b"content"));
        assert_ne!(number, serial_number(b"other"));
        assert_eq!((number.len(), &number[..9], &number[23..24]), (45, "urn:uuid:", "8"), "{number}");
    }
}

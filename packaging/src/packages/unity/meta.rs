//! The `.meta` files, in which Unity keeps the GUID and the import settings of each file and folder. A package has to
//! contain them, since Unity does not write into packages.

use std::fmt::Write;

use super::NAME;
use super::libraries::{Import, PLATFORMS};

/// Derived from the path, so that it stays the same in all versions. Assets of users refer to scripts by their GUIDs: moving
/// a script within the package breaks them.
pub fn guid(path: &str) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, format!("{NAME}/{path}").as_bytes());
    hash.as_ref()[..16].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub fn of_folder(path: &str) -> String {
    format!("{}folderAsset: yes\nDefaultImporter:\n  externalObjects: {{}}\n{}", head(path), tail())
}

pub fn of_file(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let importer = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("cs") => return of_script(path),
        Some("asmdef") => "AssemblyDefinitionImporter",
        Some("md" | "txt") => "TextScriptImporter",
        _ if name == "package.json" => "PackageManifestImporter",
        _ => "DefaultImporter",
    };
    format!("{}{importer}:\n  externalObjects: {{}}\n{}", head(path), tail())
}

fn of_script(path: &str) -> String {
    let importer = "MonoImporter:\n  externalObjects: {}\n  serializedVersion: 2\n  defaultReferences: []\n  \
                    executionOrder: 0\n  icon: {instanceID: 0}\n";
    format!("{}{importer}{}", head(path), tail())
}

/// The import settings of a native library, enabled for one platform and processor.
pub fn of_library(path: &str, import: Import) -> String {
    let mut text = head(path);
    text.push_str(
        "PluginImporter:\n  externalObjects: {}\n  serializedVersion: 2\n  iconMap: {}\n  executionOrder: {}\n  \
         defineConstraints: []\n  isPreloaded: 0\n  isOverridable: 0\n  isExplicitlyReferenced: 0\n  \
         validateReferences: 1\n  platformData:\n",
    );
    text.push_str("  - first:\n      : Any\n    second:\n      enabled: 0\n      settings:\n");
    let _ = writeln!(text, "        Exclude Editor: {}", u8::from(import.editor.is_none()));
    for platform in PLATFORMS {
        let _ = writeln!(text, "        Exclude {platform}: {}", u8::from(platform != import.platform));
    }
    text.push_str("  - first:\n      Any: \n    second:\n      enabled: 0\n      settings: {}\n");
    let (cpu, system) = import.editor.map_or(("None", "AnyOS"), |system| (import.cpu, system));
    let settings = [("CPU", cpu), ("DefaultValueInitialized", "true"), ("OS", system)];
    push_platform(&mut text, "Editor: Editor", import.editor.is_some(), &settings);
    for platform in PLATFORMS {
        let enabled = platform == import.platform;
        let cpu = if enabled { import.cpu } else { "None" };
        push_platform(&mut text, &format!("Standalone: {platform}"), enabled, &[("CPU", cpu)]);
    }
    text.push_str(tail());
    text
}

fn push_platform(text: &mut String, name: &str, enabled: bool, settings: &[(&str, &str)]) {
    let _ =
        write!(text, "  - first:\n      {name}\n    second:\n      enabled: {}\n      settings:\n", u8::from(enabled));
    for (key, value) in settings {
        let _ = writeln!(text, "        {key}: {value}");
    }
}

fn head(path: &str) -> String {
    format!("fileFormatVersion: 2\nguid: {}\n", guid(path))
}

fn tail() -> &'static str {
    "  userData: \n  assetBundleName: \n  assetBundleVariant: \n"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Assets of users contain it.
    #[test]
    fn the_guid_of_the_settings_stays_the_same() {
        assert_eq!(guid("Runtime/MpaSettings.cs"), "b657f04b1853a39c9cba5e712381ae07");
    }
}

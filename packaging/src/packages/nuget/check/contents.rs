//! What is in the package, whatever can be run here.

use std::fs::{self, File};
use std::io::Read;

use anyhow::{Context, Result, ensure};

use super::super::project::CLIENT;
use super::super::{layout, package_path};
use crate::dist::Dist;
use crate::targets::Target;

pub fn check(dist: &Dist, target: &Target) -> Result<()> {
    let path = package_path(dist, &CLIENT)?;
    let mut package = zip::ZipArchive::new(File::open(&path).with_context(|| format!("opening {}", path.display()))?)?;
    for identifier in target.runtime_identifiers {
        let places = layout::natives(dist).into_iter().filter(|native| native.identifier == *identifier);
        let [native] = &places.collect::<Vec<_>>()[..] else {
            anyhow::bail!("no library is staged for {identifier}: run packaging/build {}", target.name)
        };
        let mut packed = Vec::new();
        package
            .by_name(&native.place)
            .with_context(|| format!("{} in {}", native.place, path.display()))?
            .read_to_end(&mut packed)?;
        ensure!(packed == fs::read(&native.library)?, "{} is not the library that is staged", native.place);
    }
    let names: Vec<&str> = package.file_names().collect();
    for framework in CLIENT.frameworks() {
        for ending in ["dll", "xml"] {
            let name = format!("lib/{}/{}", framework.name, CLIENT.file(ending));
            ensure!(names.contains(&name.as_str()), "{} has no {name}", path.display());
        }
    }
    check_file_names(&names)?;
    println!("{}: what the package has for {}", target.name, target.runtime_identifiers.join(" and "));
    Ok(())
}

/// All libraries of a package may end up in one folder, where Windows does not tell `Mpa.dll` from `mpa.dll`.
fn check_file_names(names: &[&str]) -> Result<()> {
    let of = |part: &str| -> Vec<String> {
        let names = names.iter().filter(|name| name.starts_with(part));
        names.filter_map(|name| name.rsplit('/').next()).map(str::to_lowercase).collect()
    };
    let natives = of("runtimes/");
    for managed in of("lib/") {
        ensure!(!natives.contains(&managed), "a managed and a native library share the name {managed}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_only_differs_in_case_is_found() {
        let native = "runtimes/win-x64/native/mpa.dll";
        assert!(check_file_names(&["lib/net8.0/Mpa.Client.dll", native]).is_ok());
        let error = check_file_names(&["lib/net8.0/Mpa.dll", native]).unwrap_err().to_string();
        assert!(error.contains("mpa.dll"), "{error}");
    }
}

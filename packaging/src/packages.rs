//! The packages that are made of the libraries, one file for each kind.

mod c;
mod nuget;
mod tests;
mod tools;
mod unity;
mod unreal;

use anyhow::Result;

use crate::dist::Dist;
use crate::targets::Target;

/// A kind of package.
pub struct Package {
    /// As on the command line, after `--packages`.
    pub name: &'static str,
    /// Makes it of the libraries of `targets`, which are staged.
    pub make: fn(&Dist, targets: &[&'static Target]) -> Result<()>,
    /// Uses it as its users do, in a folder with nothing else, as far as it can run on this machine.
    pub check: fn(&Dist, target: &'static Target) -> Result<()>,
}

/// Later ones may use what earlier ones made.
pub static PACKAGES: &[Package] = &[
    c::PACKAGE,
    nuget::PACKAGE,
    nuget::ON_OTHER_RUNTIMES,
    nuget::PACKAGE_FOR_HOSTS,
    unity::PACKAGE,
    unreal::PACKAGE,
    tools::PACKAGE,
    tests::PACKAGE,
];

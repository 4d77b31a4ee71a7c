//! The Dockerfiles of `docs/guides/containers.md`, without a container engine: what builds the server is run on this
//! machine, and the server in a root folder with what is copied into the image, and the C library. There is no
//! configuration, no certificate and no folder for temporary files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::builds::MUSL_GCC;
use super::{files, folder_name, guides};
use crate::dist::Dist;
use crate::emulator::Emulator;
use crate::targets::Target;
use crate::toolchain::zig::Zig;
use crate::tools::{self, Tool};

const CHROOT: Tool = Tool { names: &["chroot"], package: "coreutils", elsewhere: "run this on Linux" };
const UNSHARE: Tool = Tool { names: &["unshare"], package: "util-linux", elsewhere: "run this as root" };

struct Image {
    /// The section of the page.
    name: &'static str,
    target: &'static str,
    /// A file of `packaging/consumers/toolchains`, without its ending, for another compiler than this machine's.
    toolchain: Option<&'static str>,
    /// What lists the libraries that a program loads. Empty: none.
    loader: &'static [&'static str],
    /// The beginnings of the names of the libraries that the image brings.
    brings: &'static [&'static str],
}

const GLIBC: &[&str] = &["ld-linux", "libc.", "libdl.", "libm.", "libpthread."];
const GLIBC_AND_GCC: &[&str] = &["ld-linux", "libc.", "libdl.", "libm.", "libpthread.", "libgcc_s."];
const MUSL: &[&str] = &["ld-musl"];

static IMAGES: &[Image] = &[
    Image { name: "Debian", target: "linux-x64", toolchain: None, loader: &["ldd"], brings: GLIBC_AND_GCC },
    Image { name: "Distroless", target: "linux-x64", toolchain: None, loader: &["ldd"], brings: GLIBC },
    Image {
        name: "Alpine",
        target: "linux-musl-x64",
        toolchain: Some("linux-musl-x64-gcc"),
        loader: &["/lib/ld-musl-x86_64.so.1", "--list"],
        brings: MUSL,
    },
    Image {
        name: "Scratch",
        target: "linux-musl-x64",
        toolchain: Some("linux-musl-x64-zig"),
        loader: &[],
        brings: &[],
    },
];

/// What a Dockerfile does.
#[derive(Debug, PartialEq)]
enum Instruction {
    Run(String),
    /// Into a folder of the image.
    Copy(Vec<String>, String),
    Entry(String),
}

pub fn check(dist: &Dist, target: &Target, archives: &Path) -> Result<()> {
    let page = files::read(dist, "docs/guides/containers.md")?;
    for image in IMAGES.iter().filter(|image| image.target == target.name) {
        let emulator = Emulator::start(dist)?;
        let stages = tempfile::tempdir()?;
        let project = stages.path().join("project");
        fs::create_dir(&project)?;
        guides::write_project(dist, &project, &emulator)?;
        let name = folder_name(dist, target)?;
        link(&archives.join(&name), &project.join(name))?;
        let root = stages.path().join("root");
        let section = section(&page, image.name).with_context(|| format!("the page has no section {}", image.name))?;
        for instruction in instructions(section)? {
            match instruction {
                Instruction::Run(line) => {
                    let mut shell = Command::new("sh");
                    shell.arg("-euc").arg(on_this_machine(&line, stages.path())).envs(environment(dist, image)?);
                    tools::run(&mut shell)?;
                }
                Instruction::Copy(from, to) => {
                    let to = root.join(to.trim_start_matches('/'));
                    fs::create_dir_all(&to)?;
                    let from = on_this_machine(&from.join(" "), stages.path());
                    tools::run(Command::new("sh").arg("-euc").arg(format!("cp {from} {}", to.display())))?;
                }
                Instruction::Entry(program) => start(image, &root, &program)?,
            }
        }
        let calls = emulator.calls(guides::TITLE_ID)?;
        ensure!(calls.len() == 1, "{}, as on the page about containers: the emulator received {calls:?}", image.name);
        println!("docs/guides/containers.md: {}: 1 invite arrived, in a root folder with nothing else", image.name);
    }
    Ok(())
}

/// Where the folders of the image with the compiler are here.
fn on_this_machine(line: &str, stages: &Path) -> String {
    let path = |name: &str| stages.join(name).display().to_string();
    line.replace("/project", &path("project"))
        .replace("/build/", &format!("{}/", path("build")))
        .replace(" /build", &format!(" {}", path("build")))
}

fn environment(dist: &Dist, image: &Image) -> Result<Vec<(&'static str, PathBuf)>> {
    let Some(toolchain) = image.toolchain else { return Ok(Vec::new()) };
    let folder = dist.repository().join("packaging/consumers/toolchains");
    let mut environment = vec![("CMAKE_TOOLCHAIN_FILE", folder.join(toolchain).with_extension("cmake"))];
    if toolchain.ends_with("-zig") {
        environment.extend(Zig::of(dist)?.environment());
    } else {
        MUSL_GCC.path()?;
    }
    Ok(environment)
}

/// Runs the program of an image, with those of its libraries that the image brings.
fn start(image: &Image, root: &Path, program: &str) -> Result<()> {
    if let [lister, options @ ..] = image.loader {
        let list = tools::run(Command::new(lister).args(options).arg(root.join(program.trim_start_matches('/'))))?;
        for library in libraries(&list) {
            if library.starts_with(root) {
                continue;
            }
            let name = library.file_name().unwrap_or_default().to_string_lossy();
            let is_there = image.brings.iter().any(|beginning| name.starts_with(beginning));
            ensure!(is_there, "{}: {program} needs {name}, which the image does not have", image.name);
            let to = root.join(library.strip_prefix("/")?);
            fs::create_dir_all(to.parent().unwrap_or(root))?;
            fs::copy(&library, &to).with_context(|| format!("copying {}", library.display()))?;
        }
    }
    // `$ORIGIN` in a run path is found by this link, which a container has.
    let own_folder = root.join("proc/self");
    fs::create_dir_all(&own_folder)?;
    link(Path::new(program), &own_folder.join("exe"))?;
    let chroot = CHROOT.path()?;
    let mut command = if tools::run(Command::new("id").arg("-u"))?.trim() == "0" {
        Command::new(chroot)
    } else {
        let mut unshare = Command::new(UNSHARE.path()?);
        unshare.args(["--user", "--map-root-user"]).arg(chroot);
        unshare
    };
    tools::run(command.arg(root).arg(program).env_clear())?;
    Ok(())
}

/// The paths in lines such as `libc.so.6 => /lib/libc.so.6 (0x1)` and `/lib/ld-linux.so.2 (0x2)`.
fn libraries(list: &str) -> Vec<PathBuf> {
    let path_in = |line: &str| line.split_whitespace().rev().find(|word| word.starts_with('/')).map(PathBuf::from);
    list.lines().filter_map(path_in).collect()
}

#[cfg(unix)]
fn link(to: &Path, path: &Path) -> Result<()> {
    std::os::unix::fs::symlink(to, path).with_context(|| format!("creating the link {}", path.display()))
}

#[cfg(not(unix))]
fn link(_to: &Path, _path: &Path) -> Result<()> {
    anyhow::bail!("containers are checked on Linux")
}

/// The Dockerfile below a heading.
fn section<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("\n## {name}\n"))?;
    let (_, rest) = rest.split_once("```dockerfile\n")?;
    Some(rest.split_once("\n```")?.0)
}

/// What is done with the project. What installs compilers, and what only a container engine can do, is left out.
fn instructions(dockerfile: &str) -> Result<Vec<Instruction>> {
    let mut instructions = Vec::new();
    for line in dockerfile.replace("\\\n", " ").lines().filter(|line| !line.is_empty()) {
        let (instruction, rest) = line.split_once(' ').with_context(|| format!("{line:?} is no instruction"))?;
        match (instruction, rest) {
            ("RUN", rest) if rest.starts_with("apt-get ") || rest.starts_with("apk ") => {}
            ("RUN", rest) => instructions.push(Instruction::Run(rest.to_owned())),
            ("COPY", rest) => {
                if let Some(paths) = rest.strip_prefix("--from=build ") {
                    let mut paths: Vec<String> = paths.split_whitespace().map(str::to_owned).collect();
                    let to = paths.pop().with_context(|| format!("{line:?} names no folder"))?;
                    instructions.push(Instruction::Copy(paths, to));
                }
            }
            ("ENTRYPOINT", rest) => {
                let program: Vec<String> = serde_json::from_str(rest).with_context(|| format!("reading {line:?}"))?;
                instructions.push(Instruction::Entry(program.join(" ")));
            }
            ("FROM" | "USER", _) => {}
            (other, _) => anyhow::bail!("the check of Dockerfiles does not know {other}"),
        }
    }
    Ok(instructions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_section_of_the_page_is_read() {
        let dist = Dist::of_this_repository().unwrap();
        let page = files::read(&dist, "docs/guides/containers.md").unwrap();
        for image in IMAGES {
            let instructions = instructions(section(&page, image.name).unwrap()).unwrap();
            assert!(
                matches!(
                    instructions.as_slice(),
                    [Instruction::Run(_), Instruction::Copy(..), Instruction::Entry(entry)] if entry.starts_with('/')
                ),
                "{}: {instructions:?}",
                image.name
            );
        }
    }

    #[test]
    fn the_list_of_a_loader_is_read() {
        let list =
            "\tlinux-vdso.so.1 (0x7ff)\n\tlibmpa.so => /a/libmpa.so (0x1)\n\t/lib64/ld-linux-x86-64.so.2 (0x2)\n";
        assert_eq!(libraries(list), [Path::new("/a/libmpa.so"), Path::new("/lib64/ld-linux-x86-64.so.2")]);
        let list = "\t/lib/ld-musl-x86_64.so.1 (0x1)\n\tlibc.so => /lib/ld-musl-x86_64.so.1 (0x1)\n";
        assert_eq!(libraries(list), [Path::new("/lib/ld-musl-x86_64.so.1"); 2]);
    }
}

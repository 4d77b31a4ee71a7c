//! The programs that are counted: this one as a worker, and the C program, which is built here.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::request;
use crate::times::Times;
use crate::tools::{self, Result, Scratch};
use crate::worker::Kind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    Here(Kind),
    LibcurlCjson,
    LibcurlCjsonQuery,
}

impl Child {
    pub const ALL: [Child; 4] =
        [Child::Here(Kind::Ours), Child::Here(Kind::Libcurl), Child::LibcurlCjson, Child::Here(Kind::Raw)];

    /// Those that query activities.
    pub const QUERIES: [Child; 2] = [Child::Here(Kind::OursQuery), Child::LibcurlCjsonQuery];

    pub fn name(self) -> &'static str {
        match self {
            Child::Here(Kind::Ours | Kind::OursQuery) => "mpa",
            Child::Here(Kind::Libcurl) => "libcurl, JSON by hand",
            Child::LibcurlCjson | Child::LibcurlCjsonQuery => "libcurl, cJSON",
            Child::Here(Kind::Raw) => "bare socket",
        }
    }

    /// Its own among times in the order of `Kind::ALL`; the C program is counted, not timed.
    pub fn times(self, all: &[Times; Kind::ALL.len()]) -> Option<&Times> {
        Kind::ALL.into_iter().zip(all).find(|(kind, _)| self == Child::Here(*kind)).map(|(_, times)| times)
    }
}

/// What a child is to do.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    pub endpoint: &'a str,
    pub calls: u32,
    pub token_length: usize,
}

/// Where the programs are.
pub struct Programs {
    here: PathBuf,
    libcurl_cjson: Result<PathBuf>,
}

impl Programs {
    pub fn find(scratch: &Scratch) -> Result<Self> {
        let here = std::env::current_exe().map_err(|error| format!("this program was not found ({error})"))?;
        Ok(Programs { here, libcurl_cjson: build(&scratch.file("libcurl_cjson")) })
    }

    /// The child's program and arguments, to be run as they are or below a tool.
    pub fn command_line(&self, child: Child, job: Job<'_>) -> Result<Vec<String>> {
        let (endpoint, calls, token) = (job.endpoint.to_owned(), job.calls.to_string(), job.token_length.to_string());
        Ok(match child {
            Child::Here(kind) => {
                let argument = kind.argument().to_owned();
                vec![self.here.display().to_string(), "worker".to_owned(), argument, endpoint, calls, token]
            }
            Child::LibcurlCjson | Child::LibcurlCjsonQuery => {
                let program = self.libcurl_cjson.clone()?;
                let what = if child == Child::LibcurlCjson { "invite" } else { "query" };
                vec![program.display().to_string(), endpoint, calls, token, request::user_agent(), what.to_owned()]
            }
        })
    }
}

fn build(program: &Path) -> Result<PathBuf> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/c/libcurl_cjson.c");
    let mut compile = Command::new("cc");
    compile.args(["-std=c11", "-O2", "-o"]).arg(program).args([source, "-lcurl", "-lcjson"]);
    tools::output(&mut compile, "gcc libcurl4-openssl-dev libcjson-dev")?;
    Ok(program.to_owned())
}

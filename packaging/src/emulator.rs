//! The emulator of the service, for checks of packages: a program of its own, as users have it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::dist::Dist;
use crate::toolchain::rust;
use crate::tools;

/// Longer than anything takes that runs on this machine.
const LIMIT: Duration = Duration::from_secs(30);

/// A running emulator, or another server. It ends when this is dropped.
pub struct Emulator {
    child: Child,
    address: SocketAddr,
}

impl Emulator {
    /// Builds the program if it is not there yet.
    pub fn program(dist: &Dist) -> Result<PathBuf> {
        let folder = dist.repository().join("target");
        tools::run(
            rust::cargo()
                .args(["build", "--quiet", "--locked", "--package", "mpa-emulator", "--target-dir"])
                .arg(&folder)
                .current_dir(dist.repository()),
        )?;
        Ok(folder.join("debug/mpa-emulator").with_extension(std::env::consts::EXE_EXTENSION))
    }

    pub fn start(dist: &Dist) -> Result<Self> {
        let mut command = Command::new(Self::program(dist)?);
        command.args(["--port", "0"]);
        Self::listening(command, "mpa-emulator")
    }

    /// A program that prints first where it listens, as the emulator does.
    pub fn listening(mut command: Command, name: &str) -> Result<Self> {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(|| format!("starting {name}"))?;
        let mut line = String::new();
        if let Some(output) = &mut child.stdout {
            BufReader::new(output).read_line(&mut line).with_context(|| format!("reading what {name} prints"))?;
        }
        // "mpa-emulator listens on http://127.0.0.1:8787"
        let address = line.trim().rsplit("http://").next().and_then(|address| address.parse().ok());
        match address {
            Some(address) => Ok(Self { child, address }),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                anyhow::bail!("{name} printed {line:?} instead of the address that it listens on")
            }
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The calls of a title that arrived so far, each as method, path and the status that it was answered with.
    pub fn calls(&self, title_id: u32) -> Result<Vec<String>> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let line =
            |call: &Value| format!("{} {} {}", text(&call["method"]), text(&call["path"]), text(&call["status"]));
        Ok(self.requests(title_id)?.iter().map(line).collect())
    }

    /// The same with all that the emulator logs of them: emulator/README.md names the fields.
    pub fn requests(&self, title_id: u32) -> Result<Vec<Value>> {
        let mut stream = TcpStream::connect_timeout(&self.address, LIMIT)?;
        stream.set_read_timeout(Some(LIMIT))?;
        let path = format!("/emulator/titles/{title_id}/requests");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)?;
        let mut response = String::new();
        stream.read_to_string(&mut response)?;
        let (head, body) = response.split_once("\r\n\r\n").context("mpa-emulator sent no complete response")?;
        ensure!(head.starts_with("HTTP/1.1 200"), "mpa-emulator answered {path} with {head:?}");
        let log: Value = serde_json::from_str(body)?;
        Ok(log["requests"].as_array().context("mpa-emulator's log has no requests")?.clone())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // An error means that it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

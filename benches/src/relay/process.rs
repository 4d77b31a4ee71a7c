//! The proxies as processes of their own, and what the system says of them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::load::Target;
use crate::peer::Peer;
use crate::tools::{self, Result, Scratch};

/// Of the times in `/proc`, on Linux.
const TICKS_IN_A_SECOND: u64 = 100;

const KEY: &str = "key-of-the-measured-servers";

pub struct Proxy {
    process: Child,
    address: SocketAddr,
    token: String,
}

impl Proxy {
    pub fn nginx(service: &Peer, scratch: &Scratch) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .map_err(|error| format!("no port is free ({error})"))?
            .port();
        let folder = scratch.file("nginx");
        fs::create_dir_all(&folder).map_err(|error| format!("{} could not be made ({error})", folder.display()))?;
        let temporary = folder.display();
        let configuration = format!(
            "daemon off; master_process off; worker_processes 1; pid {temporary}/pid; error_log {temporary}/log;\n\
             events {{ worker_connections 4096; }}\n\
             http {{ access_log off; client_body_temp_path {temporary}/a; proxy_temp_path {temporary}/b;\n\
             fastcgi_temp_path {temporary}/c; uwsgi_temp_path {temporary}/d; scgi_temp_path {temporary}/e;\n\
             keepalive_requests 100000000;\n\
             upstream service {{ server {service}; keepalive 64; keepalive_requests 100000000; }}\n\
             server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://service; proxy_http_version 1.1;\n\
             proxy_set_header Connection \"\"; }} }} }}\n",
            service = service.endpoint.trim_start_matches("http://")
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, configuration)
            .map_err(|error| format!("{} could not be written ({error})", file.display()))?;
        let mut command = Command::new("nginx");
        // Debian has it where only root looks for programs.
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{path}:/usr/sbin")).arg("-c").arg(file);
        let process = spawn(&mut command, "nginx-light")?;
        let proxy = Proxy { process, address: (Ipv4Addr::LOCALHOST, port).into(), token: KEY.to_owned() };
        proxy.wait_until_it_listens()?;
        Ok(proxy)
    }

    pub fn relay(service: &Peer, scratch: &Scratch) -> Result<Self> {
        let write = |name: &str, content: String| {
            let file = scratch.file(name);
            fs::write(&file, content).map_err(|error| format!("{} could not be written ({error})", file.display()))?;
            Ok::<_, String>(file)
        };
        let keys = write("keys", format!("measured {KEY} *\n"))?;
        let token = write("token", "XBL3.0 x=-;token-of-the-fleet".to_owned())?;
        let mut command = Command::new(build_relay()?);
        command.args(["--listen", "127.0.0.1:0", "--log-level", "error", "--max-connections", "10000"]);
        command.args(["--endpoint", &service.endpoint]);
        command.arg("--keys").arg(keys).arg("--authorization-header-file").arg(token);
        let mut process = spawn(command.stdout(Stdio::piped()), "")?;
        let mut line = String::new();
        let out = process.stdout.take().ok_or("the relay has no output")?;
        BufReader::new(out).read_line(&mut line).map_err(|error| format!("the relay says nothing ({error})"))?;
        let address = line.trim().strip_prefix("mpa-relay listens on http://").and_then(|text| text.parse().ok());
        let address = address.ok_or_else(|| format!("the relay says {line:?}"))?;
        Ok(Proxy { process, address, token: KEY.to_owned() })
    }

    pub fn target(&self) -> Target {
        Target { address: self.address, token: self.token.clone() }
    }

    /// In the system and in the program.
    pub fn processor_time(&self) -> Result<Duration> {
        let stat = self.read("stat")?;
        // The name of the program is in parentheses, and may contain blanks.
        let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |index: usize| fields.get(index).and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
        Ok(Duration::from_millis((ticks(11) + ticks(12)) * 1_000 / TICKS_IN_A_SECOND))
    }

    pub fn resident_kilobytes(&self) -> Result<u64> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.ok_or_else(|| "the system does not say how much memory a process has".to_owned())
    }

    fn read(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.process.id());
        fs::read_to_string(&path).map_err(|error| format!("{path} could not be read ({error})"))
    }

    fn wait_until_it_listens(&self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(self.address).is_err() {
            if Instant::now() > deadline {
                return Err("nginx does not listen".to_owned());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(command: &mut Command, package: &str) -> Result<Child> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.spawn().map_err(|error| format!("{program} did not start ({error}); on Debian: apt-get install {package}"))
}

/// As it is released.
fn build_relay() -> Result<PathBuf> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut build = Command::new("cargo");
    build.current_dir(&root).args(["build", "--quiet", "--release", "--locked", "--package", "mpa-relay"]);
    tools::output(&mut build, "cargo")?;
    Ok(root.join("target/release/mpa-relay"))
}

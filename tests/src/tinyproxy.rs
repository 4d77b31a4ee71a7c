//! tinyproxy, a proxy that is not ours. The tests of the doctor use this file too.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::Running;

/// A running proxy; ended when dropped.
pub struct Tinyproxy {
    _process: Running,
    pub port: u16,
    log: PathBuf,
}

impl Tinyproxy {
    /// On a free port, with these lines in its configuration beside what it needs. `folder` is for its files.
    pub fn start(folder: &Path, settings: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self::on(port, folder, settings)
    }

    pub fn on(port: u16, folder: &Path, settings: &str) -> Self {
        let file = |ending: &str| folder.join(format!("tinyproxy-{port}.{ending}"));
        let log = file("log");
        let configuration = format!(
            "Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nLogFile \"{}\"\nLogLevel Connect\n{settings}\n",
            log.display()
        );
        fs::write(file("conf"), configuration).unwrap();
        let mut command = Command::new("tinyproxy");
        command.arg("-d").arg("-c").arg(file("conf")).stdout(Stdio::null()).stderr(Stdio::null());
        let proxy = Tinyproxy { _process: Running::start(&mut command), port, log };
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "tinyproxy did not come in 10 s");
            thread::sleep(Duration::from_millis(20));
        }
        proxy
    }

    /// `credentials` are empty, or end in an @.
    pub fn url(&self, credentials: &str) -> String {
        format!("http://{credentials}127.0.0.1:{}", self.port)
    }

    /// Whom it was asked to connect to, in order.
    pub fn targets(&self) -> Vec<String> {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let requests = log.lines().filter_map(|line| line.split_once("): CONNECT "));
        requests.filter_map(|(_, rest)| rest.split_once(" HTTP/1.1")).map(|(target, _)| target.to_owned()).collect()
    }
}

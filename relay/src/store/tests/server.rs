//! A `redis-server` of its own for a test.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;

/// A process that ends with the test.
pub struct Server {
    process: Child,
    pub port: u16,
    arguments: Vec<String>,
    directory: Directory,
}

/// A folder that is removed with the test.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("mpa-relay-store-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Directory(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Server {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Self::start_on(free_port(), arguments, Directory::new())
    }

    fn start_on(port: u16, arguments: Vec<String>, directory: Directory) -> Self {
        let process = spawn(port, &arguments, directory.path());
        let server = Server { process, port, arguments, directory };
        server.wait_until_it_listens();
        server
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// As `kill -9` does. What it knew is lost.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// On the same port, empty.
    pub fn restart(&mut self) {
        self.process = spawn(self.port, &self.arguments, self.directory.path());
        self.wait_until_it_listens();
    }

    pub fn stop_answering(&self) {
        self.signal(Signal::SIGSTOP);
    }

    pub fn go_on_answering(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        signal::kill(Pid::from_raw(self.process.id().cast_signed()), signal).unwrap();
    }

    /// Sends a command as a person would at a terminal, and reads the first of the answer.
    pub fn command(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(format!("{command}\r\n").as_bytes()).unwrap();
        let mut answer = [0; 4_096];
        let length = stream.read(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[..length]).into_owned()
    }

    fn wait_until_it_listens(&self) {
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "redis-server does not begin to listen");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn spawn(port: u16, arguments: &[String], directory: &Path) -> Child {
    let mut command = Command::new("redis-server");
    // A sentinel has a configuration file, which comes first.
    command.args(arguments);
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--dir"]).arg(directory);
    if !arguments.iter().any(|argument| argument == "--sentinel") {
        command.args(["--save", "", "--appendonly", "no"]);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    command
        .spawn()
        .unwrap_or_else(|error| panic!("redis-server does not start ({error}): install Debian's package redis-server"))
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

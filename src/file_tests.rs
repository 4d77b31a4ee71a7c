use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::*;

fn folder(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.ancestors().nth(3).unwrap().join("tmp").join("mpa-file").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// What a call comes to that must not wait.
fn at_once<T: Send + 'static>(call: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(call()));
    receiver.recv_timeout(Duration::from_secs(10)).expect("it waits")
}

fn read_at_once(path: &Path, most: usize) -> Result<Zeroizing<Vec<u8>>, String> {
    let path = path.to_str().unwrap().to_owned();
    at_once(move || read(&path, most)).map_err(|error| error.to_string())
}

fn make_fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn only_regular_files_are_read_and_nothing_waits() {
    let folder = folder("types");
    make_fifo(&folder.join("fifo"));
    symlink("fifo", folder.join("to-fifo")).unwrap();
    symlink("nowhere", folder.join("to-nothing")).unwrap();
    let _socket = UnixListener::bind(folder.join("socket")).unwrap();
    for (path, expected) in [
        (folder.join("fifo"), "is a FIFO (a named pipe); expected a regular file"),
        (folder.join("to-fifo"), "is a FIFO (a named pipe); expected a regular file"),
        (folder.join("socket"), "is a socket; expected a regular file"),
        (folder.clone(), "is a directory; expected a regular file"),
        (PathBuf::from("/dev/null"), "is a device; expected a regular file"),
        (PathBuf::from("/dev/zero"), "is a device; expected a regular file"),
        (PathBuf::from("/dev/tty"), "is a device; expected a regular file"),
        (folder.join("to-nothing"), "could not be read (No such file"),
        (folder.join("missing"), "could not be read (No such file"),
    ] {
        let error = read_at_once(&path, 1_000).unwrap_err();
        assert!(error.starts_with(expected), "{path:?}: {error}");
    }
}

/// Between the look at the path and opening it, something else can take its place.
#[test]
fn opening_a_fifo_does_not_wait_and_is_noticed() {
    let path = folder("opening").join("fifo");
    make_fifo(&path);
    let file = at_once(move || open(path.to_str().unwrap())).unwrap();
    assert!(check_type(file.metadata().unwrap().file_type()).is_err());
}

#[test]
fn the_length_is_bounded() {
    let folder = folder("lengths");
    let path = folder.join("file");
    for (length, most) in [(0, 0), (0, 10), (1, 1), (4_095, 4_096), (4_096, 4_096), (10_000, 10_000), (10_000, 20_000)]
    {
        let content: Vec<u8> = (0..length).map(|index| index as u8).collect();
        fs::write(&path, &content).unwrap();
        assert_eq!(*read_at_once(&path, most).unwrap(), content);
    }
    for (length, most) in [(1, 0), (4_097, 4_096), (10_000, 9_999)] {
        fs::write(&path, vec![b'x'; length]).unwrap();
        let error = read_at_once(&path, most).unwrap_err();
        assert_eq!(error, format!("is larger than {most} bytes; expected a smaller file"));
    }
}

/// A file can grow while it is read, and those of /proc do not tell their length.
#[test]
fn a_length_that_is_not_true_loses_nothing() {
    let path = folder("growing").join("file");
    let content: Vec<u8> = (0..20_000_u32).map(|index| index as u8).collect();
    fs::write(&path, &content).unwrap();
    let open = || File::open(&path).unwrap();
    for expected in [0, 1, 2, 19_999, 20_000, 30_000] {
        assert_eq!(*read_to_end(&mut open(), expected, 30_000).unwrap(), content);
        assert_eq!(*read_to_end(&mut open(), expected, 20_000).unwrap(), content);
        assert!(matches!(read_to_end(&mut open(), expected, 19_999), Err(FileError::TooLarge(19_999))));
    }
}

/// As Kubernetes hands out secrets.
#[test]
fn symbolic_links_are_followed() {
    let folder = folder("links");
    fs::create_dir(folder.join("..2026")).unwrap();
    fs::write(folder.join("..2026/tls.crt"), "certificate").unwrap();
    symlink("..2026", folder.join("..data")).unwrap();
    symlink("..data/tls.crt", folder.join("tls.crt")).unwrap();
    assert_eq!(*read_at_once(&folder.join("tls.crt"), 100).unwrap(), b"certificate");
}

#[test]
fn what_editors_add_is_no_part_of_a_secret() {
    let folder = folder("secrets");
    let path = folder.join("secret");
    for (bytes, secret) in [
        (&b"\xef\xbb\xbfa b \r\n"[..], Ok("a b ")),
        (b"\n a\n\nb\n\n", Ok("\n a\n\nb")),
        (b"", Ok("")),
        (b"a\xff", Err("is no text in UTF-8; expected it saved as UTF-8")),
    ] {
        fs::write(&path, bytes).unwrap();
        let read = read_secret(path.to_str().unwrap()).map_err(|error| error.to_string());
        assert_eq!(read.as_ref().map(|text| text.as_str()).map_err(String::as_str), secret, "{bytes:?}");
    }
    fs::write(&path, vec![b'a'; LARGEST_SECRET + 1]).unwrap();
    assert!(matches!(read_secret(path.to_str().unwrap()), Err(FileError::TooLarge(LARGEST_SECRET))));
}

//! Reads a file that a user named. Whatever the path leads to, reading it neither waits nor takes
//! more memory than the caller allows, and what was read is wiped afterwards.

use std::fmt;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read as _};

use zeroize::Zeroizing;

/// Where a file says nothing of its length, as those of /proc do.
const FIRST_BUFFER: usize = 4_096;

/// A header, a key or a password is shorter; this bounds what a wrong path can make us read.
const LARGEST_SECRET: usize = 64 * 1024;

/// Why a file was not read. Displayed, it follows the name of the field or option.
#[derive(Debug)]
pub enum FileError {
    Io(io::Error),
    /// What there is instead of a regular file.
    NotRegular(&'static str),
    /// The most bytes that the caller takes.
    TooLarge(usize),
    NotText,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Io(error) => write!(f, "could not be read ({error}); expected a file that can be read"),
            FileError::NotRegular(kind) => write!(f, "is {kind}; expected a regular file"),
            FileError::TooLarge(most) => write!(f, "is larger than {most} bytes; expected a smaller file"),
            FileError::NotText => f.write_str("is no text in UTF-8; expected it saved as UTF-8"),
        }
    }
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        FileError::Io(error)
    }
}

/// Reads a file with one secret; the mark that editors put at its beginning and the line break at its end are none
/// of it.
pub fn read_secret(path: &str) -> Result<Zeroizing<String>, FileError> {
    let bytes = read(path, LARGEST_SECRET)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| FileError::NotText)?;
    Ok(Zeroizing::new(text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']).to_owned()))
}

/// Reads a regular file, or the one that a symbolic link leads to, of at most `most` bytes.
pub fn read(path: &str, most: usize) -> Result<Zeroizing<Vec<u8>>, FileError> {
    // Before opening, too: to open a device or a FIFO can have effects of its own.
    check_type(fs::metadata(path)?.file_type())?;
    let mut file = open(path)?;
    let metadata = file.metadata()?;
    // Another file may stand there by now.
    check_type(metadata.file_type())?;
    let length = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if length > most {
        return Err(FileError::TooLarge(most));
    }
    read_to_end(&mut file, length, most)
}

/// A buffer that grew by itself would leave copies behind that are not wiped.
fn read_to_end(file: &mut File, expected: usize, most: usize) -> Result<Zeroizing<Vec<u8>>, FileError> {
    // One byte more shows the end.
    let first = if expected == 0 { FIRST_BUFFER } else { expected + 1 };
    let mut bytes = Zeroizing::new(vec![0; first.min(most + 1)]);
    let mut length = 0;
    loop {
        if length > most {
            return Err(FileError::TooLarge(most));
        }
        if length == bytes.len() {
            let mut larger = Zeroizing::new(vec![0; (2 * length).min(most + 1)]);
            larger[..length].copy_from_slice(&bytes);
            bytes = larger;
        }
        match file.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(unix)]
fn open(path: &str) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    // What has taken the place of a regular file must not block, nor become the controlling terminal.
    // The standard library adds O_CLOEXEC.
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

#[cfg(windows)]
fn open(path: &str) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    /// The server of a named pipe learns nothing of us and cannot act in our name.
    const SECURITY_ANONYMOUS: u32 = 0;
    // Pipes and devices have no metadata of files, so that they are refused before they are opened.
    OpenOptions::new().read(true).security_qos_flags(SECURITY_ANONYMOUS).open(path)
}

fn check_type(file_type: FileType) -> Result<(), FileError> {
    if file_type.is_file() { Ok(()) } else { Err(FileError::NotRegular(name(file_type))) }
}

fn name(file_type: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if file_type.is_fifo() {
            return "a FIFO (a named pipe)";
        }
        if file_type.is_socket() {
            return "a socket";
        }
        if file_type.is_char_device() || file_type.is_block_device() {
            return "a device";
        }
    }
    if file_type.is_dir() { "a directory" } else { "a special file" }
}

#[cfg(all(test, unix))]
#[path = "file_tests.rs"]
mod tests;

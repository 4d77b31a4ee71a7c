//! The file of `--scenario`: read at the start, and again whenever its content is different.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, thread};

use mpa_emulator::Emulator;

/// Its content is looked at, not its time: that may stay the same, and no system has to be asked to watch it.
const INTERVAL: Duration = Duration::from_millis(200);

/// Puts the file's settings in force. The error is a sentence for the user.
pub fn load(emulator: &Emulator, path: &Path) -> Result<String, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    apply(emulator, path, &text).map(|()| text)
}

fn apply(emulator: &Emulator, path: &Path, text: &str) -> Result<(), String> {
    emulator.set_scenario(text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Follows changes of the file, whose content was `text`, on a thread of its own. An invalid content is reported on stderr
/// and changes nothing; a file that is missing, as it is while an editor replaces it, is waited for.
pub fn follow(emulator: Arc<Emulator>, path: PathBuf, mut text: String) -> io::Result<()> {
    let watch = move || {
        loop {
            thread::sleep(INTERVAL);
            match fs::read_to_string(&path) {
                Ok(found) if found != text => text = found,
                _ => continue,
            }
            if let Err(sentence) = apply(&emulator, &path, &text) {
                let _ = writeln!(io::stderr(), "mpa-emulator: {sentence}; the settings stay as they were");
            }
        }
    };
    thread::Builder::new().name("scenario".to_owned()).spawn(watch).map(drop)
}

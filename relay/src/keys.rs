//! The keys of servers that may come in.

use std::collections::HashMap;
use std::fmt;

use mpa::file;
use ring::digest::{SHA256, digest};
use subtle::{ConditionallySelectable as _, ConstantTimeEq as _};

/// More than 10,000 keys.
const LARGEST_FILE: usize = 4 * 1024 * 1024;

const LONGEST_NAME: usize = 64;
const SHORTEST_KEY: usize = 16;
/// A header of the servers has to have room for it.
const LONGEST_KEY: usize = 1_024;

/// All of them; as many servers as you like may have the same.
#[derive(Debug)]
pub struct Keys(Vec<Key>);

/// One of them, of which only the digest is kept.
pub struct Key {
    /// For logs and metrics.
    pub name: String,
    pub titles: Titles,
    digest: [u8; 32],
}

/// The titles that servers with a key may act for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Titles {
    All,
    These(Vec<u32>),
}

impl Titles {
    pub fn contain(&self, title_id: u32) -> bool {
        match self {
            Titles::All => true,
            Titles::These(titles) => titles.contains(&title_id),
        }
    }

    /// Whether this title is one of those that are listed.
    pub fn name(&self, title_id: u32) -> bool {
        *self != Titles::All && self.contain(title_id)
    }
}

impl fmt::Display for Titles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Titles::All => f.write_str("all titles"),
            Titles::These(titles) => {
                let titles: Vec<_> = titles.iter().map(u32::to_string).collect();
                write!(f, "{} {}", if titles.len() == 1 { "title" } else { "titles" }, titles.join(", "))
            }
        }
    }
}

// Without the digest.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("name", &self.name).field("titles", &self.titles).finish_non_exhaustive()
    }
}

impl Keys {
    /// What is wrong with the file is the end of a sentence that begins with its name.
    pub fn read(path: &str) -> Result<Self, String> {
        let bytes = file::read(path, LARGEST_FILE).map_err(|error| error.to_string())?;
        let text = std::str::from_utf8(&bytes).map_err(|_| file::FileError::NotText.to_string())?;
        Self::parse(text.trim_start_matches('\u{feff}'))
    }

    /// Reads a key a line: `name key titles`. Nothing of a wrong line is shown, as anything in it may be the key.
    fn parse(text: &str) -> Result<Self, String> {
        let mut keys = Vec::<Key>::new();
        let mut names = HashMap::new();
        let mut digests = HashMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = key(line).map_err(|wrong| format!("cannot be used: line {number} {wrong}"))?;
            if let Some(first) = names.insert(key.name.clone(), number) {
                return Err(format!(
                    "cannot be used: line {number} has the same name as line {first}; expected unique names (to \
                     replace a key, add one with another name, and remove the old one when no server uses it any more)"
                ));
            }
            if let Some(first) = digests.insert(key.digest, number) {
                return Err(format!(
                    "cannot be used: line {number} has the same key as line {first}; expected unique keys"
                ));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err("has no key; expected one key per line: a name, the key and its titles".to_owned());
        }
        Ok(Keys(keys))
    }

    /// The key that was presented, if it is one of these. How long that takes says nothing about them.
    pub fn find(&self, presented: &[u8]) -> Option<&Key> {
        let presented = sha256(presented);
        // The number of the key, counted from 1.
        let mut found = 0;
        for (number, key) in (1_u64..).zip(&self.0) {
            found.conditional_assign(&number, key.digest.ct_eq(&presented));
        }
        self.0.get(usize::try_from(found.checked_sub(1)?).ok()?)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.0.iter()
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().unwrap_or_default()
}

fn key(line: &str) -> Result<Key, String> {
    let words: Vec<_> = line.split_ascii_whitespace().collect();
    let [name, key, titles] = words.as_slice() else {
        return Err(format!(
            "has {} words; expected three, separated by spaces: a name, the key, and its titles (such as 123,456, or * \
             for all)",
            words.len()
        ));
    };
    if name.len() > LONGEST_NAME || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        return Err(format!(
            "has an invalid name (the first word); expected at most {LONGEST_NAME} letters, digits and . _ -"
        ));
    }
    if !(SHORTEST_KEY..=LONGEST_KEY).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!(
            "has an invalid key (the second word); expected {SHORTEST_KEY} to {LONGEST_KEY} visible ASCII \
             characters (`openssl rand -hex 32` makes one)"
        ));
    }
    let titles = read_titles(titles).ok_or_else(|| {
        format!(
            "has invalid titles (the third word); expected numbers from 1 to {} with commas between them, or * for \
             all",
            u32::MAX
        )
    })?;
    Ok(Key { name: (*name).to_owned(), titles, digest: sha256(key.as_bytes()) })
}

fn read_titles(text: &str) -> Option<Titles> {
    if text == "*" {
        return Some(Titles::All);
    }
    let title = |text: &str| {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|title| is_number && *title > 0)
    };
    text.split(',').map(title).collect::<Option<_>>().map(Titles::These)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbb!\"~";

    fn parse(text: &str) -> Result<Keys, String> {
        Keys::parse(&text.replace("$A", A).replace("$B", B))
    }

    #[test]
    fn a_line_is_a_key() {
        let keys = parse("# name key titles\n\n  web $A *\r\n\teu-1.b_C\t $B \t123,4294967295\n#c $A *\n").unwrap();
        let found: Vec<_> = keys.iter().map(|key| (key.name.as_str(), key.titles.to_string())).collect();
        assert_eq!(found, [("web", "all titles".to_owned()), ("eu-1.b_C", "titles 123, 4294967295".to_owned())]);
        assert_eq!(parse("a $A 7").unwrap().0[0].titles.to_string(), "title 7");
        for (titles, title, contained) in [("*", 1, true), ("1,2", 2, true), ("1,2", 3, false), ("12", 1, false)] {
            assert_eq!(read_titles(titles).unwrap().contain(title), contained, "{titles} {title}");
        }
    }

    #[test]
    fn a_key_is_found_and_nothing_else() {
        let keys = parse("first $A *\nsecond $B 1\n").unwrap();
        assert_eq!(keys.find(A.as_bytes()).unwrap().name, "first");
        assert_eq!(keys.find(B.as_bytes()).unwrap().name, "second");
        for wrong in ["", "first", "a", &A[1..], &format!("{A}a"), &A.to_uppercase(), &format!("{A} ")] {
            assert!(keys.find(wrong.as_bytes()).is_none(), "{wrong}");
        }
        assert!(keys.find(&sha256(A.as_bytes())).is_none());
    }

    #[test]
    fn what_is_wrong_is_named_without_the_key() {
        let long = "k".repeat(LONGEST_KEY + 1);
        let long_name = "n".repeat(LONGEST_NAME + 1);
        for (text, part) in [
            ("", "has no key"),
            ("# web $A *\n\n", "has no key"),
            ("web", "line 1 has 1 words"),
            ("#\n\nweb $A", "line 3 has 2 words"),
            ("web $A 1, 2", "line 1 has 4 words"),
            ("web/1 $A *", "line 1 has an invalid name"),
            ("wéb $A *", "line 1 has an invalid name"),
            (&format!("{long_name} $A *"), "line 1 has an invalid name"),
            ("$A web *", "line 1 has an invalid key"),
            ("web aaaaaaaaaaaaaaa *", "line 1 has an invalid key"),
            ("web aaaaaaaaaaaaaaaé *", "line 1 has an invalid key"),
            (&format!("web {long} *"), "line 1 has an invalid key"),
            ("web $A 0", "line 1 has invalid titles"),
            ("web $A 1,", "line 1 has invalid titles"),
            ("web $A +1", "line 1 has invalid titles"),
            ("web $A 1,*", "line 1 has invalid titles"),
            ("web $A 4294967296", "line 1 has invalid titles"),
            ("web * $A", "line 1 has an invalid key"),
            ("web $A *\n\nweb $B *", "line 3 has the same name as line 1"),
            ("web $A *\neu $A 1", "line 2 has the same key as line 1"),
        ] {
            let sentence = parse(text).unwrap_err();
            assert!(sentence.contains(part) && sentence.contains("expected "), "{text}: {sentence}");
            assert!(!sentence.contains("aaaa") && !sentence.contains("kkkk"), "{sentence}");
        }
        let (name, key) = ("n".repeat(LONGEST_NAME), "k".repeat(LONGEST_KEY));
        assert!(parse(&format!("{name} {key} *")).is_ok());
    }

    #[test]
    fn nothing_shows_a_key() {
        let shown = format!("{:?}", parse("web $A 7").unwrap());
        assert_eq!(shown, "Keys([Key { name: \"web\", titles: These([7]), .. }])");
    }

    #[test]
    fn a_file_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        std::fs::write(path, format!("\u{feff}web {A} *\n")).unwrap();
        assert_eq!(Keys::read(path).unwrap().0.len(), 1);
        std::fs::write(path, b"web \xff *").unwrap();
        assert_eq!(Keys::read(path).unwrap_err(), "is no text in UTF-8; expected it saved as UTF-8");
        assert!(Keys::read("/nowhere/keys").unwrap_err().starts_with("could not be read ("));
    }
}

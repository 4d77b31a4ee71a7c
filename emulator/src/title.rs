//! The title id in a path.

/// The journal's place for requests whose path names no valid title. No title has this id.
pub const NO_TITLE: u32 = 0;

/// Which titles a setting is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Titles {
    /// All of them, and requests of no title too.
    All,
    /// The one with this id; with [`NO_TITLE`], requests of no title.
    One(u32),
}

impl From<u32> for Titles {
    fn from(title_id: u32) -> Self {
        Self::One(title_id)
    }
}

/// Reads a title id: decimal, 1 to 4294967295, written the one way that a number is written.
pub(crate) fn parse(text: &str) -> Option<u32> {
    let title_id: u32 = text.parse().ok()?;
    // Rust's reading also takes "+7" and "007".
    let canonical = !text.starts_with(['+', '0']);
    canonical.then_some(title_id)
}

/// The title that a path of the service (`/titles/{title id}/...`) is about.
pub(crate) fn of_path(path: &str) -> Option<u32> {
    let rest = path.strip_prefix("/titles/")?;
    let title_id = rest.split('/').next()?;
    parse(title_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_id_is_a_plain_positive_number_of_32_bits() {
        assert_eq!(parse("1"), Some(1));
        assert_eq!(parse("4294967295"), Some(u32::MAX));
        for wrong in ["", "0", "+7", "-7", "007", "4294967296", "7a", " 7", "%37", "٣"] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_title_is_the_second_segment_of_the_path() {
        assert_eq!(of_path("/titles/7/invites/server"), Some(7));
        assert_eq!(of_path("/titles/7"), Some(7));
        for stray in ["/", "/titles", "/titles/", "/titles//invites", "/title/7/invites", "*"] {
            assert_eq!(of_path(stray), None, "{stray:?}");
        }
    }
}

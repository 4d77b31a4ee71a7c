//! What is wrong with a body, and where in it.

use std::fmt;

/// A rule that was broken. The place is put together on the way out of nested checks, so that the
/// checks themselves carry none.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Such as `recentPlayerGroups[3].recentPlayers[0].id`; empty for the body as a whole.
    place: String,
    what: String,
}

impl Problem {
    /// A problem with the value at hand. `what` completes a sentence that starts with its place.
    pub fn here(what: impl Into<String>) -> Self {
        Self { place: String::new(), what: what.into() }
    }

    /// The same problem, seen from the object that has the value in a field.
    pub fn in_field(self, name: &str) -> Self {
        let joint = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        Self { place: format!("{name}{joint}{}", self.place), ..self }
    }

    /// The same problem, seen from the list that has the value as an element.
    pub fn in_element(self, index: usize) -> Self {
        self.in_field(&format!("[{index}]"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() { "the body" } else { &self.place };
        write!(f, "{place} {}", self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_reads_like_an_expression() {
        let problem = Problem::here("must be a string")
            .in_field("id")
            .in_element(0)
            .in_field("recentPlayers")
            .in_element(3)
            .in_field("recentPlayerGroups");
        let expected = "recentPlayerGroups[3].recentPlayers[0].id must be a string";
        assert_eq!(problem.to_string(), expected);
    }

    #[test]
    fn a_list_in_a_list_has_two_indices() {
        let problem = Problem::here("is wrong").in_element(1).in_element(2).in_field("rows");
        assert_eq!(problem.to_string(), "rows[2][1] is wrong");
    }

    #[test]
    fn a_problem_of_the_whole_body_says_so() {
        assert_eq!(Problem::here("is wrong").to_string(), "the body is wrong");
    }
}

//! Xbox user ids as the service wants them: decimal digits in a JSON string, never a number.

use std::fmt::Display;

use serde::ser::{Serialize, SerializeSeq, Serializer};

use crate::outcome::{Outcome, Result};

pub struct Xuid(pub u64);

impl Serialize for Xuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(itoa::Buffer::new().format(self.0))
    }
}

pub struct Xuids<'a>(pub &'a [u64]);

impl Serialize for Xuids<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.0.len()))?;
        for xuid in self.0 {
            sequence.serialize_element(&Xuid(*xuid))?;
        }
        sequence.end()
    }
}

/// Refuses the first zero, naming it as `field[index]`.
pub fn check(xuids: &[u64], field: impl Display) -> Result<()> {
    match xuids.iter().position(|xuid| *xuid == 0) {
        None => Ok(()),
        Some(index) => Err(Outcome::invalid(format!(
            "{field}[{index}] is 0, which is no XUID; nothing was sent. Leave out players whose XUID is unknown."
        ))),
    }
}

//! Xbox user ids as the service wants them: decimal digits in a JSON string, never a number.

use serde::ser::{Serialize, SerializeSeq, Serializer};

pub struct Xuid(pub u64);

impl Serialize for Xuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(itoa::Buffer::new().format(self.0))
    }
}

pub struct Xuids<'a>(pub &'a [u64]);

impl Serialize for Xuids<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.0.len()))?;
        for xuid in self.0 {
            sequence.serialize_element(&Xuid(*xuid))?;
        }
        sequence.end()
    }
}

/// Refuses the first zero, which is no XUID, by its index.
pub fn check(xuids: &[u64]) -> Result<(), usize> {
    xuids.iter().position(|xuid| *xuid == 0).map_or(Ok(()), Err)
}

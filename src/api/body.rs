//! Request bodies: JSON.

use serde::Serialize;

use crate::outcome::{Outcome, Result};

pub fn json_body(value: &impl Serialize, capacity: usize) -> Result<Vec<u8>> {
    let mut body = Vec::with_capacity(capacity);
    write_json(value, &mut body)?;
    Ok(body)
}

/// A body that is an object with one array, which `write` fills.
pub fn array_body(name: &str, write: impl FnOnce(&mut Array) -> Result<()>) -> Result<Vec<u8>> {
    let mut array = Array { body: [b"{\"", name.as_bytes(), b"\":["].concat(), is_empty: true };
    write(&mut array)?;
    array.body.extend_from_slice(b"]}");
    Ok(array.body)
}

/// An array to which items are appended.
pub struct Array {
    body: Vec<u8>,
    is_empty: bool,
}

impl Array {
    /// Makes room for about so many bytes.
    pub fn reserve(&mut self, length: usize) {
        self.body.reserve(length + b"]}".len());
    }

    pub fn push(&mut self, item: &impl Serialize) -> Result<()> {
        self.separate();
        write_json(item, &mut self.body)
    }

    /// Appends an item that is JSON already.
    pub fn push_json(&mut self, item: &str) {
        self.separate();
        self.body.extend_from_slice(item.as_bytes());
    }

    fn separate(&mut self) {
        if !std::mem::replace(&mut self.is_empty, false) {
            self.body.push(b',');
        }
    }
}

fn write_json(value: &impl Serialize, body: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(body, value).map_err(|error| {
        Outcome::internal(format!(
            "The request could not be written as JSON ({error}); nothing was sent. Please report this."
        ))
    })
}

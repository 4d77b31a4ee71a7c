//! Keys, certificates and PKCS#12 files are nested fields in DER: reading them one after the other.

use der::{Decode as _, Header, Reader as _, SliceReader, Tag, TagNumber};

/// Fields that are not there, or not what they must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

pub type Result<T> = std::result::Result<T, Damaged>;

impl From<der::Error> for Damaged {
    fn from(_: der::Error) -> Self {
        Damaged
    }
}

/// What is left of some fields.
#[derive(Clone, Debug)]
pub struct Fields<'a>(SliceReader<'a>);

impl<'a> Fields<'a> {
    pub fn new(content: &'a [u8]) -> Result<Self> {
        Ok(Fields(SliceReader::new(content)?))
    }

    /// The fields of a document that is a sequence. What follows it is passed over: some tools end a
    /// file with a line break.
    pub fn of(document: &'a [u8]) -> Result<Self> {
        Fields::new(document)?.sequence()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_finished()
    }

    pub fn next_is(&self, tag: Tag) -> bool {
        Header::peek(&self.0).is_ok_and(|header| header.tag() == tag)
    }

    /// The content of the next field, which must have this tag.
    pub fn next(&mut self, tag: Tag) -> Result<&'a [u8]> {
        let header = Header::decode(&mut self.0)?;
        if header.tag() != tag {
            return Err(Damaged);
        }
        Ok(self.0.read_slice(header.length())?)
    }

    pub fn optional(&mut self, tag: Tag) -> Result<Option<&'a [u8]>> {
        if self.next_is(tag) { self.next(tag).map(Some) } else { Ok(None) }
    }

    pub fn sequence(&mut self) -> Result<Fields<'a>> {
        Fields::new(self.next(Tag::Sequence)?)
    }

    /// What is inside a field with this number around it, if it is the next one.
    pub fn numbered(&mut self, number: u32) -> Result<Option<Fields<'a>>> {
        self.optional(numbered(number))?.map(Fields::new).transpose()
    }

    /// The next field as it is, with its tag and length.
    pub fn whole(&mut self) -> Result<&'a [u8]> {
        Ok(self.0.tlv_bytes()?)
    }

    pub fn number(&mut self) -> Result<u32> {
        Ok(u32::decode(&mut self.0)?)
    }

    /// The bytes of a bit string that has whole ones.
    pub fn bits(&mut self) -> Result<&'a [u8]> {
        match self.next(Tag::BitString)? {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(Damaged),
        }
    }

    /// An identifier, and what belongs to it.
    pub fn algorithm(&mut self) -> Result<(&'a [u8], Fields<'a>)> {
        let mut fields = self.sequence()?;
        Ok((fields.next(Tag::ObjectIdentifier)?, fields))
    }
}

pub fn numbered(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

//! Keys, certificates and PKCS#12 files are nested elements in DER: reading them one after the other.

use der::asn1::ObjectIdentifier;
use der::{Decode as _, Header, Reader as _, SliceReader, Tag, TagNumber};

/// Elements that are not there, or not what they must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

pub type Result<T> = std::result::Result<T, Malformed>;

impl From<der::Error> for Malformed {
    fn from(_: der::Error) -> Self {
        Malformed
    }
}

/// The elements that have not been read yet.
#[derive(Clone, Debug)]
pub struct DerReader<'a>(SliceReader<'a>);

impl<'a> DerReader<'a> {
    pub fn new(elements: &'a [u8]) -> Result<Self> {
        Ok(DerReader(SliceReader::new(elements)?))
    }

    /// The elements of a document that is a sequence. What follows it is passed over: some tools end a
    /// file with a line break.
    pub fn of(document: &'a [u8]) -> Result<Self> {
        DerReader::new(document)?.sequence()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_finished()
    }

    pub fn next_is(&self, tag: Tag) -> bool {
        Header::peek(&self.0).is_ok_and(|header| header.tag() == tag)
    }

    /// The content of the next element, which must have this tag.
    pub fn content(&mut self, tag: Tag) -> Result<&'a [u8]> {
        let header = Header::decode(&mut self.0)?;
        if header.tag() != tag {
            return Err(Malformed);
        }
        Ok(self.0.read_slice(header.length())?)
    }

    pub fn optional(&mut self, tag: Tag) -> Result<Option<&'a [u8]>> {
        if self.next_is(tag) { self.content(tag).map(Some) } else { Ok(None) }
    }

    pub fn sequence(&mut self) -> Result<DerReader<'a>> {
        DerReader::new(self.content(Tag::Sequence)?)
    }

    /// What is inside a constructed element with this context-specific tag, if it is the next one.
    pub fn context_specific(&mut self, number: u32) -> Result<Option<DerReader<'a>>> {
        self.optional(context_specific(number))?.map(DerReader::new).transpose()
    }

    /// The next element as it is, with its tag and length.
    pub fn element(&mut self) -> Result<&'a [u8]> {
        Ok(self.0.tlv_bytes()?)
    }

    pub fn number(&mut self) -> Result<u32> {
        Ok(u32::decode(&mut self.0)?)
    }

    pub fn object_identifier(&mut self) -> Result<ObjectIdentifier> {
        Ok(ObjectIdentifier::decode(&mut self.0)?)
    }

    /// The bytes of a bit string that has whole ones.
    pub fn bit_string(&mut self) -> Result<&'a [u8]> {
        match self.content(Tag::BitString)? {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(Malformed),
        }
    }

    /// An algorithm, and its parameters.
    pub fn algorithm(&mut self) -> Result<(ObjectIdentifier, DerReader<'a>)> {
        let mut elements = self.sequence()?;
        Ok((elements.object_identifier()?, elements))
    }
}

pub fn context_specific(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

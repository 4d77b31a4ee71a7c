//! What is to be known of an X.509 certificate (RFC 5280): until when it is valid, whose key it is
//! for, and who issued it.

use std::time::SystemTime;

use der::asn1::{GeneralizedTime, UtcTime};
use der::{Decode as _, Tag};

use super::super::fields::{Damaged, Fields, Result, numbered};

#[derive(Clone, Copy)]
pub struct Facts<'a> {
    pub valid_from: SystemTime,
    pub valid_until: SystemTime,
    /// With its algorithm, as DER.
    pub public_key: &'a [u8],
    subject: &'a [u8],
    issuer: &'a [u8],
}

impl<'a> Facts<'a> {
    pub fn read(certificate: &'a [u8]) -> Result<Self> {
        let mut fields = Fields::of(certificate)?.sequence()?;
        // The version is left out of the oldest certificates.
        fields.optional(numbered(0))?;
        let _serial_number = fields.next(Tag::Integer)?;
        let _signature_algorithm = fields.sequence()?;
        let issuer = fields.whole()?;
        let mut validity = fields.sequence()?;
        let (valid_from, valid_until) = (time(&mut validity)?, time(&mut validity)?);
        let subject = fields.whole()?;
        Ok(Facts { valid_from, valid_until, public_key: fields.whole()?, subject, issuer })
    }

    fn issued_itself(&self) -> bool {
        self.subject == self.issuer
    }
}

/// The indices of a certificate and of those that lead from it to its authority, as far as they are
/// there. Certificates that have nothing to do with it are left out.
pub fn chain(facts: &[Facts<'_>], leaf: usize) -> Vec<usize> {
    let mut chain = vec![leaf];
    let mut last = leaf;
    while !facts[last].issued_itself() {
        let issuer =
            (0..facts.len()).find(|index| !chain.contains(index) && facts[*index].subject == facts[last].issuer);
        match issuer {
            Some(issuer) => chain.push(issuer),
            None => break,
        }
        last = chain[chain.len() - 1];
    }
    chain
}

/// Two digits for years up to 2049, four beyond.
fn time(fields: &mut Fields<'_>) -> Result<SystemTime> {
    let is_short = fields.next_is(Tag::UtcTime);
    let field = fields.whole()?;
    let time = if is_short {
        UtcTime::from_der(field).map(|time| time.to_system_time())
    } else {
        GeneralizedTime::from_der(field).map(|time| time.to_system_time())
    };
    time.map_err(|_| Damaged)
}

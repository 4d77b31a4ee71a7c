//! What a password opens in a PKCS#12 file, and the code that checks whether it is the right one.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, KeyInit, KeyIvInit as _};
use der::Tag;
use der::asn1::ObjectIdentifier;
use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use ring::hmac;
use zeroize::Zeroizing;

use super::derivation::{HashBudget, Password, Purpose, Salted, iterations, pbkdf2};
use super::{Locked, algorithm};
use crate::encoding::der_reader::DerReader;

/// Whether the MAC over `content` was made with this password. `mac_data`: the MacData of the file.
pub fn verify_mac(
    mac_data: &DerReader<'_>,
    content: &[u8],
    password: &Password,
    budget: &mut HashBudget,
) -> Result<bool, Locked> {
    let mut fields = mac_data.clone();
    let mut info = fields.sequence()?;
    let (hash, mut parameters) = info.algorithm()?;
    let code = info.content(Tag::OctetString)?;
    let (algorithm, key) = if hash == algorithm::PBMAC1 {
        pbmac1(parameters.sequence()?, password, budget)?
    } else {
        let salt = fields.content(Tag::OctetString)?;
        let iterations = if fields.is_empty() { std::num::NonZeroU32::MIN } else { iterations(&mut fields)? };
        let (hash, algorithm) = match hash {
            algorithm::SHA1 => (&SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
            algorithm::SHA256 => (&digest::SHA256, hmac::HMAC_SHA256),
            algorithm::SHA384 => (&digest::SHA384, hmac::HMAC_SHA384),
            algorithm::SHA512 => (&digest::SHA512, hmac::HMAC_SHA512),
            other => return Err(Locked::Unsupported(other)),
        };
        let key = Salted { hash, salt, iterations }.key(Purpose::Mac, hash.output_len(), password, budget)?;
        (algorithm, key)
    };
    Ok(hmac::verify(&hmac::Key::new(algorithm, &key), content, code).is_ok())
}

/// RFC 9579: PBKDF2 and an HMAC. The salt and the iterations beside it mean nothing.
fn pbmac1(
    mut parameters: DerReader<'_>,
    password: &Password,
    budget: &mut HashBudget,
) -> Result<(hmac::Algorithm, Zeroizing<Vec<u8>>), Locked> {
    let (derivation, mut derivation_parameters) = parameters.algorithm()?;
    let algorithm = match parameters.algorithm()?.0 {
        algorithm::HMAC_SHA1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        algorithm::HMAC_SHA256 => hmac::HMAC_SHA256,
        algorithm::HMAC_SHA384 => hmac::HMAC_SHA384,
        algorithm::HMAC_SHA512 => hmac::HMAC_SHA512,
        other => return Err(Locked::Unsupported(other)),
    };
    if derivation != algorithm::PBKDF2 {
        return Err(Locked::Unsupported(derivation));
    }
    Ok((algorithm, pbkdf2(&mut derivation_parameters, None, password, budget)?))
}

/// Decrypts as an algorithm with its parameters says.
pub fn decrypt(
    (algorithm, mut parameters): (ObjectIdentifier, DerReader<'_>),
    ciphertext: &[u8],
    password: &Password,
    budget: &mut HashBudget,
) -> Result<Zeroizing<Vec<u8>>, Locked> {
    let (key_length, cipher): (usize, Decrypt) = match algorithm {
        algorithm::PBES2 => return decrypt_pbes2(parameters.sequence()?, ciphertext, password, budget),
        algorithm::SHA1_RC2_40 => (5, decrypt_cbc::<rc2::Rc2>),
        algorithm::SHA1_RC2_128 => (16, decrypt_cbc::<rc2::Rc2>),
        algorithm::SHA1_3DES_3_KEYS => (24, decrypt_cbc::<des::TdesEde3>),
        algorithm::SHA1_3DES_2_KEYS => (16, decrypt_cbc::<des::TdesEde2>),
        other => return Err(Locked::Unsupported(other)),
    };
    let mut parameters = parameters.sequence()?;
    let salt = parameters.content(Tag::OctetString)?;
    let salted = Salted { hash: &SHA1_FOR_LEGACY_USE_ONLY, salt, iterations: iterations(&mut parameters)? };
    let key = salted.key(Purpose::Encryption, key_length, password, budget)?;
    let iv = salted.key(Purpose::Iv, 8, password, budget)?;
    cipher(&key, &iv, ciphertext)
}

fn decrypt_pbes2(
    mut parameters: DerReader<'_>,
    ciphertext: &[u8],
    password: &Password,
    budget: &mut HashBudget,
) -> Result<Zeroizing<Vec<u8>>, Locked> {
    let (derivation, mut derivation_parameters) = parameters.algorithm()?;
    let (cipher, mut cipher_parameters) = parameters.algorithm()?;
    if derivation != algorithm::PBKDF2 {
        return Err(Locked::Unsupported(derivation));
    }
    let (key_length, cipher): (usize, Decrypt) = match cipher {
        algorithm::AES_128_CBC => (16, decrypt_cbc::<aes::Aes128>),
        algorithm::AES_192_CBC => (24, decrypt_cbc::<aes::Aes192>),
        algorithm::AES_256_CBC => (32, decrypt_cbc::<aes::Aes256>),
        algorithm::DES_EDE3_CBC => (24, decrypt_cbc::<des::TdesEde3>),
        other => return Err(Locked::Unsupported(other)),
    };
    let iv = cipher_parameters.content(Tag::OctetString)?;
    let key = pbkdf2(&mut derivation_parameters, Some(key_length), password, budget)?;
    cipher(&key, iv, ciphertext)
}

type Decrypt = fn(&[u8], &[u8], &[u8]) -> Result<Zeroizing<Vec<u8>>, Locked>;

fn decrypt_cbc<C: BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    iv: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Locked> {
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).map_err(|_| Locked::Malformed)?;
    let mut plaintext = Zeroizing::new(ciphertext.to_vec());
    let length = cipher.decrypt_padded::<Pkcs7>(&mut plaintext).map_err(|_| Locked::WrongPassword)?.len();
    plaintext.truncate(length);
    Ok(plaintext)
}

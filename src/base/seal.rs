//! The master key: what secrets that must be read again are sealed with, and what this server's own tokens are signed with.
//! It is never in the database.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256, Sha512};

use super::dice::Dice;
use super::error::{Error, Result};
use super::text::{hex, unhex};

/// 32 random bytes.
#[derive(Clone)]
pub struct Master([u8; 32]);

impl fmt::Debug for Master {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Master {
    /// A new one.
    pub fn new(dice: &Dice) -> Self {
        let mut bytes = [0; 32];
        dice.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self> {
        let bytes = unhex(text.trim()).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| Error::invalid("a master key is 64 hexadecimal digits"))
    }

    /// The key as 64 hexadecimal digits, to be kept.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// Tells this key from others and says nothing about it.
    pub fn check(&self) -> String {
        hex(&self.mac("check", b"")[..16])
    }

    /// Seals a secret; it opens only for the same `purpose`, such as the table and row it stands in.
    pub fn seal(&self, purpose: &str, secret: &str, dice: &Dice) -> Result<String> {
        let mut nonce = [0; NONCE_LEN];
        dice.fill(&mut nonce);
        let mut text = secret.as_bytes().to_vec();
        self.aead()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut text)
            .map_err(|_| Error::broken("a secret could not be sealed"))?;
        Ok(hex(&nonce) + &hex(&text))
    }

    /// Opens what [`Master::seal`] sealed.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<String> {
        let broken = || Error::broken("a sealed secret does not open: it was sealed with another master key");
        let bytes = unhex(sealed).ok_or_else(broken)?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let (nonce, mut text) =
            (Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?, text.to_vec());
        let open =
            self.aead()?.open_in_place(nonce, Aad::from(purpose), &mut text).map_err(|_| broken())?.to_vec();
        String::from_utf8(open).map_err(|_| broken())
    }

    /// A signature of ours over a message; one of another purpose never fits.
    pub fn mac(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        sign(&sign(&self.0, purpose.as_bytes()), message)
    }

    fn aead(&self) -> Result<LessSafeKey> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &self.mac("seal", b""));
        key.map(LessSafeKey::new).map_err(|_| Error::broken("no key to seal with"))
    }
}

/// An HMAC-SHA256 of a message that comes in pieces.
#[derive(Clone, Debug)]
pub struct Signer(Hmac<Sha256>);

impl Signer {
    /// Begins a signature.
    pub fn new(key: &[u8]) -> Self {
        let Ok(mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else {
            unreachable!("HMAC takes keys of any length");
        };
        Self(mac)
    }

    /// The next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The signature.
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }
}

/// HMAC-SHA256.
pub fn sign(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut signer = Signer::new(key);
    signer.update(message);
    signer.finish()
}

/// HMAC-SHA512.
pub fn sign512(key: &[u8], message: &[u8]) -> [u8; 64] {
    // A key of any length will do.
    let Ok(mut signer) = Hmac::<Sha512>::new_from_slice(key) else { return [0; 64] };
    signer.update(message);
    signer.finalize().into_bytes().into()
}

/// A SHA-256 of bytes that come in pieces.
#[derive(Clone, Debug, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// The next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The hash in hexadecimal digits.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// SHA-256 in hexadecimal digits.
pub fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    use subtle::ConstantTimeEq;
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let dice = Dice::seeded(1);
        let (mine, other) = (Master::new(&dice), Master::new(&dice));
        let sealed = mine.seal("api_key 7", "s3cret", &dice).unwrap();
        assert!(!sealed.contains("s3cret"));
        assert_eq!(mine.open("api_key 7", &sealed).unwrap(), "s3cret");
        assert_ne!(mine.seal("api_key 7", "s3cret", &dice).unwrap(), sealed, "each has a nonce of its own");
        let mut torn = sealed.clone().into_bytes();
        torn[40] ^= 1;
        for (master, purpose, text) in [
            (&other, "api_key 7", sealed.as_str()),
            (&mine, "api_key 8", &sealed),
            (&mine, "api_key 7", std::str::from_utf8(&torn).unwrap()),
            (&mine, "api_key 7", ""),
            (&mine, "api_key 7", "zz"),
        ] {
            assert!(master.open(purpose, text).is_err(), "{purpose} {text}");
        }
        assert_eq!(Master::from_hex(&mine.to_hex()).unwrap().check(), mine.check());
        assert_ne!(other.check(), mine.check());
        assert_eq!(format!("{mine:?}"), "[redacted]");
    }

    #[test]
    fn signs_as_the_standard_says() {
        // RFC 4231, test case 2.
        assert_eq!(
            hex(&sign(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}

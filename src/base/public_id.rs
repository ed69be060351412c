//! Ids for dialects whose ids are words: a prefix and 24 characters of 0-9 and a-z, such as `prd_0x3k…`. They are a row's number and what
//! proves it, and stand nowhere: another row's, another kind's or another database's is none. Not secret, yet nobody can count by them.

use std::fmt;

use super::seal::{Signer, same};

/// Characters after the prefix: 120 bits, of 124 that would fit.
const LENGTH: usize = 24;
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// What ids of sites begin with.
pub const SITE: &str = "site";
/// Bytes that prove an id.
const PROOF: usize = 7;

/// How ids of one database are written. What it is made of must stay what it is for as long as the database: shipped programs hold the ids.
#[derive(Clone)]
pub struct PublicIds(Signer);

impl fmt::Debug for PublicIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicIds")
    }
}

impl PublicIds {
    /// Ids by a database's own salt.
    pub fn new(salt: &str) -> Self {
        Self(Signer::new(salt.as_bytes()))
    }

    /// What proves a message to be of this database.
    pub(super) fn sign(&self, message: &[u8]) -> [u8; 32] {
        let mut signer = self.0.clone();
        signer.update(message);
        signer.finish()
    }

    /// The id of row `id` of a kind, which its prefix tells.
    pub fn write(&self, prefix: &str, id: i64) -> String {
        let proof = self.proof(prefix, id);
        let mut number = 0_u128;
        for byte in proof.iter().chain(&self.veiled(prefix, proof, id).to_be_bytes()) {
            number = number << 8 | u128::from(*byte);
        }
        let mut digits = [b'0'; LENGTH];
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS[(number % 36) as usize];
            number /= 36;
        }
        format!("{prefix}_{}", String::from_utf8_lossy(&digits))
    }

    /// The number in an id of this kind, if it is one.
    pub fn read(&self, prefix: &str, text: &str) -> Option<i64> {
        let digits = text.strip_prefix(prefix)?.strip_prefix('_').filter(|digits| digits.len() == LENGTH)?;
        let mut number = 0_u128;
        for digit in digits.bytes() {
            let value = DIGITS.iter().position(|known| *known == digit)?;
            number = number.checked_mul(36)?.checked_add(value as u128)?;
        }
        let bytes = number.to_be_bytes();
        let (ahead, rest) = bytes.split_first_chunk::<1>()?;
        let (proof, veiled) = rest.split_first_chunk::<PROOF>()?;
        let id = self.veiled(prefix, *proof, i64::from_be_bytes(veiled.try_into().ok()?));
        (*ahead == [0] && same(&self.proof(prefix, id), proof)).then_some(id)
    }

    fn proof(&self, prefix: &str, id: i64) -> [u8; PROOF] {
        let mut proof = [0; PROOF];
        proof.copy_from_slice(&self.sign(format!("{prefix} {id}").as_bytes())[..PROOF]);
        proof
    }

    /// A row's number under a veil that its proof gives; the same again lifts it.
    fn veiled(&self, prefix: &str, proof: [u8; PROOF], id: i64) -> i64 {
        let mut message = format!("{prefix} veil ").into_bytes();
        message.extend_from_slice(&proof);
        let mut veil = [0; 8];
        veil.copy_from_slice(&self.sign(&message)[..8]);
        id ^ i64::from_be_bytes(veil)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written_and_nothing_else_is() {
        let ids = PublicIds::new("salt");
        for id in [1, 2, 1_000, i64::MAX, 0, -1] {
            let text = ids.write("prd", id);
            assert_eq!(text.len(), 28, "{text}");
            assert!(text[4..].bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()), "{text}");
            assert_eq!(ids.read("prd", &text), Some(id));
            assert_eq!(ids.read("var", &text), None);
            assert_eq!(ids.read("var", &text.replace("prd", "var")), None, "a kind is proved too");
            assert_eq!(PublicIds::new("pepper").read("prd", &text), None);
        }
        let text = ids.write("prd", 7);
        for at in 4..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(ids.read("prd", std::str::from_utf8(&other).unwrap()), None, "at {at}");
        }
        for bad in [
            "",
            "prd_",
            "prd",
            "prd_zzzzzzzzzzzzzzzzzzzzzzzz",
            &text[..27],
            &format!("{text}0"),
            "prd_ÄÄÄÄÄÄÄÄÄÄÄÄ",
        ] {
            assert_eq!(ids.read("prd", bad), None, "{bad}");
        }
    }
}

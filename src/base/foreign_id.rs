//! Ids in the forms that other systems' programs expect: UUIDs, seven letters and digits, thirteen or forty hexadecimal digits. All can
//! be read again; they are made of a row's number and a database's own salt, and stand nowhere.

use super::dice::BASE62;
use super::public_id::PublicIds;
use super::seal::same;
use super::text::{hex, unhex};

/// Bits of a number in seven letters and digits, of which there are more than 2⁴¹.
const SHORT: u32 = 40;
/// Characters that hold them.
const SHORT_LENGTH: usize = 7;
/// Bits of a number in thirteen hexadecimal digits.
const HEX13: u32 = 52;
/// Bytes in forty hexadecimal digits.
const HEX40: usize = 20;
/// Rounds of a Feistel network that nobody has to break.
const ROUNDS: u8 = 4;
/// Bytes that prove a UUID, and those of the number.
const PROOF: usize = 7;

impl PublicIds {
    /// A UUID for row `id` of a kind, in the form of version 4. It proves itself: another kind's or database's is none.
    pub fn uuid(&self, kind: &str, id: i64) -> String {
        let proof = self.uuid_proof(kind, id);
        let mut payload = 0_u128;
        for byte in proof.iter().chain(&(id ^ self.uuid_veil(kind, proof)).to_be_bytes()) {
            payload = payload << 8 | u128::from(*byte);
        }
        // 48 bits, the version, 12 bits, the variant, 62 bits.
        let bits = (payload >> 74) << 80
            | 4 << 76
            | ((payload >> 62) & 0xfff) << 64
            | 2 << 62
            | payload & ((1 << 62) - 1);
        let hex = format!("{bits:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// The row of such a UUID, if it is one.
    pub fn of_uuid(&self, kind: &str, text: &str) -> Option<i64> {
        let is_dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
        let fits =
            text.len() == 36 && text.bytes().enumerate().all(|(at, byte)| is_dash(at) == (byte == b'-'));
        let bits = u128::from_str_radix(&text.replace('-', ""), 16).ok().filter(|_| fits)?;
        let payload = (bits >> 80) << 74 | ((bits >> 64) & 0xfff) << 62 | bits & ((1 << 62) - 1);
        let bytes = payload.to_be_bytes();
        let (ahead, rest) = bytes.split_first_chunk::<1>()?;
        let (proof, veiled) = rest.split_first_chunk::<PROOF>()?;
        let id = i64::from_be_bytes(veiled.try_into().ok()?) ^ self.uuid_veil(kind, *proof);
        let is_whole = *ahead == [0] && self.uuid(kind, id).eq_ignore_ascii_case(text);
        is_whole.then_some(id)
    }

    /// Seven letters and digits for row `id` of a kind.
    pub fn short(&self, kind: &str, id: i64) -> String {
        let mut number = self.mix(kind, SHORT, id.cast_unsigned());
        let mut digits = [b'0'; SHORT_LENGTH];
        for digit in digits.iter_mut().rev() {
            *digit = BASE62[(number % 62) as usize];
            number /= 62;
        }
        String::from_utf8_lossy(&digits).into_owned()
    }

    /// The row that seven letters and digits may mean; whether there is one is for a look to tell.
    pub fn of_short(&self, kind: &str, text: &str) -> Option<i64> {
        if text.len() != SHORT_LENGTH {
            return None;
        }
        let mut number = 0_u64;
        for digit in text.bytes() {
            number = number * 62 + BASE62.iter().position(|known| *known == digit)? as u64;
        }
        (number >> SHORT == 0).then(|| self.unmix(kind, SHORT, number).cast_signed())
    }

    /// Thirteen hexadecimal digits for row `id` of a kind.
    pub fn hex13(&self, kind: &str, id: i64) -> String {
        format!("{:013x}", self.mix(kind, HEX13, id.cast_unsigned()))
    }

    /// The row that thirteen hexadecimal digits may mean; whether there is one is for a look to tell.
    pub fn of_hex13(&self, kind: &str, text: &str) -> Option<i64> {
        let fits = text.len() == 13 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let number = u64::from_str_radix(text, 16).ok().filter(|_| fits)?;
        Some(self.unmix(kind, HEX13, number).cast_signed())
    }

    /// Forty hexadecimal digits for row `id` of a kind: twelve bytes that prove it, and the number under a veil that they give.
    pub fn hex40(&self, kind: &str, id: i64) -> String {
        let proof = self.hex40_proof(kind, id);
        let veiled = id ^ self.hex40_veil(kind, &proof);
        hex(&[&proof[..], &veiled.to_be_bytes()].concat())
    }

    /// The row of such digits, if they are any.
    pub fn of_hex40(&self, kind: &str, text: &str) -> Option<i64> {
        let bytes = unhex(text).filter(|bytes| bytes.len() == HEX40)?;
        let (proof, veiled) = bytes.split_at(HEX40 - 8);
        let id = i64::from_be_bytes(veiled.try_into().ok()?) ^ self.hex40_veil(kind, proof);
        same(self.hex40(kind, id).as_bytes(), text.as_bytes()).then_some(id)
    }

    fn hex40_proof(&self, kind: &str, id: i64) -> [u8; HEX40 - 8] {
        let mut proof = [0; HEX40 - 8];
        proof.copy_from_slice(&self.sign(format!("{kind} hash {id}").as_bytes())[..HEX40 - 8]);
        proof
    }

    fn hex40_veil(&self, kind: &str, proof: &[u8]) -> i64 {
        let mut message = format!("{kind} hash veil ").into_bytes();
        message.extend_from_slice(proof);
        let mut veil = [0; 8];
        veil.copy_from_slice(&self.sign(&message)[..8]);
        i64::from_be_bytes(veil)
    }

    fn uuid_proof(&self, kind: &str, id: i64) -> [u8; PROOF] {
        let mut proof = [0; PROOF];
        proof.copy_from_slice(&self.sign(format!("{kind} uuid {id}").as_bytes())[..PROOF]);
        proof
    }

    fn uuid_veil(&self, kind: &str, proof: [u8; PROOF]) -> i64 {
        let mut message = format!("{kind} uuid veil ").into_bytes();
        message.extend_from_slice(&proof);
        let mut veil = [0; 8];
        veil.copy_from_slice(&self.sign(&message)[..8]);
        i64::from_be_bytes(veil)
    }

    /// Another number of so many bits for each number of so many bits.
    fn mix(&self, kind: &str, bits: u32, number: u64) -> u64 {
        let (half, mask) = (bits / 2, (1_u64 << (bits / 2)) - 1);
        let (mut left, mut right) = ((number >> half) & mask, number & mask);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.round(kind, bits, round, right) & mask);
        }
        left << half | right
    }

    /// The number that [`Self::mix`] made another of.
    fn unmix(&self, kind: &str, bits: u32, number: u64) -> u64 {
        let (half, mask) = (bits / 2, (1_u64 << (bits / 2)) - 1);
        let (mut left, mut right) = ((number >> half) & mask, number & mask);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.round(kind, bits, round, left) & mask, left);
        }
        left << half | right
    }

    fn round(&self, kind: &str, bits: u32, round: u8, half: u64) -> u64 {
        let mut word = [0; 8];
        word.copy_from_slice(&self.sign(format!("{kind} {bits} {round} {half}").as_bytes())[..8]);
        u64::from_be_bytes(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_form_is_read_as_it_was_written() {
        let (ids, other) = (PublicIds::new("salt"), PublicIds::new("pepper"));
        let mut seen = HashSet::new();
        for id in (1..2_000).chain([1 << 20, (1 << 40) - 1]) {
            let (uuid, short, hex) =
                (ids.uuid("order", id), ids.short("product", id), ids.hex13("ticket", id));
            assert_eq!(ids.of_uuid("order", &uuid), Some(id), "{uuid}");
            assert_eq!(ids.of_uuid("order", &uuid.to_uppercase()), Some(id), "{uuid}");
            assert_eq!((&uuid[14..15], uuid.len()), ("4", 36));
            assert!("89ab".contains(&uuid[19..20]), "{uuid}");
            assert_eq!((ids.of_uuid("feedback", &uuid), other.of_uuid("order", &uuid)), (None, None));
            assert_eq!((ids.of_short("product", &short), short.len()), (Some(id), 7));
            assert_eq!((ids.of_hex13("ticket", &hex), hex.len()), (Some(id), 13));
            assert!(seen.insert(uuid) && seen.insert(short) && seen.insert(hex));
        }
        for id in [1, 2, i64::MAX] {
            let hash = ids.hex40("order", id);
            assert_eq!((ids.of_hex40("order", &hash), hash.len()), (Some(id), 40));
            assert_eq!((ids.of_hex40("client", &hash), other.of_hex40("order", &hash)), (None, None));
            assert_eq!(ids.of_hex40("order", &hash.replace(&hash[..1], "g")), None);
        }
        assert_ne!(ids.hex40("order", 1), ids.hex40("order", 2));
    }

    #[test]
    fn what_is_no_id_is_none() {
        let ids = PublicIds::new("salt");
        let uuid = ids.uuid("order", 7);
        for at in 0..36 {
            let mut bad = uuid.clone().into_bytes();
            bad[at] = if bad[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(ids.of_uuid("order", std::str::from_utf8(&bad).unwrap()), None, "at {at}");
        }
        for bad in [
            "",
            "ÄÄÄ",
            "zzzzzzz",
            "1234567890",
            "00000000-0000-0000-0000-000000000000",
            &uuid[1..],
            "+123456789012",
        ] {
            assert_eq!(ids.of_uuid("order", bad), None, "{bad}");
            assert_eq!(ids.of_hex13("ticket", bad), None, "{bad}");
        }
        for bad in ["", "zzzzzzz", "12345678", "ÄÄÄ1", "123-567"] {
            assert_eq!(ids.of_short("product", bad), None, "{bad}");
        }
    }
}

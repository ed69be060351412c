//! Licence keys: making them, and finding what a person meant (contract licence.md, "Key types").

use md5::{Digest, Md5};

use crate::base::dice::Dice;
use crate::base::text;
use crate::words;

/// Capital letters and digits without the look-alikes I, O, 0 and 1.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// The longest key that is stored or looked for, in bytes.
pub const LONGEST: usize = 255;

/// How new keys look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `segments` groups of `length` characters, joined by `-`.
    Standard {
        /// 2 to 10.
        segments: i64,
        /// 4 to 8.
        length: i64,
    },
    /// 32 hexadecimal digits in lower case.
    Md5,
}

/// A new key.
pub fn new(form: Form, dice: &Dice) -> String {
    match form {
        Form::Standard { segments, length } => {
            let segment =
                |_| (0..length).map(|_| char::from(ALPHABET[usize::from(dice.below(32))])).collect();
            (0..segments).map(segment).collect::<Vec<String>>().join("-")
        }
        Form::Md5 => {
            let mut bytes = [0; 32];
            dice.fill(&mut bytes);
            text::hex(&Md5::digest(bytes))
        }
    }
}

words! {
    /// What sort of key a licence has.
    Kind, "key type" {
        /// Also matches as people type it.
        Standard = "standard",
        /// Matches exactly.
        Md5 = "md5",
        /// Made elsewhere and of neither form. Matches exactly.
        Foreign = "foreign",
    }
}

/// What sort of key this is, whoever made it.
pub fn kind(key: &str) -> Kind {
    if is_standard(key) {
        Kind::Standard
    } else if key.len() == 32 && key.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        Kind::Md5
    } else {
        Kind::Foreign
    }
}

/// The standard key that a person may have meant: without the white space around it, in capitals.
/// `None` when that is no other text, or not of the standard form.
pub fn meant(typed: &str) -> Option<String> {
    let key = typed.trim().to_ascii_uppercase();
    (key != typed && is_standard(&key)).then_some(key)
}

fn is_standard(key: &str) -> bool {
    let segments: Vec<&str> = key.split('-').collect();
    let length = segments[0].len();
    (2..=10).contains(&segments.len())
        && (4..=8).contains(&length)
        && segments.iter().all(|s| s.len() == length && s.bytes().all(|b| ALPHABET.contains(&b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_keys_are_of_their_kind() {
        let dice = Dice::seeded(1);
        for segments in 2..=10 {
            for length in 4..=8 {
                let key = new(Form::Standard { segments, length }, &dice);
                assert_eq!(kind(&key), Kind::Standard, "{key}");
                assert_eq!(i64::try_from(key.len()).unwrap(), segments * (length + 1) - 1);
            }
        }
        assert_eq!(kind(&new(Form::Md5, &dice)), Kind::Md5);
        assert_eq!(kind("my own key 7"), Kind::Foreign);
        assert_eq!(kind(""), Kind::Foreign);
    }

    #[test]
    fn people_type_keys() {
        assert_eq!(meant(" abcd-efgh \n").as_deref(), Some("ABCD-EFGH"));
        assert_eq!(meant("ABCD-EFGH"), None);
        assert_eq!(meant("abcd-efg0"), None, "0 is in no standard key");
    }
}

//! Codes of six digits that an app on a phone makes out of a shared secret and the time (RFC 6238 with the values that every such app
//! takes: HMAC-SHA-1, six digits, thirty seconds). The HMAC is ring's, which is here anyway; what a library would add is eight lines, and
//! none has the part that matters here, that a code counts once.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ring::hmac;

use super::dice::Dice;
use super::seal;
use super::time::{Millis, SECOND};

/// How long a code is good for.
const STEP: Millis = 30 * SECOND;
/// Steps that a phone's clock may be off, either way (RFC 6238 5.2 recommends one at the most).
const DRIFT: i64 = 1;
/// Bytes of a secret: as many as the hash has (RFC 4226 4, R6).
const BYTES: usize = 20;

/// What the server and a phone share.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Secret {
    /// A new one.
    pub fn new(dice: &Dice) -> Self {
        let mut bytes = vec![0; BYTES];
        dice.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads what [`Secret::text`] wrote.
    pub fn read(text: &str) -> Option<Self> {
        BASE32_NOPAD.decode(text.as_bytes()).ok().map(Self)
    }

    /// As it is typed into an app: Base32.
    pub fn text(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The address in a QR code that apps take a secret from.
    pub fn address(&self, shop: &str, account: &str) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        // A colon divides the two.
        let shop = encoded(&shop.replace(':', " "));
        format!("otpauth://totp/{shop}:{}?secret={}&issuer={shop}", encoded(account), self.text())
    }

    /// The code of a step (RFC 4226 5.3).
    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let bytes = tag.as_ref();
        let at = usize::from(bytes.last().copied().unwrap_or_default() & 0xf);
        let number = bytes[at..at + 4].iter().fold(0, |number: u32, byte| number << 8 | u32::from(*byte));
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }

    /// The code that a phone shows at this instant, by its own clock.
    pub fn shown(&self, at: Millis) -> String {
        self.code(at.div_euclid(STEP))
    }

    /// The step whose code this is, of those that count now: none up to the one that was `used` last.
    pub fn step(&self, code: &str, now: Millis, used: i64) -> Option<i64> {
        let now = now.div_euclid(STEP);
        let mut steps = (now - DRIFT).max(used + 1)..=now + DRIFT;
        steps.rfind(|step| seal::same(self.code(*step).as_bytes(), code.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, whose codes have two digits more.
    const TOLD: [(Millis, &str); 6] = [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ];

    fn known() -> Secret {
        Secret(b"12345678901234567890".to_vec())
    }

    #[test]
    fn codes_are_the_standards() {
        for (at, code) in TOLD {
            assert_eq!(known().shown(at * SECOND), code[2..], "{at}");
        }
    }

    #[test]
    fn a_code_counts_once_and_one_step_around_its_time() {
        let (secret, at) = (known(), 1_111_111_111 * SECOND);
        let step = at / STEP;
        let code = secret.shown(at);
        for (now, found) in [(-2, None), (-1, Some(step)), (0, Some(step)), (1, Some(step)), (2, None)] {
            assert_eq!(secret.step(&code, at + now * STEP, 0), found, "{now}");
        }
        assert_eq!(secret.step(&code, at, step - 1), Some(step));
        assert_eq!(secret.step(&code, at, step), None, "used");
        assert_eq!(secret.step(&secret.shown(at - STEP), at, step), None, "older than the one used");
        assert_eq!(secret.step(&secret.shown(at + STEP), at, step), Some(step + 1));
        for bad in ["", "000000", &code[1..], &format!("{code}0"), "14o5o471"] {
            assert_eq!(secret.step(bad, at, 0), None, "{bad}");
        }
    }

    #[test]
    fn secrets_go_out_and_come_back() {
        let secret = Secret::new(&Dice::seeded(7));
        assert_eq!(Secret::read(&secret.text()), Some(secret.clone()));
        assert_eq!((secret.text().len(), Secret::read("not base32")), (32, None));
        let address = secret.address("Pens: & more", "mia@shop.example");
        assert!(
            address.starts_with("otpauth://totp/Pens%20%20%26%20more:mia%40shop%2Eexample?secret="),
            "{address}"
        );
        assert_eq!(format!("{secret:?}"), "[redacted]");
    }
}

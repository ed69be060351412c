//! Passwords of people: what is asked of one, and its Argon2id hash with the least that OWASP recommends: 19 MiB, two passes,
//! one lane. A hash takes tens of milliseconds: never inside a transaction, nor on a thread that serves.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

use super::dice::Dice;
use super::error::{Error, Result};

/// The fewest characters of a password.
pub const SHORTEST: usize = 12;
/// The most: longer ones would only be work for the server.
pub const LONGEST: usize = 200;
/// The hash of no password, as long in the making as any: what is looked at where nobody has the given address.
pub const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Finds a password fit to be somebody's.
pub fn check(password: &str) -> Result<()> {
    let length = password.chars().count();
    let wrong = |why: String| Err(Error::invalid(why).about("password"));
    if length < SHORTEST {
        return wrong(format!("the password is shorter than {SHORTEST} characters"));
    }
    if length > LONGEST {
        return wrong(format!("the password is longer than {LONGEST} characters"));
    }
    if password.contains('\0') {
        return wrong("the password has the character NUL in it".into());
    }
    Ok(())
}

/// The hash of a password that is fit, in Argon2's own notation.
pub fn hash(password: &str, dice: &Dice) -> Result<String> {
    check(password)?;
    let mut salt = [0; 16];
    dice.fill(&mut salt);
    let cannot = |e: &dyn std::fmt::Display| Error::broken(format!("a password cannot be hashed: {e}"));
    let params = Params::new(19_456, 2, 1, None).map_err(|e| cannot(&e))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon.hash_password_with_salt(password.as_bytes(), &salt).map_err(|e| cannot(&e))?;
    Ok(hash.to_string())
}

/// Whether `hash` is this password's. One that could be nobody's is as long in the looking.
pub fn is(password: &str, hash: &str) -> bool {
    let looked_at = if check(password).is_ok() { password } else { "" };
    let fits = Argon2::default().verify_password(looked_at.as_bytes(), hash).is_ok();
    fits && looked_at == password && !password.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_its_passwords_alone() {
        let dice = Dice::seeded(3);
        let hashed = hash("correct horse battery", &dice).unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert!(is("correct horse battery", &hashed));
        assert!(!is("correct horse batterz", &hashed) && !is("", &hashed));
        assert_ne!(hash("correct horse battery", &dice).unwrap(), hashed, "each has a salt of its own");
        assert!(!is("correct horse battery", NOBODYS) && !is("", NOBODYS));
    }

    #[test]
    fn what_is_asked_of_a_password() {
        for bad in ["", "elevenchars", &"x".repeat(201), "twelve\0chars!"] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
        for good in ["twelve chars", "ÄÖÜäöüßéèêñç", &"x".repeat(200)] {
            assert!(check(good).is_ok(), "{good}");
        }
    }
}

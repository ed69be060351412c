//! Recovery codes: what somebody signs in with whose phone is gone. Each is good once. They are known by what the master key makes of
//! them, so that who has the table alone cannot try them.

use serde_json::json;

use super::audit::{self, Action};
use super::person::Person;
use crate::base::error::Result;
use crate::base::seal::Master;
use crate::base::text::hex;
use crate::store::Tx;
use crate::values;

/// How many there are.
const CODES: usize = 10;
/// Letters and digits of one: 60 bits.
const LENGTH: usize = 12;
/// What they are made of: nothing that looks like something else.
const DIGITS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Makes new codes, which are not shown again; the old ones are good for nothing.
pub fn renew(tx: &mut Tx<'_>, person: &Person, master: &Master) -> Result<Vec<String>> {
    forget(tx, person.id)?;
    let mut codes = Vec::new();
    for _ in 0..CODES {
        let code: String =
            (0..LENGTH).map(|_| char::from(DIGITS[usize::from(tx.dice().below(32))])).collect();
        let mac = mac(person.id, &code, master);
        tx.exec("insert into recovery_code (person_id, code_mac) values ($1, $2)", values![person.id, &mac])?;
        codes.push(format!("{}-{}-{}", &code[..4], &code[4..8], &code[8..]));
    }
    audit::created(tx, person.shop(), Action::PersonRecoveryCodesMade, person.id, &json!({}))?;
    Ok(codes)
}

/// Whether a code is one of somebody's; it is used up by that.
pub fn spend(tx: &mut Tx<'_>, person: &Person, code: &str, master: &Master) -> Result<bool> {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    if code.len() != LENGTH {
        return Ok(false);
    }
    let mac = mac(person.id, &code.to_ascii_lowercase(), master);
    let sql = "delete from recovery_code where person_id = $1 and code_mac = $2";
    if tx.exec(sql, values![person.id, &mac])? == 0 {
        return Ok(false);
    }
    let left = left(tx, person.id)?;
    audit::created(tx, person.shop(), Action::PersonRecoveryCodeUsed, person.id, &json!({"left": left}))?;
    Ok(true)
}

/// How many are left.
pub fn left(tx: &mut Tx<'_>, person_id: i64) -> Result<i64> {
    tx.one("select count(*) from recovery_code where person_id = $1", values![person_id], |row| row.get(0))
}

/// Makes all of somebody's good for nothing.
pub fn forget(tx: &mut Tx<'_>, person_id: i64) -> Result<()> {
    tx.exec("delete from recovery_code where person_id = $1", values![person_id]).map(|_| ())
}

fn mac(person_id: i64, code: &str, master: &Master) -> String {
    hex(&master.mac("recovery code", format!("{person_id} {code}").as_bytes()))
}

//! Signed links to a download: short-lived, bound to a purchase, and good as long as its gates stand open.

use crate::base::seal::{self, Master};
use crate::base::text::{hex, unhex};
use crate::base::time::{Millis, SECOND};

/// How long a link is good for (contract platform.md, "purchases").
pub const LIFE: Millis = 600 * SECOND;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The purchase it is bound to.
    pub purchase_id: i64,
    /// The release it is of.
    pub release_id: i64,
    /// The file's handle.
    pub file: String,
    /// The last instant it is good at.
    pub expires_at: Millis,
}

impl Link {
    /// The token in its address.
    pub fn write(&self, master: &Master) -> String {
        let body = self.body();
        format!("{body}-{}", hex(&mac(&body, master)))
    }

    /// The link that a token says, if it is one of ours.
    pub fn read(token: &str, master: &Master) -> Option<Self> {
        let (body, digits) = token.rsplit_once('-')?;
        if !seal::same(&mac(body, master), &unhex(digits)?) {
            return None;
        }
        let mut parts = body.split('-');
        let link = Self {
            purchase_id: parts.next()?.parse().ok()?,
            release_id: parts.next()?.parse().ok()?,
            file: parts.next()?.to_owned(),
            expires_at: parts.next()?.parse().ok()?,
        };
        (link.body() == body).then_some(link)
    }

    fn body(&self) -> String {
        format!("{}-{}-{}-{}", self.purchase_id, self.release_id, self.file, self.expires_at)
    }
}

fn mac(body: &str, master: &Master) -> Vec<u8> {
    master.mac("download", body.as_bytes())[..16].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::dice::Dice;

    #[test]
    fn only_our_own_are_read() {
        let dice = Dice::seeded(9);
        let master = Master::new(&dice);
        let link =
            Link { purchase_id: 7, release_id: 3, file: "file_Ab0".into(), expires_at: 1_700_000_000_000 };
        let token = link.write(&master);
        assert_eq!(Link::read(&token, &master), Some(link));
        for bad in [
            token.replacen('7', "8", 1),
            token.replace("Ab0", "Ab1"),
            format!("0{token}"),
            token[1..].to_owned(),
            String::new(),
        ] {
            assert_eq!(Link::read(&bad, &master), None, "{bad}");
        }
        assert_eq!(Link::read(&token, &Master::new(&dice)), None);
    }
}

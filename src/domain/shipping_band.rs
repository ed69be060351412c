//! Bands of a way of shipping as people write them: `PRT=500`, `PRT:0-2000=500`, `any:0-2000:5900-=0`: a country or any, grams, what the lines are
//! worth in minor units, and the price in minor units.

use std::fmt;
use std::str::FromStr;

use super::shipping::Band;
use crate::base::error::{Error, Result};

/// How any country is written.
const ANY: &str = "any";

/// `from-to`, where the last may be left out.
fn range(text: &str) -> Option<(i64, Option<i64>)> {
    let (from, to) = text.split_once('-')?;
    let to = if to.is_empty() { None } else { Some(to.parse().ok()?) };
    Some((from.parse().ok()?, to))
}

fn read(text: &str) -> Option<Band> {
    let (to, price) = text.trim().rsplit_once('=')?;
    let mut parts = to.split(':').map(str::trim);
    let country = parts.next()?;
    let weight = parts.next().map_or(Some((0, None)), range)?;
    let worth = parts.next().map_or(Some((0, None)), range)?;
    Some(Band {
        country: if country == ANY { String::new() } else { country.to_ascii_uppercase() },
        min_weight_g: weight.0,
        max_weight_g: weight.1,
        min_minor: worth.0,
        max_minor: worth.1,
        price_minor: price.trim().parse().ok()?,
    })
}

impl FromStr for Band {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        read(text).ok_or_else(|| {
            Error::invalid(format!("'{text}' is not like PRT=500, PRT:0-2000=500 or any:0-2000:5900-=0"))
                .about("bands")
        })
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |from: i64, to: Option<i64>| {
            format!("{from}-{}", to.map(|to| to.to_string()).unwrap_or_default())
        };
        f.write_str(if self.country.is_empty() { ANY } else { &self.country })?;
        let (weight, worth) =
            (range(self.min_weight_g, self.max_weight_g), range(self.min_minor, self.max_minor));
        match (weight.as_str(), worth.as_str()) {
            ("0-", "0-") => {}
            (weight, "0-") => write!(f, ":{weight}")?,
            (weight, worth) => write!(f, ":{weight}:{worth}")?,
        }
        write!(f, "={}", self.price_minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_read_as_people_write_them() {
        let free: Band = "any:0-2000:5900-=0".parse().unwrap();
        assert_eq!(
            (free.country.as_str(), free.max_weight_g, free.min_minor, free.max_minor),
            ("", Some(2_000), 5_900, None)
        );
        assert_eq!(
            "prt=500".parse::<Band>().unwrap(),
            Band { country: "PRT".into(), price_minor: 500, ..Band::default() }
        );
        for written in ["any:0-2000:5900-=0", "PRT=500", "PRT:0-2000=500", "DEU:0-:0-99=1"] {
            assert_eq!(written.parse::<Band>().unwrap().to_string(), written);
        }
        for bad in ["", "PRT", "PRT=", "PRT:5=1", "PRT:a-b=1"] {
            assert!(bad.parse::<Band>().is_err(), "{bad}");
        }
    }
}

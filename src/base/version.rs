//! Versions of a product's releases.

use semver::Version;

/// The `longversion` proposed for a version: major·10000 + minor·100 + patch (contract licence.md, "Update check").
/// `None` when the version is not of that form, has a part of 100 or more below the first, or is a pre-release:
/// the formula would collide, so the publisher must choose a number.
pub fn proposed_longversion(version: &str) -> Option<i64> {
    let padded = match version.matches('.').count() {
        0 => format!("{version}.0.0"),
        1 => format!("{version}.0"),
        _ => version.to_owned(),
    };
    let v = Version::parse(&padded).ok()?;
    if !v.pre.is_empty() || v.minor > 99 || v.patch > 99 || v.major > 99_999_999 {
        return None;
    }
    i64::try_from(v.major * 10_000 + v.minor * 100 + v.patch).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposes() {
        let cases = [
            ("1.2.0", Some(10_200)),
            ("1.2", Some(10_200)),
            ("3", Some(30_000)),
            ("1.2.0+build.7", Some(10_200)),
            ("1.100.0", None),
            ("1.2.0-beta.1", None),
            ("r17", None),
            ("", None),
            ("99999999999999999999.0.0", None),
        ];
        for (version, expected) in cases {
            assert_eq!(proposed_longversion(version), expected, "{version}");
        }
    }
}

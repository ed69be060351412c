//! The header `Range` (RFC 9110, section 14).

/// More ranges than so many are not worth their heads: the whole is sent.
const MOST: usize = 16;

/// What to send of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Whole,
    /// From the first to the last byte of each, both included, in the order they were asked for.
    Parts(Vec<(u64, u64)>),
    /// Nothing of what was asked for is there.
    None,
}

/// Reads the header for a content of `length` bytes. What is no range of bytes asks for the whole, as the standard wants it.
pub fn read(header: &str, length: u64) -> Wanted {
    let Some((unit, list)) = header.split_once('=') else { return Wanted::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Wanted::Whole;
    }
    let mut parts = Vec::new();
    let mut asked = 0;
    for range in list.split(',').map(str::trim).filter(|range| !range.is_empty()) {
        asked += 1;
        match part(range, length) {
            Some(Some(part)) => parts.push(part),
            Some(None) => {}
            None => return Wanted::Whole,
        }
    }
    let bytes: u64 = parts.iter().map(|(first, last)| last - first + 1).sum();
    match parts.len() {
        // Many small or overlapping ranges cost more than all of it.
        _ if asked > MOST || bytes > length => Wanted::Whole,
        0 if asked == 0 => Wanted::Whole,
        0 => Wanted::None,
        _ => Wanted::Parts(parts),
    }
}

/// One range: `None` if it is none, `Some(None)` if it lies beyond the end.
#[expect(clippy::option_option, reason = "no range, a range of nothing, a range: three answers")]
fn part(range: &str, length: u64) -> Option<Option<(u64, u64)>> {
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let (first, last) = range.split_once('-')?;
    if first.is_empty() {
        let suffix = number(last)?.min(length);
        return Some((suffix > 0).then(|| (length - suffix, length - 1)));
    }
    let first = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    if last < first {
        return None;
    }
    Some((first < length).then(|| (first, last.min(length - 1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_standard_says() {
        let parts = |list: &[(u64, u64)]| Wanted::Parts(list.to_vec());
        for (header, wanted) in [
            ("bytes=0-499", parts(&[(0, 499)])),
            ("bytes=500-", parts(&[(500, 999)])),
            ("bytes=-500", parts(&[(500, 999)])),
            ("bytes=-5000", parts(&[(0, 999)])),
            ("bytes=999-99999999999999999999999", parts(&[(999, 999)])),
            ("Bytes = 0-0, -1", parts(&[(0, 0), (999, 999)])),
            ("bytes=500-600,0-10", parts(&[(500, 600), (0, 10)])),
            ("bytes=0-0,5000-", parts(&[(0, 0)])),
            ("bytes=1000-", Wanted::None),
            ("bytes=-0", Wanted::None),
            ("bytes=", Wanted::Whole),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=0-1,x", Wanted::Whole),
            ("bytes=--1", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("items=0-1", Wanted::Whole),
            ("0-1", Wanted::Whole),
            ("bytes=0-999,0-999", Wanted::Whole),
            ("bytes=0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0", Wanted::Whole),
        ] {
            assert_eq!(read(header, 1_000), wanted, "{header}");
        }
        assert_eq!(read("bytes=0-", 0), Wanted::None);
    }
}

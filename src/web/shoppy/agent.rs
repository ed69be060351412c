//! From where, and by which program, somebody ordered: as far as their address, their country and their browser's own word tell.

use serde::Serialize;

use crate::domain::address;
use crate::domain::sale_facts::Facts;

/// From where, and by what.
#[derive(Serialize)]
pub struct Agent {
    geo: Geo,
    data: Data,
}

#[derive(Serialize)]
struct Geo {
    ip: Option<String>,
    iso_code: Option<String>,
    country: Option<String>,
    city: Option<String>,
    state: Option<String>,
    state_name: Option<String>,
    postal_code: Option<String>,
    lat: i64,
    lon: i64,
    timezone: Option<String>,
    continent: Option<String>,
    currency: Option<String>,
    /// Nobody looked the address up.
    default: bool,
}

#[derive(Serialize)]
struct Data {
    is_mobile: bool,
    is_tablet: bool,
    is_desktop: bool,
    platform: Option<&'static str>,
    browser: Browser,
    device: Device,
}

#[derive(Serialize)]
struct Browser {
    name: Option<&'static str>,
    version: Option<String>,
}

#[derive(Serialize)]
struct Device {
    name: Option<&'static str>,
}

/// What platforms call themselves by, and are called; those that name others behind them first.
const PLATFORMS: [(&str, &str); 6] = [
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "OS X"),
    ("Linux", "Linux"),
];
/// As [`PLATFORMS`], of browsers.
const BROWSERS: [(&str, &str); 5] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];

impl Agent {
    pub fn of(facts: &Facts) -> Self {
        let place = facts.billing.as_ref().unwrap_or(&facts.delivery);
        let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let geo = Geo {
            ip: facts.ip.clone(),
            iso_code: country_code(facts),
            country: said(place.country_name()),
            city: said(&place.city),
            state: None,
            state_name: None,
            postal_code: said(&place.zip_code),
            lat: 0,
            lon: 0,
            timezone: None,
            continent: None,
            currency: None,
            default: true,
        };
        Self { geo, data: data(facts.user_agent.as_deref().unwrap_or_default()) }
    }
}

/// The country of an order in two letters.
pub fn country_code(facts: &Facts) -> Option<String> {
    let place = facts.billing.as_ref().unwrap_or(&facts.delivery);
    address::country(&place.country_code).ok().map(|country| country.alpha2.to_owned())
}

fn data(said: &str) -> Data {
    let known =
        |names: &[(&'static str, &'static str)]| names.iter().copied().find(|(mark, _)| said.contains(mark));
    let (platform, browser) = (known(&PLATFORMS), known(&BROWSERS));
    let version = browser.and_then(|(mark, _)| {
        let behind = said.split_once(mark)?.1;
        behind.split([' ', ';', ')']).next().map(str::to_owned)
    });
    let is_tablet = said.contains("iPad") || said.contains("Tablet");
    let is_mobile = is_tablet || said.contains("Mobi") || said.contains("Android");
    Data {
        is_mobile,
        is_tablet,
        is_desktop: !is_mobile && platform.is_some(),
        platform: platform.map(|(_, name)| name),
        browser: Browser { name: browser.map(|(_, name)| name), version },
        device: Device { name: platform.map(|(mark, _)| mark).filter(|mark| mark.starts_with("iP")) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_tell_what_they_are() {
        let told = data(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/62.0.3202.94 Safari/537.36",
        );
        assert_eq!((told.platform, told.browser.name), (Some("Windows"), Some("Chrome")));
        assert_eq!(told.browser.version.as_deref(), Some("62.0.3202.94"));
        assert!(told.is_desktop && !told.is_mobile);
        let told = data(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1",
        );
        assert_eq!(
            (told.platform, told.browser.name, told.device.name),
            (Some("iOS"), Some("Safari"), Some("iPhone"))
        );
        assert!(told.is_mobile && !told.is_desktop);
        let told = data("");
        assert!(!told.is_desktop && !told.is_mobile && told.platform.is_none());
    }
}

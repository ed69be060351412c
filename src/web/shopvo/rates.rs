//! How often a key may call: by its plan, and less where the document says so ("Rate Limits").

use std::net::IpAddr;

use crate::config::Config;
use crate::domain::caller::{Caller, Credential};
use crate::domain::plan::Allowance;
use crate::web::rates::{Rates, Standing};

/// Routes that have a limit of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// `/checkout`.
    Checkout,
    /// `/orders`.
    Orders,
    /// `/products?search=`.
    Search,
    /// `/promotions/validate`, which asks for no key.
    Validate,
}

/// Who is counted: by plan a key, and for a class of routes a key and an address; without a key an address alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// A key.
    Key(Credential),
    /// Somebody behind a key.
    One(Credential, IpAddr, Class),
    /// Anybody.
    Anybody(IpAddr, Class),
}

/// How often everybody has called lately.
#[derive(Default)]
pub struct Shared {
    rates: Rates<Counted>,
}

impl Class {
    /// The class of a route, if it has one.
    pub fn of(path: &str, query: &str) -> Option<Self> {
        let is_search = || query.split('&').any(|pair| pair.starts_with("search=") && pair != "search=");
        match path {
            "/checkout" => Some(Self::Checkout),
            "/orders" | "/orders/{order}" => Some(Self::Orders),
            "/promotions/validate" => Some(Self::Validate),
            "/products" if is_search() => Some(Self::Search),
            _ => None,
        }
    }

    /// Requests a minute; 0 is no limit but the plan's.
    fn minute(self, config: &Config) -> u32 {
        match self {
            Self::Checkout => config.shopvo_checkout_rate,
            Self::Orders => config.shopvo_orders_rate,
            Self::Search | Self::Validate => config.shopvo_search_rate,
        }
    }
}

impl Shared {
    /// Counts a request at `now` (nanoseconds of a monotonic clock): how its caller stands, by whichever limit is nearer.
    pub fn take(
        &self,
        caller: Option<&Caller>,
        address: IpAddr,
        class: Option<Class>,
        config: &Config,
        now: u64,
    ) -> Option<Standing> {
        let by_plan = caller
            .map(|caller| self.rates.take(Counted::Key(caller.credential), caller.plan.allowance(), now));
        if by_plan.is_some_and(|standing| standing.wait.is_some()) {
            return by_plan;
        }
        let Some((class, minute)) =
            class.map(|class| (class, class.minute(config))).filter(|(_, minute)| *minute > 0)
        else {
            return by_plan;
        };
        let counted = match caller {
            Some(caller) => Counted::One(caller.credential, address, class),
            None => Counted::Anybody(address, class),
        };
        Some(self.rates.take(counted, Allowance { minute, hour: u32::MAX, burst: minute }, now))
    }
}

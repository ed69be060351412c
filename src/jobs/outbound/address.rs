//! The addresses a name leads to: all of them are looked at before anything connects.

use std::net::SocketAddr;
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Failure;
use crate::base::global_address::is_permitted;

type Boxed = Box<dyn std::error::Error + Send + Sync>;

/// Resolves names for the HTTP client, which connects to nothing but what it is given here.
pub struct Resolver(pub Arc<[IpNet]>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0.clone();
        Box::pin(async move {
            let found = addresses(name.as_str(), &allowed).await;
            found.map(|all| Box::new(all.into_iter()) as Addrs).map_err(Boxed::from)
        })
    }
}

async fn addresses(name: &str, allowed: &[IpNet]) -> Result<Vec<SocketAddr>, Failure> {
    // Port 0 stands for the URL's own.
    let found = tokio::net::lookup_host((name, 0)).await.map_err(|_| Failure::NoAddress)?;
    judged(found.collect(), allowed)
}

/// All or nothing: a name with one foot inside is no name for a webhook.
fn judged(found: Vec<SocketAddr>, allowed: &[IpNet]) -> Result<Vec<SocketAddr>, Failure> {
    if found.is_empty() {
        return Err(Failure::NoAddress);
    }
    if found.iter().all(|address| is_permitted(address.ip(), allowed)) {
        Ok(found)
    } else {
        Err(Failure::NotPublic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()
    }

    #[test]
    fn one_address_inside_refuses_the_name() {
        let mixed = found(&["8.8.8.8", "10.0.0.1"]);
        assert_eq!(judged(mixed.clone(), &[]), Err(Failure::NotPublic));
        assert_eq!(judged(mixed.clone(), &["10.0.0.0/8".parse().unwrap()]), Ok(mixed));
        assert_eq!(judged(found(&["2606:4700::1", "::ffff:127.0.0.1"]), &[]), Err(Failure::NotPublic));
        assert_eq!(judged(Vec::new(), &[]), Err(Failure::NoAddress));
        let public = found(&["8.8.8.8", "2606:4700::1"]);
        assert_eq!(judged(public.clone(), &[]), Ok(public));
    }

    #[tokio::test]
    async fn the_client_is_told_why() {
        let closed = Resolver(Arc::default());
        let e = closed.resolve("localhost".parse().unwrap()).await.err().unwrap();
        assert_eq!(e.downcast_ref::<Failure>(), Some(&Failure::NotPublic));
    }
}

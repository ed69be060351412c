//! Licence records looked up recently, kept in memory: a shipped app asks about the same licence again and again.
//!
//! A kept record is used only while [`Changes`] vouches for it, so a check shows every change that was acknowledged
//! before it began, exactly as one that asks the database.

use std::net::IpAddr;
use std::sync::Arc;

use quick_cache::sync::Cache;

use super::activation::{self, Checked, Judged, Verdict};
use super::ladder::{self, Claim, Record};
use crate::base::error::Result;
use crate::store::{Changes, Shown, Store, Together};

/// The most activations kept of one licence.
const LIVE: usize = 8;

/// Recently used records, by the key as it was sent.
#[derive(Debug)]
pub struct Recent {
    kept: Cache<Box<str>, Arc<Kept>>,
    /// Where nothing may be kept, every check is a look.
    looks: Together<(Claim, Option<i64>), Judged<Checked>>,
}

#[derive(Debug)]
struct Kept {
    /// Without an activation.
    record: Record,
    /// Live activations that were asked about, the latest last, and where they were activated from.
    live: Vec<(i64, IpAddr)>,
    /// The latest change before all of it was looked up.
    noted: u64,
}

impl Recent {
    /// Keeps at most so many licences, which take memory as they are asked about.
    pub fn new(most: usize) -> Self {
        Self { kept: Cache::new(most), looks: Together::new(activation::check_each) }
    }

    /// [`activation::check`], from memory where that is as good.
    pub async fn check(&self, store: &Store, claim: Claim, usage_id: Option<i64>) -> Verdict<Checked> {
        Ok(self.judge(store, claim, usage_id).await?.verdict)
    }

    /// As [`Recent::check`], and tells what it was about.
    pub async fn judge(&self, store: &Store, claim: Claim, usage_id: Option<i64>) -> Result<Judged<Checked>> {
        let Some((changes, now)) = store.changes() else {
            return self.looks.ask(store, (claim, usage_id)).await;
        };
        if let Some(record) = self.known(changes, &claim.key, usage_id) {
            return Ok(activation::judged(Some(&record), &claim, now));
        }
        let noted = changes.latest();
        let key = claim.key.clone();
        let found = store.peek(move |tx| ladder::find(tx, &key, usage_id)).await?;
        let judged = activation::judged(found.as_ref(), &claim, now);
        if let Some(record) = found {
            self.keep(changes, claim.key.into(), usage_id, record, noted);
        }
        Ok(judged)
    }

    fn known(&self, changes: &Changes, key: &str, usage_id: Option<i64>) -> Option<Record> {
        let kept = self.good(changes, key)?;
        let live = |usage_id| kept.live.iter().find(|(id, _)| *id == usage_id);
        let activated_from = match usage_id {
            // One that is not live is rarely asked about twice.
            Some(usage_id) => Some(live(usage_id)?.1),
            None => None,
        };
        Some(Record { activated_from, ..kept.record.clone() })
    }

    fn keep(&self, changes: &Changes, key: Box<str>, usage_id: Option<i64>, mut record: Record, noted: u64) {
        let (mut live, mut since) = (Vec::new(), noted);
        if let Some(kept) = self.good(changes, &key) {
            live.clone_from(&kept.live);
            // Whoever was slow may come with what was before a change that the kept record shows already.
            since = noted.min(kept.noted);
        }
        if let Some(seen) = usage_id.zip(record.activated_from.take()) {
            live.retain(|(id, _)| *id != seen.0);
            if live.len() == LIVE {
                live.remove(0);
            }
            live.push(seen);
        }
        self.kept.insert(key, Arc::new(Kept { record, live, noted: since }));
    }

    fn good(&self, changes: &Changes, key: &str) -> Option<Arc<Kept>> {
        self.kept.get(key).filter(|k| changes.none_since(k.noted, shown(&k.record)))
    }
}

fn shown(record: &Record) -> Shown {
    let Record { licence_id, purchase_id, customer_id, product_id, .. } = *record;
    Shown { licence_id, purchase_id, customer_id, product_id }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ladder::Refusal;
    use crate::domain::{customer, licence, policy, product, shop};
    use crate::store::{Options, Place, Tx};

    fn sold(tx: &mut Tx<'_>) -> Result<String> {
        let change = product::Change {
            title: Some("Editor".into()),
            policy: policy::Change { api_enabled: Some(true), ..Default::default() },
            ..Default::default()
        };
        let shop = shop::Shop::live(tx)?;
        let product_id = product::new(tx, shop, &change)?.id;
        let customer = customer::Change { email: Some("ana@customer.example".into()), ..Default::default() };
        Ok(licence::issue(tx, shop, &licence::Draft { product_id, customer, ..Default::default() })?.key)
    }

    async fn a_slow_look_comes_late(store: &Store) {
        let recent = Recent::new(10);
        let key = store.write("sell", sold).await.unwrap();
        let claim = Claim {
            key: key.clone(),
            identifier: None,
            address: [192, 0, 2, 1].into(),
            named_address: None,
            rules: ladder::IpRules::default(),
        };
        let (changes, _) = store.changes().unwrap();
        let noted = changes.latest();
        let of = key.clone();
        let before = store.peek(move |tx| ladder::find(tx, &of, None)).await.unwrap().unwrap();
        store
            .write("suspend", |tx| tx.exec("update licence set identifier_mode = 'email'", &[]))
            .await
            .unwrap();
        let refused = Err(Refusal::BadKeyOrIdentifier);
        assert_eq!(recent.check(store, claim.clone(), None).await.unwrap(), refused);
        recent.keep(changes, key.into(), None, before, noted);
        assert_eq!(recent.check(store, claim, None).await.unwrap(), refused, "the change was acknowledged");
    }

    #[test]
    fn what_was_seen_before_a_change_never_counts_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Options::new(Place::Folder(folder.path().to_owned()))).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            tokio::select! {
                biased;
                ended = store.attend() => ended.unwrap(),
                () = a_slow_look_comes_late(&store) => {}
            }
        });
    }
}

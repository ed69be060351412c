//! Keys of every kind that a dialect may be called with.

use keywright::base::seal::Master;
use keywright::domain::api_key::{self, Draft};
use keywright::domain::carried::Source;
use keywright::domain::plan::Plan;
use keywright::domain::scope::Scope;
use keywright::domain::shop::{Mode, Shop};
use keywright::store::{Store, Tx};
use keywright::values;

use super::{Engine, block_on};

/// Who may come. A look may show a tenth of a second late what another process made, but not behind a commit of the server's own: let it make
/// something before any of them is tried.
pub struct Keys {
    /// By the scope that each lacks; it has all others.
    narrow: Vec<(Scope, String)>,
    /// No key, or none that is good: who has it, and it.
    pub bad: Vec<(&'static str, String)>,
    /// Good, but not from this machine's address.
    pub elsewhere: String,
    /// Good, for rows that are not those of the live shop.
    pub others: [(&'static str, String); 2],
    /// Made in the system that the dialect is of, and let in here.
    pub adopted: &'static str,
}

impl Keys {
    /// Makes them beside a server; `adopted` is let in as one of `source`, and `foreign` as one of another system.
    pub fn make(
        engine: &Engine,
        source: Source,
        other: Source,
        [adopted, foreign]: [&'static str; 2],
    ) -> Self {
        let master = std::fs::read_to_string(engine.folder.path().join("master.key")).unwrap();
        let master = Master::from_hex(master.trim()).unwrap();
        let store = engine.system_store();
        let live = |tx: &mut Tx<'_>| Shop::live(tx);
        let make = |what: &Making| made(&store, &master, what);
        let shop = block_on(store.read(live)).unwrap();
        let all = Making { shop, scopes: Scope::ALL.to_vec(), networks: Vec::new() };
        let [expired, revoked] = [(); 2].map(|()| make(&all));
        let elsewhere = make(&Making { networks: vec!["198.51.100.0/24".parse().unwrap()], ..all.clone() });
        let test = make(&Making { shop: Shop { mode: Mode::Test, ..shop }, ..all.clone() });
        let site =
            "insert into site (title, currency, created_at) values ('Other shop', 'EUR', 0) returning id";
        let site_id =
            block_on(store.write("site", move |tx| tx.one(site, &[], |row| row.get::<i64>(0)))).unwrap();
        let other_site = make(&Making { shop: Shop { site_id, ..shop }, ..all.clone() });
        let unknown = unknown(&all);
        let ended = [expired.clone(), revoked.clone()].map(|key| key[8..16].to_owned());
        let key = master.clone();
        block_on(store.write("end", move |tx| {
            tx.exec("update api_key set expires_at = 1 where name = $1", values![&ended[0]])?;
            api_key::revoke(tx, &ended[1])?;
            api_key::adopt(tx, shop, source, adopted, "From before", &key)?;
            api_key::adopt(tx, shop, other, foreign, "From elsewhere", &key)
        }))
        .unwrap();
        let bad = vec![
            ("no key", String::new()),
            ("garbage", "let-me-in".to_owned()),
            ("an unknown key", unknown),
            ("a key of another system", foreign.to_owned()),
            ("an expired key", expired),
            ("a revoked key", revoked),
        ];
        let others = [("a test key", test), ("another site's key", other_site)];
        let lacking = |scope: Scope| {
            let scopes = Scope::ALL.iter().copied().filter(|one| ![scope, Scope::AdminAll].contains(one));
            (scope, make(&Making { scopes: scopes.collect(), ..all.clone() }))
        };
        let narrow = Scope::ALL.iter().copied().map(lacking).collect();
        Self { narrow, bad, elsewhere, others, adopted }
    }

    /// A live key that may do all but this.
    pub fn without(&self, scope: Scope) -> &str {
        &self.narrow.iter().find(|(lacks, _)| *lacks == scope).unwrap().1
    }
}

#[derive(Clone)]
struct Making {
    shop: Shop,
    scopes: Vec<Scope>,
    networks: Vec<ipnet::IpNet>,
}

fn made(store: &Store, master: &Master, what: &Making) -> String {
    let (master, what) = (master.clone(), what.clone());
    let draft = Draft {
        title: "made".into(),
        scopes: what.scopes,
        plan: Plan::Enterprise,
        must_sign: false,
        networks: what.networks,
        expires_at: None,
    };
    block_on(store.write("make key", move |tx| api_key::new(tx, what.shop, &draft, &master))).unwrap().token
}

/// A key as keys are, made where nobody here knows it.
fn unknown(what: &Making) -> String {
    let stranger = Engine::sqlite();
    let (store, _) = stranger.store();
    made(&store, &Master::from_hex(&"07".repeat(32)).unwrap(), what)
}

//! Whatever is done with orders, cards, credit, points, coupons and refunds, in whatever order: the money adds up after each step.

use keywright::base::dice::Dice;
use keywright::domain::loyalty::{self, Program};
use keywright::domain::shop::{Mode, Shop};
use keywright::store::Store as Rows;
use keywright::values;
use serde_json::{Value, json};

use super::{Store, id};
use crate::support::block_on;

const STEPS: usize = 600;

/// What must never be: its name, and how many rows there are of it.
const NEVER: &[(&str, &str)] = &[
    (
        "a card that is not the sum of its entries",
        "select count(*) from gift_card g where balance_minor <> \
         (select coalesce(sum(delta_minor), 0) from gift_card_entry e where e.gift_card_id = g.id)",
    ),
    (
        "credit that is not the sum of its entries",
        "select count(*) from store_credit c where balance_minor <> \
         (select coalesce(sum(delta_minor), 0) from store_credit_entry e where e.customer_id = c.customer_id)",
    ),
    (
        "points that are not the sum of their entries",
        "select count(*) from loyalty c where points <> \
         (select coalesce(sum(delta), 0) from loyalty_entry e where e.customer_id = c.customer_id)",
    ),
    (
        "something below nothing",
        "select (select count(*) from gift_card where balance_minor < 0) + (select count(*) from store_credit where balance_minor < 0) \
         + (select count(*) from loyalty where points < 0 or earned < 0) \
         + (select count(*) from sale where paid_minor < 0 or refunded_minor < 0 or refunded_minor > paid_minor)",
    ),
    (
        "an order whose payments are not what it was paid",
        "select count(*) from sale s where paid_minor <> \
         (select coalesce(sum(amount_minor), 0) from payment p where p.sale_id = s.id and p.status = 'paid') \
         or refunded_minor <> (select coalesce(-sum(amount_minor), 0) from payment p where p.sale_id = s.id and p.status = 'refunded')",
    ),
    (
        "an order that does not add up",
        "select count(*) from sale where total_minor <> subtotal_minor - discount_minor + shipping_minor + tax_minor",
    ),
    (
        "an order in a state that its money is not in",
        "select count(*) from sale where (paid_at is not null) <> (payment_status <> 'unpaid') \
         or paid_at is null and total_minor > 0 and paid_minor >= total_minor or paid_at is not null and paid_minor < total_minor \
         or payment_status = 'paid' and refunded_minor <> 0 \
         or payment_status = 'partially_refunded' and (refunded_minor = 0 or refunded_minor = paid_minor) \
         or payment_status = 'refunded' and refunded_minor <> paid_minor",
    ),
    (
        "more given back to a balance, or in money, than came off it",
        "select count(*) from (select sale_id from payment where status <> 'declined' group by sale_id, balance, gift_card_id \
         having sum(amount_minor) < 0) as back",
    ),
    (
        "a cancelled order that keeps something off a balance",
        "select count(*) from (select p.sale_id from payment p join sale s on s.id = p.sale_id \
         where s.canceled_at is not null and p.balance is not null group by p.sale_id having sum(p.amount_minor) <> 0) as kept",
    ),
    (
        "an order and a card that tell of different sums",
        "select count(*) from (select p.sale_id, p.gift_card_id from payment p where p.balance = 'gift_card' \
         group by p.sale_id, p.gift_card_id having sum(p.amount_minor) <> (select -sum(e.delta_minor) from gift_card_entry e \
         where e.sale_id = p.sale_id and e.gift_card_id = p.gift_card_id)) as differ",
    ),
    (
        "an order and credit that tell of different sums",
        "select count(*) from (select p.sale_id from payment p where p.balance = 'store_credit' \
         group by p.sale_id having sum(p.amount_minor) <> (select -sum(e.delta_minor) from store_credit_entry e \
         where e.sale_id = p.sale_id)) as differ",
    ),
    (
        "points that an order kept or gave twice when it was undone",
        "select count(*) from (select e.sale_id from loyalty_entry e join sale s on s.id = e.sale_id \
         where s.canceled_at is not null or s.payment_status = 'refunded' \
         group by e.sale_id, s.total_minor having sum(e.delta) < 0 or sum(e.delta) > s.total_minor / 100) as undone",
    ),
    (
        "a coupon that is not used as often as orders hold it",
        "select count(*) from coupon c where used <> (select count(*) from sale s where s.coupon_id = c.id \
         and (s.canceled_at is null or s.paid_at is not null))",
    ),
    (
        "a purchase of an order that is not paid, or is undone",
        "select count(*) from purchase p join sale_line l on l.id = p.sale_line_id join sale s on s.id = l.sale_id \
         where p.status = 'active' and (s.paid_at is null or s.canceled_at is not null or s.payment_status = 'refunded' and s.paid_minor > 0)",
    ),
    (
        "a live order that was paid off a card of test mode",
        "select count(*) from payment p join sale s on s.id = p.sale_id join gift_card g on g.id = p.gift_card_id \
         where s.is_test <> g.is_test",
    ),
];

/// What there is to take from.
struct Walk<'a> {
    store: &'a Store,
    dice: Dice,
    product: Value,
    /// Orders: their ids here, and on the platform.
    orders: Vec<(String, Value)>,
    cards: Vec<(String, String)>,
    customers: Vec<String>,
}

impl Walk<'_> {
    fn any<'v, T>(&self, of: &'v [T]) -> Option<&'v T> {
        let count = u16::try_from(of.len()).unwrap().min(256);
        // Of the latest: the others have come to their end.
        (count > 0).then(|| &of[of.len() - 1 - usize::from(self.dice.below(count.min(6)))])
    }

    fn amount(&self) -> i64 {
        [1, 99, 500, 1_000, 1_499, 2_999, 5_998, 10_000][usize::from(self.dice.below(8))]
    }

    fn is(&self) -> bool {
        self.dice.below(2) == 1
    }

    /// The order that something is for, if it is for one.
    fn maybe_order(&self, mut body: Value) -> Value {
        if self.dice.below(4) > 0
            && let Some((order, _)) = self.any(&self.orders)
        {
            body["orderId"] = order.clone().into();
        }
        body
    }

    fn place(&mut self) -> String {
        let email = ["jane@customer.example", "bob@customer.example"][usize::from(self.dice.below(2))];
        let mut body = json!({"customer": {"email": email}, "lines": [{"product_id": self.product, "quantity": 1 + self.dice.below(3)}]});
        if self.is() {
            body["coupon"] = ["HALF", "FREE", "FEW"][usize::from(self.dice.below(3))].into();
        }
        let answer = self.store.platform().call("POST", "/v1/orders", &body);
        if answer.status == 201 {
            let order = id(&self.store.api().get("/orders?limit=1")["items"][0]);
            self.orders.push((order, answer.json()["id"].clone()));
        }
        format!("place {body}: {}", answer.status)
    }

    fn money(&self, what: &str) -> String {
        let Some((_, order)) = self.any(&self.orders) else { return "no order".into() };
        let body = if self.is() || what == "cancel" {
            json!({})
        } else {
            json!({"amount": {"amount": self.amount(), "currency": "EUR"}})
        };
        let answer = self.store.platform().call("POST", &format!("/v1/orders/{order}/{what}"), &body);
        format!("{what} {order} {body}: {}", answer.status)
    }

    /// From a cart to an order, paid off whatever there is.
    fn check_out(&mut self) -> String {
        let (api, customer) = (self.store.api(), self.any(&self.customers).unwrap().clone());
        let cart = id(&api.data("POST", "/cart", &json!({"currency": "EUR", "customerId": customer})));
        let product = id(&api.get("/products")["items"][0]);
        let item = json!({"productId": product, "quantity": 1 + self.dice.below(3)});
        api.data("PATCH", &format!("/cart?cartId={cart}"), &json!({"action": "add", "item": item}));
        let session = id(&api.data("POST", "/checkout", &json!({"cartId": cart})));
        let mut payment = json!({"method": "manual", "points": self.amount()});
        payment["storeCredit"] = if self.is() { true.into() } else { self.amount().into() };
        if let Some((_, code)) = self.any(&self.cards) {
            payment["giftCardCode"] = code.clone().into();
        }
        let mut statuses = Vec::new();
        for state in ["contact", "shipping", "payment", "review", "complete"] {
            let mut body = json!({"sessionId": session, "state": state});
            if state == "payment" {
                body["payment"] = payment.clone();
            }
            let answer = api.call("PATCH", "/checkout", &body);
            statuses.push(answer.status);
            if state == "complete" && answer.status == 200 {
                let done = answer.json()["data"].clone();
                let order = self.store.order(Mode::Live, done["orderNumber"].as_str().unwrap());
                self.orders.push((done["orderId"].as_str().unwrap().to_owned(), order.into()));
            }
        }
        format!("check out {payment}: {statuses:?}")
    }

    fn call(&self, path: &str, body: &Value) -> String {
        format!("{path} {body}: {}", self.store.api().call("POST", path, body).status)
    }

    fn step(&mut self) -> String {
        match self.dice.below(16) {
            0..=2 => self.place(),
            3 => {
                let made =
                    self.store.api().data("POST", "/gift-cards", &json!({"initialBalance": self.amount()}));
                self.cards.push((id(&made), made["code"].as_str().unwrap().to_owned()));
                format!("card {made}")
            }
            4 | 5 => {
                let Some((card, _)) = self.any(&self.cards) else { return "no card".into() };
                let body = self.maybe_order(json!({"amount": self.amount()}));
                self.call(&format!("/gift-cards/{card}/redeem"), &body)
            }
            6 => {
                let body = json!({"type": "CREDIT", "amount": self.amount()});
                self.call(&format!("/store-credit/{}", self.any(&self.customers).unwrap()), &body)
            }
            7 | 8 => {
                let body = self.maybe_order(json!({"type": "DEBIT", "amount": self.amount()}));
                self.call(&format!("/store-credit/{}", self.any(&self.customers).unwrap()), &body)
            }
            9 => {
                let body = json!({"points": self.amount()});
                self.call(&format!("/loyalty/{}/award", self.any(&self.customers).unwrap()), &body)
            }
            10 | 11 => {
                let points = if self.is() { self.amount() } else { i64::from(1 + self.dice.below(200)) };
                let body = self.maybe_order(json!({"points": points}));
                self.call(&format!("/loyalty/{}/redeem", self.any(&self.customers).unwrap()), &body)
            }
            12 => self.money("pay"),
            13 => self.money("refund"),
            14 => self.money(if self.is() { "cancel" } else { "refund" }),
            _ if self.dice.below(6) == 0 => {
                let Some((card, _)) = self.any(&self.cards) else { return "no card".into() };
                let answer = self.store.api().call(
                    "PATCH",
                    &format!("/gift-cards/{card}"),
                    &json!({"status": "VOID"}),
                );
                format!("void {card}: {}", answer.status)
            }
            _ => self.check_out(),
        }
    }
}

fn count(rows: &Rows, sql: &'static str) -> i64 {
    block_on(rows.read(move |tx| tx.one(sql, values![], |row| row.get(0)))).unwrap()
}

#[test]
fn the_money_adds_up_after_every_step() {
    for store in Store::both() {
        let (api, rows) = (store.api(), store.engine.system_store());
        block_on(rows.write("program", |tx| {
            let shop = Shop::live(tx)?;
            loyalty::set_program(
                tx,
                shop,
                &Program { points_per_unit: 1, point_minor: 7, ..Program::default() },
            )
        }))
        .unwrap();
        api.product("Shirt");
        let product = store.platform().done("GET", "/v1/products", &Value::Null)["data"][0]["id"].clone();
        for (code, value, most) in [("HALF", 50, 500), ("FREE", 100, 500), ("FEW", 33, 5)] {
            api.data(
                "POST",
                "/promotions",
                &json!({"code": code, "type": "PERCENTAGE", "value": value, "maxUses": most}),
            );
        }
        for email in ["jane@customer.example", "bob@customer.example"] {
            store.platform().done("POST", "/v1/customers", &json!({"email": email}));
        }
        let customers = api.get("/customers")["items"].as_array().unwrap().iter().map(id).collect();
        let (orders, cards) = (Vec::new(), Vec::new());
        let mut walk = Walk { store: &store, dice: Dice::seeded(2_026), product, orders, cards, customers };
        let mut told: Vec<String> = Vec::new();
        for n in 1..=STEPS {
            told.push(walk.step());
            for (what, sql) in NEVER {
                let found = count(&rows, sql);
                let recent = told[told.len().saturating_sub(20)..].join("\n");
                assert_eq!(found, 0, "{}: step {n} left {what}:\n{recent}", store.engine.name);
            }
        }
        // The walk has come everywhere, or it would prove nothing.
        for (what, sql) in [
            (
                "paid off cards",
                "select count(*) from payment where balance = 'gift_card' and amount_minor > 0",
            ),
            (
                "paid off credit",
                "select count(*) from payment where balance = 'store_credit' and amount_minor > 0",
            ),
            ("paid off points", "select count(*) from payment where balance = 'points' and amount_minor > 0"),
            (
                "given back to cards",
                "select count(*) from payment where balance = 'gift_card' and amount_minor < 0",
            ),
            (
                "given back to credit",
                "select count(*) from payment where balance = 'store_credit' and amount_minor < 0",
            ),
            (
                "given back to points",
                "select count(*) from payment where balance = 'points' and amount_minor < 0",
            ),
            (
                "given back in money",
                "select count(*) from payment where balance is null and amount_minor < 0",
            ),
            ("paid in part", "select count(*) from sale where payment_status = 'unpaid' and paid_minor > 0"),
            ("given back in part", "select count(*) from sale where payment_status = 'partially_refunded'"),
            ("cancelled", "select count(*) from sale where canceled_at is not null"),
            ("checked out", "select count(*) from checkout where state = 'complete'"),
        ] {
            let found = count(&rows, sql);
            println!("money: {what}: {found} on {}", store.engine.name);
            assert!(found > 0, "nothing was {what}");
        }
    }
}

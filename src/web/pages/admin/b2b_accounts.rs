//! B2B accounts: companies that buy by prices and terms of their own, and who buys for them.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use super::b2b_forms;
use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use super::orders;
use super::thing::Thing;
use crate::app::App;
use crate::base::error::Result;
use crate::domain::b2b_account::{self, B2bAccount, Contact, Status};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::{b2b_search, order_list, price_list};
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Tone, fact, is_cut};

pub const HERE: &str = "/admin/b2b-accounts";
/// Orders that an account's page shows.
const SHOWN: i64 = 50;

/// `GET /admin/b2b-accounts`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let statuses: Vec<&str> = Status::ALL.iter().map(|word| word.as_str()).collect();
    let filters = vec![
        Filter::text(&query, "q", "Company or a contact's address has"),
        Filter::words(&query, "status", "Status", &statuses),
    ];
    let (search, base) = (filters[0].given(), desk.base());
    let status = filters[1].given().and_then(|word| word.parse().ok());
    let filter = b2b_account::Filter { status, ..b2b_account::Filter::default() };
    let list = List {
        title: "B2B accounts",
        here: HERE,
        columns: &["Company", "Tax id", "Status", "Price list", "To be paid", "Since"],
        empty: "There are no B2B accounts here. An account is a company that buys by prices and terms of its own.",
        filters,
        ways: desk.ways(Scope::WriteOrders, &[("New B2B account", "/admin/b2b-accounts/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = match &search {
            Some(search) => b2b_search::list(tx, shop, (filter, search), start, (limit, 0))?,
            None => b2b_account::list(tx, shop, filter, start, (limit, 0))?,
        };
        let row = |one: &B2bAccount| {
            let prices = by_list(tx, shop, one, &base)?;
            let row = vec![
                link(one, &base),
                Cell::maybe(one.tax_id.as_deref()),
                status_of(one.status),
                prices,
                terms(one),
                Cell::time(Some(one.created_at)),
            ];
            Ok((one.id, Row::from(row)))
        };
        let rows: Vec<_> = found.iter().map(row).collect::<Result<_>>()?;
        Ok(rows.into_iter().collect())
    })
    .await
}

/// The company's name, which leads to its page.
pub fn link(account: &B2bAccount, base: &str) -> Cell {
    Cell::link(&account.company, format!("{base}{HERE}/{}", account.id))
}

fn status_of(status: Status) -> Cell {
    let tone = match status {
        Status::Active => Tone::Good,
        Status::Suspended => Tone::Bad,
        Status::Pending => Tone::Warn,
    };
    Cell::badge(status.as_str(), tone)
}

fn by_list(tx: &mut Tx<'_>, shop: Shop, account: &B2bAccount, base: &str) -> Result<Cell> {
    let Some(id) = account.price_list_id else { return Ok(Cell::None) };
    let list = price_list::get(tx, shop, id)?;
    Ok(Cell::link(list.title, format!("{base}/admin/price-lists/{id}")))
}

fn terms(account: &B2bAccount) -> Cell {
    account.net_days.map_or(Cell::text("at once"), |days| Cell::text(format!("in {days} days")))
}

/// `GET /admin/b2b-accounts/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, base) = (id.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let at = base.clone();
    let (prices, contacts, mut placed, account) = desk
        .read(move |tx, shop| {
            let account = b2b_account::get(tx, shop, id)?;
            let placed = order_list::Filter { b2b_account_id: Some(id), ..order_list::Filter::default() };
            Ok((
                by_list(tx, shop, &account, &at)?,
                b2b_account::contacts(tx, id)?,
                order_list::list(tx, shop, &placed, None, SHOWN + 1)?,
                account,
            ))
        })
        .await?;
    let has_more = is_cut(&mut placed, SHOWN);
    let placed = Table::new(
        orders::COLUMNS,
        placed.iter().map(|order| orders::row(order, &base)).collect(),
        "Nobody has ordered anything for it yet.",
    )
    .going_on(has_more, format!("{base}/admin/orders?b2b-account={id}"));
    let thing = Thing {
        title: account.company.clone(),
        about: Some(Cell::text(format!("B2B account {id}"))),
        ways: desk.ways(
            Scope::WriteOrders,
            &[
                ("Change it", &format!("{HERE}/{id}/edit")),
                ("Attach a contact", &format!("{HERE}/{id}/contacts/new")),
            ],
        ),
        deeds: b2b_forms::deeds(&desk, &account),
        facts: vec![
            fact("Status", status_of(account.status)),
            fact("Tax id", Cell::maybe(account.tax_id.as_deref())),
            fact("Price list", prices),
            fact("To be paid", terms(&account)),
            fact("Since", Cell::time(Some(account.created_at))),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=b2b_account&id={id}")),
            ),
        ],
        sections: vec![
            Section { title: "Contacts", table: contacts_of(&desk, id, &contacts) },
            Section { title: "Orders", table: placed },
        ],
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

fn contacts_of(desk: &Desk, id: i64, contacts: &[Contact]) -> Table {
    let (base, may) = (desk.base(), desk.may(Scope::WriteOrders));
    let row = |one: &Contact| {
        let action = format!("{base}{HERE}/{id}/contacts/{}/detach", one.customer_id);
        Row::from(vec![
            Cell::link(&one.email, format!("{base}/admin/customers/{}", one.customer_id)),
            Cell::maybe(one.name.as_deref()),
            if one.is_primary { Cell::badge("primary", Tone::Good) } else { Cell::None },
        ])
        .with(may.then(|| Deed::new("detach", "Detach", action).grave()))
    };
    let columns: &[&str] = &["E-mail address", "Name", "Contact", ""];
    Table::new(
        if may { columns } else { &columns[..3] },
        contacts.iter().map(row).collect(),
        "Nobody buys for it yet: attach a customer as its contact.",
    )
}
